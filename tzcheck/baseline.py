"""The baseline: what failed in an earlier result stays visible, and only what is new fails."""

from collections.abc import Iterable
from dataclasses import replace

from tzcheck import result
from tzcheck.report import Report
from tzcheck.score import Indicator, Score
from tzcheck.verdict import Verdict


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
                _score(score, standards.get((scored.place.id, score.pack.id)), not refused & {None, scored.place.id})
                for score in scored.scores
            ),
        )
        for scored in report.places
    )
    return replace(report, places=places, baseline=True)


def _score(score: Score, earlier: result.Standard | None, whole: bool) -> Score:
    if earlier is None:
        return score
    before = {one.id: one for one in earlier.indicators}
    indicators = tuple(_marked(one, before.get(one.id), whole) for one in score.indicators)
    return replace(score, indicators=indicators, never_ready=earlier.ready is not True)


def _marked(one: Indicator, earlier: result.Indicator | None, whole: bool) -> Indicator:
    """The indicator with what was known of it; `whole` says that no row of its place was refused."""
    if earlier is None:
        return one
    breaches = dict.fromkeys(map(result.key, earlier.evidence)) if earlier.basis != "mark" else {}
    evidence = tuple(replace(item, known=result.key(item) in breaches) for item in one.evidence)
    # What is gone is fixed only where it was looked at again.
    looked_at = whole and one.basis != "mark" and (one.waived_from or one.verdict) in (Verdict.MET, Verdict.UNMET)
    there: Iterable[object] = map(result.key, (*one.evidence, *one.missing))
    gone = tuple(breaches.keys() - set(there)) if looked_at else ()
    return replace(one, before=earlier.verdict, evidence=evidence, gone=tuple(sorted(gone, key=str)))
