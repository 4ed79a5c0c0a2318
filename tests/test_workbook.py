"""The workbook of a result: every sheet says what the JSON result says, and every office program can open it."""

import json
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.support import facts, tzcheck
from tests.test_taizhou import LANGUAGES
from tests.test_writers import DEMO, HOSTILE, verdicts
from tests.test_writers import hostile as hostile

SHEETS = ["总览", "指标结果", "达标矩阵", "问题明细", "学校得分", "补短清单", "未能判定与原因", "数据问题", "数据来源"]
OFFICE = shutil.which("soffice")
Rows = dict[str, list[tuple[Any, ...]]]


def written(folder: Path, target: Path, lang: str = "zh") -> Rows:
    """The rows of every sheet, headers left out."""
    tzcheck("check", folder, "--lang", lang, "--format", "xlsx", "--output", target)
    return read(target)


def read(path: Path) -> Rows:
    book = openpyxl.load_workbook(path)
    return {sheet.title: list(sheet.iter_rows(min_row=2, values_only=True)) for sheet in book}


def digits(cells: Iterable[Any]) -> list[Any]:
    """The cells, of a number the 12 digits that every office program keeps."""
    return [float(f"{cell:.12g}") if isinstance(cell, float) else cell for cell in cells]


@pytest.fixture(scope="module")
def demo() -> dict[str, Any]:
    return json.loads(tzcheck("check", DEMO, "--format", "json", "--lang", "zh").out)


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Rows]:
    path = tmp_path_factory.mktemp("book") / "demo.xlsx"
    return path, written(DEMO, path)


def test_the_sheets_say_what_the_result_says(book: tuple[Path, Rows], demo: dict[str, Any]) -> None:
    _, rows = book
    assert list(rows) == SHEETS
    told = [(row[2], row[11], row[12], row[7], row[9]) for row in rows["指标结果"]]
    wanted = [(one["id"], one["checked"], one["breaches"], one["value"], one["limit"]) for _, one in verdicts(demo)]
    assert list(map(digits, told)) == list(map(digits, wanted))
    signs = [row[5] for row in rows["指标结果"]]
    assert signs == [one["sign"] for _, one in verdicts(demo)]
    breaches = [
        (county, one["id"], item["subject"], item["value"], item["limit"], item["shortfall"], item["file"], item["row"])
        for county, one in verdicts(demo)
        for item in one["evidence"]
    ]
    told_of = [(row[0], row[1], row[4], row[7], row[9], row[11], row[13], row[15]) for row in rows["问题明细"]]
    assert list(map(digits, told_of)) == list(map(digits, breaches))
    shares = [
        (county["name"], standard["met"], standard["counted"], standard["achievement"])
        for county in demo["counties"]
        for standard in county["standards"]
    ]
    assert [digits((row[0], *row[2:5])) for row in rows["总览"]] == list(map(digits, shares))
    assert len(rows["数据问题"]) == len(demo["problems"])
    assert [row[6] for row in rows["数据来源"][:-1]] == [one["sha256"] for one in demo["facts"]]
    undetermined = [one["id"] for _, one in verdicts(demo) if one["verdict"] == "undetermined"]
    assert [row[1] for row in rows["未能判定与原因"] if row[2]] == undetermined


def test_the_sums_of_what_is_missing_are_those_of_the_result(book: tuple[Path, Rows], demo: dict[str, Any]) -> None:
    _, rows = book
    needs = [
        (county["name"], need["indicator"], need["amount"])
        for county in demo["counties"]
        for standard in county["standards"]
        for need in standard["needs"]
    ]
    sums = [digits((row[0], row[1], row[5])) for row in rows["补短清单"] if row[4] == "合计"]
    assert sums == list(map(digits, needs))
    for county, indicator, amount in needs:
        each = [row[5] for row in rows["补短清单"] if (row[0], row[1]) == (county, indicator) and row[4] != "合计"]
        assert sum(each) == pytest.approx(amount)


def test_a_school_fails_what_its_breaches_say(book: tuple[Path, Rows], demo: dict[str, Any]) -> None:
    _, rows = book
    failing: dict[tuple[str, str], set[str]] = {}
    for county, one in verdicts(demo):
        for item in one["evidence"] if one["basis"] != "mark" else ():
            if item["subject"] and len(item["subject"]) == 10:
                failing.setdefault((county, item["subject"]), set()).add(one["id"])
    told = {(row[0], row[1]): set((row[7] or "").split()) for row in rows["学校得分"]}
    assert len(told) > 100
    assert {key: ids for key, ids in told.items() if ids} == failing
    for row in rows["学校得分"]:
        assert row[3] == pytest.approx(row[4] / (row[4] + row[5] + row[6]))


