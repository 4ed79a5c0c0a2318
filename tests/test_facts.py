"""Reading facts: every row is accepted or reported, and each fault is told where it is."""

import os
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.awkward import book
from tests.support import COUNTY, ROOT, check, facts, problems, tzcheck
from tzcheck import facts as reading
from tzcheck.cells import parse_date, parse_decimal
from tzcheck.errors import UsageFault
from tzcheck.facts import Facts
from tzcheck.place import TAIZHOU, Places
from tzcheck.readers import csv as csv_reader
from tzcheck.reading import Known
from tzcheck.value import kinds_of, read_values

VALUES, _ = read_values(ROOT / "rules")
KNOWN = Known(frozenset({"balanced.1", "balanced.2", "balanced.12"}), frozenset({"balanced"}), kinds_of(VALUES, ()))


def read(folder: Path) -> Facts:
    return reading.read([folder], KNOWN)


def column(found: Facts, table: str, name: str) -> list[object]:
    return [cell for *_, cell in found.tables[table].rows(name)]


def rows(found: Facts, table: str) -> list[int]:
    return [row for _, _, row in found.tables[table].rows()]


def codes(found: Facts) -> list[tuple[str, str | None, int | None, str | None, str | None]]:
    return [(p.code, p.file, p.row, p.column, p.value) for p in found.problems]


@pytest.mark.parametrize(
    ("spelling", "id"),
    [
        ("椒江", "331002"), ("椒江区", "331002"), ("331002", "331002"), (" 椒 江 区 ", "331002"),
        ("３３１００２", "331002"),
        ("新区", "台州湾新区"), ("台州湾", "台州湾新区"), ("台州湾新区", "台州湾新区"),
        ("331021", "331083"), ("331083", "331083"), ("玉环县", "331083"), ("玉环", "331083"), ("玉环市", "331083"),
        ("台州市", "331000"), ("台州", "331000"), ("市本级", "331001"), ("全省第六名", "330000"),
    ],
)  # fmt: skip
def test_the_names_and_codes_of_a_county_are_one(spelling: str, id: str) -> None:
    place = Places().find(spelling)
    assert place is not None
    assert place.id == id


@pytest.mark.parametrize("unknown", ["椒", "江", "331", "3310021", "海门", "", "県"])
def test_what_is_no_known_name_or_code_is_no_place(unknown: str) -> None:
    assert Places().find(unknown) is None


def test_a_code_that_nobody_registered_is_a_place_of_its_own_level() -> None:
    found = Places()
    levels = {code: place.level for code in ("110101", "110100", "110000") if (place := found.find(code))}
    assert levels == {"110101": "county", "110100": "city", "110000": "province"}


def test_every_registered_place_is_found_under_each_of_its_spellings() -> None:
    found = Places()
    assert all(found.find(spelling) == place for place in TAIZHOU for spelling in place.spellings)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("45", "45"), ("45.0", "45.0"), ("１，２３４", "1234"), ("1,234.5", "1234.5"), ("-3", "-3"), ("2023年", "2023"),
        ("+7", "7"), ("0", "0"),
    ],
)  # fmt: skip
def test_a_number_is_read_however_a_spreadsheet_spells_it(text: str, number: str) -> None:
    assert parse_decimal(text) == Decimal(number)


@pytest.mark.parametrize(
    "text", ["约44", "44人", "1e3", "nan", "inf", "12,34", "1,2345", "4 5", "", ".", "1.", "٣", "0x10", "85%", "1" * 50]
)
def test_what_is_not_plainly_a_number_is_none(text: str) -> None:
    assert parse_decimal(text) is None


def test_a_percent_sign_is_read_only_where_the_column_is_a_percentage() -> None:
    assert (parse_decimal("85％", percent=True), parse_decimal("85％")) == (Decimal(85), None)


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=4))
def test_every_decimal_comes_back_exactly(number: Decimal) -> None:
    assert parse_decimal(f"{number:f}") == number
    assert parse_decimal(f"{number:,f}") == number


@pytest.mark.parametrize(
    "text",
    [
        "2022-12-31", "2022/12/31", "2022.12.31", "2022年12月31日", "２０２２-12-31", "2022/12/31 0:00",
        "2022/12/31 0:00:00", "2022-12-31 00:00:00", "2022-12-31T00:00:00.000",
    ],
)  # fmt: skip
def test_a_day_is_read_in_all_usual_forms(text: str) -> None:
    assert parse_date(text) == date(2022, 12, 31)


