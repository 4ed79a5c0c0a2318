"""Whole counties, made up at random, against the oracle: every verdict, breach, value, limit and coefficient.

`tests/counties.py` makes the counties and `tests/oracle.py` says what each ought to be told; neither shares code with
the package. Many counties are written as one set of tables and judged in one run of the command line.
"""

import os
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests import counties, oracle
from tests.counties import County
from tests.oracle import MET, UNDETERMINED, UNMET, Expected
from tests.support import Run, tzcheck
from tzcheck.engines import rete

WHY = rete.unavailable()
NEEDS_DURABLE = pytest.mark.skipif(WHY is not None, reason=f"durable_rules: {WHY}")
STANDARDS = ("balanced", "preschool")
EACH_STANDARD = pytest.mark.parametrize("standard", STANDARDS)
BATCH = 40
SEEDS = 10_000

Code = str
Breaches = dict[tuple[str, str | None], list[Any]]


def examples(number: int) -> settings:
    """So many examples, the same ones in every run. SHRINK=1 looks for a smaller one where one fails (minutes)."""
    phases = [Phase.generate, Phase.shrink] if os.environ.get("SHRINK") else [Phase.generate]
    return settings(max_examples=number, phases=phases)


# --- many counties in one run --------------------------------------------------------------------------------------


def code_of(number: int) -> Code:
    """A code of six digits that nobody registered; one that ends in 00 would be a city's."""
    return f"{4200 + number // 99}{number % 99 + 1:02}"


def judged(folder: Path, many: Mapping[Code, County], *arguments: object) -> Run:
    """A run over the counties as one set of tables, which must be read without a complaint."""
    counties.write_many({(code, code): county for code, county in many.items()}, folder)
    return told("check", folder, "--as-of", counties.AS_OF, *arguments)


def told(*arguments: object) -> Run:
    """A run that finds nothing wrong with the tables; cross-checks may fail, since the counties are made up."""
    run = tzcheck(*arguments, "--format", "json", "--lang", "en")
    assert run.code in (0, 1, 3), (run.code, run.err)
    assert Counter(one["code"] for one in run.result["problems"] if not one["code"].startswith("checks.")) == {}
    return run


def by_county(run: Run) -> dict[Code, dict[str, dict[str, Any]]]:
    """The indicators of each county, by id."""
    return {
        county["code"]: {one["id"]: one for standard in county["standards"] for one in standard["indicators"]}
        for county in run.result["counties"]
    }


def of_standard(expected: Mapping[str, Expected], standard: str) -> dict[str, Expected]:
    return {id: one for id, one in expected.items() if id.startswith(f"{standard}.")}


# --- what is said of an indicator, and what ought to be -------------------------------------------------------------

# The oracle holds one sum against another, the package their quotient against 100 %.
AS_A_SHARE = ("balanced.15", "balanced.16", "balanced.19", "preschool.32")
# The oracle names the kindergartens, the package their classes too.
ONCE_A_SUBJECT = ("preschool.29",)


def in_json(number: Fraction) -> int | float:
    return int(number) if number.denominator == 1 else float(number)


def breaches_due(id: str, one: Expected, code: Code) -> Breaches:
    """The value and limit of each breach by subject and category; None where the oracle leaves the value open."""
    found: Breaches = defaultdict(list)
    for subject, category, value, limit in one.breaches:
        key = (subject or code, category)
        if value is None or limit is None:
            found[key].append(None)
        elif id in AS_A_SHARE:
            found[key].append((in_json(value / limit), 1))
        else:
            found[key].append((in_json(value), in_json(limit)))
    return {key: values if None in values else sorted(values) for key, values in found.items()}


def breaches_found(one: Mapping[str, Any], due: Breaches) -> Breaches:
    """The same of the package's evidence, without the documents that say that something does not hold."""
    found: Breaches = defaultdict(list)
    for item in one["evidence"]:
        if not isinstance(item["value"], str):
            found[item["subject"], item["category"]].append((item["value"], item["limit"]))
    if one["id"] in ONCE_A_SUBJECT:
        return {(subject, None): [None] for subject, _ in found}
    return {key: [None] * len(told) if None in due.get(key, ()) else sorted(told) for key, told in found.items()}


