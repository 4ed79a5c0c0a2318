"""The report of many places: an overview, and the page of each place in a folder beside it. Of few it is one page."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import quote

from tzcheck.engines.judged import Spread
from tzcheck.errors import SEVERITIES, Problem
from tzcheck.place import Place
from tzcheck.reading import Turned
from tzcheck.report import Report, percent
from tzcheck.rule import RulePack
from tzcheck.score import Score, Scored
from tzcheck.texts import text
from tzcheck.verdict import Verdict
from tzcheck.writers import Pages, html
from tzcheck.writers.page import bilingual
from tzcheck.writers.plot import plot
from tzcheck.writers.words import examples, plain

# So many places are one page, as many counties as a large city has: it is a few megabytes.
MOST = 30
# So many problems of no single place are listed, unless every one is asked for.
MANY = 300
STATES = (Verdict.MET, Verdict.UNMET, Verdict.UNDETERMINED)
# What no file may be called on Windows, and how long the name of a page gets at most: in bytes it is four times that.
RESERVED = re.compile(r"con|prn|aux|nul|(com|lpt)[0-9]", re.IGNORECASE)
LONGEST = 50


def write(report: Report, lang: str, details: bool) -> str | Pages:
    """The report as a page of HTML, or of many places as an overview and a page for each."""
    if len(report.places) <= MOST:
        return html.write(report, lang, details)
    files = file_names(scored.place for scored in report.places)
    return Pages(
        len(report.places),
        partial(_overview, report, lang, details, files),
        partial(_pages, report, lang, details, files),
    )


def file_names(places: Iterable[Place]) -> Mapping[str, str]:
    """What the page of each place, by its id, is called: its code, or its name as every system can keep it."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for place in places:
        spelled = unicodedata.normalize("NFKC", place.id)
        stem = re.sub(r"\W+", "_", spelled)[:LONGEST].strip("_") or "_"
        stem += "_" if RESERVED.fullmatch(stem) else ""
        name, number = stem, 1
        while name.casefold() in taken:
            number += 1
            name = f"{stem}-{number}"
        taken.add(name.casefold())
        found[place.id] = f"{name}.html"
    return found


def leads_back(page: str, name: str) -> bool:
    """Whether a page, of which the beginning is enough, is that of a place whose overview is the file `name`."""
    return f'<link rel="up" href="{_back(name)}">' in page


def _back(name: str) -> str:
    return quote(f"../{name}")


def _pages(
    report: Report, lang: str, details: bool, files: Mapping[str, str], overview: str
) -> Iterator[tuple[str, str]]:
    problems = _by_place(report)
    general = len(problems[None])
    for scored in report.places:
        own = tuple(problems.get(scored.place.id, ()))
        alone = replace(report, places=(scored,), problems=own, files=(), turned=())
        yield files[scored.place.id], html.write(alone, lang, details, _back(overview), general)


def _by_place(report: Report) -> Mapping[str | None, Sequence[Problem]]:
    """The problems of each place that is judged, and, under None, those of no single one."""
    found: dict[str | None, list[Problem]] = {None: [], **{scored.place.id: [] for scored in report.places}}
    for problem in report.problems:
        found.get(problem.county, found[None]).append(problem)
    return found


def _overview(report: Report, lang: str, details: bool, files: Mapping[str, str], folder: str) -> str:
    problems = _by_place(report)
    errors = {id: sum(one.severity == "error" for one in some) for id, some in problems.items()}
    links = {id: f"{quote(folder)}/{quote(name)}" for id, name in files.items()}
    by_standard = report.by_standard
    bands = {id: html.stands(report, columns) for id, columns in by_standard.items()}
    general = problems[None] if details else problems[None][:MANY]

    def content(lang: str) -> Mapping[str, Any]:
        return {
            "states": STATES,
            "standards": [
                _standard(columns, bands[id], links, errors, lang) for id, columns in sorted(by_standard.items())
            ],
            "kinds": list(_kinds(report.problems, lang)),
            "general": [html.problem(one, lang) for one in general],
            "left_out": len(problems[None]) - len(general),
            "turned": list(_turned(report, lang)),
            "sums": {
                "files": len(report.files),
                "rows": sum(one.rows for one in report.files),
                "refused": sum(one.rejected for one in report.files),
            },
            "listing": "\n".join(
                f"{one.sha256 or ''}  {one.rows:>8} {one.accepted:>8} {one.rejected:>6}  {plain(one.path)}"
                for one in report.files
            ),
        }

    return bilingual("overview.html", lang, lambda one: {**html.about(report, one), **content(one)})


