"""durable_rules: judges the same subjects as a Rete network. Every trap of it stays in this file."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from fractions import Fraction
from itertools import combinations, count, product
from math import lcm, prod
from typing import Any

from tzcheck import condition as conditions
from tzcheck.condition import And, AtLeast, Comparison, Condition, Or
from tzcheck.engines.judged import Subject, Value
from tzcheck.errors import EngineFault, Problem
from tzcheck.judgement import Judgement

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

MOST_WAYS = 500

Outcome = tuple[bool | None, bool | None]
# Which judgement a subject belongs to: rule, basis, and which of the things that the rule asks.
Key = tuple[str, str, int]


class _TooManyWays(Exception):
    """A condition can hold in more ways than a ruleset should have rules."""


def unavailable() -> str | None:
    """Why durable_rules can't judge here; None where it can. It does not import on Python 3.13 unless patched."""
    return WHY


def key_of(subject: Subject) -> Key:
    """The key of the subject's judgement."""
    return subject.rule, subject.basis, subject.part


def judge(judgements: Mapping[Key, Judgement], subjects: tuple[Subject, ...]) -> list[Outcome | None]:
    """(applies, holds) of every subject, in their order; None where a number or a condition is too large for it.

    `judgements` are keyed by rule, basis and part. A subject is a fact with whole numbers only: both sides of every
    comparison, multiplied out. Raises EngineFault where what fired contradicts itself.
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

    # Rules that are judged by the same share a ruleset, as those that a document attests do.
    names: dict[int, str] = {}
    host = Host()
    for number, judgement in {id(one): one for one in judgements.values()}.items():
        name = f"r{len(names)}"
        with suppress(
            durable_rules_engine.error, _TooManyWays
        ):  # a condition too long for it: DuckDB alone judges that rule
            host.register_rulesets({name: _ruleset(judgement, recorder)})
            names[number] = name
    # Rulesets and facts stay in memory: deleting them can crash the process. A run is a process of its own.
    outcomes = []
    # The numbers are all that durable_rules sees of a subject: of those that are alike one is asserted.
    found: dict[tuple[Any, ...], Outcome | None] = {}
    for index, subject in enumerate(subjects):
        judgement = judgements[key_of(subject)]
        fact = _fact(judgement, subject)
        ruleset = names.get(id(judgement))
        alike = (ruleset, *(fact.items() if fact is not None else ("too large",)))
        if alike not in found:
            found[alike] = _outcome(host, ruleset, fired, index, subject, fact, judgement.applies is not None)
        outcomes.append(found[alike])
    return outcomes


def _outcome(
    host: Any,
    name: str | None,
    fired: list[tuple[int, str]],
    index: int,
    subject: Subject,
    fact: dict[str, int] | None,
    scoped: bool,
) -> Outcome | None:
    """What fires when the subject's fact is asserted; None where there is no fact, or no ruleset `name`, to assert."""
    if fact is None or name is None:
        return None
    before = len(fired)
    state = _asserted(host, name, {"n": index, **fact})
    if isinstance(state, dict) and state.get("exception"):
        raise EngineFault([Problem("error", "rete", details={"why": str(state["exception"])})])
    mine = {outcome for number, outcome in fired[before:]}
    if any(number != index for number, _ in fired[before:]) or {"holds", "fails"} <= mine or {"in", "out"} <= mine:
        raise EngineFault([Problem("error", "rete", details={"why": f"{subject.rule}: {sorted(mine)}"})])
    applies = True if "in" in mine or not scoped else False if "out" in mine else None
    return applies, True if applies and "holds" in mine else False if applies and "fails" in mine else None


def _asserted(host: Any, name: str, fact: dict[str, int]) -> Any:
    """What durable_rules says to a fact; None where nothing matched because a value is missing.

    It knows facts by a hash of their content, and refuses one whose hash it has seen: such a one is asserted once more
    with a field that no rule reads.
    """
    for more in ({}, {"again": 1}, {"again": 2}):
        try:
            # One fact a call: assert_facts drops matches silently from several hundred facts on.
            return host.assert_fact(name, {**fact, **more})
        except engine.MessageNotHandledException:
            return None
        except engine.MessageObservedException:
            continue
    raise EngineFault([Problem("error", "rete", details={"why": f"the hash of {fact} is taken"})])


def _ruleset(judgement: Judgement, recorder: Any) -> dict[str, Any]:
    """A Rete rule for each way in which it applies, does not apply, holds and does not hold.

    A pattern has a limit to its length, so that an `or` is several rules and not one.
    """
    wanted = {"fails": (conditions.negate(judgement.requires), 0)}
    if not judgement.proves:  # else only a breach is proven: what holds is not known to be met
        wanted["holds"] = (conditions.affirm(judgement.requires), 0)
    if judgement.applies:
        wanted["in"] = (conditions.affirm(judgement.applies), judgement.required)
        wanted["out"] = (conditions.negate(judgement.applies), judgement.required)
    return {
        f"{name}{number}": {"all": [{"m": pattern}], "run": recorder(name)}
        for name, (condition, first) in wanted.items()
        for number, pattern in enumerate(ways(condition, first))
    }


def ways(condition: Condition, first: int) -> list[dict[str, Any]]:
    """The condition as durable_rules patterns, one of which matches where it holds.

    Its comparisons, from left to right, have numbers from `first` on.
    """
    return [{"$and": [part for test in way for part in test]} for way in _ways(condition, count(first))]


def _ways(condition: Condition, numbers: Any) -> list[tuple[tuple[Any, ...], ...]]:
    """The ways in which a condition can hold, each a number of tests."""
    match condition:
        case Comparison(_, operator, _):
            number = next(numbers)
            left, right = f"l{number}", f"r{number}"
            name = OPERATORS[operator]
            test = {left: {"$m": right}} if name is None else {name: {left: {"$m": right}}}
            # A missing right-hand field can compare as a value, so both sides are guarded.
            return [(({"$ex": {left: 1}}, {"$ex": {right: 1}}, test),)]
        case And(parts):
            return _together([_ways(part, numbers) for part in parts])
        case Or(parts):
            return [way for part in parts for way in _ways(part, numbers)]
        case AtLeast(number, parts):
            # A pattern can't count: each way in which so many of the parts hold.
            found = [_ways(part, numbers) for part in parts]
            return [way for chosen in combinations(found, number) for way in _together(chosen)]
        case _:
            raise AssertionError("`not` is pushed down, and scopes are put in, before compiling")


def _together(parts: Sequence[list[tuple[tuple[Any, ...], ...]]]) -> list[tuple[tuple[Any, ...], ...]]:
    """Every way in which all parts hold."""
    if prod(map(len, parts)) > MOST_WAYS:
        raise _TooManyWays
    found = []
    for chosen in product(*parts):
        tests = {repr(test): test for way in chosen for test in way}  # a test that is asked twice is asked once
        found.append(tuple(tests.values()))
    return found


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