def differing(found: Mapping[str, Mapping[str, Any]], due: Mapping[str, Expected], code: Code) -> Iterator[Any]:
    """What the package says otherwise than the oracle, of the indicators of a county."""
    for id, one in due.items():
        said = found[id]
        if said["verdict"] != one.verdict:
            yield code, id, said["verdict"], one.verdict, said["reason"]
            continue
        wanted = breaches_due(id, one, code)
        breaches = breaches_found(said, wanted)
        if breaches != wanted:
            yield code, id, breaches, wanted
        parts = {part["category"]: part for part in said["parts"]}
        for stage, coefficient in one.coefficients.items():
            part = parts[stage]
            if coefficient is None:
                if part["verdict"] != UNDETERMINED:
                    yield code, id, stage, part, None
                continue
            near = part["value"] is not None and abs(part["value"] - coefficient.coefficient) <= 1e-10
            if not near or part["verdict"] != (MET if coefficient.holds else UNMET):
                yield code, id, stage, part, coefficient


# --- random counties -----------------------------------------------------------------------------------------------


def see_that_a_batch_agrees(folder: Path, first: int, standard: str, engine: str) -> None:
    many = {code_of(number): counties.make(first + number) for number in range(BATCH)}
    run = judged(folder, many, "--standard", standard, "--engine", engine)
    assert run.result["engine"] == engine
    found = by_county(run)
    assert set(found) == set(many)
    due = {code: of_standard(oracle.judge(county), standard) for code, county in many.items()}
    assert [one for code in many for one in differing(found[code], due[code], code)] == []


@EACH_STANDARD
@given(first=st.integers(0, SEEDS - BATCH))
@examples(7)
def test_forty_counties_at_a_time_are_told_what_the_oracle_says(
    tmp_path_factory: pytest.TempPathFactory, standard: str, first: int
) -> None:
    see_that_a_batch_agrees(tmp_path_factory.mktemp("many"), first, standard, "duckdb")


@pytest.mark.parametrize(
    ("standard", "first"),
    [("preschool", 1130)],  # 1146 and 1166: kindergartens with children and without any staff
)
def test_batches_that_once_differed_are_told_what_the_oracle_says(tmp_path: Path, standard: str, first: int) -> None:
    see_that_a_batch_agrees(tmp_path, first, standard, "duckdb")


@NEEDS_DURABLE
@EACH_STANDARD
@given(first=st.integers(0, SEEDS - BATCH))
@examples(4)
def test_forty_counties_at_a_time_are_told_it_by_both_engines(
    tmp_path_factory: pytest.TempPathFactory, standard: str, first: int
) -> None:
    see_that_a_batch_agrees(tmp_path_factory.mktemp("many"), first, standard, "both")


@EACH_STANDARD
def test_the_random_counties_leave_no_indicator_of_facts_untried(standard: str) -> None:
    """Every indicator that the oracle judges is met in one of the first counties, unmet and undetermined in others."""
    seen: dict[str, set[str]] = defaultdict(set)
    for seed in range(250):
        for id, one in of_standard(oracle.judge(counties.make(seed)), standard).items():
            seen[id].add(one.verdict)
    lacking = {id: {MET, UNMET, UNDETERMINED} - verdicts for id, verdicts in seen.items()}
    # No source names how many books a child needs.
    assert {id: verdicts for id, verdicts in lacking.items() if verdicts} == (
        {"preschool.26-1": {MET, UNMET}} if standard == "preschool" else {}
    )


# --- headers and encodings -----------------------------------------------------------------------------------------

PLACES = ("file", "row", "rows", "sheet")


def without_places(found: Any) -> Any:
    """A result without files and rows; the county is called by its code, since a table of many has no name for it."""
    if isinstance(found, dict):
        return {key: without_places(value) for key, value in found.items() if key not in PLACES}
    if isinstance(found, list):
        return [without_places(one) for one in found]
    return counties.CODE if found == counties.NAME else found


