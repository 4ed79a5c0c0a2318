"""Finding items in official forms: the cell of each, by its label, wherever it stands."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tzcheck.cells import NOTHING, ends_of_band, parse_decimal
from tzcheck.form import Form, Item, LabelPath, labelled, unit_behind, unit_of
from tzcheck.place import spelled
from tzcheck.readers.grid import Grid, Place, address
from tzcheck.readers.rows import TITLE_ROWS

# Columns of a sheet whose cells number the rows, and how such a number looks.
NUMBERING = frozenset({"代码", "编号", "序号", "栏次"})
NUMBER_OF_A_ROW = re.compile(r"[0-9]{1,2}")
CODE_OF_A_ROW = re.compile(r"0[0-9]+")
# What stands in a sheet where nothing must be filled in, where there is no value, or to number its columns.
SIGNS = NOTHING | {"*", "-1", "甲", "乙", "丙", "丁"}
# What somebody writes in place of a number.
ABOUT_A_NUMBER = re.compile(r"[约近大略≈~]*\(?[0-9][0-9,.]*\)?(?:人|名|间|个|册|元|万元|平方米|m2)?[左右余多]*")
# A form of rows has at least so many of its items.
FEWEST = 5


@dataclass(frozen=True)
class Found:
    """An item where it was found: the cell of its value, its label and unit as the form has them, and its text.

    What is not `sound` was told of, and is not taken.
    """

    item: Item
    grid: Grid
    at: Place
    label: str
    text: str
    unit: str | None = None
    sound: bool = True

    @property
    def cell(self) -> str:
        """Its cell, `E7`."""
        return address(self.at)

    @property
    def blank(self) -> bool:
        """Whether nothing is written there, or a sign for nothing."""
        return not self.text or spelled(self.text) in (SIGNS if self.item.sheet else NOTHING)


# --- forms of rows -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Rows:
    """A sheet that is a form of rows: the row of its header, and the columns of number, item, unit and value."""

    form: Form
    grid: Grid
    header: int
    columns: Mapping[str, int]

    def label(self, row: int) -> str:
        """The label of a row; blank in the further rows of a merged label."""
        at = (row, self.columns["item"])
        return self.grid.shown(*at) if self.grid.merged.get(at, at)[0] == row else ""

    def number(self, row: int) -> tuple[str, Place]:
        """The number that a row has, and its cell."""
        at = (row, self.columns.get("number", self.grid.width))
        return self.grid.own(*at), at

    def items(self) -> Iterator[Found]:
        """Every row that has a label or a value; one without an item of the form has one without an id."""
        by_label = {path[-1]: item for item in self.form.items.values() for path in item.rows}
        for row in (one for one in self.grid.rows() if one > self.header):
            label, at = self.label(row), (row, self.columns["value"])
            unit = self.grid.own(row, self.columns["unit"]) if "unit" in self.columns else ""
            first = self.grid.merged.get(at, at)
            if first[1] <= self.columns["item"]:
                continue  # a remark across the whole form
            if first[0] == row and first != at:
                # The cell of the value begins in the column of the unit.
                at, unit = first, ""
            item = by_label.get(labelled(label))
            text = self.grid.own(*at)
            if item or text or (label and unit):
                yield Found(item or STRANGER, self.grid, at, label, text, spelled(unit) or unit_behind(label))


# Stands for the item of a row that the form does not know.
STRANGER = Item("", ())


def rows_of(forms: Iterable[Form], grid: Grid) -> Rows | None:
    """The form of rows that a sheet is: the one that most of its labels belong to; None where it is none."""
    best: tuple[int, Rows] | None = None
    for form in forms:
        header = _header(form, grid) if form.layout == "list" else None
        if header is None:
            continue
        found = Rows(form, grid, *header)
        wanted = {path[-1] for item in form.items.values() for path in item.rows}
        hits = len(wanted & {labelled(found.label(row)) for row in grid.rows() if row > found.header})
        if hits >= FEWEST and (best is None or hits > best[0]):
            best = (hits, found)
    return best and best[1]


def _header(form: Form, grid: Grid) -> tuple[int, dict[str, int]] | None:
    wanted = {labelled(header): name for name, header in form.columns.items()}
    for row in grid.rows()[:TITLE_ROWS]:
        columns: dict[str, int] = {}
        for column in range(grid.width):
            name = wanted.get(labelled(grid.own(row, column)))
            if name:
                columns.setdefault(name, column)
        if {"item", "value"} <= columns.keys():
            return row, columns
    return None


# --- forms of sheets -----------------------------------------------------------------------------------------------


def number_of(form: Form, grid: Grid) -> str | None:
    """The number of the form that a sheet holds, `教基1102续`: by its name, else by its first rows."""
    number = re.compile(rf"(?:{form.names})[0-9]{{3,4}}续?[0-9]*")
    titles = (grid.own(row, column) for row in grid.rows()[:5] for column in range(grid.width))
    named = (number.search(spelled(text)) for text in (grid.sheet or "", *titles))
    return next((match[0] for match in named if match), None)


def _is_label(text: str) -> bool:
    folded = spelled(text)
    if not folded or folded in SIGNS or unit_of(folded) or parse_decimal(folded) is not None:
        return False
    return not ABOUT_A_NUMBER.fullmatch(folded)


def _along(grid: Grid, places: Iterable[Place]) -> tuple[str, ...]:
    """The labels at `places`, outermost first, that of a merged area once."""
    path: tuple[str, ...] = ()
    for place in places:
        text = grid.shown(*place)
        if _is_label(text):
            path = _longer(path, text)
    return path


def _ends_as(path: Sequence[str], wanted: LabelPath) -> bool:
    """Whether a path of labels ends with the last that is wanted, and has the others before it, in that order."""
    if not path or path[-1] != wanted[-1]:
        return False
    before = iter(path[:-1])
    return all(any(one == label for label in before) for one in wanted[:-1])


@dataclass(frozen=True)
class Crossing:
    """A cell for a value, with the labels of its row and of its column, outermost first."""

    grid: Grid
    at: Place
    left: tuple[str, ...]
    above: tuple[str, ...]


def crossings(grid: Grid) -> Iterator[Crossing]:
    """The cells of a sheet that have a label to the left and one above."""
    above: dict[int, tuple[str, ...]] = defaultdict(tuple)
    for row in grid.rows():
        left: tuple[str, ...] = ()
        for column in range(grid.width):
            text = grid.shown(row, column)
            if _is_label(text):
                left = _longer(left, text)
                above[column] = _longer(above[column], text)
            elif left and above[column] and grid.merged.get((row, column), (row, column)) == (row, column):
                yield Crossing(grid, (row, column), left, above[column])


def _longer(path: tuple[str, ...], text: str) -> tuple[str, ...]:
    label = labelled(text)
    return path if path and path[-1] == label else (*path, label)


def crossed(cells: Sequence[Crossing], item: Item, senior: bool) -> list[Found]:
    """The cells where a row of the item's label meets a column of its label: by the first spelling that is there."""
    if senior and item.block:
        cells = [one for one in cells if labelled(item.block or "") in one.left]
    for row in item.rows or ((),):
        for column in item.columns:
            found = [
                one
                for one in cells
                if (_same_band(item, one.left[-1]) if item.band else _ends_as(one.left, row))
                and _ends_as(one.above, column)
            ]
            if found:
                return [_found(item, one) for one in found]
    return []


