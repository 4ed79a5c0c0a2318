"""Rules as SQL trees: subjects with their measures, and the verdict of each. No engine is named here."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import lcm

from sqlglot import exp

from tzcheck import condition as conditions
from tzcheck import measure
from tzcheck.condition import And, Comparison, Condition, Name, Not, Number, Or
from tzcheck.measure import Ratio, columns, times
from tzcheck.rule import ByCategory, Limit, Measure, Rule, RulePack, limits, table_of
from tzcheck.table import NUMERIC, TABLES, Table

OPERATORS: Mapping[str, type[exp.Binary]] = {
    "<=": exp.LTE, ">=": exp.GTE, "<": exp.LT, ">": exp.GT, "==": exp.EQ, "!=": exp.NEQ,
}  # fmt: skip
TYPES = {"count": "BIGINT", "year": "BIGINT", "date": "DATE"}
AMOUNT = "DECIMAL(38, 6)"
KEYED = {
    "marks": (conditions.parse("mark == met"), conditions.parse("not mark == not_counted")),
    "attestations": (conditions.parse("holds == yes and documented == 1"), None),
}
NULL = exp.Null()


@dataclass(frozen=True)
class Side:
    """One side of a comparison: SQL, and what it is called; `codes` where it is a code and no number.

    `column` is the column of the facts that it is read from, `limits` the parameter's values by category.
    """

    ratio: Ratio
    name: str
    codes: tuple[str, ...] | None = None
    column: str | None = None
    unit: str | None = None
    limits: Mapping[str | None, Limit] | None = None


@dataclass(frozen=True)
class Judgement:
    """A rule made ready for the engines: what it compares, and for which subjects.

    `rule` is None where the column `indicator` of each row says which rule it is about. `origin` is the measure
    whose rows stand for a place's in evidence.
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
    origin: str = ""

    @property
    def comparisons(self) -> tuple[Comparison, ...]:
        """The comparisons of both conditions, in the order of `sides`."""
        both = (self.requires, self.applies)
        return tuple(one for part in both if part for one in conditions.comparisons(part))

    @property
    def tables(self) -> list[str]:
        """The tables that it reads, by name."""
        return sorted({id for id, _ in self.reads})

    @property
    def rolls_up(self) -> bool:
        """Whether what is found in counties counts for their city: the rule speaks of cities and not of counties."""
        return "city" in self.levels and "county" not in self.levels and self.source != "each_city"

    @property
    def own_levels(self) -> tuple[str, ...]:
        """The levels of places whose own subjects count for themselves: a county's numbers are no city's."""
        return () if self.rolls_up and self.source == "each_county" else self.levels

    @property
    def pending(self) -> bool:
        """Whether every dated limit it uses begins only after the day."""
        found = [limit for _, _, side in self.sides for limit in (side.limits or {}).values()]
        return bool(found) and all(limit.coming for limit in found)


@dataclass(frozen=True)
class Plan:
    """What an engine has to do: make each of `subjects` a table, then judge."""

    subjects: Mapping[str, exp.Expr]
    judgements: tuple[Judgement, ...]


def plan(packs: Iterable[RulePack], wanted: frozenset[str], day: date) -> Plan:
    """The plan for the rules `wanted` on a day."""
    judgements = []
    used: dict[str, dict[str, Measure]] = {}
    for pack in packs:
        for id, rule in pack.rules.items():
            if id in wanted and rule.requirement is not None:
                judgements.append(_judgement(pack, id, rule, day))
                assert rule.each is not None
                names = conditions.names(rule.requirement)
                names |= (conditions.names(rule.scope) if rule.scope else frozenset()) | frozenset(rule.shows)
                mine = used.setdefault(rule.each, {})
                for name in sorted(names - rule.parameters.keys()):
                    for one in _with_parts(pack, name):
                        mine[f"{pack.id}.{one}"] = pack.measures[one]
    subjects: dict[str, exp.Expr] = {}
    for each, mine in used.items():
        if each in ("county", "city"):
            subjects.update(_of_places(each, mine))
        else:
            subjects[f"each_{each}"] = _of_rows(_table_of_noun(each), mine)
    for id, (requires, applies) in KEYED.items():
        judgements.append(_keyed(TABLES[id], requires, applies))
        subjects[f"each_{id}"] = _of_rows(TABLES[id], {})
    return Plan(subjects, tuple(judgements))


