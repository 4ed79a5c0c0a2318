"""Rules as SQL trees: subjects with their measures, and the verdict of each. No engine is named here."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from math import lcm
from typing import Any, TypeAlias

from sqlglot import exp

from tzcheck import condition as conditions
from tzcheck import measure
from tzcheck.condition import And, Comparison, Condition, Name, Not, Number, Or
from tzcheck.measure import Ratio, times, whole_number
from tzcheck.rule import PLACE_NOUNS, ByCategory, Limit, Measure, Rule, RulePack, Text, limits, table_of
from tzcheck.table import BY_NOUN, NUMERIC, TABLES, Table

OPERATORS: Mapping[str, type[exp.Binary]] = {
    "<=": exp.LTE, ">=": exp.GTE, "<": exp.LT, ">": exp.GT, "==": exp.EQ, "!=": exp.NEQ,
}  # fmt: skip
TYPES = {"count": "HUGEINT", "year": "HUGEINT", "date": "DATE"}
AMOUNT = "DECIMAL(38, 6)"
KEYED = {
    "marks": (conditions.parse("mark == met"), conditions.parse("not mark == not_counted")),
    "attestations": (conditions.parse("holds == yes and documented == 1"), None),
}
# Texts beside the keys and names that judging reads.
WITH_TEXTS = {"attestations": ("document", "document_no")}
NULL = exp.Null()
# Measures by the name that their columns are kept under, each with the pack that it belongs to.
Mine: TypeAlias = dict[str, tuple[RulePack, Measure]]


@dataclass(frozen=True)
class Side:
    """One side of a comparison: SQL, what it is called, and how its value is read from a judged row.

    `read` are the columns of the row that hold its numerator and, where there is one, its denominator. A side that
    reads none is constant: `constants` gives its value, by the category in the row's column `by` (None: for all).
    `codes` are the codes it can be, where it is no number, `labels` how they are written; `column` is the column of
    the facts behind it, `keys` the county values, `limits` the dated values behind a parameter.
    """

    ratio: Ratio
    name: str
    read: tuple[str, ...] = ()
    constants: Mapping[str | None, Fraction | str | None] = field(default_factory=dict)
    by: str | None = None
    codes: tuple[str, ...] | None = None
    column: str | None = None
    unit: str | None = None
    limits: Mapping[str | None, Limit] | None = None
    title: Text | None = None
    keys: tuple[str, ...] = ()
    labels: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Judgement:
    """A rule made ready for the engines: what it compares, and for which subjects.

    `rule` is None where the column `indicator` of each row says which rule it is about. `origins` name the rows that
    a place's measures are read from, those of the first comparison first. `grouped` are the tables, each with the
    column it is split by, of which one at least must have a row for there to be a subject.
    """

    rule: str | None
    basis: str
    source: str
    table: Table | None
    levels: tuple[str, ...]
    sides: tuple[tuple[Side, str, Side], ...]
    requires: Condition
    applies: Condition | None
    category: str | None
    reads: frozenset[tuple[str, str | None]]
    shows: tuple[Side, ...] = ()
    origins: tuple[str, ...] = ()
    each: str = ""
    grouped: tuple[tuple[str, str | None], ...] = ()

    @property
    def required(self) -> int:
        """How many of `sides` belong to `requires`; they come first, and those of `applies` after them."""
        return sum(1 for _ in conditions.comparisons(self.requires))

    @property
    def tables(self) -> list[str]:
        """The tables that it reads, by name."""
        return sorted({id for id, _ in self.reads})

    def among(self, given: frozenset[str]) -> bool:
        """Whether tables with rows can give it any subject."""
        sources = {id for id, _ in self.grouped} if self.table is None else {self.table.id}
        return bool(sources & given)

    @property
    def rolls_up(self) -> bool:
        """Whether what is found in counties counts for their city: the rule speaks of cities and not of counties."""
        return "city" in self.levels and "county" not in self.levels and self.each != "city"

    @property
    def own_levels(self) -> tuple[str, ...]:
        """The levels of places whose own subjects count for themselves: a county's numbers are no city's."""
        return () if self.rolls_up and self.each == "county" else self.levels

    @property
    def pending(self) -> bool:
        """Whether every dated limit it uses begins only after the day."""
        found = [limit for _, _, side in self.sides for limit in (side.limits or {}).values()]
        return bool(found) and all(limit.coming for limit in found)


@dataclass(frozen=True)
class Batch:
    """Judgements of the same subjects for the same places: one scan serves them all."""

    judgements: tuple[Judgement, ...]

    @property
    def first(self) -> Judgement:
        """One that stands for all in what they share."""
        return self.judgements[0]


@dataclass(frozen=True)
class Plan:
    """What an engine has to do: load `tables`, make each of `subjects` a table, then judge each batch.

    `judgements` are all that were asked for; those without any facts are in no batch.
    """

    tables: tuple[str, ...]
    subjects: Mapping[str, exp.Expr]
    judgements: tuple[Judgement, ...]
    batches: tuple[Batch, ...]


def plan(packs: Iterable[RulePack], wanted: frozenset[str], day: date, given: frozenset[str]) -> Plan:
    """The plan for the rules `wanted` on a day; a rule none of whose tables is `given` has no subjects to judge."""
    judgements = [_keyed(TABLES[id], *both) for id, both in KEYED.items()]
    used: dict[tuple[str, str | None], Mine] = {}
    for pack in packs:
        for id, rule in pack.rules.items():
            if id not in wanted or rule.requirement is None:
                continue
            judgement = _judgement(pack, id, rule, day)
            judgements.append(judgement)
            if judgement.among(given):
                names = conditions.names(rule.requirement) | frozenset(rule.shows)
                names |= conditions.names(rule.scope) if rule.scope else frozenset()
                mine = used.setdefault((judgement.each, rule.by), {})
                for name in sorted(names - rule.parameters.keys()):
                    mine |= {_kept_as(pack, one): (pack, pack.measures[one]) for one in _with_parts(pack, name)}
    batches: dict[tuple[Any, ...], list[Judgement]] = {}
    for judgement in judgements:
        if judgement.among(given):
            same = (judgement.source, judgement.levels, judgement.category, judgement.grouped)
            batches.setdefault(same, []).append(judgement)
    subjects: dict[str, exp.Expr] = {}
    for (each, by), mine in used.items():
        of_places = each in PLACE_NOUNS
        subjects[subjects_of(each, by)] = _of_places(each, by, mine) if of_places else _of_rows(BY_NOUN[each], mine)
    for judgement in judgements:
        if judgement.rule is None and judgement.table and judgement.among(given):
            subjects[judgement.source] = _of_rows(judgement.table, {})
    tables = {one.table for mine in used.values() for _, one in mine.values() if one.table}
    tables |= {id for found in batches.values() for judgement in found for id in judgement.tables}
    return Plan(
        tuple(sorted(tables)), subjects, tuple(judgements), tuple(Batch(tuple(found)) for found in batches.values())
    )


def _kept_as(pack: RulePack, name: str) -> str:
    """The name of a measure's columns: what it computes, so that packs that compute the same share it."""
    one = pack.measures[name]
    return f"{one.table}.{one.by or ''}.{one.value}" if one.table is not None else f"{pack.id}.{name}"


