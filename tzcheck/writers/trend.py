"""A trend as text, as Markdown, as a page with plots, and as JSON: the achievement of places, day by day."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from rich.cells import cell_len

from tzcheck.result import Titles, titled
from tzcheck.texts import text
from tzcheck.trend import Course, Line, Trend
from tzcheck.writers.lines import lines
from tzcheck.writers.md import escaped, head, table
from tzcheck.writers.page import bilingual
from tzcheck.writers.results import made_by, share
from tzcheck.writers.words import plain

# So many days stand side by side: in the terminal, and on a page of paper.
SHOWN, PRINTED = 6, 9
DAY = 12


def _text(trend: Trend, lang: str, titles: Titles) -> str:
    """A table a standard, a row a place; what was not counted on a day is —, what was not judged a blank."""
    return "\n".join(plain(line) for line in _lines(trend, lang, titles)) + "\n"


def _lines(trend: Trend, lang: str, titles: Titles) -> Iterator[str]:
    yield _title(trend, lang)
    yield from (note[lang] for note in trend.notes)
    for course in trend.courses:
        yield ""
        yield f"{titled(course.standard, course.title, titles, lang)}  {course.standard}"
        width = max(cell_len(plain(line.place)) for line in course.lines)
        for days in _blocks(course.days, SHOWN):
            yield " " * width + "".join(f"{day.isoformat():>{DAY}}" for day in days)
            for line in course.lines:
                shares = "".join(f"{share:>{DAY}}" for share in _shares(line, days))
                yield plain(line.place) + " " * (width - cell_len(plain(line.place))) + shares


def _markdown(trend: Trend, lang: str, titles: Titles) -> str:
    return "\n".join(_marked(trend, lang, titles)) + "\n"


def _marked(trend: Trend, lang: str, titles: Titles) -> Iterator[str]:
    yield from head(_title(trend, lang), trend.notes, lang)
    for course in trend.courses:
        yield ""
        yield f"## {escaped(titled(course.standard, course.title, titles, lang))}"
        yield ""
        heads = [text("head.place_of", lang), *map(str, course.days)]
        yield from table(heads, ([line.place, *_shares(line, course.days)] for line in course.lines))


def _html(trend: Trend, lang: str, titles: Titles) -> str:
    """A plot a standard, with its table."""
    return bilingual("trend.html", lang, lambda one: _shown(trend, one, titles))


def _shown(trend: Trend, lang: str, titles: Titles) -> Mapping[str, Any]:
    return {
        "title": _title(trend, lang),
        "notes": [note[lang] for note in trend.notes],
        "results": trend.results,
        "courses": [_course(one, titled(one.standard, one.title, titles, lang)) for one in trend.courses],
    }


def _course(course: Course, title: str) -> Mapping[str, Any]:
    tables = [
        (days, [(line.place, _shares(line, days)) for line in course.lines]) for days in _blocks(course.days, PRINTED)
    ]
    return {"id": course.standard, "title": title, "plot": lines(course, title), "tables": tables}


def _json(trend: Trend, lang: str, titles: Titles) -> str:
    data = {
        "schema": "tzcheck/trend/1",
        "results": [{"file": file, **made_by(one)} for file, one in trend.results],
        "notes": [note[lang] for note in trend.notes],
        "standards": [
            {
                "id": course.standard,
                "title": titled(course.standard, course.title, titles, lang),
                "counties": [
                    {
                        "code": line.code,
                        "name": line.place,
                        "achievement": [
                            {"as_of": day.isoformat(), "achievement": share} for day, share in line.points.items()
                        ],
                    }
                    for line in course.lines
                ],
            }
            for course in trend.courses
        ],
    }
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def _title(trend: Trend, lang: str) -> str:
    days = [one.as_of for _, one in trend.results]
    return text("trend.title", lang, first=days[0], last=days[-1], results=len(days))


def _blocks(days: Sequence[date], many: int) -> Iterable[Sequence[date]]:
    """The days, so many at a time."""
    return [days[start : start + many] for start in range(0, len(days), many)]


def _shares(line: Line, days: Iterable[date]) -> list[str]:
    """What a place achieved on the days, for people."""
    return [share(line.points[day]) if day in line.points else "" for day in days]


WRITERS: Mapping[str, Callable[[Trend, str, Titles], str]] = {
    "text": _text, "md": _markdown, "html": _html, "json": _json,
}  # fmt: skip
