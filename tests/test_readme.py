"""The READMEs: what they tell a stranger to run runs, in both languages alike."""

import re
import shlex
import tomllib
from collections import defaultdict
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.support import ROOT, tzcheck
from tzcheck.table import GIVEN, WORKED_OUT

READMES = ("README.md", "README.zh.md")
COMMANDS = {
    "pip install -e . && tzcheck check facts/taizhou-2022",
    "pip install -e '.[test]' && pytest",
}


def lines(readme: str) -> list[str]:
    """The lines of the fenced `sh` blocks."""
    blocks = re.findall(r"^```sh\n(.*?)^```", (ROOT / readme).read_text(encoding="utf-8"), re.M | re.S)
    return [line for block in blocks for line in block.splitlines() if line]


@pytest.mark.parametrize("readme", READMES)
def test_two_commands_do_the_set_up(readme: str) -> None:
    assert set(lines(readme)) >= COMMANDS


def test_both_languages_name_the_same_commands() -> None:
    assert lines("README.md") == lines("README.zh.md")


@pytest.mark.parametrize("line", [line for line in lines("README.md") if line.startswith("tzcheck ")])
def test_a_command_of_the_readme_runs(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    run = tzcheck(*shlex.split(line)[1:])
    assert run.code in (0, 1)
    assert run.out


@pytest.mark.parametrize("readme", READMES)
def test_a_desk_without_a_compiler_installs_all_but_durable_rules(readme: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = {re.split("[>=;]", one)[0].strip() for one in project["dependencies"]} - {"durable-rules"}
    line = next(line for line in lines(readme) if line.startswith("pip install click"))
    assert {one.split(">=")[0] for one in shlex.split(line)[2:]} == needed


def test_the_picture_says_what_the_report_says() -> None:
    """Line by line but for blanks; the head, which tells of the engines at hand and the rules' hash, is left out."""
    texts: dict[float, list[tuple[float, str]]] = defaultdict(list)
    for one in ElementTree.parse(ROOT / "docs" / "taizhou.svg").iterfind(".//{*}g/{*}text"):
        texts[float(one.attrib["y"])].append((float(one.attrib["x"].split()[0]), one.text or ""))
    head, *shown = ("".join("".join(text.split()) for _, text in sorted(texts[y])) for y in sorted(texts))
    report = {"".join(line.split()) for line in tzcheck("check", str(ROOT / "facts" / "taizhou-2022")).out.splitlines()}
    assert head.startswith("tzcheck")
    assert [line for line in shown if line not in report | {"…"}] == []
    assert len(shown) > 20


@pytest.mark.parametrize(
    ("readme", "link"),
    [
        (path, link)
        for path in [*READMES, *(str(one.relative_to(ROOT)) for one in sorted((ROOT / "docs").glob("*.md")))]
        for link in re.findall(r"\]\(([^)#:]+)\)", (ROOT / path).read_text(encoding="utf-8"))
    ],
)
def test_every_link_leads_somewhere(readme: str, link: str) -> None:
    assert ((ROOT / readme).parent / Path(link)).exists()


@pytest.mark.parametrize("id", GIVEN)
def test_the_facts_page_lists_every_column_of_a_table(id: str) -> None:
    table = GIVEN[id]
    page = (ROOT / "docs" / "facts.md").read_text(encoding="utf-8")
    section = page.split(f"### {id} {table.title}\n", 1)[1].split("\n#", 1)[0]
    listed = re.findall(r"^\| (\w+)(?: \*)? \| (.+?)(?: · .*?)? \|", section, re.M)
    assert [row for row in listed if row[0] != "id"] == [
        (column.id, column.headers[0]) for column in table.columns if column.kind not in WORKED_OUT
    ]
