"""Measures: which expressions are refused and why, and that what is computed is exact or missing."""

import json
import re
from datetime import date
from fractions import Fraction

import pytest

from tzcheck import facts, loading, planner
from tzcheck.engines import duckdb
from tzcheck.facts import RowSet
from tzcheck.measure import MeasureError, columns, parse, ratio, where
from tzcheck.place import Place
from tzcheck.reading import Known
from tzcheck.table import TABLES

PROJECTS = TABLES["school_projects"]


def shown(expression):
    """An expression as SQL, without the type that whole numbers are given."""
    return re.sub(r"CAST\((\d+) AS INT128\)", r"\1", expression.sql(dialect="duckdb"))


# --- what can be a measure -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "new_seats",
        "45",
        "0.85 * investment_10k_yuan",
        "123456789012 * new_seats + 0.123456789",
        "(new_seats + 1) / (finish - start)",
        "-new_seats",
        "abs(start - finish)",
        "1 / 3",
    ],
)
def test_arithmetic_over_the_columns_of_a_row_is_a_measure(text):
    assert shown(parse(text, PROJECTS, False)) == text.replace("abs", "ABS")


@pytest.mark.parametrize(
    "text",
    [
        "SUM(new_seats)",
        "COUNT(*)",
        "COUNT(kind)",
        "COUNT(new_seats > 3)",
        "MIN(start) - MAX(finish)",
        "SUM(new_seats * 2 - 1) / COUNT(*)",
        "SUM(new_seats) FILTER(WHERE kind = 'new')",
        "COUNT(*) FILTER(WHERE NOT kind IN ('new', 'rebuilt') AND new_seats > 3 OR start IS NULL)",
        "1.1 * SUM(new_seats)",
    ],
)
def test_arithmetic_over_aggregates_is_a_measure_of_a_place(text):
    assert shown(parse(text, PROJECTS, True)) == text


def test_the_level_of_a_rows_place_can_be_compared():
    found = parse("sum(new_seats) filter (where level in ('county', 'zone'))", PROJECTS, True)
    assert shown(found) == "SUM(new_seats) FILTER(WHERE _level IN ('county', 'zone'))"
    assert columns(found) == ("new_seats",)


def test_without_a_table_any_name_will_do_and_dots_belong_to_it():
    found = parse("(在校生.小学 + b) / b", None, False)
    assert columns(found) == ("在校生.小学", "b")


