"""Verdicts of indicators: facts, documents and marks, doubt, targets, shares, readiness and achievement."""

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import ROOT, Run, check, facts, problems
from tests.test_rule import folder
from tzcheck.loading import load
from tzcheck.report import percent, shown
from tzcheck.score import rounded

HEAD = 'number: "1"\n    title: {zh: 一, en: one}\n    source: {document: 无, certainty: D}\n    '
TOPIC = f"""\
measures:
  size: {{each: class, value: students, unit: 人}}
  pay: {{each: county, from: values, value: teacher_pay / official_pay}}
rules:
  demo.both:
    {HEAD}attested: true
    each: county
    requires: pay >= 1
  demo.document:
    {HEAD}attested: true
  demo.number:
    {HEAD}each: county
    requires: pay >= 1
  demo.share:
    {HEAD}each: class
    requires: size <= 45
    holds_for: {{at_least: 85 %}}
  demo.all:
    {HEAD}each: class
    requires: size <= 45
  demo.soft:
    {HEAD}each: county
    requires: pay >= 1
    soft: true
  demo.unset:
    {HEAD}each: county
    requires: pay >= limit
    parameters: {{limit: {{2017-01-01: null}}}}
  demo.extra:
    {HEAD}attested: true
    counted: false
"""
OF_ALL = (
    "demo.both",
    "demo.document",
    "demo.number",
    "demo.share",
    "demo.all",
    "demo.soft",
    "demo.unset",
    "demo.extra",
)
# What indicators 1 to 7 divide by the number of pupils.
RESOURCES = (
    "above_degree_primary",
    "backbone_primary",
    "pe_art_primary",
    "teaching_area",
    "sports_ground_area",
    "equipment_value",
    "multimedia_rooms",
)
ATTESTED = "indicator,holds,document_no\n"


def judged(root: Path, *arguments: str, **files: str) -> Run:
    rules = folder(root, **{"demo/size.yaml": TOPIC, "demo/size.cases.yaml": "cases: []\n"})
    return check(facts(root / "facts", **files), "--rules", rules, "--standard", "demo", *arguments)


def verdicts(run: Run) -> dict[str, str]:
    return {id: one["verdict"] for id, one in run.indicators("椒江区").items()}


def classes(*sizes: object) -> str:
    rows = [f"2133000001,小学,一,{number},{size}\n" for number, size in enumerate(sizes)]
    return "school_id,stage,grade,class,students\n" + "".join(rows)


def pay(teacher: object, official: object) -> str:
    return f"key,value\nteacher_pay,{teacher}\nofficial_pay,{official}\n"


@pytest.mark.parametrize(
    ("values", "attestation", "verdict", "basis"),
    [
        (pay(100, 100), "demo.both,是,文1\n", "met", "both"),
        (pay(100, 100), "demo.both,是,\n", "undetermined", "both"),
        (pay(100, 100), "demo.document,是,文1\n", "undetermined", "both"),
        (pay(100, 100), "demo.both,否,文1\n", "unmet", "both"),
        (pay(99, 100), "demo.both,是,文1\n", "unmet", "both"),
        (pay(99, 100), "demo.document,是,文1\n", "unmet", "both"),
        (pay(100, ""), "demo.both,是,文1\n", "undetermined", "both"),
        (pay(100, 0), "demo.both,是,文1\n", "undetermined", "both"),
        ("key,value\nother,1\n", "demo.both,是,文1\n", "undetermined", "both"),
        ("key,value\nother,1\n", "demo.both,否,\n", "unmet", "both"),
    ],
)
def test_where_a_number_and_a_document_are_asked_either_can_fail_it_and_both_are_needed(
    tmp_path: Path, values: str, attestation: str, verdict: str, basis: str
) -> None:
    one = judged(tmp_path, values=values, attestations=ATTESTED + attestation).indicators("椒江区")["demo.both"]
    assert (one["verdict"], one["basis"]) == (verdict, basis)


@pytest.mark.parametrize(
    ("row", "verdict"),
    [("是,文1", "met"), ("√,文1", "met"), ("是,", "undetermined"), (",文1", "undetermined"), ("否,", "unmet"),
     ("※,文1", "unmet")],
)  # fmt: skip
def test_a_document_decides_what_no_number_can(tmp_path: Path, row: str, verdict: str) -> None:
    run = judged(tmp_path, attestations=ATTESTED + f"demo.document,{row}\n")
    assert verdicts(run)["demo.document"] == verdict


