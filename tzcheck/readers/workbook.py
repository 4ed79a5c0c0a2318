"""Workbooks (XLSX, XLS, ODS): the cells of every sheet as texts, whatever Excel has made of what was typed."""

import codecs
import io
import os
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
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
from tzcheck.readers.rows import RawTable, Record, headed
from tzcheck.readers.shown import MOST_CELLS, Shown, look_into
from tzcheck.table import Table

# A workbook that is larger than this when it is unpacked is none that anybody has filled in.
LARGEST = 1 << 30
# So many rows are made texts at once: of more Python's collector of garbage takes as long as the texts.
AT_ONCE = 500
DAYS = frozenset({date, datetime})
# Whatever a damaged workbook can lead to.
FAULTS = (
    CalamineError, XmlError, ZipError, zipfile.BadZipFile, zlib.error, struct.error, OSError, EOFError,
    ElementTree.ParseError, IndexError, KeyError, NotImplementedError, ValueError,
)  # fmt: skip
COMPOUND = b"\xd0\xcf\x11\xe0"
# What an encrypted workbook keeps its content in.
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


@dataclass
class Workbook:
    """An open workbook: its visible sheets by name, those that are hidden, and what is wrong with it as a whole."""

    file: str
    sheets: dict[str, CalamineSheet] = field(default_factory=dict)
    hidden: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    # What calamine does not tell of each sheet.
    shown: dict[str, Shown] = field(default_factory=dict)

    def rows(self, sheet: str) -> Iterator[Record]:
        """The rows of a sheet that have anything in them, as texts: merged cells below their first are blank."""
        yield from self._texts(sheet, set(), [])

    def cells(self, sheet: str) -> tuple[dict[tuple[int, int], str], list[tuple[int, int, int, int]]]:
        """The texts of a sheet by row (from 1) and column (from 0), and its merged areas: top, left, bottom, right.

        Blank cells are left out; a cell with an error, or a formula without a value, has that as its text.
        """
        rows = self._texts(sheet, set(), [])
        texts = {(row, column): text for row, cells in rows for column, text in enumerate(cells) if text}
        return texts, [(top + 1, left, bottom + 1, right) for (top, left), (bottom, right) in self._merged(sheet)]

    def read(self, sheet: str, table: Table) -> RawTable:
        """The rows of a sheet that holds a table."""
        raw = RawTable()
        shown = any(column.unit == "%" for column in table.columns) or table.id == "values"
        percent = self.shown[sheet].percent if shown else set()
        rows = self._texts(sheet, percent, raw.days)
        areas = self._merged(sheet)
        return headed(raw, _filled(rows, areas, raw.merged) if areas else rows, table)

    def _merged(self, sheet: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
        return [*(self.sheets[sheet].merged_cell_ranges or ()), *self.shown[sheet].merged]

    def _texts(self, name: str, percent: set[tuple[int, int]], days: list[tuple[int, int]]) -> Iterator[Record]:
        """The rows of a sheet that have anything in them, with its faulty cells, and `percent` cells as they are shown.

        `days` is told which cells hold one.
        """
        sheet = self.sheets[name]
        faulty: dict[int, dict[int, str]] = {}
        for (row, index), fault in self.shown[name].faulty.items():
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
    found = Workbook(file)
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
        shown = look_into(path)
        for number, one in enumerate(shown, start=1):
            if one.rows * one.columns > MOST_CELLS:
                last: dict[str, object] = {"number": number, "cell": f"{letter(one.columns - 1)}{one.rows}"}
                found.problems.append(Problem("error", "workbook_too_wide", file, details=last))
                return found
        with _unheard():
            book = CalamineWorkbook.from_filelike(io.BytesIO(path.read_bytes()))
        for sheet, known in zip(book.sheets_metadata, shown, strict=True):
            if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible:
                found.sheets[sheet.name], found.shown[sheet.name] = book.get_sheet_by_name(sheet.name), known
            elif sheet.typ == SheetTypeEnum.WorkSheet:
                found.hidden.append(sheet.name)
    except PasswordError:
        found.problems.append(Problem("error", "workbook_encrypted", file))
    except FAULTS:
        found.problems.append(Problem("error", "workbook_damaged", file))
    except BaseException as error:
        # What a library in Rust has not foreseen is no exception of Python's.
        if type(error).__name__ != "PanicException":
            raise
        found.problems.append(Problem("error", "workbook_damaged", file))
    if found.problems:
        found.sheets.clear()
    return found


@contextmanager
def _unheard() -> Iterator[None]:
    """Without what Rust writes on the standard error of the process before it panics at a damaged XLS."""
    try:
        kept = os.dup(2)
    except OSError:  # there is none to write on
        yield
        return
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(null)


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
