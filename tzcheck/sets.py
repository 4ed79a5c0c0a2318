"""Sets: the folders, files and sheets of facts, what they say of the place they are of, and the tables in them."""

import hashlib
import os
import re
from collections.abc import Callable
from dataclasses import replace
from difflib import get_close_matches
from functools import cache
from itertools import chain, islice
from pathlib import Path
from typing import Any

from tzcheck import document
from tzcheck.cells import parse_date
from tzcheck.errors import hint
from tzcheck.place import Place, spelled
from tzcheck.readers import READERS, WORKBOOKS, RawTable, workbook
from tzcheck.readers.rows import TITLE_ROWS, header_among
from tzcheck.readers.yaml import cell
from tzcheck.reading import FactSet, FileRead, Part, Reading, Refused
from tzcheck.row import bad_cell
from tzcheck.table import GIVEN, VALUES, WORKED_OUT, Column, Table, header_spelling

SET_FILES = {f"{level}.{suffix}": level for level in ("county", "city") for suffix in ("yaml", "yml")}
# The sheet of a workbook that says which county or city it is of.
SET_SHEETS = {"county": "county", "县": "county", "县(市、区)": "county", "city": "city", "市": "city"}
SET_KEYS = {
    "code": ("代码", "区县代码"),
    "name": ("名称", "区县名称"),
    "as_of": ("截止日期",),
    "school_year": ("学年", "填报年度"),
}
# The sheets of a template that explain it, and that of an annotated copy, hold no facts; headers for people alone.
EXPLANATORY = frozenset({
    "说明", "指标清单", "标准与数据", "核查结果", "readme", "indicators", "needs", "findings",
    # the sheets of a result, of which only the data problems are read back
    "总览", "指标结果", "达标矩阵", "问题明细", "学校得分", "补短清单", "未能判定与原因", "数据来源",
    "summary", "matrix", "breaches", "schoolscores", "whatismissing", "undetermined", "sources",
})  # fmt: skip
ASIDE = frozenset({"含义", "meaning", "类别", "位置", "内容", "kind", "where", "message"})
DATA_SUFFIXES = frozenset(READERS) | WORKBOOKS
# What `tzcheck import` writes beside the tables: a list of the cells that they are from, and no facts.
LISTING = "imported.csv"
AS_OF, CODE = Column("as_of", ("截止日期",), "date"), Column("code", ("代码",))


def table_names() -> dict[str, object]:
    """The tables that there may be, as the details of a problem."""
    return {"tables": ", ".join(GIVEN)}


def unreadable(reading: Reading, error: OSError) -> None:
    """Tells of a path that can't be looked at: any table may have been there."""
    reading.error("unreadable", str(error.filename), details={"why": error.strerror or str(error)})
    for id in GIVEN:
        reading.refuse(Refused(id, None, None))


def sets_below(reading: Reading, path: Path) -> list[tuple[Path, list[Path]]]:
    """The folders below `path` that hold facts, each with its files; a single file is a set of its own.

    A link to a folder is not followed, and told: any table may be there.
    """
    if path.is_file():
        return [(path.parent, [path])]
    sets = []
    for folder, folders, names in os.walk(path, onerror=lambda error: unreadable(reading, error)):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for link in (Path(folder) / name for name in folders):
            if link.is_symlink():
                reading.error("link_to_folder", link.relative_to(path).as_posix())
                for id in GIVEN:
                    reading.refuse(Refused(id, None, None))
        files = [
            Path(folder) / name
            for name in sorted([*names, *folders])
            if Path(name).suffix.casefold() in DATA_SUFFIXES and not name.startswith((".", "~")) and name != LISTING
        ]
        if files:
            sets.append((Path(folder), files))
    return sets


def read_set(reading: Reading, root: Path, files: list[Path], read: Callable[[], None]) -> None:
    """Reads the files of a set: its place, and the columns of its tables. `root` is the path that was given.

    `read` is told of every file.
    """
    base = root if root.is_dir() else root.parent
    own = FactSet()
    described = [path for path in files if path.name in SET_FILES]
    if len(described) > 1:
        reading.error("two_set_files", described[1].relative_to(base).as_posix())
    for path in described[:1]:
        own = _read_set_file(reading, base, path)
    if not described:
        reading.sets.append(own)
    for path in files:
        read()
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
            read_table(reading, own, table, raw, FileRead(name, sha, 0))


