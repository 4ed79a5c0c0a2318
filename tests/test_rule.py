"""Rule files: what is wrong in them is told with file, line and a suggestion."""

import json
from datetime import date
from fractions import Fraction
from pathlib import Path

import jsonschema
import pytest

from tests.support import ROOT, check, facts, tzcheck
from tzcheck import document, loading
from tzcheck.rule import Limit, limits

PROFILE = "profile: national\ntitle: {zh: 国家, en: national}\n"
PACK = """\
pack:
  id: demo
  title: {zh: 示例, en: Demo}
  issuer: {zh: 无, en: nobody}
  document: 无
"""
TOPIC = """\
measures:
  size: {each: class, value: students, unit: 人}
rules:
  demo.1:
    number: "1"
    title: {zh: 班额, en: Class size}
    source: {document: 无, certainty: D}
    each: class
    requires: size <= limit
    parameters:
      limit: {by: stage, primary: {2017-04-19: 45}, junior: {2017-04-19: 50}}
"""
CASES = """\
cases:
  - {rule: demo.1, name: full, facts: {classes: [{stage: primary, students: 45, grade: 1, class: 1}]}, verdict: met}
  - {rule: demo.1, name: over, facts: {classes: [{stage: junior, students: 51, grade: 1, class: 1}]}, verdict: unmet}
"""


def folder(root: Path, **files: str) -> Path:
    """A folder of rules: the demo pack, with files put in the place of its own."""
    written = {"demo/pack.yaml": PACK, "demo/size.yaml": TOPIC, "demo/size.cases.yaml": CASES, **files}
    for name, content in {"profiles/national.yaml": PROFILE, **written}.items():
        path = root / "rules" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return root / "rules"


def faults(root: Path, day: date = date(2022, 12, 31), **files: str) -> list[tuple[str, str | None, int | None, str]]:
    book, problems = loading.examine([folder(root, **files)])
    if book:
        problems = [*problems, *loading.lint(book, day)]
    return [(p.code, p.file, p.row, p.message("en")) for p in problems]


def test_a_sound_pack_has_no_faults_and_its_cases_pass(tmp_path: Path) -> None:
    assert faults(tmp_path) == []
    run = tzcheck("rules", "test", "--rules", folder(tmp_path), "--lang", "en")
    assert run.code == 0


def test_the_rules_that_travel_with_tzcheck_have_no_faults() -> None:
    run = tzcheck("rules", "lint", "--lang", "en")
    assert (run.code, run.out) == (0, "431 rules, 0 problems\n")


