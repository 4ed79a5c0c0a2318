"""Facts: the files of a fact set, typed by the tables, with every row either accepted or reported."""

import hashlib
import os
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from difflib import get_close_matches
from itertools import chain, islice, repeat, zip_longest
from pathlib import Path
from typing import Any

from tzcheck import document
from tzcheck.cells import (
    EXPECTED,
    MONITORED,
    NOTHING,
    SCALE,
    code_of,
    ends_of_band,
    level_of_attainment,
    number_of_kind,
    parse_date,
    parse_decimal,
    prefix_of_id,
    share_written,
)
from tzcheck.errors import FactsFault, NothingFault, Problem, UsageFault, hint
from tzcheck.place import TOTALS, WHOLE, Place, Places, spelled
from tzcheck.readers import NO_VALUE, READERS, WORKBOOKS, RawTable, workbook
from tzcheck.readers.rows import TITLE_ROWS, header_among, header_spelling, spellings
from tzcheck.readers.store import RAW, ROWS, Plain, Store, types_of
from tzcheck.readers.yaml import cell
from tzcheck.table import (
    GIVEN,
    MONITORED_SUBJECTS,
    NUMERIC,
    ROOM_KINDS,
    SCHOOL_ROOM_KINDS,
    SCHOOL_STAGES,
    SCHOOLS,
    SPLIT_BY_STAGE,
    STAGES,
    STAGES_OF_TYPE,
    TABLES,
    VALUE_KINDS,
    VALUES,
    WORKED_OUT,
    Column,
    Table,
)

SET_FILES = {f"{level}.{suffix}": level for level in ("county", "city") for suffix in ("yaml", "yml")}
# The sheet of a workbook that says which county or city it is of.
SET_SHEETS = {"county": "county", "县": "county", "县(市、区)": "county", "city": "city", "市": "city"}
SET_KEYS = {
    "code": ("代码", "区县代码"),
    "name": ("名称", "区县名称"),
    "as_of": ("截止日期",),
    "school_year": ("学年", "填报年度"),
}
# The sheets of a template that explain it and hold no facts, and the headers beside a column for people alone.
EXPLANATORY = frozenset({"说明", "指标清单", "标准与数据", "readme", "indicators", "needs"})
ASIDE = frozenset({"含义", "meaning"})
DATA_SUFFIXES = frozenset(READERS) | WORKBOOKS
# What Excel shows where a formula came to nothing.
CELL_ERRORS = frozenset({"#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!"})
# A code that Excel has made a number of, and of whose digits it shows only some.
LOST_DIGITS = re.compile(r"\d(?:\.\d+)?[Ee]\+?\d+")
# What `tzcheck import` writes beside the tables: a list of the cells that they are from, and no facts.
LISTING = "imported.csv"
# How remarks begin that people write below a table.
NOTES = ("注", "备注", "说明", "填表", "制表", "审核", "填报", "单位负责人", "负责人", "联系")
MOST_EXAMPLES = 5
# So many problems of a kind are told of a file one by one.
MOST_OF_A_KIND = 10_000
# What a cell in a merged area was understood as: what the first cell of the area holds.
MERGED = "↑"
# So many rows are held as Python's at a time, and so many of them are turned into columns at once.
MOST_ROWS, AT_ONCE = 100_000, 1_000
AS_OF, CODE = Column("as_of", ("截止日期",), "date"), Column("code", ("代码",))


@dataclass(frozen=True)
class FileRead:
    """A file of facts: its path below FACTS, its hash, and how many rows were read, accepted and refused.

    Of a workbook each sheet is a file of its own: its path is `a.xlsx!班级`. `letters` are the letters of its columns.
    """

    path: str
    sha256: str
    rows: int
    accepted: int = 0
    rejected: int = 0
    sheet: str | None = None
    encoding: str | None = None
    letters: Mapping[str, str] = field(default_factory=dict)

    @property
    def book(self) -> str:
        """The path without the sheet."""
        return self.path.removesuffix(f"!{self.sheet}") if self.sheet else self.path

    def cell(self, row: int | None, column: str | None) -> str | None:
        """The cell of a workbook in a row and column, `C7`."""
        letter = self.letters.get(column or "")
        return f"{letter}{row}" if letter and row else None


@dataclass(frozen=True)
class TypedTable:
    """The accepted rows of a table, kept in the store; `files` are those of `Facts.files` that they are from."""

    table: Table
    store: Store
    files: frozenset[int] = frozenset()
    known: dict[tuple[str, ...], list[tuple[Any, ...]]] = field(default_factory=dict, compare=False)
    by_at: dict[int, list[dict[str, Any]]] = field(default_factory=dict, compare=False)

    def column(self, name: str) -> list[Any]:
        """The cells of a column, row by row."""
        return self.store.column(self.table, name)

    def counted(self, *names: str) -> list[tuple[Any, ...]]:
        """The different values that columns have together, each with the number of its rows."""
        if names not in self.known:
            self.known[names] = self.store.grouped(self.table, *names)
        return self.known[names]

    def rows(self) -> Iterator[tuple[int, int, int, Mapping[str, Any]]]:
        """Place, file and row of every row, and its cells."""
        for cells in self.store.rows(self.table):
            yield cells.pop("_place"), *divmod(cells.pop("_at"), ROWS), cells

    def cells(self, file: int | None, row: int | None, category: str | None) -> Mapping[str, Any]:
        """The cells of the row that was read there (of a derived table, that of the category); empty where none was."""
        by, at = self.table.category, (file or 0) * ROWS + (row or 0)
        for cells in self._rows_at(at):
            if by is None or cells[by] == category:
                return cells
        return {}

    def _rows_at(self, at: int) -> Iterable[dict[str, Any]]:
        """The rows read at one place. A query costs as much as to read thousands, so that few are read at once."""
        if sum(rows for *_, rows in self.counted("_place")) > MOST_ROWS:
            return self.store.rows(self.table, at)
        if not self.by_at:
            for cells in self.store.rows(self.table):
                self.by_at.setdefault(cells["_at"], []).append(cells)
        return self.by_at.get(at, ())


@dataclass(frozen=True)
class Known:
    """What facts may refer to: indicators, standards, checks, and the county values that must be numbers.

    `others` are standards whose rules were not loaded.
    """

    indicators: frozenset[str] = frozenset()
    standards: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()
    checks: frozenset[str] = frozenset()
    others: frozenset[str] = frozenset()

    def indicator(self, id: str) -> bool:
        """Whether an indicator may have that id."""
        return id in self.indicators or id.partition(".")[0] in self.others

    def standard(self, id: str) -> bool:
        """Whether a standard may have that id."""
        return id in self.standards or id in self.others


