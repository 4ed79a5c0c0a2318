"""The result as SARIF 2.1.0, for what gathers findings: a rule an indicator, a result a breach."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tzcheck.errors import Problem
from tzcheck.reading import FileRead
from tzcheck.report import FAILING, Report, category, limit_of, reason
from tzcheck.rule import RulePack
from tzcheck.score import Evidence, Indicator, Scored
from tzcheck.texts import text
from tzcheck.verdict import Verdict
from tzcheck.waiver import Waiver
from tzcheck.writers.words import breach, plain

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
# How the kinds of results are told of: what fails, what is open, what was let off.
LEVELS = {"error": "error", "query": "warning", "explained": "note"}
FINGERPRINT = "tzcheck/v1"


def write(report: Report, lang: str, details: bool) -> str:
    """The report as SARIF: paths are as they were given on the command line, texts in `lang`."""
    files = {file.path: file for file in report.files}
    rules: dict[str, dict[str, Any]] = {}
    results = list(_results(report, rules, files, lang))
    numbers = {id: index for index, id in enumerate(rules)}
    for one in results:
        one["ruleIndex"] = numbers[one["ruleId"]]
    run = {
        "tool": {
            "driver": {
                "name": "tzcheck", "version": report.version, "semanticVersion": report.version,
                "language": {"zh": "zh-CN", "en": "en"}[lang], "rules": list(rules.values()),
            }
        },
        "invocations": [{"executionSuccessful": not report.disagreements}],
        "columnKind": "unicodeCodePoints",
        "artifacts": _artifacts(report.files),
        "results": results,
        "properties": {
            "asOf": report.as_of.isoformat(), "profile": report.profile, "engine": report.engine,
            "rulesSha256": report.rules_sha256,
        },
    }  # fmt: skip
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, ensure_ascii=False, indent=1) + "\n"


def _results(
    report: Report, rules: dict[str, dict[str, Any]], files: Mapping[str, FileRead], lang: str
) -> Iterable[dict[str, Any]]:
    for problem in report.problems:
        code = f"facts.{problem.check or problem.code}"
        if code not in rules:
            rules[code] = {"id": code, "shortDescription": {"text": text("sarif.facts", lang)}}
        yield _of_problem(problem, code, files, lang)
    for scored in report.places:
        for score in scored.scores:
            for one in score.indicators:
                rules.setdefault(one.id, _rule(score.pack, one, lang))
                yield from _of_indicator(report, scored, one, files, lang)


def _rule(pack: RulePack, one: Indicator, lang: str) -> dict[str, Any]:
    source = " ".join(filter(None, (one.source.document, one.source.clause)))
    wanted = limit_of(one)
    fix = one.rule.fix.of(lang) if one.rule.fix else ""
    help = "\n".join(filter(None, (one.rule.title.of(lang), wanted, source, fix)))
    return {
        "id": one.id,
        "name": one.rule.number,
        "shortDescription": {"text": one.rule.title.of(lang)},
        "fullDescription": {"text": f"{pack.head.title.of(lang)} {one.rule.number}: {one.rule.title.of(lang)}"},
        "help": {"text": help},
        "defaultConfiguration": {"level": "error"},
        "properties": {"tags": [pack.id], "certainty": one.source.certainty},
    }


def _of_indicator(
    report: Report, scored: Scored, one: Indicator, files: Mapping[str, FileRead], lang: str
) -> Iterable[dict[str, Any]]:
    """A result a breach, or one for the indicator where none is known by itself; none where it is met."""
    head = f"{plain(scored.place.name)} {one.rule.title.of(lang)}: "
    key = (scored.place.id, one.id)
    why = plain(reason(one.reason, lang))
    failing = Verdict.UNMET in (one.verdict, one.waived_from)
    if failing and one.evidence and one.basis != "mark":
        for item in one.evidence:
            found = _result(one.id, "fail", head + breach(item, lang), (*key, item.subject, item.name, item.category))
            found["locations"] = _locations(item, files)
            if report.baseline:
                found["baselineState"] = "unchanged" if item.known else "new"
            yield _suppressed(found, one, item.subject)
    elif failing or one.verdict is Verdict.UNDETERMINED:
        found = _result(one.id, "fail" if failing else "open", head + why, key)
        if report.baseline:
            found["baselineState"] = "new" if one.fails(FAILING["undetermined"]) else "unchanged"
        yield _suppressed(found, one, None)
    elif one.verdict is Verdict.NOT_APPLICABLE:
        yield _result(one.id, "notApplicable", head + why, key)
    for subject, name, stage in one.gone:
        message = head + " ".join(filter(None, (plain(name or subject or ""), category(stage, lang))))
        yield _result(one.id, "fail", message, (*key, subject, name, stage)) | {"baselineState": "absent"}


def _result(rule: str, kind: str, message: str, key: tuple[str | None, ...]) -> dict[str, Any]:
    named = "\x1f".join(part or "" for part in key)
    return {
        "ruleId": rule,
        "kind": kind,
        "level": "error" if kind == "fail" else "none",
        "message": {"text": message},
        "partialFingerprints": {FINGERPRINT: hashlib.sha256(named.encode()).hexdigest()},
    }


def _suppressed(result: dict[str, Any], one: Indicator, subject: str | None) -> dict[str, Any]:
    """The result with the waivers that let it off."""
    found = [waiver for waiver in one.waivers if waiver.valid and waiver.subject in (None, subject)]
    return {**result, "suppressions": [_suppression(waiver) for waiver in found]} if found else result


def _suppression(waiver: Waiver) -> dict[str, Any]:
    about = f"{waiver.reason} ({waiver.document_no}, {waiver.approved_by})"
    return {"kind": "external", "status": "accepted", "justification": plain(about)}


def _of_problem(problem: Problem, code: str, files: Mapping[str, FileRead], lang: str) -> dict[str, Any]:
    key = (problem.county, code, problem.file, str(problem.row or ""), problem.column, problem.value)
    found = _result(code, "fail", plain(problem.message(lang)), key)
    found["level"] = LEVELS[problem.severity]
    if problem.file:
        found["locations"] = [_location(problem.file, problem.row, problem.column, files)]
    return found


def _locations(item: Evidence, files: Mapping[str, FileRead]) -> list[dict[str, Any]]:
    places = item.rows or ([(item.file, item.row)] if item.file else [])
    return [_location(file, row, item.column, files) for file, row in places if file]


def _location(path: str, row: int | None, column: str | None, files: Mapping[str, FileRead]) -> dict[str, Any]:
    """A line of a text file; of a workbook the cell, by its name."""
    file = files.get(path)
    physical: dict[str, Any] = {"artifactLocation": {"uri": _uri(file.given if file else path)}}
    found: dict[str, Any] = {"physicalLocation": physical}
    if file and file.sheet:
        cell = file.cell(row, column) or (str(row) if row else "")
        name = "!".join(filter(None, (path, cell)))
        found["logicalLocations"] = [{"fullyQualifiedName": name, "kind": "member"}]
    elif row:
        physical["region"] = {"startLine": row}
    return found


def _uri(path: str) -> str:
    """The address of a file: relative, as repositories want it, unless it lies elsewhere or is a database's."""
    if path.startswith("postgresql://"):
        return quote(path, safe="/:[]")
    return Path(path).as_uri() if Path(path).is_absolute() else quote(path)


def _artifacts(files: Iterable[FileRead]) -> list[dict[str, Any]]:
    """The files of facts, each once, with their hashes."""
    hashes = {file.given: file.sha256 for file in files}
    return [
        {"location": {"uri": _uri(path)}, "hashes": {"sha-256": sha}, "roles": ["analysisTarget"]}
        for path, sha in hashes.items()
    ]
