"""The form to apply with as a workbook laid out as the official one, and a sheet that tells what is blank, and why."""

import io
import re
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from tzcheck.application import ABOVE, LEFT, Blank, Cell, Row, Sheet
from tzcheck.report import Report, counted
from tzcheck.texts import text
from tzcheck.writers.words import plain, run_of
from tzcheck.writers.xlsx import HEIGHT, lay_out, lines

TITLE, HEAD = Font("SimSun", 14, bold=True), Font("SimSun", 10, bold=True)
PLAIN, BELOW = Font("SimSun", 10), Font("SimSun", 10, color="C00000", bold=True)
THIN = Side(style="thin")
BOX = Border(THIN, THIN, THIN, THIN)
CENTRED = Alignment(horizontal="center", vertical="center", wrap_text=True)
STARTING = Alignment(horizontal="left", vertical="center", wrap_text=True)
# What no name of a sheet may have in it, and how long it may be.
FORBIDDEN, LONGEST = re.compile(r"[\[\]:*?/\\']"), 31


def write(applications: Sequence[tuple[str, Sequence[Sheet], Sequence[Blank]]], report: Report, lang: str) -> bytes:
    """The tables of every place, those of several places under their names, and what is blank in them."""
    book = Workbook()
    book.remove(book.worksheets[0])
    taken: set[str] = set()
    errors = counted(report.problems)["error"]
    draft = f"（{text('form.errors', 'zh', number=errors)}）" if errors else ""
    for place, sheets, _ in applications:
        for one in sheets:
            name = one.name if len(applications) == 1 else f"{place} {one.name}"
            _draw(book.create_sheet(_called(name, taken)), one, f"{place}{draft}")
    _notes(book.create_sheet(text("form.notes", lang)), applications, report, lang)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def _called(name: str, taken: set[str]) -> str:
    """A name for a sheet that Excel takes and that no other has."""
    whole = FORBIDDEN.sub(" ", plain(name)).strip() or "_"
    found, number = whole[-LONGEST:], 1
    while found.casefold() in taken:
        number += 1
        found = f"{whole[-(LONGEST - len(str(number)) - 1) :]} {number}"
    taken.add(found.casefold())
    return found


def _draw(sheet: Worksheet, one: Sheet, place: str) -> None:
    """A table: its title, the place, its head, its rows and its notes."""
    columns = len(one.widths)
    for index, width in enumerate(one.widths, start=1):
        sheet.column_dimensions[get_column_letter(index)].width = width
    _line(sheet, 1, f"{one.name}  {one.title}", columns, TITLE, CENTRED)
    _line(sheet, 2, place, columns, PLAIN, STARTING)
    first = 3
    rows = [*one.head, *one.rows]
    for number, row in enumerate(rows, start=first):
        is_head = number < first + len(one.head)
        for column, cell in enumerate(row, start=1):
            _put(sheet, number, column, cell, HEAD if is_head else PLAIN, is_head or column - 1 not in one.texts)
        sheet.row_dimensions[number].height = HEIGHT * max(_lines_of(row, one.widths), 1.5)
    _merge(sheet, rows, first)
    for number, note in enumerate(one.notes, start=first + len(rows)):
        _line(sheet, number, note, columns, PLAIN, STARTING)
        sheet.row_dimensions[number].height = HEIGHT * lines(note, sum(one.widths))
    lay_out(sheet)
    sheet.print_title_rows = f"{first}:{first + len(one.head) - 1}"
    sheet.freeze_panes = f"A{first + len(one.head)}"


def _lines_of(row: Row, widths: Sequence[int]) -> int:
    """How many lines a row takes; what spans several columns or rows has room enough."""
    alone = zip(row, (*row[1:], None), widths, strict=True)
    texts = ((cell.value, width) for cell, next, width in alone if LEFT not in (cell, next))
    return max(lines(said, width) if isinstance(said, str) else 1 for said, width in texts)


def _line(sheet: Worksheet, row: int, said: str, columns: int, font: Font, alignment: Alignment) -> None:
    """A line across the whole table."""
    _write(sheet, row, 1, said).font = font
    sheet.cell(row, 1).alignment = alignment
    sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=columns)


def _write(sheet: Worksheet, row: int, column: int, said: str) -> Any:
    """A cell with a text, whatever it begins with."""
    cell: Any = sheet.cell(row, column, plain(said))
    cell.data_type = "s"
    return cell


def _put(sheet: Worksheet, row: int, column: int, cell: Cell, font: Font, centred: bool) -> None:
    if isinstance(cell.value, Fraction):
        whole = cell.value.denominator == 1
        found: Any = sheet.cell(row, column, cell.value.numerator if whole else float(cell.value))
        found.number_format = f"0.{'0' * cell.places}" if cell.places else "0"
    elif cell.value is None or cell in (LEFT, ABOVE):
        found = sheet.cell(row, column)
    else:
        found = _write(sheet, row, column, cell.value)
    found.font, found.border = BELOW if cell.below else font, BOX
    found.alignment = CENTRED if centred else STARTING


def _merge(sheet: Worksheet, rows: Sequence[Row], first: int) -> None:
    """Merges every cell with those that belong to it: to its right, and below it."""
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            if cell in (LEFT, ABOVE):
                continue
            wide, high = 1, 1
            while column + wide < len(row) and row[column + wide] is LEFT:
                wide += 1
            while number + high < len(rows) and rows[number + high][column] is ABOVE:
                high += 1
            if wide > 1 or high > 1:
                sheet.merge_cells(
                    start_row=first + number, end_row=first + number + high - 1,
                    start_column=column + 1, end_column=column + wide,
                )  # fmt: skip


def _notes(
    sheet: Worksheet, applications: Iterable[tuple[str, Sequence[Sheet], Sequence[Blank]]], report: Report, lang: str
) -> None:
    """What stayed blank and why; what the form was made from."""
    widths = (16, 10, 44, 70)
    for letter, width in zip("ABCD", widths, strict=True):
        sheet.column_dimensions[letter].width = width
    for column, name in enumerate(("place", "table", "cell", "why"), start=1):
        _write(sheet, 1, column, text(f"form.of.{name}", lang)).font = HEAD
    found = [blank for _, _, blanks in applications for blank in blanks]
    rows: list[tuple[str, ...]] = [(one.place, one.table, one.cell, one.why) for one in found]
    rows = rows or [(text("form.nothing_blank", lang),)]
    read = [(text("form.reading", lang, id=id, title=title.of(lang)),) for id, title in report.readings_used]
    files = [(file.book, file.sheet or "", "", file.sha256) for file in report.files]
    for number, row in enumerate([*rows, (), (run_of(report, lang),), *read, *files], start=2):
        for column, said in enumerate(row, start=1):
            _write(sheet, number, column, said).font = PLAIN
            if column > 2:
                sheet.cell(number, column).alignment = STARTING
        if len(row) > 2:
            sheet.row_dimensions[number].height = HEIGHT * max(map(lines, row[2:], widths[2:]))
    lay_out(sheet)
    sheet.freeze_panes = "A2"
