"""The form to apply with: its numbers against the oracle, its verdicts against the result, and what must stay blank."""

import json
import math
import re
import shutil
import subprocess
from fractions import Fraction
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests import counties, oracle
from tests.counties import County
from tests.support import TAIZHOU, Run, facts, tzcheck
from tests.test_counties import code_of

READY = TAIZHOU.parent / "demo-2022" / "ready"
TROUBLED = READY.parent / "troubled"
TABLES = ["表Ⅱ-1", "表Ⅱ-2", "表Ⅲ", "表Ⅳ", "表Ⅴ", "表Ⅵ"]
NOTES = {"zh": "未填项与数据来源", "en": "Blanks and sources"}
STAGES = {"小学": "primary", "初中": "junior"}
VERDICTS = {"met": "是", "unmet": "否", "undetermined": "未能判定", "not_applicable": "不适用", "not_counted": "未抽测"}
OFFICE = shutil.which("soffice")
Cells = list[tuple[Any, ...]]
SCHOOLS = "school_id,school,type,ownership,area,students_primary,classes_primary,above_degree_primary,teachers\n"


def filled(target: Path, *arguments: object, code: int = 0) -> dict[str, Cells]:
    """The rows of every sheet below its title and place."""
    run = tzcheck("forms", *arguments, "-o", target)
    assert run.code == code, run.err
    return read(target)


def read(path: Path) -> dict[str, Cells]:
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in openpyxl.load_workbook(path)}


def why(book: dict[str, Cells], table: str, lang: str = "zh") -> dict[str, str]:
    """Why cells of a table are blank, by what they are called."""
    return {row[2]: row[3] for row in book[NOTES[lang]] if row[1] == table}


def as_given(path: Path, **changed: str) -> Path:
    """A copy of the county that is ready, some of its files as they are given here."""
    shutil.copytree(READY, path)
    for name, content in changed.items():
        (path / f"{name}.csv").write_text(content, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Cells]]:
    path = tmp_path_factory.mktemp("form") / "申报表.xlsx"
    return path, filled(path, READY, "--lang", "zh")


# --- numbers against the oracle ------------------------------------------------------------------------------------


def large_classes(county: County, stage: str) -> Fraction | None:
    """The classes over the limit, by the lists of classes and else by the bands; None where a school has neither."""
    limit, sizes = oracle.CLASS_LIMITS[stage], oracle.rows_by(county, "classes", "school_id", "stage")
    bands = oracle.rows_by(county, "class_bands", "school_id", "stage")
    found: list[Fraction | None] = []
    for school in oracle.rows(county, "schools"):
        key = (school["school_id"], stage)
        if oracle.stage_in_scope(school, stage) is not False:
            listed = [oracle.number(row, "students") for row in sizes.get(key, ())]
            over = [row for row in bands.get(key, ()) if oracle.CLASS_BANDS[row["band"]] > limit]
            whole = listed if key in sizes else [oracle.number(row, "classes") for row in bands.get(key, ())]
            if (key not in sizes and key not in bands) or None in whole or oracle.stage_in_scope(school, stage) is None:
                found.append(None)
            elif key in sizes:
                found.append(Fraction(sum(students > limit for students in listed if students is not None)))
            else:
                found.append(oracle.total(oracle.number(row, "classes") for row in over))
    return oracle.total(found)


def same(cell: Any, value: Fraction | None) -> bool:
    return cell is None if value is None else cell is not None and math.isclose(cell, value, rel_tol=1e-14)


@pytest.mark.parametrize("first", [0, 40])
def test_every_number_is_what_the_oracle_says(tmp_path: Path, first: int) -> None:
    many = {code_of(number): counties.make(number) for number in range(first, first + 40)}
    counties.write_many({(code, code): county for code, county in many.items()}, tmp_path / "facts")
    run = tzcheck("forms", tmp_path / "facts", "--as-of", counties.AS_OF, "-o", tmp_path / "f.xlsx", "--lang", "zh")
    assert run.code in (0, 3), run.err
    book = read(tmp_path / "f.xlsx")
    compared = 0
    for code, county in many.items():
        if f"{code} 表Ⅱ-2" not in book:  # it has nothing of this standard at all
            continue
        compared += compare_schools(book[f"{code} 表Ⅱ-2"], county)
        compare_numbers(book, code, county)
    assert compared > 100


