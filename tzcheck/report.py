"""The report: everything a writer needs, and the exit code it means."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeAlias

from tzcheck import SCHEMA, __version__
from tzcheck.engines import agree
from tzcheck.engines.judged import Spread, Standing
from tzcheck.errors import (
    EXIT_FACTS,
    EXIT_FAILED,
    EXIT_INTERNAL,
    EXIT_MET,
    EXIT_NOTHING,
    SEVERITIES,
    Problem,
    UsageFault,
)
from tzcheck.explanation import answered
from tzcheck.facts import Facts
from tzcheck.judgement import NEAR, Plan
from tzcheck.place import LEVELS, TAIZHOU
from tzcheck.progress import Told, nobody
from tzcheck.reading import FileRead, Turned
from tzcheck.row import REFERENCES
from tzcheck.rule import Rulebook, RulePack, Text
from tzcheck.score import Evidence, Indicator, Need, Reason, Score, Scored, rounded, score
from tzcheck.table import LABELS
from tzcheck.texts import text
from tzcheck.unread import unread
from tzcheck.verdict import SIGNS, SYMBOLS, Verdict

Planner: TypeAlias = Callable[
    [Collection[RulePack], frozenset[str], date, frozenset[str] | None, str, frozenset[str]], Plan
]


@dataclass(frozen=True)
class Report:
    """A run's result: the scores of every place, the problems of the facts, and what it was made with.

    `engine` names the engines that judged, `note` why one of them did not, `unasked` how many subjects only
    DuckDB could judge, `readings` which reading was used where the source leaves several open. `differing` are pairs of
    rules, with their titles, that ask another thing of the same. `narrowed` says that not all rules were asked for.
    `turned` is what was understood of cells that are spelled in another way, `spreads` where the subjects stand, by
    place and rule, and `schools` how each of them does, if that was asked for. `baseline` says that there is one,
    `sample` what a second engine judged where not everything.
    """

    as_of: date
    profile: str
    engine: str
    note: str | None
    unasked: int
    disagreements: int
    rules_sha256: str
    files: tuple[FileRead, ...]
    places: tuple[Scored, ...]
    problems: tuple[Problem, ...]
    readings: tuple[tuple[str, str, Text], ...] = ()
    differing: tuple[tuple[str, Text, str, Text], ...] = ()
    narrowed: bool = False
    version: str = __version__
    turned: tuple[Turned, ...] = ()
    spreads: Mapping[tuple[str, str], Sequence[Spread]] = field(default_factory=dict)
    schools: tuple["School", ...] = ()
    baseline: bool = False
    sample: agree.Sample | None = None

    def judged_by(self, lang: str) -> str:
        """The engines that judged, and of how much a second one did."""
        if self.sample is None:
            return text(f"engine.{self.engine}", lang)
        sample, near = self.sample, f"{NEAR:.0%}"
        return text("engine.sample", lang, **{**asdict(sample), "number": len(sample.places), "near": near})

    @property
    def scores(self) -> list[tuple[Scored, Score]]:
        """Every standard in every place that it concerns."""
        return [(scored, score) for scored in self.places for score in scored.scores if score.applicable]

    @property
    def by_standard(self) -> dict[str, list[tuple[Scored, Score]]]:
        """The places that each standard concerns, in the order of the places."""
        found: dict[str, list[tuple[Scored, Score]]] = {}
        for column in self.scores:
            found.setdefault(column[1].pack.id, []).append(column)
        return found

    @property
    def readings_used(self) -> list[tuple[str, Text]]:
        """The readings that something was judged by: a published mark, or nothing at all, is read in no way."""
        found = (one for placed in self.places for score in placed.scores for one in score.indicators)
        judged = {one.id for one in found if one.checked and one.basis != "mark"}
        return [(id, title) for id, _, title in self.readings if id in judged]


@dataclass(frozen=True)
class School:
    """How a school or kindergarten does: the indicators that it holds, fails, and those that can't be told."""

    place: str
    id: str
    name: str
    holds: tuple[str, ...]
    fails: tuple[str, ...]
    unknown: tuple[str, ...]

    @property
    def score(self) -> Fraction:
        """The share of its indicators that it holds."""
        return Fraction(len(self.holds), len(self.holds) + len(self.fails) + len(self.unknown))