@dataclass(frozen=True)
class Refused:
    """A refused row: its table, and as far as they could be read the index of its place, its indicator, its school."""

    table: str
    place: int | None
    indicator: str | None
    subject: str | None = None


@dataclass(frozen=True)
class Turned:
    """What was understood of the cells of a column that are spelled in another way: `１，２００` as `1200`.

    `examples` are the first of them: row, text, and what it was understood as.
    """

    file: str
    column: str
    cells: int
    examples: tuple[tuple[int, str, str], ...]


@dataclass(frozen=True)
class Facts:
    """Everything that was read. `cities` gives, for each place, the index of its city or None.

    The rows are in the `store`; `given` are the tables that have any.
    """

    places: tuple[Place, ...]
    cities: tuple[int | None, ...]
    tables: Mapping[str, TypedTable]
    files: tuple[FileRead, ...]
    problems: tuple[Problem, ...]
    refused: tuple[Refused, ...]
    days: tuple[tuple[str, date], ...]
    turned: tuple[Turned, ...]
    store: Store
    given: frozenset[str]

    @property
    def as_of(self) -> date:
        """The day that all sets name.

        Raises UsageFault where there is none, or more than one; FactsFault where there is none since a file is wrong,
        and NothingFault since nothing at all is filled in.
        """
        found = {day for _, day in self.days}
        if len(found) == 1:
            return found.pop()
        if not found and any(problem.severity == "error" for problem in self.problems):
            raise FactsFault([*sorted(self.problems, key=Problem.order), Problem("error", "no_day")])
        if not found and not self.given:
            raise NothingFault([Problem("query", "nothing_given")])
        if not found:
            raise UsageFault([Problem("error", "no_day")])
        shown = ", ".join(f"{file} {day}" for file, day in self.days)
        raise UsageFault([Problem("error", "several_days", details={"days": shown})])


@dataclass(frozen=True)
class _Set:
    """One folder (or file) of facts while it is read: its own place, if it names one.

    Places of a set with a `suffix` are apart from those of the same name in other sets. A `broken` set has a
    county.yaml that does not say which county it is.
    """

    place: int | None = None
    city: int | None = None
    suffix: str = ""
    broken: bool = False


@dataclass(frozen=True)
class _Part:
    """The rows of one file for a table: the numbers of its set and of the file, the column of each cell, its path."""

    own: int
    file: int
    columns: Sequence[Column | None]
    raw: RawTable
    path: Path | None


@dataclass(frozen=True)
class RowSet:
    """Facts given as rows instead of files: the place they are of, tables as lists of rows, county values."""

    place: Place
    tables: Mapping[str, list[dict[str, Any]]]
    values: Mapping[str, Any]


class _Reading:
    """Collects what is read from all the sets."""

    def __init__(self, known: Known, encoding: str | None) -> None:
        self.known = known
        self.encoding = encoding
        self.registry = Places()
        self.places: list[Place] = []
        self.index: dict[str, int] = {}
        self.cities: dict[int, int] = {}
        self.store = Store()
        self.sets: list[_Set] = []
        self.parts: dict[str, list[_Part]] = defaultdict(list)
        self.files: list[FileRead] = []
        # Rows that are no facts and yet nothing is wrong with them: sums of those above.
        self.sums: dict[int, int] = defaultdict(int)
        self.problems: list[Problem] = []
        self.refused: dict[Refused, None] = {}
        # How many problems were told, how many of them errors, and how many of each kind a file has.
        self.told = self.errors = 0
        self.kinds: Counter[tuple[str, str, str | None, str]] = Counter()
        self.days: list[tuple[str, date]] = []
        self.turned: dict[tuple[str, str], Turned] = {}
        # What a text in a column was found to mean, where there was nothing to say about it.
        self.typed: dict[tuple[str, str, str], Any] = {}

    def place(self, place: Place) -> int:
        if place.id not in self.index:
            self.index[place.id] = len(self.places)
            self.places.append(place)
        return self.index[place.id]

    def refuse(self, refused: Refused) -> None:
        self.refused[refused] = None

    def turn(self, file: str, row: int, column: str, text: str, value: str) -> None:
        known = self.turned.get((file, column), Turned(file, column, 0, ()))
        more = ((row, text, value),) if known.cells < MOST_EXAMPLES else ()
        self.turned[file, column] = Turned(file, column, known.cells + 1, known.examples + more)

    def tell(self, severity: str, code: str, file: str, row: int | None = None, **more: Any) -> None:
        """Notes a problem; of those of a kind that a file has more of than anybody reads, only how many there are."""
        self.told += 1
        self.errors += severity == "error"
        kind = (file, code, more.get("column"), severity)
        self.kinds[kind] += 1
        if self.kinds[kind] <= MOST_OF_A_KIND:
            self.problems.append(Problem(severity, code, file, row, **more))

    def error(self, code: str, file: str, row: int | None = None, **more: Any) -> None:
        self.tell("error", code, file, row, **more)

    def query(self, code: str, file: str, row: int | None = None, **more: Any) -> None:
        self.tell("query", code, file, row, **more)


def read(paths: Sequence[Path], known: Known, encoding: str | None = None) -> Facts:
    """The facts in `paths`: folders of a county or city, folders of such folders, or single tables.

    Raises FactsFault where nothing at all could be read.
    """
    reading = _Reading(known, encoding)
    for path in paths:
        sets = _sets(path) if path.exists() else []
        before, errors = len(reading.files), reading.errors
        for folder, files in sets:
            _read_set(reading, path, folder, files)
        if not path.exists():
            reading.error("no_such_path", str(path))
        elif len(reading.files) == before and reading.errors == errors:
            reading.error("no_tables", str(path), details=_table_names())
    if not reading.files:
        raise FactsFault(reading.problems)
    _type_tables(reading)
    _check_schools(reading)
    return _facts(reading)


