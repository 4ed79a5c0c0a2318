"""Measures: SQL expressions over a table's columns, checked when they are read and computed as exact ratios."""

import re
from collections.abc import Collection
from dataclasses import dataclass

import sqlglot
from sqlglot import exp
from sqlglot.dialects import duckdb
from sqlglot.errors import SqlglotError

from tzcheck.table import NUMERIC, Table

AGGREGATES = (exp.Sum, exp.Count, exp.Min, exp.Max)
LOGIC = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.And, exp.Or, exp.Not, exp.In)
ALLOWED = (
    exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Neg, exp.Paren, exp.Abs, exp.Column, exp.Identifier, exp.Literal,
    exp.Star, exp.Filter, exp.Where, exp.Is, exp.Null, exp.Coalesce, exp.Ceil, *AGGREGATES, *LOGIC,
)  # fmt: skip
# Whole numbers and decimals that DuckDB reads exactly; 1e-1 would be a DOUBLE.
PLAIN = re.compile(r"\d{1,12}(?:\.\d{1,9})?")
WIDE = exp.DataType(this=exp.DType.INT128)
LEVEL, LEVEL_COLUMN = "level", "_level"


class Total(exp.Sum):
    """`total(x)`: a sum that is 0, and not missing, where no row counts."""


class MeasureError(ValueError):
    """The expression can't be a measure: `code` names why (a text `problem.<code>`), `found` is what was found."""

    def __init__(self, code: str, found: str) -> None:
        super().__init__(f"{code}: {found}")
        self.code = code
        self.found = found


@dataclass(frozen=True)
class Ratio:
    """A number as SQL: `numerator` over `denominator`, or the numerator alone where there is none to divide by."""

    numerator: exp.Expr
    denominator: exp.Expr | None = None


def parse(text: str, table: Table | None, aggregated: bool, names: Collection[str] = ()) -> exp.Expr:
    """The expression `text`, its columns checked against the table (None: they are keys of values, or measures).

    `names` may stand beside the columns: measures of the same rows, and parameters. An aggregated measure has its
    columns inside `sum`, `total`, `count`, `min` or `max`, or is a `variation`; any other has none of these.
    Raises MeasureError.
    """
    try:
        tree = sqlglot.parse_one(f"SELECT {text}", dialect=duckdb.DuckDB)
    except SqlglotError as error:
        raise MeasureError("measure_syntax", str(error).splitlines()[0]) from None
    except RecursionError:
        raise MeasureError("measure_syntax", text[:20] + "…") from None
    if not isinstance(tree, exp.Select) or [key for key, value in tree.args.items() if value] != ["expressions"]:
        raise MeasureError("measure_syntax", text)
    if len(tree.expressions) != 1:
        raise MeasureError("measure_syntax", text)
    expression: exp.Expr = tree.expressions[0].transform(_totals)
    for node in expression.walk():
        if not isinstance(node, ALLOWED) and not _own_function(node, expression, aggregated):
            raise MeasureError("measure_function", node.sql(dialect=duckdb.DuckDB))
        node.meta.clear()  # positions in the text, which every copy would copy
    if variation(expression):
        return expression
    for division in expression.find_all(exp.Div):
        if division.find_ancestor(*AGGREGATES, exp.Where, exp.Coalesce):
            raise MeasureError("measure_division", division.sql(dialect=duckdb.DuckDB))
    for column in expression.find_all(exp.Column):
        _check_column(column, table, aggregated, names)
    if not aggregated and any(expression.find_all(*AGGREGATES)):
        raise MeasureError("measure_aggregate", text)
    for node in expression.walk():
        _check_place(node)
    for column in (one for ceil in expression.find_all(exp.Ceil) for one in ceil.find_all(exp.Column)):
        name = column_name(column)
        if table is None or name not in table.column_ids or table.column(name).kind != "count":
            raise MeasureError("measure_not_count", name)
    return expression.transform(_prepared, copy=False)


