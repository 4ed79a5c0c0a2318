"""Waivers: what an authority let off, for whom and until when. A waived indicator is counted and still not met."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.support import ROOT, Run, check, facts, problems, tzcheck
from tests.test_checks import table

READY = ROOT / "facts" / "demo-2022" / "ready"
SIZE = "balanced.11"
WAIVER = {
    "indicator": SIZE, "subject": "", "reason": "新校区在建", "document_no": "督〔2022〕3号", "approved_by": "督导办",
    "expires": "2023-12-31",
}  # fmt: skip
WAIVED = "waived: 新校区在建 (督〔2022〕3号, approved by 督导办, until 2023-12-31)"


def school(number: int, students: object) -> dict[str, object]:
    return {
        "school_id": f"213300000{number}",
        "school": f"第{number}小学",
        "type": "小学",
        "students_primary": students,
    }


def judged(folder: Path, *waivers: Mapping[str, object], sizes: tuple[object, ...] = (2013, 2001, 2000)) -> Run:
    """A county of primary schools of these sizes, at most 2000 being allowed, with waivers of that."""
    schools = table(*(school(number, size) for number, size in enumerate(sizes, 1)))
    return check(facts(folder, schools=schools, waivers=table(*waivers)), "--standard", SIZE)


def of_size(run: Run) -> dict[str, Any]:
    return run.indicators("椒江区")[SIZE]


def standard(run: Run) -> dict[str, Any]:
    (found,) = run.result["counties"][0]["standards"]
    return found


# --- what is let off -----------------------------------------------------------------------------------------------


def test_a_waiver_of_the_county_lets_the_whole_indicator_off(tmp_path: Path) -> None:
    run = judged(tmp_path / "f", WAIVER)
    one = of_size(run)
    assert (run.code, one["verdict"], one["beneath"], one["reason"]) == (0, "waived", "unmet", WAIVED)
    assert one["waivers"] == [
        {
            "subject": None,
            "reason": "新校区在建",
            "document_no": "督〔2022〕3号",
            "approved_by": "督导办",
            "expires": "2023-12-31",
            "valid": True,
            "file": "waivers.csv",
            "row": 2,
        }
    ]
    assert run.result["problems"] == []


def test_what_is_waived_is_counted_and_not_met_and_still_lists_its_breaches_and_needs(tmp_path: Path) -> None:
    run = judged(tmp_path / "f", WAIVER)
    found, one = standard(run), of_size(run)
    assert (found["met"], found["counted"], found["achievement"]) == (0, 1, 0)
    assert (one["checked"], one["breaches"]) == (3, 2)
    assert [(item["name"], item["shortfall"]) for item in one["evidence"]] == [("第1小学", 13), ("第2小学", 1)]
    assert [(need["indicator"], need["amount"]) for need in found["needs"]] == [(SIZE, 14)]


def test_without_a_waiver_it_fails(tmp_path: Path) -> None:
    run = check(facts(tmp_path / "f", schools=table(school(1, 2001))), "--standard", SIZE)
    assert (run.code, of_size(run)["verdict"], of_size(run)["beneath"], of_size(run)["waivers"]) == (
        1, "unmet", None, [],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("subjects", "verdict", "code"),
    [
        (("2133000001", "2133000002"), "waived", 0),
        (("2133000002", "2133000001", "2133000003"), "waived", 0),
        (("2133000001",), "unmet", 1),
        (("2133000002",), "unmet", 1),
        (("2133000003",), "unmet", 1),
        (("2133000009",), "unmet", 1),
        (("2133000001", ""), "waived", 0),
    ],
)
def test_waivers_of_schools_let_the_indicator_off_where_they_cover_all_that_fail(
    tmp_path: Path, subjects: tuple[str, ...], verdict: str, code: int
) -> None:
    run = judged(tmp_path / "f", *(WAIVER | {"subject": subject} for subject in subjects))
    one = of_size(run)
    assert (one["verdict"], one["beneath"], run.code) == (verdict, "unmet" if verdict == "waived" else None, code)
    assert [waiver["subject"] for waiver in one["waivers"]] == [subject or None for subject in subjects]


def test_a_waiver_of_a_school_covers_it_in_each_of_its_stages(tmp_path: Path) -> None:
    row = {"school_id": "3133000001", "school": "一校", "type": "九年一贯制", "students_primary": 100,
           "students_junior": 100, "backbone_primary": 0, "backbone_junior": 0}  # fmt: skip
    waiver = WAIVER | {"indicator": "balanced.2", "subject": "3133000001"}
    run = check(facts(tmp_path / "f", schools=table(row), waivers=table(waiver)), "--standard", "balanced.2")
    one = run.indicators("椒江区")["balanced.2"]
    assert (one["verdict"], one["breaches"]) == ("waived", 2)


def test_where_something_is_missing_a_waiver_of_the_failing_school_is_not_enough(tmp_path: Path) -> None:
    sizes = (2001, "", 2000)
    alone = judged(tmp_path / "a", WAIVER | {"subject": "2133000001"}, sizes=sizes)
    whole = judged(tmp_path / "b", WAIVER, sizes=sizes)
    assert [of_size(run)["verdict"] for run in (alone, whole)] == ["unmet", "waived"]


def test_doubt_can_be_waived_for_the_county_and_not_for_a_school(tmp_path: Path) -> None:
    sizes = ("", 2000)
    alone = judged(tmp_path / "a", WAIVER | {"subject": "2133000001"}, sizes=sizes)
    whole = judged(tmp_path / "b", WAIVER, sizes=sizes)
    assert [(of_size(run)["verdict"], of_size(run)["beneath"]) for run in (alone, whole)] == [
        ("undetermined", None), ("waived", "undetermined"),
    ]  # fmt: skip


def test_what_is_met_stays_met_and_names_its_waiver(tmp_path: Path) -> None:
    run = judged(tmp_path / "f", WAIVER, sizes=(2000,))
    one = of_size(run)
    assert (run.code, one["verdict"], one["beneath"], one["reason"]) == (0, "met", None, "holds")
    assert [waiver["valid"] for waiver in one["waivers"]] == [True]
    assert (standard(run)["met"], standard(run)["counted"]) == (1, 1)


def test_a_waiver_holds_for_its_own_county_and_indicator_alone(tmp_path: Path) -> None:
    for name, waivers in {"椒江区": [WAIVER | {"indicator": "balanced.12"}], "黄岩区": [WAIVER]}.items():
        row = school(1 if name == "椒江区" else 2, 2001)
        county = f"county: {{name: {name}}}\nas_of: 2022-12-31\n"
        facts(tmp_path / "f" / name, schools=table(row), waivers=table(*waivers), **{"county.yaml": county})
    run = check(tmp_path / "f", "--standard", SIZE)
    assert [run.indicators(name)[SIZE]["verdict"] for name in ("椒江区", "黄岩区")] == ["unmet", "waived"]


# --- until when ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "verdict", "reason"),
    [
        ("2023-12-30", "waived", WAIVED),
        ("2023-12-31", "waived", WAIVED),
        ("2024-01-01", "unmet", "2 of 3 fail; its waiver expired on 2023-12-31"),
    ],
)
def test_a_waiver_holds_up_to_and_on_its_last_day(tmp_path: Path, day: str, verdict: str, reason: str) -> None:
    judged(tmp_path / "f", WAIVER)
    run = check(tmp_path / "f", "--standard", SIZE, "--as-of", day)
    one = of_size(run)
    assert (one["verdict"], one["reason"], run.code) == (verdict, reason, 0 if verdict == "waived" else 1)
    assert [waiver["valid"] for waiver in one["waivers"]] == [verdict == "waived"]


def test_a_waiver_without_a_last_day_does_not_expire(tmp_path: Path) -> None:
    judged(tmp_path / "f", WAIVER | {"expires": ""})
    one = of_size(check(tmp_path / "f", "--standard", SIZE, "--as-of", "2099-12-31"))
    assert (one["verdict"], one["reason"]) == ("waived", WAIVED.replace("2023-12-31", "—"))


def test_an_expired_waiver_of_one_school_leaves_the_other_waived_in_vain(tmp_path: Path) -> None:
    waivers = [
        WAIVER | {"subject": "2133000001", "expires": "2022-12-30"},
        WAIVER | {"subject": "2133000002"},
    ]
    one = of_size(judged(tmp_path / "f", *waivers))
    assert (one["verdict"], one["reason"]) == ("unmet", "2 of 3 fail; its waiver expired on 2022-12-30")
    assert [(waiver["subject"], waiver["valid"]) for waiver in one["waivers"]] == [
        ("2133000001", False), ("2133000002", True),
    ]  # fmt: skip


def test_a_waiver_that_was_renewed_holds(tmp_path: Path) -> None:
    """The old one of the county, and new ones of the schools."""
    waivers = [WAIVER | {"expires": "2022-12-30"}, *(WAIVER | {"subject": f"213300000{number}"} for number in (1, 2))]
    assert of_size(judged(tmp_path / "f", *waivers))["verdict"] == "waived"


# --- what has no effect --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("indicator", ["balanced.eligibility", "balanced.veto"])
def test_eligibility_and_grounds_for_refusal_can_not_be_waived(tmp_path: Path, indicator: str) -> None:
    folder = facts(
        tmp_path / "f",
        attestations=f"indicator,holds,document\n{indicator},否,自查报告\n",
        waivers=table(WAIVER | {"indicator": indicator}),
    )
    run = check(folder, "--standard", indicator)
    one = run.indicators("椒江区")[indicator]
    assert (run.code, one["verdict"], one["beneath"]) == (1, "unmet", None)
    assert [waiver["valid"] for waiver in one["waivers"]] == [False]
    (problem,) = run.result["problems"]
    assert (problem["severity"], problem["message"]) == (
        "query", f"{indicator} can't be waived; this row has no effect",
    )  # fmt: skip
    assert problems(run) == [("not_waivable", "waivers.csv", 2, "indicator", indicator)]


@pytest.mark.parametrize(
    ("lacking", "told"),
    [
        (("reason",), "reason"),
        (("document_no",), "document_no"),
        (("approved_by",), "approved_by"),
        (("reason", "document_no", "approved_by"), "reason, document_no, approved_by"),
    ],
)
def test_a_waiver_must_say_why_by_which_document_and_who_approved_it(
    tmp_path: Path, lacking: tuple[str, ...], told: str
) -> None:
    run = judged(tmp_path / "f", WAIVER | dict.fromkeys(lacking, ""))
    one = of_size(run)
    assert (run.code, one["verdict"], one["reason"], one["waivers"]) == (1, "unmet", "2 of 3 fail", [])
    (problem,) = run.result["problems"]
    assert (problem["severity"], problem["county"], problem["message"]) == (
        "query", "331002", f"a waiver without {told}; this row has no effect",
    )  # fmt: skip
    assert problems(run) == [("waiver_incomplete", "waivers.csv", 2, lacking[0], None)]


def test_a_waiver_of_an_unknown_indicator_is_an_error_with_a_hint(tmp_path: Path) -> None:
    run = judged(tmp_path / "f", WAIVER | {"indicator": "balanced.111"})
    (problem,) = run.result["problems"]
    assert (run.code, of_size(run)["verdict"], problem["code"], problem["row"], problem["column"]) == (
        3, "unmet", "unknown_id", 2, "indicator",
    )  # fmt: skip
    assert problem["message"].startswith("there is no balanced.111; is it balanced.1")


def test_a_waiver_with_no_date_for_its_last_day_is_refused(tmp_path: Path) -> None:
    run = judged(tmp_path / "f", WAIVER | {"expires": "明年"})
    assert (run.code, of_size(run)["verdict"]) == (3, "unmet")
    assert problems(run) == [("bad_cell", "waivers.csv", 2, "expires", "明年")]


# --- ready ---------------------------------------------------------------------------------------------------------


def unready(folder: Path, *waivers: Mapping[str, object]) -> Path:
    """The county that is ready, but for one document that says no."""
    shutil.copytree(READY, folder)
    path = folder / "attestations.csv"
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    changed = [line.replace(",是,", ",否,") if ",balanced.28," in line else line for line in lines]
    assert sum(line != other for line, other in zip(lines, changed, strict=True)) == 1
    path.write_text("\n".join(changed), encoding="utf-8")
    if waivers:
        (folder / "waivers.csv").write_text(table(*waivers), encoding="utf-8")
    return folder


def test_a_county_with_a_waiver_passes_by_its_indicators_and_is_still_not_ready(tmp_path: Path) -> None:
    folder = unready(tmp_path / "f", WAIVER | {"indicator": "balanced.28"})
    run = check(folder, "--standard", "balanced")
    found = standard(run)
    assert run.code == 0
    assert (found["met"], found["counted"], found["ready"]) == (29, 30, False)
    assert found["conclusions"] == [
        {
            "id": "balanced.ready",
            "text": "Not ready for applying for national recognition: 1 unmet",
            "because": ["balanced.28"],
        }
    ]
    codes = [
        check(folder, "--standard", "balanced", "--gate", gate, "--fail-on", fail_on).code
        for gate, fail_on in (("indicators", "undetermined"), ("ready", "undetermined"), ("ready", "never"))
    ]
    assert codes == [0, 1, 0]


def test_the_same_county_without_the_waiver_fails_and_without_the_no_is_ready(tmp_path: Path) -> None:
    asked = ("--standard", "balanced", "--gate")
    codes = [
        check(folder, *asked, gate).code
        for folder in (unready(tmp_path / "f"), READY)
        for gate in ("indicators", "ready")
    ]
    assert codes == [1, 1, 0, 0]


def test_waived_doubt_leaves_it_open_whether_a_county_is_ready(tmp_path: Path) -> None:
    folder = unready(tmp_path / "f", WAIVER | {"indicator": "balanced.28"})
    path = folder / "attestations.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",否,", ",,"), encoding="utf-8")
    found = standard(check(folder, "--standard", "balanced"))
    assert (found["met"], found["counted"], found["ready"]) == (29, 30, None)
    assert [one["because"] for one in found["conclusions"]] == [["balanced.28"]]


@pytest.mark.parametrize(("lang", "word"), [("en", "waived"), ("zh", "豁免")])
def test_a_waiver_is_shown_with_a_mark_of_its_own(tmp_path: Path, lang: str, word: str) -> None:
    judged(tmp_path / "f", WAIVER)
    asked = ("check", tmp_path / "f", "--standard", SIZE, "--lang", lang)
    row = next(line for line in tzcheck(*asked).out.splitlines() if line.startswith(" 11 "))
    assert (" ※* " in row, word in row) == (True, True)
    matrix = tzcheck(*asked, "--format", "matrix").out.splitlines()
    assert matrix[1].endswith(",※*")
