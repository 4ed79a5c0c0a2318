"""Plans: what the rules that are asked for need of the facts, as SQL trees."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from math import lcm
from typing import Any

from sqlglot import exp

from tzcheck import condition as conditions
from tzcheck import measure
from tzcheck.condition import Comparison, Condition, Name, Number
from tzcheck.judgement import (
    VARIATION_DECIMALS,
    Judgement,
    Plan,
    Root,
    Roots,
    Side,
    columns_of,
    origin_ends,
    parent_named,
)
from tzcheck.measure import Ratio, whole_number
from tzcheck.rule import (
    PLACE_NOUNS,
    Ask,
    ByCategory,
    Limit,
    Measure,
    Parameter,
    Rule,
    RulePack,
    Share,
    column_of,
    limits,
    measure_elsewhere,
    scoped,
    split_table,
    with_parts,
)
from tzcheck.sql import aliased, around, batch, comparison_sql, condition_sql, made, near, table_named
from tzcheck.table import BY_NOUN, TABLES, Column, Table

# What is at most 4 is added up as so many parts of 1: as many as 64 bits have room for.
PARTS = exp.Literal.number(f"{2**60}.0")
KEYED = {
    "marks": (conditions.parse("mark == met"), conditions.parse("not mark == not_counted")),
    "attestations": (conditions.parse("holds == yes and documented == 1"), None),
}


def plan(
    packs: Collection[RulePack], wanted: frozenset[str], day: date, given: frozenset[str] | None,
    dialect: str = "duckdb", aside: frozenset[str] = frozenset(),
) -> Plan:  # fmt: skip
    """The plan for the rules `wanted` on a day, of which some, cross-checks, are `aside`.

    A rule that reads nothing that is `given` has no subjects to judge; None stands for all that there can be.
    """
    planner = _Planner(day, aside, given)
    judgements = [_keyed(TABLES[id], *both) for id, both in KEYED.items()]
    for pack in packs:
        for id, rule in pack.rules.items():
            if id in wanted:
                judgements += planner.judgements(pack, id, rule)
    batches: dict[tuple[Any, ...], list[Judgement]] = {}
    for judgement in judgements:
        if judgement.among(given):
            same = (judgement.source, judgement.levels, judgement.category, judgement.grouped)
            batches.setdefault(same, []).append(judgement)
    subjects = planner.subjects()
    for judgement in judgements:
        if judgement.rule is None and judgement.table and judgement.among(given):
            subjects[1][judgement.source], _ = planner.of_rows(judgement.source, judgement.table, _Needs())
    keyed = {judgement.table.id for judgement in judgements if judgement.table and judgement.among(given)}
    *steps, places = subjects
    # Rows cost less to compute where they are read than to write down.
    views = frozenset(subjects[1]).union(subjects[2])

    def statements(queries: Mapping[str, exp.Expr]) -> tuple[str, ...]:
        return tuple(made(name, query, dialect, name in views) for name, query in queries.items())

    return Plan(
        tuple(sorted(keyed | planner.read)),
        tuple(statements(step) for step in steps if step),
        statements(places),
        planner.roots(judgements, dialect),
        tuple(judgements),
        tuple(batch(tuple(found), f"judged_{index}", dialect) for index, found in enumerate(batches.values())),
        frozenset(id for pack in packs if pack.head.checks for id in pack.rules if id in wanted),
    )


def read_by(packs: Collection[RulePack], wanted: frozenset[str]) -> tuple[dict[str, frozenset[str]], frozenset[str]]:
    """The columns, by table, and the keys of county values that the numbers of the rules `wanted` are made from.

    They are the same on every day.
    """
    planner, keys = _Planner(date.max, frozenset(), None), set()
    for pack in packs:
        for id, rule in pack.rules.items():
            if id in wanted:
                judgements = planner.judgements(pack, id, rule)
                keys |= {key for one in judgements for table, key in one.reads if table == "values" and key}
    return {table: planner.columns(table) for table in planner.read}, frozenset(keys)


@dataclass
class _Needs:
    """What is needed of the subjects of a noun: measures by name, scopes, columns of the rows they belong to.

    `lookups` has, for each name, the columns it is kept in and what they are called there; `homes` are the nouns of
    rows whose measures are looked up.
    """

    measures: dict[str, tuple[RulePack, str]] = field(default_factory=dict)
    scopes: dict[str, tuple[RulePack, str]] = field(default_factory=dict)
    lookups: dict[str, dict[str, str]] = field(default_factory=dict)
    homes: set[str] = field(default_factory=set)


# --- subjects ------------------------------------------------------------------------------------------------------


def _over(one: exp.Expr, other: exp.Expr) -> exp.Expr:
    """A quotient; NULL where there is nothing to divide by."""
    return exp.Div(this=one, expression=exp.func("NULLIF", other, exp.Literal.number(0)))


def subjects_of(each: str, by: str | None) -> str:
    """The name of the table that holds the subjects."""
    return f"each_{each}_{by}" if by else f"each_{each}"


def _grouped(each: str, by: str | None, table: str, split: str | None) -> str:
    return "_".join(["by", each, by or "all", split or "whole", table])


class _Planner:
    """Gathers what the rules of all packs need on a day, and turns it into SQL."""

    def __init__(self, day: date, aside: frozenset[str], given: frozenset[str] | None) -> None:
        self.day = day
        self.aside = aside
        self.given = given
        self.needs: dict[tuple[str, str | None], _Needs] = {}
        self.read: set[str] = set()
        self.used: dict[str, set[str]] = {}
        self.made: dict[Any, Side] = {}
        # Worked out once for each measure of a pack.
        self.kept: dict[tuple[str, str], str] = {}
        self.ratios: dict[str, Ratio] = {}
        self.pers: dict[str, Ratio | None] = {}
        self.parts: dict[tuple[str, str], dict[str, Measure]] = {}

    # What is needed

    def judgements(self, pack: RulePack, id: str, rule: Rule) -> list[Judgement]:
        """A judgement for each thing that a rule asks, and the subjects that they need."""
        found = []
        for number, ask in enumerate(rule.asks):
            judgement = self.judgement(pack, id, rule, ask, number)
            found.append(judgement)
            if judgement.among(self.given):
                names = conditions.names(ask.requires) | (conditions.names(ask.applies) if ask.applies else frozenset())
                if not number:
                    names |= frozenset(rule.shows)
                self.need(pack, ask.each, ask.by, sorted(names))
                if judgement.table:
                    self.read.add(judgement.table.id)
                    sides = [side for left, _, right in judgement.sides for side in (left, right)]
                    self.use(judgement.table, [side.by for side in sides if side.by])
                    self.use(judgement.table, [judgement.category] if judgement.category else [])
                    for name in judgement.table.name:
                        self.need(pack, ask.each, ask.by, [name])
                    if parent := parent_named(judgement.table):
                        self.read.add(parent.table)
                        self.use(TABLES[parent.table], [parent.name])
        return found

    def need(self, pack: RulePack, each: str, by: str | None, names: Iterable[str]) -> None:
        """Notes the measures, and columns of other rows, among `names` that subjects must have."""
        needs = self.needs.setdefault((each, by), _Needs())
        table = BY_NOUN.get(each)
        for name in names:
            if table and name in table.column_ids:
                self.use(table, [name])
                continue
            noun, _, own = name.rpartition(".")
            if noun and column_of(table, name):
                needs.lookups[name] = {name: own}
                self.read.add(BY_NOUN[noun].id)
                self.use(BY_NOUN[noun], [own])
                continue
            if measure_elsewhere(pack, each, name):
                needs.lookups[name] = {
                    f"{name}{end}": f"{self.kept_as(pack, own)}{end}" for end in self.ends(pack, own)
                }
                needs.homes.add(noun)
                self.need(pack, noun, None, [own])
                continue
            for part, one in self.with_parts(pack, name).items():
                if one.each == each:
                    needs.measures.setdefault(self.kept_as(pack, part), (pack, part))
                if one.table:
                    self.read.add(one.table)
                    self.use(TABLES[one.table], [*one.columns, *([one.by] if one.by else [])])
                    self.use_categories(pack, TABLES[one.table], one.columns)
                if one.each in PLACE_NOUNS and self.from_subjects(pack, one):
                    self.need_rows(pack, one)

    def use(self, table: Table, names: Iterable[str]) -> None:
        """Notes the columns of a table that are used."""
        self.used.setdefault(table.id, set()).update(table.column_ids & set(names))

    def use_categories(self, pack: RulePack, table: Table, names: Iterable[str]) -> None:
        """Notes the columns by whose codes parameters are chosen."""
        for name in names:
            parameter = pack.parameters.get(name)
            if isinstance(parameter, ByCategory):
                self.use(table, [parameter.by])

    def columns(self, table: str) -> frozenset[str]:
        """The columns of a table that are used."""
        every = TABLES[table].column_ids if table in KEYED else frozenset()
        return every | frozenset(self.used.get(table, ()))

    def need_rows(self, pack: RulePack, one: Measure) -> None:
        """Notes what a measure of places needs of the rows that it is computed from."""
        noun = TABLES[one.table or ""].noun
        self.need(pack, noun, None, one.columns)
        if one.among:
            self.needs[noun, None].scopes.setdefault(f"{pack.id}.{one.among}?", (pack, one.among))
            scope = self.scope(pack, one.among)
            self.need(pack, noun, None, sorted(conditions.names(scope)))
            self.use_categories(pack, TABLES[one.table or ""], conditions.names(scope))

    def from_subjects(self, pack: RulePack, one: Measure) -> bool:
        """Whether a measure of places is computed from measures or scopes of rows, and not from bare columns."""
        if one.table in (None, "values"):
            return False
        columns = TABLES[one.table or ""].column_ids
        return bool(one.among) or any(name in pack.measures for name in one.columns if name not in columns)

    def scope(self, pack: RulePack, name: str) -> Condition:
        """The condition of a scope, with those that it refers to put in."""
        scope = pack.scopes[name]
        return scoped(pack, scope.each, conditions.parse(scope.holds))

    def kept_as(self, pack: RulePack, name: str) -> str:
        """The name of a measure's columns: what it computes, so that packs that compute the same share it."""
        if (pack.id, name) not in self.kept:
            self.kept[pack.id, name] = self.named(pack, name)
        return self.kept[pack.id, name]

    def named(self, pack: RulePack, name: str) -> str:
        """The name to keep a measure under."""
        one = pack.measures[name]
        columns = TABLES[one.table].column_ids if one.table and one.table != "values" else frozenset()
        plain = one.table == "values" or (columns and columns >= set(one.columns))
        if plain and not one.among and not pack.parameters.keys() & set(one.columns):
            return f"{one.each}.{one.table}.{one.by or ''}.{one.value}"
        return f"{pack.id}.{name}"

    # Expressions

    def constant(self, parameter: Parameter, table: str | None) -> exp.Expr:
        """A parameter's value on the day as SQL: an exact decimal, by the category in a column of `table`."""
        found = {
            category: None if limit.coming else limit.value for category, limit in limits(parameter, self.day).items()
        }
        if not isinstance(parameter, ByCategory):
            return _decimal(found.get(None))
        column = exp.column(parameter.by, table)
        ifs = [
            exp.If(this=exp.EQ(this=column.copy(), expression=exp.Literal.string(str(category))), true=_decimal(value))
            for category, value in found.items()
        ]
        return exp.paren(exp.Case(ifs=ifs))

    def expression(self, pack: RulePack, name: str) -> exp.Expr:
        """The expression of a measure with parameters, and other measures of the same rows, put in.

        Columns of a measure of rows are those of `base` and of the rows that they belong to.
        """
        one = pack.measures[name]
        in_rows = one.each in BY_NOUN and not one.of_others
        columns = TABLES[one.table].column_ids if one.table and one.table != "values" else frozenset()

        def put_in(node: exp.Expr) -> exp.Expr:
            if one.table == "values" and isinstance(node, exp.Sum):
                return exp.column(_sum_of(measure.column_name(node.this)), quoted=True)
            if not isinstance(node, exp.Column):
                return node
            named = measure.column_name(node)
            if named in columns or named == measure.LEVEL_COLUMN:
                return exp.column(named, "base") if in_rows else node
            if named in pack.parameters and named not in pack.measures:
                return self.constant(pack.parameters[named], "base" if in_rows else None)
            if one.table == "values":
                return exp.column(named, quoted=True)
            if named not in pack.measures:
                return node
            other = pack.measures[named]
            if in_rows and not other.of_others:
                return exp.paren(self.expression(pack, named))
            alias = f"of_{other.table}" if in_rows else None
            ends: list[exp.Expr] = [
                exp.column(f"{self.kept_as(pack, named)}{end}", alias, quoted=True) for end in self.ends(pack, named)
            ]
            if in_rows and _is_count(other):
                ends = [_none_where_given(ends[0], other.table or "")]
            return exp.paren(exp.Div(this=ends[0], expression=ends[1])) if len(ends) > 1 else ends[0]

        found = one.expression.copy().transform(put_in)
        if one.among and not one.variation:
            found = found.transform(_filtered(exp.column(f"{pack.id}.{one.among}?", quoted=True)))
        return found

    def ratio(self, pack: RulePack, name: str) -> Ratio:
        """A measure without any division."""
        kept = self.kept_as(pack, name)
        if kept not in self.ratios:
            self.ratios[kept] = measure.ratio(self.expression(pack, name))
        return self.ratios[kept]

    def per(self, pack: RulePack, name: str) -> Ratio | None:
        """What a quotient is divided by, where a shortfall is told in the unit of its dividend."""
        one = pack.measures[name]
        kept = self.kept_as(pack, name)
        if kept not in self.pers:
            below = measure.divisor(self.expression(pack, name)) if one.counts_in or one.lacks_in else None
            self.pers[kept] = measure.ratio(below) if below is not None else None
        return self.pers[kept]

    def with_parts(self, pack: RulePack, name: str) -> dict[str, Measure]:
        """The measures that make up a measure."""
        if (pack.id, name) not in self.parts:
            self.parts[pack.id, name] = with_parts(pack, name)
        return self.parts[pack.id, name]

    def ends(self, pack: RulePack, name: str) -> tuple[str, ...]:
        """What the columns of a measure are called behind its name: a quotient has a denominator."""
        if pack.measures[name].variation:
            return ("/n",)
        return ("/n",) if self.ratio(pack, name).denominator is None else ("/n", "/d")

    def measured(self, pack: RulePack, name: str) -> list[exp.Expr]:
        """The columns of a measure: its numerator and denominator, and what a shortfall is multiplied by."""
        table = TABLES.get(pack.measures[name].table or "")
        kept = self.kept_as(pack, name)
        found = _columns(kept, self.ratio(pack, name), table)
        per = self.per(pack, name)
        return [*found, *(_columns(f"{kept}/per", per, table) if per else [])]

    def measured_names(self, pack: RulePack, name: str) -> list[str]:
        """The names of those columns."""
        kept = self.kept_as(pack, name)
        per = self.per(pack, name)
        ends = [f"{kept}{end}" for end in self.ends(pack, name)]
        if per:
            ends += [f"{kept}/per{end}" for end in (("/n",) if per.denominator is None else ("/n", "/d"))]
        return ends

    # SQL

    def subjects(self) -> tuple[dict[str, exp.Expr], ...]:
        """The queries of all subjects in four steps: sums over rows, rows, those that look others up, places."""
        steps: tuple[dict[str, exp.Expr], ...] = ({}, {}, {}, {})
        for (each, by), needs in self.needs.items():
            name = subjects_of(each, by)
            if each in BY_NOUN:
                steps[2 if needs.homes else 1][name], sums = self.of_rows(name, BY_NOUN[each], needs)
                steps[0].update(sums)
            else:
                steps[3][name] = self.of_places(each, by, needs)
        return steps

    def of_rows(self, name: str, table: Table, needs: _Needs) -> tuple[exp.Expr, dict[str, exp.Expr]]:
        """A subject a row of the table, with what is known of the row it belongs to and of those that belong to it.

        All of these are joined first, and measures are computed from that. What is summed over the rows that belong
        to it are tables of their own, by name.
        """
        source: list[exp.Expr] = [exp.column(name, "base") for name in ("_place", "_city", "_level", "_at")]
        source += [exp.column(name, "base") for name in columns_of(table, self.columns(table.id))]
        if table.id == "attestations":
            documents = [exp.Is(this=exp.column(name), expression=exp.Null()) for name in ("document", "document_no")]
            documented = exp.Case(ifs=[exp.If(this=exp.not_(exp.and_(*documents)), true=exp.Literal.number(1))])
            source.append(exp.alias_(documented, "documented"))
        joins: dict[str, exp.Join] = {}
        known: list[exp.Expr] = []
        for looked_up, kept in needs.lookups.items():
            noun = looked_up.rpartition(".")[0]
            home = subjects_of(noun, None) if noun in needs.homes else BY_NOUN[noun].id
            joins.setdefault(noun, _joined(table_named(home, noun), noun, BY_NOUN[noun].key))
            known += [aliased(exp.column(own, noun, quoted=True), column) for column, own in kept.items()]
        read = [*source, *(exp.column(one.alias, "base", quoted=True) for one in known)]
        sums: dict[str, exp.Expr] = {}
        children: dict[str, list[tuple[RulePack, str]]] = {}
        for pack, own in needs.measures.values():
            one = pack.measures[own]
            if one.of_others:
                children.setdefault(one.table or "", []).append((pack, own))
        for child, measures in children.items():
            alias = f"of_{child}"
            keys = [exp.column(key) for key in ("_place", *table.key)]
            parts = [*(key.copy() for key in keys), exp.alias_(exp.Count(this=exp.Star()), "_rows")]
            for pack, own in measures:
                parts += self.measured(pack, own)
            of_child = [(alias, part.alias) for part in parts[len(keys) :]] + [(f"given_{child}", "_place")]
            if self.given is not None and child not in self.given:
                known += [aliased(exp.Null(), f"{one}.{column}") for one, column in of_child]
                continue
            summed, of = f"{name}_{alias}", exp.From(this=table_named(child))
            sums[summed] = exp.Select(expressions=parts, from_=of, group=exp.Group(expressions=keys))
            joins[alias] = _joined(table_named(summed, alias), alias, table.key)
            given = exp.Select(expressions=[exp.column("_place")], from_=of.copy()).distinct()
            joins[f"given_{child}"] = _joined(given.subquery(f"given_{child}"), f"given_{child}", ())
            known += [aliased(exp.column(column, one, quoted=True), f"{one}.{column}") for one, column in of_child]
        for kept_name, (pack, own) in needs.measures.items():
            one = pack.measures[own]
            if not one.of_others:
                read += self.measured(pack, own)
                continue
            alias = f"of_{one.table}"
            for column in self.measured_names(pack, own):
                value: exp.Expr = exp.column(column, alias, quoted=True)
                if _is_count(one) and column == f"{kept_name}/n":
                    value = _none_where_given(value, one.table or "")
                read.append(aliased(value, column))

        def where_joined(node: exp.Expr) -> exp.Expr:
            """A column of a row that belongs to the subject as the column that it was joined as."""
            if not isinstance(node, exp.Column) or node.table in ("", "base"):
                return node
            return exp.column(f"{node.table}.{node.name}", "base", quoted=True)

        rows: exp.Expr = table_named(table.id, "base")
        if known:
            joined = [*(one.copy() for one in source), *known]
            whole = exp.Select(expressions=joined, from_=exp.From(this=rows), joins=list(joins.values()))
            rows = whole.subquery("base", copy=False)
        found = exp.Select(expressions=[one.transform(where_joined) for one in read], from_=exp.From(this=rows))
        if needs.scopes:
            tests = [aliased(self.holds(pack, scope), f"{pack.id}.{scope}?") for pack, scope in needs.scopes.values()]
            found = exp.Select(
                expressions=[exp.Star(), *tests], from_=exp.From(this=found.subquery("wide", copy=False))
            )
        return found, sums

    def holds(self, pack: RulePack, name: str) -> exp.Expr:
        """A scope as SQL over the columns of the rows that it speaks of."""
        scope = self.scope(pack, name)
        table = BY_NOUN[pack.scopes[name].each]
        sides = [self.sides(pack, None, table, None, comparison) for comparison in conditions.comparisons(scope)]
        return condition_sql(scope, [comparison_sql(*one) for one in sides])

    def of_places(self, each: str, by: str | None, needs: _Needs) -> exp.Expr:
        """A subject a county (its own rows) or a city (its rows and those of its counties), or one for each `by` of it.

        Each table that a measure reads is grouped once; the groups are put side by side.
        """
        tables: dict[tuple[str, str | None], dict[str, tuple[RulePack, str]]] = {}
        for kept, (pack, name) in needs.measures.items():
            one = pack.measures[name]
            if one.table is not None:
                tables.setdefault((one.table, one.by), {})[kept] = (pack, name)
        parts_of: dict[str, exp.Expr] = {}
        base = "places"
        for (table, split), measures in tables.items():
            parts_of |= self.groups(each, by, table, split, measures)
        if by:
            base = f"spots_{each}_{by}"
            parts_of[base] = _spots([_grouped(each, by, table, split) for table, split in tables if split])
        columns_of_wide: list[exp.Expr] = [exp.column(name, base) for name in ("_place", "_city", "_level")]
        if by:
            columns_of_wide.append(exp.alias_(exp.column("_category", base), by))
        joins = []
        for (table, split), measures in tables.items():
            sources = [_grouped(each, by, table, split)]
            if any(pack.measures[name].variation for pack, name in measures.values()):
                sources.append(sources[0] + "_variation")
            for source in sources:
                on: exp.Expr = exp.EQ(this=exp.column("_group", source), expression=exp.column("_place", base))
                if split:
                    same = exp.EQ(this=exp.column("_category", source), expression=exp.column("_category", base))
                    on = exp.And(this=on, expression=same)
                joins.append(exp.Join(this=table_named(source), side="LEFT", on=on))
            for pack, name in measures.values():
                source = sources[bool(pack.measures[name].variation)]
                names = self.measured_names(pack, name)
                columns_of_wide += [exp.column(column, source, quoted=True) for column in names]
            for origin in dict.fromkeys(pack.measures[name].origin for pack, name in measures.values()):
                columns_of_wide += [exp.column(f"{origin}/{end}", sources[0], quoted=True) for end in origin_ends(each)]
            columns_of_wide.append(exp.alias_(exp.column("_rows", sources[0]), f"_rows_{table}_{split}"))
        for pack, name in needs.measures.values():
            if pack.measures[name].table is None:
                columns_of_wide += self.measured(pack, name)
        return exp.Select(
            with_=_with(parts_of), expressions=columns_of_wide, from_=exp.From(this=table_named(base)), joins=joins
        )

    def groups(
        self, each: str, by: str | None, table: str, split: str | None, measures: Mapping[str, tuple[RulePack, str]]
    ) -> dict[str, exp.Expr]:
        """The rows of a table grouped by place, and by category where it is split: the measures of each."""
        group: exp.Expr = exp.column("_place")
        if each == "city":
            group = exp.func("COALESCE", exp.column("_city"), group)
        keys = [group, exp.column(split)] if split else [group]
        named = [exp.alias_(key.copy(), name) for key, name in zip(keys, ("_group", "_category"), strict=False)]
        name = _grouped(each, by, table, split)
        if table == "values":
            return self.pivoted(name, each, keys, named, measures)
        source = table
        if any(self.from_subjects(pack, pack.measures[name]) for pack, name in measures.values()):
            source = subjects_of(TABLES[table].noun, None)
        parts: list[exp.Expr] = [*named, exp.alias_(exp.Count(this=exp.Star()), "_rows")]
        varying = []
        for kept, (pack, own) in measures.items():
            if pack.measures[own].variation:
                varying.append((kept, pack, pack.measures[own]))
            else:
                parts += self.measured(pack, own)
        for one in {pack.measures[name].origin: pack.measures[name] for pack, name in measures.values()}.values():
            parts += _read_from(one, each)
        found: dict[str, exp.Expr] = {
            name: exp.Select(
                expressions=parts, from_=exp.From(this=table_named(source)), group=exp.Group(expressions=keys)
            )
        }
        if varying:
            found[name + "_variation"] = self.variations(named, source, varying)
        return found

    def pivoted(
        self,
        name: str,
        each: str,
        keys: list[exp.Expr],
        named: list[exp.Expr],
        measures: Mapping[str, tuple[RulePack, str]],
    ) -> dict[str, exp.Expr]:
        """County values as a row a place, a column a key; then the measures that are computed from them.

        A city's number is its own, or the sum over its counties: missing where one of them has not given it.
        """
        used = [pack.measures[own] for pack, own in measures.values()]
        wide: list[exp.Expr] = [*named, exp.alias_(exp.Count(this=exp.Star()), "_rows")]
        for key in dict.fromkeys(key for one in used for key in one.columns):
            same: exp.Expr = exp.EQ(this=exp.column("key"), expression=exp.Literal.string(key))
            if each == "city":
                same = measure.own_or_inside(same, None)
            number = exp.Filter(this=exp.Max(this=exp.column("number")), expression=exp.Where(this=same))
            wide.append(aliased(number, key))
        source = exp.Select(from_=exp.From(this=table_named("values")), group=exp.Group(expressions=keys))
        for key in dict.fromkeys(key for one in used for key in one.summed):
            wide.append(aliased(_over_counties(key), _sum_of(key)))
            source.set("joins", [_counties_of(keys[0])])
        origins = [column for one in {one.origin: one for one in used}.values() for column in _read_from(one, each)]
        kept = [exp.column(column.alias, quoted=True) for column in (*named, wide[len(named)], *origins)]
        computed = [column for pack, own in measures.values() for column in self.measured(pack, own)]
        pivot = f"{name}_pivot"
        source.set("expressions", [*wide, *origins])
        return {
            pivot: source,
            name: exp.Select(expressions=[*kept, *computed], from_=exp.From(this=table_named(pivot))),
        }

    def variations(self, keys: list[exp.Expr], source: str, varying: list[tuple[str, RulePack, Measure]]) -> exp.Expr:
        """The coefficients of variation of each group: the root of the weighted mean square distance over the mean.

        What varies and its weight are measured by the largest of the group, so that they can be added up as whole
        numbers: that sum is the same in whatever order a database takes them.
        """
        names = [key.alias for key in keys]
        groups = [exp.column(name) for name in names]
        rows: list[exp.Expr] = [key.copy() for key in keys]
        scaled: list[exp.Expr] = [exp.column(name, "of_each") for name in names]
        # Of each group, and not beside each row by a window: that takes nearly twice the time.
        most: list[exp.Expr] = [group.copy() for group in groups]
        means: list[exp.Expr] = [group.copy() for group in groups]
        found: list[exp.Expr] = [exp.column(name, "by_most") for name in names]
        columns: dict[Any, str] = {}  # of the rows: several coefficients may vary the same, by other weights

        def of_row(letter: str, key: Any, value: exp.Expr) -> exp.Column:
            if (letter, key) not in columns:
                name = columns[letter, key] = f"{letter}{len(columns)}"
                rows.append(aliased(value, name))
                if letter == "u":
                    scaled.append(exp.column(name))
                else:
                    most.append(aliased(exp.Max(this=exp.Abs(this=exp.column(name))), f"most_{name}"))
                    scaled.append(aliased(_over(exp.column(name), exp.column(f"most_{name}")), name))
            return exp.column(columns[letter, key])

        def added(value: exp.Expr) -> exp.Expr:
            whole = exp.cast(exp.Floor(this=exp.Mul(this=exp.paren(value), expression=PARTS.copy())), "BIGINT")
            return exp.cast(exp.Sum(this=exp.cast(whole, "INT128")), "DOUBLE")

        for index, (kept, pack, one) in enumerate(varying):
            assert one.variation
            mean = f"m{index}"
            quotient, weighed = self.varies(pack, one)
            inside: exp.Expr = exp.column(f"{pack.id}.{one.among}?", quoted=True) if one.among else exp.true()
            known = exp.and_(
                *(exp.not_(exp.Is(this=item.copy(), expression=exp.Null())) for item in (quotient, weighed))
            )
            lacking_row = exp.and_(
                exp.not_(exp.Is(this=inside.copy(), expression=exp.false())),
                exp.or_(exp.Is(this=inside.copy(), expression=exp.Null()), exp.not_(known)),
            )
            key = (pack.id, one.among, one.variation[0])
            x = of_row("x", key, exp.Case(ifs=[exp.If(this=inside.copy(), true=quotient)]))
            p = of_row("p", (pack.id, one.among, one.variation[1]), exp.Case(ifs=[exp.If(this=inside, true=weighed)]))
            lacks = of_row("u", (*key, one.variation[1]), lacking_row)
            m = exp.column(mean)
            means.append(aliased(_over(added(exp.Mul(this=x, expression=p)), added(p.copy())), mean))
            apart = exp.paren(exp.Sub(this=x.copy(), expression=m))
            square = exp.Mul(this=exp.Mul(this=p.copy(), expression=apart), expression=apart.copy())
            # Of squares that are small what is below a part of 1 counts, too.
            parts = exp.Mul(this=exp.paren(square), expression=PARTS.copy())
            below = exp.Sub(this=parts, expression=exp.Floor(this=parts.copy()))
            squares = exp.Add(this=added(square.copy()), expression=_over(added(below), PARTS.copy()))
            spread = exp.Sqrt(this=_over(exp.paren(squares), added(p.copy())))
            rounded = exp.Round(
                this=_over(spread, exp.Max(this=m.copy())), decimals=exp.Literal.number(VARIATION_DECIMALS)
            )
            exact = exp.cast(rounded, f"DECIMAL(38, {VARIATION_DECIMALS})")
            lacking = exp.Filter(this=exp.Count(this=exp.Star()), expression=exp.Where(this=lacks))
            complete = exp.EQ(this=lacking, expression=exp.Literal.number(0))
            found.append(aliased(exp.Case(ifs=[exp.If(this=complete, true=exact)]), f"{kept}/n"))

        def beside(one: str, other: str) -> tuple[exp.From, list[exp.Join]]:
            same = [exp.EQ(this=exp.column(name, one), expression=exp.column(name, other)) for name in names]
            return exp.From(this=exp.to_table(one)), [exp.Join(this=exp.to_table(other), on=exp.and_(*same))]

        grouped = exp.Group(expressions=groups)
        from_each, with_most = beside("of_each", "most")
        from_most, with_mean = beside("by_most", "mean")
        steps = {
            "of_each": exp.Select(expressions=rows, from_=exp.From(this=table_named(source))),
            "most": exp.Select(expressions=most, from_=exp.From(this=exp.to_table("of_each")), group=grouped.copy()),
            "by_most": exp.Select(expressions=scaled, from_=from_each, joins=with_most),
            "mean": exp.Select(expressions=means, from_=exp.From(this=exp.to_table("by_most")), group=grouped.copy()),
        }
        by = exp.Group(expressions=[one.copy() for one in found[: len(names)]])
        return exp.Select(expressions=found, from_=from_most, joins=with_mean, group=by, with_=_with(steps))

    def varies(self, pack: RulePack, one: Measure) -> tuple[exp.Expr, exp.Expr]:
        """What varies from row to row, and its weight, as floating point numbers."""
        assert one.variation
        ends = [exp.cast(exp.column(name, quoted=True), "DOUBLE") for name in self.quotient(pack, one)]
        value: exp.Expr = ends[0]
        if len(ends) > 1:
            value = exp.Div(this=ends[0], expression=exp.func("NULLIF", ends[1], exp.Literal.number(0)))
        weight = self.weight(pack, one)
        return value, exp.cast(exp.column(weight, quoted=True) if weight else exp.Literal.number(1), "DOUBLE")

    def quotient(self, pack: RulePack, one: Measure) -> tuple[str, ...]:
        """The columns of a row that hold what varies: a column of the table, or a measure's two ends."""
        assert one.variation
        name = one.variation[0]
        if name in TABLES[one.table or ""].column_ids:
            return (name,)
        return tuple(f"{self.kept_as(pack, name)}{end}" for end in self.ends(pack, name))

    def weight(self, pack: RulePack, one: Measure) -> str | None:
        """The column of a row that holds its weight."""
        name = one.variation[1] if one.variation else None
        if name is None or name in TABLES[one.table or ""].column_ids:
            return name
        return f"{self.kept_as(pack, name)}/n"

    def roots(self, judgements: Iterable[Judgement], dialect: str) -> tuple[Roots, ...]:
        """The coefficients of variation that must stand on the right side of the limits they are compared with."""
        compared: dict[str, set[Fraction]] = {}
        for judgement in judgements:
            for left, _, right in judgement.sides:
                values = (limit.value for limit in (right.limits or {}).values())
                constants = [value for value in (*values, *right.constants.values()) if isinstance(value, Fraction)]
                for column in left.read:
                    compared.setdefault(column, set()).update(constants)
        found = []
        for (each, by), needs in self.needs.items():
            roots = []
            for kept, (pack, name) in needs.measures.items():
                one, column = pack.measures[name], f"{kept}/n"
                if one.variation and compared.get(column):
                    roots.append(
                        Root(
                            column,
                            subjects_of(TABLES[one.table or ""].noun, None),
                            self.quotient(pack, one),
                            self.weight(pack, one),
                            f"{pack.id}.{one.among}?" if one.among else None,
                            tuple((limit, *around(limit)) for limit in sorted(compared[column])),
                        )
                    )
            if roots:
                subjects = subjects_of(each, by)
                found.append(Roots(subjects, by, tuple(roots), near(subjects, by, roots, dialect)))
        return tuple(found)

    # Judgements

    def judgement(self, pack: RulePack, id: str, rule: Rule, ask: Ask, number: int) -> Judgement:
        """One thing that a rule asks, made ready."""
        table = BY_NOUN.get(ask.each)
        both = [one for one in (ask.requires, ask.applies) if one]
        sides = tuple(
            self.sides(pack, rule, table, ask, comparison) for one in both for comparison in conditions.comparisons(one)
        )
        category = table.category if table else ask.by
        for parameter in rule.parameters.values():
            column = column_of(table, parameter.by) if isinstance(parameter, ByCategory) else None
            if column and column.required:
                category = column.id
        reads: set[tuple[str, str | None]] = set()
        if table:
            reads.add((table.base, None))
        names = {name for one in both for name in conditions.names(one)} - rule.parameters.keys()
        grouped: set[tuple[str, str | None]] = set()
        stated: set[tuple[str, bool]] = set()
        for name in names:
            if table and "." in name and column_of(table, name):
                reads.add((BY_NOUN[name.rpartition(".")[0]].base, None))
            if table and name in table.column_ids:
                continue
            elsewhere = measure_elsewhere(pack, ask.each, name)
            for read in self.with_parts(pack, elsewhere or name).values():
                if read.table is None:
                    continue
                if read.each == ask.each and read.by == ask.by:
                    grouped.add((read.table, read.by))
                if read.table == "values":
                    reads |= {("values", key) for key in read.columns}
                    stated |= {(key, key in read.summed) for key in read.columns}
                else:
                    reads.add((TABLES[read.table].base, None))
        named = [side.name for left, _, right in sides for side in (left, right) if side.read]
        parts = [] if table else [part for name in named for part in self.with_parts(pack, name).values()]
        origins = tuple(dict.fromkeys(part.origin for part in parts if part.table and part.each == ask.each))
        shows = rule.shows if not number else ()
        return Judgement(
            id, "facts", subjects_of(ask.each, ask.by), table, pack.levels(rule), sides, ask.requires, ask.applies,
            category, frozenset(reads), tuple(self.side(pack, rule, table, ask, Name(name)) for name in shows), origins,
            ask.each, () if table else tuple(sorted(grouped, key=str)), number, ask.proves, ask.needs,
            self.share(pack, rule), ask.strictly, frozenset(stated) if pack.head.documented else frozenset(),
            id in self.aside,
        )  # fmt: skip

    def share(self, pack: RulePack, rule: Rule) -> Limit | None:
        """The share of the subjects that must hold; None where all must."""
        if not isinstance(rule.holds_for, Share):
            return None
        wanted = rule.holds_for.at_least
        if isinstance(wanted, Fraction):
            return Limit(wanted, date.min, None, False)
        found = limits(pack.parameter(rule, wanted) or {}, self.day)[None]
        return replace(found, value=None) if found.coming and not rule.target else found

    def sides(
        self, pack: RulePack, rule: Rule | None, table: Table | None, ask: Ask | None, comparison: Comparison
    ) -> tuple[Side, str, Side]:
        """Both sides of a comparison."""
        left = self.side(pack, rule, table, ask, comparison.left)
        if left.codes:
            return left, comparison.operator, _right(comparison, left)
        return left, comparison.operator, self.side(pack, rule, table, ask, comparison.right)

    def side(
        self, pack: RulePack, rule: Rule | None, table: Table | None, ask: Ask | None, operand: conditions.Operand
    ) -> Side:
        """One side of a comparison; many rules share theirs."""
        own = operand.name if isinstance(operand, conditions.Part) else getattr(operand, "text", None)
        mine = id(rule) if rule and own in rule.parameters else None
        key = (pack.id, mine, table.id if table else None, (ask.each, ask.by) if ask else None, operand)
        if key not in self.made:
            self.made[key] = self.side_of(pack, rule, table, ask, operand)
        return self.made[key]

    def side_of(
        self, pack: RulePack, rule: Rule | None, table: Table | None, ask: Ask | None, operand: conditions.Operand
    ) -> Side:
        """One side: a number, a parameter (or a part of one), a column, a measure."""
        if isinstance(operand, Number):
            return _number(operand)
        share = operand.share if isinstance(operand, conditions.Part) else Fraction(1)
        name = operand.name if isinstance(operand, conditions.Part) else operand.text
        column = column_of(table, name)
        if column is None and ask and ask.by == name:
            split = split_table(pack, name)
            column = split.column(name) if split else None
        parameter = None
        if name not in pack.measures:
            parameter = rule.parameters.get(name) if rule else None
            parameter = parameter if parameter is not None else (None if column else pack.parameters.get(name))
        if parameter is not None:
            return _parameter(parameter, name, self.day, bool(rule and rule.target), share)
        if column:
            return _of_column(column, name)
        elsewhere = measure_elsewhere(pack, ask.each, name) if ask else None
        if elsewhere:
            read = tuple(f"{name}{end}" for end in self.ends(pack, elsewhere))
            return Side(Ratio(*(exp.column(column, quoted=True) for column in read)), name, read, column=name)
        one = pack.measures[name]
        kept = self.kept_as(pack, name)
        read = tuple(f"{kept}{end}" for end in self.ends(pack, name))
        per = self.per(pack, name)
        columns = _columns_behind(pack, name)
        dividend = _dividend(pack, table, one) if table else []
        return Side(
            Ratio(*(exp.column(column, quoted=True) for column in read)),
            name,
            read,
            column=_column_behind(pack, one),
            unit=one.unit,
            title=one.title,
            keys=tuple(
                key for part in self.with_parts(pack, name).values() if part.table == "values" for key in part.columns
            ),
            columns=columns,
            per=tuple(name for name in self.measured_names(pack, name) if name.startswith(f"{kept}/per/"))
            if per
            else (),
            counts_in=one.counts_in,
            lacks_in=one.lacks_in,
            child=next((part.table for part in self.with_parts(pack, name).values() if part.of_others), None),
            homes=()
            if table
            else tuple(
                (part.table, behind)
                for part in self.with_parts(pack, name).values()
                if part.table and (behind := _column_behind(pack, part))
            ),
            shared=table is not None and not any(column.sources for column in dividend),
            single=[column.id for column in dividend] == list(measure.dividend(one.expression)) and len(dividend) == 1,
            summed=tuple(column.id for column in dividend) if len(dividend) > 1 else (),
        )


