"""Official forms become the tables of facts: what each item says, where it goes, and what was taken from which cell."""

import csv
import io
import json
import os
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import ROUND_FLOOR, Decimal
from fractions import Fraction
from pathlib import Path

from tzcheck.cells import EXPECTED, SCALE, code_of, number_of_kind, parse_decimal, plain_cell
from tzcheck.errors import FactsFault, Problem
from tzcheck.finding import STRANGER, Found, Rows, beside, crossed, crossings, number_of, rest, rows_of
from tzcheck.form import UNITS, Form, Item, Target, forms
from tzcheck.place import spelled
from tzcheck.readers import WORKBOOKS
from tzcheck.readers.grid import Grid, address
from tzcheck.readers.grid import read as read_grids
from tzcheck.sets import LISTING
from tzcheck.table import STAGES, STAGES_OF_TYPE, TABLES, WORKED_OUT, YES_NO, Column
from tzcheck.texts import texts

HEADERS = ("文件", "工作表", "单元格", "项目", "原值", "表", "行", "列", "写入值", "方式")
SUFFIXES = WORKBOOKS | {".csv"}
WRITTEN = ("schools", "class_bands", "room_bands", "values")
FAULTY = re.compile(r"=|#.+")

How = Mapping[str, str]


@dataclass
class Line:
    """A line of the list: a cell, where its value went, what was written there, and how it came about."""

    found: Found | None
    label: str
    how: How
    table: str = ""
    row: str = ""
    column: str = ""
    written: str = ""
    grid: Grid | None = None

    def cells(self, lang: str) -> tuple[str, ...]:
        """The line as a row."""
        grid = self.found.grid if self.found else self.grid
        where = (grid.file, grid.sheet or "") if grid else ("", "")
        value = (self.found.cell, self.label, self.found.text) if self.found else ("", self.label, "")
        return (*where, *value, self.table, self.row, self.column, self.written, self.how[lang])


@dataclass(frozen=True)
class Imported:
    """What came of the forms: tables as rows of columns, what describes the county, the list, and what was wrong."""

    tables: Mapping[str, list[dict[str, str]]]
    county: str | None
    lines: Sequence[Line]
    problems: tuple[Problem, ...]
    read: int

    @property
    def taken(self) -> int:
        """How many cells were taken."""
        return len({(line.found.grid.name, line.found.at) for line in self.lines if line.found and line.written})

    def files(self, lang: str) -> dict[str, str]:
        """The content of every file to write, by its name."""
        found = {f"{id}.csv": _table(id, rows) for id, rows in self.tables.items() if rows}
        if self.county:
            found["county.yaml"] = self.county
        found[LISTING] = _csv([HEADERS, *(line.cells(lang) for line in self.lines)])
        return found


@dataclass
class _Record:
    """One form while it is taken: its items as found, the school's id and type, and the numbers read so far."""

    form: Form
    grid: Grid
    found: dict[str, Found]
    school_id: str = ""
    type: str | None = None
    key: str = ""
    numbers: dict[str, Fraction | None] = field(default_factory=dict)

    def applies(self, item: Item) -> bool:
        """Whether the school has the stage of an item, as far as its type is known."""
        return item.stage is None or self.type is None or item.stage in STAGES_OF_TYPE[self.type]

    def needs(self, item: Item) -> bool:
        """Whether the school must have filled an item in."""
        return item.required and self.applies(item) and (item.stage is None or self.type is not None)

    def filled(self, sheet: str | None) -> bool:
        """Whether any total of a sheet was filled in: a sheet that nobody has filled in says nothing by its blanks."""
        items = (item for item in self.form.items.values() if item.sheet == sheet and not item.zero_if_blank)
        return any(self.numbers.get(item.id) is not None for item in items)

    def text(self, item: str | None) -> str:
        """What an item says; blank where it is not there."""
        found = self.found.get(item or "")
        return found.text if found and found.sound and not found.blank else ""


