"""DuckDB: measures and judges the subjects of all places at once."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

import duckdb
from sqlglot import exp

from tzcheck.engines.judged import Count, Judged, Subject, told
from tzcheck.errors import EngineFault, Problem
from tzcheck.facts import Facts, TypedTable, parse_decimal
from tzcheck.sql import Plan, columns_of, judged_by_all
from tzcheck.table import TABLES

PLACES = {"_place": "INTEGER", "_city": "INTEGER", "_level": "VARCHAR"}
ORIGIN = {**PLACES, "_file": "INTEGER", "_row": "INTEGER"}
FIELDS = ("rule", "basis", "place", "own", "subject", "name", "category", "file", "row_", "applies", "holds")


def judge(plan: Plan, facts: Facts, everyone: bool) -> Judged:
    """Every subject's verdict, counted by rule, place and category.

    With `everyone` all subjects are returned, not only those that do not hold. Raises EngineFault where
    DuckDB can't compute (a number out of range).
    """
    connection = duckdb.connect(config={"threads": 2, "autoinstall_known_extensions": "false"})
    try:
        _load(connection, facts)
        for name, query in plan.subjects.items():
            connection.execute(f'CREATE TEMP TABLE "{name}" AS {query.sql(dialect="duckdb")}')
        rows = judged_by_all(plan)
        connection.execute(f"CREATE TEMP TABLE judged AS {_placed(rows).sql(dialect='duckdb')}")
        counts = _counts(connection)
        subjects = _subjects(connection, everyone)
    except duckdb.Error as error:
        raise EngineFault([Problem("error", "duckdb", details={"why": str(error).splitlines()[0]})]) from error
    finally:
        connection.close()
    if not everyone:
        return Judged(counts, subjects, None)
    return Judged(counts, tuple(one for one in subjects if told(one)), subjects)


def _load(connection: duckdb.DuckDBPyConnection, facts: Facts) -> None:
    levels = [place.level for place in facts.places]
    everywhere = list(range(len(facts.places)))
    _create(connection, "places", PLACES, [everywhere, list(facts.cities), levels])
    for id, table in TABLES.items():
        typed = facts.tables.get(id) or TypedTable(table, columns={column.id: [] for column in table.columns})
        kinds = columns_of(table)
        columns = [
            typed.place,
            [facts.cities[place] for place in typed.place],
            [levels[place] for place in typed.place],
            typed.file,
            typed.row,
            *(_values(typed, name, kind) for name, kind in kinds.items()),
        ]
        _create(connection, id, {**ORIGIN, **kinds}, columns)


def _values(typed: TypedTable, name: str, kind: str) -> Sequence[Any]:
    if typed.table.id == "values" and name == "number":
        found = (parse_decimal(text, percent=True) if text else None for text in typed.columns["value"])
        return [None if value is None else str(value) for value in found]
    values = typed.columns[name]
    if kind.startswith("DECIMAL"):
        return [format(value, "f") if isinstance(value, Decimal) else value for value in values]
    return values


def _create(connection: Any, name: str, kinds: dict[str, str], columns: Sequence[Sequence[Any]]) -> None:
    """A table from Python columns."""
    parts = []
    for index, (column, kind) in enumerate(kinds.items(), start=1):
        given = "VARCHAR" if kind.startswith("DECIMAL") else kind
        unnested = exp.Unnest(expressions=[exp.cast(exp.Parameter(this=exp.Literal.number(index)), f"{given}[]")])
        parts.append(exp.alias_(exp.cast(unnested, kind) if given != kind else unnested, column, quoted=True))
    query = exp.select(*parts).sql(dialect="duckdb")
    connection.execute(f'CREATE TEMP TABLE "{name}" AS {query}', list(columns))


def _placed(rows: exp.Query) -> exp.Query:
    """Only the subjects whose place is of a level that the rule speaks of."""
    known = exp.not_(exp.Is(this=exp.column("place"), expression=exp.Null()))
    return exp.select("*").from_(rows.subquery("every")).where(known)


def _counts(connection: Any) -> tuple[Count, ...]:
    query = """
        SELECT rule, basis, place, category,
            count(*) FILTER (holds), count(*) FILTER (NOT holds),
            count(*) FILTER (holds IS NULL AND applies IS DISTINCT FROM FALSE), count(*) FILTER (NOT applies),
            arg_max(l0, badness) FILTER (NOT holds), arg_max(l0, badness) FILTER (holds)
        FROM judged GROUP BY ALL ORDER BY ALL
    """
    return tuple(
        Count(*row[:8], row[8] if row[8] is not None else row[9]) for row in connection.execute(query).fetchall()
    )


def _subjects(connection: Any, everyone: bool) -> tuple[Subject, ...]:
    found = connection.execute("SELECT * FROM judged LIMIT 0")
    names = [column[0] for column in found.description]
    at = [names.index(name) for name in FIELDS]
    pairs = [(names.index(f"l{index}"), names.index(f"r{index}")) for index in range(_width(names, "l"))]
    shows = [names.index(f"s{index}") for index in range(_width(names, "s"))]
    query = "SELECT * FROM judged"
    if not everyone:
        # The same as `told`.
        shown = "".join(f" OR s{index} IS NOT NULL" for index in range(len(shows)))
        query += f" WHERE applies IS DISTINCT FROM FALSE AND (holds IS DISTINCT FROM TRUE{shown})"
    found = connection.execute(query + " ORDER BY rule, place, file, row_")
    return tuple(
        Subject(
            *(row[index] for index in at),
            tuple((row[left], row[right]) for left, right in pairs),
            tuple(row[index] for index in shows),
        )
        for row in _batches(found)
    )


def _width(names: list[str], letter: str) -> int:
    return sum(name[0] == letter and name[1:].isdigit() for name in names)


def _batches(found: Any) -> Iterable[tuple[Any, ...]]:
    while batch := found.fetchmany(10_000):
        yield from batch


def version() -> str:
    """The version of DuckDB."""
    return str(duckdb.__version__)