@pytest.mark.parametrize(
    ("text", "aggregated", "code", "found"),
    [
        ("", False, "measure_syntax", ""),
        ("new_seats, finish", False, "measure_syntax", "new_seats, finish"),
        ("new_seats from schools", False, "measure_syntax", "new_seats from schools"),
        ("new_seats where finish > 2000", False, "measure_syntax", "new_seats where finish > 2000"),
        ("new_seats limit 1", False, "measure_syntax", "new_seats limit 1"),
        ("distinct new_seats", False, "measure_syntax", "distinct new_seats"),
        ("new_seats; drop table places", False, "measure_syntax", "new_seats; drop table places"),
        ("new_seats union select 1", False, "measure_syntax", "new_seats union select 1"),
        ("sqrt(new_seats)", False, "measure_function", "SQRT(new_seats)"),
        ("greatest(new_seats, 0)", False, "measure_function", "GREATEST(new_seats, 0)"),
        ("variation(new_seats)", False, "measure_function", "VARIATION(new_seats)"),
        ("given(new_seats, 0)", False, "measure_function", "GIVEN(new_seats, 0)"),
        ("2 * variation(new_seats)", True, "measure_function", "VARIATION(new_seats)"),
        ("round(new_seats)", False, "measure_function", "ROUND(new_seats)"),
        ("read_csv('/etc/passwd')", False, "measure_function", "READ_CSV('/etc/passwd')"),
        ("new_seats::double", False, "measure_function", "CAST(new_seats AS DOUBLE)"),
        ("new_seats % 2", False, "measure_function", "new_seats % 2"),
        ("new_seats // 2", False, "measure_function", "new_seats // 2"),
        ("case when new_seats > 1 then 1 end", False, "measure_function", "CASE WHEN new_seats > 1 THEN 1 END"),
        ("(select 1)", False, "measure_function", "(SELECT 1)"),
        ("new_seats as seats", False, "measure_function", "new_seats AS seats"),
        ("avg(new_seats)", True, "measure_function", "AVG(new_seats)"),
        ("count(distinct kind)", True, "measure_function", "DISTINCT kind"),
        ("sum(new_seats) over ()", True, "measure_function", "SUM(new_seats) OVER ()"),
        ("seats", False, "measure_column", "seats"),
        ("schools.new_seats", False, "measure_column", "schools.new_seats"),
        ("sum(_place)", True, "measure_column", "_place"),
        ("sum(new_seats) filter (where _level = 'city')", True, "measure_column", "_level"),
        ("sum(new_seats)", False, "measure_aggregate", "sum(new_seats)"),
        ("count(*)", False, "measure_aggregate", "count(*)"),
        ("new_seats", True, "measure_not_aggregated", "new_seats"),
        ("sum(new_seats) / finish", True, "measure_not_aggregated", "finish"),
        ("sum(new_seats / 2)", True, "measure_division", "new_seats / 2"),
        ("count(*) filter (where new_seats / 2 > 1)", True, "measure_division", "new_seats / 2"),
        ("kind", False, "measure_not_number", "kind"),
        ("level", False, "measure_not_number", "level"),
        ("project", False, "measure_not_number", "project"),
        ("sum(kind)", True, "measure_not_number", "kind"),
        ("max(level)", True, "measure_not_number", "level"),
        ("count(*) filter (where kind > 'new')", True, "measure_not_number", "kind"),
        ("new_seats * 1e-1", False, "measure_misplaced", "1e-1"),  # a DOUBLE: 3 * 1e-1 is not 0.3
        ("new_seats * 0.1234567891", False, "measure_misplaced", "0.1234567891"),
        ("new_seats * 1234567890123", False, "measure_misplaced", "1234567890123"),
        ("new_seats + 'abc'", False, "measure_misplaced", "'abc'"),
        ("new_seats > 1", False, "measure_misplaced", "new_seats > 1"),
        ("kind = 'new'", False, "measure_misplaced", "kind = 'new'"),
        ("not new_seats", False, "measure_misplaced", "NOT new_seats"),
        ("sum(kind is null)", True, "measure_misplaced", "kind IS NULL"),
        ("*", False, "measure_misplaced", "*"),
        ("sum(*)", True, "measure_misplaced", "*"),
        ("sum(max(new_seats))", True, "measure_misplaced", "MAX(new_seats)"),
        ("sum(new_seats) filter (where sum(finish) > 1)", True, "measure_misplaced", "SUM(finish)"),
    ],
)
def test_what_is_no_measure_is_refused_with_its_code(text, aggregated, code, found):
    with pytest.raises(MeasureError) as error:
        parse(text, PROJECTS, aggregated)
    assert (error.value.code, error.value.found) == (code, found)


def test_an_expression_that_breaks_off_is_refused():
    with pytest.raises(MeasureError) as error:
        parse("new_seats +", PROJECTS, False)
    assert error.value.code == "measure_syntax"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("sum(new_seats)", None),
        ("sum(new_seats) filter (where kind = 'new') / count(*)", None),
        ("sum(new_seats) filter (where kind = 'new') / count(*) filter (where kind = 'new')", "kind = 'new'"),
        (
            "sum(new_seats) filter (where kind = 'new') + max(start) filter (where start > 1)",
            "kind = 'new' OR start > 1",
        ),
        ("1", None),
    ],
)
def test_the_rows_that_a_measure_reads_are_those_of_any_of_its_filters(text, wanted):
    found = where(parse(text, PROJECTS, True))
    assert (found and shown(found)) == wanted