def _not_a_table(reading: Reading, file: str, name: str) -> None:
    near = get_close_matches(name, [*GIVEN, *(table.title for table in GIVEN.values())], 1, 0.75)
    details = {"near": near[0] if near else "", **table_names()}
    code = "table_typo" if near else "not_a_table"
    reading.tell("error" if near else "query", code, file, details=details)


@cache
def table_of(name: str) -> Table | None:
    """The table that a file or a sheet holds: called as it, or as it with `_` and more behind (`funding_2024`)."""
    spelling = header_spelling(name)
    found = [
        (len(one), table)
        for table in GIVEN.values()
        for one in map(header_spelling, (table.id, table.title, *table.also))
        if spelling == one or spelling.startswith((one + "_", one + "("))
    ]
    return max(found, key=lambda one: one[0])[1] if found else None


def _read_workbook(reading: Reading, own: FactSet, path: Path, name: str, sha: str | None) -> None:
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
        read_table(reading, own, table, raw, FileRead(file, sha, 0, sheet=sheet))


def _not_a_sheet(reading: Reading, file: str, sheet: str, book: workbook.Workbook) -> None:
    """Tells of a sheet that is not named as a table: by its header, as which it might be meant."""
    first = [cells for _, cells in islice(book.rows(sheet), TITLE_ROWS)]
    if not first:
        return
    likely: list[tuple[int, str]] = []
    for table in GIVEN.values():
        header = {table.spellings.get(header_spelling(cell)) for cell in header_among(first, table)[2]} - {None}
        if len(header) > 1 and {column.id for column in table.columns if column.required} <= header:
            likely.append((len(header), table.id))
    if likely:
        details: dict[str, object] = {"near": max(likely)[1]}
        reading.error("sheet_unnamed", file, value=sheet, details=details)
    else:
        _not_a_table(reading, file, sheet)


def _read_set_sheet(reading: Reading, own: FactSet, book: workbook.Workbook, sheet: str, sha: str) -> FactSet:
    """Reads the sheet that says which county or city a workbook is of: what is said in the first column, then what.

    Where nobody has filled it in, the workbook is of its folder's `own` set.
    """
    file = f"{book.file}!{sheet}"
    level = SET_SHEETS[header_spelling(sheet)]
    known = {header_spelling(one): key for key, spelled_so in SET_KEYS.items() for one in (key, *spelled_so)}
    value: dict[str, Any] = {level: {}}
    lines: dict[tuple[str | int, ...], int] = {}
    letters: dict[str, str] = {}
    for row, cells in book.rows(sheet):
        key = known.get(header_spelling(cells[0]))
        said = [index for index, cell in enumerate(cells[1:], 1) if cell]
        text = cells[said[0]] if said else ""
        if key and text:
            letters[key] = workbook.letter(said[0])
        for index in said[1:] if key else ():
            beside = workbook.letter(index)
            letters[beside] = beside
            reading.query("beside_setting", file, row, column=beside, value=cells[index])
        if key in ("code", "name") and text:
            value[level][key] = text
            lines[level, key] = row
        elif key and text:
            value[key] = text
            lines[key,] = row
        elif text:
            details: dict[str, object] = {"expected": "、".join(one[0] for one in SET_KEYS.values())}
            reading.query("unknown_setting", file, row, value=cells[0], details=details)
    reading.files.append(FileRead(file, sha, 0, sheet=sheet, letters=letters))
    if not value[level] and "as_of" not in value:
        reading.query("no_settings", file)
        return own
    reading.sets.append(FactSet(broken=True))
    return _describe(reading, file, document.Document(value, lines), level)


def _digest(reading: Reading, path: Path, name: str) -> str | None:
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


def _read_set_file(reading: Reading, base: Path, path: Path) -> FactSet:
    name = path.relative_to(base).as_posix()
    own = FactSet(broken=True)
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
        reading.sets[-1] = FactSet()
        return reading.sets[-1]
    own = _describe(reading, name, found, level)
    raw = RawTable(1, ("key", "value", "as_of", "document"), rows)
    if rows and own.place is None:
        reading.files.append(FileRead(name, sha, len(rows)))
    elif rows:
        read_table(reading, own, VALUES, raw, FileRead(name, sha, 0))
    else:
        reading.files.append(FileRead(name, sha, 0))
    return own


