"""Achievement over time: in the order of the days, with gaps where nothing was counted, and nothing told twice."""

import json
import re
from collections.abc import Sequence
from itertools import pairwise, permutations
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from rich.cells import cell_len

from tests.results import Data, county, indicator, problem, result, results, written
from tests.support import Run, check, facts, tzcheck
from tests.test_writers import HOSTILE
from tzcheck.errors import UsageFault
from tzcheck.result import Result
from tzcheck.texts import LANGUAGES
from tzcheck.trend import trend
from tzcheck.writers.lines import NAME, lines
from tzcheck.writers.trend import WRITERS

SVG = "{http://www.w3.org/2000/svg}"
SHARES = st.one_of(st.none(), st.sampled_from([0, 1]), st.floats(0, 1))


def ran(folder: Path, found: Sequence[Data], *arguments: object) -> Run:
    paths = [written(folder / f"{number}.json", one) for number, one in enumerate(found)]
    return tzcheck("trend", *paths, "--lang", "en", *arguments)


def of_days(**shares: float | None) -> list[Data]:
    """Results of one county, a day each: `d20221231=0.5`."""
    return [
        result(county(achievement=share), as_of=f"{day[1:5]}-{day[5:7]}-{day[7:]}") for day, share in shares.items()
    ]


# --- what is told --------------------------------------------------------------------------------------------------


def test_results_of_the_command_line_are_told_in_the_order_of_their_days(tmp_path: Path) -> None:
    paths = []
    for day, marks in (("2023-12-31", "√√√"), ("2021-12-31", "√※※"), ("2022-12-31", "√√※")):
        rows = "".join(f"balanced.{number},{mark}\n" for number, mark in enumerate(marks, 1))
        run = check(facts(tmp_path / day, marks=f"indicator,mark\n{rows}"), "--standard", "balanced", "--as-of", day)
        paths.append(tmp_path / f"{day}.json")
        paths[-1].write_text(run.out, encoding="utf-8")
    run = tzcheck("trend", *paths, "--format", "json")
    assert run.code == 0
    assert [one["as_of"] for one in run.result["results"]] == ["2021-12-31", "2022-12-31", "2023-12-31"]
    assert [one["file"] for one in run.result["results"]] == [str(paths[index]) for index in (1, 2, 0)]
    (standard,) = run.result["standards"]
    assert standard["counties"] == [
        {
            "code": "331002", "name": "椒江区",
            "achievement": [
                {"as_of": "2021-12-31", "achievement": 1 / 30}, {"as_of": "2022-12-31", "achievement": 2 / 30},
                {"as_of": "2023-12-31", "achievement": 0.1},
            ],
        }
    ]  # fmt: skip
    lines = tzcheck("trend", *paths, "--lang", "zh").out.splitlines()
    assert lines == [
        "达成度走势：2021-12-31 至 2023-12-31，3 份结果",
        "",
        "全国义务教育优质均衡发展县  balanced",
        "        2021-12-31  2022-12-31  2023-12-31",
        "椒江区        3.3%        6.7%         10%",
    ]


def test_what_was_not_counted_is_a_dash_and_what_was_not_judged_a_blank(tmp_path: Path) -> None:
    found = of_days(d20211231=0.5, d20221231=None, d20231231=0.7)
    found[0]["counties"].append(county(name="示例县", code=None, achievement=0))
    found[2]["counties"].append(county(name="示例县", code=None, achievement=1))
    rows = [line.split() for line in ran(tmp_path, found).out.splitlines()[-2:]]
    assert rows == [["椒江区", "50%", "—", "70%"], ["示例县", "0%", "100%"]]
    assert "| 示例县 | 0% |  | 100% |" in ran(tmp_path, found, "--format", "md").out.splitlines()


def test_results_of_one_day_add_up_where_they_are_of_other_counties_or_standards(tmp_path: Path) -> None:
    one, two = of_days(d20211231=0.5, d20221231=0.6)
    other = result(
        county(name="黄岩区", code="331003"), county(name="仙居县", standard="preschool"), as_of="2022-12-31"
    )
    data = ran(tmp_path, [two, one, other], "--format", "json").result
    told = {
        (standard["id"], line["name"]): [point["as_of"] for point in line["achievement"]]
        for standard in data["standards"]
        for line in standard["counties"]
    }
    assert told == {
        ("balanced", "椒江区"): ["2021-12-31", "2022-12-31"], ("balanced", "黄岩区"): ["2022-12-31"],
        ("preschool", "仙居县"): ["2022-12-31"],
    }  # fmt: skip


def test_two_results_that_tell_of_the_same_are_both_named(tmp_path: Path) -> None:
    run = ran(tmp_path, [*of_days(d20211231=0.5, d20221231=0.6), *of_days(d20211231=0.5)])
    assert (run.code, run.out) == (2, "")
    assert run.err == (
        f"error {tmp_path / '0.json'}  it and {tmp_path / '2.json'} both have balanced of 椒江区 as of 2021-12-31; "
        "which of them holds can't be told: give one only\n"
    )
    path = tmp_path / "0.json"
    assert tzcheck("trend", path, path).code == 2


