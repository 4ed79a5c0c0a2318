"""The result as annotations of a GitHub workflow: a line for each error of the facts and each indicator that fails."""

from tzcheck.errors import Problem
from tzcheck.reading import FileRead
from tzcheck.report import Report, reason
from tzcheck.score import Indicator
from tzcheck.texts import text
from tzcheck.verdict import Verdict
from tzcheck.writers.words import finding, is_known, known_why, plain

LEVELS = {"error": "error", "query": "warning"}


def write(report: Report, lang: str, details: bool) -> str:
    """The annotations, the gravest first, as a workflow shows only the first ten of a kind.

    An indicator has one, at its first breach; queries and what can't be judged are warnings, what is in the baseline
    notices.
    """
    files = {file.path: file for file in report.files}
    errors: list[str] = []
    warnings: list[str] = []
    notices: list[str] = []
    for problem in report.problems:
        if problem.severity in LEVELS:
            line = _of_problem(problem, files, lang)
            (errors if problem.severity == "error" else warnings).append(line)
    for scored in report.places:
        for one in (one for score in scored.scores for one in score.indicators):
            title = f"{plain(scored.place.name)} {one.id} {one.rule.title.of(lang)}"
            if is_known(one):
                notices.append(_line("notice", title, known_why(one, lang)))
            elif one.verdict is Verdict.UNMET:
                errors.append(_of_indicator(one, title, files, lang))
            elif one.verdict is Verdict.UNDETERMINED:
                said = f"{text('verdict.undetermined', lang)}: {plain(reason(one.reason, lang))}"
                warnings.append(_line("warning", title, said))
    return "".join(f"{line}\n" for line in (*errors, *warnings, *notices))


def _of_problem(problem: Problem, files: dict[str, FileRead], lang: str) -> str:
    file = files.get(problem.file or "")
    row = None if file and file.sheet else problem.row
    where = (file.given if file else problem.file, row)
    return _line(LEVELS[problem.severity], plain(problem.where()), plain(problem.message(lang)), *where)


def _of_indicator(one: Indicator, title: str, files: dict[str, FileRead], lang: str) -> str:
    first = one.evidence[0] if one.evidence else None
    file = files.get(first.file or "") if first else None
    where = (file.given, None if file.sheet else first.row) if file and first else (None, None)
    return _line("error", title, finding(one, lang), *where)


def _line(level: str, title: str, message: str, file: str | None = None, row: int | None = None) -> str:
    """An annotation, of a line where a file has any."""
    where = [("file", file), ("line", row), ("title", title)]
    about = ",".join(f"{name}={_property(str(value))}" for name, value in where if value is not None)
    return f"::{level} {about}::{_data(message)}"


def _data(value: str) -> str:
    return value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str) -> str:
    return _data(value).replace(":", "%3A").replace(",", "%2C")