def _totals(node: exp.Expr) -> exp.Expr:
    if isinstance(node, exp.Anonymous) and str(node.this).casefold() == "total" and len(node.expressions) == 1:
        return Total(this=node.expressions[0])
    return node


def _own_function(node: exp.Expr, whole: exp.Expr, aggregated: bool) -> bool:
    """Whether a node is `given` of one thing, or the whole expression a `variation` of a name, or of two."""
    if not isinstance(node, exp.Anonymous):
        return False
    arguments = node.expressions
    match str(node.this).casefold():
        case "given":
            return len(arguments) == 1
        case "variation":
            named = all(isinstance(one, exp.Column) for one in arguments)
            return node is whole and aggregated and named and len(arguments) in (1, 2)
        case _:
            return False


def variation(expression: exp.Expr) -> tuple[str, str | None] | None:
    """What the expression is the coefficient of variation of, and what that is weighted by; None where it is none."""
    if not isinstance(expression, exp.Anonymous) or str(expression.this).casefold() != "variation":
        return None
    names = [column_name(one) for one in expression.expressions]
    return names[0], names[1] if len(names) > 1 else None


def _prepared(node: exp.Expr) -> exp.Expr:
    """`level` as the column in which the level of a row's place is kept, whole numbers as wide as they come."""
    if isinstance(node, exp.Column) and node.name == LEVEL:
        return exp.column(LEVEL_COLUMN)
    if isinstance(node, exp.Literal) and node.is_int and not isinstance(node.parent, exp.Cast):
        return whole_number(int(node.this))
    return node


def whole_number(value: int) -> exp.Expr:
    """A whole number of 128 bits: by itself DuckDB takes 32, and a product of two overflows."""
    return exp.Cast(this=exp.Literal.number(value), to=WIDE.copy())


def _check_place(node: exp.Expr) -> None:
    """A test stands in a filter (or is counted), a text in a comparison, `*` in `count`, no aggregate in another."""
    match node:
        case exp.Literal(is_string=True):
            misplaced = not isinstance(node.parent, exp.EQ | exp.NEQ | exp.In)
        case exp.Literal():
            misplaced = not PLAIN.fullmatch(node.name)
        case exp.Star():
            misplaced = not isinstance(node.parent, exp.Count)
        case exp.Sum() | exp.Count() | exp.Min() | exp.Max():
            misplaced = node.find_ancestor(*AGGREGATES, exp.Where) is not None
        case _ if isinstance(node, (*LOGIC, exp.Is)):
            misplaced = node.find_ancestor(exp.Where, exp.Count) is None
        case _:
            misplaced = False
    if misplaced:
        raise MeasureError("measure_misplaced", node.sql(dialect=duckdb.DuckDB))


def _check_column(column: exp.Column, table: Table | None, aggregated: bool, names: Collection[str]) -> None:
    name = column_name(column)
    if table is None or (name in names and name not in table.column_ids):
        return
    if name != LEVEL and name not in table.column_ids:
        raise MeasureError("measure_column", name)
    inside = column.find_ancestor(*AGGREGATES, exp.Where)
    if aggregated and inside is None:
        raise MeasureError("measure_not_aggregated", name)
    compared = column.find_ancestor(exp.EQ, exp.NEQ, exp.In, exp.Is)
    codes = table.column(name).codes if name != LEVEL else None
    if compared is not None and codes:
        for literal in compared.find_all(exp.Literal):
            if literal.is_string and literal.name not in codes:
                raise MeasureError("measure_code", literal.name)
    if name == LEVEL or table.column(name).kind not in NUMERIC:
        counted = isinstance(column.parent, exp.Count)
        if compared is None and not counted:
            raise MeasureError("measure_not_number", name)


def column_name(column: exp.Column) -> str:
    """The name of a column as it was written, dots included."""
    return ".".join(part.name for part in column.parts)