def _planned(packs: Collection[RulePack], *asked: Any) -> Plan:
    """The plan, made now: whoever has kept one need not import what makes it."""
    from tzcheck.planner import plan

    return plan(packs, *asked)


def check(
    book: Rulebook,
    facts: Facts,
    wanted: frozenset[str],
    day: date,
    engine: str = "auto",
    counties: Iterable[str] = (),
    planned: Planner = _planned,
    thorough: bool = False,
    progress: Told = nobody,
    master: str | None = None,
) -> Report:
    """Judges the facts against the rules `wanted` on a day; `counties` (codes or names) narrow the places.

    `planned` makes the plan, or has kept it; `thorough` asks how all subjects do, too; Spark is asked at its `master`.

    Raises UsageFault where a county is not among the facts.
    """
    places = _chosen(facts, tuple(counties))
    asked = book.leading_to(wanted) | book.checks
    work = planned(list(book.packs.values()), asked, day, facts.given, agree.dialect(engine), book.checks - wanted)
    detailed = wanted if thorough else ()
    judgements = agree.judge(work, facts, engine, progress, detailed, master)
    scored, found = score(book, facts, work, judgements, wanted, places, day)
    spreads: dict[tuple[str, str], list[Spread]] = {}
    for one in judgements.spreads:
        spreads.setdefault((facts.places[one.place].id, one.rule), []).append(one)
    return Report(
        as_of=day,
        profile=book.profile,
        engine=judgements.engine,
        note=judgements.note,
        unasked=judgements.unasked,
        sample=judgements.sample,
        disagreements=len(judgements.disagreements),
        rules_sha256=book.sha256,
        files=facts.files,
        places=tuple(one for one in scored if one.scores),
        readings=tuple(
            (id, rule.reading, rule.readings[rule.reading].title)
            for id, _, rule in book.rules()
            if rule.reading and id in wanted
        ),
        differing=_differing(book, wanted),
        narrowed=wanted != book.ids,
        turned=facts.turned,
        spreads=spreads,
        schools=_schools(facts, judgements.standings) if judgements.standings else (),
        problems=located(
            sorted(answered((*facts.problems, *found, *unread(book, facts)), facts), key=Problem.order), facts.files
        ),
    )


def _schools(facts: Facts, standings: Iterable[Standing]) -> tuple[School, ...]:
    """The schools and kindergartens, each with its indicators: those that do worst first."""
    names: dict[tuple[int, str], str] = {}
    for key, home in REFERENCES.items():
        typed = facts.tables.get(home)
        for place, id, name, _ in typed.counted("_place", key, typed.table.name[0]) if typed else ():
            names[place, id] = name
    found: dict[tuple[int, str], dict[str, bool | None]] = {}
    for one in standings:
        own = found.setdefault((one.place, one.subject), {})
        # A rule that looks at both stages of a school fails where one does.
        known = own.get(one.rule, True)
        own[one.rule] = False if False in (known, one.holds) else None if None in (known, one.holds) else True
    schools = []
    for (place, id), own in found.items():
        of = {wanted: tuple(rule for rule, how in own.items() if how is wanted) for wanted in (True, False, None)}
        schools.append(School(facts.places[place].id, id, names.get((place, id), id), of[True], of[False], of[None]))
    return tuple(sorted(schools, key=lambda one: (one.place, one.score, one.id)))


