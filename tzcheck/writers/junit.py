"""The result as JUnit's XML, for CI: a suite a place and standard, a case an indicator, and a suite for the facts."""

from xml.etree import ElementTree as xml

from tzcheck.errors import Problem
from tzcheck.report import Report, reason
from tzcheck.score import Indicator, Score, Scored
from tzcheck.texts import text
from tzcheck.verdict import Verdict
from tzcheck.writers.words import breach, finding, is_known, known_why, plain

# What is neither met nor failing, with its reason.
SKIPPED = frozenset({Verdict.NOT_APPLICABLE, Verdict.NOT_COUNTED, Verdict.WAIVED})


def write(report: Report, lang: str, details: bool) -> str:
    """The report as XML: what is unmet is a failure, what can't be judged an error, what is not asked is skipped."""
    root = xml.Element("testsuites", name="tzcheck")
    _facts(root, report, lang)
    for scored in report.places:
        for score in scored.scores:
            _standard(root, scored, score, lang)
    for name in ("tests", "failures", "errors"):
        root.set(name, str(sum(int(suite.get(name, 0)) for suite in root)))
    xml.indent(root, " ")
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + xml.tostring(root, encoding="unicode") + "\n"


def _facts(root: xml.Element, report: Report, lang: str) -> None:
    """A case a file: it fails where one of its rows was refused or a cross-check of its rows fails."""
    of_file: dict[str, list[Problem]] = {file.path: [] for file in report.files}
    for problem in report.problems:
        if problem.severity == "error":
            of_file.setdefault(problem.file or "", []).append(problem)
    suite = _suite(root, text("head.facts", lang))
    for path, problems in of_file.items():
        case = xml.SubElement(suite, "testcase", name=plain(path), classname="facts")
        if problems:
            found = "\n".join(plain(f"{one.where()}  {one.message(lang)}") for one in problems)
            _outcome(case, "error", plain(problems[0].message(lang)), "facts", found)
    _counted(suite)


def _standard(root: xml.Element, scored: Scored, score: Score, lang: str) -> None:
    suite = _suite(root, f"{plain(scored.place.name)} {score.pack.head.title.of(lang)}")
    for one in score.indicators:
        case = xml.SubElement(
            suite, "testcase", name=f"{one.id} {one.rule.title.of(lang)}",
            classname=f"{plain(scored.place.name)}.{score.pack.id}",
        )  # fmt: skip
        why = plain(reason(one.reason, lang))
        if is_known(one):
            _outcome(case, "skipped", known_why(one, lang))
        elif one.verdict is Verdict.UNMET:
            _outcome(case, "failure", finding(one, lang), one.verdict.value, _all(one, lang))
        elif one.verdict is Verdict.UNDETERMINED:
            _outcome(case, "error", why, one.verdict.value, why)
        elif one.verdict in SKIPPED:
            _outcome(case, "skipped", f"{text(f'verdict.{one.verdict.value}', lang)}: {why}")
    _counted(suite)


def _all(one: Indicator, lang: str) -> str:
    return "\n".join([plain(reason(one.reason, lang)), *(breach(item, lang) for item in one.evidence)])


def _suite(root: xml.Element, name: str) -> xml.Element:
    return xml.SubElement(root, "testsuite", name=name)


def _outcome(case: xml.Element, kind: str, message: str, type: str | None = None, found: str | None = None) -> None:
    about = {"message": message} | ({"type": type} if type else {})
    xml.SubElement(case, kind, about).text = found


def _counted(suite: xml.Element) -> None:
    suite.set("tests", str(len(suite)))
    for kind, name in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
        suite.set(name, str(len(suite.findall(f"testcase/{kind}"))))
