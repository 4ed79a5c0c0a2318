"""Importing official forms: what each item comes to, and every fault told at its cell."""

import csv
import io
import os
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import openpyxl
import pytest

from tests import official_forms as forms
from tests.support import ROOT, Run, tzcheck
from tzcheck import imports, output
from tzcheck.cells import ends_of_band
from tzcheck.errors import Problem, UsageFault
from tzcheck.form import Form, labelled
from tzcheck.form import forms as maps
from tzcheck.table import SCHOOLS, TABLES, WORKED_OUT
from tzcheck.value import read_values

Told = tuple[str, str, str]


def run(folder: Path, *paths: Path, lang: str = "en") -> Run:
    """`tzcheck import` of the files in `folder / in`, into `folder / out`."""
    return tzcheck("import", *(paths or [folder / "in"]), "-o", folder / "out", "--lang", lang)


def told(folder: Path, *paths: Path) -> list[Told]:
    """The problems of an import: severity, code, and where; without the query that every county form comes with."""
    found = imports.read(paths or [folder / "in"]).problems
    return [(one.severity, one.code, one.where()) for one in found if one.code != "import_meant"]


def table(folder: Path, name: str) -> list[list[str]]:
    """The rows of a table that was written, without the header."""
    return list(csv.reader(io.StringIO((folder / "out" / f"{name}.csv").read_text(encoding="utf-8-sig"))))[1:]


def school_row(found: imports.Imported, id: str = "2133000001") -> dict[str, str]:
    """The row of a school, without what is blank."""
    return next(row for row in found.tables["schools"] if row["school_id"] == id)


def lines(folder: Path, label: str) -> list[list[str]]:
    """The lines of the list that are about an item, from its cell on."""
    return [row[2:] for row in table(folder, "imported") if row[3] == label]


# --- sound forms ---------------------------------------------------------------------------------------------------


@pytest.fixture
def county(tmp_path: Path) -> Path:
    """A folder with the forms of a county: a primary school, a junior school, a nine-year school, the county."""
    forms.school(tmp_path / "in" / "一小.xlsx")
    forms.school(tmp_path / "in" / "一中.xlsx", forms.JUNIOR)
    forms.statistics(tmp_path / "in" / "实验.xlsx")
    forms.county(tmp_path / "in" / "区县.xlsx")
    return tmp_path


def test_sound_forms_become_tables_word_for_word(county: Path) -> None:
    found = run(county)
    assert found.code == 0
    assert found.out.splitlines()[-1] == (
        f"4 forms read, 163 cells taken, written to {county / 'out'}; imported.csv lists them cell by cell"
    )
    written = {path.name: path.read_bytes().decode() for path in sorted((county / "out").iterdir())}
    assert list(written) == [
        "class_bands.csv", "county.yaml", "imported.csv", "room_bands.csv", "schools.csv", "values.csv",
    ]  # fmt: skip
    assert written["schools.csv"] == (
        "\ufeff学校标识码,学校名称,办学类型,办别,城乡类型,是否寄宿制,规划建成年份,小学在校生数,初中在校生数,"
        "高中在校生数,小学班数,初中班数,高于规定学历教师数(小学),高于规定学历教师数(初中),县级以上骨干教师数(小学),"
        "县级以上骨干教师数(初中),体育艺术专任教师数(小学),体育艺术专任教师数(初中),专任教师数,"
        "持教师资格证专任教师数,五年360学时达标专任教师数,教学及辅助用房面积,室内体育用房面积,运动场地面积,"
        "教学仪器设备资产值(万元),网络多媒体教室数,公用经费预算总额,教师培训经费预算,核定公用经费学生数,"
        "划片范围内在校生数(小学),划片范围内在校生数(初中),进城务工人员随迁子女在校生数,"
        "是否人口密度过高的中心城区学校,地下、楼顶和校外租用运动场馆面积,"
        "体育艺术交流轮岗、兼职、走教教师数(小学),体育艺术交流轮岗、兼职、走教教师数(初中)\r\n"
        "3133000002,示例一中,初级中学,,,,2016,,520,,,11,,43,,7,,7,44,44,44,4300,0,6000,150,15,45.2,2.6,,,500,30,"
        "否,,,\r\n"
        "2133000001,示例一小,小学,,,,2016,430,,,10,,27,,6,,5,,28,28,27,2480.5,300,3600,98.76,12,45.2,2.6,,430,,61,"
        "否,,,\r\n"
        "3133000003,示例实验学校,九年一贯制学校,,镇区,,,690,560,,16,12,46,48,9,8,9,5,94,,,7400.5,650,9800,321.5,34,"
        ",,,,,,,,,\r\n"
    )
    assert written["room_bands.csv"] == (
        "\ufeff学校标识码,类别,面积段,间数\r\n"
        + "".join(
            f"{id},{kind},{band},{rooms}\r\n"
            for id in ("3133000002", "2133000001")
            for kind, band, rooms in (
                ("音乐", "≥96", 1), ("音乐", "73≤x<96", 1), ("音乐", "61≤x<73", 0), ("音乐", "<61", 1),
                ("美术", "≥90", 1), ("美术", "67≤x<90", 0), ("美术", "61≤x<67", 0), ("美术", "<61", 0),
            )
        )
    )  # fmt: skip
    assert written["values.csv"] == (
        "\ufeff指标键,数值\r\nspecial_ed_funds_per_student,7500\r\nteacher_salary,152300\r\n"
        "civil_servant_salary,151000\r\nrotation_eligible,400\r\nrotated,52\r\nrotated_backbone,12\r\n"
        "senior_places,900\r\nsenior_places_allocated,540\r\nsenior_places_rural,200\r\nmigrant_children,610\r\nmigrant_in_public,560\r\n"
        "migrant_in_purchased,20\r\ndisabled_children,212\r\ndisabled_enrolled,203\r\n"
    )
    assert written["county.yaml"] == (
        'county: {code: "339999", name: "示例县"}\n'
        "as_of: 2023-12-31  # 填报年度的最后一天 / the last day of the year of the form\n"
        "school_year: 2023\n"
    )


def test_bands_are_those_of_the_form_by_stage(county: Path) -> None:
    run(county)
    bands = ("≤25", "26-30", "31-35", "36-40", "41-45", "46-50", "51-55", "56-60", "61-65", "≥66")
    counts = {
        ("3133000002", "初中"): (0, 0, 0, 0, 1, 10, 0, 0, 0, 0),
        ("2133000001", "小学"): (0, 0, 0, 0, 8, 2, 0, 0, 0, 0),
        ("3133000003", "小学"): (0, 0, 1, 3, 12, 0, 0, 0, 0, 0),
        ("3133000003", "初中"): (0, 0, 0, 0, 4, 8, 0, 0, 0, 0),
    }
    assert table(county, "class_bands") == [
        [*key, band, str(count)] for key, row in counts.items() for band, count in zip(bands, row, strict=True)
    ]


def test_the_list_tells_of_every_cell_what_became_of_it(county: Path) -> None:
    run(county)
    assert (county / "out" / "imported.csv").read_text(encoding="utf-8-sig").splitlines()[0] == (
        "文件,工作表,单元格,项目,原值,表,行,列,写入值,方式"
    )
    sheet = next(row for row in table(county, "imported") if row[0] == "实验.xlsx" and row[2] == "F17")
    assert sheet == [
        "实验.xlsx", "教基5170_九年一贯制学校", "F17", "室内体育用房 × 本学年校舍建筑面积", "650", "schools",
        "3133000003", "indoor_sports_area", "650", "taken as it is",
    ]  # fmt: skip
    assert lines(county, "当地公务员年平均工资收入") == [
        ["E10", "当地公务员年平均工资收入", "15.1", "values", "civil_servant_salary", "value", "151000",
         "converted: 万元 → 元"],
    ]  # fmt: skip
    assert lines(county, "特殊教育学校学生人数") == [
        ["E8", "特殊教育学校学生人数", "120", "values", "special_ed_funds_per_student", "value", "7500",
         "computed: 特殊教育学校经费总额 ÷ 特殊教育学校学生人数"],
    ]  # fmt: skip
    assert [row[-2:] for row in lines(county, "硕士学历教师人数（初中）")] == [
        ["43", "computed: 本科学历教师人数（初中） + 硕士学历教师人数（初中） + 博士研究生学历教师人数（初中）"],
        ["", "not taken: blank"],
    ]
    assert [row[-1] for row in lines(county, "本届毕业学生人数")] == [
        "not taken: a school lacks it, so that the sum would be too small", "not taken: blank",
    ]  # fmt: skip
    assert [row[-1] for row in lines(county, "规定的小学生均公用经费标准")] == ["not taken: no table wants it"]
    assert [row[-1] for row in lines(county, "学校体育馆面积")] == [
        "not taken: only compared with 室内体育用房面积"
    ] * 2
    assert [row[-2:] for row in lines(county, "博士研究生 × 合计")] == [
        ["46", "blank, by which the form means 0"],
        ["48", "computed: 本科 × 合计 + 硕士研究生 × 合计 + 博士研究生 × 合计"],
    ]
    assert [row[0] for row in lines(county, "教室")] == ["F11"]


def test_every_filled_cell_of_a_form_of_rows_is_in_the_list(county: Path) -> None:
    run(county)
    listed = {row[2] for row in table(county, "imported") if row[0] == "一小.xlsx"}
    filled = {f"E{number + 1}" for number, *_, value in forms.SCHOOL if value is not None}
    assert filled <= listed


