"""The cases beside the rules: every one comes out as written on each engine, and every rule has enough of them."""

from dataclasses import replace
from datetime import date

import pytest

from tests.support import ROOT
from tzcheck import cases, loading
from tzcheck.engines import rete

WHY = rete.unavailable()
NEEDS_DURABLE = pytest.mark.skipif(WHY is not None, reason=f"durable_rules: {WHY}")
ENGINES = pytest.mark.parametrize("engine", ["duckdb", pytest.param("both", marks=NEEDS_DURABLE)])


@pytest.fixture(scope="module")
def book():
    return loading.load([ROOT / "rules"], cases=True)


@ENGINES
def test_every_case_beside_the_rules_comes_out_as_it_is_written(book, engine):
    number, problems = cases.run(book, engine)
    assert [f"{one.where()} {one.message('en')}" for one in problems] == []
    assert number == len(book.cases) > 0


@ENGINES
def test_the_cases_of_chosen_rules_are_run_alone(book, engine):
    wanted = frozenset(["balanced.15", "balanced.22"])
    assert cases.run(book, engine, wanted) == (sum(case.rule in wanted for case in book.cases), [])


def test_every_rule_that_requires_something_has_a_case_that_is_met_and_one_that_is_not(book):
    missing = [f"{one.where()} {one.value}" for one in loading.lint(book, date(2024, 12, 31)) if one.code == "no_cases"]
    assert missing == []


def test_a_rule_without_such_cases_is_found(book):
    """Without the unmet cases of one rule, and without any of another, the lint names both."""
    kept = [case for case in book.cases if case.rule != "balanced.22"]
    kept = [case for case in kept if (case.rule, case.verdict) != ("balanced.15", "unmet")]
    found = loading.lint(replace(book, cases=tuple(kept)), date(2024, 12, 31))
    assert [one.value for one in found if one.code == "no_cases"] == ["balanced.15", "balanced.22"]


@ENGINES
def test_a_case_that_comes_out_otherwise_is_reported_with_what_was_wanted(book, engine):
    """Every case of one rule, once for each verdict that it does not have: all of them are reported, and no other."""
    verdicts = ("met", "unmet", "undetermined", "not_applicable", "not_counted")
    own = [case for case in book.cases if case.rule == "balanced.22"]
    assert {"met", "unmet", "undetermined", "not_applicable"} <= {case.verdict for case in own}
    for wrong in verdicts:
        changed = tuple(case.model_copy(update={"verdict": wrong}) for case in own)
        number, problems = cases.run(replace(book, cases=changed), engine)
        assert number == len(own)
        found = [(one.code, one.details["case"], one.details["wanted"], one.details["got"]) for one in problems]
        assert found == [("case_failed", case.name, wrong, case.verdict) for case in own if case.verdict != wrong]
