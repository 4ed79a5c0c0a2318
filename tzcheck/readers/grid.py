"""Grids: the cells of every sheet of a workbook, or of a CSV file, each at its place, with its merged areas."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from python_calamine import CalamineWorkbook

from tzcheck.errors import Problem
from tzcheck.readers import WORKBOOKS, workbook
from tzcheck.readers.csv import DELIMITERS, LONGEST_CELL, look, records
from tzcheck.readers.rows import TITLE_ROWS, RawTable

Place = tuple[int, int]


@dataclass(frozen=True)
class Grid:
    """A sheet: its texts by row (counted from 1) and column (from 0), blank cells left out.

    `merged` gives, for every cell of a merged area, the area's first. `lengths` gives, for every row of a CSV file, how
    many cells it has, blank ones too.
    """

    file: str
    sheet: str | None
    cells: Mapping[Place, str]
    merged: Mapping[Place, Place] = field(default_factory=dict)
    lengths: Mapping[int, int] = field(default_factory=dict)
    hidden: bool = False

    @property
    def name(self) -> str:
        """The file, and behind it the sheet."""
        return f"{self.file}!{self.sheet}" if self.sheet else self.file

    def own(self, row: int, column: int) -> str:
        """The text of a cell; that of a merged area stands in its first alone."""
        return self.cells.get((row, column), "")

    def shown(self, row: int, column: int) -> str:
        """The text that a cell shows: in a merged area that of the area."""
        return self.cells.get(self.merged.get((row, column), (row, column)), "")

    @cached_property
    def rows(self) -> list[int]:
        """The rows that have anything in them."""
        return sorted({row for row, _ in self.cells})

    @cached_property
    def width(self) -> int:
        """How many columns it has."""
        return 1 + max((column for _, column in self.cells), default=-1)


def address(place: Place) -> str:
    """A cell as a spreadsheet names it, `C7`."""
    row, column = place
    return f"{workbook.letter(column)}{row}"


def read(path: Path, file: str, encoding: str | None = None) -> tuple[list[Grid], list[Problem]]:
    """The sheets of a workbook, hidden ones too, or the one of a CSV file, and what is wrong. Raises OSError."""
    if path.suffix.casefold() in WORKBOOKS:
        return _sheets(path, file)
    looked = look(path, file, encoding)
    if looked.encoding is None:
        return [], list(looked.problems)
    with path.open(encoding=looked.encoding, newline="") as text:
        first = [text.readline(LONGEST_CELL) for _ in range(TITLE_ROWS)]
    delimiter = max(DELIMITERS, key=lambda one: sum(line.count(one) for line in first))
    raw = RawTable()
    rows = list(records(path, file, looked.encoding, delimiter, raw))
    if raw.problems:
        return [], raw.problems
    cells = {(row, column): cell for row, found in rows for column, cell in enumerate(found) if cell}
    return [Grid(file, None, cells, lengths={row: len(found) for row, found in rows})], []


def _sheets(path: Path, file: str) -> tuple[list[Grid], list[Problem]]:
    book = workbook.open_workbook(path, file)
    grids = []
    for sheet in book.sheets:
        cells, areas = book.cells(sheet)
        # An area may go on for a million rows: what lies beyond the last cell doesn't matter.
        last = max((row for row, _ in cells), default=0), max((column for _, column in cells), default=0)
        merged = {
            (row, column): (top, left)
            for top, left, bottom, right in areas
            for row in range(top, min(bottom, last[0]) + 1)
            for column in range(left, min(right, last[1]) + 1)
        }
        grids.append(Grid(file, sheet, cells, merged))
    return [*grids, *_hidden(path, file, book.hidden)], book.problems


def _hidden(path: Path, file: str, sheets: list[str]) -> list[Grid]:
    """The hidden sheets of a workbook that could be opened, to tell what they are: their values are not taken."""
    return [Grid(file, sheet, _cells_of(path, sheet), hidden=True) for sheet in sheets]


def _cells_of(path: Path, sheet: str) -> dict[Place, str]:
    """The texts of a sheet as far as it can be read; nothing where it is damaged, as nobody wants its values."""
    try:
        rows = CalamineWorkbook.from_path(path).get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    except BaseException as error:
        if not isinstance(error, workbook.FAULTS) and type(error).__name__ != "PanicException":
            raise
        return {}
    texts = (
        ((row, column), workbook.text_of(cell))
        for row, cells in enumerate(rows, 1)
        for column, cell in enumerate(cells)
    )
    return {at: text for at, text in texts if text}
