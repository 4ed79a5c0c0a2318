"""Results as tzcheck writes them, made by hand and at random, for what reads them again."""

import copy
import json
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from tests.test_writers import HOSTILE
from tzcheck.result import Result

Data = dict[str, Any]


def breach(name: str | None = "一小", subject: str | None = "2133000001", category: str | None = "primary",
           shortfall: float | None = 1, **more: object) -> Data:  # fmt: skip
    """A class that is too large."""
    about = {"value": 45 + (shortfall or 0), "limit": 45, "shortfall": shortfall, "file": "classes.csv", "sheet": None}
    return {"subject": subject, "name": name, "category": category, **about, "row": 2, "column": "students", **more}


def indicator(id: str, verdict: str, *evidence: Data, **more: object) -> Data:
    """An indicator with its breaches, without what older versions of tzcheck did not write."""
    return {
        "id": id, "number": id.split(".")[1], "title": f"题 {id}", "basis": "facts", "verdict": verdict, "value": None,
        "limit": None, "comparator": None, "unit": None,
        "source": {"document": "文", "clause": None, "certainty": "A"}, "checked": 9, "breaches": len(evidence),
        "reason": "…", "reason_code": None, "beneath": None, "parts": [], "evidence": list(evidence), **more,
    }  # fmt: skip


def county(*indicators: Data, name: str = "椒江区", code: str | None = "331002", achievement: float | None = 0.5,
           standard: str = "balanced") -> Data:  # fmt: skip
    """A county with one standard."""
    about = {"met": 1, "counted": 2, "achievement": achievement, "ready": None, "conclusions": []}
    return {
        "level": "county", "code": code, "name": name,
        "standards": [{"id": standard, **about, "indicators": list(indicators)}],
    }  # fmt: skip


def result(*counties: Data, as_of: str = "2022-12-31", **more: object) -> Data:
    """A result of these counties."""
    return {
        "schema": "tzcheck/result/1", "version": "1", "as_of": as_of, "profile": "national", "engine": "duckdb",
        "rules": {"sha256": "0" * 64}, "facts": [], "counties": list(counties), "problems": [], **more,
    }  # fmt: skip


def problem(code: str, county: str | None) -> Data:
    """An error in the facts."""
    where = {"file": "classes.csv", "sheet": None, "row": 3, "cell": None, "column": "students"}
    return {
        "severity": "error", "county": county, "code": code, "message": "…", **where, "value": "约46", "expected": None
    }  # fmt: skip


def written(path: Path, data: Data) -> Path:
    """The result as a file."""
    path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    return path


def later(data: Data, as_of: str, step: int) -> Data:
    """A result of another day: some breaches are gone, some moved, some are new, and achievements moved with them."""
    found = copy.deepcopy(data)
    found["as_of"] = as_of
    number = 0
    for place in found["counties"]:
        for standard in place["standards"]:
            number += step
            if standard["achievement"] is not None:
                standard["achievement"] = abs(standard["achievement"] - number % 7 / 20)
            for one in standard["indicators"]:
                number += step
                one["evidence"] = [item for index, item in enumerate(one["evidence"]) if (index + number) % 4]
                for item in one["evidence"][::3]:
                    item["shortfall"] = item["shortfall"] and item["shortfall"] * 2
                if number % 13 == 0:
                    one["evidence"].append(breach(f"{HOSTILE} 一班"))
                    one["verdict"] = "undetermined" if number % 2 else "unmet"
    return found


# --- at random -----------------------------------------------------------------------------------------------------

NAMES = st.sampled_from(["一小", "一小 一年级1班", "一小 一年级2班", "二小 一班", HOSTILE, "", None])
BREACHES = st.builds(
    breach, NAMES, st.sampled_from(["1", "2", "331002", None]), st.sampled_from(["primary", None]),
    st.sampled_from([None, 0.1, 1, 3]),
)  # fmt: skip
VERDICTS = st.sampled_from(["met", "unmet", "unmet", "undetermined", "not_applicable", "not_counted", "waived"])


@st.composite
def results(draw: st.DrawFn) -> Result:
    """A result of up to three counties, one of them without a code, each with up to two standards."""
    places = []
    for code, name in (("331002", "椒江区"), (None, "台州湾新区"), ("331003", HOSTILE)):
        standards = []
        for standard in ("balanced", "own"):
            ids = draw(st.sets(st.sampled_from(["12", "resources", HOSTILE]), max_size=3))
            indicators = [
                indicator(
                    f"{standard}.{id}", draw(VERDICTS), *draw(st.lists(BREACHES, max_size=4)),
                    basis=draw(st.sampled_from(["facts", "facts", "facts", "mark"])),
                    missing=draw(st.lists(BREACHES, max_size=1)),
                    beneath=draw(st.sampled_from(["unmet", "undetermined"])),
                )
                for id in sorted(ids)
            ]  # fmt: skip
            share = draw(st.sampled_from([None, 0, 1 / 3, 0.7, 1]))
            standards += county(*indicators, achievement=share, standard=standard)["standards"]
        if draw(st.booleans()):
            places.append({**county(code=code, name=name), "standards": standards[draw(st.integers(0, 1)) :]})
    problems = draw(st.lists(st.builds(problem, st.just("bad_cell"), st.sampled_from(["331002", None])), max_size=1))
    day = draw(st.sampled_from(["2021-12-31", "2022-12-31", "2023-06-30"]))
    return Result.model_validate(result(*places, as_of=day, problems=problems))