def test_a_county_is_one_line_by_its_code_and_bears_its_latest_name(tmp_path: Path) -> None:
    names = {"2016-12-31": "玉环县", "2017-12-31": "玉环市"}
    found = [result(county(name=name, code="331083"), as_of=day) for day, name in names.items()]
    (standard,) = ran(tmp_path, found[::-1], "--format", "json").result["standards"]
    assert [(one["name"], len(one["achievement"])) for one in standard["counties"]] == [("玉环市", 2)]


@pytest.mark.parametrize("format", ["text", "md", "html", "json"])
def test_what_keeps_results_from_being_compared_is_told(tmp_path: Path, format: str) -> None:
    found = of_days(d20211231=0.5, d20221231=0.6, d20231231=0.7)
    found[1]["profile"] = "zhejiang"
    found[2]["rules"]["sha256"] = "f" * 64
    found[2]["counties"][0]["standards"][0]["indicators"].append(indicator("balanced.1", "met"))
    found[0]["problems"] = [problem("bad_cell", None), problem("checks.id_of_type", "331002")]
    out = ran(tmp_path, found, "--format", format).out
    assert "national (2021-12-31, 2023-12-31); zhejiang (2022-12-31)" in out
    assert "00000000 (2021-12-31, 2022-12-31); ffffffff (2023-12-31)" in out
    assert "not the same indicators were judged" in out
    assert "may not hold: 2021-12-31 (2)" in out.replace("\\", "")
    alike = ran(tmp_path, of_days(d20211231=0.5, d20221231=0.6), "--format", "json").result
    assert alike["notes"] == []


def test_many_days_stand_in_several_tables_and_their_columns_below_each_other(tmp_path: Path) -> None:
    found = [result(county(achievement=0.5), county(name="Taizhou", code=None), as_of=f"20{year}-12-31")
             for year in range(10, 30)]  # fmt: skip
    table = ran(tmp_path, found).out.splitlines()[3:]
    assert len(table) == 4 * 3  # of six days each: a head, two counties
    for head, *rows in (table[start : start + 3] for start in range(0, 12, 3)):
        assert {cell_len(row) for row in rows} == {cell_len(head)}
        assert cell_len(head) <= 80
    assert len(re.findall(r"\d{4}-12-31", " ".join(table[::3]))) == 20
    page = ran(tmp_path, found, "--format", "html").out
    assert page.count('<table class="days">') == 3


# --- the plot ------------------------------------------------------------------------------------------------------


