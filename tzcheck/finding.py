"""Finding items in official forms: the cell of each, by its label, wherever it stands."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tzcheck.cells import NOTHING, ends_of_band, parse_decimal
from tzcheck.form import Form, Item, LabelPath, labelled, unit_behind, unit_of, units_of_sheet
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
class Unit:
    """A unit that is named for a value, and where. One `of_all` is named for many values, of which it may fit few."""

    name: str
    at: Place
    of_all: bool = False


@dataclass(frozen=True)
class Found:
    """An item where it was found: the cell of its value, its label and units as the form has them, and its text.

    What is not `sound` was told of, and is not taken.
    """

    item: Item
    grid: Grid
    at: Place
    label: str
    text: str
    units: tuple[Unit, ...] = ()
    sound: bool = True

    @property
    def cell(self) -> str:
        """Its cell, `E7`."""
        return address(self.at)

    @property
    def where(self) -> str:
        """Its sheet and cell, `a.xlsx!采集表!E7`."""
        return f"{self.grid.name}!{self.cell}"

    @property
    def blank(self) -> bool:
        """Whether nothing is written there, or a sign for nothing; 无 is an answer where one is asked for."""
        if not self.text or self.item.is_question:
            return not self.text
        return spelled(self.text) in (SIGNS if self.item.sheet else NOTHING)


# --- forms of rows -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Rows:
    """A sheet that is a form of rows: the row of its header, and its columns by what they hold.

    Columns are those of number, item, unit and value, and the others that the form has. Of headers that are there
    `twice` both cells are given.
    """

    form: Form
    grid: Grid
    header: int
    columns: Mapping[str, int]
    twice: tuple[tuple[Place, Place], ...] = ()

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
        of_all = self._units_of_all()
        for row in self.below():
            label_at, at = (row, self.columns["item"]), (row, self.columns["value"])
            first = self.grid.merged.get(at, at)
            if at in self.grid.merged and self.grid.merged.get(label_at) == first:
                continue  # a remark across the whole form
            units = []
            if first[0] == row and first != at:
                at = first  # the cell of the value begins in the column of the unit
            elif said := self.grid.own(row, self.columns.get("unit", self.grid.width)):
                units.append(Unit(unit_of(said) or spelled(said), (row, self.columns["unit"])))
            label, text = self.label(row), self.grid.own(*at)
            item = by_label.get(labelled(label))
            if item or text or (label and units):
                units += _unit_behind(label, label_at)
                yield Found(item or STRANGER, self.grid, at, label, text, (*units, *of_all))

    def _units_of_all(self) -> tuple[Unit, ...]:
        """The units that are named for the whole sheet, or behind the header of the values."""
        at = (self.header, self.columns["value"])
        return (*_units_above(self.grid, self.header), *_unit_behind(self.grid.own(*at), at, of_all=True))

    def below(self) -> Iterator[int]:
        """The rows below the header."""
        return (row for row in self.grid.rows if row > self.header)

    def titles(self) -> Iterator[tuple[Place, str]]:
        """The cells above the header."""
        return ((at, text) for at, text in self.grid.cells.items() if at[0] < self.header)

    def aside(self, found: Collection[Place], rows: Mapping[int, str]) -> Iterator[Found]:
        """What stands below the header and is neither a value nor of the form; `rows` are those of items, labelled."""
        own = {column for name, column in self.columns.items() if name != "required"}
        for at, text in sorted(self.grid.cells.items()):
            if at[0] <= self.header or at in found or (at[0] in rows and at[1] in own):
                continue
            if at[0] in rows and at[1] == self.columns.get("required") and labelled(text) in REQUIRED:
                continue
            yield Found(STRANGER, self.grid, at, rows.get(at[0], ""), text)

    def last_column(self) -> int:
        """The last column that has a header."""
        last = max(column for row, column in self.grid.cells if row == self.header)
        ends = [column for (_, column), first in self.grid.merged.items() if first == (self.header, last)]
        return max([last, *ends])

    def too_long(self) -> Iterator[int]:
        """The rows of a CSV file that have more cells than the header."""
        lengths = self.grid.lengths
        return (row for row, length in lengths.items() if row > self.header and length > lengths[self.header])


# Stands for the item of a row that the form does not know.
STRANGER = Item("", ())
# What the column says that tells whether an item must be filled in.
REQUIRED = frozenset({"是", "否", "必填", "选填", "√", "×", "y", "n"})


def rows_of(forms: Iterable[Form], grid: Grid) -> Rows | None:
    """The form of rows that a sheet is: the one that most of its labels belong to; None where it is none."""
    best: tuple[int, Rows] | None = None
    for form in forms:
        found = _headed(form, grid) if form.layout == "list" else None
        if found is None:
            continue
        hits = len(_labels_of(form) & {labelled(found.label(row)) for row in found.below()})
        if hits >= FEWEST and (best is None or hits > best[0]):
            best = (hits, found)
    return best and best[1]


def form_without_header(forms: Iterable[Form], grid: Grid) -> Form | None:
    """The form of rows whose labels are in a sheet that has not its header; None where there are hardly any."""
    labels = {labelled(text) for text in grid.cells.values()}
    lists = (form for form in forms if form.layout == "list")
    return next((form for form in lists if len(_labels_of(form) & labels) >= FEWEST), None)


def _labels_of(form: Form) -> set[str]:
    return {path[-1] for item in form.items.values() for path in item.rows}


def _headed(form: Form, grid: Grid) -> Rows | None:
    wanted = {labelled(header): name for name, header in form.columns.items()}
    for row in grid.rows[:TITLE_ROWS]:
        columns: dict[str, int] = {}
        twice = []
        for column in range(grid.width):
            name = wanted.get(labelled(grid.own(row, column)))
            if name in columns:
                twice.append(((row, columns[name]), (row, column)))
            elif name:
                columns[name] = column
        if {"item", "value"} <= columns.keys():
            return Rows(form, grid, row, columns, tuple(twice))
    return None


def _unit_behind(text: str, at: Place, of_all: bool = False) -> list[Unit]:
    """The unit in brackets behind the text of a cell."""
    name = unit_behind(text)
    return [Unit(name, at, of_all)] if name else []


def _units_above(grid: Grid, row: int) -> tuple[Unit, ...]:
    """The units that lines above a row name for the whole sheet."""
    above = ((at, text) for at, text in grid.cells.items() if at[0] < row)
    return tuple(Unit(name, at, of_all=True) for at, text in above for name in units_of_sheet(text))


# --- forms of sheets -----------------------------------------------------------------------------------------------


def number_of(form: Form, grid: Grid) -> str | None:
    """The number of the form that a sheet holds, `教基1102续`: by its name, else by a title that begins with it."""
    number = re.compile(rf"(?:{form.names})[0-9]{{3,4}}续?[0-9]*")
    named = number.search(spelled(grid.sheet or ""))
    if named:
        return named[0]
    titles = (spelled(grid.own(row, column)) for row in grid.rows[:5] for column in range(grid.width))
    begun = (number.match(title.removeprefix("表号").removeprefix(":")) for title in titles)
    return next((match[0] for match in begun if match), None)


def _is_label(text: str) -> bool:
    folded = spelled(text)
    if not folded or folded in SIGNS or unit_of(folded) or parse_decimal(folded) is not None:
        return False
    return not ABOUT_A_NUMBER.fullmatch(folded)


def _ends_as(path: Sequence[str], wanted: LabelPath) -> bool:
    """Whether a path of labels ends with the last that is wanted, and has the others before it, in that order."""
    if not path or path[-1] != wanted[-1]:
        return False
    before = iter(path[:-1])
    return all(any(one == label for label in before) for one in wanted[:-1])


@dataclass(frozen=True)
class Crossing:
    """A cell for a value, with the labels of its row and of its column, outermost first, and the units in either."""

    grid: Grid
    at: Place
    left: tuple[str, ...]
    above: tuple[str, ...]
    units: tuple[Unit, ...]


def crossings(grid: Grid, form: Form, sheet: str) -> Iterator[Crossing]:
    """The cells of a sheet that have a label to the left and one above."""
    headers = {path[-1] for item in form.items.values() if item.sheet == sheet for path in item.columns}
    first = _first_of_values(grid, headers)
    numbering = _numbering(grid)
    # Where there are numbers, a text is no label but what somebody wrote for a number.
    values = {
        at[1] for at, text in grid.cells.items() if at[0] >= first and at[1] not in numbering and _is_number(text)
    }
    above: dict[int, tuple[str, ...]] = defaultdict(tuple)
    units_above: dict[int, tuple[Unit, ...]] = defaultdict(tuple)
    of_all = _units_above(grid, first)
    for row in grid.rows:
        left: tuple[str, ...] = ()
        units: tuple[Unit, ...] = ()
        for column in range(grid.width):
            text = grid.shown(row, column)
            unit = unit_of(text) or unit_behind(text)
            is_label = _is_label(text)
            if row < first:
                above[column] = _longer(above[column], text) if is_label else above[column]
                units_above[column] += (Unit(unit, (row, column), of_all=True),) if unit else ()
            if is_label and not (row >= first and left and column in values):
                left = _longer(left, text)
            elif (
                not unit_of(text)
                and left
                and above[column]
                and grid.merged.get((row, column), (row, column)) == (row, column)
            ):
                yield Crossing(grid, (row, column), left, above[column], (*units, *units_above[column], *of_all))
            units += (Unit(unit, (row, column)),) if unit else ()


def _first_of_values(grid: Grid, headers: Collection[str]) -> int:
    """The first row with a number that has a label to the left and one of the headers above."""
    headed: set[int] = set()
    numbering = _numbering(grid)
    for row in grid.rows:
        left = False
        for column in range(grid.width):
            text = grid.shown(row, column)
            if _is_label(text):
                left = True
                if labelled(text) in headers:
                    headed.add(column)
            elif left and column in headed and column not in numbering and _is_number(text):
                return row
    return grid.rows[-1] + 1


def _is_number(text: str) -> bool:
    return parse_decimal(text) is not None and not CODE_OF_A_ROW.fullmatch(text)


def _numbering(grid: Grid) -> set[int]:
    """The columns whose cells number the rows."""
    headers = {at for at, text in grid.cells.items() if labelled(text) in NUMBERING}
    return {column for _, column in headers} | {at[1] for at, first in grid.merged.items() if first in headers}


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
    label = f"{crossing.left[-1]} × {crossing.above[-1]}"
    return Found(item, crossing.grid, crossing.at, label, crossing.grid.own(*crossing.at), crossing.units)


def beside(grid: Grid, item: Item, form: Form) -> Iterator[Found]:
    """The cell beside each that has the item's label, or behind the number of its row: blank where a label is there."""
    labels = {path[-1] for one in form.items.values() if one.sheet == item.sheet for path in one.rows}
    numbering = _numbering(grid) | _of_numbers(grid)
    for wanted in item.rows:
        places = [at for at, text in sorted(grid.cells.items()) if labelled(text) == wanted[-1]]
        for row, column in places:
            right = column + 1
            while right in numbering or grid.merged.get((row, right)) == (row, column):
                right += 1
            text = grid.own(row, right)
            yield Found(item, grid, (row, right), grid.own(row, column), "" if labelled(text) in labels else text)
        if places:
            return


def _of_numbers(grid: Grid) -> set[int]:
    """The columns that hold nothing but several numbers such as rows have."""
    cells: dict[int, list[str]] = defaultdict(list)
    for (_, column), text in grid.cells.items():
        cells[column].append(spelled(text))
    return {column for column, texts in cells.items() if len(texts) > 1 and all(map(NUMBER_OF_A_ROW.fullmatch, texts))}


def rest(grid: Grid, taken: set[int]) -> Iterator[Found]:
    """The first number of every labelled row that is not among those of which any was taken."""
    numbering = _numbering(grid)
    for row in (one for one in grid.rows if one not in taken):
        label = ""
        for column in range(grid.width):
            text = grid.own(row, column)
            if label and column not in numbering and _is_number(text):
                yield Found(STRANGER, grid, (row, column), label, text)
                break
            shown = grid.shown(row, column)
            label = labelled(shown) if _is_label(shown) else label
