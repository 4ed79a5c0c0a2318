"""facts/demo-2022: written anew byte for byte, and told by tzcheck as its README tells it."""

import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.support import ROOT, Run, check

DEMO = ROOT / "facts" / "demo-2022"
README = (DEMO / "README.md").read_text(encoding="utf-8")
JUDGED = ("balanced", "preschool")
NAMES = {"ready": "示例甲县", "nearly": "示例乙县", "troubled": "示例丙县"}


@pytest.fixture(scope="module")
def runs() -> dict[str, Run]:
    asked = [argument for standard in JUDGED for argument in ("--standard", standard)]
    return {name: check(DEMO / name, *asked) for name in NAMES}


def standards(run: Run) -> dict[str, Any]:
    (county,) = run.result["counties"]
    return {one["id"]: one for one in county["standards"]}


def verdicts(run: Run, name: str, *but: str) -> dict[str, str]:
    """The verdicts that are not among `but`."""
    return {id: one["verdict"] for id, one in run.indicators(NAMES[name]).items() if one["verdict"] not in but}


def planted(county: str, heading: str = "") -> list[tuple[str, set[int], str]]:
    """The first table of a county in the README, or the one below a heading: file, rows and the text of each line."""
    section = README.partition(f"## {county}：")[2].partition("\n## ")[0]
    section = section[section.index(heading) :]
    table = section[section.index("\n|") :].strip().partition("\n\n")[0]
    found = []
    for line in table.splitlines()[2:]:
        place = re.search(r"`([\w.]+)` 第 ([\d、—]+) 行", line)
        if place:
            ends = [[int(end) for end in part.split("—")] for part in place[2].split("、")]
            found.append((place[1], {row for end in ends for row in range(end[0], end[-1] + 1)}, line))
    return found


# --- written anew --------------------------------------------------------------------------------------------------


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_demo_counties_are_byte_for_byte_what_the_script_writes(tmp_path: Path) -> None:
    script = [sys.executable, str(ROOT / "bench" / "counties.py"), "demo", str(tmp_path)]
    subprocess.run(script, check=True, capture_output=True)
    written, kept = contents(tmp_path), contents(DEMO)
    assert kept.pop("README.md")
    assert sorted(written) == sorted(kept)
    assert [name for name in written if written[name] != kept[name]] == []


# --- ready ---------------------------------------------------------------------------------------------------------


def test_the_monitoring_is_judged_by_score_and_beside_it_by_the_countys_own_facts() -> None:
    run = check(DEMO / "ready", "--standard", "modernization")
    one = standards(run)["modernization"]
    assert (one["met"], one["counted"], run.code) == (44, 44, 0)
    beside = {id: one["verdict"] for id, one in run.indicators(NAMES["ready"]).items() if ".facts." in id}
    assert Counter(beside.values()) == {"met": 21, "not_counted": 3, "undetermined": 1}
    assert beside["modernization.facts.34"] == "undetermined"  # preschool.26-1 has no limit
    behind = check(DEMO / "nearly", "--standard", "modernization").indicators(NAMES["nearly"])
    assert [(number, behind[f"modernization.{number}"]["sign"]) for number in (7, 11, 20, 28)] == [
        (7, "-"), (11, "-"), (20, "*"), (28, "-"),
    ]  # fmt: skip


def test_a_refused_row_leaves_each_stage_in_doubt_for_all_that_reads_it(tmp_path: Path) -> None:
    """It may be of any stage; only what a row by itself proves is told of one."""
    folder = shutil.copytree(DEMO / "ready", tmp_path / "f")
    spoilt = {"schools.csv": (",1040,", ",约9,"), "classes.csv": (",44\n", ",46\n")}
    for name, (cell, other) in spoilt.items():
        text = (folder / name).read_text(encoding="utf-8")
        assert cell in text
        (folder / name).write_text(text.replace(cell, other, 1), encoding="utf-8")
    found = check(folder, "--standard", "balanced", "--standard", "modernization").indicators(NAMES["ready"])
    parts = {id: {one["category"]: one["verdict"] for one in found[id]["parts"]} for id in found}
    assert parts["balanced.variation.1"] == {"primary": "undetermined", "junior": "undetermined"}
    assert [found[f"modernization.facts.{number}"]["verdict"] for number in (21, 22)] == ["undetermined"] * 2
    assert parts["balanced.12"] == {"primary": "unmet", "junior": "undetermined"}