def of_rows(sets: Iterable[RowSet], known: Known) -> Facts:
    """Facts from rows, each set apart from the others; the file of a row is the number of its set."""
    reading = _Reading(known, None)
    for number, one in enumerate(sets):
        index = reading.place(one.place)
        city = index if one.place.level == "city" else None
        own = _Set(index, city, f" {number}")
        reading.sets.append(own)
        for id, rows in one.tables.items():
            table = TABLES[id]
            filled = [_with_keys(table, row, position) for position, row in enumerate(rows)]
            header = tuple(dict.fromkeys(key for row in filled for key in row))
            records = [
                (position, tuple(cell(row.get(key)) for key in header)) for position, row in enumerate(filled, 1)
            ]
            _read_table(reading, own, table, RawTable(0, header, records), FileRead(str(number), "", 0))
        if one.values:
            rows_of_values = [
                (position, (key, cell(value))) for position, (key, value) in enumerate(one.values.items(), 1)
            ]
            _read_table(
                reading, own, VALUES, RawTable(0, ("key", "value"), rows_of_values), FileRead(str(number), "", 0)
            )
    _type_tables(reading)
    return _facts(reading)


def _with_keys(table: Table, row: dict[str, Any], position: int) -> dict[str, Any]:
    """The row with a text of its own in every required text column that it leaves out."""
    missing = [one.id for one in table.columns if one.required and one.kind == "text" and one.id not in row]
    filled: dict[str, Any] = dict.fromkeys(missing, str(position))
    return filled | row


def _facts(reading: _Reading) -> Facts:
    store = reading.store
    tables = [TABLES[id] for id in reading.parts]
    files: dict[str, set[int]] = defaultdict(set)
    accepted: dict[int, int] = dict(reading.sums)
    for id, file, rows in store.by_file(tables):
        files[id].add(file)
        accepted[file] = accepted.get(file, 0) + rows
    given = set(files)
    store.seal()
    for (file_of, code, column, severity), number in reading.kinds.items():
        if number > MOST_OF_A_KIND:
            about: dict[str, object] = {"more": number - MOST_OF_A_KIND, "most": MOST_OF_A_KIND, "code": code}
            reading.problems.append(Problem(severity, "many_more", file_of, column=column, details=about))
    derived = _derive(reading, given)
    store.places([reading.cities.get(index) for index in range(len(reading.places))], [p.level for p in reading.places])
    return Facts(
        places=tuple(reading.places),
        cities=tuple(reading.cities.get(index) for index in range(len(reading.places))),
        tables={table.id: TypedTable(table, store, frozenset(files[table.id])) for table in (*tables, *derived)},
        files=tuple(
            replace(file, accepted=accepted.get(index, 0), rejected=file.rows - accepted.get(index, 0))
            for index, file in enumerate(reading.files)
        ),
        problems=tuple(sorted(reading.problems, key=Problem.order)),
        refused=tuple(reading.refused),
        days=tuple(reading.days),
        turned=tuple(reading.turned.values()),
        store=store,
        given=frozenset(given),
    )


def _table_names() -> dict[str, object]:
    return {"tables": ", ".join(GIVEN)}


def _sets(path: Path) -> list[tuple[Path, list[Path]]]:
    """The folders below `path` that hold facts, each with its files; a single file is a set of its own."""
    if path.is_file():
        return [(path.parent, [path])]
    sets = []
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        files = [
            Path(folder) / name
            for name in sorted([*names, *folders])
            if Path(name).suffix.casefold() in DATA_SUFFIXES and not name.startswith((".", "~")) and name != LISTING
        ]
        if files:
            sets.append((Path(folder), files))
    return sets


def _read_set(reading: _Reading, root: Path, folder: Path, files: list[Path]) -> None:
    base = root if root.is_dir() else root.parent
    own = _Set()
    described = [path for path in files if path.name in SET_FILES]
    if len(described) > 1:
        reading.error("two_set_files", described[1].relative_to(base).as_posix())
    for path in described[:1]:
        own = _read_set_file(reading, base, path)
    if not described:
        reading.sets.append(own)
    for path in files:
        name = path.relative_to(base).as_posix()
        if path.name in SET_FILES:
            continue
        if path.is_symlink() and not path.resolve().is_relative_to(base.resolve()):
            reading.error("link_outside", name)
            continue
        sha = _digest(reading, path, name)
        if path.suffix.casefold() in WORKBOOKS:
            _read_workbook(reading, own, path, name, sha)
            continue
        table = table_of(path.stem)
        if table is None:
            _not_a_table(reading, name, path.stem)
        elif sha is None:
            reading.refuse(Refused(table.id, own.place, None))
        else:
            raw = READERS[path.suffix.casefold()](path, name, table, reading.encoding)
            _read_table(reading, own, table, raw, FileRead(name, sha, 0), path)


def _not_a_table(reading: _Reading, file: str, name: str) -> None:
    near = get_close_matches(name, [*GIVEN, *(table.title for table in GIVEN.values())], 1, 0.75)
    details = {"near": near[0] if near else "", **_table_names()}
    code = "table_typo" if near else "not_a_table"
    reading.tell("error" if near else "query", code, file, details=details)


def table_of(name: str) -> Table | None:
    """The table that a file or a sheet holds: called as it, or as it with `_` and more behind (`funding_2024`)."""
    spelling = header_spelling(name)
    found = [
        (len(one), table)
        for table in GIVEN.values()
        for one in (table.id, header_spelling(table.title))
        if spelling == one or spelling.startswith((one + "_", one + "("))
    ]
    return max(found, key=lambda one: one[0])[1] if found else None


def _read_workbook(reading: _Reading, own: _Set, path: Path, name: str, sha: str | None) -> None:
    """Reads a workbook, a sheet a table. One that says which county it is of is a set of its own."""
    by_name = table_of(path.stem)
    book = workbook.open_workbook(path, name) if sha else None
    if book is None or book.problems:
        reading.problems.extend(book.problems if book else ())
        for id in [by_name.id] if by_name else GIVEN:
            reading.refuse(Refused(id, own.place, None))
        if sha:
            reading.files.append(FileRead(name, sha, 0))
        return
    assert sha is not None
    described = [sheet for sheet in book.sheets if header_spelling(sheet) in SET_SHEETS]
    if len(described) > 1:
        reading.error("two_set_sheets", f"{name}!{described[1]}", details={"first": described[0]})
    for sheet in described[:1]:
        own = _read_set_sheet(reading, own, book, sheet, sha)
    others = [sheet for sheet in book.sheets if sheet not in described and header_spelling(sheet) not in EXPLANATORY]
    for sheet in book.hidden:
        reading.query("hidden_sheet", f"{name}!{sheet}")
    for sheet in others:
        table = table_of(sheet) or (by_name if len(others) == 1 else None)
        file = f"{name}!{sheet}"
        if table is None:
            _not_a_sheet(reading, file, sheet, book)
            continue
        raw = book.read(sheet, table)
        first = next(iter(raw.records), None) if raw.header else None
        if first is None:
            # A sheet with a header alone is one that nobody has filled in.
            reading.problems.extend(raw.problems)
            reading.files.append(FileRead(file, sha, 0, sheet=sheet))
            continue
        raw.records = chain([first], raw.records)
        _read_table(reading, own, table, raw, FileRead(file, sha, 0, sheet=sheet), path)


