"""The annotated copy of a workbook: what is marked, what is said, and what is left as it was."""

import io
import os
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.chart import BarChart
from openpyxl.comments import Comment
from openpyxl.formatting.rule import CellIsRule, FormulaRule
from openpyxl.styles import PatternFill
from openpyxl.workbook.defined_name import DefinedName

from tests.awkward import CLASSES, FILES, book, put
from tests.support import Run, tzcheck
from tzcheck import annotate
from tzcheck.annotate import COLOURS, MARK, own_sheet
from tzcheck.errors import Problem

ABOUT_44 = "学生数为“约44”，应为不小于 0 的整数 (人)"
FAULTY = put("班级", "E2", "约44")


def workbook(folder: Path, data: bytes, name: str = "椒江.xlsx") -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_bytes(data)
    return path


def annotated(source: Path, verb: str = "validate", *arguments: object, lang: str = "zh") -> Any:
    """The annotated copy, which is o.xlsx beside its source."""
    target = source.with_name("o" + source.suffix)
    run = tzcheck(verb, source, *arguments, "--lang", lang, "--annotate", target)
    assert run.code in (0, 1, 3), run.err
    return load_workbook(target)


def rewritten(source: Path, *changes: tuple[str, str, str], added: dict[str, str] | None = None) -> None:
    """Changes parts of a workbook as they are stored: name, old text, new text."""
    with zipfile.ZipFile(source) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for name, old, new in changes:
        assert old.encode() in parts[name]
        parts[name] = parts[name].replace(old.encode(), new.encode())
    with zipfile.ZipFile(source, "w") as archive:
        for name, data in {**parts, **{name: text.encode() for name, text in (added or {}).items()}}.items():
            archive.writestr(name, data)


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        assert len(set(archive.namelist())) == len(archive.namelist())
        return {name: archive.read(name) for name in archive.namelist()}


def coloured(sheet: Any) -> dict[str, str]:
    """The kinds of findings by the cells that have their colours."""
    kinds = {colour: kind for kind, colour in COLOURS.items()}
    return {
        sheet.cell(row, column).coordinate: kinds[rule.dxf.fill.bgColor.rgb[-6:]]
        for area in sheet.conditional_formatting
        for rule in area.rules
        if rule.dxf.fill.bgColor.rgb[-6:] in kinds
        for cells in area.sqref.ranges
        for row, column in cells.cells
    }


def said(cell: Any) -> list[str]:
    """What a comment says, without tzcheck's mark."""
    return [line.removeprefix(MARK) for line in cell.comment.text.split("\n")] if cell.comment else []


def listed(made: Any, name: str = "核查结果") -> list[list[Any]]:
    return [list(row) for row in made[name].iter_rows(min_row=2, values_only=True)]


# --- what is marked ------------------------------------------------------------------------------------------------


def test_a_faulty_cell_is_coloured_and_says_what_is_wrong_and_all_else_is_as_it_was(tmp_path: Path) -> None:
    source = workbook(tmp_path, book(FAULTY))
    made = annotated(source)
    assert made.sheetnames == ["核查结果", "县", "学校", "班级"]
    assert made.active.title == "核查结果"
    assert [bool(sheet.sheet_view.tabSelected) for sheet in made] == [True, False, False, False]
    cell = made["班级"]["E2"]
    assert (cell.value, cell.fill.fill_type) == ("约44", None)
    assert coloured(made["班级"]) == {"E2": "error"}
    assert said(cell) == [f"错误：{ABOUT_44}"]
    assert [[str(one.value) for one in row] for row in made["班级"].iter_rows(min_row=3)] == CLASSES[2:]
    assert made["班级"]["E3"].comment is None
    assert [cell.value for cell in made["核查结果"][1]] == ["类别", "位置", "问题", "要求", "依据"]
    assert listed(made)[0][:4] == ["错误", "班级!E2", ABOUT_44, "不小于 0 的整数"]
    assert made["核查结果"]["B2"].hyperlink.location == "'班级'!E2"
    assert coloured(made["核查结果"])["A2"] == "error"


def test_a_breach_is_marked_with_the_limit_and_the_clause(tmp_path: Path) -> None:
    source = workbook(tmp_path, book())
    made = annotated(source, "check", "--standard", "balanced.12", "--engine", "duckdb", lang="en")
    assert said(made["班级"]["E2"]) == [
        "unmet: No primary class over 45, no junior class over 50: 椒江区 第一小学 一1 primary 1,045, off by 1,000 人"
        " (≤ 45 人 教督〔2017〕6号 政府保障程度⑤ (balanced.12))",
    ]
    assert [row[0] for row in listed(made, "findings")] == ["unmet", "unmet"]