@dataclass
class _Sum:
    """A value of the county that is the sum over its schools: what each gave, and the lines that tell of it."""

    parts: list[tuple[str, Fraction | None]] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)


class _Importing:
    """Collects what is taken from all the forms."""

    def __init__(self) -> None:
        self.forms = forms()
        self.problems: list[Problem] = []
        self.lines: list[Line] = []
        self.rows: dict[str, dict[tuple[str, ...], dict[str, str]]] = {id: {} for id in WRITTEN}
        # Of every cell that was written: where from, and the lines that tell of it.
        self.origin: dict[tuple[str, tuple[str, ...], str], tuple[Found, list[Line]]] = {}
        self.contested: set[tuple[str, tuple[str, ...], str]] = set()
        self.schools: dict[tuple[str, str], Grid] = {}
        self.sums: dict[str, _Sum] = defaultdict(_Sum)
        self.whole: list[tuple[_Record, dict[str, tuple[Found, Target]]]] = []
        self.county: dict[str, Found] = {}
        self.county_grid: Grid | None = None
        self.read = 0
        self.read_forms: dict[str, Form] = {}

    def tell(self, severity: str, code: str, found: Found, value: str | None = None, **details: object) -> None:
        """A problem at a cell; its label is among the details."""
        about: dict[str, object] = {"label": found.label, "header": found.label, **details}
        at = found.at[0]
        self.problems.append(
            Problem(
                severity, code, found.grid.name, at, value=found.text if value is None else value,
                cell=found.cell, details=about,
            )
        )  # fmt: skip


def read(paths: Iterable[Path], encoding: str | None = None) -> Imported:
    """What the forms in `paths`, files or folders of them, come to. Raises FactsFault where there is no form at all."""
    work = _Importing()
    for path in paths:
        if not path.exists():
            work.problems.append(Problem("error", "no_such_path", str(path)))
        for file, name in _files(path):
            _read_file(work, file, name, encoding)
    if not work.read:
        if not any(problem.severity == "error" for problem in work.problems):
            work.problems.append(Problem("error", "import_nothing", details={"forms": _titles(work)}))
        raise FactsFault(sorted(work.problems, key=Problem.order))
    return _finished(work)


def _files(path: Path) -> Iterator[tuple[Path, str]]:
    """The files of a folder, in order, or the one file, each with its name below what was asked for."""
    if path.is_file():
        yield path, path.name
        return
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith((".", "~")):
                found = Path(folder) / name
                yield found, found.relative_to(path).as_posix()


def _titles(work: _Importing) -> Mapping[str, str]:
    known = [form for form in work.forms if form.layout != "unknown"]
    return {lang: ("、" if lang == "zh" else ", ").join(form.title[lang] for form in known) for lang in known[0].title}


def _read_file(work: _Importing, path: Path, name: str, encoding: str | None) -> None:
    if path.suffix.casefold() not in SUFFIXES:
        work.problems.append(Problem("query", "import_no_workbook", name))
        return
    try:
        grids, problems = read_grids(path, name, encoding)
    except OSError as error:
        work.problems.append(Problem("error", "unreadable", name, details={"why": error.strerror or str(error)}))
        return
    work.problems += problems
    if not grids:
        return
    left = [grid for grid in grids if grid.cells]
    told = False
    for form in work.forms:
        numbered = [(grid, number) for grid in left if form.names and (number := number_of(form, grid))]
        if not numbered:
            continue
        told = True
        left = [grid for grid in left if all(grid is not one for one, _ in numbered)]
        if form.layout == "unknown":
            about: dict[str, object] = {"form": form.title, "until": form.until}
            work.problems.append(Problem("error", "import_old_form", numbered[0][0].name, details=about))
            work.lines += [Line(None, "", texts("how.unknown_form"), grid=grid) for grid, _ in numbered]
        else:
            _take_sheets(work, form, numbered)
    strangers = []
    for grid in left:
        rows = rows_of(work.forms, grid)
        if rows:
            told = True
            _take_list(work, rows)
        else:
            strangers.append(grid)
    for grid in strangers if told else strangers[:1] or [Grid(name, None, {})]:
        work.problems.append(
            Problem("query" if told else "error", "import_unknown_form", grid.name, details={"forms": _titles(work)})
        )
        work.lines.append(Line(None, "", texts("how.unknown_form"), grid=grid))