def _not_a_sheet(reading: _Reading, file: str, sheet: str, book: workbook.Workbook) -> None:
    """Tells of a sheet that is not named as a table: by its header, as which it might be meant."""
    first = [cells for _, cells in islice(book.rows(sheet), TITLE_ROWS)]
    if not first:
        return
    likely: list[tuple[int, str]] = []
    for table in GIVEN.values():
        header = {spellings(table).get(header_spelling(cell)) for cell in header_among(first, table)[2]} - {None}
        if len(header) > 1 and {column.id for column in table.columns if column.required} <= header:
            likely.append((len(header), table.id))
    if likely:
        details: dict[str, object] = {"near": max(likely)[1]}
        reading.error("sheet_unnamed", file, value=sheet, details=details)
    else:
        _not_a_table(reading, file, sheet)


def _read_set_sheet(reading: _Reading, own: _Set, book: workbook.Workbook, sheet: str, sha: str) -> _Set:
    """Reads the sheet that says which county or city a workbook is of: what is said in the first column, then what.

    Where nobody has filled it in, the workbook is of its folder's `own` set.
    """
    file = f"{book.file}!{sheet}"
    level = SET_SHEETS[header_spelling(sheet)]
    known = {header_spelling(one): key for key, spelled_so in SET_KEYS.items() for one in (key, *spelled_so)}
    value: dict[str, Any] = {level: {}}
    lines: dict[tuple[str | int, ...], int] = {}
    for row, cells in book.rows(sheet):
        key = known.get(header_spelling(cells[0]))
        text = next(filter(None, cells[1:]), "")
        if key in ("code", "name") and text:
            value[level][key] = text
            lines[level, key] = row
        elif key and text:
            value[key] = text
            lines[key,] = row
        elif text:
            details: dict[str, object] = {"expected": "、".join(one[0] for one in SET_KEYS.values())}
            reading.query("unknown_setting", file, row, value=cells[0], details=details)
    reading.files.append(FileRead(file, sha, 0, sheet=sheet))
    if not value[level] and "as_of" not in value:
        reading.query("no_settings", file)
        return own
    reading.sets.append(_Set(broken=True))
    return _describe(reading, file, document.Document(value, lines), level)


def _digest(reading: _Reading, path: Path, name: str) -> str | None:
    """The hash of a file; None, with a problem, where it can't be read."""
    if path.exists() and not path.is_file():
        reading.error("no_file", name)
        return None
    try:
        with path.open("rb") as data:
            return hashlib.file_digest(data, "sha256").hexdigest()
    except OSError as error:
        reading.error("unreadable", name, details={"why": error.strerror or str(error)})
        return None


# --- county.yaml and city.yaml -------------------------------------------------------------------------------------


def _read_set_file(reading: _Reading, base: Path, path: Path) -> _Set:
    name = path.relative_to(base).as_posix()
    own = _Set(broken=True)
    reading.sets.append(own)
    sha = _digest(reading, path, name)
    if sha is None:
        return own
    found, problems = document.read(path.read_bytes(), name)
    reading.problems.extend(problems)
    if found is None:
        return own
    value = found.value
    level = SET_FILES[path.name]
    allowed = (level, "as_of", "school_year", "values")
    if not isinstance(value, dict) or not isinstance(value.get(level), dict):
        reading.error("set_file", name, 1, details={"key": level})
        return own
    for key in value:
        if key not in allowed:
            _unknown_key(reading, name, found.line((key,)), key, allowed)
    rows = _value_rows(reading, name, found, value.get("values") or {})
    said = [*value[level].values(), value.get("as_of"), *(cell for _, cells in rows for cell in cells[1:])]
    if value[level] and all(one is None or one == "" for one in said):
        reading.query("no_settings", name)
        reading.files.append(FileRead(name, sha, 0))
        reading.sets[-1] = _Set()
        return reading.sets[-1]
    own = _describe(reading, name, found, level)
    raw = RawTable(1, ("key", "value", "as_of", "document"), rows)
    if rows and own.place is None:
        reading.files.append(FileRead(name, sha, len(rows)))
    elif rows:
        _read_table(reading, own, VALUES, raw, FileRead(name, sha, 0))
    else:
        reading.files.append(FileRead(name, sha, 0))
    return own


def _describe(reading: _Reading, file: str, found: document.Document, level: str) -> _Set:
    """The set that a county.yaml, or the like, describes: its place and, noted beside it, its day."""
    value = found.value
    own = _Set(broken=True)
    place = _described_place(reading, file, found, value[level], level)
    if place is not None:
        own = _Set(place, place if level == "city" else None)
        reading.sets[-1] = own
    if value.get("as_of") is not None:
        day = parse_date(cell(value["as_of"]))
        if day is None:
            _bad_cell(reading, file, found.line(("as_of",)), AS_OF, cell(value["as_of"]), "date")
        else:
            reading.days.append((file, day))
    return own


def _described_place(
    reading: _Reading, file: str, found: document.Document, value: dict[str, Any], level: str
) -> int | None:
    for key, item in value.items():
        if key not in ("code", "name"):
            _unknown_key(reading, file, found.line((level, key)), key, ("code", "name"))
        elif isinstance(item, dict | list):
            reading.error("set_file", file, found.line((level, key)), details={"key": level})
            return None
    code, name = spelled(cell(value.get("code"))), cell(value.get("name"))
    known = reading.registry.find(name) if name and not code else None
    if known:
        return reading.place(known)
    if code and not re.fullmatch(r"[0-9]{6}", code):
        _bad_cell(reading, file, found.line((level, "code")), CODE, code, "county_code")
        return None
    if not code and not name:
        reading.error("set_file", file, found.line((level,)), details={"key": level})
        return None
    place = Place(code or None, name or code, level if code or level == "city" else "zone")
    known = reading.registry.add(place)
    if name and reading.registry.find(name) not in (known, None):
        reading.error("code_and_name", file, found.line((level, "name")), value=name, details={"code": code})
        return None
    return reading.place(known)