def test_the_matrix_is_as_the_notice_prints_it(book: tuple[Path, Rows], demo: dict[str, Any]) -> None:
    path, _ = book
    sheet = openpyxl.load_workbook(path)["达标矩阵"]
    first = next(row for row in sheet.iter_rows(values_only=True) if row[1] == "未达标项数")
    unmet = [
        sum(one["verdict"] == "unmet" for one in standard["indicators"] if one["number"].isdigit())
        for county in demo["counties"]
        for standard in county["standards"]
        if standard["id"] == "balanced"
    ]
    assert list(first[2:]) == [f"-{number}" if number else "0" for number in unmet]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_text_runs_as_a_formula(hostile: Path, tmp_path: Path, lang: str) -> None:
    rows = written(hostile, tmp_path / "book.xlsx", lang)
    assert any(HOSTILE in str(cell) for sheet in rows.values() for row in sheet for cell in row)
    for sheet in openpyxl.load_workbook(tmp_path / "book.xlsx"):
        assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "inlineStr"}


def test_a_county_may_be_called_as_it_likes(tmp_path: Path) -> None:
    folder = facts(tmp_path / "f", marks="indicator,mark\nbalanced.1,√\n")
    (folder / "county.yaml").write_text('county: {name: "=1+1\\x07"}\nas_of: 2022-12-31\n', encoding="utf-8")
    rows = written(folder, tmp_path / "book.xlsx")
    assert rows["总览"][0][0] == "=1+1�"
    for sheet in openpyxl.load_workbook(tmp_path / "book.xlsx"):
        assert "f" not in {cell.data_type for row in sheet.iter_rows() for cell in row}


def test_every_sheet_can_be_used_and_printed(book: tuple[Path, Rows]) -> None:
    path, _ = book
    for sheet in openpyxl.load_workbook(path):
        assert sheet.freeze_panes
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.print_title_rows == "$1:$1"
        if sheet.title != "达标矩阵":
            assert sheet.auto_filter.ref == sheet.dimensions
            assert sheet.print_area.endswith(sheet.dimensions.replace("A1", "$A$1").split(":")[1].lstrip("$")[-1])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_explanation_written_beside_a_problem_is_read_back(tmp_path: Path, lang: str) -> None:
    folder = DEMO / "nearly"
    path = tmp_path / "result.xlsx"
    tzcheck("check", folder, "--lang", lang, "--format", "xlsx", "--output", path)
    before = json.loads(tzcheck("check", folder, path, "--format", "json").out)
    (query,) = [one for one in before["problems"] if one["severity"] == "query"]
    assert before["problems"] == json.loads(tzcheck("check", folder, "--format", "json").out)["problems"]
    book = openpyxl.load_workbook(path)
    sheet = book["数据问题" if lang == "zh" else "Data problems"]
    sheet["H2"], sheet["I2"] = "新建校区尚未启用", "示例乙县人民政府教育督导委员会办公室"
    book.save(path)
    after = json.loads(tzcheck("check", folder, path, "--format", "json").out)
    (answered,) = after["problems"]
    assert (answered["code"], answered["severity"]) == (query["code"], "explained")
    assert "新建校区尚未启用" in answered["message"]


@pytest.mark.skipif(OFFICE is None, reason="no LibreOffice on this machine")
def test_an_office_program_opens_it_and_keeps_its_values(book: tuple[Path, Rows], tmp_path: Path) -> None:
    path, rows = book
    home = f"-env:UserInstallation={(tmp_path / 'office').as_uri()}"
    subprocess.run(
        [str(OFFICE), home, "--headless", "--convert-to", "xlsx", "--outdir", tmp_path, path],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    kept = read(tmp_path / path.name)

    def trimmed(found: list[tuple[Any, ...]]) -> list[list[Any]]:
        """The cells without blanks."""
        return [digits(cell for cell in row if cell is not None) for row in found if any(row)]

    assert {name: trimmed(found) for name, found in kept.items()} == {
        name: trimmed(found) for name, found in rows.items()
    }
