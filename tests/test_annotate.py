"""The annotated copy of a workbook: what is marked, what is said, and what is left as it was."""

from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.awkward import CLASSES, FILES, book, put
from tests.support import tzcheck


def workbook(folder: Path, data: bytes) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / "椒江.xlsx"
    path.write_bytes(data)
    return path


def test_a_faulty_cell_is_coloured_and_says_what_is_wrong_and_all_else_is_as_it_was(tmp_path: Path) -> None:
    source = workbook(tmp_path, book(put("班级", "E2", "约44")))
    run = tzcheck("validate", source, "--lang", "zh", "--annotate", tmp_path / "out.xlsx")
    assert run.code == 3
    made = load_workbook(tmp_path / "out.xlsx")
    assert made.sheetnames == ["核查结果", "县", "学校", "班级"]
    cell = made["班级"]["E2"]
    assert (cell.value, cell.fill.fgColor.rgb[-6:]) == ("约44", "FFC7CE")
    assert cell.comment.text == "学生数为“约44”，应为不小于 0 的整数 (人)\n不小于 0 的整数"
    assert [[str(one.value) for one in row] for row in made["班级"].iter_rows(min_row=3)] == CLASSES[2:]
    assert made["班级"]["E3"].comment is None
    listed = [[cell.value for cell in row] for row in made["核查结果"].iter_rows()]
    assert listed[0] == ["类别", "位置", "问题", "要求", "依据"]
    assert listed[1][:4] == ["错误", "班级!E2", "学生数为“约44”，应为不小于 0 的整数 (人)", "不小于 0 的整数"]
    assert made["核查结果"]["B2"].hyperlink.location == "'班级'!E2"


def test_a_breach_is_marked_with_the_limit_and_the_clause(tmp_path: Path) -> None:
    source = workbook(tmp_path, book())
    run = tzcheck(
        "check",
        source,
        "--standard",
        "balanced.12",
        "--engine",
        "duckdb",
        "--lang",
        "en",
        "--annotate",
        tmp_path / "o.xlsx",
    )
    assert run.code == 1
    made = load_workbook(tmp_path / "o.xlsx")
    assert made["班级"]["E2"].comment.text.splitlines() == [
        "No primary class over 45, no junior class over 50: 椒江区 第一小学 一1 primary 1,045, off by 1,000 人",
        "≤ 45",
        "教督〔2017〕6号 政府保障程度⑤ (balanced.12)",
    ]
    assert [row[0].value for row in made["findings"].iter_rows(min_row=2)] == ["unmet", "unmet"]


def test_no_text_runs_as_a_formula_in_the_copy(tmp_path: Path) -> None:
    source = workbook(tmp_path, book(put("学校", "C2", "=cmd|' /C calc'!A0")))
    made = load_workbook(source)
    made["学校"]["C2"].data_type = "s"
    made.save(source)
    tzcheck("validate", source, "--annotate", tmp_path / "out.xlsx")
    found = load_workbook(tmp_path / "out.xlsx")
    listed = [cell for row in found["findings"].iter_rows() for cell in row]
    assert any("=cmd" in str(cell.value) for cell in listed)
    assert {cell.data_type for cell in listed if cell.value is not None} == {"s"}


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


def test_the_workbook_that_is_checked_is_never_overwritten(tmp_path: Path) -> None:
    source = workbook(tmp_path, book())
    before = source.read_bytes()
    run = tzcheck("validate", source, "--lang", "en", "--annotate", source)
    assert run.code == 2
    assert run.err.endswith("would overwrite the workbook that is checked; choose another name\n")
    assert source.read_bytes() == before