@pytest.mark.parametrize(
    ("wrong", "right", "expected"),
    [
        ("    requires:", "    require:", ("unknown_key", 9, "unknown key require; is it requires?; allowed")),
        ("each: class, value", "each: clas, value", ("unknown_each", 2, "each can't be 'clas'; is it class?")),
        ("value: students", "value: student", ("measure_column", 2, "the table has no column student; is it")),
        ("value: students", "value: sum(students)", ("measure_aggregate", 2, "a measure of each row can't aggregate")),
        ("value: students", "value: sqrt(students)", ("measure_function", 2, "SQRT(students) is not allowed in a mea")),
        ("value: students", "value: 'students +'", ("measure_syntax", 2, "can't read the expression: ")),
        ("value: students", "value: stage", ("measure_not_number", 2, "the column stage is no number")),
        ("size <= limit", "sise <= limit", ("unknown_name", 9, "no measure, parameter or column is named sise; is it")),
        ("size <= limit", "size <= ", ("condition", 9, "can't read the condition 'size <=': at ")),
        ("size <= limit", "size + 1 <= limit", ("condition", 9, "can't read the condition 'size + 1 <= limit': ")),
        ("size <= limit", "size <= 45", ("unused_parameter", 4, "the parameter limit is not used")),
        ("by: stage", "by: stag", ("unknown_name", 4, "no measure, parameter or column is named stag; is it")),
        ("primary: {2", "primry: {2", ("unknown_category", 4, "primry is none of the column's codes; is it")),
        ("{2017-04-19: 45}", "{}", ("no_value", 4, "the parameter limit has no value at all")),
        ("{2017-04-19: 45}", "{2017-04-31: 45}", ("bad_parameter", 11, "a parameter is {day: amount}")),
        ("{2017-04-19: 45}", "{2017-04-19: viele}", ("bad_parameter", 11, "a parameter is {day: amount}")),
        ("{2017-04-19: 45}", "{2027-04-19: 45}", ("no_value_on_day", 4, "the parameter limit primary has no value on")),
        ("zh: 班额, en: Class size", "zh: 班额", ("missing_key", 6, "the key en is missing")),
        ("en: Class size", "en: ''", ("bad_value", 6, "wrong value: String should have at least 1 character")),
        ("certainty: D", "certainty: E", ("bad_value", 7, "wrong value: Input should be 'A', 'B', 'C' or 'D'")),
        ("  demo.1:", "  other.1:", ("rule_prefix", 4, "the rule other.1 should begin with demo.")),
        ('    number: "1"\n', "", ("missing_key", 4, "the key number is missing")),
        ("    requires: size <= limit\n", "", ("requires_nothing", 4, "demo.1 has each, applies or parameters")),
        (
            "size <= limit", "size <= limit and size >= 60",
            ("contradiction", 4, "size can't be at least 60 and at most 45"),
        ),
        (
            "size <= limit", "size <= limit and size > limit",
            ("contradiction", 4, "size can't be at least 45 and at most 45"),
        ),
        ("    each: class\n", "    each: class\n    group: nope\n", ("unknown_name", 4, "no measure, parameter or c")),
        (", junior: {2017-04-19: 50}", "", ("no_category", 4, "the parameter limit has no value for junior")),
        (
            "    each: class\n", "    each: class\n    holds_for: {at_least: 185 %}\n",
            ("bad_value", 9, "wrong value: "),
        ),
        ("size <= limit", "(" * 3000 + "size <= limit", ("condition", 9, "can't read the condition")),
        ("size <= limit", "stage <= primary", ("codes_in_order", 9, "codes have no order, so <= can't compare them")),
        ("size <= limit", "stage == primry", ("unknown_category", 9, "primry is none of the column's codes; is it")),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_file_line_and_suggestion(
    tmp_path: Path, wrong: str, right: str, expected: tuple[str, int, str]
) -> None:
    assert wrong in TOPIC
    found = faults(tmp_path, **{"demo/size.yaml": TOPIC.replace(wrong, right)})
    code, line, message = expected
    assert [one for one in found if one[:3] == (code, "rules/demo/size.yaml", line) and one[3].startswith(message)], (
        found
    )


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("demo/size.yaml", TOPIC + "  demo.1: {}\n", ("yaml_duplicate", "rules/demo/size.yaml", 12)),
        ("demo/more.yaml", TOPIC, ("duplicate_id", "rules/demo/size.yaml", 2)),
        ("demo/pack.yaml", PACK.replace("id: demo", "id: dem"), ("pack_folder", "rules/demo/pack.yaml", 2)),
        ("demo/size.cases.yaml", "cases: []\n", ("no_cases", "rules/demo/size.yaml", 4)),
        ("demo/size.cases.yaml", CASES.replace("demo.1", "demo.2"), ("unknown_id", "rules/demo/size.cases.yaml", 2)),
        ("demo/size.cases.yaml", CASES.replace("unmet", "failed"), ("bad_value", "rules/demo/size.cases.yaml", 3)),
        (
            "profiles/national.yaml", PROFILE + "set: {demo.9: {limit: {2017-04-19: 1}}}\n",
            ("unknown_id", "rules/profiles/national.yaml", 1),
        ),
        (
            "profiles/national.yaml", PROFILE + "set: {demo.1: {limt: {2017-04-19: 1}}}\n",
            ("unknown_name", "rules/profiles/national.yaml", 1),
        ),
    ],
)  # fmt: skip
def test_faults_across_files_are_found(tmp_path: Path, name: str, content: str, expected: tuple[str, str, int]) -> None:
    assert expected in [one[:3] for one in faults(tmp_path, **{name: content})]