def test_every_indicator_that_is_not_met_is_listed_with_its_reason(tmp_path: Path) -> None:
    source = workbook(tmp_path, book())
    rows = listed(annotated(source, "check", "--standard", "balanced"))
    run = tzcheck("check", source, "--standard", "balanced", "--format", "json")
    open_ones = {id for id, one in run.indicators("椒江区").items() if one["verdict"] in ("unmet", "undetermined")}
    assert {row[4].rpartition("(")[2].rstrip(")") for row in rows if row[4]} == open_ones
    found = {row[4].rpartition("(")[2].rstrip(")"): row for row in rows if row[4]}
    assert found["balanced.9"][2].endswith("：椒江区 缺少佐证（attestations）")
    assert found["balanced.22"][3] is None or found["balanced.22"][3].startswith(("≥", "≤", ">"))
    assert not [row for row in rows if "椒江区 椒江区" in row[2] or row[2].endswith(" ?")]


def test_a_cell_that_is_missing_is_named(tmp_path: Path) -> None:
    source = workbook(tmp_path, book(put("学校", "F2", None)))
    made = annotated(source, "check", "--standard", "balanced.4")
    assert coloured(made["学校"])["F2"] == "undetermined"
    assert "第一小学 小学 缺“教学及辅助用房面积”（≥ 4.5 m2/人 " in said(made["学校"]["F2"])[0]


def test_a_limit_that_must_be_passed_keeps_its_sign(tmp_path: Path) -> None:
    source = workbook(tmp_path, book(put("县", "A5", None)))
    made = load_workbook(source)
    made.create_sheet("县级数值").append(["指标键", "数值"])
    made["县级数值"].append(["preschool_surveys_valid", 100])
    made["县级数值"].append(["preschool_surveys_satisfied", 85])
    made.save(source)
    (row,) = listed(annotated(source, "check", "--standard", "preschool.satisfaction"))
    assert row[3] == "> 0.85"


def test_the_gravest_finding_gives_the_colour_and_comes_first(tmp_path: Path) -> None:
    source = workbook(tmp_path, book(put("班级", "E2", "约44")))
    made = load_workbook(source)
    made["学校"]["D2"] = 1200  # is not the sum of the classes, and too many for the areas
    made["班级"]["E2"] = 44
    made.save(source)
    made = annotated(source, "check", "--standard", "balanced")
    kinds = [line.partition("：")[0] for line in said(made["学校"]["D2"])]
    assert coloured(made["学校"])["D2"] == "error"
    assert kinds[0] == "错误"
    assert kinds == sorted(kinds, key=["错误", "未达标", "疑问", "无法判定"].index)


def test_what_lies_in_a_merged_area_is_marked_at_its_first_cell(tmp_path: Path) -> None:
    def change(made: Any) -> None:
        made["班级"]["A2"] = "2133000099"
        made["班级"]["A3"] = None
        made["班级"].merge_cells("A2:A3")

    made = annotated(workbook(tmp_path, book(change)))
    assert set(coloured(made["班级"])) == {"A2"}
    assert len(listed(made)) >= 2


def test_a_header_that_nobody_knows_and_a_bad_day_are_marked_where_they_stand(tmp_path: Path) -> None:
    def change(made: Any) -> None:
        made["班级"]["G1"], made["班级"]["G2"] = "班主任电话", "1"
        made["县"]["B3"], made["县"]["C1"] = "昨天", "备注"

    made = annotated(workbook(tmp_path, book(change)))
    assert coloured(made["班级"]) == {"G1": "query"}
    assert coloured(made["县"]) == {"B3": "error", "C1": "query"}
    assert said(made["县"]["C1"]) == ["疑问：“备注”未读取：这一行只读名称后第一个填写的单元格"]


def test_a_column_that_is_missing_or_misspelled_is_marked_in_the_header(tmp_path: Path) -> None:
    made = annotated(workbook(tmp_path, book(put("班级", "E1", "学生总数"))))
    assert set(coloured(made["班级"])) == {"E1"}