def _dividend(pack: RulePack, table: Table, one: Measure) -> list[Column]:
    """The columns of the table in what a measure divides, and in what the measures of it divide."""
    found: dict[str, Column] = {}
    for name in measure.dividend(one.expression):
        if name in table.column_ids:
            found[name] = table.column(name)
        elif name in pack.measures and pack.measures[name].table == table.id:
            found |= {column.id: column for column in _dividend(pack, table, pack.measures[name])}
    return list(found.values())


def _columns_behind(pack: RulePack, name: str) -> tuple[str, ...]:
    """The columns of the subject's own row that a measure is read from."""
    found: dict[str, None] = {}
    for part in with_parts(pack, name).values():
        if part.table and not part.of_others:
            columns = TABLES[part.table].column_ids
            found |= dict.fromkeys(column for column in part.columns if column in columns)
    return tuple(found)


def _is_count(one: Measure) -> bool:
    """Whether a measure counts rows: where there are none of them, but others are given, that is 0 and not missing."""
    inner = one.expression.this if isinstance(one.expression, exp.Filter) else one.expression
    return isinstance(inner, exp.Count)


def _none_where_given(value: exp.Expr, table: str) -> exp.Expr:
    """A count that is 0 where the place has given rows of the table, though none of this subject."""
    missing = exp.Is(this=exp.column("_rows", f"of_{table}"), expression=exp.Null())
    given = exp.not_(exp.Is(this=exp.column("_place", f"given_{table}"), expression=exp.Null()))
    return exp.Case(ifs=[exp.If(this=exp.and_(missing, given), true=exp.Literal.number(0))], default=value.copy())


