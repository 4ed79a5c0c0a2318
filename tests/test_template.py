"""Templates: what is filled in comes back as it was meant, and what nobody filled in says nothing."""

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest
import xlwt
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from tests.awkward import ods, ods_cell, ods_row
from tests.support import ROOT, tzcheck
from tzcheck import facts, loading, planner, template
from tzcheck.facts import Facts
from tzcheck.place import TAIZHOU
from tzcheck.reading import Known
from tzcheck.rule import Rulebook
from tzcheck.sets import EXPLANATORY, table_of
from tzcheck.table import GIVEN, TABLES, VALUES, WORKED_OUT, Column, Table, header_spelling

RULES = ROOT / "rules"
LANGS = ("zh", "en")
VALUES_HEAD = "key,title,title_en,unit,kind\n"


@cache
def book() -> Rulebook:
    return loading.load([RULES])


@cache
def known() -> Known:
    return Known(book().ids, book().standards, book().kinds, book().checks, book().skipped)


def wanted(*standards: str) -> frozenset[str]:
    return frozenset(id for id in book().ids if not standards or id.partition(".")[0] in standards)


@cache
def form(lang: str, *standards: str) -> template.Form:
    return template.Form(book(), wanted(*standards), standards, lang)


@cache
def blank(lang: str, *standards: str) -> bytes:
    return template.workbook(form(lang, *standards), "blank.xlsx")


def sheets(lang: str, *standards: str) -> Any:
    return load_workbook(io.BytesIO(blank(lang, *standards)))


def tables_in(workbook: Any) -> dict[str, Any]:
    """The sheets that hold a table, by its id."""
    named = [(table_of(sheet.title), sheet) for sheet in workbook]
    return {table.id: sheet for table, sheet in named if table}


def column_of(table: Table, header: object) -> Column | None:
    id = table.spellings.get(header_spelling(str(header)))
    return table.column(id) if id else None


# --- what goes in comes out ----------------------------------------------------------------------------------------

TEXT = st.sampled_from(["一", "1-2", "甲、乙", "3/4", "2133000001", "0012", "二年级", "附注：无"])
AMOUNT = st.decimals(min_value=0, max_value=10**9, places=4).map(lambda one: one.normalize())
# Per cent that a spreadsheet keeps as hundredths and shows with their sign.
PERCENT = st.integers(0, 9999).map(lambda one: Percent(Decimal(one) / 100))
SCHOOLS_THERE = [f"{prefix}33000{number:03}" for prefix in (21, 31) for number in range(4)]


@dataclass(frozen=True)
class Percent:
    shown: Decimal

    def __str__(self) -> str:
        return f"{self.shown.normalize():f}%"


def typed(kind: str) -> st.SearchStrategy[Any]:
    """What a person might fill in as a county value of a kind."""
    match kind:
        case "count":
            return st.integers(0, 10**9)
        case "measure":
            return AMOUNT.map(float)
        case "number":
            return AMOUNT.map(float) | st.integers(-1000, 1000)
        case "percent":
            return PERCENT | st.integers(0, 100)
        case "share":
            return PERCENT | st.sampled_from([0.14, "14%"])
        case "level":
            return st.sampled_from(["Ⅲ", "IV级", 2])
        case _:
            return st.dates(date(1901, 1, 1), date(2099, 12, 31))


def cells_of(table: Table, column: Column) -> st.SearchStrategy[Any]:
    """What a person might fill in in a cell: texts and numbers as a spreadsheet holds them."""
    named = {
        "school_id": [*SCHOOLS_THERE, *map(int, SCHOOLS_THERE)],
        "kindergarten_id": [one for number in range(4) for one in (f"11330000{number:02}", 1133000000 + number)],
        "indicator": sorted(known().indicators), "check": sorted(known().checks),
        "standard": sorted(known().standards),
    }  # fmt: skip
    if column.id in named:
        return st.sampled_from(named[column.id])
    match column.kind:
        case "place":
            return st.sampled_from(["", "339999", "示例县"])
        case "code":
            return st.sampled_from(
                [label for code, labels in (column.codes or {}).items() for label in (code, *labels)]
            )
        case "count":
            return st.integers(0, 10**9 - 1)
        case "measure":
            return AMOUNT.map(float)
        case "number" | "printed":
            more = [PERCENT] if column.unit == "%" else []
            return st.one_of(AMOUNT.map(float), st.integers(-1000, 1000), *more)
        case "year":
            return st.integers(1900, 2100)
        case "date":
            return st.dates(date(1901, 1, 1), date(2099, 12, 31))
        case "band":
            return st.sampled_from(["26-30", "≤25", "≥66", "1-2", "10-12"])
        case _:
            return TEXT


