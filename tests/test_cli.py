"""The command line: what it prints, its exit codes, and that no input ends in a traceback."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support import COUNTY, ROOT, TAIZHOU, check, facts, problems, tzcheck
from tzcheck.cli import main
from tzcheck.table import GIVEN, WORKED_OUT

MET = "indicator,mark\nbalanced.1,√\n"
UNMET = "indicator,mark\nbalanced.1,※\n"


@pytest.mark.parametrize(
    ("marks", "fail_on", "code"),
    [
        (MET, "undetermined", 0), (MET, "unmet", 0),
        (UNMET, "undetermined", 1), (UNMET, "unmet", 1), (UNMET, "never", 0),
        ("indicator,mark\nbalanced.2,√\n", "undetermined", 1), ("indicator,mark\nbalanced.2,√\n", "unmet", 0),
        ("indicator,mark\nbalanced.1,——\n", "undetermined", 5), ("indicator,mark\nbalanced.1,-\n", "unmet", 1),
        ("indicator,mark\nbalanced.1,*\n", "unmet", 1), ("indicator,mark\nbalanced.1,对\n", "never", 3),
    ],
)  # fmt: skip
def test_the_exit_code_says_how_it_went(tmp_path: Path, marks: str, fail_on: str, code: int) -> None:
    run = check(facts(tmp_path / "f", marks=marks), "--standard", "balanced.1", "--fail-on", fail_on)
    assert run.code == code


def test_the_gate_of_readiness_asks_every_standard_to_be_ready(tmp_path: Path) -> None:
    folder = facts(tmp_path / "f", marks=MET)
    assert check(folder, "--standard", "balanced.2", "--gate", "ready").code == 1
    assert check(TAIZHOU, "--standard", "talent", "--gate", "ready").code == 1
    assert check(ROOT / "facts" / "demo-2022" / "ready", "--standard", "balanced", "--gate", "ready").code == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("check",),
        ("check", TAIZHOU, "--standard", "balanced.99"),
        ("check", TAIZHOU, "--standard", "balance"),
        ("check", TAIZHOU, "--county", "上海"),
        ("check", TAIZHOU, "--profile", "nowhere"),
        ("check", TAIZHOU, "--rules", "no-such-folder"),
        ("check", TAIZHOU, "--as-of", "31.12.2022"),
        ("check", TAIZHOU, "--format", "pdf"),
        ("check", TAIZHOU, "--format", "json", "--format", "text"),
        ("check", TAIZHOU, "--output", "a", "--output", "b"),
        ("check", TAIZHOU, "--encoding", "utf-99"),
        ("check", TAIZHOU, "--encoding", "hex"),
        ("check", TAIZHOU, "--as-of", "20221231"),
        ("check", TAIZHOU, "--output", "no-such-folder/out.txt"),
        ("explain", "balanced.99", TAIZHOU),
        ("rules", "show", "nothing"),
        ("nonsense",),
    ],
)
def test_wrong_usage_is_2(arguments: tuple[object, ...]) -> None:
    run = tzcheck(*arguments)
    assert (run.code, run.out) == (2, "")
    assert run.err


@pytest.mark.parametrize("verb", ["check", "validate"])
@pytest.mark.parametrize("folder", ["not-there", "empty"])
def test_facts_that_are_not_there_are_3(tmp_path: Path, verb: str, folder: str) -> None:
    (tmp_path / "empty").mkdir()
    run = tzcheck(verb, tmp_path / folder, "--lang", "en")
    assert (run.code, run.out) == (3, "")
    assert run.err.startswith(f"error {tmp_path / folder}  ")


@pytest.mark.parametrize(
    ("lang", "line"),
    [
        (
            "en",
            "error schools.csv:2:students_primary  students_primary is 约44; "
            "it should be a whole number of 0 or more (人)\n",
        ),
        ("zh", "错误 schools.csv:2:students_primary  小学在校生数为“约44”，应为不小于 0 的整数 (人)\n"),
    ],
)
def test_a_wrong_cell_is_told_word_for_word(tmp_path: Path, lang: str, line: str) -> None:
    folder = facts(tmp_path / "f", schools="school_id,school,students_primary\n2133000001,一小,约44\n")
    run = tzcheck("validate", folder, "--lang", lang)
    assert (run.code, run.out.splitlines(keepends=True)[0]) == (3, line)


def test_sound_facts_validate(tmp_path: Path) -> None:
    run = tzcheck("validate", facts(tmp_path / "f", marks=MET), "--lang", "en")
    read = "county.yaml  0 rows: 0 accepted, 0 refused\nmarks.csv (UTF-8)  1 rows: 1 accepted, 0 refused\n"
    assert (run.code, run.out) == (0, read + "2 files, 1 rows, no errors\n")


def test_validation_can_be_read_by_programs(tmp_path: Path) -> None:
    run = tzcheck("validate", facts(tmp_path / "f", marks="indicator,mark\n"), "--format", "json", "--lang", "en")
    assert run.code == 0
    assert [(one["path"], one["rows"]) for one in run.result["facts"]] == [("county.yaml", 0), ("marks.csv", 0)]
    assert [problem["severity"] for problem in run.result["problems"]] == ["query"]
    assert problems(run) == [("empty_table", "marks.csv", 1, None, None)]


def test_a_result_is_written_although_facts_are_wrong(tmp_path: Path) -> None:
    folder = facts(tmp_path / "f", marks="indicator,mark\nbalanced.1,√\nbalanced.2,对\n")
    run = check(folder, "--standard", "balanced.1")
    assert (run.code, run.indicators("椒江区")["balanced.1"]["verdict"]) == (3, "met")


def test_an_empty_table_never_looks_like_compliance(tmp_path: Path) -> None:
    headers = {
        id: ",".join(column.id for column in table.columns if column.kind not in WORKED_OUT) + "\n"
        for id, table in GIVEN.items()
    }
    run = check(facts(tmp_path / "f", **headers))
    verdicts = {one["verdict"] for one in run.indicators("椒江区").values()}
    assert (run.code, verdicts) == (1, {"undetermined", "not_counted"})
    # Counted or not, none is met: only what is monitored by sample, and was not, is left out altogether.
    beneath = {id: one["beneath"] for id, one in run.indicators("椒江区").items() if one["verdict"] == "not_counted"}
    assert {id for id, verdict in beneath.items() if verdict != "undetermined"} == {"balanced.31"}
    without = check(facts(tmp_path / "g"))
    assert without.result["counties"] == run.result["counties"]
    assert [code for code, *_ in problems(run)] == ["empty_table"] * len(GIVEN)


def test_several_formats_go_to_several_files_whole_or_not_at_all(tmp_path: Path) -> None:
    folder = facts(tmp_path / "f", marks=MET)
    out, matrix = tmp_path / "out.json", tmp_path / "out.csv"
    run = tzcheck(
        "check", folder, "--standard", "balanced.1", "--format", "json", "--output", out, "--format", "matrix",
        "--output", matrix,
    )  # fmt: skip
    assert (run.code, run.out) == (0, "")
    assert json.loads(out.read_text(encoding="utf-8"))["schema"] == "tzcheck/result/1"
    assert matrix.read_bytes().startswith(b"\xef\xbb\xbf")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["f", "out.csv", "out.json"]


def test_quiet_prints_no_report(tmp_path: Path) -> None:
    run = tzcheck("check", facts(tmp_path / "f", marks=MET), "--standard", "balanced.1", "--quiet", "--no-progress")
    assert (run.code, run.out, run.err) == (0, "", "")


def test_only_the_counties_asked_for_are_judged() -> None:
    run = check(TAIZHOU, "--county", "331021", "--county", "新区", "--standard", "balanced")
    assert [place["name"] for place in run.result["counties"]] == ["玉环市", "台州湾新区"]


def test_whole_parts_between_dots_match() -> None:
    found = [set(check(TAIZHOU, "--standard", s).indicators("椒江区")) for s in ("balanced.1", "balanced.variation")]
    assert found == [{"balanced.1"}, {f"balanced.variation.{number}" for number in range(1, 8)}]


def test_explain_tells_text_source_limit_inputs_and_arithmetic() -> None:
    run = tzcheck("explain", "funding.per_capita", TAIZHOU, "--county", "路桥", "--as-of", "2024-12-31", "--lang", "en")
    assert run.code == 1
    assert run.out == (
        "funding.per_capita  Total investment a head reaches the middle of the province (its sixth place), 4362 yuan, "
        "by 2024\n"
        "source: 台州市生均教育经费提升行动方案 附件8附件3, certainty A\n"
        "of these places only: 台州市、市本级、椒江区、黄岩区、路桥区、三门县、天台县、仙居县、温岭市、临海市、玉环市\n"
        "each county requires: spent >= mean\n"
        "applies where: stage == per_capita\n"
        "parameter mean = 4,362 (from 2024-12-31)\n"
        "measure reported = sum(per_student_yuan), from spending (元)\n"
        "measure spent_in_2021 = sum(target_yuan + gap_yuan_vs_2021), from funding (元)\n"
        "measure spent = coalesce(reported, spent_in_2021) (元)\n"
        "to fix: Raise what the local budget spends a student of this stage\n"
        "\n"
        "路桥区: unmet. fails\n"
        "  4,187  ≥ 4,362 元\n"
        "  ※ 路桥区 per_capita  [funding_2024_per_capita_total.csv:7]\n"
        "      spent = 4,187 >= mean = 4,362  → false\n"
        "  4 subjects that it does not apply to\n"
    )


def test_explain_shows_a_mark_and_where_it_is() -> None:
    run = tzcheck("explain", "balanced.12", TAIZHOU, "--county", "331002", "--lang", "zh")
    assert "  √ 椒江区  [marks.csv:112]\n" in run.out
    assert run.code == 0


def test_two_results_compared_show_what_was_fixed_what_is_new_and_what_is_still_open(tmp_path: Path) -> None:
    old = facts(tmp_path / "old", marks="indicator,mark\nbalanced.1,※\nbalanced.2,√\nbalanced.3,※\nbalanced.4,√\n")
    new = facts(tmp_path / "new", marks="indicator,mark\nbalanced.1,√\nbalanced.2,※\nbalanced.3,※\n")
    results = []
    for folder in (old, new):
        path = tmp_path / f"{folder.name}.json"
        tzcheck("check", folder, "--standard", "balanced", "--format", "json", "--output", path, "--lang", "zh")
        results.append(path)
    run = tzcheck("compare", *results, "--format", "json")
    found = {kind: [one["indicator"] for one in run.result[kind]] for kind in ("fixed", "new", "unjudged")}
    assert found == {"fixed": ["balanced.1"], "new": ["balanced.2"], "unjudged": ["balanced.4"]}
    assert run.result["open"][0] == {
        "county": "椒江区", "indicator": "balanced.3", "title": run.result["open"][0]["title"],
        "before": "unmet", "after": "unmet",
    }  # fmt: skip
    assert run.result["achievement"] == [
        {"county": "椒江区", "standard": "balanced", "before": 2 / 30, "after": 1 / 30},
    ]
    assert run.code == 1
    text = tzcheck("compare", *results, "--lang", "zh").out.splitlines()
    assert text[0] == "已解决 1 项"
    assert text[-1] == "  椒江区 balanced: 6.7% → 3.3%"


def test_a_result_compared_with_itself_has_nothing_new(tmp_path: Path) -> None:
    folder = facts(tmp_path / "f", marks=MET)
    run = tzcheck("compare", folder, folder, "--format", "json")
    assert (run.result["fixed"], run.result["new"], run.result["unjudged"]) == ([], [], [])


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b'{"schema": "other"}',
        b"\xff",
        b"[" * 100_000,
        b'{"schema": "tzcheck/result/1"}',
        b'{"schema": "tzcheck/result/1", "counties": 5, "problems": []}',
        b'{"schema": "tzcheck/result/1", "counties": [{"name": "x", "standards": [{"indicators": [{}]}]}]}',
    ],
)
def test_what_is_no_result_is_3(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "r.json"
    path.write_bytes(content)
    run = tzcheck("compare", path, path, "--lang", "en")
    assert run.code == 3
    assert run.err.startswith(f"error {path}")
    assert "not a result of tzcheck: " in run.err


def test_every_command_says_its_exit_codes_and_speaks_both_languages() -> None:
    for name, command in main.commands.items():
        shown = tzcheck(name, "--help").out
        assert "退出码 / exit codes:" in shown
        assert " / " in (command.help or "")


def test_the_language_follows_the_locale(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder = facts(tmp_path / "f", marks=MET)
    for value, wanted in (("zh_CN.UTF-8", "2 个文件"), ("en_US.UTF-8", "2 files"), ("C", "2 files")):
        monkeypatch.setenv("LC_ALL", value)
        assert tzcheck("validate", folder).out.splitlines()[-1].startswith(wanted)


def test_a_name_that_would_steer_the_terminal_or_a_spreadsheet_does_not(tmp_path: Path) -> None:
    folder = facts(tmp_path / "f", marks=MET, **{"county.yaml": 'county: {name: "=cmd|x\\e[31m"}\nas_of: 2022-12-31\n'})
    shown = tzcheck("check", folder, "--standard", "balanced.1")
    table = tzcheck("check", folder, "--standard", "balanced.1", "--format", "matrix")
    assert "\x1b" not in shown.out
    assert "'=cmd|x" in table.out.splitlines()[0]


BYTES = st.one_of(
    st.binary(max_size=60),
    st.lists(
        st.sampled_from(["indicator", "mark", "balanced.1", "√", ",", "\n", '"', "椒江", ":", "- ", "{", "\0"])
    )
    .map("".join)
    .map(str.encode),
)  # fmt: skip


@given(content=BYTES, name=st.sampled_from(["marks.csv", "marks.yaml", "county.yaml", "classes.csv"]))
@settings(max_examples=120)
def test_no_bytes_end_in_a_traceback(tmp_path_factory: pytest.TempPathFactory, content: bytes, name: str) -> None:
    folder = tmp_path_factory.mktemp("bytes")
    (folder / "county.yaml").write_text(COUNTY, encoding="utf-8")
    (folder / name).write_bytes(content)
    assert tzcheck("validate", folder).code in (0, 3)


def test_the_program_runs_as_a_module_and_writes_utf_8_whatever_the_locale(tmp_path: Path) -> None:
    folder = facts(tmp_path / "f", marks=MET)
    environment = {**os.environ, "LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONPATH": str(ROOT)}
    found = subprocess.run(
        [sys.executable, "-m", "tzcheck", "check", str(folder), "--standard", "balanced.1", "--lang", "zh"],
        capture_output=True, check=False, env=environment,
    )  # fmt: skip
    assert (found.returncode, found.stderr) == (0, b"")
    assert "椒江区：达标 1 / 1 = 100%" in found.stdout.decode("utf-8")


def test_comparing_wrong_facts_is_3_and_tells_them(tmp_path: Path) -> None:
    folder = facts(tmp_path / "f", marks="indicator,mark\nbalanced.1,x\n")
    run = tzcheck("compare", folder, folder, "--lang", "en")
    assert run.code == 3
    assert "marks.csv:2:mark" in run.err


def test_explaining_wrong_facts_tells_what_is_wrong(tmp_path: Path) -> None:
    folder = facts(tmp_path / "f", marks="indicator,mark\nbalanced.1,x\n")
    run = tzcheck("explain", "balanced.1", folder, "--lang", "en")
    assert (run.code, "marks.csv:2:mark" in run.err) == (3, True)
