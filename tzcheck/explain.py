"""How a verdict came about: the rule's text, source and limit, its inputs, and the arithmetic of every subject."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlglot import exp

from tzcheck import condition as conditions
from tzcheck import measure as measures
from tzcheck.engines import agree
from tzcheck.engines.judged import Subject, Value
from tzcheck.errors import Problem, UsageFault, hint
from tzcheck.facts import Facts
from tzcheck.judgement import Judgement
from tzcheck.planner import plan
from tzcheck.report import Report, category, limit_of, percent, places_in_files, reason, shown, value_of
from tzcheck.rule import (
    ByCategory,
    Limit,
    Measure,
    Parameter,
    Rule,
    Rulebook,
    RulePack,
    Share,
    Source,
    dated_values,
    limits,
    with_parts,
)
from tzcheck.score import Evidence
from tzcheck.table import BY_NOUN
from tzcheck.texts import text


def explain(
    book: Rulebook, facts: Facts, id: str, day: date, report: Report, lang: str, subject: str | None = None
) -> str:
    """The whole story of one indicator, as text; `report` holds its verdict in each place.

    With `subject` (an id or a name) only that school, kindergarten or class is worked out. Raises UsageFault where
    the indicator has no such subject.
    """
    pack, rule = next((pack, rule) for one, pack, rule in book.rules() if one == id)
    lines = [*describe(id, pack, rule, day, lang), ""]
    work = plan(list(book.packs.values()), frozenset([id]), day, facts.given)
    subjects = [one for one in agree.subjects(work, facts) if one.rule == id]
    if subject is not None:
        named = [one for one in subjects if subject in (one.subject, one.name)]
        if not any(one.subject for one in subjects):
            raise UsageFault([Problem("error", "whole_place", value=subject)])
        if not named:
            known = [name for one in subjects for name in (one.subject, one.name) if name]
            raise UsageFault([Problem("error", "no_subject", value=subject, details={"hint": hint(subject, known)})])
        subjects = named
    judgements = {(one.rule or id, one.basis, one.part): one for one in work.judgements}
    index = {place.id: number for number, place in enumerate(facts.places)}
    for scored in report.places:
        for one in (one for score in scored.scores for one in score.indicators):
            head = text(f"verdict.{one.verdict.value}", lang)
            lines.append(f"{scored.place.name}: {head}. {reason(one.reason, lang)}")
            if one.value is not None:
                lines.append(f"  {value_of(one)}  {limit_of(one)}")
            if rule.outcome:
                lines += [f"  ※ {_told(item)}" for item in one.evidence]
                lines += [f"  ? {item.name}" for item in one.missing]
            mine = [found for found in subjects if found.place == index[scored.place.id]]
            none = all(found.applies is False for found in mine)
            for found in mine:
                if found.applies is not False or (none and subject is not None):
                    judgement = judgements[id, found.basis, found.part]
                    lines += _trace(judgement, found, facts, lang)
                    lines += _worked_out(pack, judgement, found, facts, day, lang) if subject is not None else ()
            outside = sum(found.applies is False for found in mine)
            if outside:
                lines.append("  " + text("explain.outside", lang, number=outside))
    return "\n".join(lines) + "\n"


def describe(id: str, pack: RulePack, rule: Rule, day: date | None, lang: str) -> Iterator[str]:
    """A rule for people: text, source, requirement, limits on the day (on every day where it is None), measures."""
    yield f"{id}  {rule.title.of(lang)}"
    yield _source(rule.source, lang)
    yield from _decided(rule, lang)
    if rule.reading:
        yield text("explain.reading", lang, name=rule.reading, title=rule.readings[rule.reading].title.of(lang))
    for number, part in enumerate(rule.parts):
        each = text(f"each.{part.each}", lang)
        line = text("explain.also" if number else "explain.requires", lang, each=each, requires=part.requires)
        yield line + (text("explain.proves", lang, needs=part.needs) if part.proves else "")
        if part.applies:
            yield text("explain.applies", lang, applies=part.applies)
    if isinstance(rule.holds_for, Share):
        share = rule.holds_for.at_least
        yield text("explain.share", lang, share=share if isinstance(share, str) else percent(share))
    for relaxation in rule.relaxations:
        yield text("explain.relaxation", lang, title=relaxation.title.of(lang))
        yield "  " + _source(relaxation.source, lang)
    for name in _scopes(pack, rule):
        yield text("explain.scope", lang, name=name, holds=pack.scopes[name].holds)
    used = _measures(pack, rule)
    named = {name for ask in rule.asks for name in _names(ask.requires, ask.applies)}
    named |= {name for one in used.values() for name in one.columns}
    if rule.outcome and isinstance(rule.outcome.asked, str):
        named.add(rule.outcome.asked)
    parameters = {**rule.parameters, **{name: one for name, one in pack.parameters.items() if name in named}}
    for name, parameter in parameters.items():
        yield from _parameter(name, parameter, day, lang)
    for name, one in used.items():
        unit = f" ({one.unit})" if one.unit else ""
        origin = text("explain.from", lang, table=one.table) if one.table else ""
        yield text("explain.measure", lang, name=name, value=one.value, origin=origin, unit=unit)
    if rule.fix:
        yield text("explain.fix", lang, fix=rule.fix.of(lang))
    if rule.note:
        yield rule.note.of(lang)


def _told(item: Evidence) -> str:
    """A county in which an outcome is not met: the number that tells it, and its row."""
    if item.value is None and item.limit is None:
        return str(item.name)
    where = ":".join(str(part) for part in (item.file, item.row) if part is not None)
    return f"{item.name}  {shown(item.value, item.limit)} {item.comparator} {shown(item.limit, item.value)}  [{where}]"


def _decided(rule: Rule, lang: str) -> Iterator[str]:
    """How a rule is decided where not by its own numbers, of which places, and by when."""
    if rule.attested:
        yield text("explain.attested", lang)
    if rule.outcome:
        one = rule.outcome
        about = {"of": ", ".join(one.of) + (f" ({category(one.category, lang)})" if one.category else "")}
        yield text("explain.outcome_any" if one.any and len(one.of) > 1 else "explain.outcome", lang, **about)
        if one.asked is not None:
            least = one.asked if isinstance(one.asked, str) else percent(one.asked) if one.share else shown(one.asked)
            yield text("explain.share_of_counties" if one.share is not None else "explain.counties", lang, least=least)
    if rule.recounts:
        yield text("explain.recounts", lang, standard=rule.recounts)
    if rule.undecidable:
        yield text("reason.undecidable", lang, why=rule.undecidable.of(lang))
    elif not rule.judged and not rule.attested:
        yield text("reason.no_measure", lang)
    if rule.places:
        yield text("explain.places", lang, places="、".join(rule.places))
    if rule.due:
        yield text("explain.due", lang, due=rule.due)
    if rule.soft:
        yield text("explain.soft", lang)
    for other in rule.differs_from:
        yield text("explain.differs", lang, other=other)


def _source(source: Source, lang: str) -> str:
    clause = f" {source.clause}" if source.clause else ""
    return text("explain.source", lang, document=source.document, clause=clause, certainty=source.certainty)


def _parameter(name: str, parameter: Parameter, day: date | None, lang: str) -> Iterator[str]:
    for part, limit in _on_days(parameter, day):
        value = "—" if limit.value is None else shown(limit.value)
        called = f"{name} ({category(part, lang)})" if part else name
        yield text("explain.parameter", lang, name=called, value=value, since=limit.since)
        if limit.source:
            yield "  " + _source(limit.source, lang)


def _on_days(parameter: Parameter, day: date | None) -> Iterator[tuple[str | None, Limit]]:
    """The values of a parameter on a day, or on each day from which one holds, by category."""
    days = [day] if day is not None else sorted({since for dated in dated_values(parameter) for since in dated})
    for one in days:
        for part, limit in limits(parameter, one).items():
            if day is not None or limit.since == one:
                yield part, limit


def _names(*found: conditions.Condition | None) -> set[str]:
    return {name for one in found if one for name in conditions.names(one)}


def _scopes(pack: RulePack, rule: Rule) -> list[str]:
    """The scopes that a rule refers to, itself or through others and its measures, by their own names."""
    waiting = [part.applies for part in rule.parts if part.applies]
    found = dict.fromkeys(one.among for one in _measures(pack, rule).values() if one.among)
    waiting += [pack.scopes[name].holds for name in found]
    while waiting:
        for reference in conditions.references(conditions.parse(waiting.pop())):
            name = reference.rpartition(".")[2]
            if name in pack.scopes and name not in found:
                found[name] = None
                waiting.append(pack.scopes[name].holds)
    return list(found)


def _measures(pack: RulePack, rule: Rule) -> dict[str, Measure]:
    """The measures that a rule computes with, those that others are made of first."""
    found: dict[str, Measure] = {}
    for ask in rule.asks:
        table = BY_NOUN.get(ask.each)
        for name in sorted(_names(ask.requires, ask.applies)):
            own = name.rpartition(".")[2]
            if not (table and name in table.column_ids):
                found |= with_parts(pack, own)
    return found


def _trace(judgement: Judgement, subject: Subject, facts: Facts, lang: str) -> Iterator[str]:
    """The comparisons of one subject, each with both sides as they were computed."""
    parts = [subject.name or facts.places[subject.own].name, category(subject.category, lang)]
    file = None if subject.file is None else facts.files[subject.file].path
    where = ":".join(str(part) for part in (file, subject.row) if part is not None)
    outcome = "/" if subject.applies is False else {True: "√", False: "※", None: "?"}[subject.holds]
    yield f"  {outcome} {' '.join(part for part in parts if part)}  [{where}]"
    # Why it applies is told only where it does not, or where that is not known.
    number = judgement.required if subject.applies else len(judgement.sides)
    for (left, operator, right), (one, other) in zip(judgement.sides[:number], subject.sides, strict=False):
        if one is None or other is None:
            held = "?"
        else:
            held = str(conditions.HOLDS[operator](one, other)).lower()
        yield f"      {_side(left.name, one, other)} {operator} {_side(right.name, other, one)}  → {held}"


def _worked_out(
    pack: RulePack, judgement: Judgement, subject: Subject, facts: Facts, day: date, lang: str
) -> Iterator[str]:
    """The formulas of a subject's measures with its own numbers put in, and the rows that they come from."""
    table = judgement.table
    typed = facts.tables.get(table.id) if table else None
    if table is None or typed is None:
        return
    cells = typed.cells(subject.file, subject.row, subject.category)
    asked: dict[str, Measure] = {}
    for name in sorted(_names(judgement.requires)):
        asked |= with_parts(pack, name) if name not in cells else {}
    for name, one in asked.items():
        if one.each != judgement.each:
            continue
        if one.of_others:
            rows = _rows_of(facts, one, table.key, cells, subject.own)
            yield "      " + text("explain.rows", lang, table=one.table, rows=rows or "—")
            continue
        worked = one.expression.copy().transform(_put_in(pack, cells, day)).sql()
        yield f"      {name} = {one.value}"
        yield f"        = {worked}"