def _unknown_key(reading: _Reading, file: str, line: int | None, key: str, allowed: tuple[str, ...]) -> None:
    details = {"hint": hint(key, allowed), "expected": ", ".join(allowed)}
    reading.error("unknown_key", file, line, value=key, details=details)


def _value_rows(
    reading: _Reading, file: str, found: document.Document, values: Any
) -> list[tuple[int, tuple[str, ...]]]:
    if not isinstance(values, dict):
        reading.error("values_shape", file, found.line(("values",)))
        return []
    rows: list[tuple[int, tuple[str, ...]]] = []
    for key, value in values.items():
        line = found.line(("values", key)) or 1
        parts_known = ("value", "as_of", "document")
        if isinstance(value, dict) and not set(value) & set(parts_known):
            nested = {f"{key}.{sub}": item for sub, item in value.items()}
        else:
            nested = {key: value}
        for id, item in nested.items():
            parts = item if isinstance(item, dict) else {"value": item}
            for part in parts:
                if part not in parts_known:
                    _unknown_key(reading, file, line, part, parts_known)
            if any(isinstance(part, dict | list) for part in parts.values()):
                reading.error("values_shape", file, line, value=id)
                continue
            rows.append((line, (id, *(cell(parts.get(name)) for name in parts_known))))
    return rows


# --- tables --------------------------------------------------------------------------------------------------------


def _read_table(
    reading: _Reading, own: _Set, table: Table, raw: RawTable, file: FileRead, path: Path | None = None
) -> None:
    """Finds the columns of one file's rows, which are typed when the headers of all files are known."""
    columns = None if not raw.header else _columns(reading, own, table, raw, file.path)
    if columns is None:
        rows = sum(1 for _ in raw.records) + raw.lost
        reading.files.append(replace(file, encoding=raw.encoding, rows=rows))
        reading.problems.extend(raw.problems)
        reading.refuse(Refused(table.id, own.place, None))
        return
    letters = {one.id: workbook.letter(index) for index, one in enumerate(columns) if one} if file.sheet else {}
    reading.files.append(replace(file, encoding=raw.encoding, letters=letters))
    # The set is one of the last; a workbook among a folder's files may be a set of its own.
    number = next(index for index in reversed(range(len(reading.sets))) if reading.sets[index] is own)
    reading.parts[table.id].append(_Part(number, len(reading.files) - 1, columns, raw, path))


def _type_tables(reading: _Reading) -> None:
    reading.store.make(TABLES[id] for id in reading.parts)
    for id, parts in reading.parts.items():
        _type_table(reading, TABLES[id], parts)
    for id, parts in list(reading.parts.items()):
        if not any(reading.files[part.file].rows for part in parts):
            del reading.parts[id]


def _telling(table: Table, columns: Sequence[Column | None], unnamed: Iterable[int]) -> list[int]:
    """The indexes of the columns one of which must be filled in for a row to be one: not those that a form prefills."""
    if not table.prefilled:
        return list(range(len(columns)))
    own = [index for index, column in enumerate(columns) if column and column.id not in table.key]
    return [*own, *unnamed]


def _type_table(reading: _Reading, table: Table, parts: list[_Part]) -> None:
    """Types the rows of all files for a table and adds the sound ones."""
    store = reading.store
    listed = []
    for part in parts:
        bulk = part.raw.bulk
        telling = _telling(table, part.columns, bulk.unnamed) if bulk else ()
        if bulk and store.hold_file(bulk, part.columns, (part.own, part.file), telling):
            given = frozenset(column.id for column in part.columns if column)
            _type_rows(reading, table, given, store.places_named(table, given))
            _count(reading, table, part, store.counted())
        elif bulk:
            assert part.path is not None
            read = READERS[part.path.suffix.casefold()]
            raw = read(part.path, reading.files[part.file].path, table, reading.encoding, bulk=False)
            listed.append(replace(part, raw=raw))
        else:
            listed.append(part)
    for held in _held(reading, table, listed):
        store.hold(held)
        named = zip(held["_set"], held.get(table.place) or repeat(""), strict=False)
        _type_rows(reading, table, frozenset(held) - RAW.keys(), dict.fromkeys(named))
    _refuse_repeated(reading, table)


def _count(reading: _Reading, table: Table, part: _Part, rows: int) -> None:
    """Sees to what can be told of a file only when its last row has been read."""
    raw, file, own = part.raw, reading.files[part.file], reading.sets[part.own]
    reading.files[part.file] = replace(file, rows=rows + raw.lost)
    reading.problems.extend(raw.problems)
    broken = any(problem.severity == "error" for problem in raw.problems)
    if not rows and not broken and part.path and not file.sheet:
        # As good as no table at all: what reads it can't be told.
        about: dict[str, object] = {"table": {"zh": table.title, "en": table.id}}
        reading.query("empty_table", file.path, raw.header_row, details=about)
    if broken:
        reading.refuse(Refused(table.id, own.place, None))
    merged = [(row, index) for row, index in raw.merged if row > raw.header_row and index < len(part.columns)]
    for row, index in merged:
        if column := part.columns[index]:
            reading.turn(file.path, row, column.id, "", MERGED)
    for row, index in raw.days:
        column = part.columns[index] if index < len(part.columns) else None
        if column and row > raw.header_row and column.kind in ("text", "band"):
            days: dict[str, object] = {"header": column.header}
            reading.query("became_a_day", file.path, row, column=column.id, details=days)


