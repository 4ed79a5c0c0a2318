"""The baseline: what failed before stays visible, and only what is new fails."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.support import ROOT, facts, tzcheck

HEAD = "学校标识码,学段,年级,班级,学生数\n"
SCHOOLS = "学校标识码,学校名称,办学类型,小学在校生数\n2133000001,一小,小学,{students}\n"


def county(folder: Path, *students: int | str) -> Path:
    """A county of one school, with so many pupils in its classes."""
    classes = HEAD + "".join(f"2133000001,小学,一,{number},{one}\n" for number, one in enumerate(students, 1))
    whole = sum(one for one in students if isinstance(one, int))
    return facts(folder, schools=SCHOOLS.format(students=whole), classes=classes)


def checked(folder: Path, *arguments: object) -> tuple[int, dict[str, Any]]:
    run = tzcheck("check", folder, "--standard", "balanced.12", "--format", "json", "--lang", "en", *arguments)
    return run.code, json.loads(run.out)


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """The result of a county with one class over the limit."""
    path = tmp_path / "old.json"
    path.write_text(json.dumps(checked(county(tmp_path / "old", 45, 46))[1]), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("students", "code", "known"),
    [
        ((45, 46), 0, [True]),
        ((45, 47), 0, [True]),
        ((46, 46), 1, [None, True]),
        ((46, 45), 1, [None]),
        ((45, 45), 0, []),
    ],
)
def test_only_what_is_new_fails(
    tmp_path: Path, old: Path, students: tuple[int, ...], code: int, known: list[bool | None]
) -> None:
    found, result = checked(county(tmp_path / "new", *students), "--baseline", old)
    assert found == code
    (one,) = result["counties"][0]["standards"][0]["indicators"]
    assert one["verdict"] == ("unmet" if known else "met")  # what is known is no less unmet
    assert [item.get("known") for item in one["evidence"]] == known
    assert one["before"] == "unmet"
    schema = json.loads((ROOT / "tzcheck" / "writers" / "result.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(result, schema)


def test_what_could_not_be_told_before_and_fails_now_is_new_where_doubt_does_not_fail(tmp_path: Path) -> None:
    path = tmp_path / "old.json"
    path.write_text(json.dumps(checked(facts(tmp_path / "old", marks="indicator,mark\nbalanced.1,√\n"))[1]))
    new = county(tmp_path / "new", 46)
    assert checked(new, "--baseline", path)[0] == 0
    assert checked(new, "--baseline", path, "--fail-on", "unmet")[0] == 1


def test_a_county_that_is_not_in_the_baseline_is_all_new(tmp_path: Path, old: Path) -> None:
    new = county(tmp_path / "new", 46)
    (new / "county.yaml").write_text('county: {code: "331003", name: 黄岩区}\nas_of: 2022-12-31\n', encoding="utf-8")
    assert checked(new, "--baseline", old)[0] == 1


def test_facts_that_are_wrong_are_wrong_whatever_the_baseline(tmp_path: Path, old: Path) -> None:
    assert checked(county(tmp_path / "new", 45, "约46"), "--baseline", old)[0] == 3


@pytest.mark.parametrize(
    ("format", "told"),
    [
        ("text", "No primary class over 45, no junior class over 50 (1 of them new)"),
        ("md", "unmet (1 of them new)"),
        ("html", "(1 of them new)"),
        ("junit", 'failures="1"'),
        ("github", "::error"),
    ],
)
def test_every_format_tells_what_is_new(tmp_path: Path, old: Path, format: str, told: str) -> None:
    new = county(tmp_path / "new", 46, 46)
    arguments = ("--standard", "balanced.12", "--baseline", old, "--format", format, "--lang", "en")
    assert told in tzcheck("check", new, *arguments).out


@pytest.mark.parametrize(
    ("format", "told"),
    [
        ("text", "no junior class over 50 (in the baseline)"),
        ("md", "unmet (in the baseline)"),
        ("junit", '<skipped message="unmet (in the baseline): 1 of 2 fail"'),
        ("github", "::notice"),
    ],
)
def test_every_format_tells_what_is_known(tmp_path: Path, old: Path, format: str, told: str) -> None:
    new = county(tmp_path / "new", 45, 46)
    arguments = ("--standard", "balanced.12", "--baseline", old, "--format", format, "--lang", "en")
    found = tzcheck("check", new, *arguments).out
    assert told in found
    assert 'failures="1"' not in found


def test_sarif_says_of_every_result_whether_it_is_new(tmp_path: Path, old: Path) -> None:
    new = county(tmp_path / "new", 46, 46)
    run = tzcheck("check", new, "--standard", "balanced.12", "--baseline", old, "--format", "sarif")
    states = [one["baselineState"] for one in json.loads(run.out)["runs"][0]["results"]]
    assert states == ["new", "unchanged"]


def test_sarif_tells_what_is_gone(tmp_path: Path, old: Path) -> None:
    """By the same fingerprint, and only where it was looked at again: a class that nobody counted is not fixed."""
    before = json.loads(tzcheck("check", county(tmp_path / "old", 45, 46), "--standard", "balanced.12",
                                "--format", "sarif").out)["runs"][0]["results"]  # fmt: skip
    arguments = ("--standard", "balanced.12", "--baseline", old, "--format", "sarif")
    (gone,) = json.loads(tzcheck("check", county(tmp_path / "new", 45, 45), *arguments).out)["runs"][0]["results"]
    assert (gone["baselineState"], gone["kind"]) == ("absent", "fail")
    assert gone["partialFingerprints"] == before[0]["partialFingerprints"]
    for number in ("", "四十五"):
        folder = county(tmp_path / f"doubt{number}", 45, 45)
        classes = folder / "classes.csv"
        lines = classes.read_text("utf-8").splitlines()
        classes.write_text("\n".join([*lines[:-1], lines[-1].rpartition(",")[0] + "," + number]) + "\n", "utf-8")
        found = json.loads(tzcheck("check", folder, *arguments).out)["runs"][0]["results"]
        assert "absent" not in [one.get("baselineState") for one in found]


def test_what_only_marks_tell_is_known_from_the_baseline_too(tmp_path: Path) -> None:
    folder = facts(tmp_path / "f", marks="指标,标记\nbalanced.10,※\nbalanced.11,√\n")
    arguments = ("--standard", "balanced.10", "--standard", "balanced.11", "--format", "json")
    first = tzcheck("check", folder, *arguments)
    assert first.code == 1
    (tmp_path / "old.json").write_text(first.out, encoding="utf-8")
    assert tzcheck("check", folder, *arguments, "--baseline", tmp_path / "old.json").code == 0
    (folder / "marks.csv").write_text("指标,标记\nbalanced.10,※\nbalanced.11,※\n", encoding="utf-8")
    assert tzcheck("check", folder, *arguments, "--baseline", tmp_path / "old.json").code == 1


def test_a_standard_that_was_never_ready_fails_no_gate(tmp_path: Path) -> None:
    folder = ROOT / "facts" / "demo-2022" / "nearly"
    arguments = ("check", folder, "--standard", "balanced", "--gate", "ready")
    path = tmp_path / "old.json"
    path.write_text(tzcheck(*arguments, "--format", "json").out, encoding="utf-8")
    assert tzcheck(*arguments).code == 1
    assert tzcheck(*arguments, "--baseline", path).code == 0


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"schema": "tzcheck/result/1"}', '{"schema": "tzcheck/result/1", "counties": [1]}']
)
def test_a_baseline_that_is_no_result_is_told(tmp_path: Path, content: str) -> None:
    path = tmp_path / "old.json"
    path.write_text(content, encoding="utf-8")
    run = tzcheck(
        "check", county(tmp_path / "new", 45), "--standard", "balanced.12", "--baseline", path, "--lang", "en"
    )
    assert run.code == 3
    assert run.err.startswith(f"error {path}")
    assert "Traceback" not in run.err