def compare_schools(rows: Cells, county: County) -> int:
    told = [row for row in rows[4:] if row[1] is not None]
    wanted = [
        (school, stage)
        for stage in STAGES.values()
        for school in oracle.rows(county, "schools")
        if oracle.stage_in_scope(school, stage) is not False
    ]
    assert [row[1] for row in told] == [school["school"] for school, _ in wanted]
    limits = oracle.RESOURCE_LIMITS
    for row, (school, stage) in zip(told, wanted, strict=True):
        assert same(row[3], oracle.of_stage(school, "students", stage))
        values = {which: oracle.resource(school, stage, which) for which in limits}
        assert all(same(cell, value) for cell, value in zip(row[6:13], values.values(), strict=True)), row
        reached = {which: oracle.at_least(value, limits[which][stage]) for which, value in values.items()}
        near = {w: oracle.at_least(values[w], oracle.FLOOR * limits[w][stage]) for w in limits}
        sure = oracle.stage_in_scope(school, stage) is True
        whole = oracle.tolerance({"schools": [school]})
        if sure and len([one for one in STAGES.values() if oracle.stage_in_scope(school, one) is not False]) == 1:
            assert row[13] == VERDICTS[whole.verdict]
        told_of = dict(zip(("达标", "达到85%", "不足85%", "缺数据"), (0, 0, 0, 0), strict=True))
        for number, name in re.findall(r"(\d)项(达标|达到85%|不足85%|缺数据)", row[14]):
            told_of[name] += int(number)
        assert told_of == {
            "达标": sum(one is True for one in reached.values()),
            "达到85%": sum(reached[w] is False and near[w] is True for w in limits),
            "不足85%": sum(near[w] is False for w in limits),
            "缺数据": sum(one is None for one in reached.values()),
        }
    return len(wanted)


def compare_numbers(book: dict[str, Cells], code: str, county: County) -> None:
    counts, means = book[f"{code} 表Ⅱ-1"][4:], book[f"{code} 表Ⅲ"][4:]
    for index, stage in enumerate(STAGES.values()):
        schools = [one for one in oracle.rows(county, "schools") if oracle.stage_in_scope(one, stage) is not False]
        sure = all(oracle.stage_in_scope(one, stage) is True for one in schools)
        found = []
        for which, limit in oracle.RESOURCE_LIMITS.items():
            cells = [counts[2 * index][which + 1], counts[2 * index + 1][which + 1]]
            mean, variation = means[2 * index][which + 1], means[2 * index + 1][which + 1]
            values = [oracle.resource(one, stage, which) for one in schools]
            held = [oracle.at_least(value, limit[stage]) for value in values]
            if not schools:
                assert {*cells, mean, variation} <= {"——", None}
                continue
            reached = None if None in held or not sure else Fraction(held.count(True))
            assert same(cells[0], reached)
            assert same(cells[1], None if reached is None else reached * 100 / len(schools))
            coefficient = oracle.coefficient(county, which, stage)
            found.append(coefficient)
            if coefficient is None:
                assert variation is None
            else:
                assert variation == pytest.approx(coefficient.coefficient, abs=1e-11)
                students = [oracle.of_stage(one, "students", stage) for one in schools]
                weighted = oracle.total(oracle.times(*pair) for pair in zip(values, students, strict=True))
                assert same(mean, oracle.quotient(weighted, oracle.total(students)))
        overall = means[2 * index + 1][9]
        known = [one.coefficient for one in found if one]
        if len(known) == 7:
            assert overall == pytest.approx(sum(known) / 7, abs=1e-11)
        else:
            assert overall in (None, "——")
    # What the county's numbers say in words: never less than there is, and nothing where that can't be told.
    said = {row[0].partition(".")[0]: row[1] or "" for row in book[f"{code} 表Ⅳ"][3:18]}
    for name, number in re.findall(r"的(小学|初中)班级(\d+)个", said["5"]):
        assert large_classes(county, STAGES[name]) == int(number)
    inside = [one for one in oracle.rows(county, "schools") if oracle.school_in_scope(one) is not False]
    for column, text, name in (("trained_360h", said["9"], "培训的教师"), ("certified", said["12"], "教师资格证")):
        for number in re.findall(name + r"(\d+)人", text):
            assert oracle.total(oracle.number(one, column) for one in inside) == int(number)
    for name, number in re.findall(r"超过2[05]00人的?(小学|一贯制学校)(\d+)所", said["4"]):
        types = ("nine_year", "twelve_year") if name == "一贯制学校" else ("primary", "teaching_point")
        large = [oracle.compulsory(one, "students") for one in inside if one["type"] in types]
        assert sum(one > (2500 if len(name) > 2 else 2000) for one in large) == int(number)
    values = county.get("values") or {}
    if values.get("rotated") is not None and values.get("rotation_eligible"):
        assert f"上一年度交流轮岗{int(values['rotated'])}名" in said["11"]


