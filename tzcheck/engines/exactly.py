"""Coefficients of variation so close to a limit that floating point may err: what the exact value says."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlglot import exp

from tzcheck.judgement import Root
from tzcheck.sql import STEP, in_steps, table_named


def settle(connection: Any, root: Root, near: Iterable[tuple[Fraction, Sequence[Any]]]) -> None:
    """Stores all that was `settled` of what is `near`."""
    column, subjects = exp.column(root.column, quoted=True), table_named(root.subjects)
    for where, value in settled(connection, root, near, "duckdb"):
        changed = exp.EQ(this=column.copy(), expression=value)
        connection.execute(
            exp.Update(this=subjects.copy(), expressions=[changed], where=exp.Where(this=where)).sql(dialect="duckdb")
        )


def settled(
    connection: Any, root: Root, near: Iterable[tuple[Fraction, Sequence[Any]]], dialect: str
) -> Iterable[tuple[exp.Expr, exp.Expr]]:
    """Where each that is `near` to a limit stands, and what it is.

    It then stands on the same side of the limit as the exact value: at it, or a step of the last decimal away from it.
    """
    keys = [exp.column("_place"), *([exp.column(root.by)] if root.by else [])]
    for limit, key in near:
        side = _side_of(limit, _rows_of(connection, root, key, dialect))
        where = exp.and_(
            *(exp.EQ(this=one.copy(), expression=exp.convert(item)) for one, item in zip(keys, key, strict=True))
        )
        yield where, in_steps(Decimal(limit.numerator) / limit.denominator + side * STEP)


def _rows_of(connection: Any, root: Root, key: Sequence[Any], dialect: str) -> list[tuple[Fraction, Fraction]]:
    """What varies, and its weight, of every row that a coefficient of variation is computed from."""
    named = [*root.value, *([root.weight] if root.weight else [])]
    where = [exp.EQ(this=exp.column("_place"), expression=exp.convert(key[0]))]
    if root.by:
        where.append(exp.EQ(this=exp.column(root.by), expression=exp.convert(key[1])))
    tests: list[exp.Expr] = [*where, *([exp.column(root.among, quoted=True)] if root.among else [])]
    query = exp.Select(
        expressions=[exp.column(name, quoted=True) for name in named],
        from_=exp.From(this=table_named(root.source)),
        where=exp.Where(this=exp.and_(*tests)),
    )
    rows = [tuple(map(Fraction, row)) for row in connection.execute(query.sql(dialect=dialect)).fetchall()]
    width = len(root.value)
    return [(row[0] / row[1] if width > 1 else row[0], row[width] if root.weight else Fraction(1)) for row in rows]


def _side_of(limit: Fraction, rows: list[tuple[Fraction, Fraction]]) -> int:
    """Whether the exact coefficient of variation is below the limit (-1), at it (0) or above it (1)."""
    weight = sum((weight for _, weight in rows), Fraction(0))
    total = sum((value * weight for value, weight in rows), Fraction(0))
    squares = sum((value * value * weight for value, weight in rows), Fraction(0))
    # CV² = squares * weight / total² - 1
    apart = squares * weight - (1 + limit * limit) * total * total
    return (apart > 0) - (apart < 0)