def meant(column: Column, cell: Any) -> Any:
    """What the reader must make of it."""
    if cell is None:
        return "" if column.kind == "place" else None
    match column.kind:
        case "code":
            spelled = str(cell).casefold()
            return next(code for code, labels in (column.codes or {}).items() if spelled in (code, *labels))
        case "measure" | "number" | "printed":
            number = (
                cell.shown if isinstance(cell, Percent) else Decimal(repr(cell) if isinstance(cell, float) else cell)
            )
            return number.quantize(Decimal("0.000001"))
        case "count" | "year" | "date":
            return cell
        case _:
            return written(cell)


def written(cell: Any) -> str:
    """A cell as it is written in a CSV, or typed into a cell of text."""
    return f"{Decimal(repr(cell)):f}".removesuffix(".0") if isinstance(cell, float) else str(cell)


@st.composite
def rows_of(draw: st.DrawFn, id: str) -> list[dict[str, Any]]:
    """Rows of a table of which no two have the same key."""
    table = GIVEN[id]
    columns = [column for column in table.columns if column.kind not in WORKED_OUT]
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for _ in range(draw(st.integers(0, 4))):
        row = {
            one.id: draw(cells_of(table, one) if one.required else st.none() | cells_of(table, one)) for one in columns
        }
        row[table.place] = row[table.place] or None
        if table is VALUES:
            row["key"] = draw(st.sampled_from(sorted(book().kinds)))
            row["value"] = draw(typed(book().kinds[row["key"]]))
        begun = table.key if table.prefilled else ()
        if all(row[one.id] is None for one in columns if one.id not in begun):
            continue
        key = tuple(meant(table.column(id), row[id]) for id in table.key if id != table.place)
        found[key if table.key else (len(found),)] = row
    return list(found.values())


@st.composite
def counties(draw: st.DrawFn) -> tuple[str, dict[str, list[dict[str, Any]]]]:
    """A language, and rows of every table; classes and rooms are those of schools that are listed, if any are."""
    rows = {id: draw(rows_of(id)) for id in GIVEN}
    for home, name in (("schools", "school_id"), ("kindergartens", "kindergarten_id")):
        there = {str(row[name]) for row in rows[home]}
        for id, table in GIVEN.items():
            if there and name in table.column_ids and id not in (home, "vocational_schools"):
                rows[id] = [row for row in rows[id] if str(row[name]) in there]
    return draw(st.sampled_from(LANGS)), rows


def fill(workbook: Any, tables: Mapping[str, list[dict[str, Any]]], lang: str) -> None:
    """Fills in a template as a person would: what is begun is gone on with, the rest goes below."""
    settings_sheet = workbook["县" if lang == "zh" else "county"]
    for row, cell in enumerate(("339999", "示例县", date(2023, 12, 31), 2023), 1):
        settings_sheet.cell(row, 2, cell)
    for id, sheet in tables_in(workbook).items():
        table = GIVEN[id]
        at = {column.id: cell.column for cell in sheet[1] if (column := column_of(table, cell.value))}
        begun = {
            cell.value: cell.row for cell in sheet[sheet.cell(1, at[table.subject]).column_letter][1:] if cell.value
        }
        for row in tables[id]:
            number = begun.pop(row[table.subject], None) if table.prefilled else None
            number = number or sheet.max_row + 1
            for name, value in row.items():
                if isinstance(value, Percent):
                    sheet.cell(number, at[name], float(value.shown / 100)).number_format = "0.00%"
                elif value is not None:
                    sheet.cell(number, at[name], value)


def fill_folder(folder: Path, tables: Mapping[str, list[dict[str, Any]]], lang: str) -> None:
    """Fills in a new folder in the same way."""
    for name, content in template.folder(form(lang), folder.name).items():
        (folder / name).write_bytes(content)
    (folder / "county.yaml").write_text('county: {code: "339999", name: 示例县}\nas_of: 2023-12-31\n', "utf-8")
    for id, rows in tables.items():
        path, table = folder / f"{id}.csv", GIVEN[id]
        with path.open(encoding="utf-8-sig", newline="") as file:
            header, *lines = csv.reader(file)
        at = {column.id: index for index, one in enumerate(header) if (column := column_of(table, one))}
        begun = {line[at[table.subject]]: line for line in lines}
        for row in rows:
            line = begun.pop(row[table.subject], None) if table.prefilled else None
            if line is None:
                lines.append(line := [""] * len(header))
            for name, value in row.items():
                line[at[name]] = "" if value is None else written(value)
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows([header, *lines])


