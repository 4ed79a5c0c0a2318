"""A copy of the workbook that was checked: faulty cells coloured, a comment on each, and a sheet of all findings."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.cell import Cell
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import quote_sheetname
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from tzcheck.errors import Problem, UsageFault
from tzcheck.readers.workbook import FAULTS
from tzcheck.reading import FileRead
from tzcheck.report import category, distance, shown
from tzcheck.score import Scored
from tzcheck.texts import text
from tzcheck.verdict import SIGNS, Verdict

SUFFIXES = frozenset({".xlsx", ".xlsm"})
# An error, a query, a breach, and what is missing for a verdict.
COLOURS = {"error": "FFC7CE", "query": "FFEB9C", "unmet": "F8CBAD", "undetermined": "DDEBF7"}
COLUMNS = (("kind", 10), ("place", 34), ("finding", 70), ("wanted", 26), ("clause", 44))
MOST_COMMENT = 2000


@dataclass(frozen=True)
class Finding:
    """What is wrong at one place of a workbook: a kind of `COLOURS`, the sheet and cell, what, and what was wanted."""

    kind: str
    sheet: str | None
    cell: str | None
    found: str
    wanted: str = ""
    clause: str = ""


def annotated(
    source: Path, problems: Iterable[Problem], places: Iterable[Scored], files: Sequence[FileRead], lang: str
) -> bytes:
    """A copy of the workbook `source` with all that was found in it.

    Raises UsageFault where `source` is no workbook that can be written again.
    """
    if source.suffix.casefold() not in SUFFIXES:
        about = {"suffixes": ", ".join(sorted(SUFFIXES))}
        raise UsageFault([Problem("error", "not_annotated", str(source), details=about)])
    try:
        book = load_workbook(source, keep_vba=source.suffix.casefold() == ".xlsm", rich_text=True)
    except FAULTS:
        raise UsageFault([Problem("error", "not_annotated_damaged", str(source))]) from None
    own = {file.path: file for file in files if file.sheet}
    findings = [*_of_problems(problems, own, lang), *_of_verdicts(places, own, lang)]
    for finding in findings:
        if finding.sheet in book.sheetnames and finding.cell:
            _mark(book[finding.sheet][finding.cell], finding)
    _list(book.create_sheet(_free(text("annotate.sheet", lang), book.sheetnames), 0), findings, lang)
    book.active = 0
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def _of_problems(problems: Iterable[Problem], own: dict[str, FileRead], lang: str) -> Iterable[Finding]:
    for one in problems:
        if one.severity in COLOURS:
            # A sheet that was not read is no file of facts, and yet has a name.
            sheet = own[one.file].sheet if one.file in own else (one.file or "").partition("!")[2] or None
            yield Finding(
                one.severity, sheet, one.cell or f"A{one.row or 1}", one.message(lang), one.expected(lang) or ""
            )


def _of_verdicts(places: Iterable[Scored], own: dict[str, FileRead], lang: str) -> Iterable[Finding]:
    each = ((scored.place.name, one) for scored in places for score in scored.scores for one in score.indicators)
    for place, one in each:
        items = {Verdict.UNMET: one.evidence, Verdict.UNDETERMINED: one.missing}.get(one.verdict, ())
        clause = f"{one.source.document} {one.source.clause or ''} ({one.id})"
        for item in items:
            file = own.get(item.file or "")
            name = " ".join(filter(None, (place, item.name, category(item.category, lang))))
            known = one.verdict is Verdict.UNMET and item.value is not None
            value = shown(item.value, item.limit) if known else "?"
            found = f"{one.rule.title.of(lang)}: {name} {value}"
            if one.verdict is Verdict.UNMET and item.shortfall is not None:
                unit = item.shortfall_unit or item.unit or ""
                found += text("annotate.off", lang, shortfall=distance(item.shortfall), unit=unit)
            wanted = "" if item.limit is None else f"{SIGNS.get(item.comparator, '')} {shown(item.limit, item.value)}"
            sheet, cell = (file.sheet, file.cell(item.row, item.column)) if file else (None, None)
            yield Finding(one.verdict.value, sheet, cell, found, wanted, clause)


def _mark(cell: Any, finding: Finding) -> None:
    if not isinstance(cell, Cell):
        return  # the rest of a merged area, which can hold neither colour nor comment
    cell.fill = PatternFill("solid", fgColor=COLOURS[finding.kind])
    said = "\n".join(filter(None, (finding.found, finding.wanted, finding.clause)))
    before = f"{cell.comment.text}\n\n" if cell.comment else ""
    cell.comment = Comment((before + said)[:MOST_COMMENT], "tzcheck", width=360, height=120)


def _list(sheet: Worksheet, findings: Sequence[Finding], lang: str) -> None:
    """The sheet of all findings, each with a link to its cell. No text runs as a formula."""
    for index, (name, width) in enumerate(COLUMNS, start=1):
        head = sheet.cell(1, index, text(f"annotate.{name}", lang))
        head.font = Font(bold=True)
        sheet.column_dimensions[head.column_letter].width = width
    for row, finding in enumerate(findings, start=2):
        place = "!".join(filter(None, (finding.sheet, finding.cell)))
        kind = text(("severity." if finding.kind in ("error", "query") else "verdict.") + finding.kind, lang)
        for index, said in enumerate((kind, place, finding.found, finding.wanted, finding.clause), start=1):
            cell = sheet.cell(row, index)
            cell.value = said
            cell.data_type = "s"
        sheet.cell(row, 1).fill = PatternFill("solid", fgColor=COLOURS[finding.kind])
        if finding.sheet and finding.cell:
            target = f"{quote_sheetname(finding.sheet)}!{finding.cell}"
            sheet.cell(row, 2).hyperlink = Hyperlink(ref=f"B{row}", location=target)
            sheet.cell(row, 2).font = Font(underline="single", color="0563C1")
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions


def _free(name: str, taken: Sequence[str]) -> str:
    """A name that no sheet has yet."""
    number = 2
    found = name
    while found in taken:
        found, number = f"{name}{number}", number + 1
    return found
