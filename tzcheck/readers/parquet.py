"""Parquet files: typed columns, which are read as the texts that a spreadsheet would show."""

from pathlib import Path

import duckdb

from tzcheck.errors import Problem
from tzcheck.readers.rows import Bulk, RawTable
from tzcheck.readers.store import whatever_named
from tzcheck.table import Table


def read(path: Path, file: str, table: Table, encoding: str | None = None, bulk: bool = True) -> RawTable:
    """The columns of a file; its rows are left to the store. Row 1 is the first one, since there is no header row."""
    try:
        asked = "SELECT name FROM parquet_schema($1) WHERE num_children IS NULL"
        found = duckdb.execute(asked, [whatever_named(path)]).fetchall()
    except duckdb.Error:
        bulk, found = False, []
    if not bulk:
        return RawTable(problems=[Problem("error", "parquet_damaged", file)])
    names = tuple(name for (name,) in found)
    by_order = any(name.casefold() == "file_row_number" for name in names)
    return RawTable(1, names, bulk=Bulk(path, 0, None, by_order=by_order))