# --- verdicts against the result -----------------------------------------------------------------------------------


@pytest.mark.parametrize("folder", [READY, READY.parent / "nearly", TROUBLED], ids=lambda one: one.name)
def test_a_table_has_the_verdicts_of_the_result(folder: Path, tmp_path: Path) -> None:
    result = json.loads(tzcheck("check", folder, "--standard", "balanced", "--format", "json").out)
    (standard,) = result["counties"][0]["standards"]
    verdicts = {one["number"]: one for one in standard["indicators"]}
    wrong = any(problem["severity"] == "error" for problem in result["problems"])
    book = filled(tmp_path / "f.xlsx", folder, "--lang", "zh", code=3 if wrong else 0)
    told = [row[2] for row in (*book["表Ⅳ"][3:18], *book["表Ⅴ"][3:12])]
    beneath = [verdicts[str(number)]["beneath"] or verdicts[str(number)]["verdict"] for number in range(8, 32)]
    assert told == [VERDICTS[verdict] for verdict in beneath]
    assert ("改正前不要上报" in book["表Ⅳ"][1][0]) is wrong
    for number, row in enumerate((*book["表Ⅳ"][3:18], *book["表Ⅴ"][3:12]), start=8):
        if verdicts[str(number)]["verdict"] == "undetermined":
            table = "表Ⅳ" if number < 23 else "表Ⅴ"
            assert any(cell.startswith(row[0].partition(".")[0]) for cell in why(book, table))


def test_a_waived_indicator_is_told_as_it_is(tmp_path: Path) -> None:
    folder = as_given(
        tmp_path / "f",
        waivers=(
            "indicator,reason,document_no,approved_by,expires\nbalanced.18,三年内补足,示例〔2022〕9号,示例局,2023-12-31\n"
        ),
    )
    path = folder / "county.yaml"
    path.write_text(re.sub(r"rotated: \{value: \d+", "rotated: {value: 20", path.read_text("utf-8")), "utf-8")
    book = filled(tmp_path / "f.xlsx", folder)
    assert book["表Ⅳ"][13][2] == "否"


# --- what is not known ---------------------------------------------------------------------------------------------


