"""Official forms become the tables of facts: what each item says, where it goes, and what was taken from which cell."""

import csv
import io
import json
import os
import re
import stat
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import ROUND_FLOOR, Decimal
from fractions import Fraction
from pathlib import Path

from tzcheck.cells import SCALE, code_of, number_of_kind, parse_decimal, plain_cell
from tzcheck.errors import FactsFault, Problem
from tzcheck.finding import (
    STRANGER,
    Found,
    Rows,
    Unit,
    beside,
    crossed,
    crossings,
    form_without_header,
    number_of,
    rest,
    rows_of,
)
from tzcheck.form import UNITS, Form, Item, Target, forms
from tzcheck.place import Places, spelled
from tzcheck.readers import WORKBOOKS
from tzcheck.readers.grid import Grid, Place, address
from tzcheck.readers.grid import read as read_grids
from tzcheck.readers.rows import NO_VALUE
from tzcheck.sets import LISTING
from tzcheck.table import STAGES, STAGES_OF_TYPE, TABLES, WORKED_OUT, YES_NO, Column
from tzcheck.texts import texts

HEADERS = ("文件", "工作表", "单元格", "项目", "原值", "表", "行", "列", "写入值", "方式")
SUFFIXES = WORKBOOKS | {".csv"}
# Tables as well, and what may hold some: where one is among the forms, it is likely to be one of them.
UNREADABLE = frozenset({".et", ".ett", ".xlsb", ".numbers", ".xlt", ".xltx", ".zip", ".rar", ".7z"})
WRITTEN = ("schools", "class_bands", "room_bands", "values")
BANDS = ("class_bands", "room_bands")
# Errors as a spreadsheet shows them.
FAULTY = re.compile(r"#(?:REF|NAME|VALUE|DIV/0|NUM|NULL|N/A|SPILL|CALC|FIELD|BLOCKED|CONNECT|UNKNOWN)[!?]?")
ANSWERS = {"yes": (*YES_NO["yes"], "√", "✓", "✔"), "no": (*YES_NO["no"], "×", "✗", "✘")}
YEAR_IN_TITLE = re.compile(r"(?<![0-9])20[0-9]{2}(?![0-9])")
# A sheet of the statistics of one school has a few dozen rows.
MOST_ROWS = 1000

How = Mapping[str, str]


@dataclass
class Line:
    """A line of the list: a cell, where its value went, what was written there, and how it came about."""

    found: Found | None
    label: str
    how: How
    table: str = ""
    row: str = ""
    column: str = ""
    written: str = ""
    grid: Grid | None = None

    def cells(self, lang: str) -> tuple[str, ...]:
        """The line as a row."""
        grid = self.found.grid if self.found else self.grid
        where = (grid.file, grid.sheet or "") if grid else ("", "")
        value = (self.found.cell, self.label, self.found.text) if self.found else ("", self.label, "")
        return (*where, *value, self.table, self.row, self.column, self.written, self.how[lang])


@dataclass(frozen=True)
class Imported:
    """What came of the forms: tables as rows of columns, what describes the county, the list, and what was wrong."""

    tables: Mapping[str, list[dict[str, str]]]
    county: str | None
    lines: Sequence[Line]
    problems: tuple[Problem, ...]
    read: int

    @property
    def taken(self) -> int:
        """How many cells were taken."""
        return len({(line.found.grid.name, line.found.at) for line in self.lines if line.found and line.written})

    def files(self, lang: str) -> dict[str, str]:
        """The content of every file to write, by its name."""
        found = {f"{id}.csv": _table(id, rows) for id, rows in self.tables.items() if rows}
        if self.county:
            found["county.yaml"] = self.county
        found[LISTING] = _csv([HEADERS, *(line.cells(lang) for line in self.lines)])
        return found


@dataclass
class _Record:
    """One form while it is taken: its items as found, the school's id and type, and the numbers that it says.

    `units` are those that the numbers were written in, `zeros` blanks by which the form means 0. Items that are `wrong`
    say a number that can't be right beside others.
    """

    form: Form
    grid: Grid
    found: dict[str, Found]
    school_id: str = ""
    type: str | None = None
    key: str = ""
    numbers: dict[str, Fraction] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    zeros: set[str] = field(default_factory=set)
    wrong: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.school_id = spelled(self.text(self.form.target("schools", "school_id")))
        self.type = _code(TABLES["schools"].column("type"), self.text(self.form.target("schools", "type")))

    @property
    def stages(self) -> tuple[str, ...] | None:
        """The stages that the school has, as far as its type is known."""
        return None if self.type is None else STAGES_OF_TYPE[self.type]

    @property
    def name(self) -> str:
        """What the school is called in messages."""
        return self.text(self.form.target("schools", "school")) or self.school_id or self.grid.name

    def needs(self, item: Item) -> bool:
        """Whether an item must be filled in."""
        return item.required and (item.stage is None or item.stage in (self.stages or ()))

    def state(self, item: Item) -> str:
        """Whether a number is `said`, `wrong`, `blank`, or there is no cell for it: `absent`."""
        found = self.found.get(item.id)
        if item.id in self.wrong or (found and not found.sound):
            return "wrong"
        if item.id in self.numbers:
            return "said"
        return "absent" if found is None else "blank" if found.blank else "wrong"

    def said(self, id: str) -> Fraction | None:
        """The number that an item says, in its own unit, where nothing is wrong with it."""
        return self.numbers[id] if self.state(self.form.items[id]) == "said" else None

    def is_empty(self, id: str) -> bool:
        """Whether nothing at all is written for an item, where the form leaves a 0 blank."""
        found = self.found.get(id)
        return found is not None and found.sound and not found.text and found.item.zero_if_blank

    def is_filled(self, sheet: str | None) -> bool:
        """Whether any total of a sheet was filled in: a sheet that nobody has filled in says nothing by its blanks."""
        items = (item for item in self.form.items.values() if item.sheet == sheet and not item.zero_if_blank)
        return any(item.id in self.numbers for item in items)

    def text(self, item: str | None) -> str:
        """What an item says; blank where it is not there."""
        found = self.found.get(item or "")
        return found.text if found and found.sound and not found.blank else ""


