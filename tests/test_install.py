"""docs/install.md: what it tells to download is what is needed, also on Windows, and what it tells to run runs."""

import re
import shlex
import shutil
import tomllib
from importlib.metadata import requires
from pathlib import Path

import pytest
from openpyxl import Workbook
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.support import ROOT, tzcheck
from tests.test_readme import lines

PAGE = "docs/install.md"
TEXT = (ROOT / PAGE).read_text(encoding="utf-8")
BATCH = [line for block in re.findall(r"^```bat\n(.*?)^```", TEXT, re.M | re.S) for line in block.splitlines()]
PYTHONS = ("3.11", "3.12", "3.13", "3.14")


def needed(names: list[str], environment: dict[str, str]) -> set[str]:
    """These packages and all that they need where the markers of their metadata, as installed here, hold."""
    found: set[str] = set()
    waiting = [canonicalize_name(name) for name in names]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        for one in (Requirement(each) for each in requires(name) or ()):
            if one.marker is None or one.marker.evaluate(environment | {"extra": ""}):
                waiting.append(canonicalize_name(one.name))
    return found


def of_windows(python: str) -> dict[str, str]:
    return {
        "os_name": "nt", "sys_platform": "win32", "platform_system": "Windows", "platform_machine": "AMD64",
        "python_version": python, "python_full_version": f"{python}.0",
    }  # fmt: skip


@pytest.mark.parametrize("python", PYTHONS)
def test_the_list_for_windows_leaves_nothing_out(python: str) -> None:
    """pip judges markers by the Python that it runs on, so what Windows alone needs is to be named."""
    (line,) = (line for line in lines(PAGE) if line.startswith("pip download "))
    options, _, listed = line.partition("--only-binary=:all: ")
    assert "--platform win_amd64" in options
    names = [one.split(">=")[0] for one in shlex.split(listed)]
    assert "colorama" in names  # what click before 8.5 asks for, on Windows alone
    here = {**default_environment(), "python_version": python}
    downloaded = needed([name for name in names if name != "colorama"], here)
    assert needed(["tzcheck"], of_windows(python)) - downloaded <= {"tzcheck", "colorama"}
    assert "durable-rules" not in downloaded


def filled_in(path: Path) -> None:
    """A workbook of a county with one class, of which most indicators can't be told."""
    book = Workbook()
    book.active.title = "county"
    for row in (["代码", "339999"], ["名称", "示例县"], ["截止日期", "2023-12-31"]):
        book.active.append(row)
    for sheet, *rows in (
        ("schools", ["学校标识码", "学校名称", "办学类型", "小学在校生数"], ["2133000001", "一小", "小学", 46]),
        ("classes", ["学校标识码", "学段", "年级", "班级", "学生数"], ["2133000001", "小学", "一", "1", 46]),
    ):
        for row in rows:
            (book[sheet] if sheet in book.sheetnames else book.create_sheet(sheet)).append(row)
    book.save(path)


@pytest.mark.parametrize(
    "line", [line for line in BATCH if line.startswith(r".venv\Scripts\tzcheck ")], ids=lambda line: line.split()[1]
)
def test_a_command_for_the_desk_runs(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a folder as the installation makes it, with the paths of this system."""
    package = tmp_path / ".venv" / "Lib" / "site-packages" / "tzcheck"
    package.mkdir(parents=True)
    shutil.copytree(ROOT / "facts" / "demo-2022" / "ready", package / "facts" / "demo-2022" / "ready")
    monkeypatch.chdir(tmp_path)
    words = line.replace("\\", "/").split()[1:]
    filled_in(tmp_path / "示例县.xlsx")
    if words[0] == "template":
        (tmp_path / "示例县.xlsx").unlink()
    run = tzcheck(*words)
    assert run.code == (1 if "示例县.xlsx" in words and words[0] == "check" else 0), run.err
    if "ready" in line:
        for lang, said in (("en", "30 of 30 met = 100%"), ("zh", "达标 30 / 30 = 100%")):
            assert said in tzcheck(*words, "--lang", lang).out
            assert f"“{said}”" in TEXT
    for output in (word for word in words if word.endswith((".html", ".xlsx"))):
        assert (tmp_path / output).is_file()


def test_the_page_names_the_cache_and_the_pythons_that_are_asked_for() -> None:
    assert r"%LOCALAPPDATA%\tzcheck" in TEXT
    assert "~/.cache/tzcheck" in TEXT
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    oldest = project["requires-python"].removeprefix(">=")
    assert f"| Windows 64 位 / 64-bit | {oldest}、" in TEXT
