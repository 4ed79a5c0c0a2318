"""Templates: what the rules need of the facts, as a workbook or a folder to fill in."""

import csv
import io
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.datavalidation import DataValidation

from tzcheck import planner
from tzcheck.cells import EXPECTED, LARGEST, MONITORED, YEARS
from tzcheck.rule import Rule, Rulebook, RulePack
from tzcheck.sets import SET_KEYS
from tzcheck.table import GIVEN, TABLES, VALUES, WORKED_OUT, Column, Table
from tzcheck.texts import text
from tzcheck.value import LAST_YEAR, unit_shown

# The tables of documents and published figures, which any standard may come with.
DOCUMENTS = ("attestations", "values", "marks", "published", "waivers", "explanations")
# Tables of which one stands in for the other.
EITHER = {"classes": "class_bands", "rooms": "room_bands"}
# A list in a cell's validation may have so many characters; a longer one must stand in cells.
LONGEST_LIST = 255
LAST_ROW = 1 << 20
# About so many characters go into the width of a page.
PAGE = 180
LAST_DAY = 73415  # 2100-12-31, as a spreadsheet counts days
FORMATS = {"count": "0", "year": "0", "date": "yyyy-mm-dd", "measure": "General", "number": "General"}
AS_TEXT = "@"
OPEN, LOCKED = Protection(locked=False), Protection(locked=True)
FONT = "Calibri"
BOLD, HEAD, TITLE = Font(FONT, 11, bold=True), Font(FONT, 11), Font(FONT, 14, bold=True)
FILLED = {True: PatternFill("solid", fgColor="D9E7F5"), False: PatternFill("solid", fgColor="F0F2F4")}
LINE = Border(bottom=Side(style="thin", color="8A94A0"))
WRAPPED = Alignment(wrap_text=True, vertical="top")
CENTRED = Alignment(wrap_text=True, vertical="center", horizontal="center")
GREY = Font(FONT, 11, color="5F6B7A")
ASIDE_WIDTH = 56


@dataclass(frozen=True)
class Needs:
    """What rules read: columns by table of files, keys of county values, indicators that a document attests."""

    columns: Mapping[str, frozenset[str]]
    keys: frozenset[str]
    attested: tuple[str, ...]


def needs(book: Rulebook, wanted: frozenset[str]) -> Needs:
    """What the rules `wanted` are decided from, with those whose outcomes they read."""
    leading = book.leading_to(wanted)
    read, keys = planner.read_by(list(book.packs.values()), leading)
    found: dict[str, set[str]] = {}
    for id, names in read.items():
        found.setdefault(TABLES[id].home, set()).update(_in_files(TABLES[id], names))
        if TABLES[id].derived == VALUES.id:
            keys |= MONITORED.keys()
    rules = [(id, pack, rule) for id, pack, rule in book.rules() if id in leading]
    attested = tuple(id for id, _, rule in rules if rule.attested)
    for _, pack, rule in rules:
        for id, asked in _documents(pack, rule, found):
            found.setdefault(id, set()).update(asked)
    for id, columns in found.items():
        table = GIVEN[id]
        columns |= {name for name in table.key if name != table.place}
        columns |= {one.id for one in table.columns if one.required}
        if id == VALUES.id:
            columns.add("value")
    return Needs({id: frozenset(found[id]) for id in GIVEN if id in found}, frozenset(keys), attested)


def _in_files(table: Table, names: Iterable[str]) -> Iterator[str]:
    """The columns in files that columns of a table, which may be derived, stand for."""
    home = GIVEN[table.home]
    for name in names:
        column = table.column(name)
        if column.sources:
            yield from column.sources.values()
        elif column.kind in WORKED_OUT:
            yield table.subject if column.kind == "prefix" else "band"
        elif name in home.column_ids:
            yield name


def _documents(pack: RulePack, rule: Rule, found: Mapping[str, Any]) -> Iterator[tuple[str, set[str]]]:
    if rule.attested:
        dated = {"date"} if rule.window_years or rule.due else set()
        yield "attestations", {"holds", "document_no", "document", *dated}
    if rule.recounts:
        yield "published", {"unmet", "achievement_percent"}
        yield "marks", {"mark"}
    if pack.head.documented and VALUES.id in found:
        yield VALUES.id, {"document"}