def _with_parts(pack: RulePack, name: str) -> Iterator[str]:
    """The measure of that name, if there is one, after the measures that it is computed from."""
    one = pack.measures.get(name)
    if one is None:
        return
    if one.table is None:
        yield from one.columns
    yield name


# --- subjects ------------------------------------------------------------------------------------------------------


def table_named(name: str) -> exp.Table:
    """A table by its name, whatever the name means in SQL."""
    return exp.Table(this=exp.to_identifier(name, quoted=True))


def _of_rows(table: Table, mine: Mine) -> exp.Expr:
    """A subject a row of the table."""
    source: list[exp.Expr] = [exp.column(name) for name in ("_place", "_city", "_level", "_at")]
    source += [exp.column(name) for name in columns_of(table)]
    if table.id == "attestations":
        documents = [exp.Is(this=exp.column(name), expression=NULL) for name in ("document", "document_no")]
        documented = exp.Case(ifs=[exp.If(this=exp.not_(exp.and_(*documents)), true=exp.Literal.number(1))])
        source.append(exp.alias_(documented, "documented"))
    for name, (_, one) in mine.items():
        source += _measured(name, one.ratio, False)
    return exp.Select(expressions=source, from_=exp.From(this=table_named(table.id)))


def _of_places(each: str, by: str | None, mine: Mine) -> exp.Expr:
    """A subject a county (its own rows) or a city (its rows and those of its counties), or one for each `by` of it.

    Each table that a measure reads is grouped once; the groups are put side by side.
    """
    tables: dict[tuple[str, str | None], dict[str, Measure]] = {}
    for name, (_, one) in mine.items():
        if one.table is not None:
            tables.setdefault((one.table, one.by), {})[name] = one
    parts_of: dict[str, exp.Expr] = {}
    base = "places"
    group: exp.Expr = exp.column("_place")
    if each == "city":
        group = exp.func("COALESCE", exp.column("_city"), group)
    for (table, split), measures in tables.items():
        keys = [group, exp.column(split)] if split else [group]
        parts = [exp.alias_(key.copy(), name) for key, name in zip(keys, ("_group", "_category"), strict=False)]
        parts.append(exp.alias_(exp.Count(this=exp.Star()), "_rows"))
        for name, one in measures.items():
            parts += _measured(name, one.ratio, table == "values")
        for one in {one.origin: one for one in measures.values()}.values():
            parts += _read_from(one, each)
        grouped = exp.Select(
            expressions=parts, from_=exp.From(this=table_named(table)), group=exp.Group(expressions=keys)
        )
        parts_of[_grouped(each, by, table, split)] = grouped
    if by:
        base = f"spots_{each}_{by}"
        parts_of[base] = _spots([_grouped(each, by, table, split) for table, split in tables if split])
    columns_of_wide: list[exp.Expr] = [exp.column(name, base) for name in ("_place", "_city", "_level")]
    if by:
        columns_of_wide.append(exp.alias_(exp.column("_category", base), by))
    joins = []
    for (table, split), measures in tables.items():
        source = _grouped(each, by, table, split)
        on: exp.Expr = exp.EQ(this=exp.column("_group", source), expression=exp.column("_place", base))
        if split:
            same = exp.EQ(this=exp.column("_category", source), expression=exp.column("_category", base))
            on = exp.And(this=on, expression=same)
        joins.append(exp.Join(this=table_named(source), side="LEFT", on=on))
        for name in measures:
            columns_of_wide += [exp.column(f"{name}{end}", source, quoted=True) for end in _ends(*mine[name])]
        for origin in dict.fromkeys(one.origin for one in measures.values()):
            columns_of_wide += [exp.column(f"{origin}/{end}", source, quoted=True) for end in origin_ends(each)]
        columns_of_wide.append(exp.alias_(exp.column("_rows", source), f"_rows_{table}_{split}"))
    for name, (pack, one) in mine.items():
        if one.table is None:
            computed = measure.ratio(one.expression.transform(_as_quotient(pack)))
            columns_of_wide += _measured(name, computed, False)
    parts_first = exp.With(
        expressions=[
            exp.CTE(this=query, alias=exp.TableAlias(this=exp.to_identifier(name, quoted=True)))
            for name, query in parts_of.items()
        ]
    )
    return exp.Select(
        with_=parts_first, expressions=columns_of_wide, from_=exp.From(this=table_named(base)), joins=joins
    )