@settings(max_examples=15)
@given(county=counties())
def test_what_is_filled_in_comes_back_as_it_was_meant(tmp_path_factory: pytest.TempPathFactory, county: Any) -> None:
    lang, filled = county
    folder = tmp_path_factory.mktemp("filled")
    workbook = sheets(lang)
    fill(workbook, filled, lang)
    workbook.save(folder / "county.xlsx")
    comes_back([folder / "county.xlsx"], filled, {form(lang).name(GIVEN[id]): id for id in GIVEN})
    (folder / "county.xlsx").unlink()
    fill_folder(folder, filled, lang)
    comes_back([folder], filled, {f"{id}.csv": id for id in GIVEN})


def comes_back(paths: list[Path], filled: Mapping[str, list[dict[str, Any]]], named: Mapping[str, str]) -> None:
    """Reads what was filled in, in sheets or files that are `named` so, and looks whether it is what was meant."""
    found = facts.read(paths, known())
    told = [(one.code, one.file, one.row, one.column, one.value) for one in found.problems]
    assert [one for one in told if one[0] != "empty_table"] == []
    assert {one.rejected for one in found.files} == {0}
    read = {named.get(one.sheet or one.path): one.rows for one in found.files}
    for id, rows in filled.items():
        assert read[id] == len(rows)
        assert as_read(found, id) == as_meant(id, rows)


FILLED_IN: dict[str, list[dict[str, Any]]] = {
    "kindergartens": [{"kindergarten_id": "1133000001", "kindergarten": "一幼", "grade": "一级", "children": 96}],
    "kindergarten_classes": [{"kindergarten_id": "1133000001", "band": "大班", "class": "1-2", "children": 31}],
    "attestations": [{"indicator": "preschool.5", "holds": "是", "document": "布局规划", "date": date(2023, 5, 1)}],
    "values": [{"key": "preschool_enrolled", "value": 9100}],
}


def as_xls(workbook: Any) -> bytes:
    """The cells of a template as an old workbook has them."""
    made, days = xlwt.Workbook(encoding="utf-8"), xlwt.easyxf(num_format_str="yyyy-mm-dd")
    for sheet in workbook:
        copy = made.add_sheet(sheet.title)
        for cell in (cell for row in sheet for cell in row if cell.value is not None):
            style = (days,) if isinstance(cell.value, date) else ()
            copy.write(cell.row - 1, cell.column - 1, cell.value, *style)
    data = io.BytesIO()
    made.save(data)
    return data.getvalue()


def as_ods(workbook: Any) -> bytes:
    """The cells of a template as LibreOffice has them."""

    def cell(value: Any) -> str:
        if isinstance(value, date):
            return ods_cell(str(value), f'office:value-type="date" office:date-value="{value.isoformat()[:10]}"')
        kind = f'office:value-type="float" office:value="{value}"' if isinstance(value, int) else ""
        return ods_cell(escape(str(value or "")), kind or 'office:value-type="string"')

    rows = {sheet.title: "".join(ods_row(*(cell(one.value) for one in row)) for row in sheet) for sheet in workbook}
    return ods(**{"学校": "", "班级": "", **rows})


@pytest.mark.parametrize(("suffix", "written"), [("xls", as_xls), ("ods", as_ods)])
def test_a_template_saved_in_another_format_is_the_same(
    tmp_path: Path, suffix: str, written: Callable[[Any], bytes]
) -> None:
    workbook = sheets("zh", "preschool")
    fill(workbook, FILLED_IN, "zh")
    workbook.save(tmp_path / "a.xlsx")
    (tmp_path / f"a.{suffix}").write_bytes(written(workbook))
    one, other = (facts.read([tmp_path / f"a.{ending}"], known()) for ending in ("xlsx", suffix))
    assert (one.problems, other.problems) == ((), ())
    for id in FILLED_IN:
        assert as_read(other, id) == as_read(one, id) != []
    rows = [{file.sheet: file.rows for file in found.files if file.rows} for found in (one, other)]
    assert rows[0] == rows[1] == {form("zh").name(GIVEN[id]): 1 for id in FILLED_IN}


def as_read(found: Facts, id: str) -> list[str]:
    names = [column.id for column in GIVEN[id].columns if column.kind not in WORKED_OUT]
    if id not in found.tables:
        return []
    return sorted(repr([cells[name] for name in names]) for cells in found.store.rows(found.tables[id].table))


def as_meant(id: str, rows: list[dict[str, Any]]) -> list[str]:
    table = GIVEN[id]
    told = []
    for row in rows:
        cells = {name: meant(table.column(name), cell) for name, cell in row.items()}
        if id == "schools":  # a blank in a stage that the type does not have is 0
            cells |= {name: 0 for name in not_had(cells["type"]) if cells[name] is None}
        told.append(repr(list(cells.values())))
    return sorted(told)


