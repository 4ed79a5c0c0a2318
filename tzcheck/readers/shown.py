"""What must be known of a workbook before calamine reads it, and what it does not tell.

Which cells show an error, a formula without a value or a percentage, and how far a sheet reaches: calamine takes room
for every cell up to the last one. XLSX and ODS are searched as they are stored; of an XLS the records are read.
"""

import re
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from olefile.olefile import DEFECT_INCORRECT, OleFileIO

from tzcheck.readers.rows import NO_VALUE

CHUNK = 1 << 22
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
# Cells that hold an error, or a formula; whether it has a value is seen in what follows it, a text being one always.
FAULTY = re.compile(rb'<c r="([A-Z]+)(\d+)"[^>]*? t="e"[^>]*>(?:<f[^>]*(?:/>|>[^<]*</f>))?<v>([^<]*)</v>')
FORMULA = re.compile(rb'<c r="([A-Z]+)(\d+)"([^>]*)>\s*<f[^>]*(?:/>|>[^<]*</f>)\s*(<v[^>]*>[^<])?')
STYLED = re.compile(rb'<c r="([A-Z]+)(\d+)" s="(\d+)"')
# A cell that is written in another way than by nearly all programs.
UNUSUAL = re.compile(rb'<c (?!r="[A-Z])|<c[>/]')
PLACES = re.compile(rb'<c r="([A-Z]+)(\d+)"')
COLUMNS, BEYOND_Z = re.compile(rb'<c r="([A-Z]+)\d'), re.compile(rb'<c r="[A-Z]{2}')
# Cells in rows of 6 and of 7 digits, and the last row before them.
FAR = ((re.compile(rb'<c r="[A-Z]+\d{6}'), 99_999), (re.compile(rb'<c r="[A-Z]+\d{7}'), 999_999))
# Calamine takes room for every cell up to the last one.
MOST_CELLS = 26_000_000
PERCENT = frozenset({9, 10})
OFFICE, TABLE, TEXT = (f"{{urn:oasis:names:tc:opendocument:xmlns:{name}:1.0}}" for name in ("office", "table", "text"))
CALC_TYPE = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}value-type"
# The errors of an XLS by their codes.
ERRORS = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A",
}  # fmt: skip
# The records of an XLS that are looked at: where parts begin and end, formats, and cells that hold something.
BOF, EOF, SHEET, FORMAT, XF = 0x0809, 0x000A, 0x0085, 0x041E, 0x00E0
OF_FORMULA, NUMBER, RK, MANY_RK, ERROR = 0x0006, 0x0203, 0x027E, 0x00BD, 0x0205
CELLS = frozenset({OF_FORMULA, NUMBER, RK, MANY_RK, ERROR, 0x00FD, 0x0204, 0x00D6, 0x0201, 0x00BE})

Cell = tuple[int, int]


@dataclass
class Shown:
    """Cells of a sheet by row (from 1) and column (from 0): what the faulty ones show, and those that are percentages.

    No cell lies beyond `rows` and `columns`; where these are no more than `MOST_CELLS`, there may be fewer. `merged`
    are areas that calamine does not know, from and to the row and column, both from 0.
    """

    faulty: dict[Cell, str] = field(default_factory=dict)
    percent: set[Cell] = field(default_factory=set)
    merged: list[tuple[Cell, Cell]] = field(default_factory=list)
    rows: int = 0
    columns: int = 0

    def reach(self, row: int, column: int) -> None:
        """Notes that there is a cell."""
        self.rows, self.columns = max(self.rows, row), max(self.columns, column + 1)


def look_into(path: Path) -> list[Shown]:
    """Looks into every sheet of a workbook, in their order; a hidden one of an XLSX is left out, as calamine does.

    Raises what zipfile, zlib, struct, ElementTree and olefile do where it is damaged.
    """
    if not zipfile.is_zipfile(path):
        return _xls(path)
    with zipfile.ZipFile(path) as archive:
        return _ods(archive) if "content.xml" in archive.namelist() else _xlsx(archive)


# --- XLSX ----------------------------------------------------------------------------------------------------------