# --- what it computes ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "above", "below"),
    [
        ("a", "a", None),
        ("a / b", "a", "b"),
        ("a / b / c", "a", "(b) * (c)"),
        ("a / (b / c)", "(a) * (NULLIF(c, 0))", "b"),
        ("a / b + c", "((a) + ((c) * (b)))", "b"),
        ("a - b / c", "(((a) * (c)) - (b))", "c"),
        ("a / b * (c / d)", "(a) * (c)", "(b) * (d)"),
        ("-(a / b)", "-(a)", "b"),
        ("abs(a / b)", "ABS(a)", "ABS(b)"),
    ],
)
def test_a_ratio_has_one_numerator_and_one_denominator_and_no_division(text, above, below):
    found = ratio(parse(text, None, False))
    assert [one and shown(one) for one in (found.numerator, found.denominator)] == [above, below]


@pytest.fixture
def value_of(tmp_path):
    """What DuckDB makes of measures: each one's exact value in each subject, None where it is missing."""

    def measured(expressions, tables, values=None, each="county", source="school_projects"):
        title = {"zh": "试", "en": "Trial"}
        measures = {f"m{n}": {"each": each, "value": text} for n, text in enumerate(expressions)}
        if each == "county":
            measures = {name: {**one, "from": source} for name, one in measures.items()}
        about = {"title": title, "source": {"document": "试", "certainty": "A"}, "each": each}
        rules = {f"trial.{n}": {**about, "number": str(n), "requires": f"{n} > 0"} for n in measures}
        files = {
            "trial/pack.yaml": {"pack": {"id": "trial", "title": title, "issuer": title, "document": "试"}},
            "trial/topic.yaml": {"measures": measures, "rules": rules},
            "profiles/national.yaml": {"profile": "national", "title": title},
        }
        for name, content in files.items():
            path = tmp_path / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(json.dumps(content), encoding="utf-8")
        book = loading.load([tmp_path])
        given = facts.of_rows([RowSet(Place(None, "甲县"), tables, values or {})], Known())
        assert given.problems == ()
        work = planner.plan(book.packs.values(), book.ids, date(2022, 12, 31), None)
        found = {}
        for subject in duckdb.judge(work, given, everyone=True).everyone:
            found.setdefault(subject.rule, []).append(subject.sides[0][0])
        return [found[f"trial.{name}"] for name in measures]

    return measured


def test_values_of_a_place_are_computed_exactly(value_of):
    wanted = {
        "a / b / c": Fraction("0.505") / 3 / -7,
        "a / (b / c)": Fraction("0.505") / (Fraction(3) / -7),
        "a / b + b / c - c / a": Fraction("0.505") / 3 + Fraction(3, -7) + 7 / Fraction("0.505"),
        "a - (b - c)": Fraction("0.505") - 10,
        "a - b - c": Fraction("0.505") + 4,
        "(a + b) * c": (Fraction("0.505") + 3) * -7,
        "a + b * c": Fraction("0.505") - 21,
        "-a / c": Fraction("0.505") / 7,
        "-(a / c) / -b": Fraction("0.505") / -7 / 3,
        "abs(b / c)": Fraction(3, 7),
        "abs(c) / b": Fraction(7, 3),
        "1 / 3": Fraction(1, 3),
        "0.85 * 0.9": Fraction("0.765"),
        "1 / (b / c) / (c / b)": Fraction(1),
    }
    values = {"a": "0.505", "b": "3", "c": "-7"}
    assert value_of(wanted, {}, values, source="values") == [[value] for value in wanted.values()]


def test_a_negative_denominator_turns_the_sign_and_not_the_comparison(value_of):
    values = {"a": "-6", "b": "-4", "c": "4"}
    found = value_of(["a / b", "a / c", "c / b", "b / c / a"], {}, values, source="values")
    assert found == [[Fraction(3, 2)], [Fraction(-3, 2)], [Fraction(-1)], [Fraction(1, 6)]]


