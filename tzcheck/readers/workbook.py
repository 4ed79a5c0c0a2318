"""Workbooks (XLSX, XLS, ODS): the cells of every sheet as texts, whatever Excel has made of what was typed."""

import codecs
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
    XmlError,
    ZipError,
)

from tzcheck.errors import Problem
from tzcheck.readers.rows import NO_VALUE, RawTable, Record, headed
from tzcheck.table import Table

# A workbook that is larger than this when it is unpacked is none that anybody has filled in.
LARGEST = 1 << 30
CHUNK = 1 << 22
# So many rows are made texts at once: of more Python's collector of garbage takes as long as the texts.
AT_ONCE = 500
DAYS = frozenset({date, datetime})
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
# Cells that hold an error, or a formula; whether it has a value is seen in what follows it.
FAULTY = re.compile(rb'<c r="([A-Z]+)(\d+)"[^>]*? t="e"[^>]*>(?:<f[^>]*(?:/>|>[^<]*</f>))?<v>([^<]*)</v>')
FORMULA = re.compile(rb'<c r="([A-Z]+)(\d+)"[^>]*>\s*<f[^>]*(?:/>|>[^<]*</f>)\s*(<v[^>]*>[^<])?')
STYLED = re.compile(rb'<c r="([A-Z]+)(\d+)" s="(\d+)"')
PERCENT = frozenset({9, 10})
# Whatever a damaged workbook can lead to.
FAULTS = (
    CalamineError, XmlError, ZipError, zipfile.BadZipFile, zlib.error, EOFError, KeyError, NotImplementedError,
    ValueError,
)  # fmt: skip
COMPOUND = b"\xd0\xcf\x11\xe0"
# What an encrypted workbook keeps its content in.
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


@dataclass
class Workbook:
    """An open workbook: its visible sheets by name, those that are hidden, and what is wrong with it as a whole."""

    path: Path
    file: str
    sheets: dict[str, CalamineSheet] = field(default_factory=dict)
    hidden: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    # The cells of each sheet that hold an error, or a formula without a value, by row (from 1) and column (from 0).
    faulty: dict[str, dict[tuple[int, int], str]] = field(default_factory=dict)

    def rows(self, sheet: str) -> Iterator[Record]:
        """The rows of a sheet that have anything in them, as texts: merged cells below their first are blank."""
        yield from self._texts(sheet, set(), [])

    def cells(self, sheet: str) -> tuple[dict[tuple[int, int], str], list[tuple[int, int, int, int]]]:
        """The texts of a sheet by row (from 1) and column (from 0), and its merged areas: top, left, bottom, right.

        Blank cells are left out; a cell with an error, or a formula without a value, has that as its text.
        """
        found = self.sheets[sheet]
        rows = self._texts(sheet, set(), [])
        texts = {(row, column): text for row, cells in rows for column, text in enumerate(cells) if text}
        areas = [(top + 1, left, bottom + 1, right) for (top, left), (bottom, right) in found.merged_cell_ranges or ()]
        return texts, areas

    def read(self, sheet: str, table: Table) -> RawTable:
        """The rows of a sheet that holds a table."""
        raw, found = RawTable(), self.sheets[sheet]
        percent: set[tuple[int, int]] = set()
        if any(column.unit == "%" for column in table.columns):
            _, percent = _looked_into(self.path, sheet, True)
        rows = self._texts(sheet, percent, raw.days)
        areas = found.merged_cell_ranges or ()
        return headed(raw, _filled(rows, areas, raw.merged) if areas else rows, table)

    def _texts(self, name: str, percent: set[tuple[int, int]], days: list[tuple[int, int]]) -> Iterator[Record]:
        """The rows of a sheet that have anything in them, with its faulty cells, and `percent` cells as they are shown.

        `days` is told which cells hold one.
        """
        sheet = self.sheets[name]
        faulty: dict[int, dict[int, str]] = {}
        for (row, index), fault in self.faulty[name].items():
            faulty.setdefault(row, {})[index] = fault
        # The rows begin at the first one, but their cells at the first column that has anything in it.
        blank = ("",) * (sheet.start[1] if sheet.start else 0)
        found, number = sheet.iter_rows(), 0
        while rows := list(islice(found, AT_ONCE)):
            columns = [texts_of(column) for column in zip(*rows, strict=True)]
            for cells, bare in zip(rows, zip(*columns, strict=True), strict=True):
                number += 1
                texts = (*blank, *bare) if blank else bare
                if percent:
                    texts = tuple(
                        _percent(cells[index - len(blank)]) if (number, index) in percent else text
                        for index, text in enumerate(texts)
                    )
                if number in faulty:
                    texts = _with(texts, faulty.pop(number))
                if any(texts):
                    yield number, texts
            for index, column in enumerate(zip(*rows, strict=True), start=len(blank)):
                if not DAYS.isdisjoint(map(type, column)):
                    first = number - len(rows) + 1
                    days += ((row, index) for row, cell in enumerate(column, first) if isinstance(cell, date))
        # Below the last row with a value there may be rows of faulty cells alone.
        for number, faults in sorted(faulty.items()):
            yield number, _with((), faults)