def _grouped(each: str, by: str | None, table: str, split: str | None) -> str:
    return "_".join(["by", each, by or "all", split or "whole", table])


def subjects_of(each: str, by: str | None) -> str:
    """The name of the table that holds the subjects."""
    return f"each_{each}_{by}" if by else f"each_{each}"


def _spots(sources: list[str]) -> exp.Expr:
    """Every place with every category that any of the grouped tables has of it."""
    pairs: list[exp.Query] = [
        exp.Select(
            expressions=[exp.column("_group"), exp.column("_category")], from_=exp.From(this=table_named(source))
        )
        for source in sources
    ]
    every = exp.union(*pairs, copy=False) if len(pairs) > 1 else pairs[0]
    on = exp.EQ(this=exp.column("_place", "places"), expression=exp.column("_group", "spot"))
    return exp.Select(
        expressions=[exp.column(name, "places") for name in ("_place", "_city", "_level")]
        + [exp.column("_category", "spot")],
        from_=exp.From(this=every.subquery("spot", copy=False)),
        joins=[exp.Join(this=table_named("places"), on=on)],
    )


def _measured(name: str, found: Ratio, keyed: bool) -> list[exp.Expr]:
    """The numerator and the denominator of a measure as two columns; the denominator is positive or missing.

    `keyed` measures read county values: each name in them is a key of the table `values`.
    """
    above, below = found.numerator.copy(), found.denominator and found.denominator.copy()
    if keyed:
        above, below = above.transform(_pivot), below and below.transform(_pivot)
    if below is None:
        return [_named(above, f"{name}/n")]
    negative = exp.LT(this=exp.paren(below.copy()), expression=exp.Literal.number(0))
    signed = exp.Case(ifs=[exp.If(this=negative, true=exp.Neg(this=exp.paren(above.copy())))], default=above)
    positive = exp.func("NULLIF", exp.Abs(this=below.copy()), exp.Literal.number(0))
    return [_named(signed, f"{name}/n"), _named(positive, f"{name}/d")]