@pytest.mark.parametrize(
    "text",
    [
        "2022-02-30", "2022", "31.12.2022", "2022-13-01", "昨天", "2022-12-31 8:00", "2022-12-31 00:00:01",
        "2022-12-31 0",
    ],
)  # fmt: skip
def test_what_is_no_day_is_none(text: str) -> None:
    assert parse_date(text) is None


def test_a_blank_is_missing_and_zero_is_zero(tmp_path: Path) -> None:
    found = read(facts(tmp_path / "f", enrolment="county,primary_total,primary_private\n椒江,,0\n"))
    assert (column(found, "enrolment", "primary_total"), column(found, "enrolment", "primary_private")) == ([None], [0])
    assert found.problems == ()


def test_headers_are_known_in_chinese_and_in_any_order(tmp_path: Path) -> None:
    written = "标题：某县班级\n\n学生数,年 级,班级,学段,学校（机构）标识码\n４５,一,1,小学,2133000001\n"
    found = read(facts(tmp_path / "f", classes=written))
    names = ("school_id", "stage", "grade", "class", "students")
    assert [column(found, "classes", id) for id in names] == [["2133000001"], ["primary"], ["一"], ["1"], [45]]
    assert rows(found, "classes") == [4]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_the_encodings_of_chinese_spreadsheets_are_read(tmp_path: Path, encoding: str) -> None:
    folder = facts(tmp_path / "f")
    (folder / "marks.csv").write_bytes("指标,标记\nbalanced.1,√\n".encode(encoding))
    found = read(folder)
    assert (column(found, "marks", "mark"), found.problems) == (["met"], ())


def test_line_ends_of_windows_and_quoted_line_breaks_do_not_move_the_row_numbers(tmp_path: Path) -> None:
    folder = facts(tmp_path / "f")
    written = 'indicator,mark\r\n"balanced.1",√\r\n\r\n"balanced.\r\n9x",√\r\nbalanced.2,坏\r\n'
    (folder / "marks.csv").write_bytes(written.encode())
    assert codes(read(folder)) == [
        ("unknown_id", "marks.csv", 4, "indicator", "balanced.9x"),
        ("bad_code", "marks.csv", 5, "mark", "坏"),
    ]


def test_a_yaml_list_is_a_table_and_a_row_is_the_line_it_begins_on(tmp_path: Path) -> None:
    folder = facts(
        tmp_path / "f", **{"marks.yaml": "- {指标: balanced.1, 标记: √}\n-\n  标记: 坏\n  指标: balanced.2\n"}
    )
    found = read(folder)
    assert column(found, "marks", "mark") == ["met"]
    assert codes(found) == [("bad_code", "marks.yaml", 3, "mark", "坏")]


def test_all_the_faults_of_a_file_are_told_at_once_and_nothing_vanishes(tmp_path: Path) -> None:
    written = (
        "school_id,school,type,students_primary,teaching_area\n"
        "2133000001,一小,小学,约44,100\n"
        "2133000002,二小,大学,-1,abc\n"
        "2133000003,,小学,1,1\n"
        "2133000004,四小,小学,1,1\n"
        "2133000004,又四小,小学,2,2\n"
        "2133000005,五小,小学,3,3,多\n"
    )
    found = read(facts(tmp_path / "f", schools=written))
    assert codes(found) == [
        ("bad_cell", "schools.csv", 2, "students_primary", "约44"),
        ("bad_code", "schools.csv", 3, "type", "大学"),
        ("bad_cell", "schools.csv", 3, "students_primary", "-1"),
        ("bad_cell", "schools.csv", 3, "teaching_area", "abc"),
        ("blank_key", "schools.csv", 4, "school", None),
        ("duplicate", "schools.csv", 6, "school_id", "2133000004"),
        ("beyond_header", "schools.csv", 7, None, "多"),
    ]
    assert [(one.rows, one.accepted, one.rejected) for one in found.files if one.path == "schools.csv"] == [(6, 1, 5)]
    assert [problem.county for problem in found.problems] == ["331002"] * 7


def test_a_total_row_is_no_fact_but_is_told(tmp_path: Path) -> None:
    written = "school_id,school,students_primary\n2133000001,一小,45\n合计,,45\n"
    found = read(facts(tmp_path / "f", schools=written))
    assert column(found, "schools", "students_primary") == [45]
    assert codes(found) == [("total_row", "schools.csv", 3, None, "合计")]