def _with(texts: tuple[str, ...], faults: Mapping[int, str]) -> tuple[str, ...]:
    """The texts of a row with its faulty cells, which may lie beyond them."""
    width = max(len(texts), *(index + 1 for index in faults))
    return tuple(faults.get(index) or (texts[index] if index < len(texts) else "") for index in range(width))


def open_workbook(path: Path, file: str) -> Workbook:
    """Opens a workbook; one that can't be read has a problem and no sheets."""
    found = Workbook(path, file)
    with path.open("rb") as data:
        start = data.read(1 << 16)
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                size = sum(one.file_size for one in archive.infolist())
            if size > LARGEST:
                about = {"size": size >> 20, "most": LARGEST >> 20}
                found.problems.append(Problem("error", "workbook_too_large", file, details=about))
                return found
        elif not start.startswith(COMPOUND):
            code = "workbook_is_text" if _is_text(start) else "workbook_damaged"
            found.problems.append(Problem("error", code, file))
            return found
        elif ENCRYPTED in start:
            raise PasswordError
        book = CalamineWorkbook.from_filelike(io.BytesIO(path.read_bytes()))
        sheets = [one for one in book.sheets_metadata if one.typ == SheetTypeEnum.WorkSheet]
        found.hidden += [one.name for one in sheets if one.visible != SheetVisibleEnum.Visible]
        with ThreadPoolExecutor(1) as beside:
            for name in (one.name for one in sheets if one.visible == SheetVisibleEnum.Visible):
                looking = beside.submit(_looked_into, path, name, False)
                found.sheets[name] = book.get_sheet_by_name(name)
                found.faulty[name], _ = looking.result()
    except PasswordError:
        found.problems.append(Problem("error", "workbook_encrypted", file))
    except FAULTS:
        found.problems.append(Problem("error", "workbook_damaged", file))
    if found.problems:
        found.sheets.clear()
    return found


def _is_text(start: bytes) -> bool:
    """Whether a file is a web page or a table as text, whatever it is called."""
    for encoding in ("utf-8", "gb18030", "utf-16"):
        marked = start.startswith((b"\xff\xfe", b"\xfe\xff"))
        if start and marked == (encoding == "utf-16") and (marked or b"\0" not in start):
            try:
                codecs.getincrementaldecoder(encoding)("strict").decode(start)
            except UnicodeDecodeError:
                continue
            return not start.startswith(b"PK")
    return False


def texts_of(column: Sequence[Any]) -> Sequence[str]:
    """The texts of cells below each other, `text_of` each of them."""
    kinds = set(map(type, column))
    if kinds == {str}:
        return list(map(str.strip, column))
    if kinds == {float} and all(map(float.is_integer, column)):
        return list(map(str, map(int, column)))
    return list(map(text_of, column))


def text_of(cell: Any) -> str:
    """A cell as a person would type it: whole numbers without decimals, days as 2022-12-31."""
    match cell:
        case str():
            return cell.strip()
        case bool():
            return "true" if cell else "false"
        case float():
            return str(int(cell)) if cell.is_integer() else format(Decimal(repr(cell)), "f")
        case datetime():
            return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ")
        case date():
            return cell.isoformat()
        case timedelta() | time():
            return str(cell)
        case _:
            return str(cell)


