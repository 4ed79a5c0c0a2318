"""Facts: the files of a fact set, typed by the tables, with every row either accepted or reported."""

import hashlib
import os
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Any

from tzcheck import document
from tzcheck.errors import FactsFault, Problem, UsageFault, hint
from tzcheck.place import TOTALS, WHOLE, Place, Places, spelled
from tzcheck.readers import READERS, RawTable
from tzcheck.readers.rows import header_spelling, spellings
from tzcheck.readers.yaml import cell
from tzcheck.table import (
    GIVEN,
    MONITORED_SUBJECTS,
    NUMERIC,
    ROOM_KINDS,
    SCHOOL_ROOM_KINDS,
    SCHOOL_STAGES,
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
LATER = frozenset({".xlsx", ".xls", ".ods", ".parquet"})
DATA_SUFFIXES = frozenset(READERS) | LATER
SCALE = Decimal("0.000001")
LARGEST = Decimal(10) ** 10
NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?", re.ASCII)
DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", re.ASCII)
YEARS = range(1900, 2101)
# How people write that there is no number.
NOTHING = frozenset({"/", "-", "—", "——", "无"})
AS_OF, CODE = Column("as_of", ("截止日期",), "date"), Column("code", ("代码",))


@dataclass(frozen=True)
class FileRead:
    """A file of facts: its path below FACTS, its hash, and how many rows were read, accepted and refused."""

    path: str
    sha256: str
    rows: int
    accepted: int
    rejected: int


@dataclass
class TypedTable:
    """The accepted rows of a table, by column; `place`, `file` and `row` say where each comes from.

    `place` and `file` index `Facts.places` and `Facts.files`.
    """

    table: Table
    place: list[int] = field(default_factory=list)
    file: list[int] = field(default_factory=list)
    row: list[int] = field(default_factory=list)
    columns: dict[str, list[Any]] = field(default_factory=dict)

    @cached_property
    def _at(self) -> Mapping[tuple[int, int], list[int]]:
        found: dict[tuple[int, int], list[int]] = {}
        for index, key in enumerate(zip(self.file, self.row, strict=True)):
            found.setdefault(key, []).append(index)
        return found

    def cells(self, file: int | None, row: int | None, category: str | None) -> Mapping[str, Any]:
        """The cells of the row that was read there (of a derived table, that of the category); empty where none was."""
        by = self.table.category
        for index in self._at.get((file or 0, row or 0), ()):
            if by is None or self.columns[by][index] == category:
                return {name: cells[index] for name, cells in self.columns.items()}
        return {}


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
class Facts:
    """Everything that was read. `cities` gives, for each place, the index of its city or None."""

    places: tuple[Place, ...]
    cities: tuple[int | None, ...]
    tables: Mapping[str, TypedTable]
    files: tuple[FileRead, ...]
    problems: tuple[Problem, ...]
    refused: tuple[Refused, ...]
    days: tuple[tuple[str, date], ...]

    @property
    def given(self) -> frozenset[str]:
        """The tables that have rows."""
        return frozenset(id for id, typed in self.tables.items() if typed.row)

    @property
    def as_of(self) -> date:
        """The day that all sets name.

        Raises UsageFault where there is none, or more than one; FactsFault where there is none since a file is wrong.
        """
        found = {day for _, day in self.days}
        if len(found) == 1:
            return found.pop()
        if not found and any(problem.severity == "error" for problem in self.problems):
            raise FactsFault([*sorted(self.problems, key=Problem.order), Problem("error", "no_day")])
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
        self.tables: dict[str, TypedTable] = {}
        self.keys: dict[str, dict[tuple[Any, ...], tuple[str, int]]] = defaultdict(dict)
        self.files: list[FileRead] = []
        self.problems: list[Problem] = []
        self.refused: list[Refused] = []
        self.days: list[tuple[str, date]] = []
        # What a text in a column was found to mean, where there was nothing to say about it.
        self.typed: dict[tuple[str, str, str], Any] = {}

    def place(self, place: Place) -> int:
        if place.id not in self.index:
            self.index[place.id] = len(self.places)
            self.places.append(place)
        return self.index[place.id]

    def error(self, code: str, file: str, row: int | None = None, **more: Any) -> None:
        self.problems.append(Problem("error", code, file, row, **more))


def read(paths: Sequence[Path], known: Known, encoding: str | None = None) -> Facts:
    """The facts in `paths`: folders of a county or city, folders of such folders, or single tables.

    Raises FactsFault where nothing at all could be read.
    """
    reading = _Reading(known, encoding)
    for path in paths:
        sets = _sets(path) if path.exists() else []
        before = len(reading.files), len(reading.problems)
        for folder, files in sets:
            _read_set(reading, path, folder, files)
        told = any(problem.severity == "error" for problem in reading.problems[before[1] :])
        if not path.exists():
            reading.error("no_such_path", str(path))
        elif len(reading.files) == before[0] and not told:
            reading.error("no_tables", str(path), details=_table_names())
    if not reading.files:
        raise FactsFault(reading.problems)
    _check_schools(reading)
    _derive(reading.tables)
    return _facts(reading)


def of_rows(sets: Iterable[RowSet], known: Known) -> Facts:
    """Facts from rows, each set apart from the others; the file of a row is the number of its set."""
    reading = _Reading(known, None)
    for number, one in enumerate(sets):
        index = reading.place(one.place)
        city = index if one.place.level == "city" else None
        own = _Set(index, city, f" {number}")
        for id, rows in one.tables.items():
            table = TABLES[id]
            filled = [_with_keys(table, row, position) for position, row in enumerate(rows)]
            header = tuple(dict.fromkeys(key for row in filled for key in row))
            records = tuple(
                (position, tuple(cell(row.get(key)) for key in header)) for position, row in enumerate(filled, 1)
            )
            _read_table(reading, own, table, RawTable(0, header, records), str(number), "")
        if one.values:
            rows_of_values = tuple(
                (position, (key, cell(value))) for position, (key, value) in enumerate(one.values.items(), 1)
            )
            _read_table(reading, own, VALUES, RawTable(0, ("key", "value"), rows_of_values), str(number), "")
    _derive(reading.tables)
    return _facts(reading)


def _with_keys(table: Table, row: dict[str, Any], position: int) -> dict[str, Any]:
    """The row with a text of its own in every required text column that it leaves out."""
    missing = [one.id for one in table.columns if one.required and one.kind == "text" and one.id not in row]
    filled: dict[str, Any] = dict.fromkeys(missing, str(position))
    return filled | row


def _facts(reading: _Reading) -> Facts:
    return Facts(
        places=tuple(reading.places),
        cities=tuple(reading.cities.get(index) for index in range(len(reading.places))),
        tables=reading.tables,
        files=tuple(reading.files),
        problems=tuple(reading.problems),
        refused=tuple(reading.refused),
        days=tuple(reading.days),
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
            if Path(name).suffix.casefold() in DATA_SUFFIXES and not name.startswith((".", "~"))
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
    for path in files:
        if path.name in SET_FILES:
            continue
        table = table_of(path)
        name = path.relative_to(base).as_posix()
        if table is None:
            near = get_close_matches(path.stem, GIVEN, 1, 0.75)
            severity = "error" if near else "query"
            details = {"near": near[0] if near else "", **_table_names()}
            code = "table_typo" if near else "not_a_table"
            reading.problems.append(Problem(severity, code, name, details=details))
            continue
        data = _bytes(reading, path, name)
        if data is None:
            reading.refused.append(Refused(table.id, own.place, None))
            continue
        raw = READERS[path.suffix.casefold()](data, name, table, reading.encoding)
        _read_table(reading, own, table, raw, name, hashlib.sha256(data).hexdigest())


def table_of(path: Path) -> Table | None:
    """The table that a file holds: named as it, or as it with `_` and more behind (`funding_2024.csv`)."""
    stem = path.stem
    found = [id for id in GIVEN if stem == id or stem.startswith(id + "_")]
    return TABLES[max(found, key=len)] if found else None


def _bytes(reading: _Reading, path: Path, name: str) -> bytes | None:
    if path.suffix.casefold() not in READERS:
        reading.error("unsupported", name, details={"suffixes": ", ".join(READERS)})
        return None
    if path.exists() and not path.is_file():
        reading.error("no_file", name)
        return None
    try:
        return path.read_bytes()
    except OSError as error:
        reading.error("unreadable", name, details={"why": error.strerror or str(error)})
        return None


# --- county.yaml and city.yaml -------------------------------------------------------------------------------------


def _read_set_file(reading: _Reading, base: Path, path: Path) -> _Set:
    name = path.relative_to(base).as_posix()
    own = _Set(broken=True)
    data = _bytes(reading, path, name)
    if data is None:
        return own
    found, problems = document.read(data, name)
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
    place = _described_place(reading, name, found, value[level], level)
    if place is not None:
        city = place if level == "city" else None
        own = _Set(place, city)
    if value.get("as_of") is not None:
        day = parse_date(cell(value["as_of"]))
        if day is None:
            _bad_cell(reading, name, found.line(("as_of",)), AS_OF, cell(value["as_of"]), "date")
        else:
            reading.days.append((name, day))
    rows = _value_rows(reading, name, found, value.get("values") or {})
    sha = hashlib.sha256(data).hexdigest()
    raw = RawTable(1, ("key", "value", "as_of", "document"), tuple(rows))
    if rows and own.place is None:
        reading.files.append(FileRead(name, sha, len(rows), 0, len(rows)))
    elif rows:
        _read_table(reading, own, VALUES, raw, name, sha)
    else:
        reading.files.append(FileRead(name, sha, 0, 0, 0))
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


def _read_table(reading: _Reading, own: _Set, table: Table, raw: RawTable, file: str, sha256: str) -> None:
    """Types the rows of one file and adds the sound ones to the table."""
    file_index = len(reading.files)
    reading.problems.extend(raw.problems)
    broken = any(problem.severity == "error" for problem in raw.problems)
    columns = None if not raw.header else _columns(reading, own, table, raw, file)
    if columns is None:
        rows = len(raw.records) + raw.lost
        reading.files.append(FileRead(file, sha256, rows, 0, rows))
        reading.refused.append(Refused(table.id, own.place, None))
        return
    if not raw.records and not broken:
        reading.error("empty_table", file, raw.header_row, details={"table": {"zh": table.title, "en": table.id}})
        reading.refused.append(Refused(table.id, own.place, None))
    typed = reading.tables.setdefault(table.id, TypedTable(table, columns={c.id: [] for c in table.columns}))
    accepted = 0
    for row, cells in raw.records:
        accepted += _read_row(reading, own, typed, columns, file, file_index, row, cells)
    if broken:
        reading.refused.append(Refused(table.id, own.place, None))
    rows = len(raw.records) + raw.lost
    reading.files.append(FileRead(file, sha256, rows, accepted, rows - accepted))


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
    strangers = [header for header, column in zip(raw.header, found, strict=True) if header and column is None]
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
        reading.problems.append(Problem("query", "unknown_column", file, raw.header_row, column=header, details=about))
    return found if sound else None


def _read_row(
    reading: _Reading,
    own: _Set,
    typed: TypedTable,
    columns: list[Column | None],
    file: str,
    file_index: int,
    row: int,
    cells: tuple[str, ...],
) -> bool:
    """Adds one row; False where it was refused, with a problem for each fault in it."""
    table = typed.table
    before = len(reading.problems)
    raw = {column.id: text for column, text in zip(columns, cells, strict=False) if column is not None}
    if any(cells[len(columns) :]):
        extra = next(text for text in cells[len(columns) :] if text)
        reading.error("beyond_header", file, row, value=extra)
    if _is_total(table, own, raw, cells):
        label = next(text for text in cells if text)
        reading.problems.append(Problem("query", "total_row", file, row, value=label))
        return True
    place = _row_place(reading, own, table, raw.get(table.place, ""), file, row)
    values: dict[str, Any] = {}
    for column in table.columns:
        text = raw.get(column.id, "")
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
            told = len(reading.problems)
            values[column.id] = _typed(reading, column, text, file, row)
            if len(reading.problems) == told and column.kind != "text":
                reading.typed[table.id, column.id, text] = values[column.id]
    _check_references(reading, table, values, file, row)
    if table.key and not any(problem.severity == "error" for problem in reading.problems[before:]):
        key = (own.suffix, *(place if id == table.place else values[id] for id in table.key))
        first = reading.keys[table.id].get(key)
        if first is None:
            reading.keys[table.id][key] = (file, row)
        else:
            shown = " ".join(str(values[id]) for id in table.key if values[id] != "")
            again: dict[str, object] = {"first_file": first[0], "first_row": first[1]}
            reading.error("duplicate", file, row, column=table.key[-1], value=shown, details=again)
    if any(problem.severity == "error" for problem in reading.problems[before:]):
        county = reading.places[place].id if place is not None else None
        for index in range(before, len(reading.problems)):
            reading.problems[index] = replace(reading.problems[index], county=county)
        indicator = values.get("indicator")
        known = indicator if indicator and reading.known.indicator(indicator) else None
        school = next((values.get(id) for id in REFERENCES if values.get(id)), None)
        reading.refused.append(Refused(table.id, place, known, school))
        return False
    assert place is not None
    typed.place.append(place)
    typed.file.append(file_index)
    typed.row.append(row)
    for id, value in values.items():
        typed.columns[id].append(value)
    return True


def _is_total(table: Table, own: _Set, raw: Mapping[str, str], cells: tuple[str, ...]) -> bool:
    """Whether a row is a sum of those above it, and not itself a fact (as the city's row of the notice is)."""
    if table.of_places and own.city is not None and spelled(raw.get(table.place, "")) in WHOLE:
        return False
    return spelled(next(text for text in cells if text)) in TOTALS


def _row_place(reading: _Reading, own: _Set, table: Table, text: str, file: str, row: int) -> int | None:
    """The index of a row's place; None, with a problem, where it has none or not the set's."""
    column = table.place
    if text == "":
        if own.place is not None:
            return own.place
        reading.error("no_place", file, row, column=column)
        return None
    if own.city is not None and spelled(text) in WHOLE:
        return own.city
    place = reading.registry.find(text)
    if place is None:
        known = reading.registry.names()
        details = {"hint": hint(spelled(text), known), "expected": "、".join(known)}
        reading.error("unknown_place", file, row, column=column, value=text, details=details)
        return None
    if own.suffix:
        if place.level == "city" and own.city is not None:
            return own.city
        place = Place(None, place.name + own.suffix, place.level, (place.name,))
    if own.place is not None and own.city is None and place.id != reading.places[own.place].id:
        details = {"own": reading.places[own.place].name}
        reading.error("other_county", file, row, column=column, value=text, details=details)
        return None
    index = reading.place(place)
    if own.city is not None and place.level in ("county", "zone", "municipal"):
        reading.cities[index] = own.city
    return index


def _typed(reading: _Reading, column: Column, text: str, file: str, row: int) -> Any:
    """The value of a cell, or None with a problem where it is not of the column's kind."""
    match column.kind:
        case "text" if not column.required and spelled(text) in NOTHING:
            _nothing(reading, column, text, file, row)
            return None
        case "text" | "place":
            return text
        case "code":
            assert column.codes is not None
            folded = spelled(text).casefold()
            for code, labels in column.codes.items():
                if folded == code or any(folded == spelled(label).casefold() for label in labels):
                    return code
            each = [f"{code} {labels[0]}" for code, labels in column.codes.items()]
            choices = ", ".join(each if len(each) < 20 else [*each[:2], "…", each[-1]])
            reading.error(
                "bad_code",
                file,
                row,
                column=column.id,
                value=text,
                details={"header": column.header, "expected": choices},
            )
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
            value = _number_of_kind(kind, number)
            if value is None:
                _bad_cell(reading, file, row, column, text, kind)
            elif number is not None and kind != "printed" and number != number.quantize(SCALE, ROUND_HALF_UP):
                about: dict[str, object] = {"header": column.header, "decimals": -int(SCALE.as_tuple().exponent)}
                reading.problems.append(Problem("query", "rounded", file, row, column.id, text, details=about))
            return value


def _nothing(reading: _Reading, column: Column, text: str, file: str, row: int) -> None:
    """Tells of a sign by which people say that there is nothing: it is read as a blank."""
    details = {"header": column.header}
    reading.problems.append(Problem("query", "nothing_sign", file, row, column.id, text, details=details))


def _number_of_kind(kind: str, number: Decimal | None) -> Any:
    if number is None or abs(number) >= LARGEST:
        return None
    whole = int(number) if number == number.to_integral_value() else None
    match kind:
        case "count":
            return whole if whole is not None and whole >= 0 else None
        case "year":
            return whole if whole in YEARS else None
        case "measure":
            return number.quantize(SCALE, ROUND_HALF_UP) if number >= 0 else None
        case "printed":
            return number
        case _:
            return number.quantize(SCALE, ROUND_HALF_UP)


def parse_decimal(text: str, percent: bool = False) -> Decimal | None:
    """The number that a cell holds: full-width digits and thousands separators read as meant; None otherwise."""
    folded = unicodedata.normalize("NFKC", text).strip().removesuffix("年")
    if percent:
        folded = folded.removesuffix("%").strip()
    return Decimal(folded.replace(",", "")) if len(folded) < 40 and NUMBER.fullmatch(folded) else None


AMOUNT_OF_BAND = r"(\d{1,6}(?:\.\d{1,2})?)"


def ends_of_band(text: str) -> tuple[Decimal | None, Decimal | None]:
    """The two ends of a range such as `26-30`, `≤25`, `≥66` or `61≤x<73`; an open end is None."""
    folded = re.sub(r"人|间|m2|㎡|平方米|单间|面积|每班", "", spelled(text).casefold())
    folded = folded.replace("<=", "≤").replace(">=", "≥").replace("不足", "<").replace("不满", "<")
    between = re.fullmatch(rf"{AMOUNT_OF_BAND}(?:-|~|—|–|−|至|[≤<]x?[≤<]?){AMOUNT_OF_BAND}", folded)
    if between:
        return Decimal(between[1]), Decimal(between[2])
    above = re.fullmatch(rf"[≥>]{AMOUNT_OF_BAND}|{AMOUNT_OF_BAND}及?以上", folded)
    if above:
        return Decimal(above[1] or above[2]), None
    below = re.fullmatch(rf"[≤<]{AMOUNT_OF_BAND}|{AMOUNT_OF_BAND}及?以下", folded)
    if below:
        return Decimal(0), Decimal(below[1] or below[2])
    return None, None


def prefix_of_id(id: str) -> int:
    """The first two digits of an id of 10 digits; 0 where it is none."""
    return int(id[:2]) if re.fullmatch(r"[0-9]{10}", id) else 0


def parse_date(text: str) -> date | None:
    """The day that a cell holds, `2022-12-31`, `2022/12/31` or `2022年12月31日`; None otherwise."""
    match = DATE.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if not match:
        return None
    year, month, day = map(int, match.groups())
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _bad_cell(reading: _Reading, file: str, row: int | None, column: Column, value: str, kind: str) -> None:
    unit = f" ({column.unit})" if column.unit and kind in NUMERIC else ""
    details = {"header": column.header, "expected": EXPECTED[kind], "unit": unit}
    reading.error("bad_cell", file, row, column=column.id, value=value, details=details)


EXPECTED: Mapping[str, Mapping[str, str]] = {
    "count": {"zh": "0 或以上的整数", "en": "a whole number of 0 or more"},
    "measure": {"zh": "0 或以上的数", "en": "a number of 0 or more"},
    "number": {"zh": "数", "en": "a number"},
    "printed": {"zh": "数", "en": "a number"},
    "year": {"zh": "4 位年份", "en": "a year of 4 digits"},
    "share": {"zh": "小数，如 0.14，或 14%", "en": "a fraction such as 0.14, or 14%"},
    "level": {"zh": "Ⅰ 至 Ⅴ 级", "en": "a level from I to V"},
    "date": {"zh": "日期，如 2022-12-31", "en": "a date such as 2022-12-31"},
    "band": {"zh": "范围，如 26-30、≤25、≥66", "en": "a range such as 26-30, ≤25 or ≥66"},
    "county_code": {"zh": "6 位代码", "en": "a code of 6 digits"},
    "indicator": {"zh": "规则中已有的指标编号", "en": "the id of an indicator in the rules"},
    "standard": {"zh": "规则中已有的标准编号", "en": "the id of a standard in the rules"},
    "check": {"zh": "规则中已有的校验项编号", "en": "the id of a check in the rules"},
}


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
            found = _number_of_kind(kind, parse_decimal(text))
        if kind and found is None:
            _bad_cell(reading, file, row, VALUES.column("value"), text, kind)
        known_keys = VALUE_KINDS.keys() | reading.known.numbers
        if key not in known_keys and hint(key, known_keys, 0.85)["en"]:
            near: dict[str, object] = {"hint": hint(key, known_keys, 0.85)}
            reading.problems.append(Problem("query", "value_key", file, row, "key", key, details=near))
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
        if home not in reading.tables:
            continue
        refused = {(one.table, one.place, one.subject) for one in reading.refused}
        listed = set(zip(reading.tables[home].place, reading.tables[home].columns[column], strict=True))
        for id, typed in reading.tables.items():
            if id in (home, "vocational_schools") or column not in typed.columns:
                continue
            pairs = list(zip(typed.place, typed.columns[column], strict=True))
            lost = [index for index, pair in enumerate(pairs) if pair not in listed]
            for index in lost:
                file = reading.files[typed.file[index]]
                details = {"home": home}
                pair = (home, typed.place[index], typed.columns[column][index])
                reading.error(
                    "home_refused" if pair in refused else "unlisted",
                    file.path,
                    typed.row[index],
                    column=column,
                    value=typed.columns[column][index],
                    county=reading.places[typed.place[index]].id,
                    details=details,
                )
                reading.refused.append(Refused(id, typed.place[index], None, typed.columns[column][index]))
                reading.files[typed.file[index]] = replace(file, accepted=file.accepted - 1, rejected=file.rejected + 1)
            gone = set(lost)
            for values in (typed.place, typed.file, typed.row, *typed.columns.values()):
                values[:] = [value for index, value in enumerate(values) if index not in gone]


# --- derived tables ------------------------------------------------------------------------------------------------


def _derive(tables: dict[str, TypedTable]) -> None:
    """Adds the tables that are made of others' rows: a row a school and stage, and so on."""
    schools = tables.get("schools")
    if schools:
        _blank_is_none_of_it(schools)
        tables[SCHOOL_STAGES.id] = _crossed(schools, SCHOOL_STAGES, "stage", STAGES)
        tables[SCHOOL_ROOM_KINDS.id] = _crossed(schools, SCHOOL_ROOM_KINDS, "kind", ROOM_KINDS)
    if "values" in tables:
        tables[MONITORED_SUBJECTS.id] = _monitored(tables["values"])


def _blank_is_none_of_it(schools: TypedTable) -> None:
    """Makes a blank 0 in a stage that the school's type does not have: there it is not missing."""
    types = schools.columns["type"]
    for stem in SPLIT_BY_STAGE:
        for stage in (*STAGES, "senior"):
            cells = schools.columns.get(f"{stem}_{stage}")
            if cells is not None:
                cells[:] = [
                    0 if cell is None and type is not None and stage not in STAGES_OF_TYPE[type] else cell
                    for cell, type in zip(cells, types, strict=True)
                ]


def _crossed(schools: TypedTable, table: Table, by: str, codes: Iterable[str]) -> TypedTable:
    """A row for each school and code, with the school's cells and those of the code.

    A stage that a school's type does not have is there too: its students are none, and no rule applies to it.
    """
    made = TypedTable(table, columns={column.id: [] for column in table.columns})
    names = list(schools.columns)
    for index, cells in enumerate(zip(*schools.columns.values(), strict=True)):
        row = dict(zip(names, cells, strict=True))
        for code in codes:
            made.place.append(schools.place[index])
            made.file.append(schools.file[index])
            made.row.append(schools.row[index])
            for column in table.columns:
                cell = code if column.id == by else row[column.sources[code]] if column.sources else row[column.id]
                made.columns[column.id].append(cell)
    return made


# What the values of the state's quality monitoring must be: a level I to V, and a share.
MONITORED = {"monitoring_level": "level", "monitoring_variation": "share"}
ROMAN = ("I", "II", "III", "IV", "V")


def share_written(text: str) -> Decimal | None:
    """The share that `0.14` or `14%` stands for; None where it is none."""
    percent = spelled(text).endswith("%")
    number: Decimal | None = _number_of_kind("measure", parse_decimal(text, percent=percent))
    return number / 100 if percent and number is not None else number


def level_of_attainment(text: str) -> Decimal | None:
    """The level that `3`, `Ⅲ` or `III级` stands for; None where it is none of 1 to 5."""
    folded = spelled(text).upper().removesuffix("级")
    number = str(ROMAN.index(folded) + 1) if folded in ROMAN else folded
    return Decimal(number) if number in ("1", "2", "3", "4", "5") else None


def _monitored(values: TypedTable) -> TypedTable:
    """A row for each subject of the state's quality monitoring, from `monitoring_level.X` and `monitoring_variation.X`.

    A level or a variation without a subject holds for every subject that has none of its own, or for all of them.
    """
    found: dict[int, dict[str, dict[str, int]]] = {}
    for index, (place, key) in enumerate(zip(values.place, values.columns["key"], strict=True)):
        stem, _, subject = key.partition(".")
        if stem in ("monitoring_level", "monitoring_variation"):
            found.setdefault(place, {}).setdefault(subject, {})[stem.removeprefix("monitoring_")] = index
    made = TypedTable(MONITORED_SUBJECTS, columns={column.id: [] for column in MONITORED_SUBJECTS.columns})
    for place, subjects in found.items():
        overall = subjects.get("", {})
        for subject, own in subjects.items():
            if not subject and len(subjects) > 1:
                continue
            rows = {**overall, **own}
            at = rows.get("variation", rows.get("level", 0))
            made.place.append(place)
            made.file.append(values.file[at])
            made.row.append(values.row[at])
            cells = {name: values.columns["value"][index] for name, index in rows.items()}
            made.columns["county"].append("")
            made.columns["subject"].append(subject or "all")
            level, variation = cells.get("level"), cells.get("variation")
            made.columns["level"].append(level_of_attainment(level) if level else None)
            made.columns["variation"].append(share_written(variation) if variation else None)
    return made
