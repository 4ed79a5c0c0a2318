"""The result as one page: to look at, to search, to print. It needs no network and no server."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from tzcheck.engines.judged import Spread
from tzcheck.errors import Problem
from tzcheck.report import (
    FAILING,
    Report,
    conclusions,
    counted,
    distance,
    limit_of,
    percent,
    reason,
    shown,
    symbol,
    value_of,
)
from tzcheck.rule import PLACE_NOUNS
from tzcheck.score import Evidence, Indicator, Score, Scored, nearness
from tzcheck.texts import text
from tzcheck.verdict import SIGNS, SYMBOLS, Verdict
from tzcheck.writers.page import bilingual
from tzcheck.writers.plot import plot
from tzcheck.writers.words import examples, known, named, plain, read_from

# So many breaches of an indicator are listed, unless every one is asked for, and so many of those furthest off.
MANY, FURTHEST = 30, 20
READY = {True: "yes", False: "no", None: "unknown"}


def write(report: Report, lang: str, details: bool, back: str = "", general: int = 0) -> str:
    """The report as a page of HTML that can be switched to the other language; `details` lists every breach.

    The page of one place of many has a link `back` to their overview, which lists the files and the `general`
    problems, those of no single place.
    """

    def content(lang: str) -> Mapping[str, Any]:
        return {
            "back": back,
            "general": general,
            "places": [_place(one, report, lang, details) for one in report.places],
            "matrices": list(_matrices(report, lang)),
            "achievements": _achievements(report, lang),
            "turned": list(_turned(report, lang)),
            "problems": [problem(one, lang) for one in report.problems],
        }

    return bilingual("page.html", lang, lambda one: {**about(report, one), **content(one)})


def about(report: Report, lang: str) -> Mapping[str, Any]:
    """What every page of a report tells at its head."""
    alone = len(report.places) == 1
    what = report.places[0].place.name if alone else text("page.places", lang, number=len(report.places))
    return {
        "report": report, "symbols": SYMBOLS, "verdicts": list(Verdict), "number": counted(report.problems),
        "engine": report.judged_by(lang), "title": text("page.title", lang, what=what),
        "readings": [(id, title.of(lang)) for id, title in report.readings_used],
    }  # fmt: skip


@dataclass(frozen=True)
class Furthest:
    """A subject that fails several indicators, or one by far: which, and how near it comes to the worst of them."""

    name: str
    indicators: tuple[str, ...]
    nearness: Fraction


def _place(scored: Scored, report: Report, lang: str, details: bool) -> Mapping[str, Any]:
    scores = [score for score in scored.scores if score.applicable]
    return {
        "id": scored.place.id,
        "name": scored.place.name,
        "short": scored.place.short,
        "standards": [_standard(scored, score, report, lang, details) for score in scores],
        "furthest": _furthest(scored.place.name, scores)[:FURTHEST],
        "needs": [_need(one, lang) for score in scores for one in score.needs],
    }


def _standard(scored: Scored, score: Score, report: Report, lang: str, details: bool) -> Mapping[str, Any]:
    titles = {one.id: one.rule.number for one in score.indicators}
    return {
        "id": score.pack.id,
        "title": score.pack.head.title.of(lang),
        "issuer": score.pack.head.issuer.of(lang),
        "document": score.pack.head.document,
        "met": score.met,
        "counted": score.counted,
        "achievement": percent(score.achievement),
        "share": float(score.achievement or 0),
        "unmet": score.unmet,
        "undetermined": score.undetermined,
        "ready": ready(score),
        "conclusions": conclusions(score, lang),
        "because": [titles.get(id, id) for id in score.because],
        "rows": [_row(scored, score, one, report, lang, details) for one in score.indicators],
    }


def ready(score: Score) -> str:
    """Whether a place is ready: `yes`, `no` or `unknown`; nothing where the standard makes it ready for nothing."""
    return READY[score.ready] if score.pack.head.ready and score.whole else ""


def _row(scored: Scored, score: Score, one: Indicator, report: Report, lang: str, details: bool) -> Mapping[str, Any]:
    title = one.rule.title.of(lang)
    spreads = report.spreads.get((scored.place.id, one.id), ())
    listed = one.basis != "mark"
    evidence = one.evidence if details else one.evidence[:MANY]
    return {
        "id": one.id,
        "number": one.rule.number,
        "title": title,
        "known": known(one, lang) if one.verdict in FAILING["undetermined"] else "",
        "verdict": one.verdict.value,
        "symbol": symbol(score.pack, one),
        "value": value_of(one),
        "limit": limit_of(one).replace(" ", "\u00a0", 1),  # no line ends between sign and number
        "reason": reason(one.reason, lang),
        "source": " ".join(filter(None, (one.source.document, one.source.clause))),
        "certainty": one.source.certainty,
        "plots": plots_of(spreads, title, lang),
        "evidence": [_breach(item, lang) for item in evidence] if listed else [],
        "left_out": len(one.evidence) - len(evidence) if listed else 0,
        "missing": [_breach(item, lang) for item in one.missing[:MANY]],
        "fix": one.rule.fix.of(lang) if one.rule.fix and one.verdict is Verdict.UNMET else "",
        "waivers": [f"{each.reason} {each.document_no} {each.approved_by}" for each in one.waivers if each.valid],
    }


def plots_of(spreads: Iterable[Spread], title: str, lang: str) -> list[str]:
    """A plot for each thing that a rule asks, where there is anything to be seen: more than one subject."""
    worth = [each for each in spreads if sum(number for _, number, _ in each.values) > 1]
    parts = sorted({each.part for each in worth})
    return [plot([each for each in worth if each.part == part], title, lang) for part in parts]


def stands(report: Report, columns: Iterable[tuple[Scored, Score]]) -> Mapping[str, Sequence[Spread]]:
    """Where the places stand that a standard concerns, by rule: under all that asks one value of each of them."""
    found: dict[tuple[str, int, str | None], list[tuple[str, Indicator, Spread]]] = {}
    for scored, score in columns:
        for one in score.indicators:
            for each in report.spreads.get((scored.place.id, one.id), ()):
                if one.rule.parts[each.part].each in PLACE_NOUNS and len(each.values) == 1 == each.values[0][1]:
                    key = one.id, each.part, each.category
                    found.setdefault(key, []).append((scored.place.short, one, each))
    bands: dict[str, list[Spread]] = {}
    for (id, _, _), places in found.items():
        # Where a limit is worked out for each place, it may be the same in all.
        limits = {each.limit or (None if one.share else one.limit) for _, one, each in places}
        limit = limits.pop() if len(limits) == 1 else None
        values = sorted((each.values[0][0], 1, plain(name)) for name, _, each in places)
        limit = limit if isinstance(limit, Fraction) else None
        bands.setdefault(id, []).append(replace(places[0][2], limit=limit, values=tuple(values)))
    return {id: some if len(some) > 1 else [replace(some[0], category=None)] for id, some in bands.items()}


def _breach(item: Evidence, lang: str) -> Mapping[str, str]:
    limit = "" if item.limit is None else f"{SIGNS.get(item.comparator, '')} {shown(item.limit, item.value)}"
    off = "" if item.shortfall is None else f"{distance(item.shortfall)} {item.shortfall_unit or item.unit or ''}"
    return {
        "name": named(item, lang),
        "value": "" if item.value is None else shown(item.value, item.limit),
        "limit": limit,
        "off": off,
        "where": plain(read_from(item)),
    }


def _furthest(place: str, scores: Iterable[Score]) -> list[Furthest]:
    """What fails in a place, but the place itself: what fails most first, and of that what comes least near."""
    found: dict[tuple[str, str], list[tuple[str, Fraction]]] = {}
    for score in scores:
        for one in score.indicators:
            if one.verdict is Verdict.UNMET and one.rule.counted and one.basis != "mark":
                for item in one.evidence:
                    if item.subject and item.name and item.name != place:
                        found.setdefault((item.subject, item.name), []).append((one.id, _nearness(item)))
    ranked = [
        Furthest(plain(name), tuple(dict.fromkeys(id for id, _ in each)), min(near for _, near in each))
        for (_, name), each in found.items()
    ]
    return sorted(ranked, key=lambda one: (-len(one.indicators), one.nearness, one.name))


def _nearness(item: Evidence) -> Fraction:
    """How near the value is to the limit; 1 where they are no numbers."""
    if not isinstance(item.value, Fraction) or not isinstance(item.limit, Fraction):
        return Fraction(1)
    return nearness(item.value, item.limit, item.comparator)


def _need(need: Any, lang: str) -> Mapping[str, Any]:
    return {
        "id": need.indicator.id,
        "title": need.indicator.rule.title.of(lang),
        "fix": need.indicator.rule.fix.of(lang) if need.indicator.rule.fix else "",
        "amount": distance(need.amount),
        "unit": need.unit,
        "parts": [(plain(name or subject), distance(amount)) for subject, name, amount in need.items],
    }


def _matrices(report: Report, lang: str) -> Iterable[Mapping[str, Any]]:
    """The matrix of each standard that concerns several places."""
    for id, columns in report.by_standard.items():
        if len(columns) < 2:
            continue
        by_id = [{one.id: one for one in score.indicators} for _, score in columns]
        pack = columns[0][1].pack
        bands = stands(report, columns)
        rows = []
        for rule_id, rule in pack.rules.items():
            cells = [found.get(rule_id) for found in by_id]
            if any(cells):
                marks = [(one.verdict.value, symbol(pack, one)) if one else ("", "") for one in cells]
                title = rule.title.of(lang)
                plots = plots_of(bands.get(rule_id, ()), title, lang)
                rows.append({"number": rule.number, "title": title, "marks": marks, "plots": plots})
        yield {
            "id": id,
            "title": pack.head.title.of(lang),
            "places": [(scored.place.id, scored.place.short) for scored, _ in columns],
            "rows": rows,
            "unmet": [score.unmet for _, score in columns],
            "undetermined": [score.undetermined for _, score in columns],
            "achievement": [percent(score.achievement) for _, score in columns],
        }


def _achievements(report: Report, lang: str) -> list[tuple[str, list[str]]]:
    """A row a standard: its achievement in every place, blank where it does not concern it."""
    rows = []
    for _, columns in sorted(report.by_standard.items()):
        shares = {scored.place.id: percent(score.achievement) for scored, score in columns}
        title = columns[0][1].pack.head.title.of(lang)
        rows.append((title, [shares.get(scored.place.id, "") for scored in report.places]))
    return rows


def problem(one: Problem, lang: str) -> Mapping[str, str]:
    """A problem of the facts, as pages list it."""
    return {
        "severity": one.severity,
        "said": text(f"severity.{one.severity}", lang),
        "where": plain(one.where()),
        "message": plain(one.message(lang)),
    }


def _turned(report: Report, lang: str) -> Iterable[Mapping[str, Any]]:
    for one in report.turned:
        yield {
            "where": plain(f"{one.file}:{one.column}"),
            "cells": one.cells,
            "examples": examples(one, lang),
        }