@dataclass(frozen=True)
class Form:
    """What a template asks for: its tables, and by standard (and of the cross-checks) what is needed.

    `wanted` are the rules it is for, `standards` the ids that were asked for, none where all are; `lang` is the
    language of its headers.
    """

    book: Rulebook
    wanted: frozenset[str]
    standards: tuple[str, ...]
    lang: str

    @cached_property
    def needs(self) -> Needs:
        """What all the rules need."""
        return needs(self.book, self.wanted)

    @cached_property
    def by_standard(self) -> dict[str, Needs]:
        """What each standard, and at last the cross-checks of facts, need."""
        found: dict[str, Needs] = {}
        for id, pack in sorted(self.book.packs.items(), key=lambda one: one[1].head.checks):
            rules = frozenset(pack.rules) if pack.head.checks else self.wanted & pack.rules.keys()
            if rules:
                found[id] = needs(self.book, rules)
        return found

    @cached_property
    def tables(self) -> list[Table]:
        """The tables, in their order."""
        also = () if self.standards else DOCUMENTS
        return [table for id, table in GIVEN.items() if id in self.needs.columns or id in also]

    @property
    def level(self) -> str:
        """What the facts are of: a city where no rule speaks of anything smaller."""
        packs = ((self.book.packs[id.partition(".")[0]], id) for id in self.wanted)
        levels = {level for pack, id in packs for level in pack.levels(pack.rules[id])}
        return "city" if levels and levels <= {"city"} else "county"

    @cached_property
    def keys(self) -> list[str]:
        """The keys of county values, in the order of their titles, last year's behind this year's."""
        order = {key: number for number, key in enumerate(self.book.values)}

        def place(key: str) -> tuple[int, str]:
            base = key if key in order else key.removesuffix(LAST_YEAR)
            return order.get(base, len(order)), key

        return sorted(self.needs.keys, key=place)

    @cached_property
    def of_city(self) -> frozenset[str]:
        """The keys that only a city gives: nothing sums them over its counties."""
        packs = [pack for pack in self.book.packs.values() if not pack.head.checks]
        read = [one for pack in packs for one in pack.measures.values() if one.table == VALUES.id]
        county = {key for one in read for key in (one.summed if one.each == "city" else one.columns)}
        return self.needs.keys - county - MONITORED.keys()

    def title(self, key: str) -> str:
        """What a county value means; where nobody has said that, the rules that read it."""
        found, last = self.book.values.get(key), False
        if found is None and key.endswith(LAST_YEAR):
            found, last = self.book.values.get(key.removesuffix(LAST_YEAR)), True
        if found is None:
            return "; ".join(
                rule.title.of(self.lang)
                for id, _, rule in self.book.rules()
                if id in self.wanted and key in needs(self.book, frozenset([id])).keys
            )
        title = text("template.last_year", self.lang, title=found.of(self.lang)) if last else found.of(self.lang)
        return text("template.of_city", self.lang, title=title) if key in self.of_city else title

    def kind(self, key: str) -> str:
        """Of which kind a county value must be."""
        return self.kinds.get(key, "number")

    @cached_property
    def kinds(self) -> Mapping[str, str]:
        """Of which kind each county value must be."""
        return self.book.kinds

    def name(self, table: Table) -> str:
        """What a table is called."""
        return table.title if self.lang == "zh" else table.id

    def header(self, column: Column) -> str:
        """What a column is called."""
        return column.header[self.lang]

    def columns(self, table: Table) -> list[Column | None]:
        """The columns of a table that are filled in; None for the one that says what a key means."""
        found: list[Column | None] = []
        for column in table.columns:
            if column.kind not in WORKED_OUT:
                found.append(column)
            if table.prefilled and column.id == table.subject:
                found.append(None)
        return found

    def headers(self, table: Table) -> list[str]:
        """The header of a table."""
        return [self.header(one) if one else text("template.aside", self.lang) for one in self.columns(table)]

    def prefilled(self, table: Table) -> list[tuple[str, str]]:
        """The keys that are filled in beforehand, each with what it means."""
        if table is VALUES:
            return [(key, self.title(key)) for key in self.keys]
        if not table.prefilled:
            return []
        rules = {id: rule for id, _, rule in self.book.rules()}
        return [(id, rules[id].title.of(self.lang)) for id in self.needs.attested]

    def labels(self, column: Column) -> list[str]:
        """What a column of codes offers: labels in Chinese; the codes in English, and where they are numbers."""
        codes = column.codes or {}
        return [code if self.lang == "en" or code.isdigit() else labels[0] for code, labels in codes.items()]

    def expected(self, column: Column) -> str:
        """What a cell of a column holds."""
        if column.id in ("indicator", "standard", "check"):
            return EXPECTED[column.id][self.lang]
        if column.kind in ("text", "place", "code"):
            return text(f"kind.{column.kind}", self.lang)
        return EXPECTED[column.kind][self.lang]

    def used_by(self, table: Table, column: Column) -> list[str]:
        """The standards that need a column, and the cross-checks."""
        return [id for id, one in self.by_standard.items() if column.id in one.columns.get(table.id, ())]

    def about(self, table: Table, column: Column) -> Iterator[str]:
        """What a person needs to know of a column, in lines."""
        yield f"{column.headers[0]}  {column.id}" if self.lang == "zh" else f"{column.id}  {column.headers[0]}"
        must = column.required and column.id not in table.may_be_blank
        whether = text("template.required" if must else "template.optional", self.lang)
        yield text("template.fill", self.lang, what=self.expected(column), whether=whether)
        if column.unit:
            yield text("template.unit", self.lang, unit=unit_shown(column.unit))
        if column.codes and len(column.codes) < 20:
            both = (
                f"{labels[0]} {code}" if self.lang == "zh" else f"{code} {labels[0]}"
                for code, labels in column.codes.items()
            )
            yield text("template.codes", self.lang, codes=text("head.comma", self.lang).join(both))
        standards = self.used_by(table, column)
        if standards:
            yield text("template.used_by", self.lang, standards=", ".join(standards))

    def checking(self, verb: str, path: str) -> str:
        """The command that reads what was filled in."""
        chosen = [part for one in self.standards for part in ("--standard", one)] if verb == "check" else []
        return shlex.join(["tzcheck", verb, path, *chosen])

    def heading(self) -> str:
        """What it is for."""
        titles = [self.book.packs[id.partition(".")[0]].head.title.of(self.lang) for id in self.standards]
        comma = text("head.comma", self.lang)
        every = text("template.every", self.lang)
        return text("template.title", self.lang, standards=comma.join(dict.fromkeys(titles)) or every)

    def either(self) -> Iterator[str]:
        """Which tables stand in for others."""
        there = {table.id: table for table in self.tables}
        for lists, bands in EITHER.items():
            if lists in there and bands in there:
                about = {"lists": self.name(there[lists]), "bands": self.name(there[bands])}
                yield text("template.how.either", self.lang, **about)

    def begun(self) -> Iterator[str]:
        """Which tables are filled in in part."""
        found = [self.name(table) for table in self.tables if self.prefilled(table)]
        if found:
            yield text("template.how.prefilled", self.lang, tables=text("head.comma", self.lang).join(found))