def test_a_comment_stays_within_bounds(tmp_path: Path) -> None:
    made = annotated(workbook(tmp_path, book(put("班级", "E2", "约" * 5000))))
    assert len(made["班级"]["E2"].comment.text) <= 2000
    assert "约" * 5000 in listed(made)[0][2]


def test_of_many_findings_a_comment_has_as_many_as_it_has_room_for(tmp_path: Path) -> None:
    source = workbook(tmp_path, book())
    many = [Problem("query", "sheet_unnamed", "a!班级", cell="E2", value="长" * 50 + str(one), details={"near": "x"})
            for one in range(100)]  # fmt: skip
    copy = workbook(tmp_path, annotate.annotated(source, many, (), (), "zh"), "o.xlsx")
    told = said(load_workbook(copy)["班级"]["E2"])
    assert len("\n".join(told)) <= 2050
    assert told[-1] == f"另有 {100 - len(told) + 1} 条，见首页"
    assert len(listed(load_workbook(copy))) == 100
    again = workbook(tmp_path, annotate.annotated(copy, (), (), (), "zh"), "2.xlsx")
    assert load_workbook(again)["班级"]["E2"].comment is None


# --- what no text can do -------------------------------------------------------------------------------------------


def test_no_text_runs_as_a_formula_in_the_copy(tmp_path: Path) -> None:
    source = workbook(tmp_path, book(put("学校", "C2", "=cmd|' /C calc'!A0")))
    made = load_workbook(source)
    made["学校"]["C2"].data_type = "s"
    made.save(source)
    found = annotated(source)
    cells = [cell for row in found["核查结果"].iter_rows() for cell in row]
    assert any("=cmd" in str(cell.value) for cell in cells)
    assert {cell.data_type for cell in cells if cell.value is not None} <= {"s", "inlineStr"}
    assert b"<f>" not in parts(tmp_path / "o.xlsx")["xl/worksheets/tzcheck1.xml"]


def test_what_xml_can_not_hold_is_replaced(tmp_path: Path) -> None:
    source = workbook(tmp_path, book(put("班级", "E2", "4_x0001_<&\"'>")))
    made = annotated(source)
    assert coloured(made["班级"]) == {"E2": "error"}
    assert "<&\"'>" in said(made["班级"]["E2"])[0]
    assert tzcheck("validate", tmp_path / "o.xlsx").code == 3


# --- what stays ----------------------------------------------------------------------------------------------------


def test_nothing_but_marks_is_added(tmp_path: Path) -> None:
    def change(made: Any) -> None:
        FAULTY(made)
        made["学校"]["C3"].comment = Comment("照抄证书", "张三", height=200, width=300)
        made["班级"]["E3"].comment = Comment("请核对", "李四", height=210, width=310)
        red = PatternFill(bgColor="FF0000")
        made["学校"].conditional_formatting.add("F2:F3", CellIsRule("lessThan", ["1"], fill=red))
        made["学校"].add_chart(BarChart(), "H9")
        made.create_sheet("其他").sheet_state = "hidden"

    source = workbook(tmp_path, book(change))
    rewritten(
        source,
        ("xl/worksheets/sheet2.xml", "<v>8000</v>", "<f>2*4000</f><v>8000</v>"),
        ("xl/workbook.xml", ' fullCalcOnLoad="1"', ""),
    )
    before = parts(source)
    annotated(source)
    after = parts(tmp_path / "o.xlsx")
    new = {"xl/worksheets/tzcheck1.xml"}
    touched = {
        "[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml",
        "xl/worksheets/sheet3.xml", "xl/comments/comment2.xml", "xl/drawings/commentsDrawing2.vml",
    }  # fmt: skip
    assert set(after) == set(before) | new
    assert {name for name in before if after[name] != before[name]} == touched
    start, _, end = before["xl/worksheets/sheet3.xml"].partition(b"</sheetData>")
    assert after["xl/worksheets/sheet3.xml"].startswith(start)
    assert after["xl/worksheets/sheet3.xml"].endswith(end.partition(b"<pageMargins")[2])
    assert load_workbook(tmp_path / "o.xlsx", data_only=True)["学校"]["F3"].value == 8000
    made = load_workbook(tmp_path / "o.xlsx")
    assert (made["班级"]["E3"].comment.text, made["班级"]["E3"].comment.author) == ("请核对", "李四")
    assert "F2:F3" in {str(area.sqref) for area in made["学校"].conditional_formatting}
    assert b"height:210px" in after["xl/drawings/commentsDrawing2.vml"]
    assert "没有保存计算结果" not in tzcheck("validate", tmp_path / "o.xlsx", "--lang", "zh").out


