"""Awkward files, each made of a sound one and one fault: what people send, and what nobody should."""

import io
import re
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import xlwt
from openpyxl import Workbook
from openpyxl.styles import numbers

COUNTY = 'county: {code: "331002", name: 椒江区}\nas_of: 2022-12-31\n'
SCHOOLS = [
    ["学校标识码", "学校名称", "办学类型", "小学在校生数", "初中在校生数", "教学及辅助用房面积"],
    ["2133000001", "第一小学", "小学", "1091", "", "9600.5"],
    ["3133000002", "第二中学", "初级中学", "", "50", "8000"],
]
CLASSES = [
    ["学校标识码", "学段", "年级", "班级", "学生数"],
    ["2133000001", "小学", "一", "1", "1045"],
    ["2133000001", "小学", "一", "2", "46"],
    ["3133000002", "初中", "七", "1", "50"],
]
Rows = list[list[Any]]
Maker = Callable[[Path], None]


def lines(rows: Rows, end: str = "\n", delimiter: str = ",") -> str:
    return "".join(delimiter.join(str(cell) for cell in row) + end for row in rows)


def changed(rows: Rows, row: int, column: int, cell: Any) -> Rows:
    """The rows with one cell changed; `row` as a spreadsheet counts, `column` from 0."""
    copy = [list(cells) for cells in rows]
    copy[row - 1][column] = cell
    return copy


def beside(rows: Rows, *cells: Any) -> Rows:
    """The rows with one column more."""
    return [[*row, cell] for row, cell in zip(rows, cells, strict=True)]


def of_county(name: str) -> Rows:
    """The classes with a column that names a county."""
    return [["县(市、区)代码", *CLASSES[0]], *([name, *row] for row in CLASSES[1:])]


def truth(made: Workbook) -> None:
    made["学校"]["G1"] = "是否寄宿制"
    made["学校"]["G2"] = True


def folder(where: Path, **files: str | bytes) -> None:
    """The sound files, with some of them as they are given: `classes_csv="…"`."""
    sound: dict[str, str | bytes] = {
        "county_yaml": COUNTY, "schools_csv": lines(SCHOOLS), "classes_csv": lines(CLASSES),
    }  # fmt: skip
    where.mkdir(parents=True)
    for name, content in (sound | files).items():
        if content == "":
            continue
        path = where / name.replace("_xlsx", ".xlsx").replace("_csv", ".csv").replace("_yaml", ".yaml")
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


def classes(content: str | bytes) -> Maker:
    return lambda where: folder(where, classes_csv=content)


def schools(content: str | bytes) -> Maker:
    return lambda where: folder(where, schools_csv=content)


def cell(row: int, column: int, text: str) -> Maker:
    return classes(lines(changed(CLASSES, row, column, text)))


def book(change: Callable[[Workbook], None] = lambda _: None) -> bytes:
    """A workbook with the county, its schools and classes, changed in some way."""
    made = Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.title = "县"
    for row in (["代码", "331002"], ["名称", "椒江区"], ["截止日期", "2022-12-31"]):
        sheet.append(row)
    for title, rows in (("学校", SCHOOLS), ("班级", CLASSES)):
        sheet = made.create_sheet(title)
        for cells in rows:
            sheet.append([int(one) if one.isdigit() and len(one) < 6 else one or None for one in cells])
    change(made)
    data = io.BytesIO()
    made.save(data)
    return data.getvalue()


def workbook(change: Callable[[Workbook], None] = lambda _: None) -> Maker:
    return raw_book(book(change), ".xlsx")


def raw_book(data: bytes, suffix: str) -> Maker:
    def make(where: Path) -> None:
        where.mkdir(parents=True)
        (where / f"椒江{suffix}").write_bytes(data)

    return make


def put(sheet: str, cell: str, value: Any, format: str | None = None) -> Callable[[Workbook], None]:
    def change(made: Workbook) -> None:
        made[sheet][cell] = value
        if format:
            made[sheet][cell].number_format = format

    return change