def _take_list(work: _Importing, rows: Rows) -> None:
    found: dict[str, list[Found]] = defaultdict(list)
    for one in rows.items():
        if one.item is STRANGER:
            work.tell("query", "import_unknown_item", one)
            work.lines.append(Line(one, one.label, texts("how.unknown_item")))
            continue
        found[one.item.id].append(one)
        said, at = rows.number(one.at[0])
        if said and parse_decimal(said) != Decimal(one.item.number or 0):
            work.problems.append(
                Problem(
                    "query", "import_number", rows.grid.name, at[0], value=said, cell=address(at),
                    details={"label": one.label, "expected": one.item.number},
                )
            )  # fmt: skip
    _take(work, rows.form, rows.grid, _single(work, found))


def _single(work: _Importing, found: Mapping[str, list[Found]]) -> dict[str, Found]:
    """Each item once: those that are there twice with different values are told of, and come to nothing."""
    single: dict[str, Found] = {}
    for id, several in found.items():
        filled = [one for one in several if not one.blank]
        first = (filled or several)[0]
        if len({_spelled(one) for one in filled}) > 1:
            other = next(one for one in filled if _spelled(one) != _spelled(first))
            work.tell("error", "import_twice", other, first=first.text, at=f"{first.grid.name}!{first.cell}")
            work.lines += [Line(one, one.label, texts("how.twice")) for one in filled]
            single[id] = replace(first, sound=False)
            continue
        single[id] = first
    return single


def _spelled(found: Found) -> str:
    """A value as it is compared: 1,200 and １２００ are one."""
    number = parse_decimal(found.text)
    return spelled(found.text) if number is None else str(number.normalize())


def _take_sheets(work: _Importing, form: Form, numbered: Sequence[tuple[Grid, str]]) -> None:
    sheets: dict[str, list[Grid]] = defaultdict(list)
    for grid, number in numbered:
        sheets[number].append(grid)
    first = numbered[0][0]
    described = {
        item.id: [one for grid in sheets[item.sheet or ""] for one in beside(grid, item, form)]
        for item in form.items.values()
        if not item.columns and item.sheet in sheets
    }
    found = _single(work, {id: several for id, several in described.items() if several})
    record = _Record(form, first, found)
    record.type = _type(record)
    senior = record.type is not None and "senior" in STAGES_OF_TYPE[record.type]
    cells = {number: [one for grid in grids for one in crossings(grid)] for number, grids in sheets.items()}
    numbers = {
        item.id: crossed(cells.get(item.sheet or "", ()), item, senior) for item in form.items.values() if item.columns
    }
    found |= _single(work, {id: several for id, several in numbers.items() if several})
    for one in found.values():
        if one.item.known and one.cell not in one.item.known:
            work.tell("query", "import_moved", one, known=", ".join(one.item.known), at=one.cell)
    wanted = {item.sheet for item in form.items.values()}
    absent = sorted(
        {item.sheet for item in form.items.values() if item.sheet and item.sheet not in sheets and record.needs(item)}
    )
    for sheet in absent:
        work.problems.append(Problem("error", "import_no_sheet", first.file, value=sheet))
    _take(work, form, first, found, frozenset(absent))
    taken = {(one.grid.name, one.at) for one in found.values()}
    for number, grids in sheets.items():
        for grid in grids:
            if number in wanted:
                own = {at[0] for name, at in taken if name == grid.name}
                work.lines += [Line(one, one.label, texts("how.no_table")) for one in rest(grid, own)]
            else:
                work.lines.append(Line(None, "", texts("how.no_table"), grid=grid))


# --- taking --------------------------------------------------------------------------------------------------------


