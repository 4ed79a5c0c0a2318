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
    refused = {problem.county for problem in report.problems if problem.severity == "error" and not problem.check}
    places = tuple(
        replace(
            scored,
            scores=tuple(
                _score(score, standards.get((scored.place.id, score.pack.id)), bool(refused & {None, scored.place.id}))
                for score in scored.scores
            ),
        )
        for scored in report.places
    )
    return replace(report, places=places, baseline=True)


def _score(score: Score, earlier: result.Standard | None, refused: bool) -> Score:
    if earlier is None:
        return score
    before = {one.id: one for one in earlier.indicators}
    indicators = tuple(_marked(one, before.get(one.id), refused) for one in score.indicators)
    return replace(score, indicators=indicators, never_ready=earlier.ready is not True)


def _marked(one: Indicator, earlier: result.Indicator | None, refused: bool) -> Indicator:
    """The indicator with what was known of it; `refused` says that a row of its place was."""
    if earlier is None:
        return one
    before = {result.key(item) for item in earlier.evidence}
    evidence = tuple(item._replace(known=result.key(item) in before) for item in one.evidence)
    gone: set[tuple[str | None, str | None, str | None]] = set()
    if result.looked_at(one.basis, one.waived_from or one.verdict, refused):
        there = map(result.key, (*one.evidence, *one.missing))
        gone = {result.key(item) for item in earlier.breaches}.difference(there)
    return one._replace(before=earlier.verdict, evidence=evidence, gone=tuple(sorted(gone, key=str)))
