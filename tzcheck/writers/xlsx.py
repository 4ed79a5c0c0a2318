"""The result as a workbook: what is met and what is not, every breach, every school, what to do, what is in doubt."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from rich.cells import cell_len

from tzcheck.report import Report, category, conclusions, reason, symbol
from tzcheck.score import Evidence, Indicator, Score, Scored
from tzcheck.texts import text
from tzcheck.verdict import SIGNS, Verdict
from tzcheck.writers.words import named, plain, run_of, where

# How numbers are shown; what is kept is the number itself, as exact as a spreadsheet has it.
WHOLE, EXACT, SHARE = "#,##0", "#,##0.00##", "0.0%"
# How high a line of text is, in points.
HEIGHT = 15.0
BOLD = Font("Calibri", 11, bold=True)
HEAD = PatternFill("solid", fgColor="D9E7F5")
LINE = Border(bottom=Side(style="thin", color="8A94A0"))
WRAPPED, CENTRED = Alignment(wrap_text=True, vertical="top"), Alignment(horizontal="center", vertical="top")
TOP = Alignment(vertical="top")
COLOURS = {
    Verdict.MET: "E2F0D9", Verdict.UNMET: "F8CBAD", Verdict.UNDETERMINED: "FFF2CC", Verdict.WAIVED: "E4DFEC",
}  # fmt: skip
FILLS = {verdict: PatternFill("solid", fgColor=colour) for verdict, colour in COLOURS.items()}
Value = str | int | Fraction | None


@dataclass(frozen=True)
class Cell:
    """A value with how it is shown: a number format, or the verdict that colours it."""

    value: Value
    format: str | None = None
    verdict: Verdict | None = None


Row = Sequence["Cell | Value"]


def write(report: Report, lang: str, details: bool) -> bytes:
    """The report as a workbook; it has every detail whatever `details` says."""
    book = Workbook(write_only=True)
    _sheet(book, lang, "summary", _summary(report, lang))
    _sheet(book, lang, "indicators", _indicators(report, lang))
    _matrix(book, report, lang)
    _sheet(book, lang, "breaches", _breaches(report, lang))
    _sheet(book, lang, "schools", _schools(report))
    _sheet(book, lang, "needs", _needs(report, lang))
    _sheet(book, lang, "undetermined", _undetermined(report, lang))
    _sheet(book, lang, "problems", _problems(report, lang))
    _sheet(book, lang, "sources", _sources(report, lang))
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


# What each sheet has for columns, each with its width.
COLUMNS = {
    "summary": (("place_of", 14), ("standard", 34), ("met", 8), ("counted", 8), ("achievement", 10), ("unmet", 10),
                ("undetermined", 12), ("state", 60)),
    "indicators": (("place_of", 14), ("standard", 16), ("indicator", 22), ("number", 7), ("title", 60), ("sign", 6),
                   ("verdict", 10), ("value", 12), ("comparator", 6), ("limit", 12), ("unit", 10), ("checked", 9),
                   ("breaches", 9), ("reason", 44), ("document", 30), ("clause", 20), ("certainty", 8)),
    "breaches": (("place_of", 14), ("indicator", 22), ("title", 50), ("verdict", 10), ("subject", 16), ("name", 30),
                 ("category", 10), ("value", 12), ("comparator", 6), ("limit", 12), ("unit", 10), ("shortfall", 12),
                 ("shortfall_unit", 10), ("file", 24), ("sheet", 14), ("row", 8), ("column", 20)),
    "schools": (("place_of", 14), ("subject", 16), ("name", 34), ("score", 9), ("met", 8), ("unmet", 8),
                ("undetermined", 10), ("which", 60)),
    "needs": (("place_of", 14), ("indicator", 22), ("title", 50), ("fix", 40), ("name", 34), ("amount", 12),
              ("unit", 8)),
    "undetermined": (("place_of", 14), ("indicator", 22), ("title", 60), ("reason", 60), ("beneath", 12)),
    "problems": (("severity", 9), ("county", 14), ("check", 36), ("subject", 16), ("value", 14), ("where", 36),
                 ("message", 60), ("explanation", 40), ("accepted_by", 20)),
    "sources": (("file", 36), ("sheet", 16), ("encoding", 10), ("rows", 9), ("accepted", 9), ("rejected", 9),
                ("sha256", 68)),
}  # fmt: skip


def _sheet(book: Workbook, lang: str, name: str, rows: Iterable[Row]) -> None:
    """A sheet with a header that stays, a filter, and pages that can be read."""
    columns = COLUMNS[name]
    sheet: Any = book.create_sheet(text(f"xlsx.{name}", lang))
    sheet.freeze_panes = "A2"
    for index, (_, width) in enumerate(columns, start=1):
        sheet.column_dimensions[get_column_letter(index)].width = width
    lay_out(sheet)
    sheet.print_title_rows = "1:1"
    sheet.append([_headed(sheet, text(f"xlsx.of.{column}", lang)) for column, _ in columns])
    last = 1
    for row in rows:
        last += 1
        _append(sheet, last, row, [width for _, width in columns])
    area = f"A1:{get_column_letter(len(columns))}{last}"
    sheet.auto_filter.ref = area
    sheet.print_area = area


def _append(sheet: Any, number: int, row: Row, widths: Sequence[int]) -> None:
    """A row, as high as its texts are long: not every office program finds that out by itself."""
    values = (cell.value if isinstance(cell, Cell) else cell for cell in row)
    found = zip(values, widths, strict=False)
    needed = max((lines(value, width) for value, width in found if isinstance(value, str)), default=1)
    if needed > 1:
        sheet.row_dimensions[number].height = HEIGHT * needed
    sheet.append([_written(sheet, cell) for cell in row])


def lines(said: str, width: int) -> int:
    """How many lines a text takes in a column of that width; a Chinese character is twice as wide as a digit."""
    return -(-cell_len(said) // max(width - 1, 1)) or 1


def lay_out(sheet: Any) -> None:
    """A4 across, as wide as the page and as long as it takes."""
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def _headed(sheet: Any, title: str) -> Any:
    cell = _text(sheet, title)
    cell.font, cell.fill, cell.border, cell.alignment = BOLD, HEAD, LINE, WRAPPED
    return cell


def _text(sheet: Any, value: str) -> Any:
    """A cell with a text, whatever it begins with."""
    cell = WriteOnlyCell(sheet, plain(value))
    cell.data_type = "s"
    return cell


def _written(sheet: Any, cell: Cell | Value) -> Any:
    """A cell as openpyxl takes it."""
    one = cell if isinstance(cell, Cell) else Cell(cell)
    match one.value:
        case None:
            return None
        case str():
            found = _text(sheet, one.value)
            found.alignment = CENTRED if one.verdict else WRAPPED
        case Fraction():
            whole = one.value.denominator == 1
            found = WriteOnlyCell(sheet, one.value.numerator if whole else float(one.value))
            found.number_format, found.alignment = one.format or (WHOLE if whole else EXACT), TOP
        case _:
            found = WriteOnlyCell(sheet, one.value)
            found.number_format, found.alignment = one.format or WHOLE, TOP
    if one.verdict in FILLS:
        found.fill = FILLS[one.verdict]
    return found


def _all(report: Report) -> Iterable[tuple[Scored, Score, Indicator]]:
    return ((scored, score, one) for scored, score in report.scores for one in score.indicators)


def _summary(report: Report, lang: str) -> Iterable[Row]:
    for scored, score in report.scores:
        share = None if score.achievement is None else Cell(score.achievement, SHARE)
        yield (
            scored.place.name, score.pack.head.title.of(lang), score.met, score.counted, share, score.unmet,
            score.undetermined, " ".join(conclusions(score, lang)),
        )  # fmt: skip


def _indicators(report: Report, lang: str) -> Iterable[Row]:
    for scored, score, one in _all(report):
        shown = SHARE if one.share else None
        yield (
            scored.place.name, score.pack.id, one.id, one.rule.number, one.rule.title.of(lang),
            Cell(symbol(score.pack, one), verdict=one.verdict), text(f"verdict.{one.verdict.value}", lang),
            Cell(one.value, shown), SIGNS.get(one.comparator or "", one.comparator), Cell(one.limit, shown), one.unit,
            one.checked, one.breaches, reason(one.reason, lang), one.source.document, one.source.clause,
            one.source.certainty,
        )  # fmt: skip


def _matrix(book: Workbook, report: Report, lang: str) -> None:
    """The matrix of every standard as the notice prints it: a row an indicator, a column a place, -X and % below."""
    sheet: Any = book.create_sheet(text("xlsx.matrix", lang))
    widths = (8, 60)
    for letter, width in zip("AB", widths, strict=True):
        sheet.column_dimensions[letter].width = width
    lay_out(sheet)
    sheet.print_title_rows = "1:1"
    sheet.freeze_panes = "C1"
    last = 0
    for columns in report.by_standard.values():
        pack = columns[0][1].pack
        last += 1
        sheet.append(
            [_headed(sheet, one) for one in ("", pack.head.title.of(lang), *(s.place.short for s, _ in columns))]
        )
        by_id = [{one.id: one for one in score.indicators} for _, score in columns]
        for id, rule in pack.rules.items():
            found = [each.get(id) for each in by_id]
            if any(found):
                marks = [Cell(symbol(pack, one), verdict=one.verdict) if one else None for one in found]
                last += 1
                _append(sheet, last, (rule.number, rule.title.of(lang), *marks), widths)
        for name in ("unmet", "undetermined", "achievement"):
            cells = [_foot(score, name) for _, score in columns]
            last += 1
            _append(sheet, last, ("", text(f"head.{name}", lang), *cells), widths)
        last += 1
        sheet.append([])


def _foot(score: Score, name: str) -> Cell | Value:
    match name:
        case "unmet":
            return f"-{score.unmet}" if score.unmet else "0"
        case "undetermined":
            return score.undetermined
        case _:
            return None if score.achievement is None else Cell(score.achievement, SHARE)


def _breaches(report: Report, lang: str) -> Iterable[Row]:
    """Every breach, also where an indicator is met since so few are allowed, or can't be told."""
    files = {file.path: file for file in report.files}
    for scored, _, one in _all(report):
        for item in one.evidence:
            file = files.get(item.file or "")
            yield (
                scored.place.name, one.id, one.rule.title.of(lang), text(f"verdict.{one.verdict.value}", lang),
                item.subject, item.name, category(item.category, lang), item.value,
                SIGNS.get(item.comparator, item.comparator), item.limit, item.unit, item.shortfall, item.shortfall_unit,
                file.book if file else item.file, file.sheet if file else None, item.row, item.column,
            )  # fmt: skip


