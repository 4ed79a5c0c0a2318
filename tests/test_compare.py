"""Two results compared: indicators, the breaches of every school, achievement; doubt is never told as fixed."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from markdown_it import MarkdownIt

from tests.results import Data, breach, county, indicator, problem, result, results, written
from tests.support import ROOT, Run, tzcheck
from tests.test_baseline import county as of_classes
from tests.test_writers import HOSTILE
from tzcheck.compare import KINDS, Comparison, compare, counted
from tzcheck.result import Result, key
from tzcheck.texts import LANGUAGES
from tzcheck.verdict import Verdict
from tzcheck.writers.compare import WRITERS

ONE, TWO, THREE = (breach(f"一小 一年级{number}班") for number in (1, 2, 3))


def ran(folder: Path, old: Data, new: Data, *arguments: object) -> Run:
    paths = [written(folder / f"{name}.json", data) for name, data in (("old", old), ("new", new))]
    return tzcheck("compare", *paths, "--lang", "en", *arguments)


def of_kinds(data: dict[str, Any]) -> dict[str, list[str]]:
    """The names of the breaches of each kind."""
    return {
        kind: [one["name"] for place in data["counties"] for school in place["schools"] for one in school[kind]]
        for kind in KINDS
    }


def changed(folder: Path, old: Data, new: Data) -> dict[str, list[str]]:
    """What became of the breaches of one indicator each; kinds without any are left out."""
    found = of_kinds(ran(folder, result(county(old)), result(county(new)), "--format", "json").result)
    return {kind: names for kind, names in found.items() if names}


# --- breaches ------------------------------------------------------------------------------------------------------


def test_what_became_of_every_class_is_told_of_its_school(tmp_path: Path) -> None:
    old, new = of_classes(tmp_path / "old", 46, 47, 45), of_classes(tmp_path / "new", 45, 49, 46)
    run = tzcheck("compare", old, new, "--format", "json", "--lang", "en")
    assert run.code == 1
    (place,) = run.result["counties"]
    assert (place["county"], place["code"]) == ("椒江区", "331002")
    (school,) = (one for one in place["schools"] if any(each["indicator"] == "balanced.12" for each in one["open"]))
    found = {kind: [one for one in school[kind] if one["indicator"] == "balanced.12"] for kind in KINDS}
    amounts = {"limit": 45, "unit": "人", "shortfall_unit": "人"}
    about = {"indicator": "balanced.12", "category": "primary"}
    assert school["subject"] == "2133000001"
    assert found["open"] == [
        {
            **about, "name": "一小 一2", "before": {"value": 47, "shortfall": 2, **amounts},
            "after": {"value": 49, "shortfall": 4, **amounts},
        }
    ]  # fmt: skip
    assert found["fixed"] == [
        {**about, "name": "一小 一1", "before": {"value": 46, "shortfall": 1, **amounts}, "after": None}
    ]
    assert found["new"] == [
        {**about, "name": "一小 一3", "before": None, "after": {"value": 46, "shortfall": 1, **amounts}}
    ]
    text = tzcheck("compare", old, new, "--lang", "en").out
    assert re.search(r"^    一小: fixed balanced\.12.*; new balanced\.12 \(off by 1 人\).*; still open .*"
                     r"balanced\.12 \(off by 2 → 4 人\)", text, re.M)  # fmt: skip


@pytest.mark.parametrize(
    ("new", "kinds"),
    [
        (indicator("balanced.12", "met"), {"fixed": 2}),
        (indicator("balanced.12", "met", TWO), {"fixed": 1, "open": 1}),  # a share that is allowed to fail
        (indicator("balanced.12", "unmet", TWO), {"fixed": 1, "open": 1}),
        (indicator("balanced.12", "unmet", THREE), {"fixed": 2, "new": 1}),
        (indicator("balanced.12", "undetermined"), {"unjudged": 2}),
        (indicator("balanced.12", "undetermined", TWO), {"unjudged": 1, "open": 1}),
        (indicator("balanced.12", "not_applicable"), {"unjudged": 2}),
        (indicator("balanced.12", "not_counted", TWO), {"unjudged": 2}),  # how far off what is not due
        (indicator("balanced.12", "unmet", breach("椒江区", "331002", None), basis="mark"), {"unjudged": 2}),
        (indicator("balanced.12", "met", basis="mark"), {"unjudged": 2}),
        (indicator("balanced.12", "unmet", TWO, missing=[ONE]), {"unjudged": 1, "open": 1}),
        (indicator("balanced.12", "waived", ONE, TWO, beneath="unmet"), {"open": 2}),
        (indicator("balanced.12", "waived", TWO, beneath="unmet"), {"fixed": 1, "open": 1}),
        (indicator("balanced.12", "waived", TWO, beneath="undetermined"), {"unjudged": 1, "open": 1}),
        (indicator("balanced.11", "met"), {"unjudged": 2}),
    ],
)
def test_a_breach_that_is_gone_is_fixed_only_where_it_was_looked_at(
    tmp_path: Path, new: Data, kinds: dict[str, int]
) -> None:
    found = changed(tmp_path, indicator("balanced.12", "unmet", ONE, TWO), new)
    assert {kind: len(names) for kind, names in found.items()} == kinds


def test_what_was_no_breach_before_is_new(tmp_path: Path) -> None:
    new = indicator("balanced.12", "unmet", ONE)
    for verdict in ("met", "undetermined", "not_applicable"):
        assert changed(tmp_path, indicator("balanced.12", verdict), new) == {"new": [ONE["name"]]}
    assert changed(tmp_path, indicator("balanced.12", "not_counted", ONE), new) == {"new": [ONE["name"]]}
    assert changed(tmp_path, indicator("balanced.12", "unmet", ONE, basis="mark"), new) == {"new": [ONE["name"]]}


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        (("bad_cell", "331002"), "unjudged"),
        (("bad_cell", None), "unjudged"),
        (("bad_cell", "331003"), "fixed"),  # of another county
        (("checks.classes_as_listed", "331002"), "fixed"),  # a cross-check refuses no row
    ],
)
def test_where_rows_were_refused_what_is_gone_may_have_been_one_of_them(
    tmp_path: Path, told: tuple[str, str | None], kind: str
) -> None:
    old = result(county(indicator("balanced.12", "unmet", ONE, TWO)))
    new = result(county(indicator("balanced.12", "unmet", TWO)), problems=[problem(*told)])
    new["problems"][0]["message"] = "\x1b[31m"
    run = ran(tmp_path, old, new, "--format", "json")
    assert (run.code, of_kinds(run.result)[kind]) == (3, [ONE["name"]])
    assert run.err == "error classes.csv:3:students  �[31m\n"


def test_a_class_whose_row_is_refused_is_not_fixed(tmp_path: Path) -> None:
    old, new = of_classes(tmp_path / "old", 46, 47), of_classes(tmp_path / "new", "约46", 47)
    run = tzcheck("compare", old, new, "--format", "json", "--lang", "en")
    assert run.code == 3
    assert "一小 一1" not in of_kinds(run.result)["fixed"]
    assert "classes.csv:2:students" in run.err


def test_of_breaches_told_alike_as_many_are_open_as_there_are_on_both_sides(tmp_path: Path) -> None:
    three, one = (indicator("balanced.12", "unmet", *[ONE] * number) for number in (3, 1))
    assert changed(tmp_path, three, one) == {"open": [ONE["name"]], "fixed": [ONE["name"]] * 2}
    assert changed(tmp_path, one, three) == {"open": [ONE["name"]], "new": [ONE["name"]] * 2}


def test_what_is_said_of_the_county_itself_comes_first(tmp_path: Path) -> None:
    of_county = [breach(None, None, None), breach("椒江区 balanced.31", "331002", None)]
    found = result(county(indicator("balanced.12", "unmet", ONE, *of_county)))
    run = ran(tmp_path, found, found)
    lines = run.out.splitlines()
    start = lines.index("  椒江区: 3 still open")
    assert lines[start + 1 : start + 3] == [
        "    椒江区 (itself): still open balanced.12 ×2 (off by 2)",
        "    一小 一年级1班: still open balanced.12 (off by 1)",
    ]


def test_a_school_is_called_by_what_the_names_in_it_begin_with(tmp_path: Path) -> None:
    def name(*names: str) -> str:
        found = result(county(indicator("balanced.12", "unmet", *map(breach, names))))
        (school,) = ran(tmp_path, found, found, "--format", "json").result["counties"][0]["schools"]
        return school["name"]

    assert name("育英 小学 1班", "育英 小学 2班") == "育英 小学"
    assert name("育英 小学 1班", "育英 小学") == "育英 小学"
    assert name("育英 小学 1班") == "育英 小学 1班"
    assert name("育英小学", "实验小学") == "育英小学"  # renamed


def test_how_far_off_is_told_once_where_it_did_not_move_and_not_where_it_can_not_be_told(tmp_path: Path) -> None:
    def off(old: Data, new: Data) -> str:
        sides = [result(county(indicator("balanced.4", "unmet", one))) for one in (old, new)]
        return ran(tmp_path, *sides).out.split("balanced.4")[-1].splitlines()[0]

    metres = breach(shortfall=2.5, shortfall_unit="m2")
    assert off(metres, metres) == " (off by 2.5 m2)"
    assert off(metres, breach(shortfall=1 / 3, shortfall_unit="m2")) == " (off by 2.5 → 0.33 m2)"
    assert off(metres, breach(shortfall=12000, shortfall_unit="元")) == " (off by 2.5 m2 → 12,000 元)"
    assert off(metres, breach(shortfall=None)) == ""


# --- indicators, places, waivers -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "kind", "code"),
    [
        ("unmet", "waived", "open", 0),
        ("waived", "waived", "open", 0),
        ("met", "waived", "new", 0),
        ("waived", "unmet", "open", 1),
        ("waived", "met", "fixed", 0),
        ("waived", "undetermined", "unjudged", 1),
    ],
)
def test_a_waived_indicator_is_as_open_as_it_was_and_fails_nothing(
    tmp_path: Path, old: str, new: str, kind: str, code: int
) -> None:
    sides = [result(county(indicator("balanced.12", one, beneath="unmet"))) for one in (old, new)]
    run = ran(tmp_path, *sides, "--format", "json")
    assert run.code == code
    assert {each: len(run.result[each]) for each in KINDS if run.result[each]} == {kind: 1}


def test_a_county_is_the_same_by_its_code_whatever_it_is_called(tmp_path: Path) -> None:
    old = result(county(indicator("balanced.12", "unmet", ONE), name="玉环县", code="331083"))
    new = result(county(indicator("balanced.12", "met"), name="玉环市", code="331083"))
    data = ran(tmp_path, old, new, "--format", "json").result
    assert [(one["county"], one["before"], one["after"]) for one in data["fixed"]] == [("玉环市", "unmet", "met")]
    assert (data["notes"], data["unjudged"], data["breaches"]["fixed"]) == ([], [], 1)


def test_two_districts_of_one_name_are_two(tmp_path: Path) -> None:
    def side(*verdicts: str) -> Data:
        codes = ("320106", "410204")
        return result(*(county(indicator("balanced.12", one, ONE), name="鼓楼区", code=code)
                        for one, code in zip(verdicts, codes, strict=True)))  # fmt: skip

    data = ran(tmp_path, side("unmet", "met"), side("met", "unmet"), "--format", "json").result
    assert [len(data[kind]) for kind in KINDS] == [1, 1, 0, 0]
    assert [one["code"] for one in data["counties"]] == ["320106", "410204"]


def test_what_one_result_alone_has_is_told(tmp_path: Path) -> None:
    old = result(county(indicator("balanced.12", "unmet", ONE)), county(name="黄岩区", code="331003"))
    new = result(
        county(indicator("preschool.1", "met"), standard="preschool"),
        county(name="示例县", code=None, achievement=None),
    )
    data = ran(tmp_path, old, new, "--format", "json").result
    assert data["notes"] == ["not in the new result: 黄岩区", "not in the old result: 示例县"]
    assert data["breaches"] == {"fixed": 0, "new": 0, "open": 0, "unjudged": 1}
    assert {(one["county"], one["standard"], one["before"], one["after"]) for one in data["achievement"]} == {
        ("椒江区", "balanced", 0.5, None), ("椒江区", "preschool", None, 0.5), ("黄岩区", "balanced", 0.5, None),
        ("示例县", "balanced", None, None),
    }  # fmt: skip


@pytest.mark.parametrize("format", ["text", "md", "html", "json"])
def test_what_keeps_two_results_from_being_compared_is_told(tmp_path: Path, format: str) -> None:
    old = result(county(indicator("balanced.12", "met")), as_of="2023-12-31", profile="zhejiang")
    new = result(county(indicator("balanced.1", "met"), indicator("balanced.12", "met")), rules={"sha256": "f" * 64})
    out = ran(tmp_path, old, new, "--format", format).out
    for told in (
        "are they in the wrong order?",
        "zhejiang (2023-12-31); national (2022-12-31)",
        "00000000 (2023-12-31); ffffffff (2022-12-31)",
        "not the same indicators were judged",
    ):
        assert told in out


def test_titles_are_in_the_language_asked_for_or_as_the_result_has_them(tmp_path: Path) -> None:
    found = result(county(indicator("balanced.12", "unmet"), indicator("own.1", "unmet")))
    out = ran(tmp_path, found, found).out
    assert "balanced.12 No primary class over 45" in out
    assert "own.1 题 own.1" in out


# --- any results ---------------------------------------------------------------------------------------------------


def told(comparison: Comparison, kind: str) -> Counter[object]:
    """The breaches of a kind: of which place and indicator, and by what they are told."""
    return Counter(
        (school.place.id, one.indicator, key(one.last))
        for school in comparison.schools
        for one in school.breaches
        if one.kind == kind
    )


def breaches(one: Result) -> int:
    """How many breaches of indicators a result has that count."""
    indicators = [each for _, standard in one.columns.values() for each in standard.indicators]
    outside = (Verdict.NOT_APPLICABLE, Verdict.NOT_COUNTED)
    return sum(len(each.evidence) for each in indicators if each.basis != "mark" and each.verdict not in outside)


@given(one=results())
def test_a_result_compared_with_itself_has_nothing_fixed_and_nothing_new(one: Result) -> None:
    found = compare(one, one)
    assert {change.kind for change in found.changes} <= {"open"}
    assert counted(found.schools) == {"fixed": 0, "new": 0, "open": breaches(one), "unjudged": 0}
    assert all(each.before == each.after for each in found.achievements)
    assert len(found.notes) == any(problem.severity == "error" for problem in one.problems)


@given(old=results(), new=results())
@settings(max_examples=200)
def test_seen_from_the_other_side_what_is_fixed_is_new(old: Result, new: Result) -> None:
    found, back = compare(old, new), compare(new, old)
    assert told(back, "new") == told(found, "fixed") + told(found, "unjudged")
    assert told(found, "new") == told(back, "fixed") + told(back, "unjudged")
    assert told(found, "open") == told(back, "open")


@given(old=results(), new=results())
@settings(max_examples=200)
def test_no_breach_is_lost(old: Result, new: Result) -> None:
    found = compare(old, new)
    whole = counted(found.schools)
    assert whole["fixed"] + whole["open"] + whole["unjudged"] == breaches(old)
    assert whole["new"] + whole["open"] == breaches(new)
    parts = [counted(schools) for _, schools in found.places]
    assert whole == {kind: sum(part[kind] for part in parts) for kind in KINDS}
    assert len({(school.place.id, school.subject) for school in found.schools}) == len(found.schools)


@given(old=results(), new=results())
@settings(max_examples=60)
def test_whatever_is_compared_can_be_written_in_every_format(old: Result, new: Result) -> None:
    found = compare(old, new)
    for lang in LANGUAGES:
        out = {format: write(found, lang, {}) for format, write in WRITERS.items()}
        data = json.loads(out["json"])
        assert data["breaches"] == counted(found.schools)
        assert all(len(one) == sum(found.kind == kind for found in compare(old, new).changes)
                   for kind, one in ((kind, data[kind]) for kind in KINDS))  # fmt: skip
        assert "<script>&" not in out["html"]
        assert all(char.isprintable() for char in out["text"].replace("\n", ""))
        tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(out["md"])
        kinds = {child.type for token in tokens for child in (token, *(token.children or ()))}
        assert not kinds & {"html_block", "html_inline", "link_open", "image"}


# --- files ---------------------------------------------------------------------------------------------------------


def test_a_result_without_what_older_versions_did_not_write_is_read(tmp_path: Path) -> None:
    found = result(county(indicator("balanced.12", "unmet", ONE)))
    schema = json.loads((ROOT / "tzcheck" / "writers" / "result.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(found, schema)
    assert ran(tmp_path, found, found).code == 1


@pytest.mark.parametrize(
    ("place", "value", "why"),
    [
        (("as_of",), "someday", 'as_of: "someday"'),
        (("rules",), None, "rules: null"),
        (("problems",), 5, "problems: 5"),
        (("counties", 0, "code"), 331002, "counties.0.code: 331002"),
        (("counties", 0, "standards", 0, "achievement"), 1.5, "counties.0.standards.0.achievement: 1.5"),
        (("counties", 0, "standards", 0, "achievement"), float("nan"), "counties.0.standards.0.achievement: NaN"),
        (("counties", 0, "standards", 0, "indicators", 0, "verdict"), "good", 'indicators.0.verdict: "good"'),
        (("counties", 0, "standards", 0, "indicators", 0, "evidence"), None, "indicators.0.evidence: null"),
        (("counties", 0, "standards", 0, "indicators", 0, "evidence", 0, "shortfall"), 10**400, "shortfall: 1000"),
    ],
)
def test_what_is_no_result_is_told_with_its_place(
    tmp_path: Path, place: tuple[Any, ...], value: object, why: str
) -> None:
    data = result(county(indicator("balanced.12", "unmet", ONE)))
    at: Any = data
    for part in place[:-1]:
        at = at[part]
    at[place[-1]] = value
    run = ran(tmp_path, result(), data)
    assert (run.code, run.out) == (3, "")
    assert run.err.startswith(f"error {tmp_path / 'new.json'}  not a result of tzcheck: ")
    assert why in run.err


def test_a_result_that_lacks_a_key_is_told(tmp_path: Path) -> None:
    data = result(county(indicator("balanced.12", "unmet", ONE)))
    del data["counties"][0]["standards"][0]["indicators"][0]["evidence"]
    assert "counties.0.standards.0.indicators.0.evidence: —" in ran(tmp_path, data, data).err


@pytest.mark.parametrize("format", ["text", "md", "html", "json"])
def test_a_comparison_is_written_to_a_file_whole_or_not_at_all(tmp_path: Path, format: str) -> None:
    found = result(county(indicator("balanced.12", "unmet", breach(HOSTILE))))
    target = tmp_path / "out"
    run = ran(tmp_path, found, found, "--format", format, "--output", target)
    assert (run.code, run.out) == (1, "")
    assert target.read_text(encoding="utf-8") == ran(tmp_path, found, found, "--format", format).out
    missing = ran(tmp_path, found, found, "--format", format, "--output", tmp_path / "no" / "out")
    assert (missing.code, "can't be written" in missing.err) == (2, True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new.json", "old.json", "out"]


@pytest.mark.parametrize("format", ["text", "md", "html", "json"])
def test_half_a_character_is_written_as_a_question_mark(tmp_path: Path, format: str) -> None:
    found = written(tmp_path / "r.json", result(county(name="甲")))
    found.write_text(found.read_text(encoding="utf-8").replace("甲", "\\ud800"), encoding="utf-8")
    target = tmp_path / "out"
    assert tzcheck("compare", found, found, "--format", format, "--output", target).code == 5
    assert target.read_text(encoding="utf-8")


def test_two_results_with_nothing_in_them_have_nothing_to_tell(tmp_path: Path) -> None:
    for format in WRITERS:
        assert ran(tmp_path, result(), result(), "--format", format).code == 5