def test_a_number_that_is_missing_stays_blank_and_is_listed(tmp_path: Path) -> None:
    schools = (READY / "schools.csv").read_text("utf-8-sig")
    head, first, *rest = schools.splitlines()
    at = head.split(",").index("网络多媒体教室数")
    cells = first.split(",")
    cells[at] = ""
    folder = as_given(tmp_path / "f", schools="\n".join([head, ",".join(cells), *rest]) + "\n")
    book = filled(tmp_path / "f.xlsx", folder, "--lang", "zh")
    assert book["表Ⅱ-2"][4][12] is None
    assert book["表Ⅱ-2"][4][13] == "未能判定"
    assert "1项缺数据（网络多媒体教室）" in book["表Ⅱ-2"][4][14]
    assert book["表Ⅱ-1"][4][8:10] == (None, None)
    assert book["表Ⅱ-1"][4][7] == 22
    assert book["表Ⅲ"][4][8] is None
    assert book["表Ⅲ"][5][8] is None
    assert book["表Ⅲ"][5][9] is None
    assert why(book, "表Ⅱ-1")["小学 L7"] == "1所学校缺数据"
    assert "小学 L7" in why(book, "表Ⅲ")


def test_a_refused_school_leaves_no_sum(tmp_path: Path) -> None:
    lines = (READY / "schools.csv").read_text("utf-8-sig").splitlines()
    lines[1] = lines[1].replace("2000", "两千", 1)
    folder = as_given(tmp_path / "f", schools="\n".join(lines) + "\n")
    book = filled(tmp_path / "f.xlsx", folder, "--lang", "zh", code=3)
    assert [cell for row in book["表Ⅱ-1"][4:] for cell in row[2:] if cell is not None] == []
    assert [cell for row in book["表Ⅲ"][4:8] for cell in row[2:9] if cell is not None] == []
    assert any("本表不全" in str(row[0]) for row in book["表Ⅱ-2"])
    assert len([row for row in book["表Ⅱ-2"][4:] if row[1]]) == 34  # the others are listed
    assert not re.search(r"\d", book["表Ⅳ"][11][1].replace("360", ""))
    assert "＿＿" in book["表Ⅳ"][6][1]
    assert "＿＿" in str(book["表Ⅱ-2"])


def test_a_county_that_gave_no_schools_has_no_zeros(tmp_path: Path) -> None:
    book = filled(tmp_path / "f.xlsx", TAIZHOU, "--county", "椒江区", "--lang", "zh")
    assert not any(isinstance(cell, int | float) for name in TABLES[:3] for row in book[name] for cell in row)
    assert [row[1] for row in book["表Ⅳ"][3:18]] == ["依据公布的达标标记"] * 15
    assert why(book, "表Ⅱ-1")["L1—L8"] == "没有数据表 schools"


def test_a_share_is_not_rounded_up_to_its_limit(tmp_path: Path) -> None:
    """84.96 % of the migrant children is not 85.0 %, and 1 more is."""
    values = "key,value\nmigrant_children,10000\nmigrant_in_public,{}\nmigrant_in_purchased,0\n"
    for number, shown, met in ((8496, "84.96%", "否"), (8500, "85.0%", "是"), (9999, "99.99%", "是")):
        folder = facts(
            tmp_path / str(number),
            values=values.format(number),
            attestations=("indicator,holds,document\nbalanced.22,是,文件\n"),
        )
        book = filled(tmp_path / f"{number}.xlsx", folder, "--lang", "zh")
        assert f"占{shown}" in book["表Ⅳ"][17][1]
        assert book["表Ⅳ"][17][2] == met


def test_retention_is_told_under_the_reading_that_is_used(tmp_path: Path) -> None:
    values = "key,value\n" + "".join(
        f"junior_{key},{number}\n"
        for key, number in (("graduates", 100), ("entrants", 104), ("transferred_in", 6), ("transferred_out", 2),
                            ("died", 0))
    )  # fmt: skip
    folder = facts(tmp_path / "f", values=values)
    book = filled(tmp_path / "f.xlsx", folder)
    assert "三年巩固率92.3%" in book["表Ⅴ"][3][1]
    own = tmp_path / "own" / "profiles"
    own.mkdir(parents=True)
    (own / "moved.yaml").write_text(
        "profile: moved\ntitle: {zh: 一, en: one}\nreadings: {balanced.23: moved}\n", encoding="utf-8"
    )
    book = filled(tmp_path / "g.xlsx", folder, "--rules", tmp_path / "own", "--profile", "moved", "--lang", "en")
    assert "三年巩固率92.6%" in book["表Ⅴ"][3][1]
    assert any("balanced.23" in str(row[0]) for row in book[NOTES["en"]])