def _sum_of(key: str) -> str:
    """The name of the column that holds the sum of a county value over the counties of a city."""
    return f"sum({key})"


def _over_counties(key: str) -> exp.Expr:
    """The sum of a county value over the counties of a city, missing where one of them lacks it."""
    number = exp.column("number")
    inside = exp.Where(this=measure.own_or_inside(None, measure.keys_in([key])))
    given = exp.Filter(this=exp.Count(this=number), expression=inside)
    complete = exp.EQ(this=given, expression=exp.Max(this=exp.column("_inside")))
    summed = exp.Filter(this=exp.Sum(this=number.copy()), expression=inside.copy())
    return exp.Case(ifs=[exp.If(this=complete, true=summed)])


def _counties_of(city: exp.Expr) -> exp.Join:
    """A join with the number of places that each city has."""
    whole = exp.alias_(exp.column("_city"), "_whole")
    inside = exp.alias_(exp.Count(this=exp.Star()), "_inside")
    counted = exp.Select(
        expressions=[whole, inside],
        from_=exp.From(this=table_named("places")),
        group=exp.Group(expressions=[exp.column("_city")]),
    )
    on = exp.EQ(this=exp.column("_whole", "inside"), expression=city.copy())
    return exp.Join(this=counted.subquery("inside", copy=False), side="LEFT", on=on)


