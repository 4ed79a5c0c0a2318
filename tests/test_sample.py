"""What durable_rules judges of very many subjects: some counties as a whole, and what is near to a limit anywhere."""

import json
from fractions import Fraction

import jsonschema
import pytest

from tests.support import ROOT
from tests.support import tzcheck as run
from tzcheck import facts, loading, planner
from tzcheck.engines import agree, duckdb, rete
from tzcheck.reading import Known

pytestmark = pytest.mark.skipif(rete.unavailable() is not None, reason="durable_rules does not import here")
DEMO = [ROOT / "facts" / "demo-2022" / name for name in ("ready", "nearly", "troubled")]


@pytest.fixture(scope="module")
def judged():
    """The plan of balanced compulsory education for the demonstration counties, their facts, and every subject."""
    book = loading.load((ROOT / "rules",), "national")
    found = facts.read(DEMO, Known(book.ids, book.standards, book.kinds, book.checks, book.skipped))
    wanted = frozenset(book.packs["balanced"].rules)
    work = planner.plan(list(book.packs.values()), wanted | book.checks, found.as_of, found.given)
    everyone = duckdb.judge(work, found, everyone=True).everyone
    return work, found, everyone


def is_near(judgement, subject) -> bool:
    """Whether a number that the rule asks for is within 1 % of its limit; told apart from what is exactly 1 % away."""
    return any(
        isinstance(one, Fraction) and isinstance(other, Fraction) and abs(one - other) * 100 < abs(other)
        for (one, other), (left, _, _) in zip(subject.sides[: judgement.required], judgement.sides, strict=False)
        if left.read
    )


def test_a_drawn_county_is_judged_as_a_whole_and_elsewhere_what_is_near_to_a_limit(judged):
    work, found, everyone = judged
    ruled = {(one.rule, one.part): one for one in work.judgements if one.rule}
    near_elsewhere = 0
    for place in range(len(found.places)):
        sample = duckdb.sampled(work, found, [place])
        inside = [one for one in sample if one.place == place]
        assert sorted(map(repr, inside)) == sorted(repr(one) for one in everyone if one.place == place)
        outside = [one for one in sample if one.place != place]
        assert set(map(repr, outside)) < set(map(repr, everyone))
        seen = {(one.rule, one.part, one.sides) for one in outside}
        classes = [one.sides for one in outside if one.rule == "balanced.12"]
        assert len(set(classes)) == len(classes) > 1  # of those with the same numbers one is enough
        near = [
            one
            for one in everyone
            if one.place != place and one.basis == "facts" and one.applies is not False
            and is_near(ruled[one.rule, one.part], one)
        ]  # fmt: skip
        assert {(one.rule, one.part, one.sides) for one in near} <= seen
        near_elsewhere += len(near)
        far = [one for one in outside if not is_near(ruled[one.rule, one.part], one)]
        assert all(
            any(
                abs(one - other) * 100 == abs(other)
                for one, other in subject.sides
                if isinstance(one, Fraction) and other
            )
            for subject in far
        )
    assert near_elsewhere > 100


def test_the_report_says_what_was_drawn_and_the_verdicts_are_those_of_a_full_run(monkeypatch):
    asked = ("check", *DEMO, "--standard", "balanced", "--engine", "both", "--format", "json", "--lang", "en")
    full = json.loads(run(*asked).out)
    assert "engine_sample" not in full
    monkeypatch.setattr(agree, "MOST_SUBJECTS", 1000)
    first, second = run(*asked), run(*asked)
    assert first == second
    part = json.loads(first.out)
    sample = part.pop("engine_sample")
    assert (part, part["engine"]) == (full, "both")
    assert (len(sample["places"]), sample["among"]) == (1, 3)
    assert sample["subjects"] > 1000
    schema = json.loads((ROOT / "tzcheck" / "writers" / "result.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(json.loads(first.out), schema)
    told = run("check", *DEMO, "--standard", "balanced", "--engine", "both", "--format", "md", "--lang", "en").out
    assert f"1 of 3 counties (drawn with the seed {sample['seed']})" in told
    assert "1% of a limit" in told


def test_a_difference_in_the_sample_ends_with_exit_code_4(monkeypatch):
    monkeypatch.setattr(agree, "MOST_SUBJECTS", 1000)
    honest = rete.judge

    def lying(judgements, subjects):
        outcomes = honest(judgements, subjects)
        wrong = next(index for index, one in enumerate(subjects) if one.rule == "balanced.12" and one.holds)
        outcomes[wrong] = (True, False)
        return outcomes

    monkeypatch.setattr(rete, "judge", lying)
    assert run("check", *DEMO, "--standard", "balanced", "--engine", "both").code == 4
