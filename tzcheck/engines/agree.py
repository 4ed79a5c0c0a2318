"""Judges with one engine or with both, and sees to it that every subject got its verdict and the two agree."""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random

from tzcheck.engines import duckdb, rete
from tzcheck.engines.judged import Count, Judged, Spread, Standing, Subject
from tzcheck.errors import EngineFault, Problem, UsageFault
from tzcheck.facts import Facts
from tzcheck.judgement import Judgement, Plan
from tzcheck.progress import Told, nobody

MOST_SUBJECTS = 50_000


@dataclass(frozen=True)
class Disagreement:
    """A subject on which the engines differ: (applies, holds) by each."""

    subject: Subject
    duckdb: tuple[bool | None, bool | None]
    durable: tuple[bool | None, bool | None]


@dataclass(frozen=True)
class Sample:
    """What durable_rules judged of many subjects: all of `places` (their ids), drawn by `seed` of so many `among`.

    And what is near to a limit anywhere; so many `subjects` in all.
    """

    seed: str
    places: tuple[str, ...]
    among: int
    subjects: int


@dataclass(frozen=True)
class Judgements:
    """What the engines found: `engine` names those that judged, `note` why one did not, `sample` of what the other.

    `spreads` and `standings` are those of the rules that were asked for in detail.
    """

    engine: str
    note: str | None
    counts: tuple[Count, ...]
    told: tuple[Subject, ...]
    disagreements: tuple[Disagreement, ...]
    unasked: int
    spreads: Sequence[Spread] = ()
    standings: Sequence[Standing] = ()
    sample: Sample | None = None


def dialect(engine: str) -> str:
    """The dialect of SQL in which an engine wants its plan."""
    if engine != "spark":
        return "duckdb"
    from tzcheck.engines import spark

    return spark.DIALECT


def judge(
    plan: Plan, facts: Facts, engine: str, progress: Told = nobody, detailed: Collection[str] = (),
    master: str | None = None,
) -> Judgements:  # fmt: skip
    """The verdicts of a plan. `auto` judges with both engines up to 50,000 subjects, beyond that with DuckDB alone.

    Beyond that `both` has durable_rules judge a sample, and what is near to a limit. Of the rules `detailed` it is also
    told where subjects stand, and how every school does. Spark is asked at its `master`. Raises UsageFault where the
    engine asked for is not there, EngineFault where a subject got no verdict.
    """
    due = expected(plan, facts)
    few = sum(number for (rule, _), number in due.items() if rule not in plan.checks) <= MOST_SUBJECTS
    if engine == "spark":
        from tzcheck.engines import spark
        from tzcheck.readers.catalogue import MASTER

        judged, found = spark.judge(plan, facts, master or MASTER, few, progress, detailed)
        _check_number(due, judged)
        return Judgements("spark", None, judged.counts, judged.told, (), 0, *found)
    why = None if engine == "duckdb" else rete.unavailable()
    if why and engine in ("both", "durable"):
        raise UsageFault([Problem("error", "no_durable", details={"why": why})])
    if engine == "auto" and not few:
        why = f"> {MOST_SUBJECTS}"
    both = engine != "duckdb" and why is None
    drawn = both and engine == "both" and not few
    judged = duckdb.judge(plan, facts, both and not drawn, few, progress)
    _check_number(due, judged)
    found = duckdb.details(plan, facts, detailed) if detailed else ([], [])
    if not both:
        return Judgements("duckdb", why, judged.counts, judged.told, (), 0, *found)
    sample = None
    everyone = judged.everyone or ()
    if drawn:
        seed, places, among = _drawn(facts, sum(due.values()))
        everyone = duckdb.sampled(plan, facts, places)
        sample = Sample(seed, tuple(facts.places[place].id for place in places), among, len(everyone))
    disagreements, unasked = _compare(plan, everyone)
    name = "durable" if engine == "durable" else "both"
    return Judgements(name, None, judged.counts, judged.told, disagreements, unasked, *found, sample)