def test_what_was_imported_can_be_validated_and_checked(county: Path) -> None:
    run(county)
    valid = tzcheck("validate", county / "out", "--lang", "en")
    assert (valid.code, valid.out.splitlines()[-1]) == (0, "5 files, 73 rows, no errors")
    checked = tzcheck("check", county / "out", "--standard", "balanced", "--format", "json", "--lang", "en")
    found = {id: (one["verdict"], one["checked"], one["breaches"]) for id, one in checked.indicators("示例县").items()}
    assert {id: found[f"balanced.{id}"] for id in ("1", "2", "3", "6", "11", "12", "14", "18", "21", "22", "24")} == {
        "1": ("met", 4, 0), "2": ("met", 4, 0), "3": ("unmet", 4, 1), "6": ("met", 4, 0), "11": ("met", 3, 0),
        "12": ("unmet", 40, 1), "14": ("met", 1, 0), "18": ("met", 1, 0), "21": ("undetermined", 1, 0),
        "22": ("undetermined", 1, 0), "24": ("met", 1, 0),
    }  # fmt: skip
    assert found["balanced.23"][0] == "undetermined"  # the nine-year school gave no form with its leavers
    assert found["balanced.20"][0] == "undetermined"  # the forms do not say who runs a school


def test_the_list_says_it_in_chinese_too(county: Path) -> None:
    assert run(county, lang="zh").out.splitlines()[-1].startswith("读取 4 份表，取用 163 个单元格，写入 ")
    assert [row[-1] for row in lines(county, "当地公务员年平均工资收入")] == ["换算：万元 → 元"]


def test_sheets_are_read_by_their_labels_wherever_they_stand(tmp_path: Path) -> None:
    forms.statistics(tmp_path / "in" / "a.xlsx")
    forms.statistics(tmp_path / "moved" / "a.xlsx", down=7)
    known, moved = imports.read([tmp_path / "in"]), imports.read([tmp_path / "moved"])
    assert moved.tables == known.tables
    assert known.tables["schools"] != []
    assert [one.code for one in known.problems] == ["import_no_county"]
    told_of = [(one.severity, one.code, one.cell) for one in moved.problems if one.code == "import_moved"]
    assert ("query", "import_moved", "F17") in told_of  # 教学及辅助用房, which is at F10 elsewhere
    assert len(told_of) == len([item for item in _map("jiaoji_2021").items.values() if item.known]) - 1  # 高中


def test_a_moved_value_is_told_with_both_cells(tmp_path: Path) -> None:
    forms.statistics(tmp_path / "in" / "a.xlsx", down=1)
    assert (
        "query a.xlsx!教基5176_九年一贯制学校!D20  教学仪器设备资产值 × 学校产权 is at D20, "
        "in the known layout at D19; it was taken by its labels, look at it"
    ) in run(tmp_path).out


def _map(id: str) -> Form:
    return next(form for form in maps() if form.id == id)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_form_of_rows_may_be_a_csv(tmp_path: Path, encoding: str) -> None:
    rows = [forms.HEADER, *((*row[:4], "" if row[4] is None else row[4], "是", "") for row in forms.SCHOOL)]
    out = io.StringIO()
    csv.writer(out).writerows([["2023年学校采集表"], [], *rows])
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.csv").write_text(out.getvalue(), encoding=encoding, newline="")
    forms.school(tmp_path / "workbook" / "a.xlsx")
    assert imports.read([tmp_path / "in"]).tables == imports.read([tmp_path / "workbook"]).tables


