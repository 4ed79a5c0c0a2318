"""CSV files as spreadsheets write them: in UTF-8, GB18030 or UTF-16, with commas or tabs, titles above the header."""

import codecs
import csv
import io
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from tzcheck.errors import Problem
from tzcheck.readers.rows import TITLE_ROWS, Bulk, RawTable, Record, headed
from tzcheck.table import Table, header_spelling

LONGEST_CELL = 100_000
LONGEST_LINE = 4_000_000
# More blank rows in a row than a sheet of Excel has.
MOST_BLANK = 1_100_000
DELIMITERS = ",\t;"
CHUNK = 1 << 20
# Beyond so many bytes it pays to let DuckDB read files.
LARGE = 1 << 17
MARKED = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
# How workbooks begin, whatever they are called.
WORKBOOK = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
NAMES = {"utf-8-sig": "UTF-8", "utf-8": "UTF-8", "gb18030": "GB18030", "utf-16": "UTF-16"}


def read(path: Path, file: str, table: Table, encoding: str | None = None) -> RawTable:
    """The rows of a file, which is opened again when they are read; one whose lines are plain may be read in bulk.

    A file without a header has none at all. Raises OSError.
    """
    looked = look(path, file, encoding)
    if looked.encoding is None:
        return RawTable(problems=list(looked.problems))
    raw = RawTable(encoding=NAMES.get(looked.encoding, looked.encoding))
    with path.open(encoding=looked.encoding, newline="") as text:
        first = [text.readline(LONGEST_CELL) for _ in range(TITLE_ROWS)]
    delimiter = _delimiter(first, table)
    begun = RawTable()  # what is wrong with the first rows is told when they are read again
    with closing(records(path, file, looked.encoding, delimiter, begun)) as rows:
        headed(raw, islice(rows, TITLE_ROWS), table)
    if not raw.header:
        raw.problems, raw.lost = begun.problems or [Problem("error", "empty_file", file)], begun.lost
        return raw
    every = records(path, file, looked.encoding, delimiter, raw)
    raw.records = (record for record in every if record[0] > raw.header_row)
    if looked.plain and any(raw.header) and '"' not in "".join(first):
        unnamed = tuple(index for index, one in enumerate(raw.header) if not one)
        raw.bulk = Bulk(path, raw.header_row, delimiter, unnamed)
    return raw


@dataclass(frozen=True)
class Look:
    """What a file is: its encoding, None where it is no text; whether every line of it is a row in UTF-8."""

    encoding: str | None
    plain: bool = False
    problems: tuple[Problem, ...] = ()


def look(path: Path, file: str, encoding: str | None) -> Look:
    """Goes through a file, whatever its size: by its BOM, else strict UTF-8, else GB18030, or `encoding` alone."""
    with path.open("rb") as data:
        start = data.read(4)
    if start in WORKBOOK:
        return Look(None, problems=(Problem("error", "csv_is_workbook", file),))
    marked = next((name for mark, name in MARKED if start.startswith(mark)), None)
    wrong: int | None = None  # where the first character is that is none
    for name in [encoding] if encoding else [marked] if marked else ["utf-8", "gb18030"]:
        decoder, plain, last, before = codecs.getincrementaldecoder(name)("strict"), True, b"\n", 0
        wide, like_ascii = "16" in name or "32" in name, name in ("utf-8", "utf-8-sig", "gb18030")
        try:
            with path.open("rb") as data:
                while chunk := data.read(CHUNK):
                    if not wide and b"\0" in chunk:
                        row = _row_of(path, before + chunk.index(b"\0"))
                        return Look(None, problems=(Problem("error", "nul_byte", file, row),))
                    if not (chunk.isascii() and like_ascii and not decoder.getstate()[0]):
                        decoder.decode(chunk)
                    plain = plain and not (_odd_line(last[-2:] + chunk[:2]) or _odd_line(chunk))
                    before, last = before + len(chunk), chunk
                decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            wrong = before + error.start if wrong is None else wrong
            continue
        found = "utf-8-sig" if name == "utf-8" else name
        return Look(found, plain and NAMES.get(found) == "UTF-8")
    tried = encoding or marked or "UTF-8, GB18030"
    row = _row_of(path, wrong or 0)
    return Look(None, problems=(Problem("error", "encoding", file, row, details={"tried": tried}),))


def _row_of(path: Path, byte: int) -> int:
    """The row that a byte of a file is in."""
    row = 1
    with path.open("rb") as data:
        while byte > 0 and (chunk := data.read(min(byte, CHUNK))):
            row, byte = row + chunk.count(b"\n"), byte - len(chunk)
    return row


def _odd_line(chunk: bytes) -> bool:
    """Whether a line is blank or ends in CR alone; of a CR at the very end the next chunk tells."""
    if b"\n\n" in chunk:
        return True
    if b"\r" not in chunk:
        return False
    return b"\n\r\n" in chunk or chunk.count(b"\r") - chunk.endswith(b"\r") > chunk.count(b"\r\n")


def _lines(text: io.TextIOBase) -> Iterator[str]:
    """The lines of a file, of which none may be so long that no table has it. Raises csv.Error."""
    while line := text.readline(LONGEST_LINE):
        if len(line) == LONGEST_LINE:
            raise csv.Error("field larger than field limit")
        yield line


def _delimiter(lines: list[str], table: Table) -> str:
    """What stands between cells: whatever splits the first lines into most of the table's headers."""
    known = table.spellings
    most, best = 0, DELIMITERS[0]
    for delimiter in DELIMITERS:
        for line in lines:
            cells = [header_spelling(cell.strip().strip('"')) for cell in line.split(delimiter)]
            hits = sum(cell in known for cell in cells)
            if hits == len(cells) > 1:
                return delimiter  # nothing but headers
            if hits > most:
                most, best = hits, delimiter
    return best


def records(path: Path, file: str, encoding: str, delimiter: str, raw: RawTable) -> Generator[Record, None, None]:
    """The rows of a file that have anything in them; what is wrong with it is told in `raw` by the end."""
    csv.field_size_limit(LONGEST_CELL)
    row = last = 0
    with path.open(encoding=encoding, newline="") as text:
        reader = csv.reader(_lines(text), delimiter=delimiter, strict=True)
        try:
            for row, cells in enumerate(reader, start=1):
                stripped = tuple(cell.strip() for cell in cells)
                if any(stripped):
                    last = row
                    yield row, stripped
                elif row - last > MOST_BLANK:
                    raw.problems.append(Problem("error", "blank_rows", file, row, details={"most": MOST_BLANK}))
                    return
        except csv.Error as error:
            raw.problems.append(_broken(str(error), file, row + 1))
            raw.lost += 1


def _broken(why: str, file: str, row: int) -> Problem:
    if "field limit" in why:
        return Problem("error", "cell_too_long", file, row, details={"most": LONGEST_CELL})
    if "end of data" in why:
        return Problem("error", "open_quote", file, row)
    return Problem("error", "csv_syntax", file, row, details={"why": why})