def _named(value: exp.Expr, name: str) -> exp.Expr:
    return exp.Alias(this=value, alias=exp.to_identifier(name, quoted=True))


def _ends(pack: RulePack, one: Measure) -> tuple[str, ...]:
    """What the columns of a measure are called behind its name: a quotient has a denominator, as has what it is in."""
    parts = [pack.measures[name] for name in one.columns] if one.table is None else []
    divided = any(part.ratio.denominator is not None for part in (one, *parts))
    return ("/n", "/d") if divided else ("/n",)


def origin_ends(each: str) -> tuple[str, ...]:
    """What is kept of the rows that a measure was read from: the first and the last, of a city's measure all."""
    return ("rows",) if each == "city" else ("from", "to")


def _read_from(one: Measure, each: str) -> list[exp.Expr]:
    """The rows that a measure of a place was read from, as `origin_ends` names them."""
    kept = {"from": exp.Min, "to": exp.Max, "rows": exp.ArrayAgg}
    found: dict[str, exp.Expr] = {end: kept[end](this=exp.column("_at")) for end in origin_ends(each)}
    if one.where is not None:
        where = one.where
        found = {end: exp.Filter(this=value, expression=exp.Where(this=where.copy())) for end, value in found.items()}
    return [_named(value, f"{one.origin}/{end}") for end, value in found.items()]


def _as_quotient(pack: RulePack) -> Callable[[exp.Expr], exp.Expr]:
    """Puts, in place of the name of a measure, its numerator over its denominator."""

    def quotient(node: exp.Expr) -> exp.Expr:
        if not isinstance(node, exp.Column):
            return node
        name = measure.column_name(node)
        ends = [exp.column(f"{_kept_as(pack, name)}{end}", quoted=True) for end in _ends(pack, pack.measures[name])]
        return exp.paren(exp.Div(this=ends[0], expression=ends[1])) if len(ends) > 1 else ends[0]

    return quotient


