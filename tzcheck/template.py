"""Templates: what the rules need of the facts, as a workbook or a folder to fill in."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.datavalidation import DataValidation
from rich.cells import cell_len

from tzcheck import planner
from tzcheck.cells import EXPECTED, LARGEST, MONITORED, YEARS
from tzcheck.rule import Rule, Rulebook, RulePack
from tzcheck.sets import SET_KEYS
from tzcheck.table import ATTESTATIONS, GIVEN, SQUARE_METRES, TABLES, VALUES, WORKED_OUT, Column, Table
from tzcheck.texts import text
from tzcheck.unread import levels_of_values
from tzcheck.value import LAST_YEAR, CountyValue, unit_shown

# The tables of documents and published figures, which any standard may come with.
DOCUMENTS = ("attestations", "values", "marks", "published", "waivers", "explanations")
# Tables of which one stands in for the other.
EITHER = {"classes": "class_bands", "rooms": "room_bands"}
# Units in English; the words by which Chinese counts things are none there.
UNITS = {
    "元": "yuan",
    "万元": "10,000 yuan",
    "亿元": "100 million yuan",
    "人": "people",
    "分": "points",
    "%": "%",
    "m2": "m²",
}
WORDS = frozenset("个家所批期条次组间项册份场位")
# So many codes are listed one by one.
MOST_CODES = 20
PROFILE = "national"
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
    language of its headers. `folders` are those of packs beside the built-in ones.
    """

    book: Rulebook
    wanted: frozenset[str]
    standards: tuple[str, ...]
    lang: str
    folders: tuple[str, ...] = ()

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

    @cached_property
    def level(self) -> str:
        """What the facts are of: a city where no rule speaks of anything smaller."""
        packs = ((self.book.packs[id.partition(".")[0]], id) for id in self.wanted)
        levels = {level for pack, id in packs for level in pack.levels(pack.rules[id])}
        return "city" if levels and levels <= {"city"} else "county"

    @cached_property
    def keys(self) -> list[str]:
        """The keys of county values: this year's in the order of their titles, then last year's."""
        order = {key: number for number, key in enumerate(self.book.values)}

        def place(key: str) -> tuple[bool, int, str]:
            base = key if key in order else key.removesuffix(LAST_YEAR)
            return key.endswith(LAST_YEAR), order.get(base, len(order)), key

        return sorted(self.needs.keys, key=place)

    @cached_property
    def readers(self) -> Mapping[str, list[Rule]]:
        """The rules that read each county value."""
        found: dict[str, list[Rule]] = {}
        leading = self.book.leading_to(self.wanted)
        for id, _, rule in self.book.rules():
            if id in leading:
                for key in needs(self.book, frozenset([id])).keys:
                    found.setdefault(key, []).append(rule)
        return found

    @cached_property
    def levels(self) -> Mapping[str, set[str]]:
        """Whose row of each county value rules read."""
        return levels_of_values(self.book)

    def title(self, key: str) -> str:
        """What a county value means; where nobody has said that, the rules that read it."""
        found, last = self.book.values.get(key), False
        if found is None and key.endswith(LAST_YEAR):
            found, last = self.book.values.get(key.removesuffix(LAST_YEAR)), True
        if found is None:
            title = "; ".join(rule.title.of(self.lang) for rule in self.readers.get(key, []))
        else:
            title = self.with_unit(found)
            title = text("template.last_year", self.lang, title=title) if last else title
        return self.marked(title, self.levels.get(key, {self.level}), self.places(key))

    def places(self, key: str) -> tuple[str, ...]:
        """The places that alone are asked for a county value; none where all are."""
        readers = self.readers.get(key, [])
        named = all(rule.places for rule in readers)
        return tuple(dict.fromkeys(name for rule in readers for name in rule.places)) if named else ()

    def with_unit(self, value: CountyValue) -> str:
        """The title of a county value, with its unit."""
        title, unit = (value.zh if self.lang == "zh" else value.en), self.unit(value.unit)
        return text("template.with_unit", self.lang, title=title, unit=unit) if unit else title

    def unit(self, unit: str | None) -> str:
        """A unit for people; in English none where it is only a word to count with."""
        if not unit or (self.lang == "en" and unit in WORDS):
            return ""
        return UNITS.get(unit, unit) if self.lang == "en" else unit_shown(unit)

    def marked(self, title: str, levels: set[str], places: Sequence[str]) -> str:
        """A title with whose it is, where that is not who fills in the template."""
        if places:
            names = text("head.comma", self.lang).join(places)
            return text("template.of_places", self.lang, title=title, places=names)
        if self.level in levels:
            return title
        return text("template.of_city" if self.level == "county" else "template.of_counties", self.lang, title=title)

    def marks(self) -> Iterator[str]:
        """What the marks before titles mean, as far as there are any."""
        titles = [title for table in self.tables for _, title in self.prefilled(table)]
        column = self.header(GIVEN["schools"].columns[0])
        for id in ("of_city", "of_counties"):
            mark = text(f"template.{id}", self.lang, title="")
            if any(title.startswith(mark) for title in titles):
                yield text(f"template.how.{id}", self.lang, column=column, mark=mark.strip())
        attested = (rule for id, _, rule in self.book.rules() if id in self.needs.attested)
        if any(rule.places for rule in attested) or any(map(self.places, self.keys)):
            yield text("template.how.of_places", self.lang)

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
            if column.id == table.subject and self.prefilled(table):
                found.append(None)
        return found

    def headers(self, table: Table) -> list[str]:
        """The header of a table."""
        return [self.header(one) if one else text("template.aside", self.lang) for one in self.columns(table)]

    def prefilled(self, table: Table) -> list[tuple[str, str]]:
        """The keys that are filled in beforehand, each with what it means."""
        if table is VALUES:
            return [(key, self.title(key)) for key in self.keys]
        if table is not ATTESTATIONS:
            return []
        found = []
        for id in self.needs.attested:
            pack = self.book.packs[id.partition(".")[0]]
            rule = pack.rules[id]
            levels = {"city" if level == "city" else "county" for level in pack.levels(rule)}
            found.append((id, self.marked(rule.title.of(self.lang), levels, rule.places)))
        return found

    def labels(self, column: Column) -> list[str]:
        """What a column of codes offers: labels in Chinese; the codes in English, and where they are numbers."""
        codes = column.codes or {}
        return [code if self.lang == "en" or code.isdigit() else labels[0] for code, labels in codes.items()]

    def must(self, table: Table, column: Column) -> bool:
        """Whether every row must have something in a column."""
        return column.required and column.id not in table.may_be_blank

    def expected(self, table: Table, column: Column) -> str:
        """What a cell of a column holds."""
        if column.id == "value":
            return text(f"kind.{table.id}_value", self.lang)
        if column.kind == "band" and column.unit == SQUARE_METRES:
            return text("kind.area_band", self.lang)
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
        whether = text("template.required" if self.must(table, column) else "template.optional", self.lang)
        yield text("template.fill", self.lang, what=self.expected(table, column), whether=whether)
        if unit := self.unit(column.unit):
            yield text("template.unit", self.lang, unit=unit)
        if column.codes:
            codes = list(column.codes)
            both = (
                f"{column.codes[code][0]} {code}" if self.lang == "zh" else f"{code} {column.codes[code][0]}"
                for code in codes
            )
            listed = text("head.comma", self.lang).join(both) if len(codes) < MOST_CODES else f"{codes[0]}–{codes[-1]}"
            yield text("template.codes", self.lang, codes=listed)
        standards = self.used_by(table, column)
        if standards:
            yield text("template.used_by", self.lang, standards=", ".join(standards))

    def checking(self, verb: str, path: str) -> str:
        """The command that reads what was filled in."""
        more = [("--rules", folder) for folder in self.folders]
        if verb == "check":
            more += [("--profile", self.book.profile)] * (self.book.profile != PROFILE)
            more += [("--standard", one) for one in self.standards]
        return " ".join(map(_quoted_part, ("tzcheck", verb, path, *(part for pair in more for part in pair))))

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

    def place_column(self) -> str:
        """How to fill in the column that names the county."""
        id = "template.how.place" if self.level == "county" else "template.how.place_city"
        return text(id, self.lang, column=self.header(GIVEN["schools"].columns[0]))

    def setting(self, key: str) -> str:
        """What belongs into a line of the settings."""
        id = f"template.settings_{key}" + ("_city" if key == "code" and self.level == "city" else "")
        return text(id, self.lang)

    def begun(self) -> Iterator[str]:
        """Which tables are filled in in part."""
        found = [self.name(table) for table in self.tables if self.prefilled(table)]
        if found:
            yield text("template.how.prefilled", self.lang, tables=text("head.comma", self.lang).join(found))