def where(expression: exp.Expr) -> exp.Expr | None:
    """The condition for a row to count in any of the expression's aggregates; None where every row does."""
    found = []
    for aggregate in expression.find_all(*AGGREGATES):
        if not isinstance(aggregate.parent, exp.Filter):
            return None
        found.append(aggregate.parent.expression.this)
    distinct = list({one.sql(dialect=duckdb.DuckDB): one for one in found}.values())
    return exp.or_(*distinct) if len(distinct) > 1 else distinct[0].copy() if distinct else None


def columns(expression: exp.Expr) -> tuple[str, ...]:
    """The columns of facts (keys of values, measures, parameters) that an expression reads, as they are written."""
    names = (column_name(column) for column in expression.find_all(exp.Column, bfs=False))
    return tuple(name for name in dict.fromkeys(names) if name != LEVEL_COLUMN)


def summed(expression: exp.Expr) -> tuple[str, ...]:
    """The columns that an expression takes the sum of, one by one: `sum(a) + b` sums `a`."""
    sums = (one.this for one in expression.find_all(exp.Sum, bfs=False))
    return tuple(dict.fromkeys(column_name(one) for one in sums if isinstance(one, exp.Column)))


def keys_in(keys: Collection[str]) -> exp.Expr | None:
    """The condition for a row of county values to have one of the keys; None where there are none."""
    listed = [exp.Literal.string(key) for key in keys]
    return exp.In(this=exp.column("key"), expressions=listed) if listed else None


def own_or_inside(own: exp.Expr | None, inside: exp.Expr | None) -> exp.Expr:
    """The condition for a row to be a city's own and to hold `own`, or one of its counties' and to hold `inside`."""
    outermost = exp.Is(this=exp.column("_city"), expression=exp.Null())
    parts = [exp.and_(outermost, own)] if own is not None else []
    parts += [exp.and_(exp.not_(outermost.copy()), inside)] if inside is not None else []
    return exp.or_(*parts)


def undivided(expression: exp.Expr) -> set[str]:
    """The names that stand where no quotient may: in an aggregate, in `coalesce`, as a weight."""
    if variation(expression):
        return {column_name(column) for column in expression.expressions[1:]}
    inside = expression.find_all(exp.Column)
    return {column_name(one) for one in inside if one.find_ancestor(*AGGREGATES, exp.Where, exp.Coalesce)}


def divides(expression: exp.Expr) -> bool:
    """Whether an expression is a quotient; rounded up it is none."""
    return any(not one.find_ancestor(exp.Ceil) for one in expression.find_all(exp.Div))


def dividend(expression: exp.Expr) -> tuple[str, ...]:
    """The columns of what is divided, of a quotient; all columns of anything else."""
    inner = expression.unnest()
    return columns(inner.this if isinstance(inner, exp.Div) else inner)


def divisor(expression: exp.Expr) -> exp.Expr | None:
    """What a quotient is divided by; None where the expression is none."""
    inner = expression.unnest()
    return inner.expression if isinstance(inner, exp.Div) else None