def _describe(reading: Reading, file: str, found: document.Document, level: str) -> FactSet:
    """The set that a county.yaml, or the like, describes: its place and, noted beside it, its day."""
    value = found.value
    place = _described_place(reading, file, found, value[level], level)
    if place is not None:
        reading.sets[-1] = FactSet(place, place if level == "city" else None)
    if value.get("as_of") is not None:
        day = parse_date(cell(value["as_of"]))
        if day is None:
            bad_cell(reading, file, found.line(("as_of",)), AS_OF, cell(value["as_of"]), "date")
        else:
            reading.days.append((file, day))
    return reading.sets[-1]


def _described_place(
    reading: Reading, file: str, found: document.Document, value: dict[str, Any], level: str
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
        bad_cell(reading, file, found.line((level, "code")), CODE, code, "county_code")
        return None
    if not code and not name:
        reading.error("set_file", file, found.line((level,)), details={"key": level})
        return None
    place = Place(code or None, name or code, level if code or level == "city" else "zone")
    known = reading.registry.add(place)
    if name and (reading.registry.taken(name, known) or not (known.name == known.code or known.answers_to(name))):
        reading.error("code_and_name", file, found.line((level, "name")), value=name, details={"code": code})
        return None
    return reading.place(known)


def _unknown_key(reading: Reading, file: str, line: int | None, key: str, allowed: tuple[str, ...]) -> None:
    details = {"hint": hint(key, allowed), "expected": ", ".join(allowed)}
    reading.error("unknown_key", file, line, value=key, details=details)


def _value_rows(
    reading: Reading, file: str, found: document.Document, values: Any
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


def read_table(reading: Reading, own: FactSet, table: Table, raw: RawTable, file: FileRead) -> None:
    """Finds the columns of one file's rows, which are typed when the headers of all files are known."""
    columns = None if not raw.header else _columns(reading, own, table, raw, file.path)
    # A column that is no table's is known by its header.
    headers = {header: workbook.letter(index) for index, header in enumerate(raw.header) if header}
    letters = headers if file.sheet else {}
    if columns is None:
        rows = sum(1 for _ in raw.records) + raw.lost
        reading.files.append(replace(file, encoding=raw.encoding, rows=rows, letters=letters))
        reading.problems.extend(raw.problems)
        reading.refuse(Refused(table.id, own.place, None))
        return
    if file.sheet:
        letters |= {one.id: workbook.letter(index) for index, one in enumerate(columns) if one}
    reading.files.append(replace(file, encoding=raw.encoding, letters=letters))
    # The set is one of the last; a workbook among a folder's files may be a set of its own.
    number = next(index for index in reversed(range(len(reading.sets))) if reading.sets[index] is own)
    reading.parts[table.id].append(Part(number, len(reading.files) - 1, columns, raw))


def _columns(reading: Reading, own: FactSet, table: Table, raw: RawTable, file: str) -> list[Column | None] | None:
    """The column that each header cell stands for; None where the table can't be read for want of one."""
    known, row = table.spellings, raw.header_row or None
    found: list[Column | None] = []
    first: dict[str, str] = {}
    sound = True
    for header in raw.header:
        id = known.get(header_spelling(header))
        if id in first:
            details = {"first": first[id], "id": id}
            reading.error("same_column", file, row, column=header, details=details)
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
            for spelling in ((column.id, *column.headers) if candidates else ())
            for match in get_close_matches(header_spelling(spelling), candidates, 1, 0.75)
        ]
        needed = own.place is None if column.kind == "place" else column.required
        if needed and column.kind == "place" and own.broken:
            sound = False  # told already: county.yaml does not say which county it is
            continue
        if near:
            strangers.remove(near[0])
            details = {"id": column.id, "title": column.headers[0]}
            reading.error("header_typo", file, row, column=near[0], details=details)
        elif needed:
            details = {"id": column.id, "title": column.headers[0], "headers": ", ".join(filter(None, raw.header))}
            reading.error("no_column", file, row, column=column.id, details=details)
        if needed:
            sound = False
    for header in strangers:
        about: dict[str, object] = {"table": {"zh": table.title, "en": table.id}}
        about["expected"] = ", ".join(column.id for column in table.columns)
        reading.query("unknown_column", file, row, column=header, details=about)
    return found if sound else None