def test_the_total_row_of_a_city_is_the_citys_own(tmp_path: Path) -> None:
    folder = tmp_path / "f"
    folder.mkdir()
    (folder / "city.yaml").write_text("city: {name: 台州市}\nas_of: 2022-12-31\n", encoding="utf-8")
    (folder / "enrolment.csv").write_text("county,primary_total\n椒江,4\n合计,4\n", encoding="utf-8")
    found = read(folder)
    places = [found.places[index].name for index in column(found, "enrolment", "_place")]
    assert (places, found.problems) == (["椒江区", "台州市"], ())
    assert found.cities == (None, 0)


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("marks.csv", "indicatr,mark\nbalanced.1,√\n", ("header_typo", "marks.csv", 1, "indicatr", None)),
        ("marks.csv", "indicator,标题\nbalanced.1,√\n", ("no_column", "marks.csv", 1, "mark", None)),
        ("marks.csv", "indicator,mark,标记\nbalanced.1,√,√\n", ("same_column", "marks.csv", 1, "标记", None)),
        ("marks.csv", "", ("empty_file", "marks.csv", None, None, None)),
        ("marks.csv", "\n\n ,\n", ("empty_file", "marks.csv", None, None, None)),
        ("marks.csv", "indicator,mark\nbalanced.1,\0\n", ("nul_byte", "marks.csv", 2, None, None)),
        ("marks.csv", 'indicator,mark\n"balanced.1,√\n', ("open_quote", "marks.csv", 2, None, None)),
        ("marks.csv", "indicator,mark\nbalanced.77,√\n", ("unknown_id", "marks.csv", 2, "indicator", "balanced.77")),
        (
            "marks.csv",
            "county,indicator,mark\n海门,balanced.1,√\n",
            ("unknown_place", "marks.csv", 2, "county", "海门"),
        ),
        (
            "marks.csv",
            "county,indicator,mark\n温岭,balanced.1,√\n",
            ("other_county", "marks.csv", 2, "county", "温岭"),
        ),
        ("marks.csv", "indicator,mark\nbalanced.1,×\n", ("bad_code", "marks.csv", 2, "mark", "×")),
        ("mark.csv", "indicator,mark\nbalanced.1,√\n", ("table_typo", "mark.csv", None, None, None)),
        ("marks.yaml", "a: 1\n", ("yaml_rows", "marks.yaml", 1, None, None)),
        (
            "marks.yaml",
            "- {indicator: balanced.1, indicator: x}\n",
            ("yaml_duplicate", "marks.yaml", 1, None, "indicator"),
        ),
        ("marks.yaml", "- &a {indicator: balanced.1}\n- *a\n", ("yaml_alias", "marks.yaml", 1, None, None)),
        ("marks.yaml", "- [\n", ("yaml_syntax", "marks.yaml", 2, None, None)),
        ("county.yaml", "county: 331002\n", ("set_file", "county.yaml", 1, None, None)),
        ("county.yaml", "county: {code: 331002}\nvalue: {}\n", ("unknown_key", "county.yaml", 2, None, "value")),
        ("county.yaml", "county: {code: 33100}\n", ("bad_cell", "county.yaml", 1, "code", "33100")),
        ("county.yaml", COUNTY.replace("12-31", "02-30"), ("bad_cell", "county.yaml", 2, "as_of", "2022-02-30")),
        ("county.yaml", "county: {code: '331002', name: 黄岩}\n", ("code_and_name", "county.yaml", 1, None, "黄岩")),
        ("county.yaml", COUNTY + "county: {name: x}\n", ("yaml_duplicate", "county.yaml", 3, None, "county")),
        ("county.yaml", COUNTY + "values: 3\n", ("values_shape", "county.yaml", 3, None, None)),
        ("values.csv", "key,value\na,1\na,2\n", ("duplicate", "values.csv", 3, "key", "a")),
        (
            "values.csv", "key,value\nsurveys_valid,-10\n",
            ("bad_cell", "values.csv", 2, "value", "-10"),
        ),
        (
            "values.csv", "key,value\ndisabled_children,1.5\n",
            ("bad_cell", "values.csv", 2, "value", "1.5"),
        ),
        (
            "values.csv", "key,value\nbasic_balance_recognised,x\n",
            ("bad_cell", "values.csv", 2, "value", "x"),
        ),
        ("county.yaml", "county: {code: '331002', nmae: x}\n", ("unknown_key", "county.yaml", 1, None, "nmae")),
        ("county.yaml", COUNTY + "values: {a: {value: 1, asof: 2}}\n", ("unknown_key", "county.yaml", 3, None, "asof")),
        ("county.yaml", COUNTY + "values: {a: {b: {c: 1}}}\n", ("unknown_key", "county.yaml", 3, None, "c")),
        ("county.yaml", "county: {name: {a: 1}}\n", ("set_file", "county.yaml", 1, None, None)),
        ("classes.xlsx", "PK", ("workbook_damaged", "classes.xlsx", None, None, None)),
    ],
)  # fmt: skip
def test_a_fault_is_told_at_its_place(
    tmp_path: Path, name: str, content: str, expected: tuple[str, str, int | None, str | None, str | None]
) -> None:
    found = read(facts(tmp_path / "f", **{"published": "standard,unmet\nbalanced,1\n", name: content}))
    assert expected in codes(found)
    assert all(problem.message(lang) for problem in found.problems for lang in ("zh", "en"))
    assert all(p.severity == "error" for p in found.problems if (p.code, p.file) == expected[:2])