def test_a_comment_that_is_there_is_added_to_and_keeps_its_author(tmp_path: Path) -> None:
    def change(made: Any) -> None:
        FAULTY(made)
        made["班级"]["E2"].comment = Comment("问过校长", "李四")

    cell = annotated(workbook(tmp_path, book(change)))["班级"]["E2"]
    assert (said(cell), cell.comment.author) == (["问过校长", f"错误：{ABOUT_44}"], "李四")


def test_a_thread_of_comments_is_left_alone(tmp_path: Path) -> None:
    def change(made: Any) -> None:
        FAULTY(made)
        made["班级"]["E2"].comment = Comment("[Threaded comment]", "tc={11111111-2222-3333-4444-555555555555}")

    made = annotated(workbook(tmp_path, book(change)))
    assert said(made["班级"]["E2"]) == ["[Threaded comment]"]
    assert coloured(made["班级"]) == {"E2": "error"}


def test_formats_of_the_workbook_stay_beneath_the_marks(tmp_path: Path) -> None:
    def change(made: Any) -> None:
        FAULTY(made)
        made["班级"].conditional_formatting.add("A2:E9", FormulaRule(["TRUE"], fill=PatternFill(bgColor="00FF00")))

    source = workbook(tmp_path, book(change))
    for target in ("o.xlsx", "o2.xlsx"):
        assert tzcheck("validate", source, "--annotate", tmp_path / target).code == 3
        areas = load_workbook(tmp_path / target)["班级"].conditional_formatting
        assert {str(area.sqref): [rule.priority for rule in area.rules] for area in areas} == {"A2:E9": [2], "E2": [1]}
        source = tmp_path / "o.xlsx"


def test_names_that_belong_to_a_sheet_and_charts_on_sheets_stay_so(tmp_path: Path) -> None:
    def change(made: Any) -> None:
        FAULTY(made)
        made["班级"].defined_names["here"] = DefinedName("here", attr_text="班级!$A$1")
        made.create_chartsheet("图").add_chart(BarChart())
        made.active = 2

    made = annotated(workbook(tmp_path, book(change)))
    assert list(made["班级"].defined_names) == ["here"]
    assert made.active.title == "核查结果"
    assert made.sheetnames == ["核查结果", "县", "学校", "班级", "图"]


def test_other_ways_to_write_a_workbook_are_understood(tmp_path: Path) -> None:
    source = workbook(tmp_path, book(FAULTY))
    sheet, styles = parts(source)["xl/worksheets/sheet3.xml"].decode(), parts(source)["xl/styles.xml"].decode()
    prefixed = re.sub(r"<(/?)(\w)", r"<\1x:\2", sheet).replace("xmlns=", "xmlns:x=")
    formats = re.search(r"<dxfs.*?/>|<dxfs.*?</dxfs>", styles)
    rewritten(
        source,
        ("xl/worksheets/sheet3.xml", sheet, prefixed),
        *([("xl/styles.xml", formats[0], "")] if formats else []),
        ("xl/_rels/workbook.xml.rels", 'Target="/xl/worksheets/sheet3.xml"', 'Target="worksheets/sheet3.xml"'),
    )
    made = annotated(source)
    assert coloured(made["班级"]) == {"E2": "error"}
    assert said(made["班级"]["E2"]) == [f"错误：{ABOUT_44}"]


