"""Reports appear whole or not at all, whatever happens while they are written."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import ROOT, tzcheck
from tzcheck.output import write_whole

READY = ROOT / "facts" / "demo-2022" / "ready"


@pytest.mark.parametrize("fault", [RuntimeError, KeyboardInterrupt, MemoryError])
def test_what_fails_on_the_way_leaves_nothing_new_and_the_old_as_it_was(
    tmp_path: Path, fault: type[BaseException]
) -> None:
    def pieces() -> Iterator[str]:
        yield "x" * 1_000_000
        raise fault

    old = tmp_path / "old.json"
    old.write_text("old", encoding="utf-8")
    for path in (old, tmp_path / "new.json"):
        with pytest.raises(fault):
            write_whole(path, pieces())
    assert [one.name for one in tmp_path.iterdir()] == ["old.json"]
    assert old.read_text(encoding="utf-8") == "old"


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_a_run_that_is_killed_while_it_writes_leaves_no_half_of_a_report(tmp_path: Path) -> None:
    script = """
import os, signal, sys
from tzcheck.writers import json
whole = json.write
def killed(*asked):
    for number, piece in enumerate(whole(*asked)):
        if number == 2:
            os.kill(os.getpid(), signal.SIGKILL)
        yield piece
json.write = killed
from tzcheck.cli import main
main(sys.argv[1:])
"""
    report = tmp_path / "result.json"
    asked = ["check", str(READY), "--standard", "balanced", "--engine", "duckdb", "--format", "json"]
    command = [sys.executable, "-c", script, *asked, "--output", str(report)]
    report.write_text("old", encoding="utf-8")
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == -signal.SIGKILL
    assert report.read_text(encoding="utf-8") == "old"
    # The next run goes on as if nothing had been.
    assert tzcheck(*asked, "--output", str(report)).code == 0
    assert report.read_text(encoding="utf-8").startswith('{"schema"')