def _filtered(scope: exp.Expr) -> Callable[[exp.Expr], exp.Expr]:
    """Has every aggregate count only the rows for which the scope holds."""

    def narrowed(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Filter):
            both = exp.and_(exp.paren(node.expression.this), scope.copy())
            return exp.Filter(this=node.this, expression=exp.Where(this=both))
        if isinstance(node, measure.AGGREGATES):
            return exp.Filter(this=node, expression=exp.Where(this=scope.copy()))
        return node

    return narrowed


def _joined(table: exp.Expr, alias: str, keys: Iterable[str]) -> exp.Join:
    """A join with the row of the same place and keys."""
    same = [exp.EQ(this=exp.column(key, alias), expression=exp.column(key, "base")) for key in ("_place", *keys)]
    return exp.Join(this=table, side="LEFT", on=exp.and_(*same))


def _with(parts: Mapping[str, exp.Expr]) -> exp.With | None:
    if not parts:
        return None
    return exp.With(
        expressions=[
            exp.CTE(this=query, alias=exp.TableAlias(this=exp.to_identifier(name, quoted=True)))
            for name, query in parts.items()
        ]
    )


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


def _columns(name: str, found: Ratio, table: Table | None) -> list[exp.Expr]:
    """The numerator and the denominator of a measure as two columns; the denominator is positive or missing."""
    above, below = found.numerator.copy(), found.denominator and found.denominator.copy()
    if below is None:
        return [aliased(above, f"{name}/n")]
    zero = exp.Literal.number(0)
    if _never_negative(below, table):
        return [aliased(above, f"{name}/n"), aliased(exp.func("NULLIF", below, zero), f"{name}/d")]
    negative = exp.LT(this=exp.paren(below.copy()), expression=zero)
    signed = exp.Case(ifs=[exp.If(this=negative, true=exp.Neg(this=exp.paren(above.copy())))], default=above)
    positive = exp.func("NULLIF", exp.Abs(this=below.copy()), zero.copy())
    return [aliased(signed, f"{name}/n"), aliased(positive, f"{name}/d")]