def _type(record: _Record) -> str | None:
    """The type of the school, where it says one that is known."""
    column = TABLES["schools"].column("type")
    return _code(column, record.text(record.form.target("schools", "type")))


def _code(column: Column, text: str) -> str | None:
    """The code that a text is a label of, or its number beside a label; None where it is none."""
    codes = column.codes or {}
    number = re.match(r"[0-9]{3}(?![0-9])", spelled(text))
    return code_of(codes, text) or (code_of(codes, number[0]) if number else None)


def _take(
    work: _Importing, form: Form, grid: Grid, found: dict[str, Found], absent: frozenset[str] = frozenset()
) -> None:
    """Takes what a form says into the tables. `absent` are sheets that are not there, which was told."""
    work.read += 1
    work.read_forms[form.id] = form
    record = _Record(form, grid, found)
    if form.of_school:
        record.school_id = spelled(record.text(form.target("schools", "school_id")))
        record.type = _type(record)
        record.key = record.school_id or f"\0{work.read}"
    elif work.county_grid is not None:
        about: dict[str, object] = {"first": work.county_grid.name}
        work.problems.append(Problem("error", "import_second_county", grid.name, details=about))
        _not_taken(work, record, texts("how.second_county"))
        return
    else:
        work.county_grid = grid
    _look_at_items(work, record, absent)
    if form.of_school and record.school_id:
        first = work.schools.setdefault((form.id, record.school_id), grid)
        if first is not grid:
            id = found[form.target("schools", "school_id") or ""]
            work.tell("error", "import_same_school", id, first=first.name)
            _not_taken(work, record, texts("how.same_school", first=first.name))
            return
    whole: dict[str, tuple[Found, Target]] = {}
    for target in form.targets:
        _to_target(work, record, target, whole)
    if whole:
        work.whole.append((record, whole))
    for first_id, second_id in form.same:
        _compare(work, record, first_id, second_id)
    used = {id for target in form.targets for _, id in target.terms}
    paired = {id: pair[1 - pair.index(id)] for pair in form.same for id in pair}
    for item_id, one in found.items():
        if item_id not in used and one.sound:
            other = form.items[paired[item_id]].label if item_id in paired else ""
            how = texts("how.compared", other=other) if other else texts("how.no_table")
            work.lines.append(Line(one, one.label, how))


def _not_taken(work: _Importing, record: _Record, how: How) -> None:
    work.lines += [Line(one, one.label, how) for one in record.found.values() if one.sound]


def _look_at_items(work: _Importing, record: _Record, absent: frozenset[str]) -> None:
    """Tells what is wrong with each item, and reads the numbers."""
    for item in record.form.items.values():
        found = record.found.get(item.id)
        needed = record.needs(item) if record.form.of_school else item.required
        if found is None:
            if needed and item.sheet not in absent:
                name = item.label if item.sheet is None else f"{item.sheet} {item.label}"
                work.problems.append(
                    Problem("error", "import_no_item", record.grid.file if item.sheet else record.grid.name, value=name)
                )
                work.lines.append(Line(None, name, texts("how.not_found"), grid=record.grid))
            continue
        if not found.sound:
            continue
        if found.blank:
            if needed and not item.zero_if_blank:
                work.tell("error", "import_blank", found)
            elif found.text and not item.zero_if_blank:
                work.tell("query", "nothing_sign", found)
            continue
        if FAULTY.fullmatch(found.text):
            work.tell("error", "import_faulty", found)
            record.found[item.id] = replace(found, sound=False)
            work.lines.append(Line(found, found.label, texts("how.wrong")))
            continue
        if item.unit:
            record.numbers[item.id] = _number(work, item, found)


def _number(work: _Importing, item: Item, found: Found) -> Fraction | None:
    """The number that an item says, in its own unit; None, with a problem, where it is none."""
    kind = "count" if item.counts else "measure"
    number = parse_decimal(found.text)
    factor = _factor(found.unit or item.unit, item.unit)
    if factor is None:
        work.tell("error", "import_unit", found, value=found.unit or "", expected=item.unit)
        return None
    if number is None or number_of_kind(kind, number) is None:
        work.tell("error", "bad_cell", found, expected=EXPECTED[kind], unit=f" ({item.unit})")
        return None
    return Fraction(number) * factor