def located(problems: Iterable[Problem], files: Iterable[FileRead]) -> tuple[Problem, ...]:
    """The problems, with the cell of those that are in a workbook."""
    books = {file.path: file for file in files if file.sheet}
    return tuple(
        replace(one, cell=books[one.file].cell(one.row, one.column)) if one.file in books else one for one in problems
    )


def _differing(book: Rulebook, wanted: frozenset[str]) -> tuple[tuple[str, Text, str, Text], ...]:
    """The pairs of rules that ask another thing of the same, each pair once."""
    titles = {id: rule.title for id, _, rule in book.rules()}
    pairs = {
        (min(id, other), max(id, other))
        for id, _, rule in book.rules()
        for other in rule.differs_from
        if id in wanted and other in titles
    }
    return tuple((one, titles[one], other, titles[other]) for one, other in sorted(pairs))


def symbol(pack: RulePack, one: Indicator) -> str:
    """The sign of a verdict, as the standard prints what is unmet."""
    signs = pack.head.signs
    if signs is None or one.verdict is not Verdict.UNMET:
        return SYMBOLS[one.verdict]
    marked = next((item.value for item in one.evidence), None) if one.basis == "mark" else one.value
    return signs.zero if marked in (signs.zero, Fraction(0)) else signs.unmet


def wanting(scores: Iterable[Score]) -> dict[str, int]:
    """The data that would decide what can't be judged, each with the number of verdicts that lack it, most first."""
    found: dict[str, int] = {}
    for one_score in scores:
        for one in one_score.indicators:
            if one.verdict is Verdict.UNDETERMINED:
                for name in _needed(one):
                    found[name] = found.get(name, 0) + 1
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def _needed(one: Indicator) -> Iterable[str]:
    details = one.reason.details
    match one.reason.code:
        case "no_attestation" | "no_document":
            return ("attestations",)
        case "undocumented":
            return ("values.document",)
        case "outcome_unknown" | "no_outcome" | "counties_unknown":
            return one.rule.outcome.of if one.rule.outcome else (str(one.rule.recounts),)
        case "no_row":
            return str(details["tables"]).split(", ")
        case _:
            return [name for name in str(details.get("needed", "")).split(", ") if name]


def cross_checked(book: Rulebook, facts: Facts, progress: Told = nobody) -> tuple[Problem, ...]:
    """What is wrong with the facts: what was found when they were read, and the cross-checks that fail."""
    day = max((day for _, day in facts.days), default=date.max)
    return check(book, facts, frozenset(), day, "duckdb", progress=progress).problems


def _chosen(facts: Facts, counties: tuple[str, ...]) -> Sequence[int]:
    known = {place.id: number for number, place in enumerate(TAIZHOU)}

    def rank(index: int) -> tuple[int, int, int]:
        place = facts.places[index]
        return LEVELS.index(place.level), known.get(place.id, len(known)), index

    order = sorted(range(len(facts.places)), key=rank)
    if not counties:
        return order
    chosen: set[int] = set()
    for wanted in counties:
        found = [index for index, place in enumerate(facts.places) if place.answers_to(wanted)]
        if not found:
            names = "、".join(place.name for place in facts.places)
            raise UsageFault([Problem("error", "no_such_county", value=wanted, details={"expected": names})])
        chosen.update(found)
    return [index for index in order if index in chosen]


# The verdicts that fail, by what was asked for.
FAILING: Mapping[str, tuple[Verdict, ...]] = {
    "unmet": (Verdict.UNMET,),
    "undetermined": (Verdict.UNMET, Verdict.UNDETERMINED),
    "never": (),
}