def _never_negative(below: exp.Expr, table: Table | None) -> bool:
    """Whether a denominator can't be negative: sums, products and counts of what is never negative itself."""
    if table is None or any(below.find_all(exp.Sub, exp.Neg)):
        return False
    for column in below.find_all(exp.Column):
        if column.find_ancestor(exp.Where):
            continue
        kind = table.column(column.name).kind if column.name in table.column_ids else None
        if kind not in ("count", "measure", "code"):
            return False
    return True


def _read_from(one: Measure, each: str) -> list[exp.Expr]:
    """The rows that a measure of a place was read from, as `origin_ends` names them."""
    kept = {"from": exp.Min, "to": exp.Max, "rows": exp.ArrayAgg}
    found: dict[str, exp.Expr] = {end: kept[end](this=exp.column("_at")) for end in origin_ends(each)}
    if one.where is not None and not one.of_others and one.variation is None:
        where = one.where
        found = {end: exp.Filter(this=value, expression=exp.Where(this=where.copy())) for end, value in found.items()}
    return [aliased(value, f"{one.origin}/{end}") for end, value in found.items()]


# --- judgements ----------------------------------------------------------------------------------------------------


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
    code = comparison.code
    if code is None or not left.codes:
        assert isinstance(comparison.right, Number)
        return _number(comparison.right)
    return Side(Ratio(exp.Literal.string(code)), code, constants={None: code}, codes=left.codes)


