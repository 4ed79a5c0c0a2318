"""Cross-checks of the data: hard ones and soft ones, numbers in the wrong unit, and what was answered to them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.support import COUNTY, ROOT, Run, check, facts, problems, tzcheck
from tzcheck import facts as reading
from tzcheck import loading, report
from tzcheck.cases import DAY
from tzcheck.engines import rete
from tzcheck.facts import RowSet
from tzcheck.place import Place
from tzcheck.reading import Known

WHY = rete.unavailable()
NEEDS_DURABLE = pytest.mark.skipif(WHY is not None, reason=f"durable_rules: {WHY}")
ID = "2133000001"
SCHOOL = {"school_id": ID, "school": "一小", "type": "小学"}


def table(*rows: Mapping[str, object]) -> str:
    """A CSV of rows; a column that a row leaves out is blank in it."""
    header = list(dict.fromkeys(column for row in rows for column in row))
    lines = [header, *([str(row.get(column, "")) for column in header] for row in rows)]
    return "".join(f"{','.join(line)}\n" for line in lines)


def county(**values: object) -> str:
    """county.yaml with values."""
    return COUNTY + "values:\n" + "".join(f"  {key}: {value}\n" for key, value in values.items())


def checked(folder: Path, **files: str) -> Run:
    """The cross-checks of a folder, beside an indicator that they have nothing to do with."""
    return check(facts(folder, attestations="indicator,holds,document\nbalanced.8,是,规划\n", **files), *ASKED)


ASKED = ("--standard", "balanced.8")


def told(run: Run) -> list[tuple[str, str, int | None, str | None, str | None, str | None]]:
    """The problems of a result: severity, code, row, column, value, what was expected."""
    names = ("severity", "code", "row", "column", "value", "expected")
    return [tuple(one[name] for name in names) for one in run.result["problems"]]  # type: ignore[misc]


# --- hard and soft -------------------------------------------------------------------------------------------------


TOO_MANY = "一小: no more certified teachers than full-time teachers: 31, should be ≤ 30"


def test_a_hard_check_that_fails_is_an_error_with_its_place_and_what_was_expected(tmp_path: Path) -> None:
    run = checked(tmp_path / "f", schools=table(SCHOOL | {"teachers": 30, "certified": 31}))
    assert run.code == 3
    assert run.result["problems"] == [
        {
            "severity": "error",
            "county": "331002",
            "code": "checks.certified_within_teachers",
            "message": TOO_MANY,
            "file": "schools.csv",
            "sheet": None,
            "row": 2,
            "cell": None,
            "column": "certified",
            "value": "31",
            "expected": "≤ 30",
            "subject": ID,
        }
    ]


def test_a_hard_check_leaves_the_verdicts_where_they_are(tmp_path: Path) -> None:
    schools = table(SCHOOL | {"students_primary": 400, "teachers": 30, "certified": 31, "trained_360h": 29})
    folder = facts(tmp_path / "f", schools=schools)
    run = check(folder, "--standard", "balanced", "--fail-on", "never")
    verdicts = {id: run.indicators("椒江区")[id]["verdict"] for id in ("balanced.16", "balanced.19", "balanced.20")}
    assert (run.code, verdicts) == (
        3,
        {"balanced.16": "unmet", "balanced.19": "met", "balanced.20": "undetermined"},
    )


@pytest.mark.parametrize(("certified", "code"), [(30, 0), (31, 3)])
def test_the_last_number_that_agrees_is_0_and_one_more_is_3(tmp_path: Path, certified: int, code: int) -> None:
    run = checked(tmp_path / "f", schools=table(SCHOOL | {"teachers": 30, "certified": certified}))
    assert (run.code, len(run.result["problems"])) == (code, code // 3)


@pytest.mark.parametrize(("area", "severities"), [(8000, []), (8001, ["query"])])
def test_a_soft_check_leaves_the_exit_code_alone(tmp_path: Path, area: int, severities: list[str]) -> None:
    run = checked(tmp_path / "f", schools=table(SCHOOL | {"students_primary": 100, "sports_ground_area": area}))
    assert (run.code, [one["severity"] for one in run.result["problems"]]) == (0, severities)


def test_a_check_belongs_to_no_standard_and_is_judged_as_an_indicator_where_it_is_asked_for(tmp_path: Path) -> None:
    folder = facts(tmp_path / "f", schools=table(SCHOOL | {"teachers": 30, "certified": 31}))
    id = "checks.certified_within_teachers"
    everything = check(folder)
    assert "checks" not in {one["id"] for one in everything.result["counties"][0]["standards"]}
    assert [one["code"] for one in everything.result["problems"]] == [id]
    alone = check(folder, "--standard", id)
    assert {id: one["verdict"] for id, one in alone.indicators("椒江区").items()} == {id: "unmet"}
    assert (alone.code, alone.result["problems"]) == (1, [])
    explained = tzcheck("explain", id, folder, "--lang", "en")
    assert (explained.code, "certified = 31 <= teachers = 30  → false" in explained.out) == (1, True)


def test_what_is_blank_is_not_suspected(tmp_path: Path) -> None:
    run = checked(tmp_path / "f", schools=table(SCHOOL | {"teachers": "", "certified": 31, "trained_360h": ""}))
    assert (run.code, run.result["problems"]) == (0, [])


def test_a_sum_that_is_too_large_is_told_as_the_sum(tmp_path: Path) -> None:
    """Neither of its parts is too large."""
    schools = table(
        {**SCHOOL, "school_id": "3133000001", "type": "九年一贯制", "teachers": 30, "backbone_primary": 20,
         "backbone_junior": 11}
    )  # fmt: skip
    run = checked(tmp_path / "f", schools=schools)
    (one,) = run.result["problems"]
    assert (one["code"], one["row"], one["value"], one["expected"]) == (
        "checks.backbone_within_teachers", 2, "31", "≤ 30",
    )  # fmt: skip
    assert one["message"] == "一小: no more backbone teachers than full-time teachers: 31, should be ≤ 30"


def test_a_cell_is_told_as_it_is_written(tmp_path: Path) -> None:
    schools = table(SCHOOL | {"teaching_area": 420, "indoor_sports_area": 420.5})
    assert told(checked(tmp_path / "f", schools=schools)) == [
        ("error", "checks.indoor_sports_within_rooms", 2, "indoor_sports_area", "420.5", "≤ 420")
    ]


@pytest.mark.parametrize(
    ("students", "expected"), [(118, []), (117, ["≥ 118"]), (130, []), (131, ["≤ 130"])]
)  # fmt: skip
def test_of_two_bounds_the_one_that_fails_is_told(tmp_path: Path, students: int, expected: list[str]) -> None:
    bands = ("36-40", 1), ("41-45", 2)
    rows = [{"school_id": ID, "stage": "小学", "band": band, "classes": number} for band, number in bands]
    schools = table(SCHOOL | {"students_primary": students, "classes_primary": 3})
    found = told(checked(tmp_path / "f", schools=schools, class_bands=table(*rows)))
    assert found == [
        ("query", "checks.students_within_bands", 2, "students_primary", str(students), one) for one in expected
    ]


@pytest.mark.parametrize(
    "engine", ["duckdb", *(pytest.param(name, marks=NEEDS_DURABLE) for name in ("durable", "both"))]
)
def test_every_engine_checks_the_data(tmp_path: Path, engine: str) -> None:
    folder = facts(tmp_path / "f", schools=table(SCHOOL | {"teachers": 30, "certified": 31, "trained_360h": 30}))
    run = check(folder, "--standard", "balanced.8", "--engine", engine)
    assert problems(run) == [("checks.certified_within_teachers", "schools.csv", 2, "certified", "31")]


def test_every_check_is_told_where_its_cases_are_unmet_and_nowhere_else() -> None:
    """All cases beside the checks, each a county of its own, only cross-checked."""
    book = loading.load([ROOT / "rules"], cases=True)
    cases = [case for case in book.cases if case.rule in book.checks]
    level = {id: pack.levels(one)[0] for id, pack, one in book.rules()}
    sets = [
        RowSet(Place(None, f"{number}县", level[case.rule]), case.facts, case.values)
        for number, case in enumerate(cases)
    ]
    facts = reading.of_rows(sets, Known(book.ids, book.standards, book.kinds, book.checks))
    assert facts.problems == ()
    found = report.check(book, facts, frozenset(), DAY, "duckdb")
    failed = {(one.county, one.check): one.severity for one in found.problems}
    severities = {id: one.severity for id, _, one in book.rules() if id in book.checks}
    assert {case.rule for case in cases if case.verdict == "unmet"} == set(severities) == book.checks
    for number, case in enumerate(cases):
        due = severities[case.rule] if case.verdict == "unmet" else None
        assert (case.rule, case.name, failed.get((f"{number}县", case.rule))) == (case.rule, case.name, due)


# --- units ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "code", "column", "hint"),
    [
        ({"equipment_value": 200000}, "equipment_in_10000_yuan", "equipment_value", "yuan in a column of 10,000 yuan"),
        ({"public_funds_budget": 80000}, "public_funds_in_10000_yuan", "public_funds_budget",
         "yuan in a column of 10,000 yuan"),
        ({"sports_ground_area": 40000}, "sports_ground_plausible", "sports_ground_area", "a digit too many"),
        ({"teaching_area": 40000}, "teaching_area_plausible", "teaching_area", "a digit too many"),
    ],
)  # fmt: skip
def test_a_schools_number_in_the_wrong_unit_is_named(
    tmp_path: Path, cells: dict[str, int], code: str, column: str, hint: str
) -> None:
    run = checked(tmp_path / "f", schools=table(SCHOOL | {"students_primary": 100} | cells))
    assert run.code == 0
    (one,) = run.result["problems"]
    assert (one["severity"], one["code"], one["row"], one["column"]) == ("query", f"checks.{code}", 2, column)
    assert hint in one["message"]


@pytest.mark.parametrize(
    ("values", "code", "column", "value", "hint"),
    [
        ({"teacher_salary": 15.23}, "teacher_salary_in_yuan", "teacher_salary", "15.23",
         "10,000 yuan where yuan are asked for"),
        ({"civil_servant_salary": 15.1}, "civil_servant_salary_in_yuan", "civil_servant_salary", "15.1",
         "10,000 yuan where yuan are asked for"),
        ({"special_ed_funds_per_student": 0.68}, "special_funds_in_yuan", "special_ed_funds_per_student", "0.68",
         "10,000 yuan where yuan are asked for"),
        ({"monitoring_variation.maths": 12}, "variation_is_no_percentage", "monitoring_variation.maths", "12",
         "12 for 12 %, which is 0.12"),
        ({"migrant_children": 2000, "migrant_in_public": 85, "migrant_in_purchased": 5},
         "migrants_are_no_percentage", "migrant_in_public", "90", "85 for 85 %, where a number is asked for"),
    ],
)  # fmt: skip
def test_a_countys_number_in_the_wrong_unit_is_named(
    tmp_path: Path, values: dict[str, object], code: str, column: str, value: str, hint: str
) -> None:
    written = county(**values)
    run = checked(tmp_path / "f", **{"county.yaml": written})
    assert run.code == 0
    (one,) = run.result["problems"]
    assert (one["severity"], one["code"], one["file"]) == ("query", f"checks.{code}", "county.yaml")
    assert (one["column"], one["value"]) == (column, value)
    assert hint in one["message"]
    # Where a row is told, it is the one that has the column.
    assert one["row"] is None or column in written.splitlines()[one["row"] - 1]


@pytest.mark.parametrize(
    ("id", "type", "prefix"),
    [("2133000001", "九年一贯制", "31"), ("213300001", "小学", "21"), ("21330000011", "小学", "21")],
)
def test_an_id_that_does_not_suit_the_type_is_told_in_no_column_but_that_of_the_id(
    tmp_path: Path, id: str, type: str, prefix: str
) -> None:
    run = checked(tmp_path / "f", schools=table({"school_id": id, "school": "一校", "type": type}))
    (one,) = run.result["problems"]
    assert (one["severity"], one["code"], one["subject"]) == ("query", "checks.id_of_type", id)
    assert one["expected"] == f"= {prefix}"
    assert one["column"] in (None, "school_id")


def test_a_unit_mistake_is_named_in_chinese_too(tmp_path: Path) -> None:
    folder = facts(tmp_path / "f", schools=table(SCHOOL | {"students_primary": 100, "equipment_value": 200000}))
    run = tzcheck("validate", folder, "--lang", "zh")
    assert (run.code, run.out.splitlines()[0]) == (
        0,
        "疑问 schools.csv:2:equipment_value  一小：生均教学仪器设备值不超过10万元：20000000，应 ≤ 100000；"
        "可能把元填成了万元",
    )


# --- rows that were refused ----------------------------------------------------------------------------------------


def classes_of(id: str, *sizes: object) -> list[dict[str, object]]:
    return [
        {"school_id": id, "stage": "小学", "grade": "一年级", "class": f"{number}班", "students": size}
        for number, size in enumerate(sizes, 1)
    ]


SOUND = SCHOOL | {"students_primary": 80, "classes_primary": 2}
REFUSED = ("error", "bad_cell", 3, "students", "约40", "a whole number of 0 or more")


def test_a_refused_class_does_not_make_the_totals_beside_it_look_wrong(tmp_path: Path) -> None:
    run = checked(tmp_path / "f", schools=table(SOUND), classes=table(*classes_of(ID, 40, "约40")))
    assert (run.code, told(run)) == (3, [REFUSED])


def test_the_same_totals_are_wrong_where_no_class_was_refused(tmp_path: Path) -> None:
    run = checked(tmp_path / "f", schools=table(SOUND), classes=table(*classes_of(ID, 40)))
    assert (run.code, told(run)) == (
        3,
        [
            ("error", "checks.classes_as_listed", 2, "classes_primary", "2", "= 1"),
            ("error", "checks.students_as_listed", 2, "students_primary", "80", "= 40"),
        ],
    )


def test_a_refused_class_does_not_hide_what_is_wrong_with_another_school(tmp_path: Path) -> None:
    other = SOUND | {"school_id": "2133000002", "school": "二小"}
    classes = [*classes_of(ID, 40, "约40"), *classes_of("2133000002", 40, 43)]
    run = checked(tmp_path / "f", schools=table(SOUND, other), classes=table(*classes))
    assert told(run) == [REFUSED, ("error", "checks.students_as_listed", 3, "students_primary", "80", "= 83")]


def test_a_refused_class_hides_nothing_that_its_table_has_no_part_in(tmp_path: Path) -> None:
    schools = table(SOUND | {"teachers": 30, "certified": 31})
    run = checked(tmp_path / "f", schools=schools, classes=table(*classes_of(ID, 40, "约40")))
    certified = ("error", "checks.certified_within_teachers", 2, "certified", "31", "≤ 30")
    assert told(run) == [REFUSED, certified]


def test_a_class_refused_in_one_county_hides_nothing_in_another(tmp_path: Path) -> None:
    places = {"椒江区": ("2133000001", 40, "约40"), "黄岩区": ("2133000002", 40, 43)}
    for name, (id, *sizes) in places.items():
        facts(
            tmp_path / "f" / name,
            schools=table(SOUND | {"school_id": id}),
            classes=table(*classes_of(id, *sizes)),
            **{"county.yaml": f"county: {{name: {name}}}\nas_of: 2022-12-31\n"},
        )
    run = check(tmp_path / "f", *ASKED)
    assert [(one["county"], one["code"]) for one in run.result["problems"]] == [
        ("331002", "bad_cell"),
        ("331003", "checks.students_as_listed"),
    ]


# --- explanations --------------------------------------------------------------------------------------------------

GROUND = SCHOOL | {"students_primary": 100, "sports_ground_area": 8100}
ANSWER = {
    "check": "checks.sports_ground_plausible", "subject": ID, "value": 8100, "explanation": "含全部山地",
    "accepted_by": "张三",
}  # fmt: skip
QUESTION = (
    "一小: sports grounds of at most 80 m2 a student: 81, should be ≤ 80; perhaps a digit too many, or the whole site"
)


def answered(folder: Path, *answers: Mapping[str, object], **cells: object) -> tuple[int, str, str]:
    """The exit code, and the severity and the message of the one problem there is."""
    run = checked(folder, schools=table(GROUND | cells), explanations=table(*answers))
    (one,) = run.result["problems"]
    return run.code, one["severity"], one["message"]


def test_a_query_that_was_answered_is_explained(tmp_path: Path) -> None:
    found = answered(tmp_path / "f", ANSWER)
    assert found == (0, "explained", f"{QUESTION}; explained: 含全部山地 (accepted by 张三)")


@pytest.mark.parametrize("value", ["8100.00", "８１００", '"8,100"'])
def test_an_explained_value_may_be_spelled_otherwise(tmp_path: Path, value: str) -> None:
    assert answered(tmp_path / "f", ANSWER | {"value": value})[1] == "explained"


def test_an_explanation_lapses_when_the_value_changes(tmp_path: Path) -> None:
    _, severity, message = answered(tmp_path / "f", ANSWER, sports_ground_area=8101)
    assert severity == "query"
    assert message.endswith("; the explanation given was for the value 8100 and has lapsed")


def test_of_several_explanations_the_one_of_the_value_counts(tmp_path: Path) -> None:
    others = [ANSWER | {"value": value, "explanation": "旧"} for value in (8000, 8200)]
    _, severity, message = answered(tmp_path / "f", others[0], ANSWER, others[1])
    assert (severity, message) == ("explained", f"{QUESTION}; explained: 含全部山地 (accepted by 张三)")


def test_an_explanation_that_nobody_accepted_does_not_answer_yet(tmp_path: Path) -> None:
    found = answered(tmp_path / "f", ANSWER | {"accepted_by": ""})
    assert found == (0, "query", f"{QUESTION}; explained, but nobody has accepted it: 含全部山地")


def test_an_acceptance_without_an_explanation_does_not_answer(tmp_path: Path) -> None:
    assert answered(tmp_path / "f", ANSWER | {"explanation": ""})[1] == "query"


@pytest.mark.parametrize(
    "other", [{"subject": "2133000002"}, {"subject": ""}, {"check": "checks.teaching_area_plausible"}]
)
def test_an_explanation_of_something_else_does_not_answer(tmp_path: Path, other: dict[str, str]) -> None:
    assert answered(tmp_path / "f", ANSWER | other) == (0, "query", QUESTION)


def test_a_hard_check_can_not_be_explained(tmp_path: Path) -> None:
    answer = {"check": "checks.certified_within_teachers", "subject": ID, "value": 31, "explanation": "有",
              "accepted_by": "张三"}  # fmt: skip
    schools = table(SCHOOL | {"teachers": 30, "certified": 31})
    run = checked(tmp_path / "f", schools=schools, explanations=table(answer))
    (one,) = run.result["problems"]
    assert (run.code, one["severity"], one["message"]) == (
        3, "error",
        f"{TOO_MANY}; this must be mended, an explanation is not enough",
    )  # fmt: skip


@pytest.mark.parametrize("subject", ["", "331002"])
def test_a_query_about_the_county_is_answered_with_its_code_or_without_a_subject(tmp_path: Path, subject: str) -> None:
    answer = {"check": "checks.teacher_salary_in_yuan", "subject": subject, "value": 15.23, "explanation": "万元",
              "accepted_by": "张三"}  # fmt: skip
    run = checked(tmp_path / "f", explanations=table(answer), **{"county.yaml": county(teacher_salary=15.23)})
    assert [(one["code"], one["severity"]) for one in run.result["problems"]] == [
        ("checks.teacher_salary_in_yuan", "explained")
    ]


def test_an_explanation_of_an_unknown_check_is_an_error_with_a_hint(tmp_path: Path) -> None:
    answer = ANSWER | {"check": "checks.sports_ground_plausable"}
    run = checked(tmp_path / "f", schools=table(GROUND), explanations=table(answer))
    assert run.code == 3
    first, second = run.result["problems"]
    assert (first["severity"], first["code"], first["file"], first["row"], first["column"], first["value"]) == (
        "error", "unknown_id", "explanations.csv", 2, "check", "checks.sports_ground_plausable",
    )  # fmt: skip
    assert first["message"] == (
        "there is no checks.sports_ground_plausable; is it checks.sports_ground_plausible?"
    )  # fmt: skip
    assert (second["severity"], second["message"]) == ("query", QUESTION)


def test_a_report_counts_what_was_explained_apart_from_what_is_open(tmp_path: Path) -> None:
    schools = table(GROUND | {"teaching_area": 6100})
    folder = facts(tmp_path / "f", schools=schools, explanations=table(ANSWER))
    run = tzcheck("validate", folder, "--format", "json", "--lang", "en")
    assert [(one["severity"], one["code"]) for one in run.result["problems"]] == [
        ("query", "checks.teaching_area_plausible"),
        ("explained", "checks.sports_ground_plausible"),
    ]


# --- validate ------------------------------------------------------------------------------------------------------


def test_validate_shows_the_checks_and_needs_no_day(tmp_path: Path) -> None:
    schools = table(GROUND | {"teachers": 30, "certified": 31})
    folder = facts(tmp_path / "f", schools=schools, **{"county.yaml": 'county: {code: "331002", name: 椒江区}\n'})
    run = tzcheck("validate", folder, "--lang", "en")
    assert (run.code, run.out.splitlines()[:2]) == (
        3,
        [
            f"error schools.csv:2:certified  {TOO_MANY}",
            f"query schools.csv:2:sports_ground_area  {QUESTION}",
        ],
    )
    judged = tzcheck("check", folder, "--lang", "en")
    assert (judged.code, "no day to judge on" in judged.err) == (2, True)


def test_validate_says_the_same_of_the_checks_as_check_does(tmp_path: Path) -> None:
    folder = facts(
        tmp_path / "f",
        schools=table(GROUND | {"teachers": 30, "certified": 31}),
        explanations=table(ANSWER),
        **{"county.yaml": county(teacher_salary=15.23)},
    )
    found: list[Any] = [
        tzcheck(*command, folder, "--format", "json", "--lang", "en").result["problems"]
        for command in (("validate",), ("check", *ASKED))
    ]
    assert len(found[0]) == 3
    assert found[0] == found[1]


def test_validate_passes_what_only_raises_queries(tmp_path: Path) -> None:
    run = tzcheck("validate", facts(tmp_path / "f", schools=table(GROUND)), "--lang", "en")
    told = run.out.splitlines()
    assert (run.code, told[0], told[-1]) == (
        0, f"query schools.csv:2:sports_ground_area  {QUESTION}", "2 files, 1 rows, no errors",
    )  # fmt: skip