def _pivot(node: exp.Expr) -> exp.Expr:
    """A key of `values` as the number in its row; missing where there is no such row."""
    if not isinstance(node, exp.Column):
        return node
    key = exp.EQ(this=exp.column("key"), expression=exp.Literal.string(measure.column_name(node)))
    return exp.Filter(this=exp.Max(this=exp.column("number")), expression=exp.Where(this=key))


# --- judgements ----------------------------------------------------------------------------------------------------


def _judgement(pack: RulePack, id: str, rule: Rule, day: date) -> Judgement:
    assert rule.requirement is not None
    assert rule.each is not None
    table = table_of(rule)
    both = [one for one in (rule.requirement, rule.scope) if one]
    sides = tuple(
        _sides(pack, rule, table, comparison, day) for one in both for comparison in conditions.comparisons(one)
    )
    category = table.category if table else rule.by
    for parameter in rule.parameters.values():
        if isinstance(parameter, ByCategory):
            category = parameter.by
    reads: set[tuple[str, str | None]] = set()
    if table:
        reads.add((table.id, None))
    used = {name for one in both for name in conditions.names(one)} - rule.parameters.keys()
    named = [side.name for left, _, right in sides for side in (left, right) if side.read]
    parts = [pack.measures[part] for name in named for part in _with_parts(pack, name)] if table is None else []
    origins = tuple(dict.fromkeys(part.origin for part in parts if part.table is not None))
    grouped: set[tuple[str, str | None]] = set()
    for name in {part for one in used for part in _with_parts(pack, one)}:
        read = pack.measures[name]
        if read.table is not None and read.by == rule.by:
            grouped.add((read.table, read.by))
        if read.table == "values":
            reads |= {("values", key) for key in read.columns}
        elif read.table is not None and read.each == rule.each:
            reads.add((read.table, None))
    return Judgement(
        id, "facts", subjects_of(rule.each, rule.by), table, pack.levels(rule), sides, rule.requirement, rule.scope,
        category, frozenset(reads), tuple(_side(pack, rule, table, Name(name), day) for name in rule.shows), origins,
        rule.each, tuple(sorted(grouped)),
    )  # fmt: skip


def _keyed(table: Table, requires: Condition, applies: Condition | None) -> Judgement:
    sides = []
    for one in (requires, applies):
        for comparison in conditions.comparisons(one) if one else ():
            assert isinstance(comparison.left, Name)
            name = comparison.left.text
            codes = table.column(name).codes if name in table.column_ids else None
            labels = {code: spellings[0] for code, spellings in codes.items()} if codes else None
            left = Side(
                Ratio(exp.column(name)),
                name,
                (name,),
                codes=tuple(codes) if codes else None,
                column=name,
                labels=labels,
            )
            sides.append((left, comparison.operator, _right(comparison, left)))
    basis = {"marks": "mark", "attestations": "attestation"}[table.id]
    return Judgement(
        None, basis, f"each_{table.id}", table, (), tuple(sides), requires, applies, None, frozenset({(table.id, None)})
    )


def _right(comparison: Comparison, left: Side) -> Side:
    if isinstance(comparison.right, Number):
        return _number(comparison.right)
    code = comparison.right.text
    return Side(Ratio(exp.Literal.string(code)), code, constants={None: code}, codes=left.codes)


def _number(number: Number) -> Side:
    return Side(_constant(number.value), str(number.value), constants={None: number.value})


def _sides(
    pack: RulePack, rule: Rule, table: Table | None, comparison: Comparison, day: date
) -> tuple[Side, str, Side]:
    left = _side(pack, rule, table, comparison.left, day)
    if left.codes:
        return left, comparison.operator, _right(comparison, left)
    return left, comparison.operator, _side(pack, rule, table, comparison.right, day)