def _number(number: Number) -> Side:
    return Side(_constant(number.value), str(number.value), constants={None: number.value})


def _of_column(column: Column, name: str) -> Side:
    codes = tuple(column.codes) if column.codes else None
    return Side(
        Ratio(exp.column(name, quoted=True)),
        name,
        (name,),
        codes=codes,
        column=name,
        unit=column.unit,
        columns=(name,),
        single=True,
    )


def _column_behind(pack: RulePack, one: Measure) -> str | None:
    """The column (or key of values) that a measure is read from first; of a computed one, a key if there is any."""
    if one.table == "values":
        return next(iter(one.columns), None)
    if one.of_others:
        return None
    if one.table is not None:
        columns = TABLES[one.table].column_ids
        own = next((name for name in one.columns if name in columns), None)
        if one.variation and one.variation[0] in pack.measures and one.variation[0] not in columns:
            own = None  # what varies, and not what it is weighted by
        others = [pack.measures[name] for name in one.columns if name in pack.measures and name not in columns]
        return own or next(filter(None, (_column_behind(pack, other) for other in others if other is not one)), None)
    parts = [pack.measures[name] for name in one.columns if name in pack.measures]
    parts.sort(key=lambda part: part.table != "values")
    return _column_behind(pack, parts[0]) if parts else None