def letter(index: int) -> str:
    """The letters of a column, counted from 0: A, B, …, AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _percent(cell: Any) -> str:
    if not isinstance(cell, float):
        return text_of(cell)
    return format((Decimal(repr(cell)) * 100).normalize(), "f") + "%"


def _filled(
    rows: Iterable[Record], areas: Iterable[tuple[tuple[int, int], tuple[int, int]]], filled: list[tuple[int, int]]
) -> Iterator[Record]:
    """The rows with the first column of every merged area filled downwards; `filled` tells which cells were."""
    waiting = sorted((top + 1, bottom + 1, left) for (top, left), (bottom, _) in areas if bottom > top)
    showing: list[tuple[int, int, str]] = []
    for number, cells in rows:
        showing = [area for area in showing if area[0] >= number]
        texts = list(cells)
        for _, left, text in showing:
            if left < len(texts) and not texts[left]:
                texts[left] = text
                filled.append((number, left))
        while waiting and waiting[0][0] <= number:
            top, bottom, left = waiting.pop(0)
            if top == number and left < len(cells) and cells[left]:
                showing.append((bottom, left, cells[left]))
        yield number, tuple(texts)


def _looked_into(path: Path, sheet: str, percents: bool) -> tuple[dict[tuple[int, int], str], set[tuple[int, int]]]:
    """What calamine does not tell of an XLSX: the cells with an error, or a formula without a value, and percents."""
    faulty: dict[tuple[int, int], str] = {}
    percent: set[tuple[int, int]] = set()
    if not zipfile.is_zipfile(path):
        return faulty, percent
    with zipfile.ZipFile(path) as archive:
        part = _part_of(archive, sheet)
        if part is None:
            return faulty, percent
        styles = _percent_styles(archive) if percents else set()
        rest = b""
        with archive.open(part) as data:
            while chunk := data.read(CHUNK):
                window = rest + chunk
                end = window.rfind(b"<c ")
                rest, window = (window[end:], window[:end]) if end > 0 else (window, b"")
                _faults(window, faulty)
                percent |= _percents(window, styles)
        _faults(rest, faulty)
        percent |= _percents(rest, styles)
    return faulty, percent


def _percents(window: bytes, styles: set[int]) -> set[tuple[int, int]]:
    found = STYLED.findall(window) if styles else ()
    return {_at(column, row) for column, row, style in found if int(style) in styles}


def _faults(window: bytes, faulty: dict[tuple[int, int], str]) -> None:
    if b't="e"' in window:
        faulty.update((_at(column, row), why.decode()) for column, row, why in FAULTY.findall(window))
    if b"<f" in window:
        for column, row, value in FORMULA.findall(window):
            if not value:
                faulty.setdefault(_at(column, row), NO_VALUE)


def _at(column: bytes, row: bytes) -> tuple[int, int]:
    index = 0
    for char in column:
        index = index * 26 + char - ord("A") + 1
    return int(row), index - 1


def _part_of(archive: zipfile.ZipFile, sheet: str) -> str | None:
    """The name of the part of the archive that holds a sheet."""
    try:
        book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
        links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    except (KeyError, ElementTree.ParseError):
        return None
    targets = {one.get("Id"): one.get("Target", "") for one in links}
    for one in book.iter(f"{MAIN}sheet"):
        if one.get("name") == sheet:
            target = targets.get(one.get(LINK), "")
            name = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            return name if name in archive.namelist() else None
    return None


def _percent_styles(archive: zipfile.ZipFile) -> set[int]:
    """The styles of cells that are shown in percent."""
    try:
        styles = ElementTree.fromstring(archive.read("xl/styles.xml"))
    except (KeyError, ElementTree.ParseError):
        return set()
    formats = {
        int(one.get("numFmtId", 0)) for one in styles.iter(f"{MAIN}numFmt") if "%" in (one.get("formatCode") or "")
    }
    cells = styles.find(f"{MAIN}cellXfs")
    found = [] if cells is None else [int(one.get("numFmtId", 0)) for one in cells]
    return {index for index, one in enumerate(found) if one in formats | PERCENT}
