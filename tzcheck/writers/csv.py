"""The result as CSV for spreadsheets: a row for every verdict, and for every breach and value that is missing."""

import csv
import io
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

from tzcheck.cells import plain_cell
from tzcheck.reading import FileRead
from tzcheck.report import Report, category, reason, symbol
from tzcheck.score import Evidence, Indicator, Score, Scored
from tzcheck.texts import text

COLUMNS = (
    "kind", "county", "county_code", "standard", "indicator", "number", "title", "verdict", "sign", "checked",
    "breaches", "subject", "name", "category", "value", "comparator", "limit", "unit", "shortfall", "shortfall_unit",
    "file", "sheet", "row", "column", "reason", "document", "clause", "certainty",
)  # fmt: skip
Cell = str | int | Fraction | None


def write(report: Report, lang: str, details: bool) -> str:
    """The rows, in UTF-8 with the mark by which Excel knows it; numbers are exact to ten decimals."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(text(f"csv.{name}", lang) for name in COLUMNS)
    files = {file.path: file for file in report.files}
    for scored in report.places:
        for score in scored.scores:
            for one in score.indicators:
                for row in _rows(scored, score, one, files, lang):
                    writer.writerow(_cell(row.get(name)) for name in COLUMNS)
    return "\ufeff" + out.getvalue()


def _rows(
    scored: Scored, score: Score, one: Indicator, files: dict[str, FileRead], lang: str
) -> Iterable[dict[str, Cell]]:
    about: dict[str, Cell] = {
        "county": scored.place.name, "county_code": scored.place.code, "standard": score.pack.id, "indicator": one.id,
        "number": one.rule.number, "title": one.rule.title.of(lang), "document": one.source.document,
        "clause": one.source.clause, "certainty": one.source.certainty,
    }  # fmt: skip
    yield about | {
        "kind": text("csv.of_verdict", lang), "verdict": text(f"verdict.{one.verdict.value}", lang),
        "sign": symbol(score.pack, one), "checked": one.checked, "breaches": one.breaches, "value": one.value,
        "comparator": one.comparator, "limit": one.limit, "unit": one.unit, "reason": reason(one.reason, lang),
    }  # fmt: skip
    for kind, items in (("breach", one.evidence), ("missing", one.missing), ("relaxed", one.relaxed)):
        for item in items:
            yield about | {"kind": text(f"csv.of_{kind}", lang)} | _item(item, files, lang)


def _item(item: Evidence, files: dict[str, FileRead], lang: str) -> dict[str, Cell]:
    file = files.get(item.file or "")
    return {
        "subject": item.subject, "name": item.name, "category": category(item.category, lang), "value": item.value,
        "comparator": item.comparator, "limit": item.limit, "unit": item.unit, "shortfall": item.shortfall,
        "shortfall_unit": item.shortfall_unit, "file": file.book if file else item.file,
        "sheet": file.sheet if file else None, "row": item.row, "column": item.column,
    }  # fmt: skip


def _cell(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case str():
            return plain_cell(cell)
        case Fraction():
            return exact(cell)
        case _:
            return str(cell)


def exact(number: Fraction) -> str:
    """A number as a spreadsheet reads it: whole, or to ten decimals."""
    value = round(Decimal(number.numerator) / number.denominator, 10).normalize()
    return f"{value:f}"