def _side(pack: RulePack, rule: Rule, table: Table | None, operand: conditions.Operand, day: date) -> Side:
    if isinstance(operand, Number):
        return _number(operand)
    name = operand.text
    if name in rule.parameters:
        return _parameter(rule, name, day)
    if name in pack.measures and pack.measures[name].each == rule.each:
        one = pack.measures[name]
        read = tuple(f"{_kept_as(pack, name)}{end}" for end in _ends(pack, one))
        ratio = Ratio(*(exp.column(column, quoted=True) for column in read))
        return Side(
            ratio,
            name,
            read,
            column=_column_behind(pack, one),
            unit=one.unit,
            title=one.title,
            keys=_keys_behind(pack, one),
        )
    column = (table or TABLES[_split_table(pack, rule)]).column(name)
    codes = tuple(column.codes) if column.codes else None
    return Side(Ratio(exp.column(name)), name, (name,), codes=codes, column=name, unit=column.unit)


def _column_behind(pack: RulePack, one: Measure) -> str | None:
    """The column (or key of values) that a measure is read from first; of a computed one, a key if there is any."""
    if one.table is not None:
        return min(one.columns, default=None)
    parts = [pack.measures[name] for name in one.columns]
    parts.sort(key=lambda part: part.table != "values")
    return _column_behind(pack, parts[0])


def _keys_behind(pack: RulePack, one: Measure) -> tuple[str, ...]:
    """The keys of county values that a measure is read from."""
    parts = [one] if one.table is not None else [pack.measures[name] for name in one.columns]
    return tuple(key for part in parts if part.table == "values" for key in part.columns)


def _split_table(pack: RulePack, rule: Rule) -> str:
    """A table that the places of a rule are split by."""
    return next(one.table for one in pack.measures.values() if one.by == rule.by and one.by and one.table)


def _parameter(rule: Rule, name: str, day: date) -> Side:
    parameter = rule.parameters[name]
    found = limits(parameter, day)
    usable = {category: None if limit.coming and not rule.target else limit.value for category, limit in found.items()}
    if not isinstance(parameter, ByCategory):
        return Side(_constant(usable[None]), name, constants=usable, limits=found)
    below = lcm(*(value.denominator for value in usable.values() if value is not None))
    cases = [
        exp.If(
            this=exp.EQ(this=exp.column(parameter.by), expression=exp.Literal.string(category)),
            true=_constant(None if value is None else value * below).numerator,
        )
        for category, value in usable.items()
    ]
    ratio = Ratio(exp.Case(ifs=cases), whole_number(below) if below != 1 else None)
    return Side(ratio, name, constants=usable, by=parameter.by, limits=found)


def _constant(value: Fraction | None) -> Ratio:
    """An exact number as SQL."""
    if value is None:
        return Ratio(exp.Null())
    below = None if value.denominator == 1 else whole_number(value.denominator)
    return Ratio(whole_number(value.numerator), below)


def comparison_sql(left: Side, operator: str, right: Side) -> exp.Expr:
    """The comparison without a division: numerator against limit times denominator."""
    if left.codes:
        return OPERATORS[operator](this=left.ratio.numerator.copy(), expression=right.ratio.numerator.copy())
    return OPERATORS[operator](
        this=exp.paren(times(left.ratio.numerator, right.ratio.denominator)),
        expression=exp.paren(times(right.ratio.numerator, left.ratio.denominator)),
    )


def condition_sql(condition: Condition, sides: Iterable[tuple[Side, str, Side]]) -> exp.Expr:
    """The condition as SQL; `sides` are those of its comparisons, in order. Unknown stays NULL."""
    return _condition_sql(condition, iter(sides))


def _condition_sql(condition: Condition, rest: Iterator[tuple[Side, str, Side]]) -> exp.Expr:
    match condition:
        case Comparison():
            return exp.paren(comparison_sql(*next(rest)))
        case And(parts):
            return exp.paren(exp.and_(*(_condition_sql(part, rest) for part in parts)))
        case Or(parts):
            return exp.paren(exp.or_(*(_condition_sql(part, rest) for part in parts)))
        case Not(part):
            return exp.paren(exp.not_(_condition_sql(part, rest)))