def _held(reading: _Reading, table: Table, parts: Iterable[_Part]) -> Iterator[dict[str, list[Any]]]:
    """The rows of several files by column, so many at a time as take little room."""
    present = {column.id for part in parts for column in part.columns if column}
    names = [column.id for column in table.columns if column.id in present]
    held: dict[str, list[Any]] = {name: [] for name in (*RAW, *names)}
    for part in parts:
        width, rows = len(part.columns), 0
        last = max((index for index, header in enumerate(part.raw.header, start=1) if header), default=0)
        at = {column.id: index for index, column in enumerate(part.columns) if column}
        unnamed = [index for index, header in enumerate(part.raw.header) if not header]
        telling = _telling(table, part.columns, unnamed)
        found = iter(part.raw.records)
        while records := list(islice(found, min(AT_ONCE, MOST_ROWS - len(held["_row"])))):
            if table.prefilled:
                records = [one for one in records if any(one[1][width:]) or any(_cells_at(one[1], telling))]
            rows += len(records)
            for row, cells in records if any(len(cells) < last for _, cells in records) else ():
                if len(cells) < last:
                    details: dict[str, object] = {"cells": len(cells), "columns": last}
                    file = reading.files[part.file].path
                    reading.query("short_row", file, row, details=details)
            held["_set"] += [part.own] * len(records)
            held["_file"] += [part.file] * len(records)
            held["_row"] += [row for row, _ in records]
            held["_first"] += [next(filter(None, cells)) for _, cells in records]
            columns = list(zip_longest(*(cells for _, cells in records), fillvalue=""))
            beyond = [columns[index] for index in range(len(columns)) if index >= width or index in unnamed]
            blank = ("",) * len(records)
            held["_extra"] += [next(filter(None, cells), "") for cells in zip(*beyond, strict=True)] or blank
            for name in names:
                held[name] += columns[at[name]] if at.get(name, width) < min(width, len(columns)) else blank
            if len(held["_row"]) == MOST_ROWS:
                yield held
                held = {name: [] for name in held}
        _count(reading, table, part, rows)
    if held["_row"]:
        yield held


def _cells_at(cells: Sequence[str], indexes: Iterable[int]) -> Iterator[str]:
    return (cells[index] for index in indexes if index < len(cells))


def _type_rows(reading: _Reading, table: Table, given: frozenset[str], named: Iterable[tuple[int, str]]) -> None:
    """Types the rows that the store holds: those with plain cells there, every other one here.

    `given` are the columns that they have, `named` the set and the text of every place that they name.
    """
    store, known = reading.store, reading.known
    placed: dict[tuple[int, str], tuple[int, int | None, str]] = {}
    for number, text in named:
        place = _place_of(reading, reading.sets[number], text)
        if place is not None:
            placed[number, text] = (place, reading.cities.get(place), reading.places[place].level)
    ids = {"indicator": known.indicators, "standard": known.standards, "check": known.checks}
    plain = Plain(
        {column: sorted(each) for column, each in ids.items() if column in table.column_ids},
        sorted(key for key, kind in VALUE_KINDS.items() if kind == "count"),
        sorted({key for key, kind in VALUE_KINDS.items() if kind == "measure"} | known.numbers - VALUE_KINDS.keys()),
    )
    added: list[tuple[Any, ...]] = []
    for id, number, file, row, first, extra, cells in store.type(table, given, placed, plain):
        sound = _read_row(reading, reading.sets[number], table, (file, row, first, extra), cells)
        if sound is not None:
            place, values = sound
            at = (place, reading.cities.get(place), reading.places[place].level, file * ROWS + row, number, id)
            added.append((*at, *(values[name] for name in types_of(table))))
    if added:
        store.add(table, added)


def _refuse_repeated(reading: _Reading, table: Table) -> None:
    """Takes out every row whose key another row has before it."""
    if not table.key:
        return
    gone: list[int] = []
    apart = any(own.suffix for own in reading.sets)
    for ids in reading.store.repeated(table, apart):
        first, *others = reading.store.rows(table, ids=ids)
        file, row = divmod(first["_at"], ROWS)
        for cells in others:
            number, where = divmod(cells["_at"], ROWS)
            place = cells["_place"]
            shown = " ".join(str(cells[id]) for id in table.key if cells[id] != "")
            again: dict[str, object] = {"first_file": reading.files[file].path, "first_row": row}
            county = reading.places[place].id
            reading.error(
                "duplicate", reading.files[number].path, where, column=table.key[-1], value=shown, county=county,
                details=again,
            )  # fmt: skip
            school = next((cells[id] for id in REFERENCES if cells.get(id)), None)
            reading.refuse(Refused(table.id, place, cells.get("indicator"), school))
        gone += ids[1:]
    if gone:
        reading.store.remove(table, gone)


def _columns(reading: _Reading, own: _Set, table: Table, raw: RawTable, file: str) -> list[Column | None] | None:
    """The column that each header cell stands for; None where the table can't be read for want of one."""
    known = spellings(table)
    found: list[Column | None] = []
    first: dict[str, str] = {}
    sound = True
    for header in raw.header:
        id = known.get(header_spelling(header))
        if id in first:
            details = {"first": first[id], "id": id}
            reading.error("same_column", file, raw.header_row, column=header, details=details)
            sound = False
        if id:
            first.setdefault(id, header)
        found.append(table.column(id) if id else None)
    strangers = [
        header
        for header, column in zip(raw.header, found, strict=True)
        if header and column is None and header_spelling(header) not in ASIDE
    ]
    for column in table.columns:
        if column.id in first or column.kind in WORKED_OUT:
            continue
        candidates = {header_spelling(header): header for header in strangers}
        near = [
            candidates[match]
            for spelling in (column.id, *column.headers)
            for match in get_close_matches(header_spelling(spelling), candidates, 1, 0.75)
        ]
        needed = own.place is None if column.kind == "place" else column.required
        if needed and column.kind == "place" and own.broken:
            sound = False  # told already: county.yaml does not say which county it is
            continue
        if near:
            strangers.remove(near[0])
            details = {"id": column.id, "title": column.headers[0]}
            reading.error("header_typo", file, raw.header_row, column=near[0], details=details)
        elif needed:
            details = {"id": column.id, "title": column.headers[0], "headers": ", ".join(filter(None, raw.header))}
            reading.error("no_column", file, raw.header_row, column=column.id, details=details)
        if needed:
            sound = False
    for header in strangers:
        about: dict[str, object] = {"table": {"zh": table.title, "en": table.id}}
        about["expected"] = ", ".join(column.id for column in table.columns)
        reading.query("unknown_column", file, raw.header_row, column=header, details=about)
    return found if sound else None