# --- the workbook --------------------------------------------------------------------------------------------------


def workbook(form: Form, file: str) -> bytes:
    """The template as a workbook that will be called `file`."""
    book: Any = Workbook()
    book.remove(book.active)
    for name in ("readme", form.level):
        book.create_sheet(text(f"template.{name}", form.lang))
    for table in form.tables:
        book.create_sheet(form.name(table))
    lists = _indicators(book, form)
    for table in form.tables:
        _table(book[form.name(table)], form, table, lists)
    _needs(book.create_sheet(text("template.needs", form.lang)), form)
    _settings(book[text(f"template.{form.level}", form.lang)], form)
    _readme(book[text("template.readme", form.lang)], form, file)
    for sheet in book:
        sheet.page_setup.orientation = "landscape"
        sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        # So many pages wide that the print can be read.
        width = sum(one.width for one in sheet.column_dimensions.values())
        sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = max(1, round(width / PAGE)), 0
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _readme(sheet: Any, form: Form, file: str) -> None:
    settings = text(f"template.{form.level}", form.lang)
    lang = form.lang
    other = text("template.city", lang)
    about = [text("template.readme", lang), text("template.needs", lang)]
    if any(name in table.column_ids for table in form.tables for name in ("indicator", "check")):
        about.insert(1, text("template.indicators", lang))
    lines = [
        text("template.how.settings", lang, sheet=settings),
        text("template.how.tables", lang),
        text("template.how.blank", lang),
        text("template.how.bold", lang),
        text("template.how.dates", lang),
        text("template.how.ids", lang),
        text("template.how.place", lang, column=form.header(GIVEN["schools"].columns[0])),
        *([text("template.how.city", lang, sheet=settings, other=other)] if form.level == "county" else []),
        *form.begun(),
        *form.either(),
        text("template.how.protected", lang),
        text("template.how.not_read", lang, sheets=text("head.comma", lang).join(about)),
        text("template.how.check", lang, validate=form.checking("validate", file), check=form.checking("check", file)),
    ]
    sheet.column_dimensions["A"].width = 4
    sheet.column_dimensions["B"].width = 110
    sheet["A1"], sheet["A1"].font = form.heading(), TITLE
    for number, line in enumerate(lines, 1):
        sheet.append([number, line])
        sheet.cell(sheet.max_row, 1).alignment = WRAPPED
        sheet.cell(sheet.max_row, 2).alignment = WRAPPED
    sheet.sheet_view.showGridLines = False