def test_what_is_asked_of_visitors_and_monitors(tmp_path: Path) -> None:
    keys = ("surveys_sent", "surveys_valid", "surveys_satisfied", "visits", "visits_satisfied")
    values = "key,value\n" + "".join(
        f"{key},{number}\n" for key, number in zip(keys, (300, 200, 171, 40, 39), strict=True)
    )
    values += "monitoring_level.语文,Ⅲ\nmonitoring_variation.语文,0.1499\n"
    values += "monitoring_level.数学,2\nmonitoring_variation.数学,0.15\n"
    book = filled(tmp_path / "f.xlsx", facts(tmp_path / "f", values=values))
    assert book["表Ⅵ"][6] == ("计", 300, 200, 171, 85.5, 40, 39, 97.5)
    assert book["表Ⅵ"][7] == ("其中：家长", None, None, None, None, None, None, None)
    assert "语文Ⅲ级，校际差异率0.1499" in book["表Ⅴ"][11][1]
    assert "数学Ⅱ级，校际差异率0.15" in book["表Ⅴ"][11][1]


# --- the workbook --------------------------------------------------------------------------------------------------


def test_it_is_laid_out_as_the_official_form(ready: tuple[Path, dict[str, Cells]]) -> None:
    path, rows = ready
    assert list(rows) == [*TABLES, NOTES["zh"]]
    book = openpyxl.load_workbook(path)
    assert [cell.value for cell in book["表Ⅱ-2"][4]][:14] == [f"L{number}" for number in range(1, 15)]
    assert [cell.value for cell in book["表Ⅵ"][6]][1:] == [f"L{number}" for number in range(1, 8)]
    assert {cell.number_format for row in book["表Ⅱ-2"]["G5:M39"] for cell in row} == {"0.00"}
    assert {cell.number_format for cell in book["表Ⅲ"][5][2:9]} == {"0.00"}
    assert {cell.number_format for cell in book["表Ⅲ"][6][2:9]} == {"0.000"}
    merged = {str(one) for one in book["表Ⅵ"].merged_cells.ranges}
    assert {"B3:D3", "C4:D4", "A3:A5", "E3:E5", "F3:G3", "H3:H5"} <= merged
    for sheet in book:
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
        assert sheet.freeze_panes


@pytest.mark.skipif(OFFICE is None, reason="no office program here")
def test_an_office_program_opens_it_and_keeps_its_values(ready: tuple[Path, dict[str, Cells]], tmp_path: Path) -> None:
    path, rows = ready
    command = [str(OFFICE), f"-env:UserInstallation=file://{tmp_path}/home", "--headless", "--convert-to", "ods",
               "--outdir", str(tmp_path), str(path)]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True)
    back = [*command[:4], "xlsx", *command[5:7], str(tmp_path / "申报表.ods")]
    subprocess.run(back, check=True, capture_output=True)
    again = read(tmp_path / "申报表.xlsx")
    for name in rows:
        for one, other in zip(rows[name], again[name], strict=False):
            assert [same_cell(*pair) for pair in zip(one, other, strict=False)] == [True] * len(one), name


def same_cell(one: Any, other: Any) -> bool:
    if isinstance(one, int | float) and isinstance(other, int | float):
        return math.isclose(one, other, rel_tol=1e-12)
    return (one or None) == (other or None)


