"""CSV files as spreadsheets write them: UTF-8 with or without BOM, or GB18030; titles above the header."""

import csv
import io

from tzcheck.errors import Problem
from tzcheck.readers.rows import RawTable, header_spelling, spellings
from tzcheck.table import Table

TITLE_ROWS = 20
LONGEST_CELL = 100_000


def read(data: bytes, file: str, table: Table, encoding: str | None = None) -> RawTable:
    """The rows of `data`. Blank rows count as rows but are left out; a file without a header has none at all."""
    text, problems = decode(data, file, encoding)
    if text is None:
        return RawTable(0, (), (), tuple(problems))
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    records: list[tuple[int, tuple[str, ...]]] = []
    row = 0
    try:
        for row, cells in enumerate(reader, start=1):
            stripped = tuple(cell.strip() for cell in cells)
            if any(stripped):
                records.append((row, stripped))
    except csv.Error as error:
        problems = [Problem("error", "csv_syntax", file, row + 1, details={"why": str(error)})]
    if not records and problems:
        return RawTable(0, (), (), tuple(problems), 1)
    if not records:
        return RawTable(0, (), (), (Problem("error", "empty_file", file),))
    known = spellings(table)
    hits = [sum(header_spelling(cell) in known for cell in cells) for _, cells in records[:TITLE_ROWS]]
    top = hits.index(max(hits)) if max(hits) else 0
    header_row, header = records[top]
    return RawTable(header_row, header, tuple(records[top + 1 :]), tuple(problems), len(problems))


def decode(data: bytes, file: str, encoding: str | None) -> tuple[str | None, list[Problem]]:
    """The text of a file: by its BOM, else strict UTF-8, else GB18030, or by `encoding` alone."""
    if b"\0" in data:
        return None, [Problem("error", "nul_byte", file, data.count(b"\n", 0, data.index(b"\0")) + 1)]
    for name in [encoding] if encoding else ["utf-8-sig", "gb18030"]:
        try:
            return data.decode(name), []
        except (UnicodeDecodeError, LookupError):
            continue
    return None, [Problem("error", "encoding", file, details={"tried": encoding or "UTF-8, GB18030"})]