def _xlsx(archive: zipfile.ZipFile) -> list[Shown]:
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
    links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {one.get("Id"): one.get("Target", "") for one in links}
    # Values of formulas are stale where they are to be worked out by whoever opens the workbook.
    stale = any(one.get("fullCalcOnLoad") in ("1", "true") for one in book.iter(f"{MAIN}calcPr"))
    percents, found = _percent_styles(archive), []
    for one in book.iter(f"{MAIN}sheet"):
        target = targets.get(one.get(LINK), "")
        part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        shown = Shown()
        if part in archive.namelist() and one.get("state", "visible") == "visible":
            for window in _windows(archive, part):
                if b":c " in window or UNUSUAL.search(window):
                    shown = _by_elements(archive, part, percents, stale)
                    break
                _of_xlsx(window, percents, stale, shown)
            if shown.rows * shown.columns > MOST_CELLS:
                shown.rows = shown.columns = 0
                for window in _windows(archive, part):
                    for column, row in PLACES.findall(window):
                        shown.reach(*_at(column, row))
        found.append(shown)
    return found


def _windows(archive: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """A part of an archive piece by piece, no cell being cut."""
    rest = b""
    with archive.open(part) as data:
        while chunk := data.read(CHUNK):
            window = rest + chunk
            end = window.rfind(b"<c ")
            if end > 0:
                yield window[:end]
            rest = window[max(end, 0) :]
    yield rest


def _of_xlsx(window: bytes, percents: set[int], stale: bool, shown: Shown) -> None:
    last = next((last for far, last in FAR if not far.search(window)), 10**9)
    for column in set(COLUMNS.findall(window)) if BEYOND_Z.search(window) else (b"Z",):
        shown.reach(last, _at(column, b"0")[1])
    if b't="e"' in window:
        shown.faulty |= {_at(column, row): why.decode() for column, row, why in FAULTY.findall(window)}
    if b"<f" in window:
        for column, row, about, value in FORMULA.findall(window):
            if stale or (not value and b't="str"' not in about):
                shown.faulty.setdefault(_at(column, row), NO_VALUE)
    styled = STYLED.findall(window) if percents else ()
    shown.percent |= {_at(column, row) for column, row, style in styled if int(style) in percents}


def _by_elements(archive: zipfile.ZipFile, part: str, percents: set[int], stale: bool) -> Shown:
    """Looks into a part whose cells are written in an unusual way: slower, and whatever the way."""
    shown = Shown()
    row = column = 0
    with archive.open(part) as data:
        for event, one in ElementTree.iterparse(data, ("start", "end")):
            name = one.tag.rpartition("}")[2]
            if name == "row" and event == "start":
                row, column = int(one.get("r", row + 1)), 0
            elif name == "row":
                one.clear()
            elif name == "c" and event == "end":
                named = re.fullmatch(rb"([A-Z]+)(\d+)", one.get("r", "").encode())
                at = _at(*named.groups()) if named else (row, column)
                column = at[1] + 1
                shown.reach(*at)
                inside = {part.tag.rpartition("}")[2]: part.text for part in one}
                if one.get("t") == "e":
                    shown.faulty[at] = inside.get("v") or "#N/A"
                elif "f" in inside and (stale or not (inside.get("v") or one.get("t") == "str")):
                    shown.faulty[at] = NO_VALUE
                if int(one.get("s", 0)) in percents:
                    shown.percent.add(at)
    return shown


def _at(column: bytes, row: bytes) -> Cell:
    index = 0
    for char in column:
        index = index * 26 + char - ord("A") + 1
    return int(row), index - 1


def _percent_styles(archive: zipfile.ZipFile) -> set[int]:
    """The styles of cells that are shown in percent."""
    if "xl/styles.xml" not in archive.namelist():
        return set()
    styles = ElementTree.fromstring(archive.read("xl/styles.xml"))
    formats = {
        int(one.get("numFmtId", 0)) for one in styles.iter(f"{MAIN}numFmt") if "%" in (one.get("formatCode") or "")
    }
    cells = styles.find(f"{MAIN}cellXfs")
    found = [] if cells is None else [int(one.get("numFmtId", 0)) for one in cells]
    return {index for index, one in enumerate(found) if one in formats | PERCENT}


# --- ODS -----------------------------------------------------------------------------------------------------------


def _ods(archive: zipfile.ZipFile) -> list[Shown]:
    found: list[Shown] = []
    row = column = 0
    with archive.open("content.xml") as data:
        for event, one in ElementTree.iterparse(data, ("start", "end")):
            if event == "start" and one.tag == f"{TABLE}table":
                found.append(Shown())
                row = 0
            elif event == "start" and one.tag == f"{TABLE}table-row":
                row, column = row + 1, 0
            elif event == "end" and one.tag == f"{TABLE}table-row" and found:
                times = _number(one, "rows-repeated")
                if times > 1 and any(len(cell) for cell in one):
                    found[-1].reach(row + times - 1, 0)
                row += times - 1
                one.clear()
            elif event == "end" and one.tag in (f"{TABLE}table-cell", f"{TABLE}covered-table-cell") and found:
                _of_ods(one, row, column, found[-1])
                column += _number(one, "columns-repeated")
    return found


def _of_ods(one: ElementTree.Element, row: int, column: int, shown: Shown) -> None:
    if len(one):
        shown.reach(row, column + _number(one, "columns-repeated") - 1)
    if one.get(CALC_TYPE) == "error":
        shown.faulty[row, column] = one.findtext(f"{TEXT}p") or "#N/A"
    if one.get(f"{OFFICE}value-type") == "percentage":
        shown.percent.add((row, column))
    down, right = _number(one, "rows-spanned"), _number(one, "columns-spanned")
    if down > 1 or right > 1:
        shown.merged.append(((row - 1, column), (row + down - 2, column + right - 1)))


def _number(one: ElementTree.Element, name: str) -> int:
    return int(one.get(f"{TABLE}number-{name}", 1))


# --- XLS -----------------------------------------------------------------------------------------------------------


def _xls(path: Path) -> list[Shown]:
    with OleFileIO(str(path), raise_defects=DEFECT_INCORRECT) as book:
        name = next((one for one in ("Workbook", "Book") if book.exists(one)), None)
        data = book.openstream(name).read() if name else b""
    starts, formats, of_styles = [], set(PERCENT), []
    before_the_text = 5 if data[4:6] == b"\0\6" else 3
    for kind, body in _records(data, 0):
        if kind == SHEET:
            starts.append(struct.unpack_from("<I", body)[0])
        elif kind == FORMAT and b"%" in body[before_the_text:]:
            formats.add(struct.unpack_from("<H", body)[0])
        elif kind == XF:
            of_styles.append(struct.unpack_from("<H", body, 2)[0])
    percents = {index for index, one in enumerate(of_styles) if one in formats}
    return [_of_xls(data, start, percents) for start in starts]


def _of_xls(data: bytes, start: int, percents: set[int]) -> Shown:
    shown = Shown()
    for kind, body in _records(data, start):
        if kind not in CELLS:
            continue
        row, column, style = struct.unpack_from("<HHH", body)
        at = (row + 1, column)
        shown.reach(*at)
        if kind == ERROR and body[7]:
            shown.faulty[at] = ERRORS.get(body[6], "#N/A")
        elif kind == OF_FORMULA and body[12:14] == b"\xff\xff" and body[6] == 2:
            shown.faulty[at] = ERRORS.get(body[8], "#N/A")
        elif kind == MANY_RK:
            styles = [struct.unpack_from("<H", body, place)[0] for place in range(4, len(body) - 2, 6)]
            shown.reach(row + 1, column + len(styles) - 1)
            shown.percent |= {(row + 1, column + index) for index, one in enumerate(styles) if one in percents}
        elif style in percents:
            shown.percent.add(at)
    return shown


def _records(data: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """The records of a part of an XLS: what is inside of another part, such as a chart, is left out."""
    depth = 0
    while at + 4 <= len(data):
        kind, size = struct.unpack_from("<HH", data, at)
        if kind == BOF:
            depth += 1
        elif kind == EOF:
            depth -= 1
            if depth <= 0:
                return
        elif depth == 1:
            yield kind, data[at + 4 : at + 4 + size]
        at += 4 + size