def _parameter(parameter: Parameter, name: str, day: date, target: bool, share: Fraction) -> Side:
    """A parameter's value on the day, or a share of it."""
    found = limits(parameter, day)
    usable = {
        category: None if limit.value is None or (limit.coming and not target) else limit.value * share
        for category, limit in found.items()
    }
    if share != 1:
        name = f"{float(share * 100):g} % of {name}"
    if not isinstance(parameter, ByCategory):
        return Side(_constant(usable[None]), name, constants=usable, limits=found)
    below = lcm(*(value.denominator for value in usable.values() if value is not None))
    cases = [
        exp.If(
            this=exp.EQ(this=exp.column(parameter.by, quoted=True), expression=exp.Literal.string(str(category))),
            true=_constant(None if value is None else value * below).numerator,
        )
        for category, value in usable.items()
    ]
    ratio = Ratio(exp.Case(ifs=cases), whole_number(below) if below != 1 else None)
    return Side(ratio, name, constants=usable, by=parameter.by, limits=found)


def _decimal(value: Fraction | None) -> exp.Expr:
    """An exact number as a decimal, or as a quotient where it has no end."""
    if value is None:
        return exp.Null()
    scaled = value * 10**9
    if scaled.denominator != 1:
        return exp.paren(exp.Div(this=whole_number(value.numerator), expression=whole_number(value.denominator)))
    if value.denominator == 1:
        return whole_number(value.numerator)
    return exp.Literal.number(f"{int(scaled) // 10**9}.{int(scaled) % 10**9:09d}".rstrip("0"))


def _constant(value: Fraction | None) -> Ratio:
    """An exact number as SQL."""
    if value is None:
        return Ratio(exp.Null())
    below = None if value.denominator == 1 else whole_number(value.denominator)
    return Ratio(whole_number(value.numerator), below)