def _with_parts(pack: RulePack, name: str) -> Iterator[str]:
    """The measure of that name, if there is one, after the measures that it is computed from."""
    one = pack.measures.get(name)
    if one is None:
        return
    if one.table is None:
        yield from sorted(columns(one.expression))
    yield name


def _table_of_noun(noun: str) -> Table:
    return next(table for table in TABLES.values() if table.noun == noun)


# --- subjects ------------------------------------------------------------------------------------------------------


def table_named(name: str) -> exp.Table:
    """A table by its name, whatever the name means in SQL."""
    return exp.Table(this=exp.to_identifier(name, quoted=True))


def _of_rows(table: Table, mine: Mapping[str, Measure]) -> exp.Expr:
    """A subject a row of the table."""
    source: list[exp.Expr] = [exp.column(name) for name in ("_place", "_city", "_level", "_file", "_row")]
    source += [exp.column(column.id) for column in table.columns if column.kind != "place"]
    if table.id == "attestations":
        documents = [exp.Is(this=exp.column(name), expression=NULL) for name in ("document", "document_no")]
        documented = exp.Case(
            ifs=[exp.If(this=exp.not_(exp.and_(*documents)), true=exp.Literal.number(1))],
        )
        source.append(exp.alias_(documented, "documented"))
    for name, one in mine.items():
        source += _measured(name, one.expression, False)
    return exp.select(*source).from_(table_named(table.id))


def _of_places(each: str, mine: Mapping[str, Measure]) -> dict[str, exp.Expr]:
    """A subject a county (its own rows) or a city (its rows and those of its counties)."""
    tables: dict[str, dict[str, Measure]] = {}
    computed: dict[str, Measure] = {}
    for name, one in mine.items():
        if one.table is None:
            computed[name] = one
        else:
            tables.setdefault(one.table, {})[name] = one
    result: dict[str, exp.Expr] = {}
    wide = exp.select(*map(exp.column, ("_place", "_city", "_level"))).from_(table_named("places"))
    own = exp.column("_place")
    group = own if each == "county" else exp.func("COALESCE", exp.column("_city"), own)
    for table, measures in tables.items():
        parts: list[exp.Expr] = [exp.alias_(group.copy(), "_group")]
        parts.append(exp.alias_(exp.Count(this=exp.Star()), "_rows"))
        for name, one in measures.items():
            parts += _measured(name, one.expression, table == "values")
            parts += _read_from(name, one.expression, table == "values")
        grouped = exp.select(*parts).from_(table_named(table)).group_by(group.copy())
        source = f"by_{each}_{table}"
        result[source] = grouped
        wide = wide.join(
            table_named(source),
            on=exp.EQ(this=exp.column("_group", source), expression=exp.column("_place", "places")),
            join_type="left",
        )
        for name in measures:
            ends = ("/n", "/d", "/file", "/row")
            wide = wide.select(*(exp.column(f"{name}{end}", source, quoted=True) for end in ends))
        wide = wide.select(exp.alias_(exp.column("_rows", source), f"_rows_{table}"))
    for name, one in computed.items():
        pack = name.split(".")[0]
        wide = wide.select(*_measured(name, one.expression.transform(_as_quotient, pack), False))
    result[f"each_{each}"] = wide
    return result


def _measured(name: str, expression: exp.Expr, keyed: bool) -> list[exp.Expr]:
    """The numerator and the denominator of a measure as two columns; the denominator is positive or missing.

    `keyed` measures read county values: each name in them is a key of the table `values`.
    """
    found = measure.ratio(expression)
    above, below = found.numerator, found.denominator
    if keyed:
        above, below = above.transform(_pivot), below and below.transform(_pivot)
    if below is None:
        return [
            exp.alias_(above, f"{name}/n", quoted=True),
            exp.alias_(exp.Literal.number(1), f"{name}/d", quoted=True),
        ]
    negative = exp.LT(this=exp.paren(below.copy()), expression=exp.Literal.number(0))
    signed = exp.Case(ifs=[exp.If(this=negative, true=exp.Neg(this=exp.paren(above.copy())))], default=above)
    positive = exp.func("NULLIF", exp.Abs(this=below.copy()), exp.Literal.number(0))
    return [exp.alias_(signed, f"{name}/n", quoted=True), exp.alias_(positive, f"{name}/d", quoted=True)]