def ratio(expression: exp.Expr) -> Ratio:
    """The expression without any division: DuckDB's and Spark's `/` are not exact."""
    match expression:
        case exp.Paren():
            return ratio(expression.this)
        case exp.Neg():
            inner = ratio(expression.this)
            return Ratio(exp.Neg(this=exp.paren(inner.numerator)), inner.denominator)
        case exp.Abs():
            inner = ratio(expression.this)
            below = inner.denominator
            return Ratio(exp.Abs(this=inner.numerator), below and exp.Abs(this=below))
        case exp.Add() | exp.Sub():
            left, right = ratio(expression.this), ratio(expression.expression)
            sum_or_difference: exp.Expr = type(expression)(
                this=exp.paren(times(left.numerator, right.denominator)),
                expression=exp.paren(times(right.numerator, left.denominator)),
            )
            return Ratio(exp.paren(sum_or_difference), product(left.denominator, right.denominator))
        case exp.Mul():
            left, right = ratio(expression.this), ratio(expression.expression)
            above = times(left.numerator, right.numerator)
            return Ratio(above, product(left.denominator, right.denominator))
        case exp.Div():
            left, right = ratio(expression.this), ratio(expression.expression)
            below = product(left.denominator, right.numerator)
            # Dividing by a quotient whose own denominator is 0 is missing too, and not 0.
            inverted = right.denominator and exp.func("NULLIF", right.denominator.copy(), exp.Literal.number(0))
            return Ratio(times(left.numerator, inverted), below)
        case exp.Anonymous():
            inner = ratio(expression.expressions[0])
            missing: exp.Expr = exp.Is(this=exp.paren(inner.numerator), expression=exp.Null())
            if inner.denominator is not None:
                below = exp.func("NULLIF", inner.denominator, exp.Literal.number(0))
                missing = exp.Or(this=missing, expression=exp.Is(this=below, expression=exp.Null()))
            return Ratio(exp.Case(ifs=[exp.If(this=missing, true=whole_number(0))], default=whole_number(1)))
        case exp.Coalesce():
            parts = [ratio(one).numerator for one in (expression.this, *expression.expressions)]
            return Ratio(exp.func("COALESCE", *parts))
        case exp.Ceil():
            inner = ratio(expression.this)
            if inner.denominator is None:
                return inner
            above, below = (exp.Cast(this=one, to=WIDE.copy()) for one in (inner.numerator, inner.denominator))
            raised = exp.paren(exp.Sub(this=exp.Add(this=above, expression=below), expression=whole_number(1)))
            divisor = exp.func("NULLIF", below.copy(), exp.Literal.number(0))
            return Ratio(exp.IntDiv(this=raised, expression=divisor))
        case exp.Filter() | exp.Sum() | exp.Count() | exp.Min() | exp.Max():
            return Ratio(whole(expression))
        case _:
            return Ratio(expression.copy())


def times(left: exp.Expr, right: exp.Expr | None) -> exp.Expr:
    """The product as SQL; the left side alone where there is no right one."""
    if right is None:
        return left.copy()
    return exp.Mul(this=exp.paren(left.copy()), expression=exp.paren(right.copy()))


def product(left: exp.Expr | None, right: exp.Expr | None) -> exp.Expr | None:
    """The product of two denominators, either of which may be absent."""
    if left is None:
        return right and right.copy()
    return times(left, right)


def whole(aggregate: exp.Expr) -> exp.Expr:
    """An aggregate that is missing where one of its values is: SQL's own `sum` would understate it."""
    inner, where = aggregate, None
    if isinstance(aggregate, exp.Filter):
        inner, where = aggregate.this, aggregate.expression.this
    if isinstance(inner, exp.Count) and isinstance(inner.this, exp.Star) and where is None:
        return aggregate.copy()
    unknown: list[exp.Expr] = []
    if not (isinstance(inner, exp.Count) and isinstance(inner.this, exp.Star)):
        unknown.append(exp.Is(this=exp.paren(inner.this.copy()), expression=exp.Null()))
    if where is not None:
        outside = exp.Is(this=exp.paren(where.copy()), expression=exp.Null())
        unknown = [exp.and_(*(test for test in unknown), exp.paren(where.copy()))] if unknown else []
        unknown.append(outside)
    missing = exp.Filter(this=exp.Count(this=exp.Star()), expression=exp.Where(this=exp.or_(*unknown)))
    condition = exp.EQ(this=missing, expression=exp.Literal.number(0))
    value = aggregate.copy()
    if isinstance(inner, Total):
        summed: exp.Expr = exp.Sum(this=inner.this.copy())
        if where is not None:
            summed = exp.Filter(this=summed, expression=exp.Where(this=where.copy()))
        value = exp.func("COALESCE", summed, exp.Literal.number(0))
    return exp.Case(ifs=[exp.If(this=condition, true=value)])