def test_a_document_may_be_named_by_its_title_alone(tmp_path: Path) -> None:
    run = judged(tmp_path, attestations="indicator,holds,document\ndemo.document,是,实施办法\n")
    assert verdicts(run)["demo.document"] == "met"


def test_a_mark_decides_only_where_the_indicator_has_no_facts_of_its_own(tmp_path: Path) -> None:
    marks = "indicator,mark\n" + "".join(f"{id},√\n" for id in OF_ALL)
    alone = judged(tmp_path / "a", marks=marks)
    assert verdicts(alone) == {id: "not_counted" if id == "demo.soft" else "met" for id in OF_ALL}
    assert {one["basis"] for one in alone.indicators("椒江区").values()} == {"mark"}
    beside = judged(tmp_path / "b", marks=marks, values=pay(99, 100), classes=classes(45, ""))
    assert {id: beside.indicators("椒江区")[id]["basis"] for id in OF_ALL} == {
        "demo.both": "both", "demo.document": "mark", "demo.number": "facts", "demo.share": "facts",
        "demo.all": "facts", "demo.soft": "facts", "demo.unset": "facts", "demo.extra": "mark",
    }  # fmt: skip
    assert verdicts(beside)["demo.all"] == "undetermined"
    assert problems(beside) == [
        ("mark_differs", None, None, None, "demo.both"), ("mark_differs", None, None, None, "demo.number"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("sizes", "of_all", "share"),
    [
        ([45] * 20, "met", "met"),
        ([45] * 19 + [46], "unmet", "met"),
        ([45] * 17 + [46] * 3, "unmet", "met"),
        ([45] * 16 + [46] * 4, "unmet", "unmet"),
        ([45] * 17 + [46] * 2 + [""], "unmet", "met"),
        ([45] * 16 + [46] * 3 + [""], "unmet", "undetermined"),
        ([45] * 16 + [46] * 4 + [""], "unmet", "unmet"),
        ([45] * 19 + [""], "undetermined", "met"),
        ([""] * 3, "undetermined", "undetermined"),
    ],
)
def test_all_means_all_and_a_share_is_exact_at_its_limit(
    tmp_path: Path, sizes: list[object], of_all: str, share: str
) -> None:
    found = verdicts(judged(tmp_path, classes=classes(*sizes)))
    assert (found["demo.all"], found["demo.share"]) == (of_all, share)


def test_a_refused_row_leaves_doubt_that_only_a_breach_ends(tmp_path: Path) -> None:
    sound = verdicts(judged(tmp_path, classes=classes(45, "约44")))
    broken = verdicts(judged(tmp_path, classes=classes(46, "约44")))
    assert (sound["demo.all"], sound["demo.share"]) == ("undetermined", "undetermined")
    assert (broken["demo.all"], broken["demo.share"]) == ("unmet", "undetermined")


def test_a_soft_target_is_shown_and_not_counted(tmp_path: Path) -> None:
    one = judged(tmp_path, values=pay(99, 100)).indicators("椒江区")["demo.soft"]
    assert (one["verdict"], one["reason_code"], one["beneath"]) == ("not_counted", "soft", "unmet")


def test_a_limit_that_nobody_could_name_leaves_the_indicator_undetermined_with_that_reason(tmp_path: Path) -> None:
    one = judged(tmp_path, values=pay(100, 100)).indicators("椒江区")["demo.unset"]
    assert (one["verdict"], one["reason"]) == ("undetermined", "no source names the limit, so it is not set")


def test_the_achievement_is_what_is_met_of_what_is_counted_and_doubt_stays_in_it(tmp_path: Path) -> None:
    run = judged(tmp_path, values=pay(100, 100), classes=classes(46))
    (standard,) = run.result["counties"][0]["standards"]
    # both, document, unset: undetermined; number: met; share, all: unmet; soft, extra: not counted.
    assert (standard["met"], standard["counted"], standard["achievement"]) == (1, 6, 1 / 6)
    assert standard["ready"] is False


def test_readiness_is_unknown_as_long_as_nothing_fails_and_something_is_in_doubt(tmp_path: Path) -> None:
    run = judged(tmp_path, values=pay(100, 100), classes=classes(45))
    assert run.result["counties"][0]["standards"][0]["ready"] is None


def test_nothing_counted_has_no_achievement_and_nothing_judged_is_5(tmp_path: Path) -> None:
    run = judged(tmp_path, marks="indicator,mark\n" + "".join(f"{id},——\n" for id in OF_ALL))
    (standard,) = run.result["counties"][0]["standards"]
    assert (standard["met"], standard["counted"], standard["achievement"], run.code) == (0, 0, None, 5)


@pytest.mark.parametrize(
    ("printed", "query"),
    [("53.3", False), ("53.33", False), ("53", False), ("53.34", True), ("54", True), ("53.0", True), ("", False)],
)
def test_a_published_figure_is_right_if_the_recount_rounds_to_it(tmp_path: Path, printed: str, query: bool) -> None:
    marks = "".join(f"balanced.{number},{'√' if number <= 16 else '※'}\n" for number in range(1, 31))
    published = f"standard,unmet,achievement_percent\nbalanced,14,{printed}\n"
    folder_of_facts = facts(tmp_path / "f", marks="indicator,mark\n" + marks + "balanced.31,——\n", published=published)
    run = check(folder_of_facts, "--standard", "balanced")
    wanted = [("published_achievement", "published.csv", 2, "achievement_percent", printed)] if query else []
    assert (problems(run), run.code) == (wanted, 1)


def test_a_published_number_of_failures_is_recounted_too(tmp_path: Path) -> None:
    folder_of_facts = facts(
        tmp_path / "f", marks="indicator,mark\nbalanced.1,※\n", published="standard,unmet\nbalanced,2\n"
    )
    run = check(folder_of_facts, "--standard", "balanced")
    assert problems(run) == [("published_unmet", "published.csv", 2, "unmet", "2")]
    assert run.result["problems"][0]["message"] == (
        "balanced: published 2 unmet, recounted 1, with indicators undetermined"
    )


@given(st.fractions(min_value=-1000, max_value=1000), st.integers(min_value=0, max_value=4))
def test_rounding_is_half_up_away_from_zero_and_never_off_by_more_than_half(number: Fraction, places: int) -> None:
    unit = Fraction(1, 10**places)
    found = Fraction(rounded(number, places))
    assert abs(found - number) <= unit / 2
    if abs(found - number) == unit / 2:
        assert abs(found) >= abs(number)


@pytest.mark.parametrize(
    ("value", "other", "wanted"),
    [
        (Fraction("3.57"), None, "3.57"), (Fraction(45), None, "45"), (Fraction("0.5004"), Fraction("0.5"), "0.5004"),
        (Fraction(1, 3), None, "0.33"), (Fraction("0.0004"), None, "0.0004"),
        (Fraction("1234567.891"), None, "1,234,567.89"),
        (Fraction("44.9999999"), Fraction(45), "44.9999999"), (None, None, "—"), ("primary", None, "primary"),
    ],
)  # fmt: skip
def test_a_number_is_shown_so_that_rounding_does_not_turn_the_verdict(
    value: Fraction | str | None, other: Fraction | None, wanted: str
) -> None:
    assert shown(value, other) == wanted


def test_an_achievement_is_shown_with_one_decimal_at_most() -> None:
    assert [percent(Fraction(n, 30)) for n in (30, 21, 22)] == ["100%", "70%", "73.3%"]


def test_a_measure_made_of_quotients_is_exact_and_missing_where_a_part_is(tmp_path: Path) -> None:
    topic = f"""\
measures:
  share: {{each: county, from: values, value: a / b}}
  other: {{each: county, from: values, value: c / d}}
  gain: {{each: county, value: share - other}}
rules:
  demo.gain:
    {HEAD}each: county
    requires: gain >= 0
    shows: [gain]
"""
    rules = folder(tmp_path, **{"demo/size.yaml": topic, "demo/size.cases.yaml": "cases: []\n"})
    for values, verdict, gain in (
        ("a,1\nb,3\nc,2\nd,6\n", "met", 0),
        ("a,1\nb,3\nc,201\nd,600\n", "unmet", 1 / 3 - 201 / 600),
        ("a,-1\nb,-3\nc,1\nd,4\n", "met", 1 / 12),
        ("a,1\nb,0\nc,1\nd,4\n", "undetermined", None),
        ("a,1\nb,3\nc,1\n", "undetermined", None),
    ):
        run = check(facts(tmp_path / "f", values="key,value\n" + values), "--rules", rules, "--standard", "demo")
        one = run.indicators("椒江区")["demo.gain"]
        assert (one["verdict"], one["shows"][0]["value"]) == (verdict, pytest.approx(gain) if gain else gain)


def test_a_score_decides_where_it_is_given_whatever_a_mark_says(tmp_path: Path) -> None:
    written = {
        "marks": "indicator,mark\nmodernization.9,√\nmodernization.10,√\nmodernization.11,*\n",
        "monitoring": "point,score,province_average\n9,74.99,75\n12,0,1\n13,,1\n",
    }
    found = check(facts(tmp_path / "f", **written), "--standard", "modernization").indicators("椒江区")
    told = {one["number"]: (one["verdict"], one["basis"], one["sign"]) for one in found.values()}
    assert told["9"] == ("unmet", "facts", "-")
    assert told["10"] == ("undetermined", "facts", "?")  # the monitoring is given, and does not have it
    assert told["12"] == ("unmet", "facts", "*")
    assert told["13"] == ("undetermined", "facts", "?")
    by_mark = check(facts(tmp_path / "g", marks=written["marks"]), "--standard", "modernization").indicators("椒江区")
    assert [by_mark[f"modernization.{n}"]["sign"] for n in (9, 10, 11, 12)] == ["√", "√", "*", "?"]


def test_a_county_is_not_ready_by_leaving_indicators_out_of_the_count(tmp_path: Path) -> None:
    ids = [id for id, _, _ in load([ROOT / "rules"]).rules() if id.startswith("balanced.")]

    def ready(*left_out: str) -> object:
        marks = "".join(f"{id},{'——' if id in left_out else '√'}\n" for id in ids)
        run = check(facts(tmp_path / "f", marks="indicator,mark\n" + marks), "--standard", "balanced")
        return run.result["counties"][0]["standards"][0]["ready"]

    assert (ready(), ready("balanced.31"), ready("balanced.1")) == (True, True, True)
    assert (ready("balanced.9"), ready("balanced.veto"), ready("balanced.resources")) == (None, None, None)


def test_the_key_that_is_missing_is_the_one_named(tmp_path: Path) -> None:
    one = check(facts(tmp_path / "f", values="key,value\ndisabled_children,100\n"), "--standard", "balanced.24")
    found = one.indicators("椒江区")["balanced.24"]
    assert found["reason"] == "1 of 1 lack a value: disabled_enrolled"
    assert [item["column"] for item in found["missing"]] == ["disabled_enrolled"]


def test_an_identity_names_the_row_of_the_printed_total(tmp_path: Path) -> None:
    folder_of_facts = tmp_path / "f"
    folder_of_facts.mkdir()
    (folder_of_facts / "city.yaml").write_text("city: {name: 台州市}\nas_of: 2022-12-31\n", encoding="utf-8")
    (folder_of_facts / "enrolment.csv").write_text("county,primary_total\n椒江,4\n黄岩,6\n合计,11\n", encoding="utf-8")
    one = check(folder_of_facts, "--standard", "notice").indicators("台州市")["notice.enrolment.sum.primary_total"]
    assert [(e["value"], e["limit"], e["shortfall"], e["file"], e["row"]) for e in one["evidence"]] == [
        (10, 11, 1, "enrolment.csv", 4)
    ]
    assert one["evidence"][0]["rows"] == [{"file": "enrolment.csv", "sheet": None, "row": row} for row in (2, 3, 4)]


def test_a_blank_mark_is_missing_and_no_error(tmp_path: Path) -> None:
    run = check(facts(tmp_path / "f", marks="indicator,mark\nbalanced.1,\n"), "--standard", "balanced.1")
    one = run.indicators("椒江区")["balanced.1"]
    assert (run.code, one["verdict"], one["reason"], problems(run)) == (1, "undetermined", "the mark is blank", [])


@pytest.mark.parametrize(
    ("cells", "columns"),
    [
        ("2000,0,100,5,1,20,20,10", {"4": "teaching_area", "5": "indoor_sports_area"}),
        ("2000,100,0,5,1,20,20,10", {"4": "teaching_area", "5": "sports_ground_area"}),
        ("0,0,0,0,0,0,0,0", {str(number): column for number, column in enumerate(RESOURCES, start=1)}),
    ],
)
def test_a_breach_names_the_column_of_what_is_divided_also_where_that_is_0(
    tmp_path: Path, cells: str, columns: dict[str, str]
) -> None:
    teachers = "above_degree_primary,backbone_primary,pe_art_primary"
    header = "teaching_area,sports_ground_area,indoor_sports_area,equipment_value,multimedia_rooms"
    rows = f"school_id,school,type,students_primary,{header},{teachers}\n1,甲,小学,1000,{cells}\n"
    run = check(facts(tmp_path, schools=rows), "--standard", "balanced", "--engine", "duckdb")
    found = run.indicators("椒江区")
    named = {number: found[f"balanced.{number}"]["evidence"][0]["column"] for number in columns}
    assert named == columns