def _settings(sheet: Any, form: Form) -> None:
    """The sheet that says which county it is: names in the first column, what is filled in in the second."""
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 14, 30
    for row, (key, spelled) in enumerate(SET_KEYS.items(), 1):
        name, cell = sheet.cell(row, 1, spelled[0] if form.lang == "zh" else key), sheet.cell(row, 2)
        name.font, name.fill = (BOLD if key in ("code", "as_of") else HEAD), FILLED[key in ("code", "as_of")]
        cell.protection, cell.border = OPEN, LINE
        cell.number_format = FORMATS["date"] if key == "as_of" else AS_TEXT
        lines = [text(f"template.settings_{key}", form.lang)]
        name.comment = _comment(lines)
        # What to write stands below: anything beside a name would be read as what was filled in.
        note = text("template.note", form.lang, name=name.value, note=lines[0])
        sheet.cell(len(SET_KEYS) + 1 + row, 1, note).font = GREY
    _validate(sheet, "date", "B3", 1, LAST_DAY, EXPECTED["date"][form.lang])
    _protect(sheet)


def _table(sheet: Any, form: Form, table: Table, lists: Mapping[str, str]) -> None:
    columns = form.columns(table)
    prefilled = form.prefilled(table)
    for index, column in enumerate(columns, 1):
        letter = get_column_letter(index)
        cell = sheet.cell(1, index, form.headers(table)[index - 1])
        required = bool(column and column.required)
        cell.font, cell.fill = (BOLD if required else HEAD), FILLED[required]
        cell.alignment, cell.border, cell.protection = CENTRED, LINE, LOCKED
        dimension = sheet.column_dimensions[letter]
        # The style of a whole column costs nothing, and holds for every row that will be filled in.
        dimension.number_format = FORMATS.get(column.kind, AS_TEXT) if column else AS_TEXT
        if column and table is VALUES and column.id == "value":
            dimension.number_format = FORMATS["number"]
        dimension.protection = OPEN
        dimension.width = _width(column, str(cell.value))
        if prefilled and column and column.id == table.subject:
            dimension.width = max(dimension.width, *(len(key) + 2 for key, _ in prefilled))
        if column is None:
            continue
        cell.comment = _comment(form.about(table, column))
        _validate_column(sheet, form, column, f"{letter}2:{letter}{LAST_ROW}", lists)
    key = next((index for index, one in enumerate(columns, 1) if one and one.id == table.subject), 1)
    for row, texts in enumerate(prefilled, 2):
        sheet.row_dimensions[row].height = 15 * (1 + _wide(texts[1]) // ASIDE_WIDTH)
        for offset, one in enumerate(texts):
            cell = sheet.cell(row, key + offset, one)
            cell.number_format, cell.protection, cell.font, cell.alignment = AS_TEXT, LOCKED, GREY, WRAPPED
    if table is VALUES:
        _validate_values(sheet, form, get_column_letter(columns.index(VALUES.column("value")) + 1))
    leading = next((i for i, one in enumerate(columns) if one and one.kind != "place" and not one.required), 0)
    sheet.freeze_panes = f"{get_column_letter(leading + 1)}2"
    sheet.row_dimensions[1].height = 48
    sheet.print_title_rows = "1:1"
    _protect(sheet)


def _width(column: Column | None, header: str) -> int:
    if column is None:
        return ASIDE_WIDTH
    least = {"text": 14, "place": 12, "code": 14, "date": 12}.get(column.kind, 11)
    if column.id in ("school", "kindergarten", "project", "document"):
        return 24
    return max(least, min(18, _wide(header) // 2 + 3))


def _wide(line: str) -> int:
    """How wide a line is: Chinese characters take the room of two."""
    return sum(2 if ord(char) > 0x2E7F else 1 for char in line)


def _protect(sheet: Any) -> None:
    """Locks what is locked, without a password; rows and columns may still be changed, sorted and filtered."""
    sheet.protection.sheet = True
    for name in ("formatCells", "formatColumns", "formatRows", "insertRows", "deleteRows", "sort", "autoFilter"):
        setattr(sheet.protection, name, False)


def _comment(lines: Iterable[str]) -> Comment:
    told = list(lines)
    rows = sum(1 + _wide(line) // 44 for line in told)
    return Comment("\n".join(told), "tzcheck", height=24 + 18 * rows, width=320)


def _validate_column(sheet: Any, form: Form, column: Column, cells: str, lists: Mapping[str, str]) -> None:
    most = int(LARGEST) - 1
    told = f"{form.header(column)}: {form.expected(column)}"
    match column.kind:
        case "code":
            _listed(sheet, cells, _quoted(form.labels(column)), told, strict=True)
        case "count":
            _validate(sheet, "whole", cells, 0, most, told)
        case "measure":
            _validate(sheet, "decimal", cells, 0, most, told)
        case "number":
            _validate(sheet, "decimal", cells, -most, most, told)
        case "year":
            _validate(sheet, "whole", cells, YEARS[0], YEARS[-1], told)
        case "date":
            _validate(sheet, "date", cells, 1, LAST_DAY, told)
        case _ if column.id in lists:
            _listed(sheet, cells, lists[column.id], told, strict=False)


def _quoted(items: Sequence[str]) -> str:
    """A list as it stands in a validation."""
    listed = ",".join(items)
    assert len(listed) <= LONGEST_LIST
    return f'"{listed}"'


def _listed(sheet: Any, cells: str, source: str, told: str, strict: bool) -> None:
    """A drop-down list; where it is not strict, what is not in it is asked about and may stay."""
    one = DataValidation(
        type="list", formula1=source, allow_blank=True, error=told[:LONGEST_LIST], showErrorMessage=True
    )
    one.errorStyle = "stop" if strict else "warning"
    one.add(cells)
    sheet.add_data_validation(one)


def _validate(sheet: Any, kind: Any, cells: str, least: int, most: int, told: str) -> None:
    one = DataValidation(
        type=kind, operator="between", formula1=str(least), formula2=str(most), allow_blank=True,
        error=told[:LONGEST_LIST], showErrorMessage=True,
    )  # fmt: skip
    for cell in cells.split():
        one.add(cell)
    sheet.add_data_validation(one)


def _validate_values(sheet: Any, form: Form, letter: str) -> None:
    """The county values that are listed must be numbers of their kind."""
    cells: dict[str, list[str]] = {}
    for row, key in enumerate(form.keys, 2):
        if key not in MONITORED:
            cells.setdefault(form.kind(key), []).append(f"{letter}{row}")
    most = int(LARGEST) - 1
    for kind, found in cells.items():
        least = -most if kind == "number" else 0
        if kind in ("count", "measure", "number"):
            told = EXPECTED[kind][form.lang]
            _validate(sheet, "whole" if kind == "count" else "decimal", " ".join(found), least, most, told)


def _indicators(book: Any, form: Form) -> dict[str, str]:
    """A sheet of the indicators and cross-checks, where a table names them; where each list stands, by column."""
    named = {name for table in form.tables for name in ("indicator", "standard", "check") if name in table.column_ids}
    lists = {}
    if "standard" in named:
        standards = sorted(form.book.standards & {id.partition(".")[0] for id in form.wanted})
        lists["standard"] = _quoted(standards)
    if not named & {"indicator", "check"}:
        return lists
    sheet = book.create_sheet(text("template.indicators", form.lang))
    sheet.append([text(id, form.lang) for id in ("template.id", "head.number", "head.title")])
    for which, chosen in (("indicator", form.book.leading_to(form.wanted)), ("check", form.book.checks)):
        if which in named:
            first = sheet.max_row + 1
            for id, _, rule in form.book.rules():
                if id in chosen:
                    sheet.append([id, rule.number, rule.title.of(form.lang)])
            lists[which] = f"{quote_sheetname(sheet.title)}!$A${first}:$A${sheet.max_row}"
    for letter, width in (("A", 32), ("B", 8), ("C", 100)):
        sheet.column_dimensions[letter].width = width
    _headed(sheet)
    return lists


def _headed(sheet: Any) -> None:
    for cell in sheet[1]:
        cell.font, cell.fill, cell.alignment, cell.border = BOLD, FILLED[True], CENTRED, LINE
    sheet.freeze_panes = "A2"
    sheet.print_title_rows = "1:1"


def _needs(sheet: Any, form: Form) -> None:
    """A row a column, and a row a county value, with a tick for each standard that needs it."""
    names = ("template.table", "template.column", "template.id", "template.kind")
    packs = [form.book.packs[id] for id in form.by_standard]
    titled = [f"{pack.head.title.of(form.lang)}\n{pack.id}" for pack in packs]
    sheet.append([*(text(id, form.lang) for id in names), *titled])
    for table in form.tables:
        for column in table.columns:
            if column.kind not in WORKED_OUT:
                used = form.used_by(table, column)
                kind = form.expected(column) + (f" ({unit_shown(column.unit)})" if column.unit else "")
                ticks = ["√" if id in used else None for id in form.by_standard]
                sheet.append([form.name(table), column.headers[0], f"{table.id}.{column.id}", kind, *ticks])
    for key in form.keys:
        ticks = ["√" if key in one.keys else None for one in form.by_standard.values()]
        kind = EXPECTED[form.kind(key)][form.lang]
        sheet.append([form.name(VALUES), form.title(key), f"{VALUES.id}.{key}", kind, *ticks])
    for letter, width in (("A", 20), ("B", 60), ("C", 40), ("D", 26)):
        sheet.column_dimensions[letter].width = width
    for index in range(len(packs)):
        sheet.column_dimensions[get_column_letter(5 + index)].width = 13
    for row in sheet.iter_rows(min_row=2, min_col=5):
        for cell in row:
            cell.alignment = CENTRED
    _headed(sheet)
    sheet.row_dimensions[1].height = 64
    sheet.freeze_panes = "D2"
    sheet.auto_filter.ref = sheet.dimensions


# --- the folder ----------------------------------------------------------------------------------------------------


def folder(form: Form, path: str) -> dict[str, bytes]:
    """The template as the files of a folder that will be called `path`."""
    files = {f"{form.level}.yaml": _set_file(form).encode(), "README.md": _folder_readme(form, path).encode()}
    for table in form.tables:
        written = io.StringIO()
        writer = csv.writer(written, lineterminator="\r\n")
        headers = form.headers(table)
        writer.writerow(headers)
        key = next((index for index, one in enumerate(form.columns(table)) if one and one.id == table.subject), 0)
        for row in form.prefilled(table):
            writer.writerow(["", *row, *[""] * (len(headers) - key - len(row))] if key == 1 else row)
        files[f"{table.id}.csv"] = written.getvalue().encode("utf-8-sig")
    return files


def _set_file(form: Form) -> str:
    about = {key: text(f"template.settings_{key}", form.lang) for key in SET_KEYS}
    return (
        f"# {form.heading()}\n"
        f"{form.level}:\n"
        f"  code:  # {about['code']}\n"
        f"  name:  # {about['name']}\n"
        f"as_of:  # {about['as_of']}\n"
        f"school_year:  # {about['school_year']}\n"
    )


def _folder_readme(form: Form, path: str) -> str:
    lang = form.lang
    steps = [
        text("template.how.settings", lang, sheet=f"{form.level}.yaml"),
        text("template.how.tables", lang),
        text("template.how.blank", lang),
        text("template.how.folder_bold", lang),
        text("template.how.dates", lang),
        text("template.how.place", lang, column=form.header(GIVEN["schools"].columns[0])),
        *([text("template.how.city_file", lang)] if form.level == "county" else []),
        *form.begun(),
        *form.either(),
    ]
    lines = [f"# {form.heading()}", "", *(f"{number}. {step}" for number, step in enumerate(steps, 1)), ""]
    lines += ["```text", form.checking("validate", path), form.checking("check", path), "```", ""]
    for table in form.tables:
        must = [form.header(one) for one in table.columns if one.required]
        told = text("template.must", lang, columns=text("head.comma", lang).join(must)) if must else ""
        standards = [id for id, one in form.by_standard.items() if table.id in one.columns]
        used = text("template.used_by", lang, standards=", ".join(standards)) if standards else ""
        lines.append("- " + "  ".join(filter(None, (f"`{table.id}.csv` {table.title}", told, used))))
    return "\n".join(lines) + "\n"