def judged(batch: Batch) -> exp.Select:
    """The subjects of a batch with the place each counts for, and for each rule whether it applies and holds.

    Its columns are those of `judged_columns`: `place`, what the verdicts are made from, and for the rule number i of
    the batch `a<i>` and `h<i>`. `h<i>` is NULL where a value is missing, and where the rule does not, or may not,
    apply.
    """
    found: list[exp.Expr] = [exp.Alias(this=_place(batch.first), alias=exp.to_identifier("place"))]
    found += [exp.column(name, quoted=True) for name in _columns_read(batch)]
    for index, judgement in enumerate(batch.judgements):
        holds = condition_sql(judgement.requires, judgement.sides[: judgement.required])
        applies: exp.Expr = exp.true()
        if judgement.applies:
            applies = condition_sql(judgement.applies, judgement.sides[judgement.required :])
            holds = exp.Case(ifs=[exp.If(this=applies.copy(), true=holds)])
        found += [_named(applies, f"a{index}"), _named(holds, f"h{index}")]
    return exp.Select(
        expressions=found,
        from_=exp.From(this=table_named(batch.first.source)),
        where=exp.Where(this=_due(batch.first)),
    )


def _texts(values: Iterable[str]) -> list[exp.Expr]:
    return [exp.Literal.string(value) for value in values]


def _place(judgement: Judgement) -> exp.Expr:
    """The place that a subject counts for: its own, or its city's."""
    own = exp.column("_place")
    if not judgement.levels:
        return own
    up = exp.column("_city") if judgement.rolls_up else exp.Null()
    if not judgement.own_levels:
        return up
    inside = exp.In(this=exp.column("_level"), expressions=_texts(judgement.own_levels))
    return exp.Case(ifs=[exp.If(this=inside, true=own)], default=up)


def _due(judgement: Judgement) -> exp.Expr:
    """The condition for a row to be a subject: it counts for a place, and something is known of it."""
    known: exp.Expr = exp.Not(this=exp.Is(this=exp.paren(_place(judgement)), expression=exp.Null()))
    if judgement.grouped and judgement.table is None:
        rows = [exp.column(f"_rows_{table}_{split}") for table, split in judgement.grouped]
        given = exp.Not(this=exp.Is(this=exp.func("COALESCE", *rows), expression=exp.Null()))
        known = exp.And(this=known, expression=given)
    if judgement.each == "city":
        level = exp.EQ(this=exp.column("_level"), expression=exp.Literal.string("city"))
        known = exp.And(this=known, expression=level)
    return known


def counts(batch: Batch, source: str) -> exp.Select:
    """How the subjects of `source` (the result of `judged`) came out: a row a place, category and keyed rule.

    Then, for each rule of the batch: how many hold, hold not, can't be told, and are outside; and the worst of
    those that hold not, else of those that hold, as numerator and denominator.
    """
    first = batch.first
    keys: list[exp.Expr] = [
        exp.column("place"),
        exp.column(first.category) if first.category else exp.cast(exp.Null(), "VARCHAR"),
        exp.column("indicator") if first.rule is None else exp.cast(exp.Null(), "VARCHAR"),
    ]
    found = [key.copy() for key in keys]
    for index, judgement in enumerate(batch.judgements):
        applies, holds = exp.column(f"a{index}"), exp.column(f"h{index}")
        fails, inside = exp.Not(this=holds.copy()), exp.Is(this=applies.copy(), expression=exp.false())
        unknown = exp.And(
            this=exp.Is(this=holds.copy(), expression=exp.Null()), expression=exp.Not(this=exp.paren(inside.copy()))
        )
        found += [_number_of(test) for test in (holds.copy(), fails.copy(), unknown, inside)]
        found.append(exp.func("COALESCE", _worst(judgement, fails), _worst(judgement, holds.copy())))
    return exp.Select(expressions=found, from_=exp.From(this=table_named(source)), group=exp.Group(expressions=keys))


