"""How much memory the facts may take: what is more is written to a temporary folder, which is gone in the end."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import ROOT, tzcheck

ASKED = ("--as-of", "2022-12-31", "--standard", "balanced", "--engine", "duckdb", "--lang", "en")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The facts of a made-up province."""
    found = tmp_path_factory.mktemp("facts")
    subprocess.run([sys.executable, str(ROOT / "bench" / "nation.py"), str(found), "--size", "province"], check=True)
    return found


def test_a_result_is_the_same_whatever_the_memory_and_nothing_is_left_behind(folder, tmp_path, monkeypatch):
    free = tzcheck("check", folder, *ASKED, "--format", "json")
    beside = tmp_path / "temporary"
    beside.mkdir()
    asked = ("check", folder, *ASKED, "--format", "json", "--memory-limit", "75MB")
    told = subprocess.run(
        [sys.executable, "-m", "tzcheck", *map(str, asked)], cwd=ROOT, env={**os.environ, "TMPDIR": str(beside)},
        capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert (told.returncode, told.stderr) == (free.code, "")
    assert told.stdout == free.out
    assert list(beside.iterdir()) == []


@pytest.mark.parametrize("limit", ["0KB", "1MB", "20MB"])
def test_too_little_memory_is_an_error_that_says_so(folder, limit):
    run = tzcheck("check", folder, *ASKED, "--format", "json", "--memory-limit", limit)
    assert (run.code, run.out) == (2, "")
    assert run.err.startswith(f"error the memory of {limit} is too little")
    assert "--memory-limit" in run.err
    assert run.err.count("\n") == 1


@pytest.mark.parametrize("limit", ["", "1", "GB", "-1GB", "1e3MB", "1 XB", "一GB"])
def test_what_is_no_amount_of_memory_is_wrong_usage(folder, limit):
    run = tzcheck("check", folder, *ASKED, "--memory-limit", limit)
    assert run.code == 2
    assert "1GB" in run.err
