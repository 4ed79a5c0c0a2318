"""The result as Markdown, for a pull request or a mail: the standards, what fails, what is wrong with the facts."""

import re
from collections.abc import Iterable, Mapping, Sequence

from tzcheck.report import Report, conclusions, counted, limit_of, percent, reason, symbol, value_of, wanting
from tzcheck.score import Indicator, Score, Scored
from tzcheck.texts import text
from tzcheck.verdict import Verdict
from tzcheck.writers.words import breach, known, plain

# So many breaches of an indicator, and problems of the facts, unless every one is asked for.
FEW = 3
OF_STANDARD = ("standard", "achievement", "unmet", "undetermined", "state")
OF_INDICATOR = ("indicator", "title", "verdict", "value", "limit", "breaches")
Column = tuple[Scored, Score]


def write(report: Report, lang: str, details: bool) -> str:
    """The report as Markdown; `details` lists every breach in every place, and every problem."""
    return "\n".join(_lines(report, lang, details)) + "\n"


def _lines(report: Report, lang: str, details: bool) -> Iterable[str]:
    yield "# " + text("md.title", lang, as_of=report.as_of, profile=report.profile)
    yield ""
    yield text("engine.by", lang, engine=report.judged_by(lang), rules=report.rules_sha256[:8])
    standards = report.by_standard
    several = len({scored.place.id for columns in standards.values() for scored, _ in columns}) > 1
    yield ""
    yield from _achievements(report, standards, lang) if several else _standards(standards, lang)
    for columns in standards.values():
        if several and not details:
            yield from _in_places(columns, lang)
        else:
            for scored, score in columns:
                yield from _findings(scored, score, lang, details)
    yield from _problems(report, lang, details)


def _standards(standards: dict[str, list[Column]], lang: str) -> Iterable[str]:
    """Of one place, a row a standard."""
    rows = (_of_standard(score, lang) for columns in standards.values() for _, score in columns)
    yield from table([text(f"head.{one}", lang) for one in OF_STANDARD], rows)


def _of_standard(score: Score, lang: str) -> list[str]:
    state = " ".join(conclusions(score, lang))
    share = f"{score.met}/{score.counted} = {percent(score.achievement)}"
    return [score.pack.head.title.of(lang), share, str(score.unmet), str(score.undetermined), state]


def _achievements(report: Report, standards: dict[str, list[Column]], lang: str) -> Iterable[str]:
    """Of several places, a row a standard and a column a place."""
    rows = []
    for columns in standards.values():
        of_place = {scored.place.id: score for scored, score in columns}
        scores = [of_place.get(scored.place.id) for scored in report.places]
        rows.append(
            [columns[0][1].pack.head.title.of(lang), *(percent(one.achievement) if one else "" for one in scores)]
        )
    yield from table([text("head.achievement", lang), *(scored.place.short for scored in report.places)], rows)


def _in_places(columns: Sequence[Column], lang: str) -> Iterable[str]:
    """The indicators of a standard that are unmet or undetermined anywhere, with the places."""
    by_id: dict[str, list[tuple[Scored, Indicator]]] = {}
    for scored, score in columns:
        for one in score.indicators:
            if one.verdict in (Verdict.UNMET, Verdict.UNDETERMINED):
                by_id.setdefault(one.id, []).append((scored, one))
    if not by_id:
        return
    yield ""
    yield f"## {escaped(columns[0][1].pack.head.title.of(lang))}"
    yield ""
    heads = [text(f"head.{one}", lang) for one in ("indicator", "title", "unmet_short", "undetermined_short")]
    rows = []
    for found in by_id.values():
        places = [
            text("head.comma", lang).join(scored.place.short for scored, one in found if one.verdict is verdict)
            for verdict in (Verdict.UNMET, Verdict.UNDETERMINED)
        ]
        rows.append([found[0][1].id, found[0][1].rule.title.of(lang), *places])
    yield from table(heads, rows)
    needed = wanting(score for _, score in columns)
    if needed:
        names = text("head.comma", lang).join(f"{name} ({number})" for name, number in needed.items())
        yield ""
        yield escaped(text("head.wanting", lang, names=names))


def _findings(scored: Scored, score: Score, lang: str, details: bool) -> Iterable[str]:
    """What is unmet in one place, with its first breaches, and why the others can't be judged."""
    unmet = [one for one in score.indicators if one.verdict is Verdict.UNMET]
    unknown = [one for one in score.indicators if one.verdict is Verdict.UNDETERMINED]
    if not (unmet or unknown):
        return
    yield ""
    yield f"## {escaped(scored.place.name)} · {escaped(score.pack.head.title.of(lang))}"
    yield ""
    if unmet:
        heads = [text(f"head.{one}", lang) for one in OF_INDICATOR]
        yield from table(heads, (_of_indicator(score, one, lang) for one in unmet))
        yield ""
    for one in unmet:
        yield from _breaches(one, lang, details)
    if unknown:
        yield text("md.unknown", lang, number=len(unknown))
        yield ""
        for one in unknown:
            yield f"- `{one.id}` {escaped(one.rule.title.of(lang))}: {escaped(reason(one.reason, lang))}"


def _of_indicator(score: Score, one: Indicator, lang: str) -> list[str]:
    verdict = f"{symbol(score.pack, one)} {text(f'verdict.{one.verdict.value}', lang)}{known(one, lang)}"
    return [one.id, one.rule.title.of(lang), verdict, value_of(one), limit_of(one), f"{one.breaches}/{one.checked}"]


def _breaches(one: Indicator, lang: str, details: bool) -> Iterable[str]:
    if one.basis == "mark" or not one.evidence:
        return
    items = one.evidence if details else one.evidence[:FEW]
    yield f"**{one.id}** {escaped(one.rule.title.of(lang))}"
    yield ""
    for item in items:
        yield "- " + escaped(breach(item, lang))
    if len(items) < len(one.evidence):
        yield "- " + text("head.more", lang, number=len(one.evidence) - len(items))
    yield ""


def _problems(report: Report, lang: str, details: bool) -> Iterable[str]:
    if not report.problems:
        return
    yield ""
    yield "## " + text("head.problems", lang, **counted(report.problems))
    yield ""
    found = [one for one in report.problems if details or one.severity == "error"]
    shown = found if details else found[:FEW]
    for one in shown:
        where = f" `{plain(one.where()).replace('`', chr(39))}`" if one.where() else ""
        yield f"- {text(f'severity.{one.severity}', lang)}{where} {escaped(one.message(lang))}"
    if len(shown) < len(found):
        yield "- " + text("head.more", lang, number=len(found) - len(shown))


def head(title: str, notes: Sequence[Mapping[str, str]], lang: str) -> Iterable[str]:
    """A title, and below it what is to be known before reading on (each in every language)."""
    yield f"# {title}"
    if notes:
        yield ""
    yield from (f"- {escaped(note[lang])}" for note in notes)


def table(heads: Iterable[str], rows: Iterable[list[str]]) -> Iterable[str]:
    """A table of texts."""
    cells = list(map(escaped, heads))
    yield "| " + " | ".join(cells) + " |"
    yield "|" + " --- |" * len(cells)
    for row in rows:
        yield "| " + " | ".join(map(escaped, row)) + " |"


def escaped(value: str) -> str:
    """A text in which nothing is taken for Markdown, HTML or a mention."""
    return re.sub(r"([\\`*_{}\[\]<>|~#@&!])", r"\\\1", plain(value))
