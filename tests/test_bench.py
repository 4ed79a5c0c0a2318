"""The benchmark at its smallest: a county, judged by all that is installed; times are not looked at."""

import importlib
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.support import ROOT

BENCH = ROOT / "bench"


@pytest.fixture
def scale(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(BENCH))
    return importlib.import_module("scale")


@pytest.mark.parametrize("format", ["parquet", "csv"])
def test_all_contestants_come_to_the_same(scale: ModuleType, format: str) -> None:
    """scale.py itself fails where counts or breaches differ; here none must be dropped without a word."""
    command = [sys.executable, str(BENCH / "scale.py"), "--size", "county", "--format", format, "--rounds", "1"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    table, _, notes = run.stdout.partition("\n\n")
    for name, (title, _) in scale.CONTESTANTS.items():
        assert (title in table) != (f"{title}, county: left out" in notes)
        assert (title in table) == (scale.left_out(name, "county") is None)
    assert "DuckDB by hand" in table
    assert "tzcheck" in table


def test_a_breach_more_or_another_value_is_a_difference(scale: ModuleType, tmp_path: Path) -> None:
    head, line = "indicator,county,subject,category,value,limit_of\n", "balanced.12,110101,2100000001,primary,{},45\n"
    one, same, other, more = (tmp_path / name for name in ("one.csv", "same.csv", "other.csv", "more.csv"))
    one.write_text(head + line.format(47))
    same.write_text(head + line.format("47.0"))
    other.write_text(head + line.format(48))
    more.write_text(head + line.format(47) * 2)
    assert [scale.differing(one, path) for path in (same, other, more)] == [0, 2, 1]


def test_what_tzcheck_counts_otherwise_is_told(scale: ModuleType, tmp_path: Path) -> None:
    """A class of 47 that is not listed by hand: another count, and another county unmet."""
    facts = tmp_path / "facts"
    rows = importlib.import_module("nation").write(facts, "county", "parquet", seed=1)
    assert rows["schools"] == 70
    counted = {name: scale.run(tmp_path, name, "parquet")[1] for name in ("by_hand", "tzcheck")}
    scale.equal(tmp_path, counted)
    checked, failing = counted["by_hand"]["balanced.12"]
    counted["by_hand"]["balanced.12"] = (checked, failing - 1)
    with pytest.raises(AssertionError, match=r"balanced\.12"):
        scale.equal(tmp_path, counted)