def _schools(report: Report) -> Iterable[Row]:
    names = {scored.place.id: scored.place.name for scored in report.places}
    for one in report.schools:
        if one.place in names:
            yield (
                names[one.place], one.id, one.name, Cell(one.score, SHARE), len(one.holds), len(one.fails),
                len(one.unknown), " ".join(one.fails),
            )  # fmt: skip


def _needs(report: Report, lang: str) -> Iterable[Row]:
    """What is missing in sum, and below it of each subject."""
    for scored, score in report.scores:
        for need in score.needs:
            rule = need.indicator.rule
            about = (scored.place.name, need.indicator.id, rule.title.of(lang))
            yield *about, rule.fix.of(lang) if rule.fix else None, text("page.sum", lang), need.amount, need.unit
            for subject, name, amount in need.items:
                yield *about, None, name or subject, amount, need.unit


def _undetermined(report: Report, lang: str) -> Iterable[Row]:
    for scored, _, one in _all(report):
        if one.verdict is Verdict.UNDETERMINED:
            beneath = text(f"verdict.{one.beneath.value}", lang) if one.beneath else None
            yield scored.place.name, one.id, one.rule.title.of(lang), reason(one.reason, lang), beneath
            for item in one.missing:
                yield scored.place.name, one.id, None, _lacking(item, lang), None


def _lacking(item: Evidence, lang: str) -> str:
    return text("head.missing", lang, name=named(item, lang), where=where(item.file, item.row, item.column) or "—")


def _problems(report: Report, lang: str) -> Iterable[Row]:
    """What is wrong with the facts, with room to explain it: a row that is filled in is read back as an explanation."""
    codes = {scored.place.id: scored.place.code or scored.place.name for scored in report.places}
    for one in report.problems:
        county = codes.get(one.county or "", one.county)
        yield (
            text(f"severity.{one.severity}", lang), county, one.check, one.subject, one.value, one.where(),
            one.message(lang), None, None,
        )  # fmt: skip


def _sources(report: Report, lang: str) -> Iterable[Row]:
    for file in report.files:
        yield file.book, file.sheet, file.encoding, file.rows, file.accepted, file.rejected, file.sha256
    yield (run_of(report, lang),)
