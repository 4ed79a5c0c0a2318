"""A plan as SQL trees and texts: comparisons, the verdict of each subject, counts. No engine is named here."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.dialects import duckdb

from tzcheck.condition import And, AtLeast, Comparison, Condition, Not, Or
from tzcheck.judgement import (
    NEAR,
    VARIATION_DECIMALS,
    Batch,
    Judgement,
    Parent,
    Root,
    Side,
    columns_read,
    parent_named,
    read_of_worst,
    told_columns,
)
from tzcheck.measure import Ratio, times

OPERATORS: Mapping[str, type[exp.Binary]] = {
    "<=": exp.LTE, ">=": exp.GTE, "<": exp.LT, ">": exp.GT, "==": exp.EQ, "!=": exp.NEQ,
}  # fmt: skip
# Within this distance of a limit a coefficient of variation is computed exactly.
ERR = Decimal("1e-9")
STEP = Decimal(1).scaleb(-VARIATION_DECIMALS)


def made(name: str, query: exp.Expr, dialect: str, view: bool) -> str:
    """The statement that makes a table of a query, or a view."""
    kind = "VIEW" if view else "TABLE"
    # A view costs nothing to make anew: nobody need remember which are there.
    return exp.Create(this=table_named(name), kind=kind, expression=query, replace=view).sql(dialect=dialect)


def table_named(name: str, alias: str | None = None) -> exp.Table:
    """A table by its name, whatever the name means in SQL."""
    named = exp.TableAlias(this=exp.to_identifier(alias, quoted=True)) if alias else None
    return exp.Table(this=exp.to_identifier(name, quoted=True), alias=named)


def aliased(value: exp.Expr, name: str) -> exp.Expr:
    """A value under a name, whatever the name means in SQL."""
    return exp.Alias(this=value, alias=exp.to_identifier(name, quoted=True))


def comparison_sql(left: Side, operator: str, right: Side) -> exp.Expr:
    """The comparison without a division: numerator against limit times denominator."""
    if left.codes:
        return OPERATORS[operator](this=left.ratio.numerator.copy(), expression=right.ratio.numerator.copy())
    return OPERATORS[operator](
        this=exp.paren(times(left.ratio.numerator, right.ratio.denominator)),
        expression=exp.paren(times(right.ratio.numerator, left.ratio.denominator)),
    )


def condition_sql(condition: Condition, tests: Iterable[exp.Expr]) -> exp.Expr:
    """The condition as SQL; `tests` are its comparisons, in order. Unknown stays NULL."""
    return _condition_sql(condition, iter(tests))


def _condition_sql(condition: Condition, rest: Iterator[exp.Expr]) -> exp.Expr:
    match condition:
        case Comparison():
            return exp.paren(next(rest))
        case And(parts):
            return exp.paren(exp.and_(*(_condition_sql(part, rest) for part in parts)))
        case Or(parts):
            return exp.paren(exp.or_(*(_condition_sql(part, rest) for part in parts)))
        case AtLeast(number, parts):
            tests = [_condition_sql(part, rest) for part in parts]
            return _at_least(number, tests)
        case Not(part):
            return exp.paren(exp.not_(_condition_sql(part, rest)))
        case _:
            raise AssertionError("scopes are put in before a condition is compiled")


def _at_least(number: int, tests: list[exp.Expr]) -> exp.Expr:
    """True where so many of the tests are, false where they can't be any more, else unknown."""
    one, none = exp.Literal.number(1), exp.Literal.number(0)

    def tally(unknown: exp.Expr) -> exp.Expr:
        found: exp.Expr | None = None
        for test in tests:
            counted = exp.Case(
                ifs=[
                    exp.If(this=test.copy(), true=one.copy()),
                    exp.If(this=exp.not_(test.copy()), true=none.copy()),
                ],
                default=unknown.copy(),
            )
            found = counted if found is None else exp.Add(this=found, expression=counted)
        return exp.paren(found) if found else none.copy()

    enough = exp.Literal.number(number)
    sure = exp.GTE(this=tally(none), expression=enough)
    lost = exp.LT(this=tally(one), expression=enough.copy())
    return exp.Case(ifs=[exp.If(this=sure, true=exp.true()), exp.If(this=lost, true=exp.false())])