def _factor(unit: str | None, wanted: str | None) -> Fraction | None:
    """By what a number in a unit is multiplied to be in another; None where they measure different things."""
    (one, size), (other, wanted_size) = UNITS.get(unit or "", ("", 1)), UNITS[spelled(wanted or "")]
    return Fraction(size, wanted_size) if one == other else None


def _to_target(work: _Importing, record: _Record, target: Target, whole: dict[str, tuple[Found, Target]]) -> None:
    """Writes what one target's items come to, with a line for each item that tells how, or why not."""
    parts = [(sign, record.form.items[id], record.found.get(id)) for sign, id in target.terms]
    there = [found for _, _, found in parts if found and found.sound]
    of_all = target.table == "values" and record.form.of_school
    if not there:
        if of_all:
            _add_to_sum(work, record, target, parts, [])
        return
    written, how = _value(work, record, target, parts)
    places: list[tuple[str, dict[str, str]]] = []
    if written is not None:
        places, why = _places(record, target, written)
        if why:
            written, how = None, why
            if record.type and len(STAGES_OF_TYPE[record.type]) > 1:
                whole |= {found.item.id: (found, target) for found in there}
    if written is None or of_all:
        lines = [_line(found, target, {}, how, record) for found in there]
        work.lines += lines
        if of_all:
            _add_to_sum(work, record, target, parts, lines)
        return
    for column, row in places:
        lines = [_line(found, target, row, how, record, column, written) for found in there]
        work.lines += lines
        if target.table == "county":
            work.county[column] = there[0]
        else:
            _put(work, record, target.table, column, row, written, there[0], lines)


def _line(
    found: Found, target: Target, row: Mapping[str, str], how: How, record: _Record, column: str = "",
    written: str = "",
) -> Line:  # fmt: skip
    key = target.column if target.table == "values" else record.school_id
    for id, code in row.items():
        codes = TABLES[target.table].column(id).codes
        key += " " + (codes[code][0] if codes else code)
    if found.blank and written and found.item.zero_if_blank:
        how = texts("how.blank_is_zero")
    name = "value" if target.table == "values" else column or target.column
    return Line(found, found.label, how, target.table, key, name, written)


def _places(record: _Record, target: Target, written: str) -> tuple[list[tuple[str, dict[str, str]]], How | None]:
    """The column and the row's other keys that a target goes to; none, and why, where the stage can't be told."""
    if target.table in ("class_bands", "room_bands") and not record.school_id:
        return [], texts("how.no_id")
    starred = "*" in target.column or "*" in target.row.values()
    if not starred:
        return [(target.column, dict(target.row))], None
    if record.type is None:
        return [], texts("how.no_type")
    stages = STAGES_OF_TYPE[record.type]
    own = [stage for stage in stages if stage in STAGES]
    if not own:
        return [], texts("how.no_stage")
    # Nothing of the whole school is nothing of each stage; the bands of classes say something only together.
    if len(stages) > 1 and (written != "0" or target.row):
        return [], texts("how.whole_school")
    return [
        (target.column.replace("*", stage), {key: stage if one == "*" else one for key, one in target.row.items()})
        for stage in own
    ], None


Parts = Sequence[tuple[str, Item, Found | None]]


