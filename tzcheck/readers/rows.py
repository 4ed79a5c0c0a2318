"""What every reader returns: a header and the rows below it, as texts."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import TypeAlias

from tzcheck.errors import Problem
from tzcheck.table import Table, header_spelling

Record: TypeAlias = tuple[int, tuple[str, ...]]
# What stands for a formula whose result was never computed.
NO_VALUE = "="
# A header stands among the first so many rows that have anything in them.
TITLE_ROWS = 20


@dataclass(frozen=True)
class Bulk:
    """A file whose rows the store can read by itself: a Parquet file (without a delimiter), or a plain CSV file.

    Such a CSV file is in UTF-8 and has, after `skip` lines, a line a row and no blank lines. `unnamed` are the columns
    without a header, counted from 0. Rows of Parquet are counted `by_order` where a column is called `file_row_number`.
    """

    path: Path
    skip: int
    delimiter: str | None
    unnamed: tuple[int, ...] = ()
    by_order: bool = False


@dataclass
class RawTable:
    """The cells of one table of a file: `records` are (row number, cells), rows counted as a spreadsheet does.

    Blank rows count but are no records. `records` may be read once; `problems` and the number of rows that are `lost`
    (read, but not made a record) are complete after that. Of Parquet there is a `bulk` and no records.
    Of a workbook `days` are the rows and indexes of cells that hold a day, `merged` of those in a merged area that were
    filled with what its first cell holds.
    """

    header_row: int = 0
    header: tuple[str, ...] = ()
    records: Iterable[Record] = ()
    problems: list[Problem] = field(default_factory=list)
    lost: int = 0
    bulk: Bulk | None = None
    encoding: str | None = None
    days: list[tuple[int, int]] = field(default_factory=list)
    merged: list[tuple[int, int]] = field(default_factory=list)


def headed(raw: RawTable, rows: Iterator[Record], table: Table) -> RawTable:
    """Finds the header of `rows`: of the first of them the one, or the two, that have most of the table's own."""
    first = list(islice(rows, TITLE_ROWS))
    if first:
        top, deep, raw.header = header_among([cells for _, cells in first], table)
        raw.header_row = first[top + deep - 1][0]
        raw.records = chain(first[top + deep :], rows)
    return raw


def header_among(rows: Sequence[tuple[str, ...]], table: Table) -> tuple[int, int, tuple[str, ...]]:
    """The row that has most of a table's headers, the first where none has any: its index, and how many rows it takes.

    Of two rows the upper one says what several columns have in common (在校生数 over 小学 and 初中).
    """
    known = table.spellings
    required = {column.id for column in table.columns if column.required}
    best, most = (0, 1, rows[0] if rows else ()), 0
    for index, cells in enumerate(rows):
        for deep in (1, 2):
            header = cells if deep == 1 else _in_two(cells, rows[index + 1], known) if index + 1 < len(rows) else ()
            spelled = {header_spelling(cell) for cell in header if cell}
            hits = spelled & known.keys()
            if len(hits) > most:
                best, most = (index, deep, header), len(hits)
            if hits and hits == spelled and required <= {known[one] for one in hits}:
                return best  # nothing but headers, and all that there must be
    return best


def _in_two(upper: Sequence[str], lower: Sequence[str], known: Mapping[str, str]) -> tuple[str, ...]:
    """A header of two rows as one: of each column the spelling that the table knows, else both as they stand."""
    header = []
    above = ""
    for index, below in enumerate(lower):
        own = upper[index] if index < len(upper) else ""
        # A blank beside a text is the rest of a merged cell.
        above = own or (above if below else "")
        spelled = [below, above, f"{below}{above}", f"{above}({below})", f"{above}{below}"]
        if not below or below == above:
            spelled = [above]
        elif not above:
            spelled = [below]
        together = [one for one in spelled[2:] if header_spelling(one) in known]
        alone = [one for one in spelled[:2] if header_spelling(one) in known]
        header.append(next(iter([*together, *alone]), f"{above}{below}" if below != above else above))
    return tuple(header)