def test_a_case_that_comes_out_otherwise_is_told_with_its_line(tmp_path: Path) -> None:
    rules = folder(tmp_path, **{"demo/size.cases.yaml": CASES.replace("students: 51", "students: 50")})
    run = tzcheck("rules", "test", "--rules", rules, "--engine", "duckdb", "--lang", "en")
    assert run.code == 2
    assert run.out.splitlines()[0] == (
        "error rules/demo/size.cases.yaml:3  the case 'over' should be unmet; duckdb found met"
    )


def test_a_wrong_rule_file_ends_a_check_with_2_before_anything_is_judged(tmp_path: Path) -> None:
    rules = folder(tmp_path, **{"demo/size.yaml": TOPIC.replace("size <= limit", "sise <= limit")})
    run = check(facts(tmp_path / "f", marks="indicator,mark\nbalanced.1,√\n"), "--rules", rules)
    assert (run.code, run.out) == (2, "")
    assert run.err.startswith("error rules/demo/size.yaml:9:demo.1  ") or "rules/demo/size.yaml:9" in run.err


def test_rules_of_ones_own_are_judged_beside_the_built_in_ones(tmp_path: Path) -> None:
    written = (
        "school_id,stage,grade,class,students\n"
        "2133000001,小学,一,1,45\n2133000001,小学,一,2,46\n3133000001,初中,七,1,50\n3133000001,初中,七,2,\n"
    )
    run = check(facts(tmp_path / "f", classes=written), "--rules", folder(tmp_path), "--standard", "demo")
    one = run.indicators("椒江区")["demo.1"]
    assert (one["verdict"], one["checked"], one["breaches"], one["value"], one["limit"]) == ("unmet", 4, 1, 0.5, 1)
    assert one["parts"] == [
        {"category": "primary", "value": 46, "limit": 45, "verdict": "unmet", "checked": 2, "breaches": 1},
        {"category": "junior", "value": 50, "limit": 50, "verdict": "undetermined", "checked": 2, "breaches": 0},
    ]
    assert one["evidence"] == [
        {
            "subject": "2133000001", "name": "一2", "category": "primary", "value": 46, "limit": 45, "shortfall": 1,
            "unit": "人", "file": "classes.csv", "sheet": None, "row": 3, "column": "students", "rows": [],
            "shortfall_unit": "人",
        }
    ]  # fmt: skip
    assert [(m["name"], m["row"], m["column"]) for m in one["missing"]] == [("七2", 5, "students")]


def test_a_profile_puts_its_dated_values_in_the_place_of_the_rules_own(tmp_path: Path) -> None:
    strict = "profile: strict\ntitle: {zh: 严, en: strict}\nset: {demo.1: {limit: {2017-04-19: 40}}}\n"
    rules = folder(tmp_path, **{"profiles/strict.yaml": strict})
    written = "school_id,stage,grade,class,students\n2133000001,小学,一,1,45\n"
    folder_of_facts = facts(tmp_path / "f", classes=written)
    by_profile = {
        profile: check(folder_of_facts, "--rules", rules, "--standard", "demo", "--profile", profile)
        for profile in ("national", "strict")
    }
    assert {name: run.indicators("椒江区")["demo.1"]["verdict"] for name, run in by_profile.items()} == {
        "national": "met",
        "strict": "unmet",
    }
    assert by_profile["strict"].result["profile"] == "strict"


def test_the_value_of_a_parameter_is_the_last_that_began() -> None:
    dated = {date(2017, 1, 1): Fraction(6000), date(2025, 1, 1): Fraction(7000)}
    days = [date(2016, 12, 31), date(2017, 1, 1), date(2024, 12, 31), date(2025, 1, 1)]
    assert [limits(dated, day)[None] for day in days] == [
        Limit(Fraction(6000), date(2017, 1, 1), None, True),
        Limit(Fraction(6000), date(2017, 1, 1), None, False),
        Limit(Fraction(6000), date(2017, 1, 1), None, False),
        Limit(Fraction(7000), date(2025, 1, 1), None, False),
    ]