def test_a_file_that_is_no_table_and_a_column_that_is_none_are_queries(tmp_path: Path) -> None:
    folder = facts(tmp_path / "f", marks="indicator,mark,note\nbalanced.1,√,x\n", **{"other-things.csv": "a\n1\n"})
    found = read(folder)
    assert [(p.severity, p.code, p.file, p.column) for p in found.problems] == [
        ("query", "unknown_column", "marks.csv", "note"),
        ("query", "not_a_table", "other-things.csv", None),
    ]


def test_a_row_whose_school_is_not_listed_is_refused(tmp_path: Path) -> None:
    folder = facts(
        tmp_path / "f",
        schools="school_id,school\n2133000001,一小\n",
        classes="school_id,stage,grade,class,students\n2133000001,小学,一,1,45\n2133000009,小学,一,1,45\n",
    )
    found = read(folder)
    assert codes(found) == [("unlisted", "classes.csv", 3, "school_id", "2133000009")]
    assert column(found, "classes", "school_id") == ["2133000001"]
    assert [(one.accepted, one.rejected) for one in found.files if one.path == "classes.csv"] == [(1, 1)]


def test_more_decimals_than_are_kept_are_rounded_half_up_and_told(tmp_path: Path) -> None:
    found = read(facts(tmp_path / "f", rooms="school_id,kind,area\n2133000001,音乐,95.9999995\n"))
    assert column(found, "rooms", "area") == [Decimal("96.000000")]
    assert [(p.severity, p.code, p.row, p.value) for p in found.problems] == [("query", "rounded", 2, "95.9999995")]


def test_values_may_be_numbers_dates_texts_or_have_a_document(tmp_path: Path) -> None:
    folder = facts(
        tmp_path / "f",
        **{
            "county.yaml": COUNTY
            + "values:\n  teacher_salary: 101\n  basic_balance_recognised: 2015-10-01\n"
            + "  rotated: {value: 12, document: 某文件}\n  monitoring_variation: {maths: 0.1, chinese: 0.2}\n"
        },
    )
    found = read(folder)
    keys = zip(*(column(found, "values", name) for name in ("key", "value", "document")), strict=True)
    assert list(keys) == [
        ("teacher_salary", "101", None),
        ("basic_balance_recognised", "2015-10-01", None),
        ("rotated", "12", "某文件"),
        ("monitoring_variation.maths", "0.1", None),
        ("monitoring_variation.chinese", "0.2", None),
    ]
    assert rows(found, "values") == [4, 5, 6, 7, 7]


def test_a_folder_of_folders_holds_several_counties(tmp_path: Path) -> None:
    for code in ("331002", "331003"):
        written = f"county: {{code: '{code}'}}\nas_of: 2022-12-31\n"
        facts(tmp_path / code, **{"county.yaml": written, "marks.csv": "indicator,mark\nbalanced.1,√\n"})
    found = read(tmp_path)
    assert [found.places[index].name for index in column(found, "marks", "_place")] == ["椒江区", "黄岩区"]
    assert [one.path for one in found.files] == [
        "331002/county.yaml", "331002/marks.csv", "331003/county.yaml", "331003/marks.csv",
    ]  # fmt: skip


def test_a_single_file_with_a_county_column_is_a_set(tmp_path: Path) -> None:
    path = tmp_path / "marks.csv"
    path.write_text("county,indicator,mark\n椒江,balanced.1,√\n", encoding="utf-8")
    found = read(path)
    assert ([one.path for one in found.files], found.problems) == (["marks.csv"], ())


