"""Cases: facts beside the rules with the verdict they must lead to, all judged in one run."""

from collections import defaultdict
from datetime import date

from tzcheck import facts as reading
from tzcheck.engines import agree
from tzcheck.errors import Problem
from tzcheck.facts import RowSet
from tzcheck.place import Place
from tzcheck.planner import plan
from tzcheck.reading import Known
from tzcheck.rule import Case, Rulebook
from tzcheck.score import viewed
from tzcheck.texts import LANGUAGES

DAY = date(2022, 12, 31)


def run(book: Rulebook, engine: str, wanted: frozenset[str] | None = None) -> tuple[int, list[Problem]]:
    """Judges every case of the rules `wanted` (all by default): how many there were, and those that came out wrong.

    A case without a day is judged as of 2022-12-31. Of a soft rule it says what lies beneath.
    """
    by_day: dict[date, list[Case]] = defaultdict(list)
    for case in book.cases:
        if wanted is None or case.rule in wanted:
            by_day[case.as_of or DAY].append(case)
    problems: list[Problem] = []
    for day, cases in by_day.items():
        problems += _judge(book, engine, day, cases)
    return sum(map(len, by_day.values())), problems


def _judge(book: Rulebook, engine: str, day: date, cases: list[Case]) -> list[Problem]:
    rules = {id: (pack, rule) for id, pack, rule in book.rules()}
    sets = []
    for number, case in enumerate(cases):
        pack, rule = rules[case.rule]
        # Where a rule names its places, the case is of one of them.
        place = Place(None, f"{case.rule} {number}", pack.levels(rule)[0], rule.places[:1])
        keyed = {
            id: [{"indicator": case.rule, **row} for row in rows] if id in ("marks", "attestations") else rows
            for id, rows in case.facts.items()
        }
        sets.append(RowSet(place, keyed, case.values))
    facts = reading.of_rows(sets, Known(book.ids, book.standards, book.kinds, book.checks))
    asked = book.leading_to(frozenset(case.rule for case in cases)) | book.checks
    work = plan(list(book.packs.values()), asked, day, facts.given, agree.dialect(engine))
    judgements = agree.judge(work, facts, engine)
    view, _ = viewed(book, facts, work, judgements, day)
    index = {place.name: number for number, place in enumerate(facts.places)}
    problems = []
    wrong = {problem.file: problem for problem in facts.problems if problem.severity == "error"}
    for number, (case, one) in enumerate(zip(cases, sets, strict=True)):
        file, line = book.where[f"case {case.rule} {case.name}"]
        if str(number) in wrong:
            problem = wrong[str(number)]
            about = {"case": case.name, "why": {lang: problem.message(lang) for lang in LANGUAGES}}
            problems.append(Problem("error", "case_facts", file, line, value=case.rule, details=about))
            continue
        got = view.indicator(case.rule, index[one.place.name])
        verdict = got.beneath if got.rule.soft and got.beneath else got.verdict
        if verdict != case.verdict or got.engines:
            details = {"case": case.name, "wanted": case.verdict, "got": verdict.value, "engine": judgements.engine}
            problems.append(Problem("error", "case_failed", file, line, value=case.rule, details=details))
    return problems
