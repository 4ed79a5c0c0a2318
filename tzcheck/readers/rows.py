"""What every reader returns: a header and the rows below it, as texts."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import TypeAlias

from tzcheck.errors import Problem
from tzcheck.table import WORKED_OUT, Table

Record: TypeAlias = tuple[int, tuple[str, ...]]
# A header stands among the first so many rows that have anything in them.
TITLE_ROWS = 20


@dataclass(frozen=True)
class Bulk:
    """A CSV file in UTF-8 whose rows, after `skip` lines, are as plain as can be: a line a row, and no blank lines."""

    path: Path
    skip: int
    delimiter: str


@dataclass
class RawTable:
    """The cells of one table of a file: `records` are (row number, cells), rows counted as a spreadsheet does.

    Blank rows count but are no records. `records` may be read once; `problems` and the number of rows that are `lost`
    (read, but not made a record) are complete after that. Where there is a `bulk`, there are no records.
    """

    header_row: int = 0
    header: tuple[str, ...] = ()
    records: Iterable[Record] = ()
    problems: list[Problem] = field(default_factory=list)
    lost: int = 0
    bulk: Bulk | None = None
    encoding: str | None = None
    sheet: str | None = None


def header_spelling(text: str) -> str:
    """A header as it is compared: without spaces and in half-width brackets, whatever the case."""
    folded = "".join(text.split()).casefold()
    return folded.translate(str.maketrans("（），：％", "(),:%"))


def spellings(table: Table) -> dict[str, str]:
    """The column id for every spelling of a header that the table knows."""
    known: dict[str, str] = {}
    for column in table.columns:
        if column.kind in WORKED_OUT:
            continue
        for header in (column.id, *column.headers):
            known.setdefault(header_spelling(header), column.id)
    return known


def headed(raw: RawTable, rows: Iterator[Record], table: Table) -> RawTable:
    """Finds the header of `rows`: of the first of them the one that has most of the table's own."""
    first = list(islice(rows, TITLE_ROWS))
    if first:
        top = header_among([cells for _, cells in first], table)
        raw.header_row, raw.header = first[top]
        raw.records = chain(first[top + 1 :], rows)
    return raw


def header_among(rows: Sequence[Sequence[str]], table: Table) -> int:
    """The index of the row that has most of a table's headers, the first where none has any."""
    known = spellings(table)
    hits = [sum(header_spelling(cell) in known for cell in cells) for cells in rows]
    return hits.index(max(hits))