def _read_from(name: str, expression: exp.Expr, keyed: bool) -> list[exp.Expr]:
    """The file and the row that a measure of a place was read from; missing where there are several."""
    if keyed:
        keys = exp.In(this=exp.column("key"), expressions=_texts(sorted(columns(expression))))
        wheres: list[exp.Expr | None] = [keys]
    else:
        wheres = [
            one.parent.expression.this if isinstance(one.parent, exp.Filter) else None
            for one in expression.find_all(*measure.AGGREGATES)
        ]
    found = [where.copy() for where in wheres if where is not None]
    inside = exp.Where(this=exp.or_(*found)) if len(found) == len(wheres) else None

    def only(column: str) -> exp.Expr:
        ends = [aggregate(this=exp.column(column)) for aggregate in (exp.Min, exp.Max)]
        least, most = (exp.Filter(this=end, expression=inside.copy()) if inside else end for end in ends)
        return exp.Case(ifs=[exp.If(this=exp.EQ(this=least, expression=most), true=least.copy())])

    return [exp.alias_(only(f"_{end}"), f"{name}/{end}", quoted=True) for end in ("file", "row")]


def _as_quotient(node: exp.Expr, pack: str) -> exp.Expr:
    """The name of a measure as its numerator over its denominator."""
    if not isinstance(node, exp.Column):
        return node
    above, below = (exp.column(f"{pack}.{measure.column_name(node)}{end}", quoted=True) for end in ("/n", "/d"))
    return exp.paren(exp.Div(this=above, expression=below))


def _pivot(node: exp.Expr) -> exp.Expr:
    """A key of `values` as the number in its row; missing where there is no such row."""
    if not isinstance(node, exp.Column):
        return node
    key = exp.EQ(this=exp.column("key"), expression=exp.Literal.string(measure.column_name(node)))
    return exp.Filter(this=exp.Max(this=exp.column("number")), expression=exp.Where(this=key))


# --- judgements ----------------------------------------------------------------------------------------------------


def _judgement(pack: RulePack, id: str, rule: Rule, day: date) -> Judgement:
    assert rule.requirement is not None and rule.each is not None
    table = table_of(rule)
    both = [one for one in (rule.requirement, rule.scope) if one]
    sides = tuple(
        _sides(pack, rule, table, comparison, day) for one in both for comparison in conditions.comparisons(one)
    )
    category = table.category if table else None
    for parameter in rule.parameters.values():
        if isinstance(parameter, ByCategory):
            category = parameter.by
    reads: set[tuple[str, str | None]] = set()
    if table:
        reads.add((table.id, None))
    used = {name for one in both for name in conditions.names(one)} - rule.parameters.keys()
    first = conditions.names(rule.requirement) & pack.measures.keys()
    main = sides[0][0].name if sides[0][0].name in pack.measures else min(first, default="")
    origin = f"{pack.id}.{next(_with_parts(pack, main), '')}"
    for name in {part for one in used for part in _with_parts(pack, one)}:
        read = pack.measures[name]
        if read.table == "values":
            reads |= {("values", key) for key in columns(read.expression)}
        elif read.table is not None and read.each == rule.each:
            reads.add((read.table, None))
    return Judgement(
        id, "facts", f"each_{rule.each}", table, pack.levels(rule), sides, rule.requirement, rule.scope, category,
        frozenset(reads), tuple(_side(pack, rule, table, Name(name), day) for name in rule.shows), origin,
    )  # fmt: skip


def _keyed(table: Table, requires: Condition, applies: Condition | None) -> Judgement:
    sides = []
    for one in (requires, applies):
        for comparison in conditions.comparisons(one) if one else ():
            assert isinstance(comparison.left, Name)
            name = comparison.left.text
            codes = table.column(name).codes if name in table.column_ids else None
            left = Side(Ratio(exp.column(name)), name, tuple(codes) if codes else None, name)
            sides.append((left, comparison.operator, _right(comparison, left)))
    basis = {"marks": "mark", "attestations": "attestation"}[table.id]
    return Judgement(
        None, basis, f"each_{table.id}", table, (), tuple(sides), requires, applies, None, frozenset({(table.id, None)})
    )