def not_had(type: str | None) -> Iterator[str]:
    return (name for name, types in facts._stages_not_had().items() if type in types)


# --- what is offered -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGS)
def test_every_header_is_one_that_the_reader_knows(lang: str) -> None:
    for id, sheet in tables_in(sheets(lang)).items():
        table = GIVEN[id]
        headers = [cell.value for cell in sheet[1]]
        expected = [column.id for column in table.columns if column.kind not in WORKED_OUT]
        assert [column.id for header in headers if (column := column_of(table, header))] == expected
        assert [one for one in headers if column_of(table, one) is None] == (
            [headers[2]] if form(lang).prefilled(table) else []
        )


@pytest.mark.parametrize("lang", LANGS)
def test_a_list_offers_every_code_and_only_what_the_reader_accepts(lang: str) -> None:
    workbook = sheets(lang)
    for id, sheet in tables_in(workbook).items():
        for column, one in validations(GIVEN[id], sheet):
            if one.type != "list":
                continue
            offered = listed(workbook, one.formula1)
            if column.codes:
                assert [meant(column, item) for item in offered] == list(column.codes)
                assert lang == "zh" or offered == list(column.codes)
                assert column.id != "point" or offered == [str(number) for number in range(1, 45)]
            else:
                there = {"indicator": known().indicators, "check": known().checks, "standard": known().standards}
                assert set(offered) == there[column.id]
            assert one.errorStyle == ("stop" if column.codes else "warning")


def validations(table: Table, sheet: Any) -> Iterator[tuple[Column, Any]]:
    for one in sheet.data_validations.dataValidation:
        column = column_of(table, sheet.cell(1, min(area.min_col for area in one.sqref.ranges)).value)
        assert column is not None
        yield column, one


def listed(workbook: Any, formula: str) -> list[str]:
    if formula.startswith('"'):
        assert len(formula) <= 257
        return formula.strip('"').split(",")
    sheet, cells = formula.rsplit("!", 1)
    return [cell.value for (cell,) in workbook[sheet.strip("'")][cells.replace("$", "")]]


def test_numbers_years_and_days_are_looked_at_when_they_are_typed() -> None:
    kinds = {"count": "whole", "measure": "decimal", "number": "decimal", "year": "whole", "date": "date"}
    limits = {"count": ("0", "9999999999"), "measure": ("0", "9999999999"), "year": ("1900", "2100")}
    for id, sheet in tables_in(sheets("zh")).items():
        looked = {column.id: one for column, one in validations(GIVEN[id], sheet) if str(one.sqref).endswith("1048576")}
        for column in GIVEN[id].columns:
            if column.kind in kinds:
                assert looked[column.id].type == kinds[column.kind]
                assert column.kind not in limits or looked[column.id].formula1 == limits[column.kind][0]
                assert column.kind not in limits or looked[column.id].formula2 == limits[column.kind][1]
            else:
                assert (column.id in looked) == (
                    column.kind == "code" or column.id in ("indicator", "standard", "check")
                )


def test_listed_county_values_are_looked_at_by_their_kind() -> None:
    sheet = tables_in(sheets("zh", "balanced"))["values"]
    rows = {sheet.cell(row, 2).value: row for row in range(2, sheet.max_row + 1)}
    assert sheet["D1"].value == "数值"
    kinds = {
        row: one.type
        for one in sheet.data_validations.dataValidation
        for area in one.sqref.ranges
        for row in range(area.min_row, min(area.max_row, sheet.max_row) + 1)
        if area.min_col == 4
    }
    assert [kinds.get(rows[key]) for key in ("disabled_children", "teacher_salary", "monitoring_level")] == [
        "whole", "decimal", None,
    ]  # fmt: skip


def test_headers_are_locked_and_frozen_and_cells_are_open_and_formatted() -> None:
    formats = {"count": "0", "year": "0", "date": "yyyy-mm-dd", "measure": "General", "number": "General"}
    for id, sheet in tables_in(sheets("zh")).items():
        assert sheet.protection.sheet
        assert sheet.protection.password is None
        assert sheet.freeze_panes.endswith("2")
        for cell in sheet[1]:
            column = column_of(GIVEN[id], cell.value)
            whole = sheet.column_dimensions[cell.column_letter]
            assert cell.protection.locked
            assert not whole.protection.locked
            assert bool(cell.font.b) == bool(column and column.required and column.id not in GIVEN[id].may_be_blank)
            if column and (id, column.id) != ("values", "value"):
                assert whole.number_format == formats.get(column.kind, "@")
            assert whole.width >= 11


