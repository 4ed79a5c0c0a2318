"""How a verdict came about: the rule's text, source and limit, its inputs, and the arithmetic of every subject."""

from collections.abc import Iterator
from datetime import date
from fractions import Fraction

from tzcheck import condition as conditions
from tzcheck.engines import agree
from tzcheck.engines.judged import Subject, Value
from tzcheck.facts import Facts
from tzcheck.report import Report, category, limit_of, reason, shown, value_of
from tzcheck.rule import Rule, Rulebook, RulePack, limits
from tzcheck.sql import Judgement, plan
from tzcheck.texts import text


def explain(book: Rulebook, facts: Facts, id: str, day: date, report: Report, lang: str) -> str:
    """The whole story of one indicator, as text; `report` holds its verdict in each place."""
    pack, rule = next((pack, rule) for one, pack, rule in book.rules() if one == id)
    lines = [*describe(book, id, pack, rule, day, lang), ""]
    work = plan(book.packs.values(), frozenset([id]), day, facts.given)
    subjects = agree.subjects(work, facts)
    judgements = {(one.rule or id, one.basis, one.part): one for one in work.judgements}
    index = {place.id: number for number, place in enumerate(facts.places)}
    for scored in report.places:
        for score in scored.scores:
            for one in score.indicators:
                head = text(f"verdict.{one.verdict.value}", lang)
                lines.append(f"{scored.place.name}: {head}. {reason(one.reason, lang)}")
                if one.value is not None:
                    lines.append(f"  {value_of(one)}  {limit_of(one)}")
                mine = [s for s in subjects if s.rule == id and s.place == index[scored.place.id]]
                for subject in mine:
                    if subject.applies is not False:
                        lines += _trace(judgements[id, subject.basis, subject.part], subject, facts, lang)
                outside = sum(subject.applies is False for subject in mine)
                if outside:
                    lines.append("  " + text("explain.outside", lang, number=outside))
    return "\n".join(lines) + "\n"


def describe(book: Rulebook, id: str, pack: RulePack, rule: Rule, day: date, lang: str) -> Iterator[str]:
    """A rule for people: text, source, requirement, limits on the day, measures."""
    yield f"{id}  {rule.title.of(lang)}"
    source = rule.source
    clause = f" {source.clause}" if source.clause else ""
    yield text("explain.source", lang, document=source.document, clause=clause, certainty=source.certainty)
    if rule.attested:
        yield text("explain.attested", lang)
    if rule.requires is None and not rule.attested:
        yield text("reason.no_measure", lang)
    if rule.requires is not None:
        yield text("explain.requires", lang, each=rule.each, requires=rule.requires)
    if rule.applies:
        yield text("explain.applies", lang, applies=rule.applies)
    for name, parameter in rule.parameters.items():
        for part, limit in limits(parameter, day).items():
            value = "—" if limit.value is None else shown(limit.value)
            called = f"{name} ({category(part, lang)})" if part else name
            yield text("explain.parameter", lang, name=called, value=value, since=limit.since)
            if limit.source:
                own = limit.source
                clause = f" {own.clause}" if own.clause else ""
                yield "  " + text("explain.source", lang, document=own.document, clause=clause, certainty=own.certainty)
    used = {name for ask in rule.asks for one in (ask.requires, ask.applies) if one for name in conditions.names(one)}
    for name, measure in pack.measures.items():
        if name in used and measure.each == rule.each:
            unit = f" ({measure.unit})" if measure.unit else ""
            origin = text("explain.from", lang, table=measure.table) if measure.table else ""
            yield text("explain.measure", lang, name=name, value=measure.value, origin=origin, unit=unit)
    if rule.fix:
        yield text("explain.fix", lang, fix=rule.fix.of(lang))
    if rule.note:
        yield rule.note.of(lang)


def _trace(judgement: Judgement, subject: Subject, facts: Facts, lang: str) -> Iterator[str]:
    """The comparisons of one subject, each with both sides as they were computed."""
    parts = [subject.name or facts.places[subject.own].name, category(subject.category, lang)]
    file = None if subject.file is None else facts.files[subject.file].path
    where = ":".join(str(part) for part in (file, subject.row) if part is not None)
    outcome = {True: "√", False: "※", None: "?"}[subject.holds]
    yield f"  {outcome} {' '.join(part for part in parts if part)}  [{where}]"
    for (left, operator, right), (one, other) in zip(judgement.sides, subject.sides, strict=False):
        if one is None or other is None:
            held = "?"
        else:
            held = str(conditions.HOLDS[operator](one, other)).lower()
        yield f"      {_side(left.name, one, other)} {operator} {_side(right.name, other, one)}  → {held}"


def _side(name: str, value: Value, beside: Value) -> str:
    if value is None:
        return f"{name} = ?"
    if isinstance(value, str):
        return name if name == value else f"{name} = {value}"
    exactly = shown(value, beside)
    if Fraction(exactly.replace(",", "")) != value:
        exactly = f"{value.numerator}/{value.denominator} ≈ {exactly}"
    return name if name == exactly else f"{name} = {exactly}"