def test_the_county_that_is_ready_meets_all_that_can_be_judged(runs: dict[str, Run]) -> None:
    run = runs["ready"]
    assert verdicts(run, "ready", "met") == {"balanced.31": "not_counted", "preschool.26-1": "undetermined"}
    assert run.result["problems"] == []
    balanced, preschool = standards(run)["balanced"], standards(run)["preschool"]
    assert (balanced["met"], balanced["counted"], balanced["achievement"], balanced["ready"]) == (30, 30, 1, True)
    assert balanced["conclusions"] == [
        {"id": "balanced.ready", "text": "Ready for applying for national recognition", "because": []}
    ]
    assert (preschool["met"], preschool["counted"], preschool["ready"]) == (37, 38, None)
    assert [one["needs"] for one in (balanced, preschool)] == [[], []]


@pytest.mark.parametrize(("gate", "standard", "code"), [
    ("indicators", "balanced", 0), ("ready", "balanced", 0), ("indicators", "preschool", 1), ("ready", "preschool", 1),
])  # fmt: skip
def test_the_county_that_is_ready_passes_by_either_gate_where_all_is_known(gate: str, standard: str, code: int) -> None:
    assert check(DEMO / "ready", "--standard", standard, "--gate", gate).code == code


# --- nearly --------------------------------------------------------------------------------------------------------

# Of the nine-year school: its junior students and, by weight, its primary ones; and the area that each of them has.
STUDENTS = (628 + 1.1 * 317) / 1.1
SPORTS_AREA = (6883 + 540) / STUDENTS
UNMET = {
    *(f"balanced.{part}" for part in (2, 4, 5, 6, 10, 12, 18, "resources")),
    "preschool.2", "preschool.29",
}  # fmt: skip


def test_the_county_that_nearly_passes_fails_what_its_readme_lists_and_nothing_else(runs: dict[str, Run]) -> None:
    run = runs["nearly"]
    assert verdicts(run, "nearly", "met") == {
        **dict.fromkeys(UNMET, "unmet"),
        "balanced.11": "waived",
        "balanced.28": "undetermined",
        "balanced.31": "not_counted",
        "preschool.26-1": "undetermined",
    }
    (query,) = run.result["problems"]  # a class of 37, which is over its size too
    assert (query["severity"], query["code"], query["row"]) == ("query", "checks.kindergarten_class_plausible", 78)
    assert {id: (one["met"], one["counted"], one["ready"]) for id, one in standards(run).items()} == {
        "balanced": (21, 30, False), "preschool": (35, 38, False),
    }  # fmt: skip


def test_the_readme_of_the_county_that_nearly_passes_names_the_same_indicators() -> None:
    named = set()
    for _, _, line in planted("nearly"):
        stem = ""
        for part in re.findall(r"`([\w.-]+)`", line.rpartition(" | ")[2]):
            stem = part.rpartition(".")[0] or stem
            named.add(part if "." in part else f"{stem}.{part}")
    # Of its own lines it says of one that it still passes, and of one that nobody can tell.
    assert {one for one in named if not one.startswith("modernization.")} == UNMET | {
        "balanced.11", "balanced.28", "preschool.28",
    }  # fmt: skip