def test_a_header_says_what_belongs_in_its_column() -> None:
    sheet = tables_in(sheets("zh", "balanced"))["schools"]
    told = {column.id: cell.comment.text for cell in sheet[1] if (column := column_of(GIVEN["schools"], cell.value))}
    assert told["school_id"].splitlines() == ["学校标识码  school_id", "填文本，必填", "用于：balanced, checks"]
    assert told["ownership"].splitlines() == [
        "办别  ownership", "填所列各项之一，可空", "可填：公办 public、民办 private", "用于：balanced",
    ]  # fmt: skip
    assert told["teaching_area"].splitlines()[1:3] == ["填不小于 0 的数，可空", "单位：m²"]
    assert all(cell.comment for one in tables_in(sheets("en")).values() for cell in one[1] if cell.value != "meaning")


# --- what is asked for ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("standard", sorted(loading.load([RULES]).standards))
def test_a_standard_has_the_tables_that_its_rules_read_and_no_others(standard: str) -> None:
    leading = book().leading_to(wanted(standard))
    plan = planner.plan(list(book().packs.values()), leading, date(2023, 12, 31), None)
    rules = [one for id, _, one in book().rules() if id in leading]
    read = {id for one in plan.judgements if one.rule for id in one.tables}
    read |= {TABLES[id].home for one in plan.judgements for side in one.shows for id, _ in side.homes}
    read |= {"attestations"} if any(one.attested for one in rules) else set()
    read |= {"published", "marks"} if any(one.recounts for one in rules) else set()
    assert set(tables_in(sheets("zh", standard))) == read
    keys = {key for one in plan.judgements if one.rule for id, key in one.reads if id == "values" and key}
    assert set(form("zh", standard).keys) - {"monitoring_level", "monitoring_variation"} == keys


def test_without_a_standard_every_table_is_there() -> None:
    assert list(tables_in(sheets("zh"))) == list(GIVEN)


def test_sheets_come_in_order_and_those_that_explain_are_no_facts() -> None:
    assert sheets("zh", "preschool").sheetnames == [
        "说明", "县", "幼儿园", "幼儿园班级", "佐证", "县级数值", "指标清单", "标准与数据",
    ]  # fmt: skip
    assert sheets("en", "preschool").sheetnames == [
        "README", "county", "kindergartens", "kindergarten_classes", "attestations", "values", "indicators", "needs",
    ]  # fmt: skip
    for lang in LANGS:
        others = {one for one in sheets(lang).sheetnames if table_of(one) is None}
        assert {header_spelling(one) for one in others} - EXPLANATORY == {"县" if lang == "zh" else "county"}


def test_what_only_a_city_is_asked_is_asked_of_a_city() -> None:
    assert sheets("zh", "teachers").sheetnames[1] == "市"
    keys = dict(form("zh", "teachers").prefilled(VALUES))
    assert keys["educator_academies"] == "教育家书院数（家）"
    assert keys["masters_hired"] == "〔各县各填一行〕新招中小学教师中的硕士研究生数（人）"
    assert "如 331000" in sheets("zh", "teachers")["市"]["A6"].value
    steps = [row[1].value for row in sheets("zh", "teachers")["说明"]]
    assert "标〔各县各填一行〕的行不填全市的数：每个县另起一行，写明“县(市、区)代码”，编号照抄。" in steps
    assert not [one for one in steps if one and "市填" in one]


def test_a_city_that_fills_in_its_template_as_it_says_is_judged(tmp_path: Path) -> None:
    workbook = sheets("zh", "teachers")
    for row, cell in enumerate(("331000", "台州市", date(2023, 12, 31)), 1):
        workbook["市"].cell(row, 2, cell)
    keys, sheet = dict(form("zh", "teachers").prefilled(VALUES)), workbook["县级数值"]
    counties = [place.code or place.name for place in TAIZHOU if place.level in ("county", "zone")]
    for row in range(2, sheet.max_row + 1):
        if keys[sheet.cell(row, 2).value].startswith("〔各县各填一行〕"):
            for county in counties:
                sheet.append([county, sheet.cell(row, 2).value, None, 1])
        else:
            sheet.cell(row, 4, 1)
    workbook.save(tmp_path / "city.xlsx")
    run = tzcheck("check", tmp_path / "city.xlsx", "--standard", "teachers", "--format", "json")
    assert run.result["problems"] == []
    reasons = {one["reason_code"] for one in run.indicators("台州市").values()}
    assert not reasons & {"no_facts", "missing", "no_row"}