def _read_row(
    reading: _Reading,
    own: _Set,
    table: Table,
    about: tuple[int, int, str, str | None],
    cells: Mapping[str, str | None],
) -> tuple[int, dict[str, Any]] | None:
    """The place and the cells of one row; None where it was refused, with a problem for each fault in it.

    It is `about` a file, a row, the first text in it and the text beyond the header.
    """
    number, row, first, extra = about
    file = reading.files[number].path
    before, errors = len(reading.problems), reading.errors
    if extra:
        reading.error("beyond_header", file, row, value=extra)
    if no_fact := _no_fact(table, own, cells, first):
        reading.query(no_fact, file, row, value=first)
        reading.sums[number] += 1
        return None
    place = _row_place(reading, own, table, cells.get(table.place) or "", file, row)
    values: dict[str, Any] = {}
    for column in table.columns:
        text = cells.get(column.id) or ""
        if column.kind == "place":
            values[column.id] = text
        elif column.kind == "prefix":
            values[column.id] = prefix_of_id(values[table.subject] or "")
        elif column.kind in WORKED_OUT:
            values[column.id] = ends_of_band(values["band"] or "")[column.kind == "high"]
        elif (known := reading.typed.get((table.id, column.id, text))) is not None:
            values[column.id] = known
        elif text == "":
            values[column.id] = None
            if column.required and column.id not in table.may_be_blank:
                reading.error("blank_key", file, row, column=column.id, details={"header": column.header})
        else:
            told = reading.told
            values[column.id] = _typed(reading, column, text, file, row)
            if reading.told == told and column.kind != "text":
                reading.typed[table.id, column.id, text] = values[column.id]
        if text and values[column.id] is not None and column.kind not in ("place", *WORKED_OUT):
            shown = spelled_by_tables(column, text, values[column.id])
            if shown is not None:
                reading.turn(file, row, column.id, text, shown)
        if column.kind == "printed":
            values[f"{column.id}/printed"] = None if values[column.id] is None else str(values[column.id])
    if table is VALUES:
        values["number"] = parse_decimal(values["value"]) if values["value"] else None
    _check_references(reading, table, values, file, row)
    if reading.errors > errors:
        county = reading.places[place].id if place is not None else None
        for index in range(before, len(reading.problems)):
            reading.problems[index] = replace(reading.problems[index], county=county)
        indicator = values.get("indicator")
        named = indicator if indicator and reading.known.indicator(indicator) else None
        school = next((values.get(id) for id in REFERENCES if values.get(id)), None)
        reading.refuse(Refused(table.id, place, named, school))
        return None
    assert place is not None
    return place, values


def _no_fact(table: Table, own: _Set, cells: Mapping[str, str | None], first: str) -> str | None:
    """What tells of a row that is no fact: a sum of those above it, or a remark below the table; None where it is one.

    The city's row of the notice is a fact and no sum. A remark begins as one, and has no other cell beside it.
    """
    city = table.of_places and own.city is not None and spelled(cells.get(table.place) or "") in WHOLE
    if not city and spelled(first) in TOTALS:
        return "total_row"
    if spelled(first).startswith(NOTES) and len(list(filter(None, cells.values()))) <= 1:
        return "note_row"
    return None


def _place_of(reading: _Reading, own: _Set, text: str) -> int | None:
    """The index of the place that a row names, or of its set's where it names none; None where it is none."""
    if text == "":
        return own.place
    if own.city is not None and spelled(text) in WHOLE:
        return own.city
    place = reading.registry.find(text)
    if place is None:
        return None
    if own.suffix:
        if place.level == "city" and own.city is not None:
            return own.city
        place = Place(None, place.name + own.suffix, place.level, (place.name,))
    if own.place is not None and own.city is None and place.id != reading.places[own.place].id:
        return None
    index = reading.place(place)
    if own.city is not None and place.level in ("county", "zone", "municipal"):
        reading.cities[index] = own.city
    return index


def _row_place(reading: _Reading, own: _Set, table: Table, text: str, file: str, row: int) -> int | None:
    """The index of a row's place; None, with a problem, where it has none or not the set's."""
    column = table.place
    index = _place_of(reading, own, text)
    if index is not None:
        return index
    if text == "":
        reading.error("no_place", file, row, column=column)
    elif reading.registry.find(text) is None:
        known = reading.registry.names()
        details: dict[str, object] = {"hint": hint(spelled(text), known), "expected": "、".join(known)}
        reading.error("unknown_place", file, row, column=column, value=text, details=details)
    else:
        assert own.place is not None
        details = {"own": reading.places[own.place].name}
        reading.error("other_county", file, row, column=column, value=text, details=details)
    return None


def _typed(reading: _Reading, column: Column, text: str, file: str, row: int) -> Any:
    """The value of a cell, or None with a problem where it is not of the column's kind."""
    if text == NO_VALUE or text in CELL_ERRORS:
        details: dict[str, object] = {"header": column.header}
        fault = "formula_unread" if text == NO_VALUE else "cell_error"
        reading.error(fault, file, row, column=column.id, value=text, details=details)
        return None
    match column.kind:
        case "text" if not column.required and spelled(text) in NOTHING:
            _nothing(reading, column, text, file, row)
            return None
        case "text":
            return _plain_text(reading, column, text, file, row)
        case "code":
            assert column.codes is not None
            code = code_of(column.codes, text)
            if code is not None:
                return code
            each = [f"{code} {labels[0]}" for code, labels in column.codes.items()]
            choices = ", ".join(each if len(each) < 20 else [*each[:2], "…", each[-1]])
            about: dict[str, object] = {"header": column.header, "expected": choices}
            reading.error("bad_code", file, row, column=column.id, value=text, details=about)
            return None
        case "date":
            day = parse_date(text)
            if day is None:
                _bad_cell(reading, file, row, column, text, "date")
            return day
        case "band":
            if ends_of_band(text) == (None, None):
                _bad_cell(reading, file, row, column, text, "band")
            return spelled(text)
        case kind:
            if spelled(text) in NOTHING:
                _nothing(reading, column, text, file, row)
                return None
            number = parse_decimal(text, percent=column.unit == "%")
            value = number_of_kind(kind, number)
            if value is None:
                _bad_cell(reading, file, row, column, text, kind)
            elif number is not None and kind != "printed" and number != number.quantize(SCALE, ROUND_HALF_UP):
                rounded: dict[str, object] = {"header": column.header, "decimals": -int(SCALE.as_tuple().exponent)}
                reading.query("rounded", file, row, column=column.id, value=text, details=rounded)
            return value


def _plain_text(reading: _Reading, column: Column, text: str, file: str, row: int) -> str | None:
    """A text without line breaks and other characters that can't be seen."""
    if column.id.endswith("_id") and LOST_DIGITS.fullmatch(spelled(text)):
        details: dict[str, object] = {"header": column.header}
        reading.error("lost_digits", file, row, column=column.id, value=text, details=details)
        return None
    kept = "".join(char for char in text if char.isprintable())
    if any(not char.isprintable() and not char.isspace() for char in text):
        about: dict[str, object] = {"header": column.header}
        reading.query("control_characters", file, row, column=column.id, value=text, details=about)
    return kept