def test_each_breach_of_the_county_that_nearly_passes_is_told_where_it_was_planted(runs: dict[str, Run]) -> None:
    found = {
        id: sorted((item["file"], item["row"], item["value"], item["limit"]) for item in one["evidence"])
        for id, one in runs["nearly"].indicators(NAMES["nearly"]).items()
        if one["evidence"] and one["verdict"] in ("unmet", "waived") and id != "preschool.2"
    }
    school, listed, garden = "schools.csv", "classes.csv", "kindergartens.csv"
    assert found == {
        "balanced.2": [(school, 3, 1000 / 1044, 1), (school, 22, 900 / 905, 1)],
        "balanced.4": [(school, 4, (5659 - 460) / 1209, 4.5)],
        "balanced.5": [(school, 28, pytest.approx(SPORTS_AREA), 10.2)],
        "balanced.6": [(school, 4, 1900, 2000)],
        "balanced.10": [(school, 6, 2, 3)],
        "balanced.11": [(school, 2, 2013, 2000)],
        "balanced.12": [(listed, 119, 46, 45), (listed, 364, 52, 50)],
        "balanced.18": [("county.yaml", 11, 0.19, 0.2)],
        "balanced.resources": [
            (school, 4, (5659 - 460) / 1209, 4.5),
            (school, 28, pytest.approx(SPORTS_AREA), 10.2),
        ],
        "preschool.29": [(garden, 4, 157 / 22, 7)],
    }


def test_the_waivers_of_the_county_that_nearly_passes_are_one_that_holds_and_one_that_ran_out(
    runs: dict[str, Run],
) -> None:
    found = runs["nearly"].indicators(NAMES["nearly"])
    assert {
        id: [(waiver["valid"], waiver["row"]) for waiver in one["waivers"]]
        for id, one in found.items()
        if one["waivers"]
    } == {"balanced.11": [(True, 2)], "balanced.12": [(False, 3)]}
    assert found["balanced.12"]["reason"].endswith("; its waiver expired on 2022-08-31")


def test_what_the_county_that_nearly_passes_must_add_is_summed_up(runs: dict[str, Run]) -> None:
    found = {
        need["indicator"]: (need["unit"], need["amount"], [(item["name"], item["amount"]) for item in need["items"]])
        for one in standards(runs["nearly"]).values()
        for need in one["needs"]
    }
    first, missing = NAMES["nearly"], pytest.approx(10.2 * STUDENTS - (6883 + 540))
    assert found == {
        "balanced.2": ("人", 2, [(f"{first}第二小学", 1), (f"{first}第二初级中学", 1)]),
        "balanced.4": ("m2", 241.5, [(f"{first}第三小学", 241.5)]),
        "balanced.5": ("m2", missing, [(f"{first}第一九年一贯制学校", missing)]),
        "balanced.6": ("元", 120900, [(f"{first}第三小学", 120900)]),
        "balanced.10": ("间", 1, [(f"{first}第五小学", 1)]),
        "balanced.11": ("人", 13, [(f"{first}第一小学", 13)]),
        "balanced.12": ("人", 3, [(f"{first}第四小学 一年级4班", 1), (f"{first}第三初级中学 七年级5班", 2)]),
        "balanced.18": ("人", 1, [(first, 1)]),
        "preschool.2": ("人", 25, [(first, 25)]),
        "preschool.29": ("人", 1, [(f"{first}第三幼儿园", 1)]),
    }  # fmt: skip


# --- troubled ------------------------------------------------------------------------------------------------------

HARD = {
    ("schools.csv", 3): "checks.students_as_listed",
    ("schools.csv", 5): "checks.backbone_within_teachers",
    ("schools.csv", 6): "checks.in_zone_within_students",
    ("schools.csv", 7): "checks.indoor_sports_within_rooms",
    ("schools.csv", 16): "checks.classes_as_listed",
    ("schools.csv", 21): "checks.certified_within_teachers",
    ("schools.csv", 22): "checks.trained_within_teachers",
    ("schools.csv", 23): "checks.pe_art_within_teachers",
    ("schools.csv", 28): "checks.above_degree_within_teachers",
    ("county.yaml", 11): "checks.backbone_within_rotated",
    ("kindergartens.csv", 3): "checks.children_as_listed",
}
SOFT = {
    ("kindergartens.csv", 2): "checks.class_teachers_within_teachers",
    ("county.yaml", 16): "checks.variation_is_no_percentage",
    ("schools.csv", 8): "checks.equipment_in_10000_yuan",
    ("schools.csv", 9): "checks.sports_ground_plausible",
    ("schools.csv", 29): "checks.id_of_type",
    ("values.csv", 10): "checks.migrants_are_no_percentage",
}
# A list that does not add up is told where the total is.
TOLD_AT = {("classes.csv", 50): ("schools.csv", 3)}