def _right(comparison: Comparison, left: Side) -> Side:
    if isinstance(comparison.right, Number):
        return Side(_constant(comparison.right.value), str(comparison.right.value))
    return Side(Ratio(exp.Literal.string(comparison.right.text)), comparison.right.text, left.codes)


def _sides(
    pack: RulePack, rule: Rule, table: Table | None, comparison: Comparison, day: date
) -> tuple[Side, str, Side]:
    left = _side(pack, rule, table, comparison.left, day)
    if left.codes:
        return left, comparison.operator, _right(comparison, left)
    return left, comparison.operator, _side(pack, rule, table, comparison.right, day)


def _side(pack: RulePack, rule: Rule, table: Table | None, operand: conditions.Operand, day: date) -> Side:
    if isinstance(operand, Number):
        return Side(_constant(operand.value), str(operand.value))
    name = operand.text
    if name in rule.parameters:
        return _parameter(rule, name, day)
    if name in pack.measures and pack.measures[name].each == rule.each:
        one = pack.measures[name]
        read = sorted(columns(one.expression)) if one.table else []
        ratio = Ratio(*(exp.column(f"{pack.id}.{name}{end}", quoted=True) for end in ("/n", "/d")))
        return Side(ratio, name, None, read[0] if read else None, one.unit)
    assert table is not None
    column = table.column(name)
    codes = tuple(column.codes) if column.codes else None
    return Side(Ratio(exp.column(name)), name, codes, name, column.unit)


def _parameter(rule: Rule, name: str, day: date) -> Side:
    parameter = rule.parameters[name]
    found = limits(parameter, day)
    usable = {
        category: None if limit.coming and not rule.target else limit.value for category, limit in found.items()
    }
    if not isinstance(parameter, ByCategory):
        return Side(_constant(usable[None]), name, limits=found)
    below = lcm(*(value.denominator for value in usable.values() if value is not None))
    cases = [
        exp.If(
            this=exp.EQ(this=exp.column(parameter.by), expression=exp.Literal.string(category)),
            true=_constant(None if value is None else value * below).numerator,
        )
        for category, value in usable.items()
    ]
    return Side(Ratio(exp.Case(ifs=cases), exp.Literal.number(below)), name, limits=found)


def _constant(value: Fraction | None) -> Ratio:
    """An exact number as SQL."""
    if value is None:
        return Ratio(exp.Null())
    return Ratio(_integer(value.numerator), None if value.denominator == 1 else _integer(value.denominator))


def _integer(value: int) -> exp.Expr:
    literal = exp.Literal.number(abs(value))
    return exp.Neg(this=literal) if value < 0 else literal


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


def judged(judgement: Judgement, width: int, shows: int) -> exp.Expr:
    """A row for each subject of a judgement: where it is from, whether the rule applies, whether it holds.

    `holds` is NULL where a value is missing. The sides of up to `width` comparisons and up to `shows` further
    measures follow, as exact texts.
    """
    count = sum(1 for _ in conditions.comparisons(judgement.requires))
    holds = condition_sql(judgement.requires, judgement.sides[:count])
    applies: exp.Expr = exp.true()
    if judgement.applies:
        applies = condition_sql(judgement.applies, judgement.sides[count:])
        holds = exp.Case(ifs=[exp.If(this=applies.copy(), true=holds)])
    rule = exp.Literal.string(judgement.rule) if judgement.rule else exp.column("indicator")
    parts = {"rule": rule, "basis": exp.Literal.string(judgement.basis), **_origin(judgement)}
    parts |= {"applies": applies, "holds": holds, "badness": _badness(judgement)}
    for index in range(width):
        given = judgement.sides[index] if index < len(judgement.sides) else None
        for end, side in (("l", given[0]), ("r", given[2])) if given else (("l", None), ("r", None)):
            parts[f"{end}{index}"] = _exact_text(side)
    for index in range(shows):
        parts[f"s{index}"] = _exact_text(judgement.shows[index] if index < len(judgement.shows) else None)
    query = exp.select(*(exp.alias_(_typed(value), name) for name, value in parts.items())).from_(
        table_named(judgement.source)
    )
    if judgement.table is not None:
        return query
    known = exp.func("COALESCE", *(exp.column(f"_rows_{id}") for id in judgement.tables))
    query = query.where(exp.not_(exp.Is(this=known, expression=NULL)))
    if judgement.source == "each_city":
        return query.where(exp.EQ(this=exp.column("_level"), expression=exp.Literal.string("city")))
    return query


