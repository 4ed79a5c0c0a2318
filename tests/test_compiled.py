"""Compiled rules: found again only where nothing that they come from has changed, and never a fault of their own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import TAIZHOU, tzcheck
from tzcheck import compiled


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "tzcheck"


def rules(folder: Path, text: str = "a: 1\n") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "one.yaml").write_text(text, encoding="utf-8")
    return folder


def test_what_was_kept_is_found_and_nothing_else(home: Path) -> None:
    compiled.keep("a", {"x": 1})
    assert (compiled.find("a"), compiled.find("b")) == ({"x": 1}, None)


def test_a_key_changes_with_every_file_folder_and_option(tmp_path: Path) -> None:
    one = rules(tmp_path / "one")
    keys = [compiled.key([one], "national"), compiled.key([one], "zhejiang"), compiled.key([], "national")]
    keys += [compiled.key([one, tmp_path / "none"], "national"), compiled.key([rules(tmp_path / "two")], "national")]
    assert compiled.key([one], "national") == keys[0]
    rules(one, "a: 2\n")
    keys.append(compiled.key([one], "national"))
    assert len(set(keys)) == len(keys)


def test_a_damaged_file_is_made_anew(home: Path) -> None:
    first = tzcheck("check", TAIZHOU, "--standard", "balanced", "--engine", "duckdb")
    kept = list(home.iterdir())
    assert len(kept) == 2  # the rules and the plan
    for path in kept:
        path.write_bytes(b"\x80\x05nonsense")
    assert tzcheck("check", TAIZHOU, "--standard", "balanced", "--engine", "duckdb") == first
    assert all(path.read_bytes() != b"\x80\x05nonsense" for path in kept)


def test_a_folder_that_can_not_be_written_to_is_no_fault(home: Path) -> None:
    home.parent.mkdir()
    home.write_text("a file where the folder should be", encoding="utf-8")
    assert tzcheck("check", TAIZHOU, "--standard", "balanced.12", "--engine", "duckdb").code == 0


def test_only_the_newest_are_kept(home: Path) -> None:
    for number in range(compiled.MOST + 3):
        compiled.keep(f"{number:02d}", number)
    assert len(list(home.iterdir())) == compiled.MOST


@pytest.mark.parametrize("first", ["json", "text"])
def test_a_kept_plan_says_the_same_as_a_new_one(first: str) -> None:
    runs = [tzcheck("check", TAIZHOU, "--format", first, "--lang", "en") for _ in range(3)]
    assert runs[0] == runs[1] == runs[2]


def test_a_run_that_finds_its_rules_and_plan_imports_nothing_that_makes_them() -> None:
    asked = ["check", str(TAIZHOU), "--engine", "duckdb", "--fail-on", "never", "--output", os.devnull]
    run = f"from tzcheck.cli import main; main({asked}, standalone_mode=False)"
    makers = ("sqlglot", "tzcheck.loading", "tzcheck.planner", "tzcheck.sql", "tzcheck.measure")
    told = f"import sys\n{run}\nprint([one for one in {makers} if one in sys.modules])"
    found = [subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True) for _ in range(2)]
    assert [one.stdout.strip() for one in found] == [str(list(makers)), "[]"]