@dataclass
class _Sum:
    """A value of the county that is the sum over its schools of a stage: what each gave, and the lines that tell it."""

    item: Item
    parts: dict[str, tuple[str, Fraction | None]] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)


class _Importing:
    """Collects what is taken from all the forms."""

    def __init__(self) -> None:
        self.forms = forms()
        self.problems: list[Problem] = []
        self.lines: list[Line] = []
        self.rows: dict[str, dict[tuple[str, ...], dict[str, str]]] = {id: {} for id in WRITTEN}
        # Of every cell that was written: where from, and the lines that tell of it.
        self.origin: dict[tuple[str, tuple[str, ...], str], tuple[Found, list[Line]]] = {}
        self.contested: set[tuple[str, tuple[str, ...], str]] = set()
        self.schools: dict[tuple[str, str], Grid] = {}
        # The schools whose forms were taken, by their keys in the tables, and files and sheets that may hold others.
        self.taken: dict[str, list[_Record]] = defaultdict(list)
        self.lost: dict[str, None] = {}
        self.sums: dict[str, _Sum] = {}
        self.whole: list[tuple[_Record, dict[str, tuple[Found, Target]]]] = []
        self.county: dict[str, Found] = {}
        self.year: int | None = None
        self.years_of_titles: list[Found] = []
        self.county_grid: Grid | None = None
        self.read = 0
        self.read_forms: dict[str, Form] = {}

    def tell(self, severity: str, code: str, found: Found, /, value: str | None = None, **details: object) -> None:
        """A problem at a cell; its label is among the details."""
        about = {"label": found.label, "header": found.label, **details}
        self.tell_at(severity, code, found.grid, found.at, found.text if value is None else value, **about)

    def tell_at(self, severity: str, code: str, grid: Grid, at: Place, value: str, /, **details: object) -> None:
        """A problem at a cell that may be another than that of an item's value."""
        problem = Problem(severity, code, grid.name, at[0], value=value, cell=address(at), details=details)
        self.problems.append(problem)

    def tell_of(self, severity: str, code: str, where: str, value: str | None = None, /, **details: object) -> None:
        """A problem of a whole file or sheet."""
        self.problems.append(Problem(severity, code, where, value=value, details=details))

    def lose(self, code: str, where: str, **details: object) -> None:
        """An error by which a whole form may be lost, so that no sum over the forms is one over all."""
        self.tell_of("error", code, where, None, **details)
        self.lost[where] = None


def read(paths: Iterable[Path], encoding: str | None = None) -> Imported:
    """What the forms in `paths`, files or folders of them, come to. Raises FactsFault where there is no form at all."""
    work = _Importing()
    given = list(paths)
    files: dict[Path, tuple[Path, str, bool]] = {}
    for path in given:
        for file, name in _files(work, path):
            files.setdefault(file.resolve(), (file, name, file == path))
    times = Counter(name for _, name, _ in files.values())
    for file, name, is_named in files.values():
        _read_file(work, file, name if times[name] == 1 else file.as_posix(), is_named, encoding)
    if not work.read:
        if not any(problem.severity == "error" for problem in work.problems):
            work.tell_of("error", "import_nothing", ", ".join(map(str, given)), forms=_titles(work))
        raise FactsFault(sorted(work.problems, key=Problem.order))
    return _finished(work)


def _files(work: _Importing, path: Path) -> Iterator[tuple[Path, str]]:
    """The files of a folder, in order, or the one file, each with its name below what was asked for."""
    kind = _kind(work, path)
    if kind == stat.S_IFREG:
        yield path, path.name
    if kind != stat.S_IFDIR:
        return
    for folder, folders, names in os.walk(path, onerror=lambda error: _cannot_read(work, error.filename, error)):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in folders:
            if (Path(folder) / name).is_symlink():
                work.lose("link_to_folder", str(Path(folder) / name))
        for name in sorted(names):
            found = Path(folder) / name
            if not name.startswith((".", "~")) and name != LISTING and _kind(work, found) == stat.S_IFREG:
                yield found, found.relative_to(path).as_posix()


