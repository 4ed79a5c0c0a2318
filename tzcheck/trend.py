"""The achievement of places over time, from results of different days."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from tzcheck import result
from tzcheck.errors import Problem, UsageFault
from tzcheck.result import Column, Result


@dataclass(frozen=True)
class Line:
    """A place's achievement of a standard on the days on which it was judged; None where nothing was counted."""

    place: str
    code: str | None
    points: Mapping[date, float | None]


@dataclass(frozen=True)
class Course:
    """A standard over time: the days on which it was judged anywhere, and a line a place."""

    standard: str
    title: str
    days: tuple[date, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Trend:
    """Results by their days, each with its file, what keeps them from being compared, and the standards over time."""

    results: tuple[tuple[str, Result], ...]
    notes: tuple[Mapping[str, str], ...]
    courses: tuple[Course, ...]


def trend(results: Sequence[tuple[str, Result]]) -> Trend:
    """The course of `results`, each with its file, in the order of their days. Names and titles are the latest ones.

    Results of one day add up to one, where they are of other places or standards. Raises UsageFault where two of them
    tell of the same: which of them holds, nobody can say.
    """
    ordered = sorted(results, key=lambda one: (one[1].as_of, sorted(one[1].columns), one[0]))
    told: dict[tuple[date, Column], int] = {}
    found: dict[str, dict[str, Line]] = {}
    titles: dict[str, str] = {}
    for number, (file, one) in enumerate(ordered):
        for (id, standard), (place, judged) in one.columns.items():
            first = told.setdefault((one.as_of, (id, standard)), number)
            if first != number:
                about = {"other": file, "day": one.as_of, "place": place.name, "standard": standard}
                raise UsageFault([Problem("error", "same_day", ordered[first][0], details=about)])
            lines = found.setdefault(standard, {})
            before = lines[id].points if id in lines else {}
            lines[id] = Line(place.name, place.code, {**before, one.as_of: judged.achievement})
            titles[standard] = judged.title
    courses = []
    for standard, lines in sorted(found.items()):
        days = tuple(sorted({day for line in lines.values() for day in line.points}))
        courses.append(Course(standard, titles[standard], days, tuple(lines.values())))
    return Trend(tuple(ordered), tuple(result.unlike([one for _, one in ordered])), tuple(courses))