def test_the_day_is_never_guessed(tmp_path: Path) -> None:
    folder = facts(
        tmp_path / "f", **{"county.yaml": "county: {name: 椒江}\n", "marks.csv": "indicator,mark\nbalanced.1,√\n"}
    )
    with pytest.raises(UsageFault, match="no day to judge on"):
        _ = read(folder).as_of
    assert tzcheck("check", folder, "--lang", "en").code == 2
    assert check(folder, "--as-of", "2022-12-31").result["as_of"] == "2022-12-31"


def test_sets_of_different_days_need_the_day_given(tmp_path: Path) -> None:
    for code, day in (("331002", "2022-12-31"), ("331003", "2023-12-31")):
        written = f"county: {{code: '{code}'}}\nas_of: {day}\n"
        facts(tmp_path / code, **{"county.yaml": written, "marks.csv": "indicator,mark\nbalanced.1,√\n"})
    assert tzcheck("check", tmp_path).code == 2
    assert check(tmp_path, "--as-of", "2023-12-31", "--standard", "balanced.1").code == 0


def test_an_unreadable_file_leaves_what_reads_it_undetermined_and_the_rest_judged(tmp_path: Path) -> None:
    folder = facts(tmp_path / "f", marks="indicator,mark\nbalanced.1,√\n", enrolment="")
    run = check(folder, "--standard", "balanced.1")
    assert (run.code, run.indicators("椒江区")["balanced.1"]["verdict"]) == (3, "met")
    assert problems(run) == [("empty_file", "enrolment.csv", None, None, None)]


SCHOOL = "school_id,school,type,students_primary\n2133000001,一小,小学,40\n"
CLASSES = "school_id,stage,grade,class,students\n"


def test_a_header_alone_is_as_good_as_no_table_and_a_query_says_so(tmp_path: Path) -> None:
    bands = "school_id,stage,band,classes\n2133000001,小学,36-40,1\n"
    without, empty, bare = (
        check(facts(tmp_path / name, schools=SCHOOL, **tables), "--standard", "balanced.12")
        for name, tables in (
            ("without", {"class_bands": bands}),
            ("empty", {"class_bands": bands, "classes": CLASSES}),
            ("bare", {"class_bands": "school_id,stage,band,classes\n", "classes": CLASSES}),
        )
    )
    assert without.result["counties"] == empty.result["counties"]
    assert [(p["severity"], p["code"], p["file"]) for p in empty.result["problems"]] == [
        ("query", "empty_table", "classes.csv")
    ]
    assert [run.indicators("椒江区")["balanced.12"]["verdict"] for run in (empty, bare)] == ["met", "undetermined"]


def test_schools_without_a_row_do_not_take_the_classes_out(tmp_path: Path) -> None:
    written = CLASSES + "2133000001,小学,一,1,45\n"
    found = read(facts(tmp_path / "f", schools="school_id,school\n", classes=written))
    assert column(found, "classes", "students") == [45]
    assert codes(found) == [("empty_table", "schools.csv", 1, None, None)]


@pytest.mark.parametrize(("name", "first"), [("values.csv", 4), ("values.parquet", 3)])
def test_a_row_of_a_form_with_nothing_but_its_key_is_as_good_as_blank(tmp_path: Path, name: str, first: int) -> None:
    folder = facts(tmp_path / "f", marks="indicator,mark\nbalanced.24,√\n")
    written = (
        "key,meaning,value,document\ndisabled_children,儿童,,\nteacher_salary,工资,,\n"
        "teacher_salary,工资,101000,\nrotated,轮岗,,名册\n"
    )
    if name.endswith(".parquet"):
        (tmp_path / "v.csv").write_text(written, encoding="utf-8")
        duckdb.sql(f"COPY (FROM read_csv('{tmp_path}/v.csv', all_varchar=true)) TO '{folder / name}'")
    else:
        (folder / name).write_text(written, encoding="utf-8")
    found = read(folder)
    assert (column(found, "values", "key"), rows(found, "values")) == (
        ["teacher_salary", "rotated"],
        [first, first + 1],
    )
    assert [(one.rows, one.accepted, one.rejected) for one in found.files if one.path == name] == [(2, 2, 0)]
    run = check(folder, "--standard", "balanced.24")
    assert (run.indicators("椒江区")["balanced.24"]["basis"], problems(run)) == ("mark", [])


def test_a_county_yaml_that_nobody_filled_in_is_a_query(tmp_path: Path) -> None:
    folder = facts(tmp_path / "f", **{"county.yaml": "county: {code: , name: }\nas_of:\nvalues: {rotated: 3}\n"})
    found = tzcheck("validate", folder, "--format", "json")
    assert (found.code, problems(found)) == (3, [("set_file", "county.yaml", 1, None, None)])
    (folder / "county.yaml").write_text("county: {code: , name: }\nas_of:\nvalues: {rotated: }\n", encoding="utf-8")
    found = tzcheck("validate", folder, "--format", "json")
    assert (found.code, problems(found)) == (0, [("no_settings", "county.yaml", None, None, None)])
    assert (tzcheck("check", folder).code, tzcheck("check", folder, "--as-of", "2022-12-31").code) == (5, 5)