def _same_band(item: Item, label: str) -> bool:
    return ends_of_band(label) == ends_of_band(item.band or "")


def _found(item: Item, crossing: Crossing) -> Found:
    grid, (row, column) = crossing.grid, crossing.at
    beside = [grid.shown(row, one) for one in range(column)]
    named = [unit for text in beside if (unit := unit_of(text) or unit_behind(text))]
    label = f"{crossing.left[-1]} × {crossing.above[-1]}"
    return Found(item, grid, crossing.at, label, grid.own(row, column), named[-1] if named else None)


def beside(grid: Grid, item: Item, form: Form) -> Iterator[Found]:
    """What stands beside each cell with the item's label: the first text to the right that is no label of another."""
    labels = {path[-1] for one in form.items.values() if one.sheet == item.sheet for path in one.rows}
    for wanted in item.rows:
        places = [at for at, text in sorted(grid.cells.items()) if labelled(text) == wanted[-1]]
        for row, column in places:
            for right in range(column + 1, grid.width):
                text = grid.own(row, right)
                if labelled(text) in labels:
                    yield Found(item, grid, (row, column + 1), grid.own(row, column), "")
                    break
                if text and not NUMBER_OF_A_ROW.fullmatch(spelled(text)) and not _numbers_rows(grid, row, right):
                    yield Found(item, grid, (row, right), grid.own(row, column), text)
                    break
            else:
                yield Found(item, grid, (row, column + 1), grid.own(row, column), "")
        if places:
            return


def rest(grid: Grid, taken: set[int]) -> Iterator[Found]:
    """The first number of every labelled row that is not among those of which any was taken."""
    for row in (one for one in grid.rows() if one not in taken):
        for column in range(1, grid.width):
            text = grid.own(row, column)
            if parse_decimal(text) is None or CODE_OF_A_ROW.fullmatch(text) or _numbers_rows(grid, row, column):
                continue
            label = _along(grid, ((row, one) for one in range(column)))
            if label:
                yield Found(STRANGER, grid, (row, column), label[-1], text)
            break


def _numbers_rows(grid: Grid, row: int, column: int) -> bool:
    return bool(NUMBERING & set(_along(grid, ((one, column) for one in range(1, row)))))