def test_a_form_of_rows_may_be_an_ods(tmp_path: Path) -> None:
    def row(cells: tuple[Any, ...]) -> str:
        filled = ("" if cell is None else f"<text:p>{escape(str(cell))}</text:p>" for cell in cells)
        each = "".join(f'<table:table-cell office:value-type="string">{cell}</table:table-cell>' for cell in filled)
        return f"<table:table-row>{each}</table:table-row>"

    kinds = {"office": "office", "table": "table", "text": "text"}
    names = " ".join(f'xmlns:{id}="urn:oasis:names:tc:opendocument:xmlns:{kind}:1.0"' for id, kind in kinds.items())
    sheet = "".join(map(row, [forms.HEADER, *forms.SCHOOL]))
    (tmp_path / "in").mkdir()
    with zipfile.ZipFile(tmp_path / "in" / "a.ods", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr(
            "content.xml",
            f"<office:document-content {names}><office:body><office:spreadsheet>"
            f'<table:table table:name="采集表">{sheet}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )
    forms.school(tmp_path / "workbook" / "a.xlsx")
    assert imports.read([tmp_path / "in"]).tables == imports.read([tmp_path / "workbook"]).tables


def test_several_schools_may_be_sheets_of_one_workbook(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(forms.school(tmp_path / "in" / "a.xlsx"))
    second = book.copy_worksheet(book.worksheets[0])
    for number, value in forms.JUNIOR.items():
        second.cell(number + 1, 5, value)
    book.create_sheet("填表说明")["A1"] = "请于9月20日前报送"
    book.save(tmp_path / "in" / "a.xlsx")
    assert [row["school"] for row in imports.read([tmp_path / "in"]).tables["schools"]] == ["示例一小", "示例一中"]
    assert ("query", "import_unknown_form", "a.xlsx!填表说明") in told(tmp_path)


def _merge(sheet: Any) -> None:
    sheet.insert_rows(1, 2)
    sheet["A1"] = "学校采集表"
    sheet.merge_cells("A1:G1")
    sheet.merge_cells("B4:B12")
    for row in range(4, 71):
        sheet.cell(row, 6, None)
        sheet.merge_cells(start_row=row, end_row=row, start_column=5, end_column=7)
    sheet["A72"] = "注：本表由学校填写"
    sheet.merge_cells("A72:G72")


def _wide(sheet: Any) -> None:
    for row in sheet.iter_rows(min_row=2, min_col=3, max_col=5):
        row[0].value = " " + row[0].value.replace("（", "(").replace("）", ") ").replace("㎡", "m2") + "："
        if isinstance(row[2].value, int | float):
            row[2].value = str(row[2].value).translate(str.maketrans("0123456789.", "０１２３４５６７８９．"))


def _shuffled(sheet: Any) -> None:
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    for at, row in enumerate(reversed(rows), start=2):
        for column, value in enumerate(row, start=1):
            sheet.cell(at, column).value = value


def _other_unit(sheet: Any) -> None:
    sheet["D52"], sheet["E52"] = "元", "987,600"


def _unit_and_value_in_one(sheet: Any) -> None:
    for row in (2, 3, 4):
        sheet.cell(row, 4).value = sheet.cell(row, 5).value
        sheet.merge_cells(start_row=row, end_row=row, start_column=4, end_column=5)


def _not_in_the_corner(sheet: Any) -> None:
    sheet.insert_cols(1, 3)
    sheet.insert_rows(1, 4)


@pytest.mark.parametrize("change", [_merge, _wide, _shuffled, _other_unit, _unit_and_value_in_one, _not_in_the_corner])
def test_the_same_form_written_otherwise_comes_to_the_same(tmp_path: Path, change: Callable[[Any], None]) -> None:
    forms.school(tmp_path / "plain" / "a.xlsx")
    forms.edited(forms.school(tmp_path / "in" / "a.xlsx"), change)
    plain, found = imports.read([tmp_path / "plain"]), imports.read([tmp_path / "in"])
    assert found.tables == plain.tables
    assert [one.code for one in found.problems] == ["import_no_county"]


def test_a_cell_is_named_as_in_the_sheet_wherever_the_form_begins(tmp_path: Path) -> None:
    path = forms.edited(forms.school(tmp_path / "in" / "a.xlsx"), _not_in_the_corner)
    forms.edited(path, _cell("H15", "约430"))
    assert ("error", "bad_cell", "a.xlsx!采集表!H15") in told(tmp_path)


def test_a_converted_unit_is_in_the_list(tmp_path: Path) -> None:
    forms.edited(forms.school(tmp_path / "in" / "a.xlsx"), _other_unit)
    run(tmp_path)
    assert lines(tmp_path, "教学仪器设备资产值（账面原值）")[0][-2:] == ["98.76", "converted: 元 → 万元"]


def test_two_kinds_of_forms_of_a_school_fill_one_row(tmp_path: Path) -> None:
    """The collection form has no numbers by stage of a nine-year school; the statistics have them."""
    both = {1: "示例实验学校", 2: "九年一贯制", 3: 3133000003, 11: 560, 10: 690, 26: 94, 34: 17, 45: 7400.5, 46: 650}
    rest = {14: 560, 47: 650, 48: 9800, 51: 321.5, 52: 34, 27: 4, 28: 38, 29: 40, 30: 4, 31: 7, 33: 1}
    cohort = dict.fromkeys(range(64, 69), 0)
    forms.school(tmp_path / "in" / "a.xlsx", {**both, **rest, **cohort})
    alone = imports.read([tmp_path / "in"])
    assert {key: value for key, value in school_row(alone, "3133000003").items() if "backbone" in key} == {}
    assert alone.tables["class_bands"] == []
    assert told(tmp_path) == [
        ("query", "import_no_county", ""), ("query", "import_whole_school", "a.xlsx!采集表"),
    ]  # fmt: skip
    forms.statistics(tmp_path / "in" / "b.xlsx")
    found = imports.read([tmp_path / "in"])
    assert [one.code for one in found.problems] == ["import_no_county"]
    row = school_row(found, "3133000003")
    assert (row["backbone_primary"], row["backbone_junior"], row["certified"]) == ("9", "8", "28")
    assert len(found.tables["class_bands"]) == 20


def test_none_in_the_whole_school_is_none_in_each_stage(tmp_path: Path) -> None:
    forms.school(tmp_path / "in" / "a.xlsx", {2: "九年一贯制", 34: 0, 11: 300})
    row = school_row(imports.read([tmp_path / "in"]))
    assert (row["backbone_primary"], row["backbone_junior"], row.get("pe_art_primary")) == ("0", "0", None)


@pytest.mark.parametrize(
    ("answers", "year"),
    [
        ({5: "是", 6: "是"}, "2010"),
        ({5: "否", 6: "是"}, "2016"),
        ({5: "否", 6: "否"}, None),
        ({5: "有", 6: "y"}, "2010"),
    ],
)
def test_a_bound_of_the_year_is_written_as_its_latest_year(
    tmp_path: Path, answers: dict[int, str], year: str | None
) -> None:
    forms.school(tmp_path / "in" / "a.xlsx", answers)
    assert school_row(imports.read([tmp_path / "in"])).get("planned_year") == year


def test_what_the_relaxations_ask_for_goes_to_its_columns(tmp_path: Path) -> None:
    asked = {7: "是", 8: "是", 10: 80, 13: 80, 41: 1, 42: 0, 43: 1, 44: 0, 49: 500, 50: 120.5}
    forms.school(tmp_path / "in" / "a.xlsx", asked)
    row = school_row(imports.read([tmp_path / "in"]))
    wanted = {"dense_centre": "是", "area": "乡村", "pe_art_shared_primary": "2", "other_sports_area": "620.5"}
    assert {key: row.get(key) for key in wanted} == wanted
    assert row["migrant_students"] == "61"


@pytest.mark.parametrize(
    ("funds", "students", "written"),
    [
        (720000, 120, "6000"),
        (719999.99, 120, "5999.999916"),
        (100, 3, "33.333333"),
        (0, 120, "0"),
        (0, 0, None),
        ("", "", "? ÷ ?"),
        ("", 120, "? ÷ 120"),
        (720000, "约120", "720000 ÷ 约120"),
        (720000, 0, "720000 ÷ 0"),
    ],
)
def test_funds_per_student_are_cut_off_and_what_is_none_is_written_as_it_stands(
    tmp_path: Path, funds: Any, students: Any, written: str | None
) -> None:
    forms.county(tmp_path / "in" / "a.xlsx", {6: funds, 7: students})
    values = {row["key"]: row["value"] for row in imports.read([tmp_path / "in"]).tables["values"]}
    assert values.get("special_ed_funds_per_student") == written


# --- faults, one by one --------------------------------------------------------------------------------------------


def _without(number: int) -> Callable[[Any], None]:
    return lambda sheet: sheet.delete_rows(number + 1)


def _cell(at: str, value: Any) -> Callable[[Any], None]:
    def change(sheet: Any) -> None:
        sheet[at] = value

    return change


def _again(label: str, value: Any) -> Callable[[Any], None]:
    def change(sheet: Any) -> None:
        sheet["C70"], sheet["E70"] = label, value

    return change


FAULTS: dict[str, tuple[Callable[[Any], None], list[Told], str, str | None]] = {
    "an item that is missing": (
        _without(26), [("error", "import_no_item", "a.xlsx!采集表")], "teachers", None,
    ),
    "an item twice with different values": (
        _again("小学学生人数", 431), [("error", "import_twice", "a.xlsx!采集表!E70")], "students_primary", None,
    ),
    "an item twice with one value": (_again("小学学生人数", "４３０"), [], "students_primary", "430"),
    "an item twice, once blank": (_again("小学学生人数", None), [], "students_primary", "430"),
    "a text for a number": (
        _cell("E11", "约430"), [("error", "bad_cell", "a.xlsx!采集表!E11")], "students_primary", None,
    ),
    "half a person": (_cell("E11", 430.5), [("error", "bad_cell", "a.xlsx!采集表!E11")], "students_primary", None),
    "less than nothing": (_cell("E46", -5), [("error", "bad_cell", "a.xlsx!采集表!E46")], "teaching_area", None),
    "minus one": (_cell("E46", -1), [("error", "bad_cell", "a.xlsx!采集表!E46")], "teaching_area", None),
    "a part of a sum that is no number": (
        _cell("E29", "二十"), [("error", "bad_cell", "a.xlsx!采集表!E29")], "above_degree_primary", None,
    ),
    "a part of a sum that is blank": (
        _cell("E31", None), [("error", "import_blank", "a.xlsx!采集表!E31")], "above_degree_primary", None,
    ),
    "a blank": (_cell("E27", None), [("error", "import_blank", "a.xlsx!采集表!E27")], "teachers", None),
    "a sign for nothing": (_cell("E27", "无"), [("error", "import_blank", "a.xlsx!采集表!E27")], "teachers", None),
    "a sign for nothing where nothing is wanted": (
        _cell("E51", "/"), [("query", "nothing_sign", "a.xlsx!采集表!E51")], "other_sports_area", None,
    ),
    "one of two that are added, and neither is a must": (
        _cell("E50", 200), [("query", "import_partly_blank", "a.xlsx!采集表!E51")], "other_sports_area", None,
    ),
    "a wrong number of the row": (
        _cell("A11", 11), [("query", "import_number", "a.xlsx!采集表!A11")], "students_primary", "430",
    ),
    "a type that is none": (
        _cell("E3", "完小"), [("error", "bad_code", "a.xlsx!采集表!E3"), ("query", "import_sum_lacks", "")],
        "backbone_primary", None,
    ),
    "an answer that is none": (
        _cell("E8", "不清楚"), [("error", "bad_code", "a.xlsx!采集表!E8")], "dense_centre", None,
    ),
    "answers that contradict each other": (
        lambda sheet: (_cell("E6", "是")(sheet), _cell("E7", "否")(sheet)),
        [("error", "import_contradiction", "a.xlsx!采集表!E7")], "planned_year", None,
    ),
    "an item that is not of the form": (
        _again("在校生近视人数", 77), [("query", "import_unknown_item", "a.xlsx!采集表!E70")], "teachers", "28",
    ),
    "a unit of another kind": (
        _cell("D46", "亩"), [("error", "import_unit", "a.xlsx!采集表!D46")], "teaching_area", None,
    ),
    "an error of Excel": (_cell("E27", "#REF!"), [("error", "import_faulty", "a.xlsx!采集表!E27")], "teachers", None),
    "a formula without a result": (
        _cell("E27", "=20+8"), [("error", "import_no_result", "a.xlsx!采集表!E27")], "teachers", None,
    ),
    "a sports hall that is not the indoor sports room": (
        _cell("E48", 900), [("query", "import_not_same", "a.xlsx!采集表!E48")], "indoor_sports_area", "300",
    ),
    "a code that Excel has shortened": (
        _cell("E4", "2.13E+09"), [("error", "bad_cell", "a.xlsx!采集表!E4")], "school", "示例一小",
    ),
    "two values in one merged cell": (
        lambda sheet: sheet.merge_cells("E27:E28"), [("error", "import_blank", "a.xlsx!采集表!E28")],
        "above_degree_primary", None,
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_told_at_its_cell_and_the_rest_is_taken(tmp_path: Path, fault: str) -> None:
    change, problems, column, written = FAULTS[fault]
    forms.edited(forms.school(tmp_path / "in" / "a.xlsx"), change)
    forms.county(tmp_path / "in" / "b.xlsx")
    assert told(tmp_path) == problems
    (row,) = imports.read([tmp_path / "in"]).tables["schools"]
    assert row.get(column) == written
    assert run(tmp_path).code == (3 if any(severity == "error" for severity, *_ in problems) else 0)
    assert (row["multimedia_rooms"], len(table(tmp_path, "values"))) == ("12", 14)


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (_without(26), "error a.xlsx!采集表  the item 专任教师总人数 was not found"),
        (_again("小学学生人数", 431),
         "error a.xlsx!采集表!E70  小学学生人数 is there twice, 430 at a.xlsx!采集表!E11 and 431 here; "
         "neither was taken"),
        (_cell("E11", "约430"),
         "error a.xlsx!采集表!E11  小学学生人数 is 约430; it should be a whole number of 0 or more (人)"),
        (_cell("A11", 11),
         "query a.xlsx!采集表!A11  the number of 小学学生人数 is 11, should be 10; it was taken by its label"),
        (_cell("E3", "完小"),
         "error a.xlsx!采集表!E3  学校类型 is 完小; it should be one of 小学, 小学教学点, 初级中学, 九年一贯制学校, "
         "十二年一贯制学校, 完全中学, 高级中学, 特殊教育学校, 中等职业学校"),
        (_cell("E27", None), "error a.xlsx!采集表!E27  专任教师总人数 must be filled in, but is blank"),
        (_cell("D46", "亩"),
         "error a.xlsx!采集表!D46  the unit of 教学及辅助用房总面积 is 亩, should be 平方米; it was not taken"),
        (_cell("E48", 900),
         "query a.xlsx!采集表!E48  学校体育馆面积 is 900, 室内体育用房面积 (E47) is 300; they should be the same, "
         "the latter was taken"),
    ],
)  # fmt: skip
def test_a_fault_is_told_word_for_word(tmp_path: Path, fault: Callable[[Any], None], message: str) -> None:
    forms.edited(forms.school(tmp_path / "in" / "a.xlsx"), fault)
    assert message in run(tmp_path).out.splitlines()


def test_more_rooms_of_a_size_than_rooms_are_an_error(tmp_path: Path) -> None:
    forms.school(tmp_path / "in" / "a.xlsx", {53: 1})
    found = imports.read([tmp_path / "in"])
    assert [(one.code, one.cell, one.value) for one in found.problems if one.severity == "error"] == [
        ("import_negative", "E57", "-1")
    ]
    assert [(row["band"], row.get("rooms")) for row in found.tables["room_bands"]][:4] == [
        ("≥96", None), ("73≤x<96", None), ("61≤x<73", None), ("<61", None),
    ]  # fmt: skip
    assert [(row["band"], row.get("rooms")) for row in found.tables["room_bands"]][4:] == [
        ("≥90", "1"), ("67≤x<90", "0"), ("61≤x<67", "0"), ("<61", "0"),
    ]  # fmt: skip


def test_two_schools_with_one_code_are_an_error_and_the_first_stands(tmp_path: Path) -> None:
    forms.school(tmp_path / "in" / "a.xlsx")
    forms.school(tmp_path / "in" / "b.xlsx", {1: "示例二小", 10: 999})
    found = imports.read([tmp_path / "in"])
    assert [(row["school"], row["students_primary"]) for row in found.tables["schools"]] == [("示例一小", "430")]
    assert told(tmp_path)[0] == ("error", "import_same_school", "b.xlsx!采集表!E4")
    assert run(tmp_path).code == 3
    assert {row[-1] for row in table(tmp_path, "imported") if row[0] == "b.xlsx"} == {
        "not taken: a.xlsx!采集表 has the same school code"
    }


def test_a_school_without_a_code_is_written_so_that_validation_refuses_it(tmp_path: Path) -> None:
    forms.school(tmp_path / "in" / "a.xlsx", {3: None})
    forms.county(tmp_path / "in" / "b.xlsx")
    found = run(tmp_path)
    assert found.code == 3
    assert table(tmp_path, "schools")[0][:3] == ["", "示例一小", "小学"]
    assert not (tmp_path / "out" / "class_bands.csv").exists()
    assert tzcheck("validate", tmp_path / "out").code == 3


def test_a_sum_that_lacks_a_school_is_not_written(tmp_path: Path) -> None:
    forms.school(tmp_path / "in" / "a.xlsx", forms.JUNIOR)
    forms.school(tmp_path / "in" / "b.xlsx", {**forms.JUNIOR, 1: "示例二中", 3: 3133000009, 64: "约100"})
    forms.edited(forms.school(tmp_path / "in" / "c.xlsx", {**forms.JUNIOR, 3: 3133000008}), _without(65))
    found = imports.read([tmp_path / "in"])
    assert {row["key"]: row["value"] for row in found.tables["values"]} == {
        "junior_transferred_in": "12", "junior_transferred_out": "15", "junior_died": "3",
    }  # fmt: skip
    assert [one.message("en") for one in found.problems if one.code == "import_sum_lacks"] == [
        f"the sums of {label} were not written: missing in {school}, so that they would be too small"
        for label, school in (("本届毕业学生人数", "示例二中"), ("毕业年级初一时在校学生数", "示例一中"))
    ]


def test_forms_that_differ_leave_the_cell_blank(tmp_path: Path) -> None:
    both = {2: "九年一贯制", 3: 3133000003, 1: "实验学校", 10: 690, 11: 561}
    forms.school(tmp_path / "in" / "a.xlsx", {**forms.JUNIOR, **both})
    forms.statistics(tmp_path / "in" / "b.xlsx")
    found = imports.read([tmp_path / "in"])
    row = school_row(found, "3133000003")
    assert (row["school"], row["students_primary"], row.get("students_junior")) == ("实验学校", "690", None)
    differ = [(one.severity, one.cell, one.value) for one in found.problems if one.code == "import_differs"]
    assert ("error", "E6", "560") in differ
    assert ("query", "C4", "示例实验学校") in differ
    run(tmp_path)
    assert lines(tmp_path, "初中学生人数")[0][-2:] == ["", "not taken: the forms differ"]


def test_one_county_is_imported_at_a_time(tmp_path: Path) -> None:
    forms.county(tmp_path / "in" / "a.xlsx")
    forms.county(tmp_path / "in" / "b.xlsx", {1: "另一县", 2: 339998})
    assert told(tmp_path) == [("error", "import_second_county", "b.xlsx!采集表")]
    assert "另一县" not in (imports.read([tmp_path / "in"]).county or "")


@pytest.mark.parametrize("year", ["2023学年", "23", "二〇二三", "2022-2023"])
def test_a_year_that_is_none_gives_no_day(tmp_path: Path, year: str) -> None:
    forms.county(tmp_path / "in" / "a.xlsx", {3: year})
    assert told(tmp_path) == [("error", "bad_cell", "a.xlsx!采集表!E4")]
    assert imports.read([tmp_path / "in"]).county == 'county: {code: "339999", name: "示例县"}\n'


@pytest.mark.parametrize("year", ["2023", "2023年", "２０２３年度"])
def test_a_year_is_read_however_it_is_written(tmp_path: Path, year: str) -> None:
    forms.county(tmp_path / "in" / "a.xlsx", {3: year})
    assert "school_year: 2023\n" in (imports.read([tmp_path / "in"]).county or "")


def test_a_year_before_the_form_was_in_use_is_a_query(tmp_path: Path) -> None:
    forms.county(tmp_path / "in" / "a.xlsx", {3: 2016})
    assert told(tmp_path) == [("query", "import_version", "a.xlsx!采集表!E4")]


def test_a_sheet_that_is_missing_is_told_once(tmp_path: Path) -> None:
    forms.statistics(tmp_path / "in" / "a.xlsx", leave_out=("教基5176", "教基4156"))
    found = imports.read([tmp_path / "in"])
    assert [(one.code, one.value) for one in found.problems if one.severity == "error"] == [
        ("import_no_sheet", "教基4156"), ("import_no_sheet", "教基5176"),
    ]  # fmt: skip
    row = school_row(found, "3133000003")
    assert (row["teaching_area"], row.get("sports_ground_area"), row.get("teachers")) == ("7400.5", None, None)


def _sheet(name: str, at: str, value: Any) -> Callable[[Any], None]:
    def change(book: Any) -> None:
        book[f"{name}_九年一贯制学校"][at] = value

    return change


@pytest.mark.parametrize(
    ("change", "problem", "column", "written"),
    [
        (_sheet("教基5170", "F3", "校舍面积"), ("error", "import_no_item", "a.xlsx"), "teaching_area", None),
        (_sheet("教基5170", "F10", "约7000"),
         ("error", "bad_cell", "a.xlsx!教基5170_九年一贯制学校!F10"), "teaching_area", None),
        (_sheet("教基5170", "F10", None),
         ("error", "import_blank", "a.xlsx!教基5170_九年一贯制学校!F10"), "teaching_area", None),
        (_sheet("教基5176", "A20", "运动场地面积"), None, "sports_ground_area", "9800"),
        (_sheet("教基3112", "I4", "小计"), ("error", "import_no_item", "a.xlsx"), "students_primary", None),
        (_sheet("教基5176", "D17", -1),
         ("error", "import_blank", "a.xlsx!教基5176_九年一贯制学校!D17"), "multimedia_rooms", None),
        (_sheet("教基4155", "P6", 1),
         ("error", "import_parts", "a.xlsx!教基4155_九年一贯制学校!M6"), "pe_art_primary", None),
        (_sheet("教基1001", "C25", "111 幼儿园"),
         ("error", "bad_code", "a.xlsx!教基1001_九年一贯制学校!C25"), "type", None),
        (_sheet("教基1001", "C5", None),
         ("error", "import_blank", "a.xlsx!教基1001_九年一贯制学校!C5"), "school", "示例实验学校"),
    ],
)  # fmt: skip
def test_a_fault_in_a_sheet_is_told_at_its_cell(
    tmp_path: Path, change: Callable[[Any], None], problem: Told | None, column: str, written: str | None
) -> None:
    book = openpyxl.load_workbook(forms.statistics(tmp_path / "in" / "a.xlsx"))
    change(book)
    book.save(tmp_path / "in" / "a.xlsx")
    errors = {one for one in told(tmp_path) if one[0] == "error"}
    assert errors == ({problem} if problem else set())
    (row,) = imports.read([tmp_path / "in"]).tables["schools"]
    assert row.get(column) == written


def test_a_label_twice_in_a_sheet_with_different_values_is_an_error(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(forms.statistics(tmp_path / "in" / "a.xlsx"))
    sheet = book["教基5176_九年一贯制学校"]
    sheet["A20"], sheet["D20"] = "运动场地面积", 9900
    book.save(tmp_path / "in" / "a.xlsx")
    assert ("error", "import_twice", "a.xlsx!教基5176_九年一贯制学校!D20") in told(tmp_path)
    assert "sports_ground_area" not in school_row(imports.read([tmp_path / "in"]), "3133000003")


def test_blanks_of_a_sheet_that_nobody_filled_in_are_no_zeros(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(forms.statistics(tmp_path / "in" / "a.xlsx"))
    for row in book["教基2106_九年一贯制学校"].iter_rows(min_row=5, min_col=3):
        for cell in row:
            cell.value = None
    book.save(tmp_path / "in" / "a.xlsx")
    found = imports.read([tmp_path / "in"])
    assert {row["stage"] for row in found.tables["class_bands"]} == {"初中"}
    assert "classes_primary" not in school_row(found, "3133000003")


def test_junior_teachers_of_a_school_with_a_senior_stage_must_stand_in_a_block_of_their_own(tmp_path: Path) -> None:
    path = forms.statistics(tmp_path / "in" / "a.xlsx", kind="完全中学", leave_out=("教基3112", "教基2106", "教基4155"))
    book = openpyxl.load_workbook(path)
    book["教基1001_完全中学"]["C25"] = "341 完全中学"
    senior = book.create_sheet("教基3118_完全中学")
    for at, value in {"A6": "总计", "E3": "在校生数", "E4": "合计", "E6": 800}.items():
        senior[at] = value
    book.save(path)
    row = school_row(imports.read([tmp_path / "in"]), "3133000003")
    assert (row["students_senior"], row.get("above_degree_junior"), row.get("pe_art_junior")) == ("800", None, None)
    sheet = book["教基4156_完全中学"]
    sheet.insert_cols(1)
    sheet["A6"], sheet["A10"], sheet["B20"], sheet["D20"] = "初中", "初中", "本科", 61
    sheet.merge_cells("A10:A13")
    sheet["A20"] = "高中"
    book.save(path)
    row = school_row(imports.read([tmp_path / "in"]), "3133000003")
    assert (row["above_degree_junior"], row["pe_art_junior"]) == ("48", "5")


# --- doubt is no pass ----------------------------------------------------------------------------------------------


def verdicts(folder: Path, *ids: str) -> dict[str, str]:
    """The verdicts of indicators on what was imported."""
    checked = tzcheck("check", folder / "out", "--standard", "balanced", "--format", "json", "--lang", "en")
    return {id: checked.indicators("示例县")[f"balanced.{id}"]["verdict"] for id in ids}


def cells(rows: list[dict[str, str]], column: str, **keys: str) -> list[str | None]:
    """What a column has in the rows of a table with those keys."""
    return [row.get(column) for row in rows if all(row.get(key) == one for key, one in keys.items())]


@pytest.mark.parametrize(
    ("values", "indicator", "verdict"),
    [
        ({20: 8, 21: 2}, "12", "unmet"), ({20: 10, 21: 0}, "12", "met"),
        ({20: 10, 21: 0, 22: "约1", 15: None}, "12", "undetermined"), ({20: 10, 21: 0, 22: None}, "12", "undetermined"),
        ({}, "10", "met"), ({54: "约1"}, "10", "undetermined"), ({53: 1}, "10", "undetermined"),
    ],
)  # fmt: skip
def test_a_band_that_was_not_read_is_a_row_without_a_number(
    tmp_path: Path, values: dict[int, Any], indicator: str, verdict: str
) -> None:
    forms.school(tmp_path / "in" / "a.xlsx", values)
    forms.county(tmp_path / "in" / "b.xlsx")
    run(tmp_path)
    assert verdicts(tmp_path, indicator) == {indicator: verdict}
    assert (len(table(tmp_path, "class_bands")), len(table(tmp_path, "room_bands"))) == (10, 8)


def test_a_band_of_the_statistics_that_was_not_read_is_a_row_without_a_number(tmp_path: Path) -> None:
    def change(sheets: Any) -> None:
        sheets["教基2107"]["C12"], sheets["教基2107"]["C5"] = "约2", None
        sheets["教基2106"].delete_rows(12)

    forms.changed(forms.statistics(tmp_path / "in" / "a.xlsx"), change)
    forms.county(tmp_path / "in" / "b.xlsx")
    run(tmp_path)
    assert verdicts(tmp_path, "12") == {"12": "undetermined"}
    rows = imports.read([tmp_path / "in"]).tables["class_bands"]
    assert cells(rows, "classes", stage="初中", band="51-55") == [None]
    assert cells(rows, "classes", stage="小学", band="51-55") == [None]
    assert cells(rows, "classes", stage="小学", band="41-45") == ["12"]


def test_sums_are_written_where_every_junior_school_gave_its_form(tmp_path: Path) -> None:
    forms.school(tmp_path / "in" / "a.xlsx", forms.JUNIOR)
    forms.school(tmp_path / "in" / "b.xlsx")
    forms.county(tmp_path / "in" / "c.xlsx")
    run(tmp_path)
    assert table(tmp_path, "values")[-5:] == [
        ["junior_graduates", "168"], ["junior_entrants", "171"], ["junior_transferred_in", "4"],
        ["junior_transferred_out", "5"], ["junior_died", "1"],
    ]  # fmt: skip
    assert [row[-1] for row in lines(tmp_path, "本届毕业学生人数")] == ["sum over 1 schools", "not taken: blank"]
    assert verdicts(tmp_path, "23") == {"23": "met"}


def _damaged(folder: Path) -> None:
    (folder / "二中.xlsx").write_bytes(b"PK" * 50)


def _twin(folder: Path) -> None:
    forms.school(folder / "二中.xlsx", forms.JUNIOR)


def _unknown_type(folder: Path) -> None:
    forms.statistics(folder / "二中.xlsx", leave_out=("教基1001",))


def _linked(folder: Path) -> None:
    forms.school(folder.parent / "elsewhere" / "二中.xlsx", {**forms.JUNIOR, 3: 3133000009})
    (folder / "more").symlink_to(folder.parent / "elsewhere")


def _faulty(folder: Path) -> None:
    forms.school(folder / "一小.xlsx", {64: "#REF!"})


@pytest.mark.parametrize(
    "more", [lambda folder: forms.statistics(folder / "实验.xlsx"), _damaged, _twin, _unknown_type, _linked, _faulty]
)
def test_no_sum_is_written_where_a_junior_school_may_be_missing(tmp_path: Path, more: Callable[[Path], Any]) -> None:
    forms.school(tmp_path / "in" / "a.xlsx", forms.JUNIOR)
    forms.county(tmp_path / "in" / "c.xlsx")
    more(tmp_path / "in")
    found = imports.read([tmp_path / "in"])
    assert "junior_graduates" not in [row["key"] for row in found.tables["values"]]
    assert [one.code for one in found.problems].count("import_sum_lacks") == 1


def _second_school(sheet: Any) -> None:
    sheet["F1"] = "填报值"
    for row in range(2, 70):
        sheet.cell(row, 6).value = sheet.cell(row, 5).value
    sheet["F2"], sheet["F4"] = "示例二小", 2133000077


def test_a_second_column_of_values_is_an_error_and_neither_is_taken(tmp_path: Path) -> None:
    forms.edited(forms.school(tmp_path / "in" / "a.xlsx"), _second_school)
    forms.county(tmp_path / "in" / "b.xlsx")
    assert told(tmp_path) == [("error", "import_two_columns", "a.xlsx!采集表!F1")]
    assert imports.read([tmp_path / "in"]).tables["schools"] == []


def _csv_form(path: Path, change: Callable[[str], str]) -> None:
    rows = [forms.HEADER, *((*row[:4], "" if row[4] is None else row[4], "是", "") for row in forms.SCHOOL)]
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(change(out.getvalue()), encoding="utf-8", newline="")


def test_a_comma_in_a_number_of_a_csv_does_not_make_another_number(tmp_path: Path) -> None:
    _csv_form(tmp_path / "in" / "a.csv", lambda text: text.replace("人,430,是", "人,1,430,是", 1))
    forms.county(tmp_path / "in" / "b.xlsx")
    assert told(tmp_path) == [("error", "import_shifted", "a.csv!E11"), ("query", "import_aside", "a.csv!F11")]
    assert "students_primary" not in school_row(imports.read([tmp_path / "in"]))
    _csv_form(tmp_path / "in" / "a.csv", lambda text: text.replace("人,430,是", '人,"1,430",是', 1))
    assert school_row(imports.read([tmp_path / "in"]))["students_primary"] == "1430"


def test_what_stands_beside_the_values_is_listed_and_a_number_there_is_told(tmp_path: Path) -> None:
    def change(sheet: Any) -> None:
        sheet["F50"], sheet["G50"], sheet["A72"] = 500, "见租赁合同", "注：由学校填写"

    forms.edited(forms.school(tmp_path / "in" / "a.xlsx"), change)
    forms.county(tmp_path / "in" / "b.xlsx")
    assert told(tmp_path) == [("query", "import_aside", "a.xlsx!采集表!F50")]
    run(tmp_path)
    aside = [row[2:5] for row in table(tmp_path, "imported") if row[-1] == "not taken: beside the column of values"]
    assert aside == [
        ["F50", "校外租赁场馆面积", "500"], ["G50", "校外租赁场馆面积", "见租赁合同"], ["A72", "", "注：由学校填写"],
    ]  # fmt: skip


def test_a_cell_beyond_the_header_is_an_error(tmp_path: Path) -> None:
    forms.edited(forms.school(tmp_path / "in" / "a.xlsx"), _cell("J50", 500))
    forms.county(tmp_path / "in" / "b.xlsx")
    assert told(tmp_path) == [("error", "import_beyond", "a.xlsx!采集表!J50")]


def _unit_in_header(sheet: Any) -> None:
    sheet.delete_cols(4)
    sheet["D1"], sheet["D52"], sheet["D62"], sheet["D63"], sheet["D64"] = "填报值（元）", 987600, 452000, 449000, 26000


def _unit_in_title(sheet: Any) -> None:
    _unit_in_header(sheet)
    sheet["D1"] = "填报值"
    sheet.insert_rows(1)
    sheet["A1"] = "单位：元"


def _unit_in_label(sheet: Any) -> None:
    sheet["C52"], sheet["D52"], sheet["E52"] = "教学仪器设备资产值（账面原值）（元）", None, 987600


@pytest.mark.parametrize("change", [_unit_in_header, _unit_in_title, _unit_in_label])
def test_a_unit_counts_wherever_it_is_named(tmp_path: Path, change: Callable[[Any], None]) -> None:
    forms.edited(forms.school(tmp_path / "in" / "a.xlsx"), change)
    found = imports.read([tmp_path / "in"])
    assert [one.code for one in found.problems] == ["import_no_county"]
    row = school_row(found)
    assert (row["equipment_value"], row["public_funds_budget"], row["teaching_area"]) == ("98.76", "45.2", "2480.5")


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (_cell("C52", "教学仪器设备资产值（账面原值）（元）"), "C52"), (_cell("E1", "填报值（元）"), "E1"),
        (lambda sheet: (sheet.insert_rows(1), _cell("A1", "学校采集表（单位：元）")(sheet)), "A1"),
    ],
)  # fmt: skip
def test_two_units_for_one_value_are_an_error(tmp_path: Path, change: Callable[[Any], Any], where: str) -> None:
    forms.edited(forms.school(tmp_path / "in" / "a.xlsx"), change)
    assert told(tmp_path)[0] == ("error", "import_units", f"a.xlsx!采集表!{where}")
    assert "equipment_value" not in school_row(imports.read([tmp_path / "in"]))


@pytest.mark.parametrize("at", ["D3", "A1", "A19"])
def test_the_unit_of_a_sheet_of_statistics_may_stand_in_a_header_a_title_or_a_label(tmp_path: Path, at: str) -> None:
    texts = {"D3": "学校产权（元）", "A1": "单位：元", "A19": "教学仪器设备资产值（元）"}

    def change(sheets: Any) -> None:
        sheet = sheets["教基5176"]
        sheet["B19"], sheet["D19"], sheet[at] = None, 3215000, texts[at]

    forms.changed(forms.statistics(tmp_path / "in" / "a.xlsx"), change)
    row = school_row(imports.read([tmp_path / "in"]), "3133000003")
    assert (row["equipment_value"], row["sports_ground_area"]) == ("321.5", "9800")


@pytest.mark.parametrize(("value", "unit", "written"), [(98.76, "元", None), (987600, "元", "98.76")])
def test_values_that_are_there_twice_are_compared_in_their_units(
    tmp_path: Path, value: float, unit: str, written: str | None
) -> None:
    def change(sheet: Any) -> None:
        sheet["C70"], sheet["D70"], sheet["E70"] = sheet["C52"].value, unit, value

    forms.edited(forms.school(tmp_path / "in" / "a.xlsx"), change)
    assert ("import_twice" in [code for _, code, _ in told(tmp_path)]) == (written is None)
    assert school_row(imports.read([tmp_path / "in"])).get("equipment_value") == written


@pytest.mark.parametrize("unit", ["m²", "㎡", "M2", "平米", "m^2", "（平方米）", "单位：平方米"])
def test_a_unit_may_be_written_in_many_ways(tmp_path: Path, unit: str) -> None:
    forms.edited(forms.school(tmp_path / "in" / "a.xlsx"), _cell("D46", unit))
    assert school_row(imports.read([tmp_path / "in"]))["teaching_area"] == "2480.5"


Blanks = dict[str, Any]


@pytest.mark.parametrize(
    ("sheet", "changes", "at", "columns"),
    [
        ("教基4155", {"N6": None, "O6": None}, "M6", {"pe_art_primary": None, "teachers": "94"}),
        ("教基4155", {"N6": None}, "M6", {"pe_art_primary": None}),
        ("教基4155", {"N6": 4}, "M6", {"pe_art_primary": None}),
        ("教基4155", {"O6": 1, "P6": 0}, "M6", {"pe_art_primary": None}),
        ("教基4155", {"O6": None, "N6": 5}, None, {"pe_art_primary": "9"}),
        ("教基4155", {"C10": None, "C11": None, "C12": None}, "C6", {"above_degree_primary": None, "teachers": "94"}),
        ("教基4155", {"C11": 39}, "C6", {"above_degree_primary": None, "teachers": None}),
        ("教基4155", {"C12": 3, "B13": "高中阶段", "C13": 1}, None, {"above_degree_primary": "45"}),
        ("教基4156", {"C13": 2, "C12": 38}, None, {"above_degree_junior": "46"}),
    ],
)  # fmt: skip
def test_a_blank_is_0_only_where_the_other_parts_come_to_the_total(
    tmp_path: Path, sheet: str, changes: Blanks, at: str | None, columns: dict[str, str | None]
) -> None:
    def change(sheets: Any) -> None:
        for cell, value in changes.items():
            sheets[sheet][cell] = value

    forms.changed(forms.statistics(tmp_path / "in" / "a.xlsx"), change)
    errors = [one for one in told(tmp_path) if one[0] == "error"]
    assert errors == ([("error", "import_parts", f"a.xlsx!{sheet}_九年一贯制学校!{at}")] if at else [])
    row = school_row(imports.read([tmp_path / "in"]), "3133000003")
    assert {column: row.get(column) for column in columns} == columns


def test_bands_that_are_blank_under_a_total_are_no_zeros(tmp_path: Path) -> None:
    def change(sheets: Any) -> None:
        for row in range(6, 16):
            sheets["教基2106"][f"C{row}"] = None

    forms.changed(forms.statistics(tmp_path / "in" / "a.xlsx"), change)
    assert ("error", "import_parts", "a.xlsx!教基2106_九年一贯制学校!C5") in told(tmp_path)
    rows = imports.read([tmp_path / "in"]).tables["class_bands"]
    assert set(cells(rows, "classes", stage="小学")) == {None}


def test_degrees_of_the_junior_block_are_confirmed_by_no_total(tmp_path: Path) -> None:
    def change(sheets: Any) -> None:
        sheet = sheets["教基4156"]
        sheets["教基1001"]["C25"] = "341 完全中学"
        sheet.insert_cols(1)
        sheet["A6"], sheet["A10"] = "初中", "初中"
        sheet.merge_cells("A10:A13")
        sheet["D10"] = None

    forms.changed(forms.statistics(tmp_path / "in" / "a.xlsx"), change)
    assert ("error", "import_unconfirmed", "a.xlsx!教基4156_九年一贯制学校!D10") in told(tmp_path)
    assert "above_degree_junior" not in school_row(imports.read([tmp_path / "in"]), "3133000003")


@pytest.mark.parametrize(
    ("sheet", "blank", "column"),
    [
        ("教基5170", ["F17"], "indoor_sports_area"), ("教基4155", ["L6"], "pe_art_primary"),
        ("教基4155", ["M6", "P6"], "pe_art_primary"), ("教基4156", ["V6", "W6", "X6"], "pe_art_junior"),
    ],
)  # fmt: skip
def test_a_blank_that_no_total_confirms_is_an_error(tmp_path: Path, sheet: str, blank: list[str], column: str) -> None:
    def change(sheets: Any) -> None:
        for cell in blank:
            sheets[sheet][cell] = None

    forms.changed(forms.statistics(tmp_path / "in" / "a.xlsx"), change)
    errors = [one for one in told(tmp_path) if one[0] == "error"]
    cells = [cell for cell in blank if cell != "M6"]
    assert errors == [("error", "import_unconfirmed", f"a.xlsx!{sheet}_九年一贯制学校!{cell}") for cell in cells]
    assert column not in school_row(imports.read([tmp_path / "in"]), "3133000003")


@pytest.mark.parametrize("sign", [-1, "*", "/", "—"])
def test_a_sign_is_no_zero(tmp_path: Path, sign: Any) -> None:
    def change(sheets: Any) -> None:
        sheets["教基5170"]["F17"] = sheets["教基4155"]["L6"] = sign

    forms.changed(forms.statistics(tmp_path / "in" / "a.xlsx"), change)
    errors = [one for one in told(tmp_path) if one[0] == "error"]
    assert errors == [
        ("error", "import_blank", "a.xlsx!教基4155_九年一贯制学校!L6"),
        ("error", "import_blank", "a.xlsx!教基5170_九年一贯制学校!F17"),
    ]
    row = school_row(imports.read([tmp_path / "in"]), "3133000003")
    assert (row.get("indoor_sports_area"), row.get("pe_art_primary")) == (None, None)


@pytest.mark.parametrize(
    ("values", "code", "written"),
    [
        ({29: 5}, "import_partly_blank", None), ({29: 5, 31: "x"}, "bad_cell", None),
        ({29: 5, 31: 0, 33: 0}, None, "5"),
    ],
)  # fmt: skip
def test_of_what_is_added_all_must_be_said_whatever_the_type_of_the_school(
    tmp_path: Path, values: dict[int, Any], code: str | None, written: str | None
) -> None:
    forms.school(tmp_path / "in" / "a.xlsx", {11: 33, **values})
    forms.county(tmp_path / "in" / "b.xlsx")
    codes = {one[1] for one in told(tmp_path)} - {"import_sum_lacks"}
    assert codes == ({code} if code else set())
    assert school_row(imports.read([tmp_path / "in"])).get("above_degree_junior") == written


@pytest.mark.parametrize(
    ("values", "code", "verdict"),
    [
        ({}, 0, "met"), ({7: "约120"}, 3, "undetermined"), ({6: None}, 3, "undetermined"),
        ({6: None, 7: None}, 3, "undetermined"), ({7: 0}, 3, "undetermined"), ({6: 0, 7: 0}, 0, "not_applicable"),
    ],
)  # fmt: skip
def test_special_schools_are_none_only_where_the_form_says_0_of_0(
    tmp_path: Path, values: dict[int, Any], code: int, verdict: str
) -> None:
    forms.county(tmp_path / "in" / "a.xlsx", values)
    forms.school(tmp_path / "in" / "b.xlsx")
    assert run(tmp_path).code == code
    assert verdicts(tmp_path, "14") == {"14": verdict}


def test_funds_that_are_not_what_the_rule_asks_for_are_a_query(tmp_path: Path) -> None:
    forms.county(tmp_path / "in" / "a.xlsx")
    assert (
        "query a.xlsx!采集表!E8  特殊教育学校经费总额 ÷ 特殊教育学校学生人数 = 7500 was written, while the rule asks "
        "for public funds 公用经费, which is never more; put the real number into values.csv"
    ) in run(tmp_path).out.splitlines()


@pytest.fixture
def locked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Folders of that name can't be looked into, whoever runs the tests."""
    scandir = os.scandir

    def refused(folder: Any) -> Any:
        if Path(folder).name == "locked":
            raise PermissionError(13, "Permission denied", str(folder))
        return scandir(folder)

    monkeypatch.setattr(os, "scandir", refused)


@pytest.mark.usefixtures("locked")
def test_a_folder_that_cannot_be_read_is_told_and_so_is_a_link_to_one(tmp_path: Path) -> None:
    forms.school(tmp_path / "in" / "a.xlsx")
    forms.county(tmp_path / "in" / "locked" / "b.xlsx")
    (tmp_path / "in" / "link").symlink_to(tmp_path / "in" / "locked")
    assert told(tmp_path) == [
        ("error", "link_to_folder", str(tmp_path / "in" / "link")),
        ("error", "unreadable", str(tmp_path / "in" / "locked")), ("query", "import_no_county", ""),
    ]  # fmt: skip


@pytest.mark.usefixtures("locked")
def test_a_folder_of_facts_that_cannot_be_read_leaves_doubt(tmp_path: Path) -> None:
    forms.county(tmp_path / "in" / "a.xlsx")
    run(tmp_path)
    assert verdicts(tmp_path, "24") == {"24": "met"}
    (tmp_path / "out" / "locked").mkdir()
    assert tzcheck("validate", tmp_path / "out").code == 3
    assert verdicts(tmp_path, "24") == {"24": "undetermined"}


@pytest.mark.parametrize(("at", "remark"), [("G2", "取自教基1001 C4"), ("G3", "原基础基312"), ("A71", "教基1001")])
def test_a_remark_does_not_make_a_form_another_one(tmp_path: Path, at: str, remark: str) -> None:
    forms.edited(forms.school(tmp_path / "in" / "a.xlsx"), _cell(at, remark))
    forms.county(tmp_path / "in" / "b.xlsx")
    assert told(tmp_path) == []
    assert school_row(imports.read([tmp_path / "in"]))["students_primary"] == "430"


def test_a_sheet_may_be_told_by_its_title_alone(tmp_path: Path) -> None:
    def change(sheets: Any) -> None:
        for name, sheet in sheets.items():
            sheet.title = f"表{name[2:]}"
            sheet["A1"] = f"表号：{name}" if name == "教基5176" else f"{name} 示例实验学校"

    forms.changed(forms.statistics(tmp_path / "in" / "a.xlsx"), change)
    assert [code for _, code, _ in told(tmp_path)] == ["import_no_county"]


def test_an_optional_item_that_is_missing_is_told_where_its_sum_is_dropped(tmp_path: Path) -> None:
    forms.edited(forms.school(tmp_path / "in" / "a.xlsx", {41: 1, 42: 1, 43: 2}), _without(44))
    forms.county(tmp_path / "in" / "b.xlsx")
    assert told(tmp_path) == [("query", "import_partly_absent", "a.xlsx!采集表")]
    assert "pe_art_shared_primary" not in school_row(imports.read([tmp_path / "in"]))


def test_a_number_is_read_as_it_is_shown_and_not_as_floats_keep_it(tmp_path: Path) -> None:
    kept = {"2480.5": "2480.4999999999995", "98.76": "98.759999999999991", "人,28,": "人,27.999999999999996,"}

    def change(text: str) -> str:
        for shown, float in kept.items():
            text = text.replace(shown, float)
        return text

    _csv_form(tmp_path / "in" / "a.csv", change)
    row = school_row(imports.read([tmp_path / "in"]))
    assert (row["teaching_area"], row["equipment_value"], row["teachers"]) == ("2480.5", "98.76", "28")


def test_a_number_that_is_too_large_is_none(tmp_path: Path) -> None:
    forms.school(tmp_path / "in" / "a.xlsx", {45: "9" * 39})
    assert told(tmp_path)[0] == ("error", "bad_cell", "a.xlsx!采集表!E46")


@pytest.mark.parametrize("name", ["二小.et", "二小.docx", "二小.zip"])
def test_a_file_that_was_named_and_can_not_be_read_is_an_error(tmp_path: Path, name: str) -> None:
    form = forms.school(tmp_path / "in" / "a.xlsx")
    (tmp_path / name).write_bytes(b"x")
    assert told(tmp_path, form, tmp_path / name)[0] == ("error", "import_no_workbook", name)


@pytest.mark.parametrize(("name", "severity"), [("二小.et", "error"), ("学校.zip", "error"), ("通知.docx", "query")])
def test_a_file_among_the_forms_that_may_be_one_is_an_error(tmp_path: Path, name: str, severity: str) -> None:
    forms.school(tmp_path / "in" / "a.xlsx")
    (tmp_path / "in" / name).write_bytes(b"x")
    assert (severity, "import_no_workbook", name) in told(tmp_path)


def test_a_sheet_with_items_but_without_a_header_is_an_error(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(forms.school(tmp_path / "in" / "a.xlsx"))
    book.copy_worksheet(book.worksheets[0])["E1"] = "数值"
    book.save(tmp_path / "in" / "a.xlsx")
    assert told(tmp_path)[0] == ("error", "import_no_header", "a.xlsx!采集表 Copy")


def test_what_explains_an_empty_cell_is_no_value(tmp_path: Path) -> None:
    def change(sheets: Any) -> None:
        sheet = sheets["教基1001"]
        sheet["C4"], sheet["D4"], sheet["C5"], sheet["D5"] = None, "必填", None, "10位数字"
        sheet["C26"], sheet["D26"] = None, "请选择"

    forms.changed(forms.statistics(tmp_path / "in" / "a.xlsx"), change)
    sheet = "a.xlsx!教基1001_九年一贯制学校"
    assert [one for one in told(tmp_path) if one[0] == "error"] == [
        ("error", "import_blank", f"{sheet}!C4"), ("error", "import_blank", f"{sheet}!C5"),
    ]  # fmt: skip
    (row,) = imports.read([tmp_path / "in"]).tables["schools"]
    assert (row["school_id"], row.get("school"), row.get("area")) == ("", None, None)


@pytest.mark.parametrize("code", ["33013000001", "2133000001.5", "2133000001（本部）"])
def test_a_school_code_that_is_none_is_an_error(tmp_path: Path, code: str) -> None:
    forms.school(tmp_path / "in" / "a.xlsx", {3: code})
    assert told(tmp_path)[0] == ("error", "bad_cell", "a.xlsx!采集表!E4")


# --- clear and quick -----------------------------------------------------------------------------------------------


def test_a_sheet_of_many_rows_is_told_in_a_moment(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(forms.statistics(tmp_path / "in" / "a.xlsx"))
    rows = book.create_sheet("教基3112_全县")
    for row in range(1001):
        rows.append([f"学校{row}", *range(20)])
    book.save(tmp_path / "in" / "a.xlsx")
    assert ("error", "import_too_long", "a.xlsx!教基3112_全县") in told(tmp_path)


@pytest.mark.parametrize("text", ["暂无数据", "9800平米", "约九千八"])
def test_a_text_for_a_number_of_the_statistics_is_told_at_its_cell(tmp_path: Path, text: str) -> None:
    forms.changed(forms.statistics(tmp_path / "in" / "a.xlsx"), lambda sheets: _cell("D7", text)(sheets["教基5176"]))
    errors = [one for one in told(tmp_path) if one[0] == "error"]
    assert errors == [("error", "bad_cell", "a.xlsx!教基5176_九年一贯制学校!D7")]
    row = school_row(imports.read([tmp_path / "in"]), "3133000003")
    assert (row.get("sports_ground_area"), row["multimedia_rooms"], row["equipment_value"]) == (None, "34", "321.5")


def test_without_a_school_code_no_numbers_by_stage_are_asked_for(tmp_path: Path) -> None:
    forms.changed(forms.statistics(tmp_path / "in" / "a.xlsx"), lambda sheets: _cell("C5", None)(sheets["教基1001"]))
    assert "import_whole_school" not in [code for _, code, _ in told(tmp_path)]


def test_files_of_one_name_are_told_apart_and_a_file_is_read_once(tmp_path: Path) -> None:
    first = forms.school(tmp_path / "in" / "x" / "表.xlsx", {26: "约"})
    second = forms.school(tmp_path / "in" / "y" / "表.xlsx", {**forms.JUNIOR, 26: "约"})
    assert told(tmp_path, first.parent, second.parent)[:2] == [
        ("error", "bad_cell", f"{first}!采集表!E27"), ("error", "bad_cell", f"{second}!采集表!E27"),
    ]  # fmt: skip
    again = imports.read([tmp_path / "in", first, tmp_path / "in" / "x"])
    assert (again.read, len(again.tables["schools"])) == (2, 2)


@pytest.mark.parametrize("command", ["validate", "import"])
def test_a_path_that_is_too_long_or_empty_is_an_error_of_the_user(tmp_path: Path, command: str) -> None:
    output = ("-o", tmp_path / "out") if command == "import" else ()
    found = tzcheck(command, "a" * 300, *output, "--lang", "en")
    assert found.code == 3
    assert found.err.startswith("error " + "a" * 300 + "  can't be read: ")
    assert tzcheck(command, "", *output).code == 2


def test_what_can_not_be_written_is_2_and_leaves_nothing(tmp_path: Path) -> None:
    form = forms.school(tmp_path / "in" / "a.xlsx")
    forms.county(tmp_path / "in" / "b.xlsx")
    assert tzcheck("import", form, "-o", tmp_path / ("a" * 300)).code == 2


def test_files_are_written_all_or_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = output.write_whole

    def full(path: Path, content: str | bytes) -> None:
        if path.name == "values.csv":
            raise UsageFault([Problem("error", "unwritable", str(path), details={"why": "no space"})])
        write(path, content)

    monkeypatch.setattr(output, "write_whole", full)
    with pytest.raises(UsageFault):
        output.write_folder(tmp_path / "out", {"schools.csv": "x", "values.csv": "x"})
    assert not (tmp_path / "out").exists()


def test_a_pipe_among_the_files_is_told_and_not_waited_for(tmp_path: Path) -> None:
    forms.school(tmp_path / "in" / "a.xlsx")
    os.mkfifo(tmp_path / "in" / "b.xlsx")
    assert told(tmp_path)[0] == ("error", "no_file", str(tmp_path / "in" / "b.xlsx"))


def test_problems_of_several_items_are_told_one_by_one(tmp_path: Path) -> None:
    forms.school(tmp_path / "in" / "a.xlsx", dict.fromkeys((26, 34, 35, 36, 45, 48, 52), "约"))
    out = run(tmp_path).out
    assert all(label in out for label in ("专任教师总人数", "县级及以上骨干教师数", "网络多媒体教室间数"))
    assert out.count("it should be a") == 7


@pytest.mark.parametrize(
    ("values", "told_of"),
    [({1: "示例县", 2: 331002}, True), ({1: "椒江区", 2: 331099}, True), ({1: "椒江", 2: 331002}, False), ({}, False)],
)
def test_a_code_that_is_of_another_county_is_a_query(tmp_path: Path, values: dict[int, Any], told_of: bool) -> None:
    forms.county(tmp_path / "in" / "a.xlsx", values)
    assert told(tmp_path) == ([("query", "import_code_and_name", "a.xlsx!采集表!E2")] if told_of else [])


def test_the_column_of_values_may_stand_before_that_of_items(tmp_path: Path) -> None:
    def change(sheet: Any) -> None:
        for row in range(1, 70):
            sheet.cell(row, 8).value, sheet.cell(row, 3).value = sheet.cell(row, 3).value, None
        sheet["A71"] = "注：由学校填写"
        sheet.merge_cells("A71:H71")

    forms.school(tmp_path / "plain" / "a.xlsx")
    forms.edited(forms.school(tmp_path / "in" / "a.xlsx"), change)
    found = imports.read([tmp_path / "in"])
    assert found.tables == imports.read([tmp_path / "plain"]).tables
    assert [one.code for one in found.problems] == ["import_no_county"]


def test_years_are_no_people(tmp_path: Path) -> None:
    forms.school(tmp_path / "in" / "a.xlsx", {10: "430年"})
    assert told(tmp_path)[0] == ("error", "bad_cell", "a.xlsx!采集表!E11")


def test_a_name_is_no_error_and_one_that_looks_like_a_formula_is_told(tmp_path: Path) -> None:
    forms.county(tmp_path / "in" / "b.xlsx")
    forms.school(tmp_path / "in" / "a.xlsx", {1: "#1小学"})
    assert told(tmp_path) == []
    assert school_row(imports.read([tmp_path / "in"]))["school"] == "#1小学"
    forms.school(tmp_path / "in" / "a.xlsx", {1: "-一小"})
    assert told(tmp_path) == [("query", "import_plain", "a.xlsx!采集表!E2")]


def test_yes_and_no_may_be_signs(tmp_path: Path) -> None:
    forms.school(tmp_path / "in" / "a.xlsx", {5: "√", 6: "√", 7: "无", 8: "×", 9: "无"})
    forms.county(tmp_path / "in" / "b.xlsx")
    assert told(tmp_path) == []
    row = school_row(imports.read([tmp_path / "in"]))
    assert (row["planned_year"], row["dense_centre"]) == ("2010", "否")


def test_a_title_with_another_year_is_a_query(tmp_path: Path) -> None:
    def title(text: str) -> Callable[[Any], None]:
        return lambda sheet: (sheet.insert_rows(1), _cell("A1", text)(sheet))

    forms.edited(forms.county(tmp_path / "in" / "a.xlsx"), title("2022年区县采集表"))
    forms.edited(forms.school(tmp_path / "in" / "b.xlsx"), title("2023—2024学年学校采集表"))
    assert told(tmp_path) == [("query", "import_year_of_title", "a.xlsx!采集表!A1")]


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (_cell("E11", "约430"), "错误 a.xlsx!采集表!E11  小学学生人数为“约430”，应为不小于 0 的整数（人）"),
        (_without(13), "错误 a.xlsx!采集表  没有找到项目“家庭住址在划片范围内的在校学生人数（小学）”"),
        (_cell("E4", "33"), "错误 a.xlsx!采集表!E4  学校代码为“33”，应为十位数字的学校代码"),
        (_cell("D46", "亩"), "错误 a.xlsx!采集表!D46  “教学及辅助用房总面积”的单位为“亩”，应为“平方米”；未取用"),
        (_cell("E3", "初中"),
         "疑问  没有写入全县合计（本届毕业学生人数、毕业年级初一时在校学生数、毕业年级三年转入学生数、"
         "毕业年级三年转出学生数、毕业年级三年死亡学生数）：示例一小缺数，合计会偏小"),
    ],
)  # fmt: skip
def test_a_fault_is_told_in_chinese_word_for_word(tmp_path: Path, fault: Callable[[Any], None], message: str) -> None:
    forms.edited(forms.school(tmp_path / "in" / "a.xlsx"), fault)
    assert message in run(tmp_path, lang="zh").out.splitlines()


# --- files ---------------------------------------------------------------------------------------------------------


def _old_form(path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.create_sheet("基础基312")
    sheet["A6"], sheet["C6"] = "总计", 430
    del book["Sheet"]
    book.save(path)


def _stranger(path: Path) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0]["A1"] = "食堂采购清单"
    book.save(path)


def _cut_off(path: Path) -> None:
    whole = forms.school(path).read_bytes()
    path.write_bytes(whole[: len(whole) // 2])


def _no_parts(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")


@pytest.mark.parametrize(
    ("make", "code", "where"),
    [
        (_stranger, "import_unknown_form", "x.xlsx!Sheet"), (_old_form, "import_old_form", "x.xlsx!基础基312"),
        (_no_parts, "workbook_damaged", "x.xlsx"), (forms.encrypted, "workbook_encrypted", "x.xlsx"),
        (lambda path: path.write_text("<html>"), "workbook_is_text", "x.xlsx"),
        (lambda path: path.write_bytes(b""), "workbook_damaged", "x.xlsx"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_form_is_told_and_the_others_are_read(
    tmp_path: Path, make: Callable[[Path], Any], code: str, where: str
) -> None:
    forms.school(tmp_path / "in" / "a.xlsx")
    make(tmp_path / "in" / "x.xlsx")
    assert ("error", code, where) in told(tmp_path)
    found = run(tmp_path)
    assert (found.code, len(table(tmp_path, "schools"))) == (3, 1)


@pytest.mark.parametrize("make", [_stranger, _old_form, _cut_off])
def test_where_there_is_no_form_at_all_nothing_is_written(tmp_path: Path, make: Callable[[Path], Any]) -> None:
    (tmp_path / "in").mkdir()
    make(tmp_path / "in" / "x.xlsx")
    found = run(tmp_path)
    assert (found.code, found.out, (tmp_path / "out").exists()) == (3, "", False)
    assert found.err.startswith("error x.xlsx")


def test_an_empty_folder_has_no_form(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    found = run(tmp_path)
    assert (found.code, found.out) == (3, "")
    assert found.err == (
        f"error {tmp_path / 'in'}  there is no form in it; known are county collection form of 20 items, "
        "statistics workbook 教基 since 2021, school collection form of 68 items\n"
    )


def test_other_files_in_a_folder_are_queries_and_hidden_ones_are_not_looked_at(tmp_path: Path) -> None:
    forms.school(tmp_path / "in" / "a.xlsx")
    for name in ("说明.docx", ".hidden.xlsx", "~$a.xlsx"):
        (tmp_path / "in" / name).write_text("x")
    assert told(tmp_path) == [("query", "import_no_county", ""), ("query", "import_no_workbook", "说明.docx")]


def test_a_hidden_sheet_is_not_read_and_an_error_where_it_is_a_form(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(forms.school(tmp_path / "in" / "a.xlsx"))
    book.copy_worksheet(book.worksheets[0]).sheet_state = "hidden"
    lists = book.create_sheet("下拉列表")
    lists["A1"], lists.sheet_state = "小学", "hidden"
    book.save(tmp_path / "in" / "a.xlsx")
    assert told(tmp_path) == [
        ("error", "import_hidden", "a.xlsx!采集表 Copy"), ("query", "import_no_county", ""),
        ("query", "hidden_sheet", "a.xlsx!下拉列表"),
    ]  # fmt: skip


def test_a_path_that_is_not_there_is_3(tmp_path: Path) -> None:
    found = run(tmp_path, tmp_path / "nowhere")
    assert (found.code, found.out) == (3, "")
    assert found.err.startswith(f"error {tmp_path / 'nowhere'}  ")


@pytest.mark.parametrize("arguments", [(), ("-o",), ("--encoding", "utf-99"), ("--lang", "fr")])
def test_wrong_usage_of_import_is_2(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    form = forms.school(tmp_path / "in" / "a.xlsx")
    output = ("-o", tmp_path / "out") if len(arguments) == 2 else ()
    found = tzcheck("import", form, *arguments, *output)
    assert (found.code, found.out, (tmp_path / "out").exists()) == (2, "", False)


def test_nothing_is_written_into_a_folder_that_is_not_empty(tmp_path: Path) -> None:
    form = forms.school(tmp_path / "in" / "a.xlsx")
    (tmp_path / "out").mkdir()
    assert run(tmp_path, form).code == 0
    again = run(tmp_path, form)
    assert (again.code, again.out) == (2, "")
    assert again.err == f"error {tmp_path / 'out'}  the folder is there and not empty; name another one, or empty it\n"
    (tmp_path / "file").write_text("")
    assert tzcheck("import", form, "-o", tmp_path / "file").code == 2
    assert tzcheck("import", form, "-o", tmp_path / "file" / "below").code == 2


def test_a_text_that_a_spreadsheet_would_run_is_made_plain(tmp_path: Path) -> None:
    forms.edited(forms.school(tmp_path / "in" / "a.xlsx"), _again("@SUM(A1)", "+1"))
    run(tmp_path)
    assert [row[2:5] for row in table(tmp_path, "imported") if "SUM" in row[3]] == [["E70", "'@SUM(A1)", "'+1"]]


def test_a_merged_area_of_a_million_rows_takes_no_time(tmp_path: Path) -> None:
    def merge(sheet: Any) -> None:
        sheet.merge_cells("H1:J1")

    path = forms.edited(forms.school(tmp_path / "in" / "a.xlsx"), merge)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part.replace(b"H1:J1", b"H1:XFD1048576"))
    assert [one.code for one in imports.read([tmp_path / "in"]).problems] == ["import_no_county"]


# --- the maps ------------------------------------------------------------------------------------------------------


def test_the_maps_name_columns_that_the_tables_have() -> None:
    for form in maps():
        for target in form.targets:
            if target.table == "county":
                assert target.column in ("name", "code", "school_year")
            elif target.table == "values":
                assert target.column in read_values(ROOT / "rules")[0]
            else:
                column = TABLES[target.table].column(target.column.replace("*", "primary"))
                assert column.kind not in WORKED_OUT
                assert set(target.row) | {"school_id"} <= TABLES[target.table].column_ids
                assert all(ends_of_band(band) != (None, None) for key, band in target.row.items() if key == "band")


def test_every_item_has_a_label_of_its_own_and_a_source() -> None:
    for form in maps():
        listed = [path for item in form.items.values() if item.sheet is None for path in item.rows]
        assert len(set(listed)) == len(listed)
        assert form.source["certainty"] in "ABCD"
        assert form.since or form.until
        if form.layout == "list":
            assert [item.number for item in form.items.values()] == list(range(1, len(form.items) + 1))


def test_the_forms_of_the_tests_have_the_items_of_the_maps() -> None:
    for id, rows in (("school_68", forms.SCHOOL), ("county_20", forms.COUNTY)):
        items = _map(id).items.values()
        assert [item.rows for item in items] == [((labelled(label),),) for _, _, label, _, _ in rows]


def test_the_schools_table_is_written_with_every_column_but_the_county() -> None:
    wanted = [one.headers[0] for one in SCHOOLS.columns if one.id not in ("county", "id_prefix")]
    found = imports.Imported({"schools": [{"school_id": "1"}]}, None, (), (), 1)
    assert found.files("zh")["schools.csv"].split("\r\n")[0].lstrip("\ufeff").replace('"', "").split(",") == wanted


def test_the_maps_travel_in_the_wheel(tmp_path: Path) -> None:
    assert (ROOT / "tzcheck" / "forms").is_dir()
    listed = subprocess.run(["git", "ls-files", "tzcheck/forms"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert [Path(line).name for line in listed.stdout.split()] == [
        "county-20.yaml", "jiaoji-2021.yaml", "jichuji-2020.yaml", "school-68.yaml",
    ]  # fmt: skip
