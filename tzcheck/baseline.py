"""The baseline: what failed in an earlier result stays visible, and only what is new fails."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tzcheck.report import Report
from tzcheck.score import Evidence, Indicator, Score
from tzcheck.verdict import Verdict

Key = tuple[str | None, str | None, str | None]


def held_against(report: Report, earlier: Mapping[str, Any]) -> Report:
    """The report with the verdict that every indicator had in an `earlier` result, and the breaches known from it.

    A place is the same where its code is, or its name where it has none; a breach where it is of the same subject.
    Raises KeyError, TypeError, ValueError or AttributeError where that is no result of the contract.
    """
    standards = {
        (county["code"] or county["name"], standard["id"]): standard
        for county in earlier["counties"]
        for standard in county["standards"]
    }
    places = tuple(
        replace(
            scored,
            scores=tuple(
                _score(score, standards.get((scored.place.code or scored.place.name, score.pack.id)))
                for score in scored.scores
            ),
        )
        for scored in report.places
    )
    return replace(report, places=places, baseline=True)


def _score(score: Score, earlier: Mapping[str, Any] | None) -> Score:
    if earlier is None:
        return score
    before = {one["id"]: one for one in earlier["indicators"]}
    indicators = tuple(_marked(one, before.get(one.id)) for one in score.indicators)
    return replace(score, indicators=indicators, never_ready=earlier["ready"] is not True)


def _marked(one: Indicator, earlier: Mapping[str, Any] | None) -> Indicator:
    if earlier is None:
        return one
    breaches: set[Key] = {(item["subject"], item["name"], item["category"]) for item in earlier["evidence"]}
    evidence = tuple(replace(item, known=_key(item) in breaches) for item in one.evidence)
    return replace(one, before=Verdict(earlier["verdict"]), evidence=evidence)


def _key(item: Evidence) -> Key:
    return item.subject, item.name, item.category