def _quoted_part(part: str) -> str:
    """A part of a command, in the quotes that shells of Windows and of others know, where it needs any."""
    if not re.search(r"""[\s"'$`&|;<>()*?#!]""", part):
        return part
    return '"' + re.sub(r'(["$`])', r"\\\1", part) + '"'


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
        form.place_column(),
        *([text("template.how.city", lang, sheet=settings, other=other)] if form.level == "county" else []),
        *form.begun(),
        *form.marks(),
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
        lines = [form.setting(key)]
        name.comment = _comment(lines)
        # What to write stands below: anything beside a name would be read as what was filled in.
        note = text("template.note", form.lang, name=name.value, note=lines[0])
        sheet.cell(len(SET_KEYS) + 1 + row, 1, note).font = GREY
    _validate(sheet, "date", "B3", 1, LAST_DAY, EXPECTED["date"][form.lang])
    _protect(sheet)


def _table(sheet: Any, form: Form, table: Table, lists: Mapping[str, str]) -> None:
    columns = form.columns(table)
    prefilled = form.prefilled(table)
    for index, (column, header) in enumerate(zip(columns, form.headers(table), strict=True), 1):
        letter = get_column_letter(index)
        cell = sheet.cell(1, index, header)
        required = column is not None and form.must(table, column)
        cell.font, cell.fill = (BOLD if required else HEAD), FILLED[required]
        cell.alignment, cell.border, cell.protection = CENTRED, LINE, LOCKED
        dimension = sheet.column_dimensions[letter]
        # The style of a whole column costs nothing, and holds for every row that will be filled in.
        dimension.number_format = FORMATS.get(column.kind, AS_TEXT) if column else AS_TEXT
        if column and table is VALUES and column.id == "value":
            dimension.number_format = FORMATS["number"]
        dimension.protection = OPEN
        dimension.width = _width(column, header)
        if prefilled and column and column.id == table.subject:
            dimension.width = max(dimension.width, *(len(key) + 2 for key, _ in prefilled))
        if column is None:
            continue
        cell.comment = _comment(form.about(table, column))
        _validate_column(sheet, form, table, column, f"{letter}2:{letter}{LAST_ROW}", lists)
    key = next((index for index, one in enumerate(columns, 1) if one and one.id == table.subject), 1)
    for row, texts in enumerate(prefilled, 2):
        sheet.row_dimensions[row].height = 15 * (1 + cell_len(texts[1]) // ASIDE_WIDTH)
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
    return max(least, min(18, cell_len(header) // 2 + 3))


def _protect(sheet: Any) -> None:
    """Locks what is locked, without a password; rows and columns may still be changed, sorted and filtered."""
    sheet.protection.sheet = True
    for name in ("formatCells", "formatColumns", "formatRows", "insertRows", "deleteRows", "sort", "autoFilter"):
        setattr(sheet.protection, name, False)


def _comment(lines: Iterable[str]) -> Comment:
    told = list(lines)
    rows = sum(1 + cell_len(line) // 44 for line in told)
    return Comment("\n".join(told), "tzcheck", height=24 + 18 * rows, width=320)


def _validate_column(
    sheet: Any, form: Form, table: Table, column: Column, cells: str, lists: Mapping[str, str]
) -> None:
    most = int(LARGEST) - 1
    told = form.header(column) + text("head.colon", form.lang) + form.expected(table, column)
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


def _validate(sheet: Any, kind: Any, cells: str | Sequence[str], least: int, most: int, told: str) -> None:
    one = DataValidation(
        type=kind, operator="between", formula1=str(least), formula2=str(most), allow_blank=True,
        error=told[:LONGEST_LIST], showErrorMessage=True,
    )  # fmt: skip
    for cell in [cells] if isinstance(cells, str) else cells:
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
            _validate(sheet, "whole" if kind == "count" else "decimal", found, least, most, told)


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
                unit = form.unit(column.unit)
                kind = form.expected(table, column) + (f" ({unit})" if unit else "")
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
        for row in form.prefilled(table):  # behind the column that names the county
            writer.writerow(["", *row, *[""] * (len(headers) - 1 - len(row))])
        files[f"{table.id}.csv"] = written.getvalue().encode("utf-8-sig")
    return files


def _set_file(form: Form) -> str:
    about = {key: form.setting(key) for key in SET_KEYS}
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
        text("template.how.folder_ids", lang),
        form.place_column(),
        *([text("template.how.city_file", lang)] if form.level == "county" else []),
        *form.begun(),
        *form.marks(),
        *form.either(),
    ]
    lines = [f"# {form.heading()}", "", *(f"{number}. {step}" for number, step in enumerate(steps, 1)), ""]
    lines += ["```text", form.checking("validate", path), form.checking("check", path), "```", ""]
    for table in form.tables:
        lines += [f"## `{table.id}.csv` {table.title}", ""]
        for column in table.columns:
            if column.kind not in WORKED_OUT:
                name, *about = form.about(table, column)
                shown = f"**{name}**" if form.must(table, column) else name
                lines.append(f"- {shown}{text('head.colon', lang)}{text('template.semicolon', lang).join(about)}")
        lines.append("")
    return "\n".join(lines)