@pytest.mark.parametrize(
    ("written", "value"),
    [("45", 45), ("4.505", "4.505"), ("85 %", "0.85"), ("1/15", "1/15"), ("'0.1'", "0.1"), ("0130", None)],
)
def test_an_amount_is_exact_however_it_is_written(tmp_path: Path, written: str, value: object) -> None:
    topic = TOPIC.replace("2017-04-19: 45", f"2017-04-19: {written}")
    book, problems = loading.examine([folder(tmp_path, **{"demo/size.yaml": topic})])
    assert book is not None, problems
    found = limits(book.packs["demo"].rules["demo.1"].parameters["limit"], date(2022, 12, 31))["primary"].value
    assert found == (Fraction(130) if value is None else Fraction(str(value)))


def test_yaml_is_read_by_the_rules_of_1_2() -> None:
    found, problems = document.read(b"[no, 12:30, 0130, 2022-12-31, 0x1F, 1e3, 4.50, ~, true, 'true', 7]", "x")
    assert problems == []
    assert found is not None
    assert [str(one) for one in found.value] == [
        "no", "12:30", "0130", "2022-12-31", "0x1F", "1e3", "4.50", "None", "True", "true", "7",
    ]  # fmt: skip


def test_deeply_nested_yaml_is_refused() -> None:
    for depth, code in ((42, "yaml_deep"), (5000, "yaml_syntax")):
        found, problems = document.read(b"[" * depth + b"]" * depth, "x")
        assert found is None
        assert [problem.code for problem in problems] == [code]


def test_the_schema_for_editors_accepts_every_rule_file_and_refuses_a_typo() -> None:
    run = tzcheck("rules", "schema")
    schema = json.loads(run.out)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for path in sorted((ROOT / "rules").rglob("*.yaml")):
        found, _ = document.read(path.read_bytes(), path.name)
        assert found is not None
        value = json.loads(json.dumps(found.value, default=float))
        assert list(validator.iter_errors(value)) == [], path
    assert not validator.is_valid({"rules": {"demo.1": {"require": "x"}}})


def test_rules_can_be_listed_and_shown() -> None:
    listed = tzcheck("rules", "list", "--lang", "en").out.splitlines()
    assert len(listed) == 511
    assert (
        next(line for line in listed if line.startswith("balanced.1\t"))
        == "balanced.1\t" + tzcheck("rules", "show", "balanced.1", "--lang", "en").out.split("  ")[1].split("\n")[0]
    )
    assert "source: 教督〔2017〕6号" in tzcheck("rules", "show", "balanced.12", "--lang", "en").out


def test_a_wrong_parameter_is_told_once(tmp_path: Path) -> None:
    assert len(faults(tmp_path, **{"demo/size.yaml": TOPIC.replace("2017-04-19: 45", "2017-13-19: 45")})) == 1


def test_every_profile_is_looked_at(tmp_path: Path) -> None:
    strict = "profile: strict\ntitle: {zh: 严, en: strict}\nset: {demo.1: {limt: {2017-04-19: 40}}}\n"
    found = faults(tmp_path, **{"profiles/strict.yaml": strict})
    assert [one[:3] for one in found] == [("unknown_name", "rules/profiles/strict.yaml", 1)]


def test_a_dated_value_may_have_a_source_of_its_own(tmp_path: Path) -> None:
    own = "{value: 40, source: {document: 新规, clause: 第一条, certainty: B}}"
    topic = TOPIC.replace("primary: {2017-04-19: 45}", f"primary: {{2017-04-19: 45, 2022-09-01: {own}}}")
    rules = folder(tmp_path, **{"demo/size.yaml": topic})
    folder_of_facts = facts(tmp_path / "f", classes="school_id,stage,grade,class,students\n2133000001,小学,一,1,45\n")
    by_day = {
        day: check(folder_of_facts, "--rules", rules, "--standard", "demo", "--as-of", day).indicators("椒江区")[
            "demo.1"
        ]
        for day in ("2022-08-31", "2022-09-01")
    }
    assert {day: (one["verdict"], one["source"]["document"]) for day, one in by_day.items()} == {
        "2022-08-31": ("met", "无"),
        "2022-09-01": ("unmet", "新规"),
    }
    shown = tzcheck("rules", "show", "demo.1", "--rules", rules, "--as-of", "2022-09-01", "--lang", "en").out
    assert "source: 新规 第一条, certainty B" in shown
