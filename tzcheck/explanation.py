"""Explanations: what was answered to the queries that cross-checks raise, for as long as the value stays the same."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from tzcheck.cells import parse_decimal
from tzcheck.errors import Problem
from tzcheck.facts import Facts
from tzcheck.texts import texts


@dataclass(frozen=True)
class Explanation:
    """One row of `explanations`: the check and the subject it is about, and the value that was explained."""

    value: str | None
    explanation: str | None
    accepted_by: str | None


def answered(problems: Iterable[Problem], facts: Facts) -> list[Problem]:
    """The problems, with every query that an accepted explanation answers marked as explained.

    An explanation of another value has lapsed, and one that nobody accepted does not answer yet: the query says so.
    A hard check can't be explained away.
    """
    known = _known(facts)
    return [_answered(problem, known) if problem.check else problem for problem in problems]


def _known(facts: Facts) -> dict[tuple[str, str, str], list[Explanation]]:
    """The explanations by place, check and subject."""
    found: dict[tuple[str, str, str], list[Explanation]] = {}
    typed = facts.tables.get("explanations")
    read = typed.rows("check", "subject", "value", "explanation", "accepted_by") if typed else ()
    for place, _, _, check, subject, *answer in read:
        county = facts.places[place].id
        found.setdefault((county, check, subject or county), []).append(Explanation(*answer))
    return found


def _answered(problem: Problem, known: dict[tuple[str, str, str], list[Explanation]]) -> Problem:
    own = known.get((problem.county or "", problem.check or "", problem.subject or ""), [])
    if not own:
        return problem
    same = [one for one in own if _number(one.value) == _number(problem.value)]
    chosen = (same or own)[-1]
    code = "explained"
    if problem.severity == "error":
        code = "hard"
    elif not same:
        code = "lapsed"
    elif not chosen.explanation or not chosen.accepted_by:
        code = "not_accepted"
    about = {"explanation": chosen.explanation or "", "by": chosen.accepted_by or "", "value": chosen.value or ""}
    details = {**problem.details, "answer": texts(f"answer.{code}", **about)}
    severity = "explained" if code == "explained" else problem.severity
    return replace(problem, severity=severity, details=details)


def _number(text: str | None) -> Decimal | str | None:
    """A value as it is compared: 12 and 12.0 are the same."""
    if not text:
        return None
    number = parse_decimal(text, percent=True)
    return text if number is None else number