def test_what_is_not_a_countys_is_marked_in_its_template() -> None:
    given = {id: title for table in ("attestations", "values") for id, title in form("zh").prefilled(GIVEN[table])}
    assert given["vocational.city"] == "〔市填〕争创国家产教融合型城市"
    assert given["creation.review.balanced"].startswith("〔温岭市、仙居县〕")
    assert given["master_teacher_visits"].startswith("〔天台县、仙居县、三门县〕")
    assert given["educator_academies"].startswith("〔市填〕")
    assert given["balanced.9"].startswith("城乡学校")
    steps = [row[1].value for row in sheets("zh")["说明"]]
    assert {"标〔市填〕的行由市填报，县不填。", "标有地名的行只由这些地方填。"} <= set(steps)


def test_parts_of_a_county_value_stand_after_it_and_last_years_behind_all() -> None:
    keys = form("zh", "balanced", "advancement").keys
    assert keys.index("senior_places") + 1 == keys.index("senior_places_allocated")
    last = [key.endswith("_last_year") for key in keys]
    assert last == sorted(last)


def test_notes_say_what_the_readers_take() -> None:
    told = {
        (id, column.id): (cell.comment.text if cell.comment else "", bool(cell.font.b))
        for id, sheet in tables_in(sheets("zh")).items()
        for cell in sheet[1]
        if (column := column_of(GIVEN[id], cell.value))
    }
    assert "填“含义”一列所说的数、日期或等级，可空" in told["values", "value"][0]
    assert "填疑问中的数值，照抄，可空" in told["explanations", "value"][0]
    assert told["marks", "mark"][1] is False
    assert "可空" in told["marks", "mark"][0]
    assert "如 61-90" in told["room_bands", "band"][0]
    assert "如 26-30" in told["class_bands", "band"][0]
    assert "可填：1–44" in told["monitoring", "point"][0]
    assert not [text for text, _ in told.values() if "填从" in text]


def test_english_templates_have_english_units() -> None:
    titles = dict(form("en").prefilled(VALUES))
    assert titles["teacher_salary"].endswith("(yuan)")
    assert titles["migrant_children_last_year"].endswith("(people), last year")
    assert titles["senior_places"] == "Places of good senior schools"
    units = {one.unit for one in book().values.values()} | {one.unit for t in TABLES.values() for one in t.columns}
    assert {unit for unit in units if unit} <= {*template.UNITS, *template.WORDS, "unit"}


def test_the_needs_tick_the_standards_that_read_a_column() -> None:
    sheet = sheets("zh", "balanced", "preschool")["标准与数据"]
    header, *rows = ([cell.value for cell in row] for row in sheet)
    assert [str(one).splitlines()[-1] for one in header[4:]] == ["balanced", "preschool", "checks"]
    ticks = {row[2]: row[4:] for row in rows}
    assert ticks["schools.teaching_area"] == ["√", None, "√"]
    assert ticks["kindergartens.books"] == [None, "√", None]
    assert ticks["schools.dense_centre"] == [None, None, None]
    assert ticks["values.surveys_valid"] == ["√", None, "√"]


def test_every_county_value_has_a_title_in_both_languages() -> None:
    titles = book().values
    assert all(one.zh and one.en for one in titles.values())
    bare = [key for key in book().keys if key not in titles and key.removesuffix("_last_year") not in titles]
    assert bare == []
    assert set(titles) - book().keys == {"monitoring_level", "monitoring_variation", "basic_balance_recognised"}
    assert dict(form("zh").prefilled(VALUES))["migrant_children_last_year"].endswith("（人）（上年）")


def test_a_county_value_without_a_title_is_told_by_the_rules_that_read_it() -> None:
    bare = template.Form(replace(book(), values={}), wanted("balanced"), ("balanced",), "zh")
    assert bare.title("disabled_enrolled") == "残疾儿童少年入学率95%以上"


# --- what nobody filled in -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("standards", [(), ("balanced",), ("teachers",)])
def test_a_template_that_nobody_filled_in_is_no_error_and_shows_nothing(
    tmp_path: Path, lang: str, standards: tuple[str, ...]
) -> None:
    path = tmp_path / "county.xlsx"
    asked = [part for one in standards for part in ("--standard", one)]
    made = tzcheck("template", "-o", path, *asked, "--lang", lang)
    assert (made.code, made.err) == (0, "")
    load_workbook(path).save(path)
    valid = tzcheck("validate", path, "--format", "json")
    assert valid.code == 0
    assert {(one["severity"], one["code"]) for one in valid.result["problems"]} == {("query", "no_settings")}
    assert {one["rows"] for one in valid.result["facts"]} == {0}
    assert tzcheck("check", path, *asked).code == 5
    run = tzcheck("check", path, *asked, "--as-of", "2023-12-31", "--format", "json")
    assert (run.code, run.result["counties"]) == (5, [])


