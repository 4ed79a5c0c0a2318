"""Scores: the verdict of every indicator in every place, the achievement of a standard, and whether it is ready."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cached_property
from operator import attrgetter
from types import MappingProxyType
from typing import Any, NamedTuple

from tzcheck import condition as conditions
from tzcheck import waiver
from tzcheck.engines.agree import Judgements
from tzcheck.engines.judged import Count, Subject, Value
from tzcheck.errors import Problem
from tzcheck.facts import Facts
from tzcheck.judgement import Judgement, Plan, Side
from tzcheck.place import Place
from tzcheck.rule import Limit, Outcome, Rule, Rulebook, RulePack, Source, Text, limits
from tzcheck.table import WHOLE_UNITS, Table
from tzcheck.texts import LANGUAGES, text
from tzcheck.verdict import SIGNS, Verdict
from tzcheck.waiver import Waiver, Waivers

DOUBT = {"zh": "，另有无法判定的指标", "en": ", with indicators undetermined"}
ONE = Fraction(1)
NO_DETAILS: Mapping[str, Any] = MappingProxyType({})


class Reason(NamedTuple):
    """Why a verdict is what it is: the text `reason.<code>` with its details."""

    code: str
    details: Mapping[str, Any] = NO_DETAILS


class Evidence(NamedTuple):
    """One breach (or, among `missing`, one subject without a value): which, where, how far off.

    `value`, `limit` and `shortfall` are exact, in the unit of the indicator. `rows` are the rows (file, row) of a
    city's sums, where there are several. `shortfall` is told in `shortfall_unit`: what there must be more (or less)
    of. `failing` are all the comparisons that fail, the one nearest to its limit first, where a rule makes several.
    `known` says that it is in the baseline.
    """

    subject: str | None
    name: str | None
    category: str | None
    value: Fraction | str | None
    limit: Fraction | str | None
    comparator: str
    shortfall: Fraction | None
    unit: str | None
    file: str | None
    row: int | None
    column: str | None
    rows: tuple[tuple[str, int], ...] = ()
    shortfall_unit: str | None = None
    shared: bool = False
    failing: tuple["Failing", ...] = ()
    known: bool = False


class Failing(NamedTuple):
    """One of several comparisons of a subject that fails: what was compared, how far off, how near to its limit."""

    name: str
    title: Text | None
    value: Fraction
    limit: Fraction
    comparator: str
    shortfall: Fraction
    unit: str | None
    shared: bool
    nearness: Fraction


class Shown(NamedTuple):
    """A further measure of a subject that the rule shows beside its verdict."""

    subject: str
    category: str | None
    name: str
    title: Text | None
    value: Value
    unit: str | None


class Part(NamedTuple):
    """An indicator's verdict in one category; `value` is the worst one in it."""

    category: str
    value: Fraction | str | None
    limit: Fraction | None
    verdict: Verdict
    checked: int
    breaches: int