def batch(judgements: tuple[Judgement, ...], result: str, dialect: str) -> Batch:
    """Judgements of the same subjects, with their queries. They share all but what they compare."""
    rows = judged(judgements)
    aside = tuple(number for number, one in enumerate(judgements) if one.aside)
    alone = [(number,) for number, one in enumerate(judgements) if not one.aside]
    return Batch(
        judgements,
        result,
        dialect,
        rows.sql(dialect=dialect),
        made(result, rows, dialect, True),
        counts(judgements, result).sql(dialect=dialect),
        made(failing_of(result), failing(judgements, result), dialect, False),
        tuple(
            (numbers, told(judgements, result, numbers).sql(dialect=dialect))
            for numbers in [*alone, *([aside] if aside else [])]
        ),
        tuple(sampled(one, number, judgements, result, dialect) for number, one in enumerate(judgements)),
    )


def judged(judgements: Sequence[Judgement], named: bool = True) -> exp.Select:
    """The subjects of a batch with the place each counts for, and for each rule whether it applies and holds.

    Its columns are those of `judged_columns`: `place`, what the verdicts are made from, and for the rule number i of
    the batch `a<i>` and `h<i>`. `h<i>` is NULL where a value is missing, and where the rule does not, or may not,
    apply. The name of the school that a row belongs to is looked up last, for the few that are told of; those that
    are only counted need not be `named`.
    """
    table = judgements[0].table
    parent = parent_named(table) if table else None
    read = columns_read(judgements)
    own = [name for name in read if not parent or name != parent.column]
    compared: list[exp.Expr] = [exp.Alias(this=_place(judgements[0]), alias=exp.to_identifier("place"))]
    compared += [exp.column(name, quoted=True) for name in own]
    found: list[exp.Expr] = [exp.column("place")]
    found += [exp.column(name, quoted=True) for name in (read if named else own)]
    names: dict[Any, str] = {}

    def test(left: Side, operator: str, right: Side) -> exp.Expr:
        """The column of a comparison, which several rules may make."""
        key = (left.read, operator, right.name, right.read, right.by, tuple(right.constants.items()))
        if key not in names:
            names[key] = f"c{len(names)}"
            compared.append(aliased(comparison_sql(left, operator, right), names[key]))
        return exp.column(names[key])

    for index, judgement in enumerate(judgements):
        tests = [test(*sides) for sides in judgement.sides]
        holds = condition_sql(judgement.requires, tests[: judgement.required])
        if judgement.proves:
            holds = exp.Case(ifs=[exp.If(this=exp.not_(holds), true=exp.false())])
        applies: exp.Expr = exp.true()
        if judgement.applies:
            applies = condition_sql(judgement.applies, tests[judgement.required :])
            holds = exp.Case(ifs=[exp.If(this=applies.copy(), true=holds)])
        found += [aliased(applies, f"a{index}"), aliased(holds, f"h{index}")]
    inner = exp.Select(
        expressions=compared,
        from_=exp.From(this=table_named(judgements[0].source)),
        where=exp.Where(this=_due(judgements[0])),
    )
    joins = [_named_after(parent)] if parent and named else []
    return exp.Select(expressions=found, from_=exp.From(this=inner.subquery("compared", copy=False)), joins=joins)


def _named_after(parent: Parent) -> exp.Join:
    """A join with the names of the schools or kindergartens that rows belong to."""
    keys = {"_place": "named/place", parent.key: "named/key"}
    columns = {**keys, parent.name: parent.column}
    names = exp.Select(
        expressions=[aliased(exp.column(column), name) for column, name in columns.items()],
        from_=exp.From(this=table_named(parent.table)),
    )
    same = [exp.EQ(this=exp.column(name, quoted=True), expression=exp.column(key)) for key, name in keys.items()]
    return exp.Join(this=names.subquery("named"), side="LEFT", on=exp.and_(*same))


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