def drawn(found: Sequence[Data]) -> ElementTree.Element:
    """The plot of the only standard."""
    (course,) = trend([(str(number), Result.model_validate(one)) for number, one in enumerate(found)]).courses
    return ElementTree.fromstring(lines(course, "T").replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" '))


def runs(svg: ElementTree.Element) -> list[int]:
    """How many days each unbroken line joins."""
    return [len((one.get("points") or "").split()) for one in svg.iter(f"{SVG}polyline")]


def marks(svg: ElementTree.Element) -> list[str]:
    return [one.text or "" for one in svg.iter(f"{SVG}title")]


def test_a_day_on_which_nothing_was_counted_is_a_gap_and_not_0() -> None:
    svg = drawn(of_days(d20191231=0.4, d20201231=0.5, d20211231=None, d20221231=0.6, d20231231=0.7, d20241231=None))
    assert runs(svg) == [2, 2]
    assert marks(svg) == [
        "椒江区 2019-12-31 40%", "椒江区 2020-12-31 50%", "椒江区 2022-12-31 60%", "椒江区 2023-12-31 70%",
    ]  # fmt: skip


def test_a_day_alone_between_gaps_is_a_mark_without_a_line() -> None:
    svg = drawn(of_days(d20201231=0.5, d20211231=None, d20221231=0.6))
    assert (runs(svg), len(marks(svg))) == ([], 2)


def test_a_line_goes_on_over_a_day_on_which_only_others_were_judged() -> None:
    found = of_days(d20201231=0.5, d20221231=0.6)
    other = result(county(name="黄岩区", code="331003"), as_of="2021-12-31")
    assert runs(drawn([*found, other])) == [2]


def test_where_nothing_was_ever_counted_there_is_no_plot(tmp_path: Path) -> None:
    found = of_days(d20201231=None, d20211231=None)
    out = ran(tmp_path, found, "--format", "html").out
    assert "<svg" not in out
    assert '<table class="days">' in out


@given(shares=st.lists(st.lists(SHARES, min_size=2, max_size=4), min_size=1, max_size=14))
@settings(max_examples=60)
def test_every_line_can_be_told_apart_and_every_name_read(shares: list[list[float | None]]) -> None:
    days = [f"20{20 + number}-12-31" for number in range(4)]
    found = [
        result(
            *(
                county(name=f"第{number}县", code=None, achievement=each[index])
                for number, each in enumerate(shares)
                if index < len(each)
            ),
            as_of=day,
        )
        for index, day in enumerate(days)
    ]
    (course,) = trend([(str(number), Result.model_validate(one)) for number, one in enumerate(found)]).courses
    known = [each for each in shares if any(one is not None for one in each)]
    if not known:
        assert lines(course, "T") == ""
        return
    svg = drawn(found)
    groups = [one for one in svg.iter(f"{SVG}g") if (one.get("class") or "").startswith("line")]
    assert len(groups) == len(known)
    looks = set()
    for group in groups:
        dash = next((one.get("stroke-dasharray") for one in group.iter(f"{SVG}polyline")), None)
        shape = re.sub(r"M[-\d. ]+m|c[xy]=\S+", "", ElementTree.tostring(group[-2], encoding="unicode"))
        looks.add((shape, "hollow" in (group.get("class") or "") or dash))
    assert len(looks) >= min(len(known), 10)
    names = [group[-1] for group in groups]
    heights = sorted(float(one.get("y") or 0) for one in names)
    assert all(below - above >= NAME - 0.2 for above, below in pairwise(heights))
    height = float((svg.get("viewBox") or "").split()[-1])
    everything = [float(one) for one in re.findall(r'(?:y|cy|y1|y2)="([-\d.]+)"', ElementTree.tostring(svg, "unicode"))]
    assert 0 <= min(everything) <= max(everything) <= height


# --- any results ---------------------------------------------------------------------------------------------------


@given(found=st.lists(results(), min_size=2, max_size=3))
@settings(max_examples=100)
def test_the_order_of_the_files_changes_nothing(found: list[Result]) -> None:
    given_ = [(f"{number}.json", one) for number, one in enumerate(found)]
    try:
        first = trend(given_)
    except UsageFault:
        for order in permutations(given_):
            with pytest.raises(UsageFault):
                trend(order)
        return
    told = {(line.code or line.place, course.standard, day): share for course in first.courses
            for line in course.lines for day, share in line.points.items()}  # fmt: skip
    assert told == {
        (place, standard, one.as_of): judged.achievement
        for one in found
        for (place, standard), (_, judged) in one.columns.items()
    }
    for order in permutations(given_):
        assert trend(order) == first


@given(found=st.lists(results(), min_size=2, max_size=3))
@settings(max_examples=60)
def test_whatever_is_told_can_be_written_in_every_format(found: list[Result]) -> None:
    days = [one.model_copy(update={"as_of": one.as_of.replace(year=2020 + number)}) for number, one in enumerate(found)]
    whole = trend([(f"{number}\x1b.json", one) for number, one in enumerate(days)])
    for lang in LANGUAGES:
        out = {format: write(whole, lang, {}) for format, write in WRITERS.items()}
        assert len(json.loads(out["json"])["standards"]) == len(whole.courses)
        assert "<script>&" not in out["html"]
        assert all(char.isprintable() for one in ("text", "md") for char in out[one].replace("\n", ""))
        tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(out["md"])
        kinds = {child.type for token in tokens for child in (token, *(token.children or ()))}
        assert not kinds & {"html_block", "html_inline", "link_open", "image"}


# --- files ---------------------------------------------------------------------------------------------------------


def test_a_trend_needs_two_results(tmp_path: Path) -> None:
    run = ran(tmp_path, of_days(d20221231=0.5))
    assert (run.code, run.err) == (2, f"error {tmp_path / '0.json'}  a trend needs two results at least\n")
    assert tzcheck("trend").code == 2


def test_what_is_no_result_is_3_and_named(tmp_path: Path) -> None:
    good = written(tmp_path / "good.json", result(county()))
    for bad in (tmp_path, tmp_path / "none.json", written(tmp_path / "bad.json", {"schema": "tzcheck/trend/1"})):
        run = tzcheck("trend", good, bad, "--lang", "en")
        assert (run.code, run.out) == (3, "")
        assert run.err.startswith(f"error {bad}  not a result of tzcheck: ")


@pytest.mark.parametrize("format", ["text", "md", "html", "json"])
def test_a_trend_is_written_to_a_file_whole_or_not_at_all(tmp_path: Path, format: str) -> None:
    found = of_days(d20211231=0.5, d20221231=0.6)
    found[1]["counties"][0]["name"] = HOSTILE
    run = ran(tmp_path, found, "--format", format, "--output", tmp_path / "out")
    assert (run.code, run.out) == (0, "")
    assert (tmp_path / "out").read_text(encoding="utf-8") == ran(tmp_path, found, "--format", format).out
    assert ran(tmp_path, found, "--format", format, "--output", tmp_path / "no" / "out").code == 2