@pytest.mark.parametrize("name", ["=1+1", "@SUM(A1)", "-2+3", "+x", "a\x07b", "<script>", "学" * 300])
def test_no_text_runs_as_a_formula(tmp_path: Path, name: str) -> None:
    schools = SCHOOLS + f'2133000001,"{name}",primary,public,rural,100,3,5,8\n'
    attestations = f'indicator,holds,statement,document\nbalanced.8,是,"{name}",文件\n'
    folder = facts(tmp_path / "f", schools=schools, attestations=attestations)
    target = tmp_path / "f.xlsx"
    tzcheck("forms", folder, "-o", target)
    book = openpyxl.load_workbook(target)
    assert not any(cell.data_type == "f" for sheet in book for row in sheet for cell in row)
    assert book["表Ⅱ-2"]["B5"].value == name.replace("\x07", "")
    assert str(book["表Ⅳ"]["B4"].value).startswith(name.replace("\x07", ""))


def test_several_counties_have_sheets_of_their_own(tmp_path: Path) -> None:
    sets = []
    for number, name in enumerate(["甲[县]", "甲县/", "十分长的一个县的名字" * 5, "又" + "十分长的一个县的名字" * 5]):
        folder = facts(
            tmp_path / str(number), schools=SCHOOLS + f"213300000{number},校,primary,public,rural,100,3,5,8\n"
        )
        (folder / "county.yaml").write_text(
            f'county: {{code: "33990{number + 1}", name: "{name}"}}\nas_of: 2022-12-31\n', encoding="utf-8"
        )
        sets.append(folder)
    book = filled(tmp_path / "f.xlsx", *sets, "--lang", "en")
    assert len(book) == 4 * 6 + 1
    assert all(len(name) <= 31 for name in book)


WRONG = {
    'balanced.99: ""': "balanced.99",
    "balanced.8: 共{no_such}人": "no_such",
    "balanced.8: 共{in_zone_share}%": "primary",
    "balanced.8: 共{trained.primary}人": "primary",
    "balanced.8: 共{trained人": "共{trained人",
}


@pytest.mark.parametrize("line", WRONG)
def test_a_form_that_names_what_is_not_there_is_refused(tmp_path: Path, line: str) -> None:
    """The rules, copied, with one line of the form changed."""
    shutil.copytree(TAIZHOU.parent.parent / "rules" / "balanced", tmp_path / "own" / "mine")
    for path in (tmp_path / "own" / "mine").iterdir():
        text = path.read_text("utf-8").replace("balanced.", "mine.").replace("id: balanced", "id: mine")
        text = text.replace('    mine.8: ""', "    " + line.replace("balanced.", "mine."))
        path.write_text(re.sub(r"covers: .*", "", text), "utf-8")
    run = tzcheck("rules", "list", "--rules", tmp_path / "own", "--lang", "en")
    assert run.code == 2
    assert WRONG[line].replace("balanced", "mine") in run.err
    assert "own/mine/application.yaml:" in run.err


# --- refusals ------------------------------------------------------------------------------------------------------


def refused(target: Path, *arguments: object) -> Run:
    return tzcheck("forms", *arguments, "-o", target, "--lang", "en")


def test_a_form_that_somebody_went_on_with_is_left_alone(tmp_path: Path) -> None:
    target = tmp_path / "f.xlsx"
    target.write_bytes(b"mine")
    assert refused(target, READY).code == 2
    assert target.read_bytes() == b"mine"
    assert refused(target, READY, "--force").code == 0
    assert target.read_bytes() != b"mine"


def test_a_form_is_a_workbook(tmp_path: Path) -> None:
    run = refused(tmp_path / "f.csv", READY)
    assert (run.code, list(tmp_path.iterdir())) == (2, [])
    assert ".xlsx" in run.err


def test_facts_of_a_city_alone_have_no_form(tmp_path: Path) -> None:
    folder = tmp_path / "f"
    folder.mkdir()
    (folder / "city.yaml").write_text('city: {code: "331000", name: 台州市}\nas_of: 2022-12-31\n', encoding="utf-8")
    (folder / "values.csv").write_text("county,key,value\n331000,towns,10\n", encoding="utf-8")
    run = refused(tmp_path / "f.xlsx", folder)
    assert run.code == 5
    assert not (tmp_path / "f.xlsx").exists()