class Indicator(NamedTuple):
    """An indicator's verdict in one place, with what it was made from. `relaxed` hold under a relaxation only.

    Where it has several subjects, `value` is the `share` of them that hold; otherwise it is the number itself.
    `before` is its verdict in the baseline, None without one; `gone` are the breaches (subject, name, category) that
    were there and are no more.
    """

    id: str
    rule: Rule
    basis: str
    verdict: Verdict
    reason: Reason
    reason_code: str | None = None
    beneath: Verdict | None = None
    value: Fraction | str | None = None
    limit: Fraction | str | None = None
    comparator: str | None = None
    unit: str | None = None
    share: bool = False
    checked: int = 0
    breaches: int = 0
    parts: tuple[Part, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    missing: tuple[Evidence, ...] = ()
    shows: tuple[Shown, ...] = ()
    relaxed: tuple[Evidence, ...] = ()
    engines: Mapping[str, str] | None = None
    limit_source: Source | None = None
    waivers: tuple[Waiver, ...] = ()
    before: Verdict | None = None
    gone: tuple[tuple[str | None, str | None, str | None], ...] = ()

    @property
    def source(self) -> Source:
        """Where its limit comes from: the value of the day may have a source of its own."""
        return self.limit_source or self.rule.source

    def fails(self, failing: Collection[Verdict]) -> bool:
        """Whether it has one of the verdicts that fail, and not in the baseline already with the same breaches."""
        fresh = self.verdict is self.before is Verdict.UNMET and not all(item.known for item in self.evidence)
        return self.verdict in failing and (self.before not in failing or fresh)

    @property
    def waived_from(self) -> Verdict | None:
        """The verdict that a waiver lies over; None where there is none."""
        return self.beneath if self.verdict is Verdict.WAIVED else None


@dataclass(frozen=True)
class Need:
    """What is missing for an indicator, in sum and of each subject: how much of what, or how many too many."""

    indicator: Indicator
    unit: str
    amount: Fraction
    items: tuple[tuple[str, str | None, Fraction], ...]


@dataclass(frozen=True)
class Score:
    """A standard in one place: how many indicators are met of those counted, and whether it is ready.

    `ready` is None where that can't be told; `because` lists the indicators that stand in the way. `whole` says
    whether all its indicators were asked for, `never_ready` that it was not ready in the baseline either.
    """

    pack: RulePack
    indicators: tuple[Indicator, ...]
    met: int
    counted: int
    ready: bool | None
    because: tuple[str, ...]
    whole: bool
    never_ready: bool = False

    @property
    def achievement(self) -> Fraction | None:
        """Met over counted; None where nothing is counted."""
        return Fraction(self.met, self.counted) if self.counted else None

    @property
    def unmet(self) -> int:
        """How many counted indicators are unmet."""
        return sum(one.verdict is Verdict.UNMET for one in self.indicators if one.rule.counted)

    @property
    def undetermined(self) -> int:
        """How many counted indicators could not be judged."""
        return sum(one.verdict is Verdict.UNDETERMINED for one in self.indicators if one.rule.counted)

    @property
    def on_the_way(self) -> int:
        """How many targets are not reached and not due yet."""
        return sum(one.reason_code == "not_due" for one in self.indicators)

    @cached_property
    def needs(self) -> tuple[Need, ...]:
        """What the place must add (or have less of) for each indicator that fails, as far as it can be counted.

        What a school shares between its stages is needed once. A rule that lets one of several fall short has no sum,
        and a standard that makes a place ready for nothing has no list.
        """
        found: list[Need] = []
        for one in self.indicators if self.pack.head.ready else ():
            failing = Verdict.UNMET in (one.verdict, one.waived_from)
            if failing and not any(conditions.lenient(ask.requires) for ask in one.rule.asks):
                found += _needs(one)
        return tuple(found)

    @property
    def applicable(self) -> bool:
        """Whether anything in it concerns the place."""
        return any(one.verdict is not Verdict.NOT_APPLICABLE for one in self.indicators)


@dataclass(frozen=True)
class Scored:
    """All standards of a place."""

    place: Place
    scores: tuple[Score, ...]


class _Asked(NamedTuple):
    """What is the same of a rule everywhere: what it asks, and reads, and the day that it is due where that is to come.

    `tables` are those of files, `given` the places that anything that it reads was given of, and `based` those that
    have a row of the tables `bases`, whose rows are its subjects. `stated` are the county values that must name a
    document, each with whether it is a sum's.
    """

    judgements: list[Judgement]
    tables: frozenset[str]
    given: frozenset[int]
    bases: frozenset[str]
    based: frozenset[int]
    stated: frozenset[tuple[str, bool]]
    limit_source: Source | None
    due: date | None


class _Tally(NamedTuple):
    """How the subjects of an indicator came out in a place."""

    checked: int
    met: int
    unmet: int
    unknown: int


class _Found(NamedTuple):
    """What one basis says of an indicator."""

    verdict: Verdict
    reason: Reason
    more: Mapping[str, Any] = NO_DETAILS


def score(
    book: Rulebook,
    facts: Facts,
    plan: Plan,
    judgements: Judgements,
    wanted: frozenset[str],
    places: Iterable[int],
    day: date,
) -> tuple[tuple[Scored, ...], tuple[Problem, ...]]:
    """The scores of `places` (indexes into the facts) for the rules `wanted`, and the queries that they raise."""
    view, found_wrong = viewed(book, facts, plan, judgements, day)
    result: list[Scored] = []
    problems: list[Problem] = list(found_wrong)
    aside = plan.checks - wanted
    asked = [(pack, [one for one in pack.rules.items() if one[0] in wanted]) for pack in book.packs.values()]
    for index in places:
        place = facts.places[index]
        scores = []
        for pack, rules in asked:
            found = [view.indicator(id, index) for id, rule in rules if pack.speaks_of(rule, place)]
            if found:
                scores.append(_score(pack, tuple(found), len(rules) == len(pack.rules)))
        problems.extend(view.differing_marks(index, scores))
        problems.extend(_published(view, index, scores))
        problems.extend(view.failed_checks(book, aside, index))
        result.append(Scored(place, tuple(scores)))
    return tuple(result), tuple(problems)


def viewed(book: Rulebook, facts: Facts, plan: Plan, judgements: Judgements, day: date) -> tuple["View", list[Problem]]:
    """What gives the verdict of any indicator in any place; and what is wrong with the waivers."""
    barred = frozenset(id for id, _, rule in book.rules() if not rule.waivable)
    waivers, problems = waiver.read(facts, day, barred)
    return View(book, facts, plan, judgements, waivers, day), problems


def _score(pack: RulePack, found: tuple[Indicator, ...], whole: bool) -> Score:
    counted = [one for one in found if one.rule.counted and one.verdict.counted]
    met = sum(one.verdict is Verdict.MET for one in counted)
    asked = [one for one in found if one.id not in pack.head.ready_without]
    # What is waived is still not met.
    failed = [one.id for one in asked if Verdict.UNMET in (one.verdict, one.waived_from)]
    unknown = [one.id for one in asked if Verdict.UNDETERMINED in (one.verdict, one.waived_from) or _left_out(one)]
    sure = whole and not unknown and any(one.verdict.counted for one in asked)
    ready: bool | None = False if failed else True if sure else None
    return Score(pack, found, met, len(counted), ready, tuple(failed or unknown), whole)


def _needs(one: Indicator) -> Iterable[Need]:
    amounts: dict[str, dict[str, tuple[str | None, Fraction]]] = {}
    for item in one.evidence:
        parts: list[tuple[Fraction | None, str | None, bool]] = []
        parts += [(part.shortfall, part.unit, part.shared) for part in item.failing]
        for amount, unit, shared in parts or [(item.shortfall, item.shortfall_unit, item.shared)]:
            if amount is None or unit is None or item.subject is None:
                continue
            of_unit = amounts.setdefault(unit, {})
            _, before = of_unit.get(item.subject, (None, Fraction(0)))
            of_unit[item.subject] = (item.name, max(before, amount) if shared else before + amount)
    for unit, subjects in amounts.items():
        items = tuple((subject, name, amount) for subject, (name, amount) in subjects.items())
        yield Need(one, unit, sum((amount for _, _, amount in items), Fraction(0)), items)


def _left_out(one: Indicator) -> bool:
    """Whether an indicator was published as not counted although it is not one that is monitored by sample."""
    return one.reason_code == "sampled" and not one.rule.sampled


class View:
    """What the engines found, by rule and place."""

    def __init__(
        self, book: Rulebook, facts: Facts, plan: Plan, judgements: Judgements, waivers: Waivers, day: date
    ) -> None:
        self.book = book
        self.facts = facts
        self.day = day
        self.waivers = waivers
        self.judgements: dict[str, list[Judgement]] = defaultdict(list)
        for judgement in plan.judgements:
            if judgement.rule is not None:
                self.judgements[judgement.rule].append(judgement)
        self.asked: dict[str, _Asked] = {}
        self.keyed = {one.basis: one for one in plan.judgements if one.rule is None}
        self.counts: dict[tuple[str, str, int], list[Count]] = defaultdict(list)
        for count in judgements.counts:
            self.counts[count.rule, count.basis, count.place].append(count)
        self.told: dict[tuple[str, str, int], list[Subject]] = defaultdict(list)
        self.told_of: dict[int, set[str]] = defaultdict(set)
        for subject in judgements.told:
            self.told[subject.rule, subject.basis, subject.place].append(subject)
            self.told_of[subject.place].add(subject.rule)
        self._hold()
        self.differing = {(one.subject.rule, one.subject.place): one for one in judgements.disagreements}
        self.present = _present(facts)
        self.table_of = {file: id for id, typed in facts.tables.items() for file in typed.files}
        self.published = {(one.place, one.standard): one for one in _published_totals(facts)}
        self.found: dict[tuple[str, int], Indicator] = {}
        self.lost = {(one.table, one.place, one.subject) for one in facts.refused}
        self.refused = [(one.table, one.place, one.indicator) for one in facts.refused]
        # Its own, and those of its counties.
        self.inside: dict[int, set[int]] = defaultdict(set)
        for index, city in enumerate(facts.cities):
            self.inside[index].add(index)
            if city is not None:
                self.inside[city].add(index)

    @cached_property
    def values(self) -> Mapping[tuple[int, str], tuple[int | None, int | None]]:
        """The file and row of every county value, by place and key."""
        typed = self.facts.tables.get("values")
        return {(place, key): (file, row) for place, file, row, key in typed.rows("key")} if typed else {}

    @cached_property
    def undocumented(self) -> set[tuple[int, str]]:
        """The county values that name no document, by place and key."""
        typed = self.facts.tables.get("values")
        rows = typed.rows("key", "document") if typed else ()
        return {(place, key) for place, _, _, key, document in rows if not document}

    @cached_property
    def dates(self) -> Mapping[tuple[int, str], date | None]:
        """The day of the document that attests an indicator, by place and indicator."""
        typed = self.facts.tables.get("attestations")
        rows = typed.rows("indicator", "date") if typed else ()
        return {(place, indicator): dated for place, _, _, indicator, dated in rows}

    def _hold(self) -> None:
        """Reads the rows of which a cell may be told: of a sum a part, of a blank it, of a check what it is about."""
        wanted: dict[str, set[tuple[int, int]]] = defaultdict(set)
        names: dict[str, frozenset[str]] = defaultdict(frozenset)
        checks = self.book.checks
        for (id, basis, _), told in self.told.items():
            for one in told if basis == "facts" else ():
                judgement = self.judgements[id][one.part]
                if judgement.table is None or one.holds or one.file is None or one.row is None:
                    continue
                told_of_sum = judgement.sums and judgement.sides[_telling(judgement, one)][0].summed
                if one.holds is None or id in checks or told_of_sum:
                    wanted[judgement.table.id].add((one.file, one.row))
                    if not judgement.cells <= names[judgement.table.id]:
                        names[judgement.table.id] |= judgement.cells
        for id, rows in wanted.items():
            if id in self.facts.tables:
                self.facts.tables[id].hold(sorted(rows), sorted(names[id]))

    def indicator(self, id: str, place: int) -> Indicator:
        """The verdict of one indicator in one place."""
        if (id, place) not in self.found:
            rule = self.book.packs[id.partition(".")[0]].rules[id]
            self.found[id, place] = self._indicator(id, rule, place)
        return self.found[id, place]

    def _asked(self, id: str, rule: Rule) -> _Asked:
        """What is the same of a rule everywhere."""
        if id not in self.asked:
            judgements = self.judgements[id]
            # Of places there are always some.
            bases = frozenset(one.base for one in judgements if one.base) if all(one.base for one in judgements) else ()
            self.asked[id] = _Asked(
                judgements,
                frozenset(table for one in judgements for table in one.tables),
                frozenset().union(*(self.present[read] for one in judgements for read in one.reads)),
                frozenset(bases),
                frozenset().union(*(self.present[base, None] for base in bases)),
                frozenset(stated for one in judgements for stated in one.stated),
                _source_of_limit(judgements),
                self._due(id, rule),
            )
        return self.asked[id]

    def _indicator(self, id: str, rule: Rule, place: int) -> Indicator:
        if rule.undecidable:
            why = {"zh": rule.undecidable.zh, "en": rule.undecidable.en}
            return Indicator(id, rule, "facts", Verdict.UNDETERMINED, Reason("undecidable", {"why": why}))
        if rule.outcome:
            by_fact: _Found | None = self._by_outcome(id, rule, rule.outcome, place)
        elif rule.recounts:
            by_fact = self._by_recount(rule.recounts, place)
        else:
            by_fact = self._by_facts(id, rule, place)
        by_document = self._by_document(id, rule, place)
        basis = "both" if rule.attested and (rule.asks or rule.outcome) else "attestation" if rule.attested else "facts"
        if by_fact and basis == "both":
            found = _both(by_fact, by_document)
        elif by_document and basis == "both":
            found = self._nothing(id, rule) if by_document.verdict is Verdict.MET else by_document
        elif told := by_fact or by_document:
            found = told
        else:
            by_mark = self._by_mark(id, rule, place)
            found = by_mark or self._nothing(id, rule)
            basis = "mark" if by_mark else basis
        one = Indicator(id, rule, basis, found.verdict, found.reason, **found.more)
        differing = self.differing.get((id, place))
        if differing:
            engines = {"duckdb": _outcome(differing.duckdb), "durable": _outcome(differing.durable)}
            one = one._replace(verdict=Verdict.UNDETERMINED, reason=Reason("engines", engines), engines=engines)
        return _waived(_softened(one, self._asked(id, rule).due), self.waivers.get((place, id), []))

    def _due(self, id: str, rule: Rule) -> date | None:
        """The day that a target is to be reached by, where it has not come."""
        if rule.due is not None:
            return rule.due if rule.due > self.day else None
        if not rule.target:
            return None
        if rule.outcome and rule.outcome.asked is not None:
            found = [self._wanted(id, rule, rule.outcome.asked)]
        elif all(judgement.pending for judgement in self.judgements[id]):
            found = [limit for one in self.judgements[id] for limit in one.limits]
        else:
            return None
        return min((limit.since for limit in found if limit.coming), default=None)

    def _nothing(self, id: str, rule: Rule) -> _Found:
        """An indicator without any facts, which can't be judged: what would decide it."""
        if rule.sampled:
            return _Found(Verdict.NOT_COUNTED, Reason("not_sampled"), {"reason_code": "sampled"})
        reads = {read for judgement in self.judgements[id] for read in judgement.reads}
        if reads:
            needed = sorted(key if key else table for table, key in reads)
            return _Found(Verdict.UNDETERMINED, Reason("no_facts", {"needed": ", ".join(needed)}))
        return _Found(Verdict.UNDETERMINED, Reason("no_attestation" if rule.attested else "no_measure"))

    # Facts

    def _by_facts(self, id: str, rule: Rule, place: int) -> _Found | None:
        asked = self._asked(id, rule)
        judgements = asked.judgements
        if not judgements:
            return None
        first = judgements[0]
        within = self.inside[place] if first.rolls_up or first.each == "city" else {place}
        refused = [
            table for table, where, _ in self.refused if table in asked.tables and (where is None or where in within)
        ]
        if not refused and asked.given.isdisjoint(within):
            return None
        if asked.bases and not refused and asked.based.isdisjoint(within):
            return _Found(Verdict.UNDETERMINED, Reason("no_facts", {"needed": ", ".join(sorted(asked.bases))}))
        counts = self.counts.get((id, "facts", place), [])
        tally = _tally(counts)
        more: dict[str, Any] = {"checked": tally.checked, "limit_source": asked.limit_source}
        proven: list[Subject] = []
        evidence: tuple[Evidence, ...] = ()
        missing: tuple[Evidence, ...] = ()
        breaches, needed = 0, ""
        subjects = self.told.get((id, "facts", place))
        if subjects:
            if len(judgements) > 1:
                subjects = sorted(subjects, key=lambda one: one.part)
            told = [(judgements[one.part], one) for one in subjects]
            evidence = tuple([self._evidence(*both) for both in told if both[1].holds is False])
            missing = tuple([self._evidence(*both) for both in told if both[1].holds is None])
            breaches, proven = len(evidence), [one for of, one in told if one.holds is False and self._proven(of, one)]
            if missing:
                named = {one.column for one in missing if one.column} or {", ".join(first.tables)}
                needed = ", ".join(sorted(named))
            relaxed = tuple([self._evidence(*both) for both in told if both[1].relaxed])
            more |= {"breaches": breaches, "evidence": evidence, "missing": missing, "relaxed": relaxed}
            if first.shows:
                more["shows"] = tuple(
                    Shown(self._named(one), one.category, side.name, side.title, value, side.unit)
                    for of, one in told
                    for side, value in zip(of.shows, one.shows, strict=False)
                )
        if first.category or len(judgements) > 1:
            sure = {one.category for one in proven} if refused else None
            more["parts"] = self._parts(judgements, counts, sure)
        more |= _shown(judgements, tally, counts, evidence, missing)
        verdict, reason = _decide(judgements, rule, counts, tally, breaches, len(proven), refused, needed)
        if asked.stated and verdict is Verdict.MET and (unproven := self._unproven(asked.stated, place)):
            verdict, reason = Verdict.UNDETERMINED, Reason("undocumented", {"keys": unproven})
        return _Found(verdict, reason, more)

    def _named(self, subject: Subject) -> str:
        return subject.subject or self.facts.places[subject.own].name

    def _unproven(self, stated: Iterable[tuple[str, bool]], place: int) -> str:
        """The county values that must name a document, and do not."""
        found = {
            key
            for key, summed in stated
            for where in (self.inside[place] - {place} if summed else {place})
            if (where, key) in self.undocumented
        }
        return ", ".join(sorted(found))

    def _by_outcome(self, id: str, rule: Rule, outcome: Outcome, place: int) -> _Found:
        """What other rules came to: here, or in how many of the city's counties."""
        if outcome.asked is None:
            return self._outcome_here(outcome, place)
        limit = self._wanted(id, rule, outcome.asked)
        states = {where: self._outcome_in(outcome, where) for where in sorted(self.inside[place] - {place})}
        counted = {where: state for where, state in states.items() if state is not Verdict.NOT_APPLICABLE}
        holding = sum(state is Verdict.MET for state in counted.values())
        unknown = [where for where, state in counted.items() if state is Verdict.UNDETERMINED]
        failing = [where for where, state in counted.items() if state is Verdict.UNMET]
        if not counted or len(unknown) == len(counted):
            return _Found(Verdict.UNDETERMINED, Reason("no_outcome", {"of": _named(outcome)}))
        share = outcome.share is not None
        whole = len(counted) if share else 1
        unit = None if share else "个"
        value = Fraction(holding, whole)
        more: dict[str, Any] = {
            "checked": len(counted),
            "breaches": len(failing),
            "value": value,
            "limit": limit.value,
            "comparator": ">=",
            "unit": unit,
            "share": share,
            "limit_source": limit.source,
            "evidence": tuple(self._county(outcome, where, Verdict.UNMET) for where in failing),
            "missing": tuple(self._county(outcome, where, Verdict.UNDETERMINED) for where in unknown),
        }
        details = {"holding": holding, "checked": len(counted), "unknown": len(unknown)}
        if limit.value is None or (limit.coming and not rule.target):
            return _Found(Verdict.UNDETERMINED, Reason("not_in_force", {"since": limit.since}), more)
        if value >= limit.value:
            return _Found(Verdict.MET, Reason("counties", details), more)
        if Fraction(holding + len(unknown), whole) < limit.value:
            return _Found(Verdict.UNMET, Reason("counties", details), more)
        return _Found(Verdict.UNDETERMINED, Reason("counties_unknown", details), more)

    def _by_recount(self, standard: str, place: int) -> _Found:
        """Whether the achievement that was published is what the indicators come to, at the precision it is printed."""
        row = self.published.get((place, standard))
        if row is None or row.achievement is None:
            return _Found(Verdict.UNDETERMINED, Reason("no_facts", {"needed": f"published ({standard})"}))
        pack = self.book.packs[standard]
        own = [one for one, rule in pack.rules.items() if pack.speaks_of(rule, self.facts.places[place])]
        found = _score(pack, tuple(self.indicator(one, place) for one in own), True)
        if found.undetermined or found.achievement is None:
            return _Found(Verdict.UNDETERMINED, Reason("outcome_unknown", {"of": standard}))
        where = self.facts.places[place]
        value, printed = found.achievement * 100, Fraction(row.achievement)
        evidence = Evidence(
            where.id, where.name, None, value, printed, "==", abs(value - printed), "%",
            self.facts.files[row.file].path, row.row, "achievement_percent",
        )  # fmt: skip
        same = row.bears(found.achievement)
        more: dict[str, Any] = {
            "checked": 1,
            "breaches": 0 if same else 1,
            "value": value,
            "limit": printed,
            "comparator": "==",
            "unit": "%",
            "evidence": () if same else (evidence,),
        }
        return _Found(Verdict.MET if same else Verdict.UNMET, Reason("holds" if same else "fails"), more)

    def _wanted(self, id: str, rule: Rule, asked: Fraction | str) -> Limit:
        """How many counties, or what share of them, on the day."""
        if isinstance(asked, Fraction):
            return Limit(asked, date.min, None, False)
        parameter = self.book.packs[id.partition(".")[0]].parameter(rule, asked)
        return limits(parameter or {}, self.day)[None]

    def _county(self, outcome: Outcome, where: int, verdict: Verdict) -> Evidence:
        """A county in which an outcome is not met, with the first thing that any of the rules says of it."""
        place = self.facts.places[where]
        for id in outcome.of:
            if self._came_to(id, outcome.category, where) is not verdict:
                continue
            found = self.indicator(id, where) if "." in id else None
            told = (*found.evidence, *found.missing) if found else ()
            if told:
                return told[0]._replace(subject=place.id, name=f"{place.name} {id}")
            return Evidence(place.id, f"{place.name} {id}", None, None, None, "==", None, None, None, None, None)
        return Evidence(place.id, place.name, None, None, None, "==", None, None, None, None, None)

    def _outcome_here(self, outcome: Outcome, place: int) -> _Found:
        verdict = self._outcome_in(outcome, place)
        details = {"of": _named(outcome)}
        code = {
            Verdict.MET: "outcome_met",
            Verdict.UNMET: "outcome_unmet",
            Verdict.NOT_APPLICABLE: "no_subject",
        }.get(verdict, "outcome_unknown")
        return _Found(verdict, Reason(code, details))

    def _outcome_in(self, outcome: Outcome, place: int) -> Verdict:
        """Whether all that an outcome reads (or one of it) holds in a place, if anything speaks of it."""
        every = [self._came_to(id, outcome.category, place) for id in outcome.of]
        states = [state for state in every if state is not Verdict.NOT_APPLICABLE]
        decisive, otherwise = (Verdict.MET, Verdict.UNMET) if outcome.any else (Verdict.UNMET, Verdict.MET)
        if not states:
            return Verdict.NOT_APPLICABLE
        if decisive in states:
            return decisive
        return otherwise if all(state is otherwise for state in states) else Verdict.UNDETERMINED

    def _came_to(self, id: str, category: str | None, place: int) -> Verdict:
        """What a rule, or the readiness for a standard, came to in a place; what is waived is still not met."""
        pack = self.book.packs[id.partition(".")[0]]
        where = self.facts.places[place]
        own = [one for one in ([id] if "." in id else pack.rules) if pack.speaks_of(pack.rules[one], where)]
        if not own:
            return Verdict.NOT_APPLICABLE
        found = [self.indicator(one, place) for one in own]
        if id == pack.id:
            ready = _score(pack, tuple(found), True).ready
            return {True: Verdict.MET, False: Verdict.UNMET, None: Verdict.UNDETERMINED}[ready]
        verdict = found[0].beneath or found[0].verdict
        if category is not None and verdict is not Verdict.NOT_APPLICABLE:
            parts = [part.verdict for part in found[0].parts if part.category == category]
            verdict = parts[0] if parts else Verdict.UNDETERMINED
        return verdict if verdict in (Verdict.MET, Verdict.UNMET, Verdict.NOT_APPLICABLE) else Verdict.UNDETERMINED

    def _proven(self, judgement: Judgement, subject: Subject) -> bool:
        """Whether no refused row can change a breach: a row tells it, and none that belongs to that row was lost."""
        return judgement.table is not None and not self._lacks(judgement, subject)

    def _lacks(self, judgement: Judgement, subject: Subject) -> bool:
        """Whether a row was refused that may belong to a subject's own."""
        return bool(self.lost) and any(
            (table, place, id) in self.lost
            for table in judgement.tables
            if table != judgement.home
            for place in (None, subject.own)
            for id in (None, subject.subject)
        )

    def _parts(
        self, judgements: list[Judgement], counts: list[Count], sure: Collection[str | None] | None
    ) -> tuple[Part, ...]:
        """A part for each category that is there: the worst value in it, or the share that holds.

        Where rows were refused, of which category nobody knows, only those are told that a breach makes `sure`.
        """
        found: dict[str, list[Count]] = {}
        for count in counts:
            if count.category is not None and count.checked:
                found.setdefault(count.category, []).append(count)
        parts = []
        for category, own in found.items():
            checked, met, unmet, unknown = _tally(own)
            verdict = Verdict.UNMET if unmet else Verdict.UNDETERMINED if unknown else Verdict.MET
            if sure is not None and category not in sure:
                verdict = Verdict.UNDETERMINED
            # The worst of what was asked first, of those of whom it was asked; of a breach, if there is one.
            telling = next((one for one in own if one.unmet), own[0])
            judgement = judgements[telling.part]
            left, _, right = judgement.sides[0]
            limits = right.limits or {}
            limit = limits.get(category) or limits.get(None)
            value: Fraction | None = None if left.codes else telling.worst
            bound = limit.value if limit else None
            if isinstance(judgement.requires, conditions.And | conditions.Or) and judgement.required > 2:
                value, bound = Fraction(met, checked), Fraction(1)
            parts.append(Part(category, value, bound, verdict, checked, unmet))
        return tuple(parts)

    def _evidence(self, judgement: Judgement, subject: Subject) -> Evidence:
        index = _telling(judgement, subject)
        left, comparator, right = judgement.sides[index]
        value, limit = subject.sides[index]
        if left.codes:
            value, limit = _spelled(left, value), _spelled(left, limit)
        own = self.facts.places[subject.own]
        blank = right if value is not None and limit is None else left
        keyed = judgement.rule is None
        told = _distance(judgement, subject, index)
        if value is None or limit is None:
            column = self._blank(judgement, blank, subject)
        elif judgement.needs and subject.holds is None:
            column = judgement.needs
        else:
            column = self._column(judgement, left, subject)
        column = column or self._column(judgement, left, subject) or right.column
        if len(left.homes) > 1 and subject.file is not None and value is not None and limit is not None:
            column = dict(left.homes).get(self.table_of[subject.file], column)
        file, row = subject.file, subject.row
        if column in (*left.keys, *right.keys) or (judgement.table and judgement.table.derived == "values"):
            # Of county values the row of the one that the breach is told by.
            file, row = self.values.get((subject.own, column or ""), (file, row))
        return Evidence(
            own.id if keyed else subject.subject or own.id,
            subject.name or own.name,
            subject.category,
            value,
            limit,
            comparator,
            told[0],
            left.unit or right.unit,
            None if file is None else self.facts.files[file].path,
            row,
            column,
            tuple((self.facts.files[file].path, row) for file, row in subject.rows) if len(subject.rows) > 1 else (),
            told[1],
            left.shared,
            _failing(judgement, subject),
        )

    def _column(self, judgement: Judgement, side: Side, subject: Subject) -> str | None:
        """The column of the file behind a side; of a sum, one that has a number in it."""
        column = side.column
        if judgement.table and column in side.summed:
            cells = self._cells(judgement.table.id, subject)
            column = column if cells.get(column) else next((name for name in side.summed if cells.get(name)), column)
        return _in_file(judgement.table, column, subject)

    def _blank(self, judgement: Judgement, side: Side, subject: Subject) -> str | None:
        """What is missing behind a side: a key of county values that is not there, a blank cell of the row, a limit."""
        for key in side.keys:
            if subject.own not in self.present["values", key]:
                return key
        if side.limits is not None:
            return side.name
        table = judgement.table
        if side.child:
            return side.child
        if table is not None:
            cells = self._cells(table.id, subject)
            blank = [
                name
                for name in side.columns
                if cells.get(name, "") is None and not (name == "type" and cells.get("type"))
            ]
            if blank:
                return _in_file(table, blank[0], subject)
        return self._column(judgement, side, subject)

    def _cells(self, table: str, subject: Subject) -> Mapping[str, Any]:
        """The cells of the row that a subject was read from."""
        typed = self.facts.tables.get(table)
        return typed.cells_held(subject.file, subject.row, subject.category) if typed else {}

    # Documents and marks

    def _by_document(self, id: str, rule: Rule, place: int) -> _Found | None:
        if not rule.attested:
            return None
        refused = self._refused_row("attestations", id, place)
        found = _tally(self.counts.get((id, "attestation", place), ()))
        if found.unmet:
            return _Found(Verdict.UNMET, Reason("attested_no"), self._stated("attestation", id, place))
        if refused:
            return _Found(Verdict.UNDETERMINED, Reason("refused", {"tables": "attestations"}))
        if found.unknown:
            return _Found(Verdict.UNDETERMINED, Reason("no_document"))
        dated = self.dates.get((place, id)) if rule.window_years else None
        if rule.window_years and dated and dated < _years_before(self.day, rule.window_years):
            return _Found(Verdict.UNDETERMINED, Reason("too_old", {"years": rule.window_years, "dated": dated}))
        return _Found(Verdict.MET, Reason("attested")) if found.met else None

    def _by_mark(self, id: str, rule: Rule, place: int) -> _Found | None:
        refused = self._refused_row("marks", id, place)
        counts = self.counts.get((id, "mark", place), ())
        if any(count.unmet for count in counts):
            return _Found(Verdict.UNMET, Reason("mark"), self._stated("mark", id, place))
        if refused:
            return _Found(Verdict.UNDETERMINED, Reason("refused", {"tables": "marks"}))
        if any(count.unknown for count in counts):
            return _Found(Verdict.UNDETERMINED, Reason("no_mark"))
        if any(count.not_applicable for count in counts):
            return _Found(Verdict.NOT_COUNTED, Reason("not_counted_mark"), {"reason_code": "sampled"})
        return _Found(Verdict.MET, Reason("mark")) if counts else None

    def _stated(self, basis: str, id: str, place: int) -> dict[str, Any]:
        """The rows of marks or attestations that say so, as evidence."""
        judgement = self.keyed[basis]
        subjects = [one for one in self.told[id, basis, place] if one.holds is False]
        evidence = tuple(self._evidence(judgement, one) for one in subjects)
        return {"checked": len(evidence), "breaches": len(evidence), "evidence": evidence}

    def _refused_row(self, table: str, id: str, place: int) -> bool:
        return any(
            name == table and where in (None, place) and indicator in (None, id)
            for name, where, indicator in self.refused
        )

    def failed_checks(self, book: Rulebook, checks: frozenset[str], place: int) -> Iterable[Problem]:
        """A data problem for every subject that fails a cross-check."""
        for id in sorted(checks & self.told_of[place]):
            rule = book.packs[id.partition(".")[0]].rules[id]
            for subject in self.told[id, "facts", place]:
                judgement = self.judgements[id][subject.part]
                # A sum that lacks a refused row is no fault of the total beside it.
                if subject.holds is not False or self._lacks(judgement, subject):
                    continue
                one = self._evidence(judgement, subject)
                cell = self._cell(judgement, subject)
                wanted = f"{SIGNS.get(one.comparator, one.comparator)} {plain(one.limit)}"
                about: dict[str, object] = {
                    "title": {"zh": rule.title.zh, "en": rule.title.en},
                    "name": {
                        "zh": f"{one.name}：" if subject.subject else "",
                        "en": f"{one.name}: " if subject.subject else "",
                    },
                    "found": _spelled_out(rounded(one.value, 2))
                    if isinstance(one.value, Fraction)
                    else plain(one.value),
                    "wanted": wanted,
                    "hint": {"zh": f"；{rule.note.zh}", "en": f"; {rule.note.en}"} if rule.note else "",
                    "expected": wanted,
                    "answer": "",
                }
                yield Problem(
                    rule.severity, "cross_check", one.file, one.row, one.column,
                    _spelled_out(one.value if cell is None else cell), self.facts.places[place].id,
                    check=id, subject=one.subject, details=about,
                )  # fmt: skip

    def _cell(self, judgement: Judgement, subject: Subject) -> Any:
        """The cell that a breach is told by, as it was read; None where it is no single cell of the subject's row."""
        left = judgement.sides[_telling(judgement, subject)][0]
        if judgement.table is None or left.column is None or not left.single or left.codes:
            return None
        prefix = left.column in judgement.table.column_ids and judgement.table.column(left.column).kind == "prefix"
        return self._cells(judgement.table.id, subject).get(judgement.table.subject if prefix else left.column)

    def differing_marks(self, place: int, scores: Iterable[Score]) -> Iterable[Problem]:
        """A query for every published mark that the county's own facts do not bear out."""
        for score in scores if "marks" in self.facts.given else ():
            for one in score.indicators:
                if one.basis == "mark" or one.verdict not in (Verdict.MET, Verdict.UNMET):
                    continue
                mark = self._by_mark(one.id, one.rule, place)
                if mark and mark.verdict in (Verdict.MET, Verdict.UNMET) and mark.verdict is not one.verdict:
                    details = {"indicator": one.id, "mark": mark.verdict.value, "found": one.verdict.value}
                    county = self.facts.places[place].id
                    yield Problem("query", "mark_differs", county=county, value=one.id, details=details)


def _named(outcome: Outcome) -> str:
    """The rules that an outcome reads, the first and the last of many."""
    return ", ".join(outcome.of) if len(outcome.of) < 4 else f"{outcome.of[0]} … {outcome.of[-1]}"


def _years_before(day: date, years: int) -> date:
    """The same day so many years before; of 29 February the day before it where there is none."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def _present(facts: Facts) -> Mapping[tuple[str, str | None], set[int]]:
    """The places that each table, and each key of `values`, has a row of."""
    present: dict[tuple[str, str | None], set[int]] = defaultdict(set)
    for id, typed in facts.tables.items():
        present[id, None] |= {place for place, _ in typed.counted("_place")}
    values = facts.tables.get("values")
    if values:
        for place, key, _ in values.counted("_place", "key"):
            present["values", key].add(place)
    return present


def _in_file(table: Table | None, column: str | None, subject: Subject) -> str | None:
    """The name of a column in the file.

    A column of a school's stage stands for one column a stage, the prefix of an id for the id, and what the state's
    monitoring says of a subject for a key of county values.
    """
    if table is None or column is None or column not in table.column_ids:
        return column
    found = table.column(column)
    if found.kind == "prefix":
        return table.subject
    if table.derived == "values":
        return f"monitoring_{column}" + ("" if subject.subject == "all" else f".{subject.subject}")
    return found.sources.get(subject.category or "", column) if found.sources else column


def _distance(judgement: Judgement, subject: Subject, index: int) -> tuple[Fraction | None, str | None]:
    """How far off a comparison is and in what unit: whole people, rooms and the like where it counts in them."""
    left, _, right = judgement.sides[index]
    value, limit = subject.sides[index]
    if not isinstance(value, Fraction) or not isinstance(limit, Fraction):
        return None, None
    per = subject.pers[index] if subject.pers else None
    # In whole numbers: what Python makes of fractions takes several times as long.
    above = abs(value.numerator * limit.denominator - limit.numerator * value.denominator)
    below = value.denominator * limit.denominator
    unit = left.counts_in or left.lacks_in
    if unit is None or not isinstance(per, Fraction) or (left.lacks_in and not limit):
        return Fraction(above, below), left.unit or right.unit
    above, below = above * per.numerator, below * per.denominator
    if left.lacks_in:
        above, below = above * limit.denominator, below * limit.numerator
    return Fraction(-(-above // below)) if unit in WHOLE_UNITS else Fraction(above, below), unit


def _failing(judgement: Judgement, subject: Subject) -> tuple[Failing, ...]:
    """The comparisons with a limit that a subject fails, one for each thing compared, nearest first."""
    if subject.holds is not False or judgement.strictly or judgement.required < 2:
        return ()
    found: dict[str, Failing] = {}
    for index, comparison in enumerate(judgement.comparisons):
        left, _, right = judgement.sides[index]
        value, limit = subject.sides[index]
        if not isinstance(value, Fraction) or not isinstance(limit, Fraction) or left.codes:
            continue
        if left.name in found or right.limits is None or conditions.HOLDS[comparison.operator](value, limit):
            continue
        amount, unit = _distance(judgement, subject, index)
        if amount is not None:
            operator = comparison.operator
            near = nearness(value, limit, operator)
            found[left.name] = Failing(left.name, left.title, value, limit, operator, amount, unit, left.shared, near)
    return tuple(sorted(found.values(), key=attrgetter("nearness"), reverse=True))


def nearness(value: Fraction, limit: Fraction, comparator: str) -> Fraction:
    """The value over the limit, or the limit over the value where there must not be more; 0 where that is over 0."""
    above, below = (value, limit) if comparator in (">", ">=") else (limit, value)
    return above / below if below else Fraction(0)


def _tally(counts: Iterable[Count]) -> _Tally:
    met = unmet = unknown = 0
    for count in counts:
        met += count.met
        unmet += count.unmet
        unknown += count.unknown
    return _Tally(met + unmet + unknown, met, unmet, unknown)


def _source_of_limit(judgements: list[Judgement]) -> Source | None:
    """The source of the day's value of a parameter, where it has one of its own."""
    sources = [limit.source for one in judgements for limit in one.limits if limit.source]
    # Of several the least certain: the verdict is no surer than that.
    return max(sources, key=lambda source: source.certainty, default=None)


def _decide(
    judgements: list[Judgement],
    rule: Rule,
    counts: list[Count],
    tally: _Tally,
    breaches: int,
    proven: int,
    refused: list[str],
    needed: str,
) -> tuple[Verdict, Reason]:
    """The verdict of an indicator from those of its subjects. Refused rows leave doubt that a breach can end.

    `proven` breaches are of rows by themselves, so that no refused row can change them.
    """
    checked, unknown = tally.checked, tally.unknown
    first = judgements[0]
    if first.share:
        whole = sum([count.unknown for count in counts if judgements[count.part].proves])
        if whole and not refused:
            # Nobody knows how many they are: no share can be told.
            return Verdict.UNDETERMINED, Reason("missing", {"missing": whole, "checked": checked, "needed": needed})
        return _share(first.share, checked, breaches, unknown, refused, needed)
    if breaches and (proven or not refused):
        if checked == 1:
            return Verdict.UNMET, Reason("fails")
        return Verdict.UNMET, Reason("breaches", {"breaches": breaches, "checked": checked})
    if refused:
        return Verdict.UNDETERMINED, Reason("refused", {"tables": ", ".join(sorted(set(refused)))})
    if unknown:
        unset = [
            limit
            for judgement in judgements
            for _, _, side in judgement.sides
            for limit in (side.limits or {}).values()
            if limit.value is None or (limit.coming and not rule.target)
        ]
        if unset:
            later = min(limit.since for limit in unset)
            named = all(limit.value is not None for limit in unset)
            return Verdict.UNDETERMINED, Reason("not_in_force" if named else "no_limit", {"since": later})
        return Verdict.UNDETERMINED, Reason("missing", {"missing": unknown, "checked": checked, "needed": needed})
    if not checked and rule.by and (first.applies is None or rule.by in conditions.names(first.applies)):
        tables = sorted({table for judgement in judgements for table in judgement.tables})
        return Verdict.UNDETERMINED, Reason("no_row", {"tables": ", ".join(tables)})
    if not checked:
        return Verdict.NOT_APPLICABLE, Reason("no_subject")
    return Verdict.MET, Reason("holds") if checked == 1 else Reason("all_hold", {"checked": checked})


def _share(
    share: Limit, checked: int, breaches: int, unknown: int, refused: list[str], needed: str
) -> tuple[Verdict, Reason]:
    if not checked and not refused:
        return Verdict.NOT_APPLICABLE, Reason("no_subject")
    holding = checked - breaches - unknown
    details = {"holding": holding, "checked": checked}
    if refused:
        return Verdict.UNDETERMINED, Reason("refused", {"tables": ", ".join(sorted(set(refused)))})
    if share.value is None:
        return Verdict.UNDETERMINED, Reason("no_limit", {"since": share.since})
    if holding >= share.value * checked:
        return Verdict.MET, Reason("share", details)
    if holding + unknown < share.value * checked:
        return Verdict.UNMET, Reason("share", details)
    return Verdict.UNDETERMINED, Reason("missing", {"missing": unknown, "checked": checked, "needed": needed})


def _shown(
    judgements: list[Judgement],
    tally: _Tally,
    counts: list[Count],
    evidence: tuple[Evidence, ...],
    missing: tuple[Evidence, ...],
) -> dict[str, Any]:
    """The value, limit, comparator and unit that stand for the indicator as a whole.

    Where the subjects are schools, classes and the like, or several of anything, that is the share of them that hold.
    """
    left, comparator, right = judgements[0].sides[0]
    table = judgements[0].table
    if tally.checked and (tally.checked > 1 if table is None or table.of_places else True):
        share = judgements[0].share.value if judgements[0].share else ONE
        value = ONE if tally.met == tally.checked else Fraction(tally.met, tally.checked)
        return {"value": value, "limit": share, "comparator": ">=", "share": True}
    shown: dict[str, Any] = {"comparator": comparator, "unit": left.unit or right.unit}
    for one in (*evidence[:1], *missing[:1]):
        return {**shown, "value": one.value, "limit": one.limit, "comparator": one.comparator}
    worst = next((count.worst for count in counts if count.worst is not None), None)
    if left.codes or worst is None:
        return shown
    limits = list((right.limits or {}).values())
    categories = [count.category for count in counts if count.checked]
    chosen = (right.limits or {}).get(categories[0]) if len(categories) == 1 else None
    limit = chosen or (limits[0] if len(limits) == 1 else None)
    return {**shown, "value": worst, "limit": limit.value if limit else None}


def _spelled(side: Side, value: Value) -> Value:
    """A code as it is written: the mark ※, and not its name."""
    return side.labels.get(value, value) if isinstance(value, str) and side.labels else value


def _telling(judgement: Judgement, subject: Subject) -> int:
    """The first comparison that fails, or lacks a value; the first of all where none does.

    Where it is not known whether the rule applies, that is what lacks a value.
    """
    if subject.applies is None:
        return next(
            index for index, (one, other) in reversed(list(enumerate(subject.sides))) if one is None or other is None
        )
    if judgement.required == 1:
        return 0
    for index, comparison in enumerate(judgement.comparisons):
        one, other = subject.sides[index]
        operator = comparison.operator
        if one is None or other is None:
            if subject.holds is None:
                return index
            continue
        if (subject.holds is False or subject.relaxed) and not conditions.HOLDS[operator](one, other):
            return index
    return 0


def _spelled_out(cell: Any) -> str:
    return plain(Fraction(cell) if isinstance(cell, int | Decimal) else cell)


def plain(value: Value) -> str:
    """A number as a cell would have it: exact where it has an end within six decimals."""
    if not isinstance(value, Fraction):
        return value or "—"
    digits = f"{rounded(value, 6):f}"
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def _waived(one: Indicator, waivers: list[Waiver]) -> Indicator:
    """An indicator under its waivers: waived where it fails and all that fails is let off."""
    if not waivers or one.verdict not in (Verdict.UNMET, Verdict.UNDETERMINED):
        return one._replace(waivers=tuple(waivers)) if waivers else one
    one = one._replace(waivers=tuple(waivers))
    valid = [waiver for waiver in waivers if waiver.valid]
    subjects = {waiver.subject for waiver in valid}
    failing = {item.subject for item in one.evidence}
    alone = one.verdict is Verdict.UNMET and not one.missing and bool(failing) and failing <= subjects
    if None not in subjects and not alone:
        expired = [waiver.expires for waiver in waivers if waiver.expired and waiver.expires]
        if not expired:
            return one
        reason = {lang: text(f"reason.{one.reason.code}", lang, **one.reason.details) for lang in LANGUAGES}
        return one._replace(reason=Reason("expired", {"reason": reason, "expires": max(expired)}))
    first = next(waiver for waiver in valid if waiver.subject is None or alone)
    about = {
        "why": first.reason,
        "document": first.document_no,
        "by": first.approved_by,
        "expires": first.expires or "—",
    }
    return one._replace(verdict=Verdict.WAIVED, beneath=one.verdict, reason=Reason("waived", about))


def _both(by_fact: _Found, by_document: _Found | None) -> _Found:
    """A number and a document are both asked: either can fail it, both are needed to meet it."""
    if by_fact.verdict in (Verdict.UNMET, Verdict.NOT_APPLICABLE):
        return by_fact
    if by_document and by_document.verdict is Verdict.UNMET:
        return by_fact._replace(verdict=Verdict.UNMET, reason=by_document.reason)
    if by_fact.verdict is Verdict.MET and (by_document is None or by_document.verdict is not Verdict.MET):
        reason = by_document.reason if by_document else Reason("no_document")
        return by_fact._replace(verdict=Verdict.UNDETERMINED, reason=reason)
    return by_fact


def _outcome(outcome: tuple[bool | None, bool | None]) -> str:
    applies, holds = outcome
    if applies is False:
        return Verdict.NOT_APPLICABLE.value
    return {True: Verdict.MET, False: Verdict.UNMET, None: Verdict.UNDETERMINED}[holds].value


def _softened(one: Indicator, due: date | None) -> Indicator:
    """Soft targets are shown and not counted; a target whose day `due` has not come does not fail yet."""
    if one.rule.soft and one.verdict is not Verdict.NOT_APPLICABLE:
        return one._replace(verdict=Verdict.NOT_COUNTED, reason_code="soft", beneath=one.verdict)
    if one.verdict is Verdict.UNMET and due:
        reason = Reason("not_due", {"since": due})
        return one._replace(verdict=Verdict.NOT_COUNTED, reason_code="not_due", beneath=one.verdict, reason=reason)
    return one


def rounded(value: Fraction, places: int) -> Decimal:
    """The value to `places` decimals, half up. For display and for figures that were printed rounded."""
    whole, rest = divmod(value.numerator * 10 ** (places + 3), value.denominator)
    scaled = Decimal(whole).scaleb(-(places + 3))
    if rest:
        scaled += Decimal(1).scaleb(-(places + 4))
    return scaled.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


@dataclass(frozen=True)
class Published:
    """A total that was published of a standard in a place: the row, the achievement in %, how many are unmet."""

    place: int
    standard: str
    file: int
    row: int
    achievement: Decimal | None
    unmet: int | None

    def bears(self, found: Fraction | None) -> bool:
        """Whether the achievement is `found`, at the precision that it is printed with."""
        if self.achievement is None or found is None:
            return False
        decimals = max(0, -int(self.achievement.as_tuple().exponent))
        return rounded(found * 100, decimals) == self.achievement


def _published_totals(facts: Facts) -> Iterable[Published]:
    typed = facts.tables.get("published")
    if typed is None:
        return
    for place, file, row, standard, printed, unmet in typed.rows("standard", "achievement_percent/printed", "unmet"):
        yield Published(place, standard, file, row, None if printed is None else Decimal(printed), unmet)


def _published(view: View, place: int, scores: Iterable[Score]) -> Iterable[Problem]:
    """A query for every published total that the recount does not bear out, at the precision it is printed with."""
    facts = view.facts
    by_standard = {score.pack.id: score for score in scores}
    for (where, standard), total in view.published.items():
        score = by_standard.get(standard)
        if where != place or score is None or not score.whole:
            continue
        found = score.achievement
        shown = str(rounded(found * 100, 2)) if found is not None else "—"
        at: dict[str, Any] = {"file": facts.files[total.file].path, "row": total.row, "county": facts.places[place].id}
        about: dict[str, object] = {"standard": standard, "met": score.met, "counted": score.counted, "recount": shown}
        about |= {"doubt": DOUBT if score.undetermined else "", "undetermined": score.undetermined}
        if not score.met and not score.unmet and score.undetermined:
            yield Problem("query", "published_alone", details={"standard": standard}, **at)
            continue
        if total.achievement is not None and not total.bears(found):
            yield Problem(
                "query", "published_achievement", column="achievement_percent", value=str(total.achievement),
                details={**about, "expected": shown}, **at,
            )  # fmt: skip
        if total.unmet is not None and total.unmet != score.unmet:
            yield Problem(
                "query", "published_unmet", column="unmet", value=str(total.unmet),
                details={**about, "expected": str(score.unmet), "unmet": score.unmet}, **at,
            )  # fmt: skip