def _drawn(facts: Facts, subjects: int) -> tuple[str, tuple[int, ...], int]:
    """A seed, which the facts give, the places that it draws, with about 50,000 of the subjects, and of how many."""
    seed = hashlib.sha256("".join(file.sha256 for file in facts.files).encode()).hexdigest()[:8]
    among = [index for index, place in enumerate(facts.places) if place.level not in ("city", "province")]
    number = max(1, len(among) * MOST_SUBJECTS // subjects)
    return seed, tuple(sorted(Random(seed).sample(among, min(number, len(among))))), len(among)


def expected(plan: Plan, facts: Facts) -> Mapping[tuple[str, str], int]:
    """How many subjects each rule has to judge, counted from the facts and not from any engine's answer."""
    due: Counter[tuple[str, str]] = Counter()
    for judgement in plan.judgements:
        if judgement.rule is None:
            typed = facts.tables.get(judgement.table.id) if judgement.table else None
            for indicator, rows in typed.counted("indicator") if typed else ():
                due[indicator, judgement.basis] += rows
            continue
        if not judgement.among(facts.given):
            continue
        for place, number in _spots(judgement, facts):
            own = facts.places[place].level in judgement.own_levels
            if own or (judgement.rolls_up and facts.cities[place] is not None):
                due[judgement.rule, judgement.basis] += number
    return due


def _spots(judgement: Judgement, facts: Facts) -> Iterable[tuple[int, int]]:
    """The place of every subject and how many there are: rows, or a county or city (and category) that a row is of."""
    if judgement.table is not None:
        typed = facts.tables.get(judgement.table.id)
        return typed.counted("_place") if typed else []
    spots: set[tuple[int, str | None]] = set()
    for id, split in judgement.grouped:
        typed = facts.tables.get(id)
        if typed:
            found = typed.counted("_place", *([split] if split else []))
            spots.update((place, part[0] if split else None) for place, *part, _ in found)
    if judgement.each == "county":
        return [(place, 1) for place, _ in spots]
    cities = {(facts.cities[place] if facts.cities[place] is not None else place, part) for place, part in spots}
    return [(city, 1) for city, _ in cities if city is not None and facts.places[city].level == "city"]


def _check_number(due: Mapping[tuple[str, str], int], judged: Judged) -> None:
    came: Counter[tuple[str, str]] = Counter({(rule, "facts"): number for rule, number in judged.aside.items()})
    for count in judged.counts:
        came[count.rule, count.basis] += count.checked + count.not_applicable
    for key in due.keys() | came.keys():
        if due.get(key, 0) != came[key]:
            details = {"rule": key[0], "due": due.get(key, 0), "came": came[key]}
            raise EngineFault([Problem("error", "verdicts_lost", details=details)])


def _compare(plan: Plan, everyone: tuple[Subject, ...]) -> tuple[tuple[Disagreement, ...], int]:
    """Where durable_rules differs on subjects that DuckDB has judged; how many it could not judge."""
    keyed = {judgement.basis: judgement for judgement in plan.judgements if judgement.rule is None}
    ruled = {(one.rule, one.part): one for one in plan.judgements if one.rule is not None}
    judgements = {}
    for subject in everyone:
        key = rete.key_of(subject)
        if key not in judgements:
            judgements[key] = ruled[subject.rule, subject.part] if subject.basis == "facts" else keyed[subject.basis]
    outcomes = rete.judge(judgements, everyone)
    if len(outcomes) != len(everyone):
        details = {"rule": "durable", "due": len(everyone), "came": len(outcomes)}
        raise EngineFault([Problem("error", "verdicts_lost", details=details)])
    differing = tuple(
        Disagreement(subject, (subject.applies, subject.holds), outcome)
        for subject, outcome in zip(everyone, outcomes, strict=True)
        if outcome is not None and not _same((subject.applies, subject.holds), outcome)
    )
    return differing, sum(outcome is None for outcome in outcomes)


def _same(one: tuple[bool | None, bool | None], other: tuple[bool | None, bool | None]) -> bool:
    """Whether two outcomes say the same: outside, or the same of holding."""
    if (one[0] is False) != (other[0] is False):
        return False
    return one[0] is False or one[1] == other[1]


def subjects(plan: Plan, facts: Facts) -> tuple[Subject, ...]:
    """Every subject with its sides, as DuckDB computed them: what `explain` shows."""
    return duckdb.judge(replace(plan, checks=frozenset()), facts, everyone=True).everyone or ()