def told(run: Run, *severities: str) -> dict[tuple[str | None, int | None], str]:
    """The problems of some severities by file and row, without the refused row."""
    found = [one for one in run.result["problems"] if one["severity"] in severities and one["code"] != "bad_cell"]
    assert max(Counter((one["file"], one["row"]) for one in found).values()) == 1
    return {(one["file"], one["row"]): one["code"] for one in found}


def test_each_hard_fault_that_was_planted_is_an_error_and_nothing_else_is(runs: dict[str, Run]) -> None:
    assert runs["troubled"].code == 3
    assert told(runs["troubled"], "error") == HARD


def test_each_soft_fault_that_was_planted_is_a_query_and_nothing_else_is(runs: dict[str, Run]) -> None:
    assert told(runs["troubled"], "query", "explained") == SOFT


def test_of_three_answers_one_is_accepted_one_is_not_and_one_has_lapsed(runs: dict[str, Run]) -> None:
    answers = {
        one["code"]: (one["severity"], one["message"].rpartition("; ")[2].partition(":")[0])
        for one in runs["troubled"].result["problems"]
        if "expla" in one["message"]
    }
    assert answers == {
        "checks.id_of_type": ("explained", "explained"),
        "checks.sports_ground_plausible": ("query", "explained, but nobody has accepted it"),
        "checks.equipment_in_10000_yuan": ("query", "the explanation given was for the value 115 and has lapsed"),
    }


@pytest.mark.parametrize(("heading", "wanted"), [("必须改的", HARD), ("可疑、要核实的", SOFT)])
def test_the_readme_lists_each_fault_by_its_file_and_row(heading: str, wanted: dict[tuple[str, int], str]) -> None:
    listed = [{TOLD_AT.get((file, row), (file, row)) for row in rows} for file, rows, _ in planted("troubled", heading)]
    assert [len(places & wanted.keys()) for places in listed] == [1] * len(wanted)


def test_the_row_that_was_refused_is_told_and_leaves_the_size_of_classes_open(runs: dict[str, Run]) -> None:
    run = runs["troubled"]
    refused = [one for one in run.result["problems"] if one["code"] == "bad_cell"]
    assert [(one["severity"], one["file"], one["row"], one["value"]) for one in refused] == [
        ("error", "classes.csv", 425, "约44")
    ]
    one = run.indicators(NAMES["troubled"])["balanced.12"]
    assert (one["verdict"], one["reason"]) == ("undetermined", "rows or files of classes were refused")


def test_each_blank_that_was_planted_is_told_as_missing(runs: dict[str, Run]) -> None:
    found = runs["troubled"].indicators(NAMES["troubled"])
    missing = {
        id: [(item["file"], item["row"], item["column"]) for item in found[id]["missing"]]
        for id in ("balanced.7", "balanced.26", "preschool.26-3", "preschool.27")
    }
    assert missing == {
        "balanced.7": [("schools.csv", 10, "multimedia_rooms")],
        "balanced.26": [("schools.csv", 11, "training_budget")],
        "preschool.26-3": [("kindergartens.csv", 5, "outdoor_area")],
        "preschool.27": [],
    }
    places = found["balanced.21"]["missing"]
    assert [(item["file"], item["column"]) for item in places] == [("values.csv", "senior_places_allocated")]


def test_wrong_data_are_judged_all_the_same(runs: dict[str, Run]) -> None:
    assert {id: (one["met"], one["counted"]) for id, one in standards(runs["troubled"]).items()} == {
        "balanced": (23, 31), "preschool": (36, 38),
    }  # fmt: skip