def test_lists_and_macros_stay_and_nothing_is_written_on_the_side(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    source = workbook(tmp_path, book(FAULTY), "m.xlsm")
    space = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"
    more = (
        f'<extLst><ext xmlns:x14="{space}" uri="{{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}}"><x14:dataValidations '
        'xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main" count="1"><x14:dataValidation type="list">'
        "<x14:formula1><xm:f>学校!$A$1:$A$3</xm:f></x14:formula1><xm:sqref>A2:A9</xm:sqref></x14:dataValidation>"
        "</x14:dataValidations></ext></extLst>"
    )
    rewritten(
        source,
        ("xl/worksheets/sheet3.xml", "</worksheet>", f"{more}</worksheet>"),
        ("[Content_Types].xml", "spreadsheetml.sheet.main+xml", "sheet.macroEnabled.main+xml"),
        added={"xl/vbaProject.bin": "macros"},
    )
    run = tzcheck("validate", source, "--lang", "zh", "--annotate", tmp_path / "o.xlsm")
    assert (run.code, run.err, capfd.readouterr().err) == (3, "", "")
    after = parts(tmp_path / "o.xlsm")
    assert after["xl/vbaProject.bin"] == b"macros"
    sheet = after["xl/worksheets/sheet3.xml"].decode()
    assert sheet.endswith(f"{more}</worksheet>")
    assert sheet.index("<conditionalFormatting") < sheet.index("<pageMargins") < sheet.index("<legacyDrawing")


# --- a second round ------------------------------------------------------------------------------------------------


def corrected(path: Path) -> None:
    """What staff do: they correct one of two faulty cells in the copy, note something, and save it."""
    made = load_workbook(path)
    made["班级"]["E2"] = 44
    made["班级"]["E3"].comment.text += "\n已去学校核实"
    made.save(path)


def split(path: Path) -> None:
    """Cuts every comment into pieces, as LibreOffice does where scripts change."""
    name = "xl/comments/comment1.xml"
    pieces = "</t></r><r><t>".join(("<r><t>〔", "tzcheck", "〕错误</t></r><r><t>"))
    rewritten(path, (name, "<t>〔tzcheck〕错误", pieces), (name, "</t></text>", "</t></r></text>"))


@pytest.mark.parametrize("between", [lambda path: None, split])
def test_a_second_round_begins_anew(tmp_path: Path, between: Callable[[Path], None]) -> None:
    def change(made: Any) -> None:
        FAULTY(made)
        made["班级"]["E3"], made["班级"]["E4"] = "约45", "约46"
        made["班级"]["E2"].fill = PatternFill("solid", fgColor="00FF00")

    annotated(workbook(tmp_path, book(change)))
    first = tmp_path / "o.xlsx"
    corrected(first)
    between(first)
    run = tzcheck("validate", first, "--lang", "zh", "--annotate", tmp_path / "2.xlsx")
    assert run.code == 3
    assert "核查结果" not in run.out
    made = load_workbook(tmp_path / "2.xlsx")
    assert made.sheetnames == ["核查结果", "县", "学校", "班级"]
    assert coloured(made["班级"]) == {"E3": "error", "E4": "error"}
    assert made["班级"]["E2"].comment is None
    assert made["班级"]["E2"].fill.fgColor.rgb[-6:] == "00FF00"
    assert said(made["班级"]["E3"])[-1] == f"错误：{ABOUT_44.replace('44', '45')}"
    assert said(made["班级"]["E3"])[:-1] == ["", "已去学校核实"][-len(said(made["班级"]["E3"])) + 1 :]
    assert said(made["班级"]["E4"]) == [f"错误：{ABOUT_44.replace('44', '46')}"]
    assert len([row for row in listed(made) if row[0] == "错误"]) == 2


def test_when_all_is_corrected_no_mark_is_left(tmp_path: Path) -> None:
    annotated(workbook(tmp_path, book(FAULTY)))
    path = tmp_path / "o.xlsx"
    made = load_workbook(path)
    made["班级"]["E2"], made["学校"]["D2"] = 44, 90
    made.save(path)
    assert tzcheck("validate", path, "--lang", "zh", "--annotate", tmp_path / "2.xlsx").code == 0
    made = load_workbook(tmp_path / "2.xlsx")
    assert [one for sheet in made for one in coloured(sheet) if sheet.title != "核查结果"] == []
    assert [cell.comment for sheet in made for row in sheet for cell in row if cell.comment] == []


def test_a_copy_is_made_anew_but_no_other_workbook_is_overwritten(tmp_path: Path) -> None:
    source, target = workbook(tmp_path, book(FAULTY)), tmp_path / "o.xlsx"
    for _ in range(2):
        assert tzcheck("validate", source, "--annotate", target).code == 3
        assert own_sheet(target)
    target.write_bytes(mine := book(put("班级", "E2", 1)))
    run = tzcheck("validate", source, "--lang", "en", "--annotate", target)
    assert (run.code, run.out, run.err) == (
        2, "", f"error {target}  is there already, is no copy that tzcheck annotated, and was left alone; "
        "choose another name\n",
    )  # fmt: skip
    assert target.read_bytes() == mine


# --- what can't be annotated ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "target", "told"),
    [
        ("a.xlsx", "o.xlsm", "its name must end in .xlsx"),
        ("a.xlsx", "o.txt", "its name must end in .xlsx"),
        ("a.xlsx", "-", "its name must end in .xlsx"),
        ("a.xlsx", ".", "its name must end in .xlsx"),
        ("a.xlsm", "o.xlsx", "its name must end in .xlsm"),
        ("a.xls", "o.xls", "only .xlsm, .xlsx can be annotated; save it as such first"),
        ("a.xlsx", "a.xlsx", "would overwrite the workbook that is checked; choose another name"),
        ("a.xlsx", "folder.xlsx", "was left alone; choose another name"),
    ],
)
@pytest.mark.parametrize("verb", ["validate", "check"])
def test_a_wrong_target_is_told_before_anything_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, verb: str, name: str, target: str, told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.xlsx").mkdir()
    workbook(tmp_path, book(FAULTY), name)
    run = tzcheck(verb, name, "--lang", "en", "--annotate", target)
    assert (run.code, run.out) == (2, "")
    assert run.err.endswith(f"{told}\n")
    assert sorted(one.name for one in tmp_path.iterdir()) == [name, "folder.xlsx"]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("sound", "error --annotate goes with a single workbook, such as county.xlsx\n"),
        ("a workbook cut off", "error {path}  the workbook is damaged or encrypted, so that it can't be annotated\n"),
    ],
)
def test_what_can_not_be_annotated_is_told(tmp_path: Path, name: str, told: str) -> None:
    FILES[name](tmp_path / "f")
    path = tmp_path / "f" if name == "sound" else next((tmp_path / "f").iterdir())
    run = tzcheck("validate", path, "--lang", "en", "--annotate", tmp_path / "out.xlsx")
    assert (run.code, run.err) == (2, told.format(path=path))
    assert not (tmp_path / "out.xlsx").exists()