def test_a_division_by_zero_is_missing(value_of):
    rows = [{"new_seats": 5, "start": 2020, "finish": 2020}, {"new_seats": 5, "start": 2020, "finish": 2022}]
    expressions = [
        "new_seats / (finish - start)",
        "new_seats / 0",
        "0 / (finish - start)",
        "0 * (new_seats / (finish - start))",
        "1 / (new_seats / (finish - start)) + 1 / (finish - start)",
    ]
    found = value_of(expressions, {"school_projects": rows}, each="school_project")
    half = Fraction(5, 2)
    assert found == [[None, half], [None, None], [None, 0], [None, 0], [None, Fraction(9, 10)]]


def test_a_division_by_a_division_by_zero_is_missing(value_of):
    values = {"a": "6", "b": "4", "zero": "0"}
    found = value_of(["a / (b / zero)", "zero / (a / zero)", "a / (b / a)"], {}, values, source="values")
    assert found == [[None], [None], [Fraction(9)]]


def test_what_is_computed_from_a_missing_value_is_missing(value_of):
    values = {"a": "6", "b": ""}
    found = value_of(["a + b", "a * b", "a / b", "0 * b", "a / never", "a"], {}, values, source="values")
    assert found == [[None], [None], [None], [None], [None], [Fraction(6)]]


AGGREGATES = ["sum(new_seats)", "min(new_seats)", "max(new_seats)", "count(new_seats)", "count(*)"]


def test_aggregates_of_known_values_are_exact(value_of):
    rows = [{"new_seats": 7, "investment_10k_yuan": "0.1"}, {"new_seats": 3, "investment_10k_yuan": "0.2"}]
    found = value_of(
        [*AGGREGATES, "sum(investment_10k_yuan)", "sum(new_seats) / count(*)", "sum(new_seats * investment_10k_yuan)"],
        {"school_projects": rows},
    )
    tenth = Fraction(1, 10)
    assert found == [[10], [3], [7], [2], [2], [3 * tenth], [Fraction(5)], [13 * tenth]]


def test_an_aggregate_over_a_missing_value_is_missing(value_of):
    rows = [{"new_seats": 7, "start": 2020}, {"new_seats": None, "start": 2020}]
    found = value_of([*AGGREGATES, "sum(new_seats + start)", "sum(start)"], {"school_projects": rows})
    assert found == [[None], [None], [None], [None], [Fraction(2)], [None], [Fraction(4040)]]


def test_an_aggregate_leaves_out_what_its_filter_leaves_out_missing_or_not(value_of):
    rows = [{"new_seats": 7, "kind": "new"}, {"new_seats": None, "kind": "rebuilt"}]
    filtered = [f"{one} filter (where kind = 'new')" for one in AGGREGATES]
    assert value_of(filtered, {"school_projects": rows}) == [[7], [7], [7], [1], [1]]


def test_an_aggregate_is_missing_where_it_is_unknown_whether_a_row_counts(value_of):
    rows = [{"new_seats": 7, "kind": "new"}, {"new_seats": 1, "kind": None}]
    filtered = [f"{one} filter (where kind = 'new')" for one in AGGREGATES]
    assert value_of(filtered, {"school_projects": rows}) == [[None]] * 5


def test_over_nothing_a_sum_is_missing_and_a_count_is_0(value_of):
    rows = [{"new_seats": 7, "kind": "rebuilt"}]
    filtered = [f"{one} filter (where kind = 'new')" for one in AGGREGATES]
    assert value_of(filtered, {"school_projects": rows}) == [[None], [None], [None], [0], [0]]


def test_a_share_of_nothing_is_missing(value_of):
    share = "count(*) filter (where new_seats > 3) / count(*) filter (where kind = 'new')"
    rows = [{"new_seats": 7, "kind": "rebuilt"}]
    assert value_of([share], {"school_projects": rows}) == [[None]]
    assert value_of([share], {"school_projects": [*rows, {"new_seats": 1, "kind": "new"}]}) == [[Fraction(1)]]


def test_a_test_that_is_counted_is_taken_whole(value_of):
    rows = [{"new_seats": 7}, {"new_seats": 1}]
    found = value_of(["count(new_seats > 3 or new_seats > 5)"], {"school_projects": rows})
    assert found == [[Fraction(2)]]