@given(seed=st.integers(0, SEEDS - 1))
@examples(2)
def test_a_folder_of_one_county_says_the_same_in_each_language_and_encoding(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    folder, county = tmp_path_factory.mktemp("one"), counties.make(seed)
    asked = ("--standard", "balanced", "--standard", "preschool", "--engine", "duckdb")
    (among_many,) = judged(folder / "many", {counties.CODE: county}, *asked).result["counties"]
    for header in counties.COUNTY_HEADER:
        for encoding in ("utf-8", "utf-8-sig", "gb18030"):
            written = counties.write(county, folder / f"{header} {encoding}", header, encoding)
            (alone,) = told("check", written, *asked).result["counties"]
            assert (alone["code"], alone["name"]) == (counties.CODE, counties.NAME)
            assert without_places(alone) == without_places(among_many)


# --- one cell less -------------------------------------------------------------------------------------------------

IDS = ("school_id", "kindergarten_id")


@cache
def mostly_met() -> list[int]:
    """The seeds of counties that meet nearly all of what is asked of them, in at most 240 cells."""
    return [seed for seed in range(300) if is_mostly_met(counties.make(seed))]


def is_mostly_met(county: County) -> bool:
    verdicts = Counter(one.verdict for one in oracle.judge(county).values())
    few = sum(1 for _ in counties.cells(county)) <= 240
    return few and bool(county["schools"]) and bool(county["kindergartens"]) and verdicts[MET] >= 45


def renamed(county: County, number: int) -> County:
    """A copy whose schools and kindergartens have ids of their own: no two in one set of tables may share one."""
    return {
        table: rows
        if table == "values"
        else [{name: f"{cell}.{number}" if name in IDS else cell for name, cell in row.items()} for row in rows]
        for table, rows in county.items()
    }


@given(data=st.data())
@examples(2)
def test_a_cell_that_is_blank_never_makes_an_indicator_met(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Every cell of a county, one at a time: what hangs on it is undetermined, or fails without it too."""
    county = counties.make(data.draw(st.sampled_from(mostly_met())))
    cells = list(counties.cells(county))
    blanked = [counties.without(county, cell) for cell in cells]
    many = {code_of(number): renamed(one, number) for number, one in enumerate([county, *blanked])}
    asked = (argument for standard in STANDARDS for argument in ("--standard", standard))
    found = by_county(judged(tmp_path_factory.mktemp("blank"), many, *asked, "--engine", "duckdb"))
    whole = {id: one["verdict"] for id, one in found[code_of(0)].items()}
    assert sum(verdict == MET for verdict in whole.values()) >= 45
    lost = 0
    for number, cell in enumerate(cells, 1):
        due = oracle.judge(blanked[number - 1])
        verdicts = {id: one["verdict"] for id, one in found[code_of(number)].items()}
        assert (cell, {id: verdicts[id] for id in due}) == (cell, {id: one.verdict for id, one in due.items()})
        assert (cell, [id for id in verdicts if verdicts[id] == MET != whole[id]]) == (cell, [])
        lost += whole != verdicts
    assert lost > len(cells) // 2


# --- the coefficient of variation at its limit ----------------------------------------------------------------------

# Two schools of the same size: with so many teachers in one and in the other, the coefficient is at its limit.
AT_THE_LIMIT = {"primary": (30, 10, 0.5), "junior": (29, 11, 0.45)}


def two_schools(stage: str, type: str, sizes: tuple[int, int], teachers: tuple[int, int]) -> County:
    rows = [
        {
            **dict.fromkeys(counties.COLUMNS["schools"]),
            "school_id": f"{'21' if type == 'primary' else '31'}3300000{number}",
            "school": f"第{number}学校",
            "type": type,
            f"students_{stage}": students,
            f"above_degree_{stage}": people,
        }
        for number, (students, people) in enumerate(zip(sizes, teachers, strict=True), 1)
    ]
    return {"schools": rows, "values": {}}


@pytest.mark.parametrize("size", [200, 437, 1000, 10**6, 10**9])
@pytest.mark.parametrize("stage", ["primary", "junior"])
def test_a_coefficient_exactly_at_its_limit_is_met_and_one_student_more_is_above_it(
    tmp_path: Path, stage: str, size: int
) -> None:
    high, low, limit = AT_THE_LIMIT[stage]
    sizes = {"1": (size, size), "2": (size, size + 1), "3": (size + 1, size)}
    many = {
        code_of(int(number)): renamed(two_schools(stage, stage, both, (high, low)), int(number))
        for number, both in sizes.items()
    }
    run = judged(tmp_path, many, "--standard", "balanced.variation.1", "--engine", "duckdb")
    found = [indicators["balanced.variation.1"] for indicators in by_county(run).values()]
    due = [oracle.judge(county)["balanced.variation.1"].coefficients[stage] for county in many.values()]
    apart = [one.squared - Fraction(str(limit)) ** 2 for one in due if one]
    assert [(part > 0) - (part < 0) for part in apart] == [0, 1, -1]
    assert [one["verdict"] for one in found] == [MET, UNMET, MET]
    assert (found[0]["value"], found[0]["limit"], found[0]["parts"][0]["value"]) == (limit, limit, limit)
    assert [(one["value"] > limit) - (one["value"] < limit) for one in found] == [0, 1, -1]
    # So near to its limit a coefficient is only known to lie on one side of it.
    far = [abs(one["value"] - wanted.coefficient) for one, wanted in zip(found, due, strict=True) if wanted]
    assert max(far) < 1e-9