def spelled_by_tables(column: Column, text: str, value: Any) -> str | None:
    """How the tables spell what a text was understood as; None where it is spelled so already."""
    match column.kind:
        case "code":
            assert column.codes is not None
            return None if text in (value, *column.codes[value]) else column.codes[value][0]
        case "date":
            shown = value.isoformat()
        case "text" | "band":
            shown = value
        case _:
            shown = format(Decimal(value).normalize(), "f")
            return None if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text) else shown
    return None if shown == text else shown


def _nothing(reading: _Reading, column: Column, text: str, file: str, row: int) -> None:
    """Tells of a sign by which people say that there is nothing: it is read as a blank."""
    details = {"header": column.header}
    reading.query("nothing_sign", file, row, column=column.id, value=text, details=details)


def _bad_cell(reading: _Reading, file: str, row: int | None, column: Column, value: str, kind: str) -> None:
    unit = f" ({column.unit})" if column.unit and kind in NUMERIC else ""
    details = {"header": column.header, "expected": EXPECTED[kind], "unit": unit}
    reading.error("bad_cell", file, row, column=column.id, value=value, details=details)


def _check_references(reading: _Reading, table: Table, values: dict[str, Any], file: str, row: int) -> None:
    """Indicators and standards that a row names must be there, and values that rules compute with be numbers."""
    key, text = (values.get("key"), values.get("value")) if table is VALUES else (None, None)
    if key is not None and text is not None:
        kind = VALUE_KINDS.get(key, "number" if key in reading.known.numbers else MONITORED.get(key.partition(".")[0]))
        found: Any = text
        if kind == "date":
            found = parse_date(text)
        elif kind == "level":
            found = level_of_attainment(text)
        elif kind == "share":
            found = share_written(text)
        elif kind:
            found = number_of_kind(kind, parse_decimal(text))
        if kind and found is None:
            _bad_cell(reading, file, row, VALUES.column("value"), text, kind)
        known_keys = VALUE_KINDS.keys() | reading.known.numbers
        if key not in known_keys and hint(key, known_keys, 0.85)["en"]:
            near: dict[str, object] = {"hint": hint(key, known_keys, 0.85)}
            reading.query("value_key", file, row, column="key", value=key, details=near)
    about = (
        ("indicator", reading.known.indicator, reading.known.indicators),
        ("standard", reading.known.standard, reading.known.standards),
        ("check", reading.known.checks.__contains__, reading.known.checks),
    )
    for column, is_known, known in about:
        named = values.get(column)
        if column in table.column_ids and named is not None and not is_known(named):
            details = {"hint": hint(named, known), "expected": EXPECTED[column]}
            reading.error("unknown_id", file, row, column=column, value=named, details=details)


REFERENCES = {"school_id": "schools", "kindergarten_id": "kindergartens"}


def _check_schools(reading: _Reading) -> None:
    """Rows whose school is not in `schools` (or kindergarten not in `kindergartens`) are taken out and reported."""
    for column, home in REFERENCES.items():
        if home not in reading.parts:
            continue
        refused = {(one.table, one.place, one.subject) for one in reading.refused}
        for id in reading.parts:
            table = TABLES[id]
            if id in (home, "vocational_schools") or column not in table.column_ids:
                continue
            lost = reading.store.strangers(table, TABLES[home])
            for _, at, place, subject in lost:
                file, row = divmod(at, ROWS)
                code = "home_refused" if (home, place, subject) in refused else "unlisted"
                county = reading.places[place].id
                reading.error(
                    code, reading.files[file].path, row, column=column, value=subject, county=county,
                    details={"home": home},
                )  # fmt: skip
                reading.refuse(Refused(id, place, None, subject))
            if lost:
                reading.store.remove(table, [id for id, *_ in lost])


# --- derived tables ------------------------------------------------------------------------------------------------


def _derive(reading: _Reading, given: set[str]) -> list[Table]:
    """Adds the tables that are made of others' rows: a row a school and stage, and so on."""
    made: list[Table] = []
    if "schools" in reading.parts:
        reading.store.blank_is_none(SCHOOLS, _stages_not_had())
        reading.store.crossed(SCHOOL_STAGES, SCHOOLS, "stage", STAGES)
        reading.store.crossed(SCHOOL_ROOM_KINDS, SCHOOLS, "kind", ROOM_KINDS)
        made += [SCHOOL_STAGES, SCHOOL_ROOM_KINDS]
    if "values" in reading.parts:
        reading.store.make([MONITORED_SUBJECTS])
        rows = list(_monitored(reading))
        if rows:
            reading.store.add(MONITORED_SUBJECTS, rows)
            given.add(MONITORED_SUBJECTS.id)
        made.append(MONITORED_SUBJECTS)
    if "schools" in given:
        given |= {SCHOOL_STAGES.id, SCHOOL_ROOM_KINDS.id}
    return made


def _stages_not_had() -> dict[str, list[str]]:
    """The types of schools that do not have the stage of a column: there a blank is not missing but 0."""
    return {
        f"{stem}_{stage}": [type for type, stages in STAGES_OF_TYPE.items() if stage not in stages]
        for stem in SPLIT_BY_STAGE
        for stage in (*STAGES, "senior")
        if f"{stem}_{stage}" in SCHOOLS.column_ids
    }


def _monitored(reading: _Reading) -> Iterator[tuple[Any, ...]]:
    """A row for each subject of the state's quality monitoring, from `monitoring_level.X` and `monitoring_variation.X`.

    A level or a variation without a subject holds for every subject that has none of its own, or for all of them.
    """
    found: dict[int, dict[str, dict[str, tuple[int, str | None]]]] = {}
    for cells in reading.store.rows(VALUES):
        stem, _, subject = cells["key"].partition(".")
        if stem in ("monitoring_level", "monitoring_variation"):
            of_place = found.setdefault(cells["_place"], {})
            of_place.setdefault(subject, {})[stem.removeprefix("monitoring_")] = (cells["_at"], cells["value"])
    for place, subjects in found.items():
        overall = subjects.get("", {})
        for subject, own in subjects.items():
            if not subject and len(subjects) > 1:
                continue
            rows = {**overall, **own}
            at, _ = rows.get("variation") or rows["level"]
            (_, level), (_, variation) = rows.get("level", (0, None)), rows.get("variation", (0, None))
            yield (
                place, reading.cities.get(place), reading.places[place].level, at, 0, 0, "", subject or "all",
                level_of_attainment(level) if level else None, share_written(variation) if variation else None,
            )  # fmt: skip
