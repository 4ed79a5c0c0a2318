"""durable_rules: judges the same subjects as a Rete network. Every trap of it stays in this file."""

from collections.abc import Mapping
from contextlib import suppress
from fractions import Fraction
from itertools import combinations, count
from math import lcm
from typing import Any

from tzcheck import condition as conditions
from tzcheck.condition import And, AtLeast, Comparison, Condition, Or
from tzcheck.engines.judged import Subject, Value
from tzcheck.errors import EngineFault, Problem
from tzcheck.sql import Judgement

WHY: str | None = None
try:
    import durable_rules_engine
    from durable import engine
except ModuleNotFoundError:
    WHY = "not installed"
except ImportError as error:
    WHY = f"does not import here: {str(error).rsplit(': ', 1)[-1]}"

# durable_rules holds whole numbers in 64 bits and everything else as a double, so only whole numbers are asserted.
LARGEST = 2**63 - 1
OPERATORS = {"<=": "$lte", ">=": "$gte", "<": "$lt", ">": "$gt", "==": None, "!=": "$neq"}
OUTCOMES = {"met": (True, True), "unmet": (True, False), "out": (False, None)}

Outcome = tuple[bool | None, bool | None]
# Which judgement a subject belongs to: rule, basis, and which of the things that the rule asks.
Key = tuple[str, str, int]


def unavailable() -> str | None:
    """Why durable_rules can't judge here; None where it can. It does not import on Python 3.13 unless patched."""
    return WHY


def key_of(subject: Subject) -> Key:
    """The key of the subject's judgement."""
    return subject.rule, subject.basis, subject.part


def judge(judgements: Mapping[Key, Judgement], subjects: tuple[Subject, ...]) -> list[Outcome | None]:
    """(applies, holds) of every subject, in their order; None where a number or a condition is too large for it.

    `judgements` are keyed by rule, basis and part. Each subject is one fact with whole numbers only: both sides of every
    comparison, multiplied out. Raises EngineFault where what fired does not match what was asserted.
    """

    class Host(engine.Host):  # type: ignore[misc]
        """A host without the timer threads, which take work over so that verdicts come late."""

        def _run(self) -> None:
            pass

    fired: list[tuple[int, str]] = []

    def recorder(outcome: str) -> Any:
        def record(closure: Any) -> None:
            fired.append((closure.m.n, outcome))

        return record

    names: dict[Key, str] = {}
    host = Host()
    for key, judgement in judgements.items():
        name = f"r{len(names)}"
        with suppress(durable_rules_engine.error):  # a condition too long for it: DuckDB alone judges that rule
            host.register_rulesets({name: _ruleset(judgement, recorder)})
            names[key] = name
    # Rulesets and facts stay in memory: deleting them can crash the process. A run is a process of its own.
    return [
        _outcome(host, names, fired, index, subject, _fact(judgements[key_of(subject)], subject))
        for index, subject in enumerate(subjects)
    ]


def _outcome(
    host: Any,
    names: Mapping[Key, str],
    fired: list[tuple[int, str]],
    index: int,
    subject: Subject,
    fact: dict[str, int] | None,
) -> Outcome | None:
    """What fires when the subject's fact is asserted; None where there is no fact to assert."""
    if fact is None or key_of(subject) not in names:
        return None
    before = len(fired)
    try:
        # One fact a call: assert_facts drops matches silently from several hundred facts on.
        state = host.assert_fact(names[key_of(subject)], {"n": index, **fact})
    except engine.MessageNotHandledException:
        state = None  # nothing matched: a value is missing
    if isinstance(state, dict) and state.get("exception"):
        raise EngineFault([Problem("error", "rete", details={"why": str(state["exception"])})])
    mine = {outcome for number, outcome in fired[before:]}
    if any(number != index for number, _ in fired[before:]) or len(mine) > 1:
        raise EngineFault([Problem("error", "rete", details={"why": f"{subject.rule}: {sorted(mine)}"})])
    return OUTCOMES[mine.pop()] if mine else (None, None)


def _ruleset(judgement: Judgement, recorder: Any) -> dict[str, Any]:
    """Three Rete rules: it applies and holds, it applies and its negation holds, it does not apply."""
    holds = compiled(conditions.affirm(judgement.requires), 0)
    fails = compiled(conditions.negate(judgement.requires), 0)
    rules = {"met": holds, "unmet": fails}
    if judgement.applies:
        inside = compiled(conditions.affirm(judgement.applies), judgement.required)
        rules = {"met": {"$and": [inside, holds]}, "unmet": {"$and": [inside, fails]}}
        rules["out"] = compiled(conditions.negate(judgement.applies), judgement.required)
    if judgement.proves:  # only a breach: what holds is not known to be met
        del rules["met"]
    return {name: {"all": [{"m": pattern}], "run": recorder(name)} for name, pattern in rules.items()}


def compiled(condition: Condition, first: int) -> dict[str, Any]:
    """The condition as a durable_rules pattern; its comparisons, from left to right, have numbers from `first` on."""
    return _compiled(condition, count(first))


def _compiled(condition: Condition, numbers: Any) -> dict[str, Any]:
    match condition:
        case Comparison(_, operator, _):
            number = next(numbers)
            left, right = f"l{number}", f"r{number}"
            name = OPERATORS[operator]
            test = {left: {"$m": right}} if name is None else {name: {left: {"$m": right}}}
            # A missing right-hand field can compare as a value, so both sides are guarded.
            return {"$and": [{"$ex": {left: 1}}, {"$ex": {right: 1}}, test]}
        case And(parts):
            return {"$and": [_compiled(part, numbers) for part in parts]}
        case Or(parts):
            return {"$or": [_compiled(part, numbers) for part in parts]}
        case AtLeast(number, parts):
            # A pattern can't count: one of the ways in which so many of the parts hold.
            tests = [_compiled(part, numbers) for part in parts]
            return {"$or": [{"$and": list(chosen)} for chosen in combinations(tests, number)]}
        case _:
            raise AssertionError("`not` is pushed down, and scopes are put in, before compiling")


def _fact(judgement: Judgement, subject: Subject) -> dict[str, int] | None:
    """The subject's sides as whole numbers; a missing one is left out. None where one is too large."""
    fact: dict[str, int] = {}
    for index, (left, _, _) in enumerate(judgement.sides):
        one, other = subject.sides[index]
        if left.codes:
            # Codes are numbered; durable_rules would order a text above every number.
            pair = _codes(one, other, left.codes)
        else:
            pair = _whole(one, other)
        for name, value in zip((f"l{index}", f"r{index}"), pair, strict=True):
            if value is not None and abs(value) > LARGEST:
                return None
            if value is not None:
                fact[name] = value
    return fact


def _codes(one: Value, other: Value, codes: tuple[str, ...]) -> tuple[int | None, int | None]:
    first, second = (codes.index(value) if isinstance(value, str) else None for value in (one, other))
    return first, second


def _whole(one: Value, other: Value) -> tuple[int | None, int | None]:
    """Both numbers, multiplied by what makes them whole."""
    if isinstance(one, Fraction) and isinstance(other, Fraction) and one.denominator == other.denominator:
        return one.numerator, other.numerator
    factor = lcm(*(value.denominator for value in (one, other) if isinstance(value, Fraction)))
    first, second = (int(value * factor) if isinstance(value, Fraction) else None for value in (one, other))
    return first, second