def test_a_refused_mark_leaves_its_indicator_in_doubt_and_no_other(tmp_path: Path) -> None:
    folder = facts(tmp_path / "f", marks="indicator,mark\nbalanced.1,√\nbalanced.2,对\nbalanced.3,※\nbalanced.3,√\n")
    run = check(folder, "--standard", "balanced")
    verdicts = {id: one["verdict"] for id, one in run.indicators("椒江区").items()}
    assert [verdicts[f"balanced.{n}"] for n in (1, 2, 3, 4)] == ["met", "undetermined", "unmet", "undetermined"]
    assert run.code == 3


def test_a_refused_mark_of_an_unreadable_indicator_leaves_all_in_doubt_that_are_not_proven(tmp_path: Path) -> None:
    folder = facts(tmp_path / "f", marks="indicator,mark\nbalanced.1,√\nbalanced.x,√\nbalanced.3,※\n")
    verdicts = {id: one["verdict"] for id, one in check(folder, "--standard", "balanced").indicators("椒江区").items()}
    assert [verdicts[f"balanced.{n}"] for n in (1, 3)] == ["undetermined", "unmet"]


def test_the_same_row_in_two_sets_is_a_duplicate(tmp_path: Path) -> None:
    sets = [facts(tmp_path / name, marks="indicator,mark\nbalanced.1,√\n") for name in ("a", "b")]
    found = reading.read(sets, KNOWN)
    assert codes(found) == [("duplicate", "marks.csv", 2, "indicator", "balanced.1")]
    assert tzcheck("check", *sets, "--standard", "balanced.1").code == 3


def test_sets_given_beside_one_another_must_agree_on_the_day(tmp_path: Path) -> None:
    one = facts(tmp_path / "a", marks="indicator,mark\nbalanced.1,√\n")
    other = facts(tmp_path / "b", **{"county.yaml": "county: {name: 黄岩}\nas_of: 2023-12-31\n"})
    assert tzcheck("check", one, other).code == 2


def test_an_empty_folder_or_a_missing_one_beside_a_sound_one_is_an_error_and_the_rest_is_judged(tmp_path: Path) -> None:
    sound = facts(tmp_path / "a", marks="indicator,mark\nbalanced.1,√\n")
    (tmp_path / "empty").mkdir()
    for other, code in (("empty", "no_tables"), ("nowhere", "no_such_path")):
        run = tzcheck("check", sound, tmp_path / other, "--standard", "balanced.1", "--format", "json")
        assert (run.code, run.indicators("椒江区")["balanced.1"]["verdict"]) == (3, "met")
        assert [problem[0] for problem in problems(run)] == [code]


def test_a_broken_county_yaml_is_told_at_its_place_although_the_day_is_missing_too(tmp_path: Path) -> None:
    folder = facts(
        tmp_path / "f", **{"county.yaml": COUNTY + "county: {}\n", "marks.csv": "indicator,mark\nbalanced.1,√\n"}
    )
    run = tzcheck("check", folder, "--lang", "en")
    assert run.code == 3
    assert run.err.splitlines()[0] == "error county.yaml:3  the key county is there twice"


@pytest.mark.parametrize("name", ["marks.csv", "marks.yaml"])
def test_a_folder_or_a_pipe_named_as_a_table_is_no_file(tmp_path: Path, name: str) -> None:
    folder = facts(tmp_path / "f", published="standard,unmet\nbalanced,1\n")
    (folder / name).mkdir()
    assert ("no_file", name, None, None, None) in codes(read(folder))
    (folder / name).rmdir()
    if hasattr(os, "mkfifo"):
        os.mkfifo(folder / name)
        assert ("no_file", name, None, None, None) in codes(read(folder))


def test_rows_before_a_fault_in_the_file_are_counted_and_leave_doubt(tmp_path: Path) -> None:
    folder = facts(tmp_path / "f", marks='indicator,mark\nbalanced.1,√\nbalanced.2,※\n"balanced.12,√\n')
    found = read(folder)
    assert [(one.rows, one.accepted, one.rejected) for one in found.files if one.path == "marks.csv"] == [(3, 2, 1)]
    verdicts = check(folder, "--standard", "balanced").indicators("椒江区")
    assert [verdicts[f"balanced.{n}"]["verdict"] for n in (1, 2)] == ["undetermined", "unmet"]