def two_row_header(made: Workbook) -> None:
    sheet = made["学校"]
    sheet.insert_rows(1, 3)
    sheet["A1"] = "2022年学校情况"
    sheet.merge_cells("A1:F1")
    for column, upper, lower in (
        ("A", "学校标识码", None), ("B", "学校名称", None), ("C", "办学类型", None), ("D", "在校生数", "小学"),
        ("E", None, "初中"), ("F", "教学及辅助用房面积", None),
    ):  # fmt: skip
        sheet[f"{column}3"], sheet[f"{column}4"] = upper, lower
        if lower is None:
            sheet.merge_cells(f"{column}3:{column}4")
    sheet.merge_cells("D3:E3")


def shifted(made: Workbook) -> None:
    """The classes begin at C5, with a fault."""
    made["班级"]["E2"] = "=1040+5"
    made["班级"].move_range("A1:E4", rows=4, cols=2)


def merged_down(made: Workbook) -> None:
    sheet = made["班级"]
    sheet["A3"] = None
    sheet.merge_cells("A2:A3")


def error_value(made: Workbook) -> None:
    sheet = made["班级"]
    sheet["E2"] = "#REF!"
    sheet["E2"].data_type = "e"


def hidden(made: Workbook) -> None:
    made["班级"].sheet_state = "hidden"


def far_both_ways(made: Workbook) -> None:
    made["班级"]["A1048576"] = made["班级"]["XFD2"] = 1


def below(*cells: Any, sheet: str = "班级") -> Callable[[Workbook], None]:
    return lambda made: made[sheet].append(list(cells))


def header(sheet: str, *cells: str) -> Callable[[Workbook], None]:
    def change(made: Workbook) -> None:
        made.create_sheet(sheet).append(list(cells))

    return change


def renamed(old: str, new: str) -> Callable[[Workbook], None]:
    def change(made: Workbook) -> None:
        made[old].title = new

    return change


def percents(made: Workbook) -> None:
    sheet = made.create_sheet("公布的达成度")
    sheet.append(["标准", "未达标项数", "总达成度(%)"])
    sheet.append(["balanced", 9, 0.7])
    sheet["C2"].number_format = numbers.FORMAT_PERCENTAGE


def empty_rows(made: Workbook) -> None:
    made["班级"].row_dimensions[1_048_576].height = 20
    made["班级"]["A1048576"].number_format = "0"


def old_book(change: Callable[[dict[str, xlwt.Worksheet]], None] = lambda _: None) -> bytes:
    """The sound workbook as an XLS."""
    made = xlwt.Workbook(encoding="utf-8")
    sheets = {}
    county = [["代码", "331002"], ["名称", "椒江区"], ["截止日期", "2022-12-31"]]
    for title, rows in (("县", county), ("学校", SCHOOLS), ("班级", CLASSES)):
        sheets[title] = made.add_sheet(title, cell_overwrite_ok=True)
        for row, cells in enumerate(rows):
            for column, text in enumerate(cells):
                sheets[title].write(row, column, int(text) if text.isdigit() and len(text) < 6 else text)
    change(sheets)
    data = io.BytesIO()
    made.save(data)
    return data.getvalue()


def old_percent(sheets: dict[str, xlwt.Worksheet]) -> None:
    made = sheets["县"].parent.add_sheet("公布的达成度")
    for column, text in enumerate(("标准", "未达标项数", "总达成度(%)")):
        made.write(0, column, text)
    made.write(1, 0, "balanced")
    made.write(1, 1, 9)
    made.write(1, 2, 0.7, xlwt.easyxf(num_format_str="0.0%"))


def old_error(sheets: dict[str, xlwt.Worksheet]) -> None:
    sheets["班级"].row(1).set_cell_error(4, "#DIV/0!")


def achievements(cell: str) -> str:
    """The rows of an ODS with a published achievement."""
    return ods_row(ods_cell("标准"), ods_cell("未达标项数"), ods_cell("总达成度(%)")) + ods_row(
        ods_cell("balanced"), ods_cell("9"), cell
    )