def _put_in(pack: RulePack, cells: Any, day: date) -> Callable[[exp.Expr], exp.Expr]:
    """Puts a row's cells, and the values of parameters, in place of their names."""

    def put_in(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Cast):
            inner: exp.Expr = node.this
            return inner
        if not isinstance(node, exp.Column):
            return node
        name = measures.column_name(node)
        if name in cells:
            return _literal(cells[name])
        if name in pack.parameters and name not in pack.measures:
            parameter = pack.parameters[name]
            by = cells.get(parameter.by) if isinstance(parameter, ByCategory) else None
            limit = limits(parameter, day).get(by)
            return _literal(limit.value if limit else None)
        return node

    return put_in


def _literal(value: Any) -> exp.Expr:
    match value:
        case None:
            return exp.Var(this="?")
        case Decimal():
            digits = f"{value:f}"
            return exp.Literal.number(digits.rstrip("0").rstrip(".") if "." in digits else digits)
        case Fraction():
            return exp.Literal.number(shown(value).replace(",", ""))
        case str():
            return exp.Literal.string(value)
        case _:
            return exp.Literal.number(str(value))


def _rows_of(facts: Facts, one: Measure, keys: Sequence[str], cells: Any, place: int) -> str:
    """The rows of another table that belong to a subject, as file and row numbers."""
    typed = facts.tables.get(one.table or "")
    if typed is None:
        return ""
    return places_in_files(
        (facts.files[file].path, row)
        for where, file, row, *own in typed.rows(*keys)
        if where == place and own == [cells.get(key) for key in keys]
    )


def _side(name: str, value: Value, beside: Value) -> str:
    if value is None:
        return f"{name} = ?"
    if isinstance(value, str):
        return name if name == value else f"{name} = {value}"
    exactly = shown(value, beside)
    if Fraction(exactly.replace(",", "")) != value:
        exactly = f"{value.numerator}/{value.denominator} ≈ {exactly}"
    return name if name == exactly else f"{name} = {exactly}"
