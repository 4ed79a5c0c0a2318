"""Coefficients of variation so close to a limit that floating point may err: what the exact value says."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlglot import exp

from tzcheck.judgement import Root, Roots
from tzcheck.sql import STEP, in_steps, table_named

Near = Iterable[tuple[Root, Fraction, Sequence[Any]]]


def settle(connection: Any, roots: Roots, near: Near) -> None:
    """Stores all that was `settled` of what is `near`."""
    for column, where, value in settled(connection, roots, near, "duckdb"):
        changed = exp.EQ(this=exp.column(column, quoted=True), expression=value)
        update = exp.Update(this=table_named(roots.subjects), expressions=[changed], where=exp.Where(this=where))
        connection.execute(update.sql(dialect="duckdb"))


def settled(connection: Any, roots: Roots, near: Near, dialect: str) -> Iterable[tuple[str, exp.Expr, exp.Expr]]:
    """The column of each that is `near` to a limit, the condition of its row, and what it is.

    It then stands on the same side of the limit as the exact value: at it, or a step of the last decimal away from it.
    """
    keys = [exp.column("_place"), *([exp.column(roots.by)] if roots.by else [])]
    for root, limit, key in near:
        where = exp.and_(
            *(exp.EQ(this=one.copy(), expression=exp.convert(item)) for one, item in zip(keys, key, strict=True))
        )
        side = _side_of(limit, _rows_of(connection, root, where, dialect))
        yield root.column, where, in_steps(Decimal(limit.numerator) / limit.denominator + side * STEP)


def _rows_of(connection: Any, root: Root, where: exp.Expr, dialect: str) -> list[tuple[Fraction, Fraction]]:
    """What varies, and its weight, of every row that a coefficient of variation is computed from."""
    named = [*root.value, *([root.weight] if root.weight else [])]
    tests = [where.copy(), *([exp.column(root.among, quoted=True)] if root.among else [])]
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