def _number_of(test: exp.Expr) -> exp.Expr:
    return exp.Filter(this=exp.Count(this=exp.Star()), expression=exp.Where(this=test))


def _worst(judgement: Judgement, among: exp.Expr) -> exp.Expr:
    """The left side of the subject that is furthest on the wrong side of the first comparison."""
    left, operator, right = judgement.sides[0]
    if left.codes or not left.read:
        return exp.Null()
    one, other = _approximate(left.ratio), _approximate(right.ratio)
    if operator in (">", ">="):
        one, other = other, one
    badness: exp.Expr = exp.Sub(this=exp.paren(one), expression=exp.paren(other))
    if operator in ("==", "!="):
        badness = exp.Abs(this=badness)
    both = exp.Array(expressions=[exp.cast(exp.column(name, quoted=True), "VARCHAR") for name in left.read])
    return exp.Filter(this=exp.ArgMax(this=both, expression=badness), expression=exp.Where(this=among.copy()))


def _approximate(ratio: Ratio) -> exp.Expr:
    above = exp.cast(ratio.numerator.copy(), "DOUBLE")
    if ratio.denominator is None:
        return above
    return exp.Div(this=above, expression=exp.cast(ratio.denominator.copy(), "DOUBLE"))


def told(batch: Batch, source: str) -> exp.Select:
    """The rows of `source` (a result of `judged`) that a report tells of: a rule may not hold, or shows a measure."""
    unsure = [
        exp.Not(this=exp.paren(exp.Is(this=exp.column(f"h{index}"), expression=exp.true())))
        for index in range(len(batch.judgements))
    ]
    shows = any(judgement.shows for judgement in batch.judgements)
    return exp.Select(
        expressions=[exp.Star()],
        from_=exp.From(this=table_named(source)),
        where=None if shows else exp.Where(this=exp.or_(*unsure, copy=False)),
    )


def judged_columns(batch: Batch) -> list[str]:
    """The names of the columns that `judged` yields, in order."""
    return ["place", *_columns_read(batch), *(f"{letter}{i}" for i in range(len(batch.judgements)) for letter in "ah")]


def _columns_read(batch: Batch) -> list[str]:
    """The columns of a judged row that make up its verdict's origin and sides."""
    names: dict[str, None] = {"_place": None}
    for judgement in batch.judgements:
        table = judgement.table
        if table is None:
            ends = origin_ends(judgement.each)
            names |= dict.fromkeys(f"{origin}/{end}" for origin in judgement.origins for end in ends)
        else:
            subject = () if table.subject == table.place else (table.subject,)
            names |= dict.fromkeys(("_at", *subject, *table.name))
        if judgement.rule is None:
            names["indicator"] = None
        if judgement.category:
            names[judgement.category] = None
        for left, _, right in judgement.sides:
            for side in (left, right):
                names |= dict.fromkeys((*side.read, *([side.by] if side.by else [])))
        for side in judgement.shows:
            names |= dict.fromkeys(side.read)
    return list(names)


def columns_of(table: Table) -> dict[str, str]:
    """The SQL columns of a table and their types, without texts that nothing reads.

    Every table has `_place`, `_city`, `_level` and `_at` beside them. `_at` is where a row was read: the number of
    its file times 2 to the 32nd, plus its row.
    """
    read = {*table.key, table.subject, *table.name, *WITH_TEXTS.get(table.id, ())}
    types = {
        column.id: TYPES.get(column.kind, AMOUNT if column.kind in NUMERIC else "VARCHAR")
        for column in table.columns
        if column.kind != "place" and (column.kind != "text" or column.id in read)
    }
    if table.id == "values":
        types["number"] = AMOUNT
    return types