def test_where_only_the_county_is_filled_in_nothing_is_met(tmp_path: Path) -> None:
    workbook = sheets("zh")
    fill(workbook, {id: [] for id in GIVEN}, "zh")
    workbook.save(tmp_path / "county.xlsx")
    run = tzcheck("check", tmp_path / "county.xlsx", "--format", "json")
    verdicts = {one["verdict"] for one in run.indicators("示例县").values()}
    assert (run.code, run.result["problems"]) == (1, [])
    assert verdicts == {"undetermined", "not_counted"}


def test_a_template_of_the_county_lets_the_folder_say_which_county_it_is(tmp_path: Path) -> None:
    workbook = sheets("zh", "preschool")
    workbook["幼儿园"].append([None, "1133000001", "一幼"])
    workbook.save(tmp_path / "a.xlsx")
    (tmp_path / "county.yaml").write_text("county: {code: '339999', name: 示例县}\nas_of: 2023-12-31\n", "utf-8")
    found = facts.read([tmp_path], known())
    assert [found.places[place].name for place, *_ in found.tables["kindergartens"].rows()] == ["示例县"]
    assert [(one.severity, one.code) for one in found.problems] == [("query", "no_settings")]


# --- the command line ----------------------------------------------------------------------------------------------


def test_a_template_leaves_a_file_alone_unless_it_is_forced(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"mine")
    run = tzcheck("template", "-o", path, "--standard", "preschool", "--lang", "en")
    assert (run.code, run.err) == (2, f"error {path}  is there already and was left alone; --force overwrites it\n")
    assert path.read_bytes() == b"mine"
    run = tzcheck("template", "-o", path, "--standard", "preschool", "--force", "--lang", "en")
    assert (run.code, run.out) == (
        0, f"{path}: 4 tables. Fill them in, then run tzcheck check {path} --standard preschool\n",
    )  # fmt: skip
    assert [one.name for one in tmp_path.iterdir()] == ["a.xlsx"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("template",),
        ("template", "-o", "a.csv"),
        ("template", "-o", "nowhere/a.xlsx"),
        ("template", "-o", "b.xlsx", "--standard", "balancd"),
        ("init",),
        ("init", "taken"),
        ("init", "new", "--standard", "balancd"),
    ],
)
def test_wrong_usage_of_templates_is_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "taken").write_text("")
    run = tzcheck(*arguments)
    assert (run.code, run.out) == (2, "")
    assert run.err
    assert [one.name for one in tmp_path.iterdir()] == ["taken"]


@pytest.mark.parametrize(
    ("name", "options", "told"),
    [
        ("县.xlsx", (), "县.xlsx"),
        ("甲 乙.xlsx", (), '"甲 乙.xlsx"'),
        ("填报表(1).xlsx", (), '"填报表(1).xlsx"'),
        ("a$b.xlsx", (), '"a\\$b.xlsx"'),
        ("a.xlsx", ("--profile", "zhejiang"), "a.xlsx --profile zhejiang"),
        ("a.xlsx", ("--rules", "my rules"), 'a.xlsx --rules "my rules"'),
    ],
)
def test_the_command_that_is_told_can_be_pasted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, options: tuple[str, ...], told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my rules").mkdir()
    run = tzcheck("template", "-o", name, "--standard", "preschool.1", *options, "--lang", "en")
    assert run.out == f"{name}: 2 tables. Fill them in, then run tzcheck check {told} --standard preschool.1\n"


@pytest.mark.parametrize("lang", LANGS)
def test_a_new_folder_says_of_every_column_what_its_header_would_say(tmp_path: Path, lang: str) -> None:
    assert tzcheck("init", tmp_path / "f", "--lang", lang).code == 0
    readme = (tmp_path / "f" / "README.md").read_text("utf-8")
    for table in form(lang).tables:
        section = readme.partition(f"## `{table.id}.csv`")[2].partition("\n## ")[0]
        columns = [column for column in table.columns if column.kind not in WORKED_OUT]
        lines = [line for line in section.splitlines() if line.startswith("- ")]
        for column, line in zip(columns, lines, strict=True):
            assert all(part in line for part in form(lang).about(table, column))
            assert line.startswith("- **") == form(lang).must(table, column)
    assert "2.1E+09" in readme