def counts(judgements: Sequence[Judgement], source: str) -> exp.Select:
    """How the subjects of `source` (the result of `judged`) came out: a row a place, category and keyed rule.

    Then how many there are; and for each rule of the batch that is not aside: how many hold, hold not, can't be told,
    and are outside, and `read_of_worst` of the worst of those that hold not, else of those that hold.
    """
    first = judgements[0]
    keys: list[exp.Expr] = [
        exp.column("place"),
        exp.column(first.category) if first.category else exp.cast(exp.Null(), "VARCHAR"),
        exp.column("indicator") if first.rule is None else exp.cast(exp.Null(), "VARCHAR"),
    ]
    found = [*(key.copy() for key in keys), exp.Count(this=exp.Star())]
    unnamed = first.table is not None and parent_named(first.table) is not None
    rows = judged(judgements, named=False).subquery(source, copy=False) if unnamed else table_named(source)
    for index, judgement in enumerate(judgements):
        if judgement.aside:
            continue
        applies, holds = exp.column(f"a{index}"), exp.column(f"h{index}")
        fails, inside = exp.Not(this=holds.copy()), exp.Is(this=applies.copy(), expression=exp.false())
        unknown = exp.And(
            this=exp.Is(this=holds.copy(), expression=exp.Null()), expression=exp.Not(this=exp.paren(inside.copy()))
        )
        found += [_number_of(test) for test in (holds.copy(), fails.copy(), unknown, inside)]
        one = judgement.requires
        for name in read_of_worst(judgement):
            if isinstance(one, Comparison) and one.operator != "!=" and not judgement.proves:
                # What fails is further off than what holds.
                found.append(_worst(judgement, name, exp.Not(this=exp.Is(this=holds.copy(), expression=exp.Null()))))
            else:
                both = (_worst(judgement, name, among.copy()) for among in (fails, holds))
                found.append(exp.func("COALESCE", *both))
    return exp.Select(expressions=found, from_=exp.From(this=rows), group=exp.Group(expressions=keys))


def _number_of(test: exp.Expr) -> exp.Expr:
    return exp.Filter(this=exp.Count(this=exp.Star()), expression=exp.Where(this=test))


def _worst(judgement: Judgement, name: str, among: exp.Expr) -> exp.Expr:
    """A column of the subject that is furthest on the wrong side of the first comparison."""
    left, operator, right = judgement.sides[0]
    one, other = _approximate(left.ratio), _approximate(right.ratio)
    if operator in (">", ">="):
        one, other = other, one
    badness: exp.Expr = exp.Sub(this=exp.paren(one), expression=exp.paren(other))
    if operator in ("==", "!="):
        badness = exp.Abs(this=badness)
    known: exp.Expr = among.copy()
    if judgement.table and (right.read or right.by not in (None, judgement.category)):
        # Limits may differ, so that of several that are as far off it must be the first in the files.
        known = exp.And(this=known, expression=exp.not_(exp.Is(this=exp.paren(badness.copy()), expression=exp.Null())))
        badness = exp.Tuple(expressions=[badness, exp.Neg(this=exp.column("_at"))])
    column = exp.column(name, quoted=True)
    return exp.Filter(this=exp.ArgMax(this=column, expression=badness), expression=exp.Where(this=known))


def _spelled(query: str, dialect: str) -> str:
    """A query that is written out here, in the dialect of an engine."""
    return sqlglot.parse_one(query, dialect=duckdb.DuckDB).sql(dialect=dialect)


def _approximate(ratio: Ratio) -> exp.Expr:
    above = exp.cast(ratio.numerator.copy(), "DOUBLE")
    if ratio.denominator is None:
        return above
    return exp.Div(this=above, expression=exp.cast(ratio.denominator.copy(), "DOUBLE"))


def failing_of(result: str) -> str:
    """The table of the judged rows of a batch that `told` reads of judgements that tell of few."""
    return f"{result}_failing"


def failing(judgements: Sequence[Judgement], result: str) -> exp.Select:
    """The judged rows that are in that table."""
    few = [_told(one, number) for number, one in enumerate(judgements) if not one.tells_of_all]
    where = exp.Where(this=exp.or_(exp.false(), *few))
    return exp.Select(expressions=[exp.Star()], from_=exp.From(this=table_named(result)), where=where)


def told(judgements: Sequence[Judgement], result: str, numbers: Sequence[int]) -> exp.Select:
    """The judged rows that a report tells of: of one of the judgements `numbers`.

    It may not hold, or shows a measure; one that is aside fails. Its columns are `told_columns`.
    """
    few = not any(judgements[number].tells_of_all for number in numbers)
    return exp.Select(
        expressions=[exp.column(name, quoted=True) for name in told_columns(judgements, numbers)],
        from_=exp.From(this=table_named(failing_of(result) if few else result)),
        where=exp.Where(this=exp.or_(*(_told(judgements[number], number) for number in numbers))),
    )


