"""The formats that programs read: each is valid by its own schema or reader, and says what the JSON result says."""

import csv
import io
import json
import os
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
import xmlschema
from junitparser import Error, Failure, JUnitXml, Skipped

from tests.support import ROOT, facts, published, tzcheck
from tests.test_taizhou import LANGUAGES

DEMO = ROOT / "facts" / "demo-2022"
HOSTILE = "=cmd|' /C calc'!A0<script>&amp;`|[x](y)\\@everyone%0A::error::x"
JUNIT = Path(__file__).parent / "junit.xsd"


def written(folder: Path, format: str, *arguments: object, lang: str = "en") -> str:
    return tzcheck("check", folder, "--format", format, "--lang", lang, *arguments).out


def result(folder: Path, *arguments: object) -> dict[str, Any]:
    return json.loads(written(folder, "json", *arguments))


def verdicts(data: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [
        (county["name"], one)
        for county in data["counties"]
        for standard in county["standards"]
        for one in standard["indicators"]
    ]


@pytest.fixture(scope="module")
def demo() -> dict[str, Any]:
    """The result of the demonstration counties."""
    return result(DEMO)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A county whose only school has a name that means something to every format."""
    name = HOSTILE.replace('"', '""')
    return facts(
        tmp_path_factory.mktemp("hostile") / "a b%20c",
        schools=f'学校标识码,学校名称,办学类型,小学在校生数\n2133000001,"{name}",小学,2400\n',
        classes="学校标识码,学段,年级,班级,学生数\n2133000001,小学,一,1,46\n2133000001,小学,一,2,约44\n",
    )


# --- SARIF ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def schema() -> jsonschema.Draft7Validator:
    """The published schema."""
    return published("https://json.schemastore.org/sarif-2.1.0.json")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_sarif_is_valid_by_the_published_schema(schema: jsonschema.Draft7Validator, hostile: Path, lang: str) -> None:
    for folder in (DEMO, ROOT / "facts" / "taizhou-2022", hostile):
        assert not list(schema.iter_errors(json.loads(written(folder, "sarif", lang=lang))))


def test_the_schema_finds_a_fault(schema: jsonschema.Draft7Validator) -> None:
    log = json.loads(written(DEMO, "sarif"))
    log["runs"][0]["results"][0]["level"] = "grave"
    assert list(schema.iter_errors(log))


def test_sarif_has_a_result_for_every_breach_and_every_doubt(demo: dict[str, Any]) -> None:
    run = json.loads(written(DEMO, "sarif"))["runs"][0]
    of_kind = Counter((one["ruleId"], one["kind"]) for one in run["results"] if not one["ruleId"].startswith("facts."))
    wanted: Counter[tuple[str, str]] = Counter()
    for _, one in verdicts(demo):
        if "unmet" in (one["verdict"], one["verdict"] == "waived" and one["beneath"]):
            wanted[one["id"], "fail"] += max(len(one["evidence"]), 1) if one["basis"] != "mark" else 1
        elif one["verdict"] in ("undetermined", "not_applicable"):
            wanted[one["id"], "open" if one["verdict"] == "undetermined" else "notApplicable"] += 1
    assert of_kind == wanted
    assert sum(one["ruleId"].startswith("facts.") for one in run["results"]) == len(demo["problems"])
    assert [run["tool"]["driver"]["rules"][one["ruleIndex"]]["id"] for one in run["results"]] == [
        one["ruleId"] for one in run["results"]
    ]


def test_the_lines_of_sarif_are_the_rows_of_the_facts(demo: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    run = json.loads(written(DEMO, "sarif"))["runs"][0]
    places = {
        (one["ruleId"], place["artifactLocation"]["uri"], place["region"]["startLine"])
        for one in run["results"]
        for place in (location["physicalLocation"] for location in one.get("locations", ()))
        if "region" in place
    }
    breaches = [
        (one["id"], f"facts/demo-2022/{item['file']}", item["row"])
        for _, one in verdicts(demo)
        if one["verdict"] == "unmet" and one["basis"] != "mark"
        for item in one["evidence"]
        if item["row"] and not item["rows"]
    ]
    assert breaches
    assert set(breaches) <= places


def test_sarif_tells_a_waiver_as_a_suppression(demo: dict[str, Any]) -> None:
    run = json.loads(written(DEMO, "sarif"))["runs"][0]
    waived = {one["id"] for _, one in verdicts(demo) if one["verdict"] == "waived"}
    suppressed = [one for one in run["results"] if one.get("suppressions")]
    assert waived
    assert waived <= {one["ruleId"] for one in suppressed}
    assert all(one["suppressions"][0]["justification"] for one in suppressed)


def test_fingerprints_are_different_and_stay_the_same_where_rows_move(tmp_path: Path) -> None:
    rows = ["2133000001,小学,一,1,46", "2133000001,小学,一,2,47", "2133000001,小学,二,1,48"]

    def prints(order: list[str]) -> list[str]:
        schools = "学校标识码,学校名称,办学类型,小学在校生数\n2133000001,一小,小学,141\n"
        classes = "\n".join(["学校标识码,学段,年级,班级,学生数", *order, ""])
        folder = facts(tmp_path, schools=schools, classes=classes)
        run = json.loads(written(folder, "sarif", "--standard", "balanced.12"))["runs"][0]
        return [one["partialFingerprints"]["tzcheck/v1"] for one in run["results"] if one["kind"] == "fail"]

    before, after = prints(rows), prints(rows[::-1])
    assert len(set(before)) == 3
    assert sorted(before) == sorted(after)


# --- JUnit ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
def test_junit_is_valid_and_can_be_read(hostile: Path, lang: str) -> None:
    shape = xmlschema.XMLSchema(JUNIT)
    for folder in (DEMO, ROOT / "facts" / "taizhou-2022", hostile):
        found = written(folder, "junit", lang=lang)
        shape.validate(ElementTree.fromstring(found))
        assert JUnitXml.fromstring(found.encode())


def test_junit_has_a_case_for_every_indicator(demo: dict[str, Any]) -> None:
    found = JUnitXml.fromstring(written(DEMO, "junit").encode())
    outcomes = {"met": None, "unmet": Failure, "undetermined": Error}
    wanted = [(one["id"], outcomes.get(one["verdict"], Skipped)) for _, one in verdicts(demo)]
    came = [
        (case.name.split(" ")[0], type(case.result[0]) if case.result else None)
        for suite in found
        for case in suite
        if case.classname != "facts"
    ]
    assert came == wanted
    files = [case for suite in found for case in suite if case.classname == "facts"]
    assert sum(bool(case.result) for case in files) == len(
        {(one["file"]) for one in demo["problems"] if one["severity"] == "error"}
    )
    assert (found.failures, found.errors) == (
        sum(kind is Failure for _, kind in wanted),
        sum(kind is Error for _, kind in wanted) + sum(bool(case.result) for case in files),
    )


# --- CSV -----------------------------------------------------------------------------------------------------------


def test_the_csv_has_every_verdict_and_every_breach(demo: dict[str, Any]) -> None:
    content = written(DEMO, "csv")
    assert content.startswith("\ufeff")
    rows = list(csv.DictReader(io.StringIO(content.removeprefix("\ufeff"))))
    wanted = Counter({"verdict": len(verdicts(demo))})
    for _, one in verdicts(demo):
        wanted.update({"breach": len(one["evidence"]), "missing": len(one["missing"]), "relaxed": len(one["relaxed"])})
    assert Counter(row["kind"] for row in rows) == wanted
    values = [float(row["value"]) for row in rows if row["kind"] == "verdict" and row["value"]]
    exact = [one["value"] for _, one in verdicts(demo) if one["value"] is not None]
    assert values == pytest.approx(exact, abs=1e-9)


def test_no_cell_of_the_csv_runs_as_a_formula(hostile: Path) -> None:
    rows = list(csv.reader(io.StringIO(written(hostile, "csv"))))
    cells = [cell for row in rows for cell in row]
    assert any(HOSTILE in cell for cell in cells)
    assert not [cell for cell in cells if cell.startswith(("=", "+", "@")) or re.match(r"-(?![0-9])", cell)]


# --- Markdown and GitHub -------------------------------------------------------------------------------------------


def test_nothing_in_the_facts_is_markup_in_markdown(hostile: Path) -> None:
    from markdown_it import MarkdownIt

    content = written(hostile, "md", "--details")
    assert "cmd" in content
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(content)
    kinds = {child.type for token in tokens for child in (token, *(token.children or ()))}
    assert not kinds & {"html_block", "html_inline", "link_open", "image"}
    widths = {line.replace("\\|", "").count("|") for line in content.splitlines() if line.startswith("| balanced.")}
    assert widths == {7}


def test_markdown_says_how_much_it_leaves_out(demo: dict[str, Any]) -> None:
    short, long = written(DEMO, "md"), written(DEMO, "md", "--details")
    breaches = sum(len(one["evidence"]) for _, one in verdicts(demo) if one["verdict"] == "unmet")
    listed = re.findall(r"^- .*wanted", long, re.M)
    assert len(listed) <= breaches
    assert "more; --details" in short
    assert "more; --details" not in long


def test_github_has_an_annotation_for_every_error_and_every_failing_indicator(demo: dict[str, Any]) -> None:
    lines = written(DEMO, "github").splitlines()
    errors = sum(one["severity"] == "error" for one in demo["problems"])
    unmet = sum(one["verdict"] == "unmet" for _, one in verdicts(demo))
    assert sum(line.startswith("::error ") for line in lines) == errors + unmet
    queries = sum(one["severity"] == "query" for one in demo["problems"])
    doubts = sum(one["verdict"] == "undetermined" for _, one in verdicts(demo))
    assert sum(line.startswith("::warning ") for line in lines) == queries + doubts


def test_no_text_of_the_facts_ends_an_annotation(hostile: Path) -> None:
    for line in written(hostile, "github").splitlines():
        shape = re.fullmatch(r"::(error|warning) ((?:file|line|title)=[^:,]*,?)+::(.*)", line)
        assert shape, line
        assert "%0A" not in line.replace("%250A", "")


@pytest.mark.skipif(sys.platform != "linux", reason="only there a file may have such a name")
def test_a_file_whose_name_is_no_unicode_is_in_the_result(tmp_path: Path) -> None:
    folder = facts(tmp_path / "facts", schools="school_id,school,type\n1,甲,小学\n")
    (folder / "schools.csv").rename(folder / os.fsdecode(b"schools\xe4.csv"))
    output = tmp_path / "result.json"
    run = tzcheck("check", folder, "--format", "json", "--output", output)
    found = json.loads(output.read_text(encoding="utf-8"))
    named = {one["path"] for one in found["facts"]} | {one["file"] for one in found["problems"]}
    assert run.code in (1, 3)
    assert "schools?.csv" in named
