"""The baseline: what failed in an earlier result stays visible, and only what is new fails."""

from dataclasses import replace

from tzcheck import result
from tzcheck.report import Report
from tzcheck.score import Indicator, Score


def held_against(report: Report, earlier: result.Result) -> Report:
    """The report with the verdict that every indicator had in an `earlier` result, and the breaches known from it.

    A place is the same where its code is, or its name where it has none; a breach where it is of the same subject.
    """
    standards = {column: standard for column, (_, standard) in earlier.columns.items()}
    places = tuple(
        replace(
            scored,
            scores=tuple(_score(score, standards.get((scored.place.id, score.pack.id))) for score in scored.scores),
        )
        for scored in report.places
    )
    return replace(report, places=places, baseline=True)


def _score(score: Score, earlier: result.Standard | None) -> Score:
    if earlier is None:
        return score
    before = {one.id: one for one in earlier.indicators}
    indicators = tuple(_marked(one, before.get(one.id)) for one in score.indicators)
    return replace(score, indicators=indicators, never_ready=earlier.ready is not True)


def _marked(one: Indicator, earlier: result.Indicator | None) -> Indicator:
    if earlier is None:
        return one
    breaches = {result.key(item) for item in earlier.evidence}
    evidence = tuple(replace(item, known=result.key(item) in breaches) for item in one.evidence)
    return replace(one, before=earlier.verdict, evidence=evidence)
