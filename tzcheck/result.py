"""A result that was written before, as far as it is read again: for a baseline, a comparison, a trend."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, Protocol

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tzcheck import SCHEMA
from tzcheck.errors import FactsFault, Problem
from tzcheck.texts import texts
from tzcheck.verdict import Verdict

# No number of a result is larger; one that is could not be shown.
MOST = 10**18
# What pydantic adds to the place of a value that may be of several kinds.
KINDS = ("int", "float", "str")
# A place, and a standard in it.
Column = tuple[str, str]
# The titles of standards and indicators in every language, as the rules have them.
Titles = Mapping[str, Mapping[str, str]]


class Part(BaseModel):
    """What all parts of a result share: keys that nobody asks for are left alone, and nothing changes afterwards."""

    model_config = ConfigDict(frozen=True, allow_inf_nan=False)


Number = Annotated[int | float, Field(ge=-MOST, le=MOST)]


class Breach(Part):
    """A breach, or a subject that lacks a value."""

    subject: str | None
    name: str | None
    category: str | None
    value: Number | str | None = None
    limit: Number | str | None = None
    shortfall: Number | None = None
    unit: str | None = None
    shortfall_unit: str | None = None


class Indicator(Part):
    """An indicator in a place."""

    id: str
    title: str
    basis: str
    verdict: Verdict
    beneath: Verdict | None = None
    evidence: tuple[Breach, ...]
    missing: tuple[Breach, ...] = ()
    engines: dict[str, str] | None = None

    @property
    def unwaived(self) -> Verdict:
        """The verdict, or that which a waiver lies over."""
        return self.beneath or Verdict.UNMET if self.verdict is Verdict.WAIVED else self.verdict

    @property
    def breaches(self) -> tuple[Breach, ...]:
        """What fails of it; nothing where that is not counted, or only known from a mark."""
        outside = (Verdict.NOT_APPLICABLE, Verdict.NOT_COUNTED)
        return () if self.basis == "mark" or self.unwaived in outside else self.evidence


class Standard(Part):
    """A standard in a place."""

    id: str
    title: str = ""
    achievement: Annotated[int | float, Field(ge=0, le=1)] | None
    ready: bool | None = None
    indicators: tuple[Indicator, ...]


class Place(Part):
    """A county, city or province with its standards."""

    code: str | None
    name: str
    standards: tuple[Standard, ...]

    @property
    def id(self) -> str:
        """What identifies the place: its code, or its name where it has no code."""
        return self.code or self.name


class Rules(Part):
    """The rules that a result was made by."""

    sha256: str


class Told(Part):
    """A problem of the facts."""

    severity: str
    county: str | None
    code: str
    message: str
    file: str | None
    row: int | None
    column: str | None


class Result(Part):
    """A result: what was judged, on which day, by which rules, read in which way."""

    as_of: date
    profile: str
    rules: Rules
    counties: tuple[Place, ...]
    problems: tuple[Told, ...]

    @property
    def columns(self) -> dict[Column, tuple[Place, Standard]]:
        """Every standard in every place, by their ids."""
        return {(place.id, one.id): (place, one) for place in self.counties for one in place.standards}


class Subject(Protocol):
    """What a breach is told by, be it of a result or of a report."""

    @property
    def subject(self) -> str | None:
        """The id of the row that it is about."""

    @property
    def name(self) -> str | None:
        """What people call that."""

    @property
    def category(self) -> str | None:
        """Its stage or band."""


def key(item: Subject) -> tuple[str | None, str | None, str | None]:
    """What two breaches of an indicator share that are the same."""
    return item.subject, item.name, item.category


def looked_at(basis: str, verdict: Verdict, refused: bool) -> bool:
    """Whether a breach that an indicator no longer has is fixed: it was judged, by facts of which none was refused.

    `verdict` is the one beneath a waiver.
    """
    return basis != "mark" and verdict in (Verdict.MET, Verdict.UNMET) and not refused


def read(path: Path) -> Result:
    """The result in a file. Raises FactsFault where it is none."""
    try:
        data = json.loads(path.read_bytes())
        if not isinstance(data, dict) or data.get("schema") != SCHEMA:
            raise ValueError(f"schema ≠ {SCHEMA}")
        return Result.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        why = f"{'.'.join(str(part) for part in first['loc'] if part not in KINDS)}: {_short(first)}"
    except (OSError, ValueError, RecursionError) as error:
        why = str(error)
    raise FactsFault([Problem("error", "no_result", str(path), details={"why": why})])


def _short(fault: Any) -> str:
    """What stands where another thing is expected, as far as it tells anything."""
    found = "—" if fault["type"] == "missing" else json.dumps(fault["input"], ensure_ascii=False)
    return found if len(found) <= 60 else f"{found[:60]}…"


def exact(value: Number) -> Fraction:
    """The number as it was written."""
    return Fraction(str(value))


def amount(value: Number | str | None) -> Fraction | str | None:
    """A value, exact where it is a number."""
    return exact(value) if isinstance(value, int | float) else value


def unlike(results: Sequence[Result]) -> list[Mapping[str, str]]:
    """What keeps achievements from being compared, as sentences in every language: errors, rules, what was asked."""
    notes = []
    errors = Counter(one.as_of for one in results for problem in one.problems if problem.severity == "error")
    if errors:
        found = ", ".join(f"{day} ({number})" for day, number in sorted(errors.items()))
        notes.append(texts("note.errors", found=found))
    made_by = {"profile": [one.profile for one in results], "rules": [one.rules.sha256[:8] for one in results]}
    for id, names in made_by.items():
        days: dict[str, dict[str, None]] = {}
        for name, one in zip(names, results, strict=True):
            days.setdefault(name, {})[one.as_of.isoformat()] = None
        if len(days) > 1:
            found = "; ".join(f"{name} ({', '.join(each)})" for name, each in days.items())
            notes.append(texts(f"note.{id}", found=found))
    asked: dict[Column, set[frozenset[str]]] = {}
    for one in results:
        for column, (_, standard) in one.columns.items():
            asked.setdefault(column, set()).add(frozenset(each.id for each in standard.indicators))
    partly = sorted({standard for (_, standard), found in asked.items() if len(found) > 1})
    return [*notes, texts("note.asked", standards=", ".join(partly))] if partly else notes


def titled(id: str, given: str, titles: Titles, lang: str) -> str:
    """The title of a standard or indicator in `lang`, where the rules have it; else as the result has it."""
    return titles[id][lang] if id in titles else given or id