def exit_code(report: Report, fail_on: str, gate: str = "indicators") -> int:
    """The exit code of the contract: 4, 3, 5, 1, 0, the first that holds."""
    asked = [
        one
        for scored in report.places
        for score in scored.scores
        for one in score.indicators
        if one.rule.counted or score.pack.head.ready  # what is neither counted nor asked to be ready fails nothing
    ]
    if report.disagreements:
        return EXIT_INTERNAL
    if any(problem.severity == "error" for problem in report.problems):
        return EXIT_FACTS
    outside = (Verdict.NOT_APPLICABLE, Verdict.NOT_COUNTED)
    if all(one.verdict in outside for one in asked):
        return EXIT_NOTHING
    if gate == "ready":
        scores = [score for scored in report.places for score in scored.scores if score.applicable]
        ready = all(score.ready or score.never_ready for score in scores)
        return EXIT_MET if ready or fail_on == "never" else EXIT_FAILED
    failing = FAILING[fail_on]
    return EXIT_FAILED if any(one.fails(failing) for one in asked) else EXIT_MET


# --- as data -------------------------------------------------------------------------------------------------------


def as_data(report: Report, lang: str) -> dict[str, Any]:
    """The report as the contract's JSON object, texts in `lang`; its counties are made one by one, as they are read."""
    files = {file.path: file for file in report.files}
    return {
        "schema": SCHEMA,
        "version": report.version,
        "as_of": report.as_of.isoformat(),
        "profile": report.profile,
        "engine": report.engine,
        "readings": [
            {"indicator": id, "reading": name, "title": title.of(lang)} for id, name, title in report.readings
        ],
        "engine_note": report.note,
        **({"engine_sample": asdict(report.sample)} if report.sample else {}),
        "rules": {"sha256": report.rules_sha256},
        "facts": files_data(report.files),
        "counties": (_place(scored, lang, files) for scored in report.places),
        "problems": [problem_data(problem, lang, files) for problem in report.problems],
    }


def files_data(files: Iterable[FileRead]) -> list[dict[str, Any]]:
    """The files of facts as the contract's JSON objects."""
    return [
        {
            "path": f.book,
            "sheet": f.sheet,
            "sha256": f.sha256,
            "encoding": f.encoding,
            "rows": f.rows,
            "accepted": f.accepted,
            "rejected": f.rejected,
        }
        for f in files
    ]


def problem_data(problem: Problem, lang: str, files: Mapping[str, FileRead]) -> dict[str, Any]:
    """A problem as the contract's JSON object; `files` by their paths."""
    return {
        "severity": problem.severity,
        "county": problem.county,
        "code": problem.check or problem.code,
        "message": problem.message(lang),
        **_at(problem.file, files),
        "row": problem.row,
        "cell": problem.cell,
        "column": problem.column,
        "value": problem.value,
        "expected": problem.expected(lang),
        "subject": problem.subject,
    }


def turned_data(turned: Iterable[Turned], files: Mapping[str, FileRead]) -> list[dict[str, Any]]:
    """The conversions as JSON objects: the column, how many cells, and the first of them."""
    return [
        {
            **_at(one.file, files),
            "column": one.column,
            "cells": one.cells,
            "examples": [{"row": row, "text": text, "value": value} for row, text, value in one.examples],
        }
        for one in turned
    ]


def _place(scored: Scored, lang: str, files: Mapping[str, FileRead]) -> dict[str, Any]:
    place = scored.place
    return {
        "level": place.published_level,
        "code": place.code,
        "name": place.name,
        "standards": [_standard(score, lang, files) for score in scored.scores],
    }


def _standard(score: Score, lang: str, files: Mapping[str, FileRead]) -> dict[str, Any]:
    return {
        "id": score.pack.id,
        "title": score.pack.head.title.of(lang),
        "met": score.met,
        "counted": score.counted,
        "achievement": number(score.achievement),
        "ready": score.ready,
        "conclusions": [
            {"id": f"{score.pack.id}.ready", "text": sentence, "because": list(score.because)}
            for sentence in conclusions(score, lang)
        ],
        "needs": [_need(need, lang) for need in score.needs],
        "indicators": [_indicator(score.pack, one, lang, files) for one in score.indicators],
        "data_needed": wanting([score]),
    }