def _told(judgement: Judgement, number: int) -> exp.Expr:
    """Whether a report tells of a row for judgement `number`."""
    if judgement.aside:
        return exp.not_(exp.column(f"h{number}"))
    inside = exp.not_(exp.paren(exp.Is(this=exp.column(f"a{number}"), expression=exp.false())))
    unsure = exp.not_(exp.paren(exp.Is(this=exp.column(f"h{number}"), expression=exp.true())))
    return inside if judgement.tells_of_all else exp.and_(inside, unsure)


def sampled(judgement: Judgement, number: int, judgements: Sequence[Judgement], result: str, dialect: str) -> str:
    """The query of the judged rows of the places $1, and of what elsewhere is within `NEAR` of a limit.

    Of rows elsewhere that have the same on both sides of every comparison, one. Its columns are `told_columns`.
    """
    columns = ", ".join(f'"{name}"' for name in told_columns(judgements, [number]))
    inside = "place IN (SELECT unnest($1::INTEGER[]))"
    query = f'SELECT {columns} FROM "{result}" WHERE {inside}'
    near = [
        f"abs({one} - {other}) <= {NEAR} * abs({other})"
        for left, _, right in (judgement.sides[: judgement.required] if judgement.rule else ())
        if left.read and not left.codes
        for one, other in [[_approximate(side.ratio).sql(dialect=dialect) for side in (left, right)]]
    ]
    if not near:
        return query
    read = [name for left, _, right in judgement.sides for side in (left, right) for name in (*side.read, side.by)]
    same = ", ".join(f'"{name}"' for name in dict.fromkeys(read) if name)
    return (
        f'{query} UNION ALL (SELECT DISTINCT ON ({same}) {columns} FROM "{result}" WHERE NOT {inside} '
        f"AND a{number} IS DISTINCT FROM false AND ({' OR '.join(near)}) "
        f"ORDER BY {same}, place, {'_at' if judgement.table else '_place'})"
    )


def spread(batch: Batch, number: int, columns: Iterable[str], names: Iterable[str]) -> str:
    """The query of how many subjects of a judgement have the same `columns`, by place; with a name of one."""
    by = ", ".join(["place", *(f'"{name}"' for name in columns)])
    named = " || ' ' || ".join(f"coalesce(CAST(\"{name}\" AS VARCHAR), '')" for name in names) or "NULL"
    return _spelled(
        f'SELECT {by}, count(*), trim(min({named})) FROM "{batch.result}" '
        f"WHERE coalesce(a{number}, true) GROUP BY {by}",
        batch.dialect,
    )


def standing(batch: Batch, number: int, subject: str) -> str:
    """The query of whether a judgement holds for all rows of a `subject`, by place; NULL: it can't be told."""
    return _spelled(
        f'SELECT place, "{subject}", CASE WHEN bool_or(NOT h{number}) THEN false '
        f'WHEN bool_or(h{number} IS NULL) THEN NULL ELSE true END FROM "{batch.result}" '
        f'WHERE coalesce(a{number}, true) GROUP BY place, "{subject}"',
        batch.dialect,
    )


def around(limit: Fraction) -> tuple[Decimal, Decimal]:
    """The range around a limit in which a coefficient of variation must be computed exactly."""
    at = Decimal(limit.numerator) / limit.denominator
    return (at - ERR).quantize(STEP), (at + ERR).quantize(STEP)


def near(subjects: str, by: str | None, roots: Iterable[Root], dialect: str) -> str:
    """The query of the rows in which a coefficient of variation is that close to a limit: its keys, and each of them.

    One query for all of them: Spark takes seconds for each that it is asked.
    """
    columns = [(exp.column(root.column, quoted=True), root.limits) for root in roots]
    inside = [
        exp.Between(this=column.copy(), low=in_steps(low), high=in_steps(high))
        for column, limits in columns
        for _, low, high in limits
    ]
    keys = [exp.column("_place"), *([exp.column(by)] if by else [])]
    query = exp.Select(
        expressions=[*keys, *(column for column, _ in columns)],
        from_=exp.From(this=table_named(subjects)),
        where=exp.Where(this=exp.or_(*inside)),
    )
    return query.sql(dialect=dialect)


def in_steps(value: Decimal) -> exp.Expr:
    """A number with as many decimals as a coefficient of variation is kept with."""
    return exp.Literal.number(format(value.quantize(STEP), "f"))