def ods_row(*cells: str) -> str:
    return f"<table:table-row>{''.join(cells)}</table:table-row>"


def ods_cell(text: str, about: str = 'office:value-type="string"') -> str:
    return f"<table:table-cell {about}><text:p>{text}</text:p></table:table-cell>" if text else "<table:table-cell/>"


def ods(classes: str = "", **others: str) -> bytes:
    """The sound workbook as an ODS: the rows of its classes, or more sheets, may be given as they are stored."""

    def rows(of: Rows) -> str:
        return "".join(ods_row(*map(ods_cell, map(str, cells))) for cells in of)

    county = [["代码", "331002"], ["名称", "椒江区"], ["截止日期", "2022-12-31"]]
    sheets = {"县": rows(county), "学校": rows(SCHOOLS), "班级": classes or rows(CLASSES)} | others
    tables = "".join(f'<table:table table:name="{name}">{inside}</table:table>' for name, inside in sheets.items())
    spaces = {one: f"urn:oasis:names:tc:opendocument:xmlns:{one}:1.0" for one in ("office", "table", "text")}
    spaces["calcext"] = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"
    names = " ".join(f'xmlns:{one}="{name}"' for one, name in spaces.items())
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        body = f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body>"
        archive.writestr("content.xml", f"<office:document-content {names}>{body}</office:document-content>")
    return data.getvalue()


def ods_classes(*cells: str) -> bytes:
    """An ODS whose first class has some cells as they are stored, after those that it has in any case."""
    first = [ods_cell(str(one)) for one in CLASSES[1][: 5 - len(cells)]] + list(cells)
    head, rest = (map(ods_cell, row) for row in (CLASSES[0], CLASSES[2]))
    return ods(ods_row(*head) + ods_row(*first) + ods_row(*rest))


def rewritten(data: bytes, pattern: bytes, by: bytes) -> bytes:
    """The workbook with the elements of its classes written in another way."""
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "xl/worksheets/sheet3.xml":
                part = re.sub(pattern, by, part).replace(b'xmlns="', b'xmlns:x="' if b"x:" in by else b'xmlns="')
            new.writestr(name, part)
    return changed.getvalue()


def merged_ods() -> bytes:
    """The two classes of the first school share the cell that names it."""
    over = ods_cell(CLASSES[1][0], 'office:value-type="string" table:number-rows-spanned="2"')
    first = ods_row(over, *map(ods_cell, CLASSES[1][1:]))
    second = ods_row("<table:covered-table-cell/>", *map(ods_cell, CLASSES[2][1:]))
    head, rest = (ods_row(*map(ods_cell, row)) for row in (CLASSES[0], CLASSES[3]))
    return ods(head + first + second + rest)


def with_values(data: bytes, said: str) -> bytes:
    """The workbook with 0 as the value of every formula, and `said` of when they are worked out."""
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            part = old.read(name).replace(b"</f><v />", b"</f><v>0</v>").replace(b"</f><v></v>", b"</f><v>0</v>")
            new.writestr(name, part.replace(b'fullCalcOnLoad="1"', said.encode()))
    return changed.getvalue()