def _texts(values: Iterable[str]) -> list[exp.Expr]:
    return [exp.Literal.string(value) for value in values]


def _typed(value: exp.Expr) -> exp.Expr:
    return exp.cast(value, "VARCHAR") if isinstance(value, exp.Null) else value


def _origin(judgement: Judgement) -> dict[str, exp.Expr]:
    """Which place the verdict is for, and which row it is about."""
    own = exp.column("_place")
    place: exp.Expr = own
    if judgement.levels:
        up = exp.column("_city") if judgement.rolls_up else NULL
        inside = exp.In(this=exp.column("_level"), expressions=_texts(judgement.own_levels))
        place = exp.Case(ifs=[exp.If(this=inside, true=own)], default=up) if judgement.own_levels else up
    table = judgement.table
    if table is None:
        file, row = (exp.column(f"{judgement.origin}/{end}", quoted=True) for end in ("file", "row"))
        return {
            "place": place, "own": own, "subject": NULL, "name": NULL, "category": NULL, "file": file, "row_": row,
        }  # fmt: skip
    subject = NULL if table.subject == table.place else exp.cast(exp.column(table.subject), "VARCHAR")
    name = exp.func("CONCAT", *(exp.column(one) for one in table.name)) if table.name else NULL
    category = exp.column(judgement.category) if judgement.category else NULL
    return {
        "place": place, "own": own, "subject": subject, "name": name, "category": category,
        "file": exp.column("_file"), "row_": exp.column("_row"),
    }  # fmt: skip


def _badness(judgement: Judgement) -> exp.Expr:
    """How far a subject is on the wrong side of the first comparison; only to find the worst of a part."""
    left, operator, right = judgement.sides[0]
    if left.codes:
        return exp.cast(NULL, "DOUBLE")
    one, other = _approximate(left.ratio), _approximate(right.ratio)
    if operator in (">", ">="):
        one, other = other, one
    difference: exp.Expr = exp.Sub(this=exp.paren(one), expression=exp.paren(other))
    return exp.Abs(this=difference) if operator in ("==", "!=") else difference


def _approximate(ratio: Ratio) -> exp.Expr:
    above = exp.cast(ratio.numerator.copy(), "DOUBLE")
    if ratio.denominator is None:
        return above
    return exp.Div(this=above, expression=exp.cast(ratio.denominator.copy(), "DOUBLE"))


def _exact_text(side: Side | None) -> exp.Expr:
    if side is None:
        return exp.cast(NULL, "VARCHAR")
    above = exp.cast(side.ratio.numerator.copy(), "VARCHAR")
    if side.ratio.denominator is None:
        return above
    below = exp.cast(side.ratio.denominator.copy(), "VARCHAR")
    return exp.DPipe(this=exp.DPipe(this=above, expression=exp.Literal.string("/")), expression=below)


def columns_of(table: Table) -> dict[str, str]:
    """The SQL columns of a table and their types, beside `_place`, `_city`, `_level`, `_file`, `_row`."""
    types = {
        column.id: TYPES.get(column.kind, AMOUNT if column.kind in NUMERIC else "VARCHAR")
        for column in table.columns
        if column.kind != "place"
    }
    if table.id == "values":
        types["number"] = AMOUNT
    return types


def judged_by_all(plan: Plan) -> exp.Expr:
    """The rows of every judgement under one another."""
    width = max(len(judgement.sides) for judgement in plan.judgements)
    shows = max(len(judgement.shows) for judgement in plan.judgements)
    parts = [judged(judgement, width, shows) for judgement in plan.judgements]
    return exp.union(*parts, distinct=False) if len(parts) > 1 else parts[0]