def _standard(
    columns: Sequence[tuple[Scored, Score]], bands: Mapping[str, Sequence[Spread]], links: Mapping[str, str],
    errors: Mapping[str | None, int], lang: str,
) -> Mapping[str, Any]:  # fmt: skip
    """A standard over the places that it concerns: how many are ready, their achievement, a row each."""
    pack = columns[0][1].pack
    title = pack.head.title.of(lang)
    labels = _labels(pack)
    shares = sorted(
        (score.achievement * 100, 1, plain(scored.place.short))
        for scored, score in columns
        if score.achievement is not None
    )
    achieved = Spread(pack.id, 0, None, 0, None, "%", ">=", None, tuple(shares))
    ready = Counter(score.ready for _, score in columns)
    told = pack.head.ready and columns[0][1].whole
    return {
        "id": pack.id,
        "title": title,
        "ready": [ready[state] if told else "" for state in (True, False, None)],
        "achieved": [percent(shares[at][0] / 100) if shares else "—" for at in (0, len(shares) // 2, -1)],
        "plot": plot([achieved], title, lang) if shares else "",
        "places": [_place(scored, score, labels, links, errors, lang) for scored, score in columns],
        "rows": list(_rows(pack, columns, bands, labels, lang)),
    }


def _labels(pack: RulePack) -> Mapping[str, str]:
    """What each indicator is called in a list of them: its number, where that is its alone and one word."""
    numbers = Counter(rule.number for rule in pack.rules.values())
    return {
        id: rule.number if numbers[rule.number] == 1 and len(rule.number.split()) == 1 else id
        for id, rule in pack.rules.items()
    }


def _place(
    scored: Scored, score: Score, labels: Mapping[str, str], links: Mapping[str, str],
    errors: Mapping[str | None, int], lang: str,
) -> Mapping[str, Any]:  # fmt: skip
    place = scored.place
    unmet, unknown = (
        [labels[one.id] for one in score.indicators if one.verdict is verdict]
        for verdict in (Verdict.UNMET, Verdict.UNDETERMINED)
    )
    state = html.ready(score)
    return {
        "href": links[place.id],
        "name": plain(place.name),
        "code": place.code or "",
        "state": (Verdict.UNMET if unmet else Verdict.UNDETERMINED if unknown else Verdict.MET).value,
        "achievement": percent(score.achievement),
        "met": f"{score.met} / {score.counted}",
        "unmet": " ".join(unmet),
        "undetermined": " ".join(unknown),
        "ready": text(f"page.ready_{state}", lang) if state else "",
        "errors": errors[place.id],
    }


def _rows(
    pack: RulePack, columns: Sequence[tuple[Scored, Score]], bands: Mapping[str, Sequence[Spread]],
    labels: Mapping[str, str], lang: str,
) -> Iterable[Mapping[str, Any]]:  # fmt: skip
    """Of each indicator, in how many places it has which verdict, and where they stand."""
    found: dict[str, Counter[Verdict]] = {}
    for _, score in columns:
        for one in score.indicators:
            found.setdefault(one.id, Counter())[one.verdict] += 1
    for id, rule in pack.rules.items():
        if id in found:
            title = rule.title.of(lang)
            counts = [found[id][verdict] for verdict in STATES]
            yield {
                "id": id,
                "label": labels[id],
                "title": title,
                "counts": [*counts, found[id].total() - sum(counts)],
                "plots": html.plots_of(bands.get(id, ()), title, lang),
            }


def _kinds(problems: Iterable[Problem], lang: str) -> Iterable[Mapping[str, Any]]:
    """The kinds of problems, each with how many there are, in how many places, and the first."""
    alike: dict[tuple[int, str, str | None], list[Problem]] = {}
    for one in problems:
        key = SEVERITIES.index(one.severity), one.check or one.code, one.column
        alike.setdefault(key, []).append(one)
    for _, some in sorted(alike.items(), key=lambda item: (item[0][0], -len(item[1]))):
        places = {one.county for one in some} - {None}
        yield {**html.problem(some[0], lang), "number": len(some), "places": len(places)}


def _turned(report: Report, lang: str) -> Iterable[Mapping[str, Any]]:
    """What was understood of cells that are spelled in another way, the same table and column of all files in one."""
    alike: dict[tuple[str, str], list[Turned]] = {}
    for one in report.turned:
        alike.setdefault((re.split("[/!]", one.file)[-1], one.column), []).append(one)
    for (file, column), some in alike.items():
        yield {
            "where": plain(f"{file}:{column}"),
            "cells": sum(one.cells for one in some),
            "examples": examples(some[0], lang),
        }