def _value(work: _Importing, record: _Record, target: Target, parts: Parts) -> tuple[str | None, How]:
    """What a target's items come to, as it is written, and how; None, and why, where they come to nothing."""
    if target.answers:
        return _answered(work, target, parts)
    _, item, found = parts[0]
    if item.unit is None:
        if found is None or found.blank:
            return None, texts("how.blank")
        return _as_text(work, target, found)
    amounts, why = _amounts(record, target, parts)
    if why is not None:
        if any(found and not found.blank for _, _, found in parts) and not any(item.required for _, item, _ in parts):
            blank = next((found for _, _, found in parts if found and found.blank), None)
            if blank:
                work.tell("query", "import_partly_blank", blank)
        return None, why
    total = amounts[0][1]
    for sign, amount in amounts[1:]:
        if sign == "/":
            if not amount:
                return None, texts("how.nothing_to_divide")
            total /= amount
        else:
            total += amount if sign == "+" else -amount
    formula = _formula(parts)
    last = next(found for _, _, found in reversed(parts) if found)
    if total < 0:
        work.tell("error", "import_negative", last, value=_digits(total), formula=formula)
        return None, texts("how.wrong")
    if len(parts) > 1:
        return _digits(total), texts("how.computed", formula=formula)
    assert found is not None
    wanted = _unit(target) or item.unit
    if (found.unit or item.unit) != wanted and _factor(found.unit or item.unit, wanted) != 1:
        return _digits(total), texts("how.converted", unit=found.unit or item.unit, wanted=wanted)
    return _digits(total), texts("how.taken")


def _amounts(record: _Record, target: Target, parts: Parts) -> tuple[list[tuple[str, Fraction]], How | None]:
    """Every part of a sum as a number in the target's unit; why not, where one is missing."""
    amounts: list[tuple[str, Fraction]] = []
    for sign, item, found in parts:
        number = record.numbers.get(item.id)
        if number is not None:
            unit = item.unit if sign == "/" else _unit(target) or item.unit
            amounts.append((sign, number * (_factor(item.unit, unit) or 1)))
        elif found and found.blank and item.zero_if_blank and record.filled(item.sheet):
            amounts.append((sign, Fraction(0)))
        elif found is None or not found.blank:
            if record.applies(item):
                return [], texts("how.wrong")
        elif record.applies(item):
            return [], texts("how.blank")
    return amounts, None if amounts else texts("how.blank")


def _unit(target: Target) -> str | None:
    """The unit in which a target is written."""
    if target.table == "values":
        return target.unit
    column = target.column.replace("*", "primary")
    return TABLES[target.table].column(column).unit