def _kind(work: _Importing, path: Path) -> int | None:
    """Whether a path is a file or a folder; None, with a problem, where it is neither or can't be looked at."""
    try:
        kind = stat.S_IFMT(path.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        work.lose("no_such_path", str(path))
    except OSError as error:
        _cannot_read(work, str(path), error)
    else:
        if kind in (stat.S_IFREG, stat.S_IFDIR):
            return kind
        work.lose("no_file", str(path))
    return None


def _cannot_read(work: _Importing, where: str, error: OSError) -> None:
    work.lose("unreadable", where, why=error.strerror or str(error))


def _titles(work: _Importing) -> Mapping[str, str]:
    known = [form.title for form in work.forms if form.layout != "unknown"]
    return {"zh": "、".join(title["zh"] for title in known), "en": ", ".join(title["en"] for title in known)}


def _listed(labels: Iterable[str]) -> Mapping[str, str]:
    """Several labels in a row."""
    found = list(labels)
    return {"zh": "、".join(found), "en": ", ".join(found)}


def _read_file(work: _Importing, path: Path, name: str, is_named: bool, encoding: str | None) -> None:
    suffix = path.suffix.casefold()
    if suffix not in SUFFIXES:
        if is_named or suffix in UNREADABLE:
            work.lose("import_no_workbook", name)
        else:
            work.tell_of("query", "import_no_workbook", name)
        return
    try:
        grids, problems = read_grids(path, name, encoding)
    except OSError as error:
        _cannot_read(work, name, error)
        return
    if problems:
        work.problems += problems
        work.lost[name] = None
        return
    _take_grids(work, name, grids)


def _take_grids(work: _Importing, name: str, grids: Iterable[Grid]) -> None:
    """Takes the forms among the sheets of a file, and tells of those that are none."""
    left, told = [], False
    for grid in grids:
        rows = rows_of(work.forms, grid)
        if grid.hidden:
            told |= _look_at_hidden(work, grid)
        elif rows:
            told = True
            _take_list(work, rows)
        elif grid.cells:
            left.append(grid)
    for form in work.forms:
        numbered = [(grid, number) for grid in left if form.names and (number := number_of(form, grid))]
        if not numbered:
            continue
        told = True
        left = [grid for grid in left if all(grid is not one for one, _ in numbered)]
        if form.layout == "unknown":
            work.lose("import_old_form", numbered[0][0].name, form=form.title, until=form.until)
            work.lines += [Line(None, "", texts("how.unknown_form"), grid=grid) for grid, _ in numbered]
        else:
            _take_sheets(work, form, numbered)
    strangers = []
    for grid in left:
        headless = form_without_header(work.forms, grid)
        if headless:
            told = True
            headers = _listed(headless.columns[one] for one in ("item", "value"))
            work.lose("import_no_header", grid.name, form=headless.title, headers=headers)
            work.lines.append(Line(None, "", texts("how.unknown_form"), grid=grid))
        else:
            strangers.append(grid)
    for grid in strangers if told else strangers[:1] or [Grid(name, None, {})]:
        if told:
            work.tell_of("query", "import_unknown_form", grid.name, forms=_titles(work))
        else:
            work.lose("import_unknown_form", grid.name, forms=_titles(work))
        work.lines.append(Line(None, "", texts("how.unknown_form"), grid=grid))


def _look_at_hidden(work: _Importing, grid: Grid) -> bool:
    """Tells of a hidden sheet, and whether it is a form: an old copy perhaps, or one that nobody should miss."""
    if form_without_header(work.forms, grid) or any(form.names and number_of(form, grid) for form in work.forms):
        work.lose("import_hidden", grid.name)
        return True
    work.tell_of("query", "hidden_sheet", grid.name)
    return False


def _take_list(work: _Importing, rows: Rows) -> None:
    if rows.twice:
        for first, second in rows.twice:
            work.tell_at(
                "error", "import_two_columns", rows.grid, second, rows.grid.own(*second), at=address(first)
            )  # fmt: skip
        work.lost[rows.grid.name] = None
        work.lines.append(Line(None, "", texts("how.two_columns"), grid=rows.grid))
        return
    items = list(rows.items())
    shifted = set(rows.too_long())
    found: dict[str, list[Found]] = defaultdict(list)
    for one in items:
        if one.at[0] in shifted:
            work.tell("error", "import_shifted", one)
            work.lines.append(Line(one, one.label, texts("how.wrong")))
            one = replace(one, sound=False)
        elif one.item is STRANGER:
            work.tell("query", "import_unknown_item", one)
            work.lines.append(Line(one, one.label, texts("how.unknown_item")))
        if one.item is STRANGER:
            continue
        found[one.item.id].append(one)
        said, at = rows.number(one.at[0])
        if said and parse_decimal(said) != one.item.number:
            work.tell_at("query", "import_number", rows.grid, at, said, label=one.label, expected=one.item.number)
    _look_aside(work, rows, items)
    for at, text in rows.titles():
        if YEAR_IN_TITLE.search(spelled(text)):
            work.years_of_titles.append(Found(STRANGER, rows.grid, at, "", text))
    _take(work, _Record(rows.form, rows.grid, _single(work, found)))


def _look_aside(work: _Importing, rows: Rows, items: Sequence[Found]) -> None:
    """Lists what stands beside the values, and tells of what may be a value that got there."""
    last, told = rows.last_column(), set()
    for one in rows.aside({item.at for item in items}, {item.at[0]: item.label for item in items}):
        if one.at[1] > last and one.at[0] not in told:
            told.add(one.at[0])
            work.tell("error", "import_beyond", one)
        elif one.at[1] <= last and one.label and parse_decimal(one.text) is not None:
            work.tell("query", "import_aside", one)
        work.lines.append(Line(one, one.label, texts("how.aside")))


def _single(work: _Importing, found: Mapping[str, list[Found]]) -> dict[str, Found]:
    """Each item once: those that are there twice with different values are told of, and come to nothing."""
    single: dict[str, Found] = {}
    for id, several in found.items():
        filled = [one for one in several if not one.blank]
        first = (filled or several)[0]
        if len({_compared(one) for one in filled}) > 1:
            other = next(one for one in filled if _compared(one) != _compared(first))
            work.tell("error", "import_twice", other, first=first.text, at=first.where)
            work.lines += [Line(one, one.label, texts("how.twice")) for one in filled]
            single[id] = replace(first, sound=False)
            continue
        single[id] = replace(first, sound=all(one.sound for one in several))
    return single


def _compared(found: Found) -> object:
    """A value as it is compared: 1,200 and １２００ are one, and so are 1 万元 and 10000 元."""
    number = parse_decimal(found.text)
    if number is None:
        return spelled(found.text)
    units = [unit.name for unit in _units(found)] or [found.item.unit or ""]
    return frozenset(number * UNITS.get(unit, ("", 1))[1] for unit in units)


def _take_sheets(work: _Importing, form: Form, numbered: Sequence[tuple[Grid, str]]) -> None:
    sheets: dict[str, list[Grid]] = defaultdict(list)
    for grid, number in numbered:
        if len(grid.rows) > MOST_ROWS:
            work.lose("import_too_long", grid.name, rows=len(grid.rows), most=MOST_ROWS)
            work.lines.append(Line(None, "", texts("how.too_long"), grid=grid))
        else:
            sheets[number].append(grid)
    if not sheets:
        return
    first = next(iter(sheets.values()))[0]
    described = {
        item.id: [one for grid in sheets[item.sheet or ""] for one in beside(grid, item, form)]
        for item in form.items.values()
        if not item.columns and item.sheet in sheets
    }
    record = _Record(form, first, _single(work, {id: several for id, several in described.items() if several}))
    senior = "senior" in (record.stages or ())
    cells = {
        number: [one for grid in grids for one in crossings(grid, form, number)] for number, grids in sheets.items()
    }
    numbers = {
        item.id: crossed(cells.get(item.sheet or "", ()), item, senior) for item in form.items.values() if item.columns
    }
    record.found |= _single(work, {id: several for id, several in numbers.items() if several})
    for one in record.found.values():
        if one.item.known and one.cell not in one.item.known:
            work.tell("query", "import_moved", one, known=", ".join(one.item.known), at=one.cell)
    wanted = {item.sheet for item in form.items.values()}
    absent = sorted(
        {item.sheet for item in form.items.values() if item.sheet and item.sheet not in sheets and record.needs(item)}
    )
    for sheet in absent:
        work.tell_of("error", "import_no_sheet", first.file, sheet)
    _take(work, record, frozenset(absent))
    taken = {(one.grid.name, one.at) for one in record.found.values()}
    for number, grids in sheets.items():
        for grid in grids:
            if number in wanted:
                own = {at[0] for name, at in taken if name == grid.name}
                work.lines += [Line(one, one.label, texts("how.no_table")) for one in rest(grid, own)]
            else:
                work.lines.append(Line(None, "", texts("how.no_table"), grid=grid))


# --- taking --------------------------------------------------------------------------------------------------------


def _code(column: Column, text: str) -> str | None:
    """The code that a text is a label of, or its number beside a label; None where it is none."""
    codes = column.codes or {}
    number = re.match(r"[0-9]{3}(?![0-9])", spelled(text))
    return code_of(codes, text) or (code_of(codes, number[0]) if number else None)


def _take(work: _Importing, record: _Record, absent: frozenset[str] = frozenset()) -> None:
    """Takes what a form says into the tables. `absent` are sheets that are not there, which was told."""
    form, grid = record.form, record.grid
    work.read += 1
    work.read_forms[form.id] = form
    if form.of_school:
        record.key = record.school_id or f"\0{work.read}"
    elif work.county_grid is not None:
        work.tell_of("error", "import_second_county", grid.name, first=work.county_grid.name)
        _not_taken(work, record, texts("how.second_county"))
        return
    else:
        work.county_grid = grid
    _look_at_items(work, record, absent)
    if form.of_school and record.school_id:
        first = work.schools.setdefault((form.id, record.school_id), grid)
        if first is not grid:
            id = record.found[form.target("schools", "school_id") or ""]
            work.tell("error", "import_same_school", id, first=first.name)
            work.lost[grid.name] = None
            _not_taken(work, record, texts("how.same_school", first=first.name))
            return
    if form.of_school:
        work.taken[record.key].append(record)
    _look_at_totals(work, record)
    _look_at_differences(work, record)
    _begin_bands(work, record)
    whole: dict[str, tuple[Found, Target]] = {}
    for target in form.targets:
        _to_target(work, record, target, whole)
    if whole:
        work.whole.append((record, whole))
    for first_id, second_id in form.same:
        _compare(work, record, first_id, second_id)
    used = {id for target in form.targets for _, id in target.terms}
    compared = {first: form.items[second].label for first, second in form.same}
    for total, ids in form.totals.items():
        compared |= dict.fromkeys(ids, form.items[total].label)
        compared[total] = " + ".join(form.items[id].label for id in ids)
    for item_id, one in record.found.items():
        if item_id not in used and one.sound:
            how = texts("how.compared", other=compared[item_id]) if item_id in compared else texts("how.no_table")
            work.lines.append(Line(one, one.label, how))


def _not_taken(work: _Importing, record: _Record, how: How) -> None:
    work.lines += [Line(one, one.label, how) for one in record.found.values() if one.sound]


def _look_at_items(work: _Importing, record: _Record, absent: frozenset[str]) -> None:
    """Tells what is wrong with each item, and reads the numbers."""
    for item in record.form.items.values():
        found = record.found.get(item.id)
        if found is None:
            if record.needs(item) and item.sheet not in absent:
                name = item.label if item.sheet is None else f"{item.sheet} {item.label}"
                work.tell_of("error", "import_no_item", record.grid.file if item.sheet else record.grid.name, name)
                work.lines.append(Line(None, name, texts("how.not_found"), grid=record.grid))
        elif not found.sound or record.is_empty(item.id):
            continue
        elif found.blank:
            if record.needs(item):
                work.tell("error", "import_blank", found)
            elif found.text:
                work.tell("query", "nothing_sign", found)
        elif found.text == NO_VALUE or FAULTY.fullmatch(found.text):
            work.tell("error", "import_no_result" if found.text == NO_VALUE else "import_faulty", found)
            record.found[item.id] = replace(found, sound=False)
            work.lines.append(Line(found, found.label, texts("how.wrong")))
        elif item.is_amount:
            _read_number(work, record, item, found)


def _read_number(work: _Importing, record: _Record, item: Item, found: Found) -> None:
    """Reads the number that an item says, into its own unit; tells where it is none."""
    kind = "count" if item.counts else "measure"
    # What a spreadsheet has worked out is a little beside the number that it shows: 27.999999999999996.
    shown = number_of_kind("number", parse_decimal(found.text))
    number = number_of_kind(kind, None if shown is None else Decimal(shown))
    unit = _unit_said(work, item, found)
    if unit is None:
        return
    if number is None or (spelled(found.text).endswith("年") and unit != "年"):
        about = {"zh": f"（{item.unit}）", "en": f" ({item.unit})"}
        work.tell("error", "bad_cell", found, expected=texts(f"expected.{kind}"), unit=about)
        return
    record.numbers[item.id] = Fraction(number) * _factor(unit, item.unit)
    record.units[item.id] = unit


def _units(found: Found) -> list[Unit]:
    """The units that are named for an item: those for the whole sheet or column where they are of its kind."""
    kind = UNITS.get(spelled(found.item.unit or ""), ("", 1))[0]
    return [unit for unit in found.units if not unit.of_all or UNITS[unit.name][0] == kind]


def _unit_said(work: _Importing, item: Item, found: Found) -> str | None:
    """The unit of an item's number; None, with a problem, where it is of another kind, or several are named."""
    kind, _ = UNITS[spelled(item.unit or "")]
    units = _units(found)
    first = units[0] if units else Unit(item.unit or "", found.at)
    for unit in units:
        about = {"label": found.label, "header": found.label}
        if UNITS.get(unit.name, ("", 1))[0] != kind:
            work.tell_at("error", "import_unit", found.grid, unit.at, unit.name, expected=item.unit, **about)
            return None
        if UNITS[unit.name] != UNITS[first.name]:
            at = address(first.at)
            work.tell_at("error", "import_units", found.grid, unit.at, unit.name, first=first.name, at=at, **about)
            return None
    return first.name


def _factor(unit: str, wanted: str | None) -> Fraction:
    """By what a number in a unit is multiplied to be in another of its kind."""
    return Fraction(UNITS[unit][1], UNITS[spelled(wanted or "")][1])


def _look_at_totals(work: _Importing, record: _Record) -> None:
    """Compares totals with their parts, and tells which blanks stand for a 0: those that a total leaves no room for."""
    items, is_senior = record.form.items, "senior" in (record.stages or ())
    totals = {
        total: [items[id] for id in parts]
        for total, parts in record.form.totals.items()
        if total in record.found
        and not record.is_empty(total)
        # In a school with a senior stage a total of all teachers is none of those in the junior block.
        and not (is_senior and items[total].block != items[parts[0]].block)
    }
    for total, parts in totals.items():
        _look_at_total(work, record, total, parts)
    settled = {item.id for parts in totals.values() for item in parts} | record.form.totals.keys()
    # Of a group whose total the form does not have, a part that is filled in tells that the others are 0.
    beside = {id: parts for total, parts in record.form.totals.items() if total not in record.found for id in parts}
    for id, found in record.found.items():
        if id in settled or not record.is_empty(id) or not record.is_filled(found.item.sheet):
            continue
        if any(record.said(other) is not None and other not in record.zeros for other in beside.get(id, ())):
            record.zeros.add(id)
            record.numbers[id] = Fraction(0)
        elif record.needs(found.item):
            work.tell("error", "import_unconfirmed", found)


def _look_at_total(work: _Importing, record: _Record, total: str, parts: Sequence[Item]) -> None:
    """Compares one total with its parts: blanks among them are 0 where the others come to the total."""
    there = [item for item in parts if item.id in record.found]
    blanks = {item.id for item in there if record.is_empty(item.id)}
    whole = record.said(total)
    filled = [record.state(item) for item in parts if item.id not in blanks and (item in there or record.needs(item))]
    if whole is None or not {"said"}.issuperset(filled):
        return
    amount = sum((record.numbers.get(item.id, Fraction(0)) for item in there), Fraction(0))
    if amount == whole:
        record.zeros |= blanks
        record.numbers |= dict.fromkeys(blanks, Fraction(0))
    elif amount > whole or blanks or len(there) == len(parts):
        cells = ", ".join(record.found[item.id].cell for item in there)
        work.tell("error", "import_parts", record.found[total], parts=_digits(amount), cells=cells)
        record.wrong |= {item.id for item in there} | ({total} if amount > whole else set())


def _look_at_differences(work: _Importing, record: _Record) -> None:
    """Tells where the parts of a number are more than the whole: any of them may be what is wrong."""
    for target in record.form.targets:
        parts = _parts(record, target)
        if all(sign != "-" for sign, *_ in parts) or any(record.state(item) != "said" for _, item, _ in parts):
            continue
        amount = sum((record.numbers[item.id] * (-1 if sign == "-" else 1) for sign, item, _ in parts), Fraction(0))
        if amount < 0:
            found = record.found[parts[-1][1].id]
            work.tell("error", "import_negative", found, value=_digits(amount), formula=_formula(parts))
            record.wrong |= {item.id for _, item, _ in parts}


Parts = Sequence[tuple[str, Item, Found | None]]


def _parts(record: _Record, target: Target) -> Parts:
    """The items of a target with their signs, and as they were found."""
    return [(sign, record.form.items[id], record.found.get(id)) for sign, id in target.terms]


def _begin_bands(work: _Importing, record: _Record) -> None:
    """A row without a number for every band, where any was filled in: one that can't be read must not be missed."""
    bands = [target for target in record.form.targets if target.table in BANDS]
    filled = {
        target.row.get("stage")
        for target in bands
        if any(record.state(item) in ("said", "wrong") for _, item, _ in _parts(record, target))
    }
    for target in bands:
        if target.row.get("stage") in filled:
            places, _ = _places(record, target, "")
            for column, row in places:
                _row(work, record, target.table, column, row)


def _to_target(work: _Importing, record: _Record, target: Target, whole: dict[str, tuple[Found, Target]]) -> None:
    """Writes what one target's items come to, with a line for each item that tells how, or why not."""
    parts = _parts(record, target)
    there = [found for _, _, found in parts if found and found.sound]
    of_all = target.table == "values" and record.form.of_school
    if not there and not target.is_quotient:
        if of_all:
            _add_to_sum(work, record, target, parts, [])
        return
    written, how = _value(work, record, target, parts)
    places: list[tuple[str, dict[str, str]]] = []
    if written is not None:
        places, why = _places(record, target, written)
        if why:
            written, how = None, texts(f"how.{why}")
        if why == "whole_school":
            whole |= {found.item.id: (found, target) for found in there}
    if written is None or of_all:
        lines = [_line(found, target, {}, how, record) for found in there]
        work.lines += lines
        if of_all:
            _add_to_sum(work, record, target, parts, lines)
        return
    for column, row in places:
        lines = [_line(found, target, row, how, record, column, written) for found in there]
        work.lines += lines
        if target.table == "county":
            work.county[column] = there[0]
        else:
            _put(work, record, target.table, column, row, written, there[0], lines)


def _line(
    found: Found, target: Target, row: Mapping[str, str], how: How, record: _Record, column: str = "",
    written: str = "",
) -> Line:  # fmt: skip
    key = target.column if target.table == "values" else record.school_id
    for id, code in row.items():
        codes = TABLES[target.table].column(id).codes
        key += " " + (codes[code][0] if codes else code)
    if written and found.item.id in record.zeros:
        how = texts("how.blank_is_zero")
    name = "value" if target.table == "values" else column or target.column
    return Line(found, found.label, how, target.table, key, name, written)


def _places(record: _Record, target: Target, written: str) -> tuple[list[tuple[str, dict[str, str]]], str | None]:
    """The column and the row's other keys that a target goes to; none, and why, where the stage can't be told."""
    if target.table in BANDS and not record.school_id:
        return [], "no_id"
    starred = "*" in target.column or "*" in target.row.values()
    if not starred:
        return [(target.column, dict(target.row))], None
    if record.stages is None:
        return [], "no_type"
    own = [stage for stage in record.stages if stage in STAGES]
    if not own:
        return [], "no_stage"
    # Nothing of the whole school is nothing of each stage; the bands of classes say something only together.
    if len(record.stages) > 1 and (written != "0" or target.row):
        return [], "whole_school"
    return [
        (target.column.replace("*", stage), {key: stage if one == "*" else one for key, one in target.row.items()})
        for stage in own
    ], None


def _value(work: _Importing, record: _Record, target: Target, parts: Parts) -> tuple[str | None, How]:
    """What a target's items come to, as it is written, and how; None, and why, where they come to nothing."""
    if target.answers:
        return _answered(work, target, parts)
    _, item, found = parts[0]
    if not item.is_amount:
        if found is None or found.blank:
            return None, texts("how.blank")
        return _as_text(work, target, found)
    if target.is_quotient:
        return _quotient(work, record, target, parts)
    why = _lacking(work, record, parts)
    if why:
        return None, texts(f"how.{why}")
    wanted = _unit(target) or item.unit
    total = Fraction(0)
    for sign, one, _ in parts:
        amount = record.numbers[one.id] * _factor(spelled(one.unit or ""), wanted)
        total += -amount if sign == "-" else amount
    if len(parts) > 1:
        return _digits(total), texts("how.computed", formula=_formula(parts))
    unit = record.units.get(item.id, item.unit or "")
    if _factor(unit, wanted) != 1:
        return _digits(total), texts("how.converted", unit=unit, wanted=wanted)
    return _digits(total), texts("how.taken")


def _lacking(work: _Importing, record: _Record, parts: Parts) -> str | None:
    """Why a sum of items can't be told: all are blank, one is wrong, or some say a number and others don't."""
    states = [record.state(item) for _, item, _ in parts]
    if {"blank", "absent"}.issuperset(states):
        return "blank"
    if "wrong" in states:
        return "wrong"
    for (_, item, found), state in zip(parts, states, strict=True):
        if state == "blank" and found and not record.needs(item):
            work.tell("query", "import_partly_blank", found)
        elif state == "absent" and not record.needs(item):
            work.tell_of("query", "import_partly_absent", record.grid.name, item.label)
    return None if {"said"}.issuperset(states) else "partly_blank"


def _quotient(work: _Importing, record: _Record, target: Target, parts: Parts) -> tuple[str | None, How]:
    """One item by another. What can't be divided is written as it stands, so that it is refused and not missed."""
    (_, item, found), (_, by_item, by) = parts
    amount, divisor = record.said(item.id), record.said(by_item.id)
    if amount == 0 and divisor == 0:
        return None, texts("how.nothing_to_divide")
    if divisor == 0 and amount and by:
        work.tell("error", "import_divided", by, formula=_formula(parts), amount=_digits(amount))
    if not divisor or amount is None:
        key = target.column
        said = [one.text if one and one.text else "?" for one in (found, by)]
        work.rows[target.table][key,] = {"key": key, "value": " ÷ ".join(said)}
        return None, texts("how.refused")
    assert by is not None
    written = _digits(amount * _factor(spelled(item.unit or ""), target.unit) / divisor)
    if target.meant:
        work.tell("query", "import_meant", by, value=written, formula=_formula(parts), meant=target.meant)
    return written, texts("how.computed", formula=_formula(parts))


def _unit(target: Target) -> str | None:
    """The unit in which a target is written."""
    if target.table == "values":
        return target.unit
    column = target.column.replace("*", "primary")
    return TABLES[target.table].column(column).unit


def _digits(number: Fraction) -> str:
    """A number as a decimal of at most six places; a longer one is cut off, so that it reaches no limit by rounding."""
    exact = Decimal(number.numerator) / Decimal(number.denominator)
    if Fraction(exact) != number or exact != exact.quantize(SCALE):
        whole = number.numerator * 10**6 // number.denominator
        exact = (Decimal(whole) * SCALE).quantize(SCALE, ROUND_FLOOR)
    text = format(exact, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _formula(parts: Parts) -> str:
    """The arithmetic in the form's own words."""
    words = [word for sign, item, found in parts for word in (sign, found.label if found else item.label)]
    return " ".join(words[1:]).replace(" / ", " ÷ ").replace(" - ", " − ")


def _as_text(work: _Importing, target: Target, found: Found) -> tuple[str | None, How]:
    """A text, a code or a year as it is written; None, with a problem, where it is none of those allowed."""
    if target.table == "county":
        return _of_county(work, target, found)
    column = TABLES[target.table].column(target.column)
    if column.kind != "code":
        text = spelled(found.text) if target.column == "school_id" else found.text
        if target.column == "school_id" and not re.fullmatch("[0-9]{10}", text):
            work.tell("error", "bad_cell", found, expected=texts("expected.school_id"), unit="")
        elif plain_cell(text) != text:
            work.tell("query", "import_plain", found, plain=plain_cell(text))
        return text, texts("how.taken")
    code = code_of(ANSWERS, found.text) if found.item.is_question else _code(column, found.text)
    assert column.codes is not None
    if code is None:
        work.tell("error", "bad_code", found, expected=_listed(labels[0] for labels in column.codes.values()))
        return None, texts("how.wrong")
    return column.codes[code][0], texts("how.taken")


def _of_county(work: _Importing, target: Target, found: Found) -> tuple[str | None, How]:
    """The name or the code of the county, or the year of the form."""
    text = spelled(found.text)
    if target.column == "code" and not re.fullmatch("[0-9]{6}", text):
        work.tell("error", "bad_cell", found, expected=texts("expected.county_code"), unit="")
        return None, texts("how.wrong")
    if target.column != "school_year":
        return text, texts("how.taken")
    year = number_of_kind("year", parse_decimal(text.removesuffix("度")))
    if year is None:
        work.tell("error", "bad_cell", found, expected=texts("expected.year"), unit="")
        return None, texts("how.wrong")
    work.year = int(year)
    return str(year), texts("how.year_end", day=f"{year}-12-31")


def _answered(work: _Importing, target: Target, parts: Parts) -> tuple[str | None, How]:
    """What is written for the first question that is answered by yes."""
    said: list[bool | None] = []
    for _, _, found in parts:
        code = code_of(ANSWERS, found.text) if found and found.sound else None
        if found and found.sound and not found.blank and code is None:
            work.tell("error", "bad_code", found, expected=_listed(labels[0] for labels in YES_NO.values()))
        said.append(None if code is None else code == "yes")
    if None in said:
        return None, texts("how.wrong") if any(found and not found.blank for *_, found in parts) else texts("how.blank")
    first = said.index(True) if True in said else None
    if first is None:
        return None, texts("how.all_no")
    if target.latest and False in said[first:]:
        against = parts[first + said[first:].index(False)][2]
        yes = parts[first][2]
        assert against is not None
        assert yes is not None
        work.tell("error", "import_contradiction", against, other=yes.label, at=yes.cell)
        return None, texts("how.wrong")
    answer = target.answers[first]
    if target.latest:
        return answer, texts("how.latest", answer=answer)
    column = TABLES[target.table].column(target.column)
    assert column.codes is not None
    return column.codes[answer][0], texts("how.because_yes")


def _row(
    work: _Importing, record: _Record, table: str, column: str, row: Mapping[str, str]
) -> tuple[tuple[str, ...], dict[str, str]]:
    """The row of a table that something of a form goes to, with its key; a new one where it is the first."""
    key = (column,) if table == "values" else (record.key, *row.values())
    cells = work.rows[table].setdefault(key, {})
    if table == "values":
        cells["key"] = column
    else:
        cells["school_id"] = record.school_id
        for id, code in row.items():
            codes = TABLES[table].column(id).codes
            cells[id] = codes[code][0] if codes else code
    return key, cells


def _put(
    work: _Importing, record: _Record, table: str, column: str, row: Mapping[str, str], written: str, found: Found,
    lines: list[Line],
) -> None:  # fmt: skip
    """Writes a cell; where another form has said something else, neither counts."""
    key, cells = _row(work, record, table, column, row)
    name = "value" if table == "values" else column
    place = (table, key, name)
    first = work.origin.get(place)
    if first is None:
        cells[name] = written
        work.origin[place] = (found, lines)
        return
    work.origin[place] = (first[0], [*first[1], *lines])
    if cells.get(name) == written:
        return
    is_text = TABLES[table].column(name).kind == "text"
    at, said = first[0].where, cells.get(name, "")
    work.tell("query" if is_text else "error", "import_differs", found, value=written, first=said, at=at)
    if is_text:
        for line in lines:
            line.written, line.how = "", texts("how.differs", at=at)
    else:
        work.contested.add(place)


def _add_to_sum(work: _Importing, record: _Record, target: Target, parts: Parts, lines: list[Line]) -> None:
    """Adds what a school says to the sum of its county, where the school has the stage or says anything."""
    _, item, found = parts[0]
    is_blank = found is None or (found.sound and found.blank)
    if is_blank and record.stages is not None and item.stage not in record.stages:
        for line in lines:
            line.how = texts("how.blank")
        return
    one = work.sums.setdefault(target.column, _Sum(item))
    one.parts[record.key] = (record.name, record.said(item.id))
    one.lines += lines


def _compare(work: _Importing, record: _Record, first: str, second: str) -> None:
    """Two items that say the same thing must be the same."""
    one, other = record.said(first), record.said(second)
    if one is not None and other is not None and one != other:
        about = record.found[second]
        work.tell("query", "import_not_same", record.found[first], other=about.label, at=about.cell, second=about.text)


# --- what comes of it ----------------------------------------------------------------------------------------------


def _finished(work: _Importing) -> Imported:
    for place in sorted(work.contested):
        table, key, name = place
        work.rows[table][key].pop(name, None)
        for line in work.origin[place][1]:
            line.written, line.how = "", texts("how.contested")
    _sum_up(work)
    for record, whole in work.whole:
        _ask_by_stage(work, record, whole)
    county = _county(work)
    tables = {id: list(rows.values()) for id, rows in work.rows.items()}
    if tables["schools"] and work.county_grid is None:
        work.problems.append(Problem("query", "import_no_county"))
    return Imported(tables, county, work.lines, tuple(sorted(work.problems, key=Problem.order)), work.read)


def _sum_up(work: _Importing) -> None:
    """Writes the sums over the schools; one that lacks a school is not written, for it would be too small."""
    wanting: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for key, total in work.sums.items():
        lacking = tuple(_lacking_schools(work, total))
        if lacking:
            wanting[lacking].append(total.item.label)
            for line in total.lines:
                line.how = texts("how.sum_lacks")
            continue
        written = _digits(sum((amount for _, amount in total.parts.values() if amount is not None), Fraction(0)))
        work.rows["values"][key,] = {"key": key, "value": written}
        for line in total.lines:
            line.written, line.how = written, texts("how.sum", schools=len(total.parts))
    for schools, labels in wanting.items():
        about: dict[str, object] = {"labels": _listed(labels), "schools": _listed(schools)}
        work.problems.append(Problem("query", "import_sum_lacks", details=about))


def _lacking_schools(work: _Importing, total: _Sum) -> Iterator[str]:
    """The schools that have not given their part of a sum, though they have the stage or may have; and lost files."""
    yield from (name for name, amount in total.parts.values() if amount is None)
    for key, records in work.taken.items():
        known = [record.stages for record in records if record.stages is not None]
        if key not in total.parts and (not known or any(total.item.stage in stages for stages in known)):
            yield records[0].name
    yield from work.lost


def _ask_by_stage(work: _Importing, record: _Record, whole: Mapping[str, tuple[Found, Target]]) -> None:
    """Asks for what the form has for the whole school only, unless another form gave it by stage."""
    rows = work.rows["schools"].get((record.key,), {})
    own = [stage for stage in record.stages or () if stage in STAGES]
    banded = {key[:2] for key, cells in work.rows["class_bands"].items() if "classes" in cells}
    labels = [
        found.label
        for found, target in whole.values()
        if not all(
            (record.key, stage) in banded if target.row else rows.get(target.column.replace("*", stage))
            for stage in own
        )
    ]
    if labels:
        about = {"labels": _listed(labels), "number": len(labels)}
        work.tell_of("query", "import_whole_school", record.grid.name, record.school_id, **about)


def _county(work: _Importing) -> str | None:
    """The county.yaml of the county form; None where there is none that says which county it is."""
    about = {name: spelled(work.county[name].text) for name in ("code", "name") if name in work.county}
    if not about:
        return None
    if len(about) == 2:
        _compare_place(work, about["code"], about["name"])
    written = (f"{name}: {json.dumps(text, ensure_ascii=False)}" for name, text in about.items())
    lines = ["county: {" + ", ".join(written) + "}"]
    if work.year is not None:
        _compare_years(work, work.year)
        day = date(work.year, 12, 31)
        lines += [f"as_of: {day}  # 填报年度的最后一天 / the last day of the year of the form"]
        lines += [f"school_year: {work.year}"]
    return "\n".join(lines) + "\n"


def _compare_place(work: _Importing, code: str, name: str) -> None:
    """Tells where a code, or a name, is known as that of another place."""
    for said, other in ((code, name), (name, code)):
        known = Places().find(said)
        if known and known.name != code and not known.answers_to(other):
            work.tell("query", "import_code_and_name", work.county["name"], code=code, known=known.name)
            return


def _compare_years(work: _Importing, year: int) -> None:
    """Tells of a form that was of other years, and of titles that have another."""
    day = date(year, 12, 31)
    for form in work.read_forms.values():
        if (form.since and day < form.since) or (form.until and day > form.until):
            days = f"{form.since or ''}–{form.until or ''}"
            work.tell("query", "import_version", work.county["school_year"], form=form.title, day=day, days=days)
    for title in work.years_of_titles:
        if str(year) not in YEAR_IN_TITLE.findall(spelled(title.text)):
            work.tell("query", "import_year_of_title", title, year=year)


def _table(id: str, rows: Sequence[Mapping[str, str]]) -> str:
    table = TABLES[id]
    if id == "values":
        columns = [table.column("key"), table.column("value")]
    else:
        columns = [one for one in table.columns if one.kind not in WORKED_OUT and one.id != table.place]
    return _csv([[one.headers[0] for one in columns], *([row.get(one.id, "") for one in columns] for row in rows)])


def _csv(rows: Iterable[Sequence[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([plain_cell(cell) for cell in row] for row in rows)
    return "\ufeff" + out.getvalue()