def bomb() -> bytes:
    data = io.BytesIO(book())
    with (
        zipfile.ZipFile(data, "a", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/media/image1.bin", "w", force_zip64=True) as part,
    ):
        for _ in range(1100):
            part.write(bytes(1 << 20))
    return data.getvalue()


def with_part(name: str, content: bytes) -> bytes:
    data = io.BytesIO(book())
    with zipfile.ZipFile(data, "a") as archive:
        archive.writestr(name, content)
    return data.getvalue()


def parquet(where: Path, cut: int | None = None) -> None:
    folder(where, classes_csv="")
    path = where / "classes.parquet"
    names = ", ".join(f'"{name}"' for name in CLASSES[0])
    values = ", ".join(f"('{a}', '{b}', '{c}', '{d}', {e})" for a, b, c, d, e in CLASSES[1:])
    duckdb.execute(f"COPY (SELECT * FROM (VALUES {values}) t({names})) TO '{path}' (FORMAT parquet)")
    if cut:
        path.write_bytes(path.read_bytes()[:-cut])


def linked(where: Path) -> None:
    folder(where, classes_csv="")
    outside = where.parent / "outside.csv"
    outside.write_text(lines(CLASSES), encoding="utf-8")
    (where / "classes.csv").symlink_to(outside)


def a_folder(where: Path) -> None:
    folder(where, classes_csv="")
    (where / "classes.csv").mkdir()


OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
FAR = ods_cell("x", 'office:value-type="string" table:number-columns-repeated="16384"')
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
LIST = "- {school_id: '2133000001', stage: 小学, grade: 一, class: 1, students: 1091}\n"
LAUGHS = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"
# By name: what makes the folder.
FILES: dict[str, Maker] = {
    "sound": folder,
    # encodings and line ends
    "UTF-8 with a BOM": classes(lines(CLASSES).encode("utf-8-sig")),
    "GB18030": classes(lines(CLASSES).encode("gb18030")),
    "UTF-16 with tabs, as Excel writes it": classes(lines(CLASSES, "\r\n", "\t").encode("utf-16")),
    "big-endian UTF-16": classes("\ufeff".encode("utf-16-be") + lines(CLASSES).encode("utf-16-be")),
    "tabs": classes(lines(CLASSES, delimiter="\t")),
    "semicolons": classes(lines(CLASSES, delimiter=";")),
    "line ends of Windows": classes(lines(CLASSES, "\r\n")),
    "line ends of an old Mac": classes(lines(CLASSES, "\r")),
    "mixed line ends": classes(lines(CLASSES[:2]) + lines(CLASSES[2:], "\r\n")),
    "bytes of no encoding": classes(lines(CLASSES).encode() + b"\xff\xff\n"),
    "cut off within a character": classes(lines(CLASSES)[:-6].encode() + "一".encode()[:2]),
    "NUL bytes": classes(lines(CLASSES).encode() + b"\x00\x00\n"),
    # what stands around the table
    "blank rows": classes(lines([*CLASSES[:2], [], [""] * 5, *CLASSES[2:]])),
    "a title above the header": classes(lines([["2022年椒江区班级情况"], [], *CLASSES])),
    "a header of two rows": schools(
        lines([["学校标识码", "学校名称", "办学类型", "在校生数", "", "教学及辅助用房面积"],
               ["", "", "", "小学", "初中", ""], *SCHOOLS[1:]])
    ),
    "a total below": classes(lines([*CLASSES, ["合计", "", "", "", "141"]])),
    "a subtotal between": classes(lines([*CLASSES[:3], ["小 计", "", "", "", "91"], CLASSES[3]])),
    "a remark below": classes(lines([*CLASSES, ["填表人：某某", "", "", "", ""]])),
    "a blank column": classes(lines([[*row[:2], "", *row[2:]] for row in CLASSES])),
    "a column without a header": classes(lines(beside(CLASSES, "", 1, 2, 3))),
    "cells beyond the header": classes(lines([*CLASSES[:3], [*CLASSES[3], "多"]])),
    "a row that is too short": classes(lines([*CLASSES[:3], CLASSES[3][:4]])),
    "nothing at all": classes(b"\n"),
    "blank lines only": classes("\n" * 50),
    "a header alone": classes(lines(CLASSES[:1])),
    "a quote that is never closed": classes(lines(changed(CLASSES, 3, 2, '"一'))),
    "a cell longer than any": cell(3, 2, "一" * 100_001),
    # headers
    "English headers": classes(lines([["school_id", "stage", "grade", "class", "students"], *CLASSES[1:]])),
    "other words for a header": classes(lines(changed(CLASSES, 1, 0, "学校(机构)标识码"))),
    "blanks and wide brackets in a header": classes(lines(changed(CLASSES, 1, 0, " 学校（机构） 标识码"))),
    "a misspelled header": classes(lines(changed(CLASSES, 1, 4, "学生数目"))),
    "a column that is missing": classes(lines([row[:3] + row[4:] for row in CLASSES])),
    "a column that may be missing": schools(lines([row[:5] for row in SCHOOLS])),
    "the same column twice": classes(lines([[*row, row[0]] for row in CLASSES])),
    "two columns that mean the same": classes(lines(beside(CLASSES, "school_id", 1, 1, 1))),
    "a column that no table has": classes(lines(beside(CLASSES, "班主任", "甲", "乙", "丙"))),
    # cells
    "wide digits": cell(2, 4, "1045".translate(WIDE)),
    "thousands separators": schools(lines(changed(SCHOOLS, 2, 3, '"1,091"'))),
    "wide thousands separators": schools(lines(changed(SCHOOLS, 2, 3, "１，０９１"))),
    "a whole number with decimals": cell(2, 4, "1045.0"),
    "half a pupil": cell(2, 4, "1045.5"),
    "fewer than none": cell(2, 4, "-1"),
    "about so many": cell(2, 4, "约44"),
    "a unit behind the number": cell(2, 4, "45人"),
    "a number with an exponent": cell(2, 4, "4.5e1"),
    "a sign for nothing": cell(2, 4, "/"),
    "a word for nothing": cell(2, 4, "无"),
    "a blank that matters": cell(2, 1, ""),
    "an unknown word": cell(2, 1, "小学部"),
    "a word in other letters": cell(2, 1, "PRIMARY"),
    "a code that Excel made a number": cell(2, 0, "2.13E+09"),
    "a formula": cell(2, 4, "=40+5"),
    "a command in a name": schools(lines(changed(SCHOOLS, 2, 1, "=cmd|' /C calc'!A0"))),
    "a bell in a name": schools(lines(changed(SCHOOLS, 2, 1, "第一\x07小学"))),
    "a line break in a name": schools(lines(changed(SCHOOLS, 2, 1, '"第一\n小学"'))),
    "more decimals than are kept": schools(lines(changed(SCHOOLS, 2, 5, "9600.1234567"))),
    # rows
    "the same class twice": classes(lines([*CLASSES, [*CLASSES[3][:4], "49"]])),
    "the same school twice": schools(lines([*SCHOOLS, [*SCHOOLS[2][:4], "900", ""]])),
    "a class of no school": classes(lines([*CLASSES, ["2133000009", "小学", "一", "1", "40"]])),
    "a row of another county": classes(lines(of_county("黄岩区"))),
    "a county that nobody knows": classes(lines(of_county("东海县"))),
    "the same value twice": lambda where: folder(where, values_csv="key,value\nrotated,5\nrotated,6\n"),
    "days in every form": lambda where: folder(
        where,
        attestations_csv="指标,是否符合,文号,日期\nbalanced.8,是,1,2022/12/31\nbalanced.9,是,1,2022年12月31日\n"
        "balanced.17,√,1,2022.12.31\nbalanced.25,是,1,31/12/2022\nbalanced.27,是,1,44926\n",
    ),
    # workbooks
    "a workbook": workbook(),
    "a workbook with a header of two rows": workbook(two_row_header),
    "a table that begins elsewhere": workbook(shifted),
    "cells merged downwards": workbook(merged_down),
    "a formula without a value": workbook(put("班级", "E2", "=1040+5")),
    "cells with a prefix, as some programs write them": raw_book(
        rewritten(book(put("班级", "E2", "=1040+5")), rb"<(/?)(\w+)([ >])", rb"<\1x:\2\3"), ".xlsx"
    ),
    "cells that do not say where they are": raw_book(
        rewritten(book(error_value), rb'<c r="[A-Z]+\d+"', b"<c"), ".xlsx"
    ),
    "a last row of formulas without a value": workbook(below("=A2", "=B2", "=C2", "=D2", "=E2")),
    "a formula that came to nothing": workbook(error_value),
    "a formula with a value": raw_book(with_values(book(put("班级", "E2", "=0")), ""), ".xlsx"),
    "formulas that Excel has never worked out": raw_book(
        with_values(book(put("班级", "E2", "=1040+5")), 'fullCalcOnLoad="1"'), ".xlsx"
    ),
    "a code as a number": workbook(put("班级", "A2", 2133000001)),
    "a number kept as text": workbook(put("班级", "E2", "1045")),
    "a class that Excel made a day": workbook(put("班级", "D2", date(2022, 1, 2))),
    "yes as a truth value": workbook(truth),
    "a percentage as Excel keeps it": workbook(percents),
    "a hidden sheet": workbook(hidden),
    "a sheet without a name": workbook(renamed("班级", "Sheet3")),
    "a sheet that is no table": workbook(header("联系方式", "姓名", "电话")),
    "a sheet that nobody filled in": workbook(header("专用教室", "学校标识码", "类别", "面积")),
    "two sheets that say which county": workbook(header("市", "代码")),
    "a total in a workbook": workbook(below("合计", None, None, None, 141)),
    "a million empty rows": workbook(empty_rows),
    "a cell far out": workbook(put("班级", "XFD1048576", "x")),
    "a cell far below, and one far to the right": workbook(far_both_ways),
    "a workbook cut off": raw_book(book()[:4000], ".xlsx"),
    "a workbook of nothing": raw_book(b"", ".xlsx"),
    "a workbook called a text": classes(book()),
    "an old workbook called a text": classes(old_book()),
    "a text called a workbook": raw_book(lines(CLASSES).encode(), ".xlsx"),
    "a web page called a workbook": raw_book(b"<html><table><tr><td>1</td></tr></table></html>", ".xls"),
    "an encrypted workbook": raw_book(OLD + "EncryptedPackage".encode("utf-16-le") + bytes(600), ".xlsx"),
    "an old workbook cut off": raw_book(OLD + bytes(600), ".xls"),
    "a workbook that unpacks to more than a gigabyte": lambda where: raw_book(bomb(), ".xlsx")(where),
    "a workbook with a part outside": raw_book(with_part("../../evil.txt", b"x"), ".xlsx"),
    # workbooks of other kinds
    "an old workbook": raw_book(old_book(), ".xls"),
    "an old workbook with an error": raw_book(old_book(old_error), ".xls"),
    "an old workbook with a percentage": raw_book(old_book(old_percent), ".xls"),
    "an ODS": raw_book(ods(), ".ods"),
    "an ODS with an error": raw_book(
        ods_classes(ods_cell("#DIV/0!", 'office:value-type="string" calcext:value-type="error"')), ".ods"
    ),
    "an ODS with merged cells": raw_book(merged_ods(), ".ods"),
    "an ODS with a percentage": raw_book(
        ods(公布的达成度=achievements(ods_cell("70%", 'office:value-type="percentage" office:value="0.7"'))), ".ods"
    ),
    "an ODS with a cell far out": raw_book(
        ods(学校说明=f'<table:table-row table:number-rows-repeated="1048576">{FAR}</table:table-row>'), ".ods"
    ),
    "an old workbook without its end": raw_book(old_book()[:-1001], ".xls"),
    "an ODS cut off": raw_book(ods()[:600], ".ods"),
    # other files
    "Parquet": parquet,
    "Parquet cut off": lambda where: parquet(where, 20),
    "YAML": lambda where: folder(where, classes_csv="", classes_yaml=LIST),
    "YAML that refers to itself": lambda where: folder(where, classes_csv="", classes_yaml=LAUGHS),
    "a link that leads outside": linked,
    "a folder called a table": a_folder,
    "a table that is nearly called one": lambda where: folder(where, classes_csv="", class_csv=lines(CLASSES)),
}  # fmt: skip