def test_malformed_items_of_a_yaml_list_are_counted(tmp_path: Path) -> None:
    folder = facts(tmp_path / "f", **{"marks.yaml": "- {indicator: balanced.1, mark: √}\n- 3\n- [a]\n"})
    assert [(one.rows, one.accepted, one.rejected) for one in read(folder).files[1:]] == [(3, 1, 2)]


def test_a_subtotal_is_not_the_city(tmp_path: Path) -> None:
    folder = tmp_path / "f"
    folder.mkdir()
    (folder / "city.yaml").write_text("city: {name: 台州市}\nas_of: 2022-12-31\n", encoding="utf-8")
    (folder / "enrolment.csv").write_text("county,primary_total\n椒江,4\n小计,4\n合计,4\n", encoding="utf-8")
    found = read(folder)
    assert [found.places[index].name for index in column(found, "enrolment", "_place")] == ["椒江区", "台州市"]


def test_a_full_width_code_is_the_code_and_a_code_with_another_name_is_no_place(tmp_path: Path) -> None:
    written = {"marks.csv": "indicator,mark\nbalanced.1,√\n"}
    full = read(facts(tmp_path / "a", **{"county.yaml": "county: {code: '３３１００２'}\n"}, **written))
    assert [place.name for place in full.places] == ["椒江区"]
    wrong = read(facts(tmp_path / "b", **{"county.yaml": "county: {code: '331002', name: 玉环市}\n"}, **written))
    assert (wrong.places, [code for code, *_ in codes(wrong)]) == ((), ["code_and_name"])


def test_a_key_that_no_rule_reads_but_nearly_is_a_query(tmp_path: Path) -> None:
    found = read(facts(tmp_path / "f", values="key,value\nsurveys_validd,5\n"))
    assert [(p.severity, p.code, p.value) for p in found.problems] == [("query", "value_key", "surveys_validd")]


def test_a_sign_for_nothing_is_blank_and_told(tmp_path: Path) -> None:
    found = read(facts(tmp_path / "f", enrolment="county,primary_total\n椒江,/\n"))
    assert column(found, "enrolment", "primary_total") == [None]
    assert [(p.severity, p.code, p.value) for p in found.problems] == [("query", "nothing_sign", "/")]


def test_of_a_kind_of_fault_only_so_many_are_told_one_by_one_and_the_others_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tzcheck.reading.MOST_OF_A_KIND", 3)
    lines = "".join(f"2133000001,小学,一,{number},约{number}\n" for number in range(10))
    found = read(facts(tmp_path / "f", classes="school_id,stage,grade,class,students\n" + lines))
    assert [code for code, *_ in codes(found)] == ["many_more", "bad_cell", "bad_cell", "bad_cell"]
    assert found.problems[0].details == {"more": 7, "most": 3, "code": "bad_cell"}
    assert (found.files[-1].rows, found.files[-1].rejected) == (10, 10)


def test_a_workbook_that_names_its_county_is_a_set_of_its_own_and_its_neighbours_are_not(tmp_path: Path) -> None:
    folder = tmp_path / "f"
    folder.mkdir()
    (folder / "a.xlsx").write_bytes(book())
    (folder / "marks.csv").write_text("县(市、区),指标,标记\n黄岩区,balanced.1,√\n", encoding="utf-8")
    found = read(folder)
    assert found.problems == ()
    named = {
        id: [found.places[index].name for index in set(column(found, id, "_place"))] for id in ("classes", "marks")
    }
    assert named == {"classes": ["椒江区"], "marks": ["黄岩区"]}


def test_a_link_to_a_folder_is_told_and_leaves_doubt(tmp_path: Path) -> None:
    folder = facts(tmp_path / "f", classes=CLASSES + "2133000001,小学,一,1,40\n", schools=SCHOOL)
    (tmp_path / "elsewhere").mkdir()
    (folder / "more").symlink_to(tmp_path / "elsewhere")
    run = check(folder, "--standard", "balanced.12")
    assert run.code == 3
    assert problems(run)[0] == ("link_to_folder", "more", None, None, None)
    assert run.indicators("椒江区")["balanced.12"]["verdict"] == "undetermined"


# --- counties of the same name -------------------------------------------------------------------------------------

NAMESAKE = 'county: {{code: "{}", name: 鼓楼区}}\nas_of: 2022-12-31\n'