def _need(need: Need, lang: str) -> dict[str, Any]:
    return {
        "indicator": need.indicator.id,
        "title": need.indicator.rule.title.of(lang),
        "fix": need.indicator.rule.fix.of(lang) if need.indicator.rule.fix else None,
        "unit": need.unit,
        "amount": number(need.amount),
        "items": [{"subject": subject, "name": name, "amount": number(amount)} for subject, name, amount in need.items],
    }


def conclusions(score: Score, lang: str) -> list[str]:
    """Whether the place is ready for what the standard leads to, as a sentence; none where it leads to nothing."""
    if score.pack.head.ready is None or not score.whole:
        return []
    state = {True: "yes", False: "no", None: "unknown"}[score.ready]
    return [text(f"ready.{state}", lang, what=score.pack.head.ready.of(lang), number=len(score.because))]


def _indicator(pack: RulePack, one: Indicator, lang: str, files: Mapping[str, FileRead]) -> dict[str, Any]:
    data = {
        "id": one.id,
        "number": one.rule.number,
        "title": one.rule.title.of(lang),
        "basis": one.basis,
        "verdict": one.verdict.value,
        "sign": symbol(pack, one),
        "value": number(one.value),
        "limit": number(one.limit),
        "comparator": one.comparator,
        "unit": one.unit,
        "source": _source(one),
        "checked": one.checked,
        "breaches": one.breaches,
        "reason": reason(one.reason, lang),
        "reason_code": one.reason_code,
        "differs_from": list(one.rule.differs_from),
        "beneath": one.beneath.value if one.beneath else None,
        "waivers": [
            {
                "subject": waiver.subject,
                "reason": waiver.reason,
                "document_no": waiver.document_no,
                "approved_by": waiver.approved_by,
                "expires": waiver.expires.isoformat() if waiver.expires else None,
                "valid": waiver.valid,
                "file": waiver.file,
                "row": waiver.row,
            }
            for waiver in one.waivers
        ],
        "parts": [
            {
                "category": part.category,
                "value": number(part.value),
                "limit": number(part.limit),
                "verdict": part.verdict.value,
                "checked": part.checked,
                "breaches": part.breaches,
            }
            for part in one.parts
        ],
        "evidence": [_evidence(item, lang, files) for item in one.evidence],
        "missing": [_evidence(item, lang, files) for item in one.missing],
        "relaxed": [_evidence(item, lang, files) for item in one.relaxed],
        "shows": [
            {
                "subject": item.subject,
                "category": item.category,
                "name": item.name,
                "title": item.title.of(lang) if item.title else None,
                "value": number(item.value),
                "unit": item.unit,
            }
            for item in one.shows
        ],
    }
    data |= {"before": one.before.value} if one.before else {}
    return {**data, "engines": dict(one.engines)} if one.engines else data


def _source(one: Indicator) -> dict[str, str | None]:
    return {"document": one.source.document, "clause": one.source.clause, "certainty": one.source.certainty}


def _at(path: str | None, files: Mapping[str, FileRead]) -> dict[str, str | None]:
    file = files.get(path or "")
    return {"file": file.book if file else path, "sheet": file.sheet if file else None}


def _evidence(item: Evidence, lang: str, files: Mapping[str, FileRead]) -> dict[str, Any]:
    data = {
        "subject": item.subject,
        "name": item.name,
        "category": item.category,
        "value": number(item.value),
        "limit": number(item.limit),
        "shortfall": number(item.shortfall),
        "unit": item.unit,
        **_at(item.file, files),
        "row": item.row,
        "column": item.column,
        "shortfall_unit": item.shortfall_unit,
        "rows": [{**_at(file, files), "row": row} for file, row in item.rows],
        **({"known": True} if item.known else {}),
    }
    if not item.failing:
        return data
    failing = [
        {
            "name": one.name,
            "title": one.title.of(lang) if one.title else None,
            "value": number(one.value),
            "limit": number(one.limit),
            "comparator": one.comparator,
            "shortfall": number(one.shortfall),
            "unit": one.unit,
            "nearness": number(one.nearness),
        }
        for one in item.failing
    ]
    return {**data, "failing": failing}


