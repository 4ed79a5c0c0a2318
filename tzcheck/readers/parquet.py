"""Parquet files: typed columns, which are read as the texts that a spreadsheet would show."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb

from tzcheck.errors import Problem
from tzcheck.readers.rows import Bulk, RawTable
from tzcheck.readers.store import whatever_named
from tzcheck.table import Table


def read(path: Path, file: str, table: Table, encoding: str | None = None) -> RawTable:
    """The columns of a file; its rows are left to the store. Row 1 is the first one, since there is no header row."""
    try:
        asked = "SELECT name, coalesce(num_children, 0) FROM parquet_schema($1)"
        found = duckdb.execute(asked, [whatever_named(path)]).fetchall()
    except duckdb.Error:
        return damaged(file)
    names = tuple(_columns(found))
    by_order = any(name.casefold() == "file_row_number" for name in names)
    return RawTable(1, names, bulk=Bulk(path, 0, None, by_order=by_order))


def damaged(file: str) -> RawTable:
    """What there is of a file that can't be read: nothing."""
    return RawTable(problems=[Problem("error", "parquet_damaged", file)])


def _columns(schema: Sequence[tuple[str, int]]) -> Iterator[str]:
    """The columns of a schema: below its first line, with what lists and the like consist of below each of them."""
    inside = 0
    for name, children in schema[1:]:
        if inside:
            inside += children - 1
        else:
            yield name
            inside = children