def _digits(number: Fraction) -> str:
    """A number as a decimal of at most six places; a longer one is cut off, so that it reaches no limit by rounding."""
    exact = Decimal(number.numerator) / Decimal(number.denominator)
    if Fraction(exact) != number or exact != exact.quantize(SCALE):
        whole = number.numerator * 10**6 // number.denominator
        exact = (Decimal(whole) * SCALE).quantize(SCALE, ROUND_FLOOR)
    text = format(exact, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _formula(parts: Parts) -> str:
    """The arithmetic in the form's own words."""
    words = [word for sign, item, found in parts for word in (sign, found.label if found else item.label)]
    return " ".join(words[1:]).replace(" / ", " ÷ ").replace(" - ", " − ")


def _as_text(work: _Importing, target: Target, found: Found) -> tuple[str | None, How]:
    """A text, a code or a year as it is written; None, with a problem, where it is none of those allowed."""
    if target.table == "county":
        return _county_text(work, target, found)
    column = TABLES[target.table].column(target.column)
    if column.kind != "code":
        text = spelled(found.text) if target.column == "school_id" else found.text
        if target.column == "school_id" and not re.fullmatch("[0-9]{10}", text):
            severity = "error" if re.fullmatch(r"[0-9.]+e[+]?[0-9]+", text.casefold()) else "query"
            work.tell(severity, "bad_cell", found, expected=texts("expected.school_id"), unit="")
        return text, texts("how.taken")
    code = _code(column, found.text)
    if code is None:
        expected = ", ".join(labels[0] for labels in (column.codes or {}).values())
        work.tell("error", "bad_code", found, expected=expected)
        return None, texts("how.wrong")
    assert column.codes is not None
    return column.codes[code][0], texts("how.taken")


def _county_text(work: _Importing, target: Target, found: Found) -> tuple[str | None, How]:
    text = spelled(found.text)
    match target.column:
        case "code":
            if not re.fullmatch("[0-9]{6}", text):
                work.tell("error", "bad_cell", found, expected=EXPECTED["county_code"], unit="")
                return None, texts("how.wrong")
        case "school_year":
            year = number_of_kind("year", parse_decimal(text.removesuffix("度")))
            if year is None:
                work.tell("error", "bad_cell", found, expected=EXPECTED["year"], unit="")
                return None, texts("how.wrong")
            return str(year), texts("how.year_end", day=f"{year}-12-31")
    return text, texts("how.taken")


def _answered(work: _Importing, target: Target, parts: Parts) -> tuple[str | None, How]:
    """What is written for the first question that is answered by yes."""
    said: list[bool | None] = []
    for _, _, found in parts:
        code = None if found is None or found.blank or not found.sound else _yes(found.text)
        if found and found.sound and not found.blank and code is None:
            work.tell("error", "bad_code", found, expected="、".join(labels[0] for labels in YES_NO.values()))
        said.append(code)
    if None in said:
        return None, texts("how.wrong") if any(found and not found.blank for *_, found in parts) else texts("how.blank")
    first = said.index(True) if True in said else None
    if first is None:
        return None, texts("how.all_no")
    if target.latest and False in said[first:]:
        against = parts[first + said[first:].index(False)][2]
        yes = parts[first][2]
        assert against is not None
        assert yes is not None
        work.tell("error", "import_contradiction", against, other=yes.label, at=yes.cell)
        return None, texts("how.wrong")
    answer = target.answers[first]
    if target.latest:
        return answer, texts("how.latest", answer=answer)
    column = TABLES[target.table].column(target.column)
    assert column.codes is not None
    return column.codes[answer][0], texts("how.because_yes")


def _yes(text: str) -> bool | None:
    code = code_of(YES_NO, text)
    return None if code is None else code == "yes"


def _put(
    work: _Importing, record: _Record, table: str, column: str, row: Mapping[str, str], written: str, found: Found,
    lines: list[Line],
) -> None:  # fmt: skip
    """Writes a cell; where another form has said something else, neither counts."""
    key = (column,) if table == "values" else (record.key, *row.values())
    cells = work.rows[table].setdefault(key, {})
    if table == "values":
        cells["key"], name = column, "value"
    else:
        cells["school_id"], name = record.school_id, column
        for id, code in row.items():
            codes = TABLES[table].column(id).codes
            cells[id] = codes[code][0] if codes else code
    place = (table, key, name)
    first = work.origin.get(place)
    if first is None:
        cells[name] = written
        work.origin[place] = (found, lines)
        return
    work.origin[place] = (first[0], [*first[1], *lines])
    if cells.get(name) == written:
        return
    kind = TABLES[table].column(name).kind
    text = kind == "text"
    where = f"{first[0].grid.name}!{first[0].cell}"
    said = cells.get(name, "")
    work.tell("query" if text else "error", "import_differs", found, value=written, first=said, at=where)
    if text:
        for line in lines:
            line.written, line.how = "", texts("how.differs", at=where)
    else:
        work.contested.add(place)


def _add_to_sum(work: _Importing, record: _Record, target: Target, parts: Parts, lines: list[Line]) -> None:
    """Adds what a school says to the sum of its county, where the school has the stage or says anything."""
    _, item, found = parts[0]
    said = found is not None and found.sound and not found.blank
    stages = STAGES_OF_TYPE.get(record.type or "", tuple(STAGES))
    if not said and item.stage not in stages:
        for line in lines:
            line.how = texts("how.blank")
        return
    one = work.sums[target.column]
    name = record.text(record.form.target("schools", "school")) or record.school_id or record.grid.name
    one.parts.append((name, record.numbers.get(item.id)))
    one.lines += lines


def _compare(work: _Importing, record: _Record, first: str, second: str) -> None:
    """Two items that say the same thing must be the same."""
    one, other = record.numbers.get(first), record.numbers.get(second)
    if one is not None and other is not None and one != other:
        about = record.found[second]
        work.tell("query", "import_not_same", record.found[first], other=about.label, at=about.cell, second=about.text)


# --- what comes of it ----------------------------------------------------------------------------------------------


def _finished(work: _Importing) -> Imported:
    for place in sorted(work.contested):
        table, key, name = place
        work.rows[table][key].pop(name, None)
        for line in work.origin[place][1]:
            line.written, line.how = "", texts("how.contested")
    _sum_up(work)
    for record, whole in work.whole:
        _ask_by_stage(work, record, whole)
    county = _county(work)
    tables = {id: list(rows.values()) for id, rows in work.rows.items()}
    if tables["schools"] and work.county_grid is None:
        work.problems.append(Problem("query", "import_no_county"))
    return Imported(tables, county, work.lines, tuple(sorted(work.problems, key=Problem.order)), work.read)


def _sum_up(work: _Importing) -> None:
    """Writes the sums over the schools; one that lacks a school is not written, for it would be too small."""
    wanting: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for key, total in work.sums.items():
        lacking = tuple(name for name, amount in total.parts if amount is None)
        if lacking:
            wanting[lacking].append(key)
            for line in total.lines:
                line.how = texts("how.sum_lacks")
            continue
        written = _digits(sum((amount for _, amount in total.parts if amount is not None), Fraction(0)))
        work.rows["values"][key,] = {"key": key, "value": written}
        for line in total.lines:
            line.written, line.how = written, texts("how.sum", schools=len(total.parts))
    for schools, keys in wanting.items():
        about: dict[str, object] = {"keys": ", ".join(keys), "schools": "、".join(schools)}
        work.problems.append(Problem("query", "import_sum_lacks", details=about))


def _ask_by_stage(work: _Importing, record: _Record, whole: Mapping[str, tuple[Found, Target]]) -> None:
    """Asks for what the form has for the whole school only, unless another form gave it by stage."""
    rows = work.rows["schools"].get((record.key,), {})
    own = [stage for stage in STAGES_OF_TYPE[record.type or ""] if stage in STAGES]
    banded = {key[:2] for key in work.rows["class_bands"]}
    labels = [
        found.label
        for found, target in whole.values()
        if not all(
            (record.key, stage) in banded if target.row else rows.get(target.column.replace("*", stage))
            for stage in own
        )
    ]
    if labels and own:
        about: dict[str, object] = {"labels": "、".join(labels), "number": len(labels)}
        work.problems.append(
            Problem("query", "import_whole_school", record.grid.name, value=record.school_id, details=about)
        )


def _county(work: _Importing) -> str | None:
    """The county.yaml of the county form; None where there is none that says which county it is."""
    found = work.county
    about = {
        name: json.dumps(spelled(found[name].text), ensure_ascii=False) for name in ("code", "name") if name in found
    }
    if not about:
        return None
    lines = ["county: {" + ", ".join(f"{name}: {text}" for name, text in about.items()) + "}"]
    if "school_year" in found:
        year = number_of_kind("year", parse_decimal(spelled(found["school_year"].text).removesuffix("度")))
        day = date(int(year or 0), 12, 31)
        lines += [f"as_of: {day}  # 填报年度的最后一天 / the last day of the year of the form", f"school_year: {year}"]
        for form in work.read_forms.values():
            if (form.since and day < form.since) or (form.until and day > form.until):
                days = f"{form.since or ''}–{form.until or ''}"
                work.tell("query", "import_version", found["school_year"], form=form.title, day=day, days=days)
    return "\n".join(lines) + "\n"


def _table(id: str, rows: Sequence[Mapping[str, str]]) -> str:
    table = TABLES[id]
    if id == "values":
        columns = [table.column("key"), table.column("value")]
    else:
        columns = [one for one in table.columns if one.kind not in WORKED_OUT and one.id != table.place]
    return _csv([[one.headers[0] for one in columns], *([row.get(one.id, "") for one in columns] for row in rows)])


def _csv(rows: Iterable[Sequence[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([plain_cell(cell) for cell in row] for row in rows)
    return "\ufeff" + out.getvalue()
