"""YAML files: a list of rows, each a mapping from a column to its value."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from tzcheck import document
from tzcheck.errors import Problem
from tzcheck.readers.rows import RawTable
from tzcheck.table import Table


def read(path: Path, file: str, table: Table, encoding: str | None = None) -> RawTable:
    """The rows of a file; the row number of each is the line it begins on. Raises OSError."""
    found, problems = document.read(path.read_bytes(), file)
    if found is None:
        return RawTable(problems=problems)
    if not isinstance(found.value, list):
        return RawTable(1, problems=[Problem("error", "yaml_rows", file, 1, details={"table": table.id})])
    header = tuple(dict.fromkeys(key for item in found.value if isinstance(item, dict) for key in item))
    records: list[tuple[int, tuple[str, ...]]] = []
    lost = 0
    for index, item in enumerate(found.value):
        line = found.line((index,)) or 1
        if not isinstance(item, dict) or any(isinstance(value, dict | list) for value in item.values()):
            problems.append(Problem("error", "yaml_rows", file, line, details={"table": table.id}))
            lost += 1
            continue
        records.append((line, tuple(cell(item.get(key)) for key in header)))
    return RawTable(1, header, records, problems, lost)


def cell(value: Any) -> str:
    """A YAML value as the text of a cell."""
    match value:
        case None:
            return ""
        case True:
            return "yes"
        case False:
            return "no"
        case Decimal():
            return format(value, "f")
        case _:
            return str(value).strip()