def test_counties_of_the_same_name_are_told_apart_by_their_codes(tmp_path: Path) -> None:
    """A name in a table means the county of its own folder; in a table of many counties it means none."""
    rows = "county,key,value\n鼓楼区,teacher_salary,{}\n"
    for code, pay in (("320106", 100000), ("320302", 200000)):
        facts(tmp_path / code, **{"county.yaml": NAMESAKE.format(code), "values": rows.format(pay)})
    result = check(tmp_path, "--standard", "balanced.15").result
    assert result["problems"] == []
    assert [(one["code"], one["name"]) for one in result["counties"]] == [("320106", "鼓楼区"), ("320302", "鼓楼区")]
    both = tmp_path / "both"
    both.mkdir()
    (both / "values.csv").write_text(rows.format(300000), encoding="utf-8")
    run = check(tmp_path, "--standard", "balanced.15")
    assert run.code == 3
    assert [(p[0], p[1], p[4]) for p in problems(run)] == [("shared_name", "both/values.csv", "鼓楼区")]
    assert "320106、320302" in run.result["problems"][0]["message"]
    alone = check(tmp_path / "320302", "--standard", "balanced.15", "--county", "鼓楼区").result
    assert [one["code"] for one in alone["counties"]] == ["320302"]


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_name_that_could_stand_for_others_is_one_file_s(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(csv_reader, "LARGE", -1)
    for name, students in (("2022[0-9]", 41), ("20220", 42)):
        written = tmp_path / "classes.csv"
        written.write_text(CLASSES + f"2133000001,小学,一,1,{students}\n", encoding="utf-8")
        if kind == "parquet":
            written = in_parquet(written, tmp_path / "classes.parquet")
        written.rename(facts(tmp_path / name) / written.name)
    assert column(read(tmp_path / "2022[0-9]"), "classes", "students") == [41]


@pytest.mark.parametrize("cell", ["[students]", "{'now': students, 'of': [1]}", "map {'now': students}"])
def test_lists_and_the_like_in_a_parquet_file_are_told_as_they_are(tmp_path: Path, cell: str) -> None:
    folder = facts(tmp_path / "f", classes=CLASSES + "2133000001,小学,一,1,45\n")
    nested = duckdb.read_csv(str(folder / "classes.csv")).project(f"[1] AS others, * REPLACE ({cell} AS students)")
    nested.write_parquet(str(folder / "classes.parquet"))
    ((text,),) = nested.project("students::VARCHAR").fetchall()
    (folder / "classes.csv").unlink()
    assert codes(read(folder)) == [
        ("bad_cell", "classes.parquet", 1, "students", text),
        ("unknown_column", "classes.parquet", 1, "others", None),
    ]


def test_a_damaged_page_of_a_parquet_file_is_told_and_nothing_of_the_file_is_taken(tmp_path: Path) -> None:
    rows = "".join(f"2133000001,小学,一,{number},45\n" for number in range(1, 2_000))
    folder = facts(tmp_path / "f", classes=CLASSES + rows)
    path = in_parquet(folder / "classes.csv", folder / "classes.parquet")
    ((offset,),) = duckdb.sql(f"SELECT max(data_page_offset) FROM parquet_metadata('{path}')").fetchall()
    content = bytearray(path.read_bytes())
    content[offset + 20 : offset + 60] = b"\xff" * 40
    path.write_bytes(content)
    found = read(folder)
    assert codes(found) == [("parquet_damaged", "classes.parquet", None, None, None)]
    assert "classes" not in found.given
    assert [one.rows for one in found.files if one.path == "classes.parquet"] == [0]


@pytest.mark.parametrize("name", ["file_row_number", "File_Row_Number"])
def test_a_column_of_parquet_may_be_called_as_duckdb_calls_the_number_of_a_row(tmp_path: Path, name: str) -> None:
    header = CLASSES.replace("\n", f",{name}\n")
    folder = facts(tmp_path / "f", classes=header + "2133000001,小学,一,1,45,7\n2133000001,小学,一,2,46,8\n")
    in_parquet(folder / "classes.csv", folder / "classes.parquet")
    found = read(folder)
    assert (column(found, "classes", "students"), rows(found, "classes")) == ([45, 46], [1, 2])
    assert codes(found) == [("unknown_column", "classes.parquet", 1, name, None)]


def in_parquet(written: Path, path: Path) -> Path:
    """A CSV file made a Parquet file."""
    cells = duckdb.read_csv(str(written), all_varchar=True)
    cells.write_parquet(str(path))
    written.unlink()
    return path