@pytest.mark.parametrize(
    "part", ["xl/styles.xml", "xl/worksheets/sheet3.xml", "xl/workbook.xml", "[Content_Types].xml"]
)
def test_a_damaged_part_ends_in_a_message(tmp_path: Path, part: str) -> None:
    source = workbook(tmp_path, book(FAULTY))
    whole = parts(source)[part].decode()
    rewritten(source, (part, whole[len(whole) // 2 :], ""))
    run: Run = tzcheck("validate", source, "--lang", "en", "--annotate", tmp_path / "out.xlsx")
    assert run.code in (2, 3)
    assert "internal" not in run.err


def test_the_workbook_that_is_checked_is_never_overwritten(tmp_path: Path) -> None:
    source = workbook(tmp_path, book())
    before = source.read_bytes()
    (tmp_path / "link.xlsx").symlink_to(source)
    for target in (source, tmp_path / "link.xlsx"):
        assert tzcheck("validate", source, "--lang", "en", "--annotate", target).code == 2
    assert source.read_bytes() == before


def test_a_folder_is_no_file_to_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    source = workbook(tmp_path / "f", book())
    run = tzcheck("check", source, "--lang", "en", "--output", ".")
    assert (run.code, run.err) == (2, "error .  can't be written: Is a directory\n")
    long = "长" * 80 + ".md"  # as long as a name may be
    assert tzcheck("check", source, "--standard", "balanced.12", "--output", long).code == 1
    assert sorted(one.name for one in tmp_path.iterdir()) == sorted(["f", long])


@pytest.mark.skipif(not Path("/dev/fd").exists(), reason="has no names for open files")
def test_what_is_no_file_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    end, start = os.pipe()
    source = workbook(tmp_path, book())
    run = tzcheck("check", source, "--standard", "balanced.12", "--format", "csv", "--output", f"/dev/fd/{start}")
    os.close(start)
    with open(end, "rb") as read:  # noqa: PTH123
        assert (run.code, b"balanced.12" in read.read()) == (1, True)


def test_a_copy_of_a_copy_that_was_saved_in_memory_is_whole(tmp_path: Path) -> None:
    annotated(workbook(tmp_path, book(FAULTY)))
    data = io.BytesIO()
    load_workbook(tmp_path / "o.xlsx").save(data)
    again = workbook(tmp_path, data.getvalue(), "again.xlsx")
    assert own_sheet(again) == "核查结果"
    before = listed(load_workbook(again))
    assert listed(annotated(again)) == before
