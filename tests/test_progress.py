"""How far a long run is: told on a terminal alone, in order, and gone at the end."""

import os
import re
import sys
from datetime import date
from pathlib import Path

import pytest

from tests.support import TAIZHOU, tzcheck
from tzcheck import progress
from tzcheck.cli import _book, _facts
from tzcheck.report import check

pty = pytest.importorskip("pty", reason="no terminals of its own on Windows")
READY = TAIZHOU.parent / "demo-2022" / "ready"
AT_ONCE = "from tzcheck import progress, cli; progress.AFTER = 0; cli.main()"
BAR = "━━━"
# Bold and dim are no colours.
COLOUR = re.compile(r"\x1b\[(?:\d+;)*(?:[34][0-8]|9[0-7]|10[0-7])[;m]")


def on_a_terminal(*arguments: object, **environment: str) -> tuple[int, str]:
    """The exit code of a run of which all streams are a terminal, and what stood there; its bar is shown at once."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ.update(environment)
        os.execv(sys.executable, [sys.executable, "-c", AT_ONCE, *map(str, arguments)])
    written = b""
    while True:
        try:
            data = os.read(terminal, 65536)
        except OSError:  # how Linux says that the other end is gone
            break
        if not data:
            break
        written += data
    _, status = os.waitpid(pid, 0)
    os.close(terminal)
    return os.waitstatus_to_exitcode(status), written.decode()


def test_a_bar_stands_on_a_terminal_and_is_gone_at_the_end(tmp_path: Path) -> None:
    target = tmp_path / "r.json"
    code, written = on_a_terminal("check", READY, "--lang", "zh", "--format", "json", "--output", target)
    assert code == 1
    assert BAR in written
    assert COLOUR.search(written)
    assert written.endswith("\x1b[2K")  # the line that it stood in is cleared
    assert target.exists()


def test_a_report_is_printed_where_no_bar_stands_any_more() -> None:
    code, written = on_a_terminal("check", READY, "--lang", "en")
    assert code == 1
    *_, last = written.split("\x1b[2K")
    assert "tzcheck" in last
    assert BAR not in last.split("tzcheck")[0]


@pytest.mark.parametrize("silence", ["--quiet", "--no-progress"])
def test_nothing_is_shown_where_nobody_wants_it(tmp_path: Path, silence: str) -> None:
    code, written = on_a_terminal("check", READY, "--format", "json", "--output", tmp_path / "r.json", silence)
    assert (code, written) == (1, "")


def test_without_colours_there_are_none(tmp_path: Path) -> None:
    _, written = on_a_terminal("validate", READY, "--lang", "en", NO_COLOR="1")
    assert BAR in written
    assert not COLOUR.search(written)
    _, report = on_a_terminal("check", READY, "--no-progress", NO_COLOR="1")
    assert not COLOUR.search(report)


def test_elsewhere_nothing_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "AFTER", 0)
    assert tzcheck("check", READY, "--quiet").err == ""
    assert tzcheck("validate", READY).err == ""


def test_a_run_that_is_soon_over_shows_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with progress.Bar("en", silent=False) as bar:
        bar("judging", 1, 2)
    assert capsys.readouterr() == ("", "")


def test_every_file_and_every_batch_is_told_of() -> None:
    told: list[tuple[str, int, int]] = []
    book = _book((), "national")
    facts = _facts((READY.parent,), book, None, lambda *one: told.append(one))
    check(book, facts, book.ids, date(2022, 12, 31), "duckdb", progress=lambda *one: told.append(one))
    stages = list(dict.fromkeys(stage for stage, _, _ in told))
    assert stages == ["reading", "typing", "judging"]
    for stage in stages:
        done = [number for one, number, _ in told if one == stage]
        (total,) = {total for one, _, total in told if one == stage}
        assert done == sorted(done)
        assert (done[0] in (0, 1), done[-1]) == (True, total)
    files = [path for path in READY.parent.rglob("*") if path.suffix in (".csv", ".yaml")]
    assert ("reading", len(files), len(files)) in told