def number(value: Fraction | str | None) -> int | float | str | None:
    """An exact number as JSON has it: whole where it is whole, else the nearest double."""
    if not isinstance(value, Fraction):
        return value
    above, below = value.as_integer_ratio()
    return above if below == 1 else above / below


def reason(why: Reason, lang: str) -> str:
    """The reason of a verdict as a sentence."""
    return text(f"reason.{why.code}", lang, **why.details)


def shown(value: Fraction | str | None, other: Fraction | str | None = None) -> str:
    """A number for people: two decimals, and more where rounding would make it 0 or equal to `other`."""
    if not isinstance(value, Fraction):
        return "—" if value is None else value
    apart = [number for number in (Fraction(0), other) if isinstance(number, Fraction)]
    return _plain(rounded(value, decimals(value, 2, apart)))


def decimals(value: Fraction, least: int, others: Iterable[Fraction]) -> int:
    """How many decimals it takes, `least` or more, for a number not to be rounded to one of the others."""
    apart = [number for number in others if number != value]
    found = rounded(value, least)
    while least < 9 and any(found == rounded(number, least) for number in apart):
        least += 1
        found = rounded(value, least)
    return least


def distance(value: Fraction | None) -> str:
    """How far off, for people: with as many decimals as it takes to be right to a twentieth of itself."""
    if value is None:
        return "—"
    places = 2
    while places < 9 and abs(Fraction(rounded(value, places)) - value) * 20 > value:
        places += 1
    return _plain(rounded(value, places))


def _plain(value: Decimal) -> str:
    digits = f"{value:,f}"
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def percent(value: Fraction | None) -> str:
    """An achievement for people: a percentage with one decimal at most."""
    return "—" if value is None else f"{_plain(rounded(value * 100, 1))}%"


def category(code: str | None, lang: str) -> str:
    """The category of a breach for people."""
    return (LABELS.get(code, code) if lang == "zh" else code) if code else ""


def value_of(one: Indicator) -> str:
    """The value of an indicator for people: a number, or the share of its subjects that hold."""
    if one.share and isinstance(one.value, Fraction):
        return percent(one.value)
    return "" if one.value is None else shown(one.value, one.limit)


def limit_of(one: Indicator) -> str:
    """Comparator, limit and unit for people, such as `≤ 45 人`."""
    if one.limit is None or one.comparator is None:
        return ""
    if one.share:
        return f"≥ {percent(one.limit if isinstance(one.limit, Fraction) else None)}"
    return (
        f"{SIGNS.get(one.comparator, one.comparator)} {shown(one.limit, one.value)}{' ' + one.unit if one.unit else ''}"
    )


def counted(problems: Iterable[Problem]) -> Mapping[str, int]:
    """How many problems there are of each severity."""
    found: dict[str, int] = dict.fromkeys(SEVERITIES, 0)
    for problem in problems:
        found[problem.severity] += 1
    return found


def places_in_files(rows: Iterable[tuple[str, int]]) -> str:
    """Files and rows for people: `a.csv:2,4-9 b.csv:3`, the files as they come, the rows in order."""
    of_file: dict[str, list[int]] = {}
    for file, row in rows:
        of_file.setdefault(file, []).append(row)
    return " ".join(f"{file}:{runs_of(found)}" for file, found in of_file.items())


def runs_of(rows: Iterable[int]) -> str:
    """Numbers for people, in order: `2,4-9`."""
    runs: list[list[int]] = []
    for row in sorted(set(rows)):
        if runs and row == runs[-1][-1] + 1:
            runs[-1] = [runs[-1][0], row]
        else:
            runs.append([row])
    return ",".join("-".join(map(str, run)) for run in runs)