@pytest.mark.parametrize("lang", LANGS)
def test_a_new_folder_validates_and_shows_nothing(tmp_path: Path, lang: str) -> None:
    folder = tmp_path / "deep" / "county"
    made = tzcheck("init", folder, "--standard", "preschool", "--lang", lang)
    assert (made.code, made.err) == (0, "")
    assert sorted(one.name for one in folder.iterdir()) == [
        "README.md", "attestations.csv", "county.yaml", "kindergarten_classes.csv", "kindergartens.csv", "values.csv",
    ]  # fmt: skip
    valid = tzcheck("validate", folder, "--format", "json")
    assert valid.code == 0
    assert {(one["severity"], one["code"]) for one in valid.result["problems"]} == {
        ("query", "no_settings"), ("query", "empty_table"),
    }  # fmt: skip
    assert tzcheck("check", folder).code == 5
    assert tzcheck("check", folder, "--as-of", "2023-12-31").code == 5


def test_the_tables_of_a_new_folder_are_for_spreadsheets(tmp_path: Path) -> None:
    assert tzcheck("init", tmp_path / "f", "--lang", "zh").code == 0
    for id, table in GIVEN.items():
        raw = (tmp_path / "f" / f"{id}.csv").read_bytes()
        assert raw.startswith(b"\xef\xbb\xbf")
        assert raw.count(b"\n") == raw.count(b"\r\n") >= 1
        header, *rows = csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""))
        assert header == form("zh").headers(table)
        assert [row[:3] for row in rows] == [["", *one] for one in form("zh").prefilled(table)]
        assert {len(row) for row in rows} <= {len(header)}


def test_a_new_folder_that_is_filled_in_is_judged(tmp_path: Path) -> None:
    folder = tmp_path / "county"
    assert tzcheck("init", folder, "--standard", "balanced", "--lang", "zh").code == 0
    settings_file = (folder / "county.yaml").read_text("utf-8")
    settings_file = settings_file.replace("code:", 'code: "339999"').replace("name:", "name: 示例县")
    (folder / "county.yaml").write_text(settings_file.replace("as_of:", "as_of: 2023-12-31"), "utf-8")
    values = (folder / "values.csv").read_text("utf-8")
    for key, number in (("disabled_children", 100), ("disabled_enrolled", 95)):
        line = next(one for one in values.splitlines() if f",{key}," in one)
        values = values.replace(line, line.removesuffix(",,,") + f",{number},,")
    (folder / "values.csv").write_text(values, "utf-8")
    run = tzcheck("check", folder, "--standard", "balanced", "--format", "json")
    verdicts = {id: one["verdict"] for id, one in run.indicators("示例县").items()}
    assert {id for id, verdict in verdicts.items() if verdict == "met"} == {"balanced.24"}
    assert "unmet" not in verdicts.values()
    assert {one["severity"] for one in run.result["problems"]} == {"query"}


def test_the_folder_one_stands_in_can_be_filled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine").mkdir()
    monkeypatch.chdir(tmp_path / "mine")
    assert tzcheck("init", ".", "--standard", "preschool", "--lang", "en").code == 0
    assert "\ntzcheck check mine --standard preschool\n" in Path("README.md").read_text("utf-8")


def test_a_new_folder_overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / "values.csv").write_text("mine", encoding="utf-8")
    run = tzcheck("init", tmp_path, "--standard", "preschool", "--lang", "en")
    assert (run.code, run.err) == (2, f"error {tmp_path}  has values.csv already; nothing was written\n")
    assert [one.name for one in tmp_path.iterdir()] == ["values.csv"]


def test_a_pack_of_ones_own_brings_its_titles_along(tmp_path: Path) -> None:
    (tmp_path / "values.csv").write_text(
        "key,title,title_en,unit,kind\nclubs,社团数,Clubs,个,count\n", encoding="utf-8"
    )
    found = loading.load([RULES, tmp_path])
    assert found.values["clubs"].of("zh") == "社团数（个）"
    assert (found.kinds["clubs"], found.kinds["clubs_last_year"]) == ("count", "count")


def test_a_list_of_county_values_that_is_wrong_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "values.csv").write_text(
        "key,title,title_en,unit,kind\nclubs,社团数,Clubs,个,counts\n", encoding="utf-8"
    )
    run = tzcheck("rules", "list", "--rules", tmp_path, "--lang", "en")
    assert (run.code, run.err) == (
        2,
        f"error {tmp_path}/values.csv:2:kind  there is no kind counts of county values; it is one of count, date, "
        "level, measure, number, percent, share; is it count?\n",
    )
    (tmp_path / "values.csv").write_text("key,title\nclubs,社团数\n", encoding="utf-8")
    assert (
        "columns are missing: title_en, unit, kind" in tzcheck("rules", "list", "--rules", tmp_path, "--lang", "en").err
    )
