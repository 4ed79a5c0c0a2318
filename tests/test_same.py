"""Every format tells the same: the verdict of every indicator, and the sums of every standard in every place.

All are written in one run, each is read by a reader of its own from what people or programs see of it, and held against
the JSON result.
"""

import csv
import io
import json
import re
from collections import Counter
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import openpyxl
import pytest

from tests.support import TAIZHOU, tzcheck

FORMATS = ("json", "text", "md", "csv", "matrix", "junit", "sarif", "html", "xlsx")
Key = tuple[str, str]


@dataclass
class Written:
    """What one run wrote, and the JSON result taken apart."""

    folder: Path
    result: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        self.result = json.loads(self.text("json"))

    def text(self, format: str) -> str:
        return (self.folder / format).read_text(encoding="utf-8-sig")

    @cached_property
    def book(self) -> dict[str, list[tuple[Any, ...]]]:
        found = openpyxl.load_workbook(io.BytesIO((self.folder / "xlsx").read_bytes()))
        return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in found}

    @property
    def standards(self) -> list[tuple[dict[str, Any], dict[str, Any]]]:
        return [(county, one) for county in self.result["counties"] for one in county["standards"]]

    @property
    def indicators(self) -> dict[Key, dict[str, Any]]:
        return {(county["name"], one["id"]): one for county, found in self.standards for one in found["indicators"]}

    @property
    def verdicts(self) -> dict[Key, str]:
        return {key: one["verdict"] for key, one in self.indicators.items()}

    @property
    def titles(self) -> dict[str, str]:
        return {one["title"]: one["id"] for _, one in self.standards}

    def name(self, place: str) -> str:
        return next(one["name"] for one in self.result["counties"] if place in (one["code"], one["name"]))


@pytest.fixture(scope="module", params=["demo-2022", "taizhou-2022"])
def written(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Written:
    folder = tmp_path_factory.mktemp("written")
    asked = [part for format in FORMATS for part in ("--format", format, "--output", folder / format)]
    run = tzcheck("check", TAIZHOU.parent / str(request.param), "--lang", "en", "--details", *asked)
    assert run.code in (1, 3)
    return Written(folder)


class Page(HTMLParser):
    """A page's rows of indicators (place, verdict, texts) and the lines above them (place, text)."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.rows: list[tuple[str, str, list[str]]] = []
        self.heads: list[tuple[str, str]] = []
        self.inside, self.place = "", ""
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        about = dict(attributes)
        if tag == "div" and about.get("class") == "of-place":
            self.place = about["data-place"] or ""
        elif tag == "tr":
            self.inside = "row" if about.get("class") == "ind" else ""
            if self.inside:
                self.rows.append((self.place, about["data-v"] or "", []))
        elif tag == "summary":
            self.inside = "summary"
            self.heads.append((self.place, ""))

    def handle_endtag(self, tag: str) -> None:
        if tag in ("tr", "summary"):
            self.inside = ""

    def handle_data(self, data: str) -> None:
        if self.inside == "row":
            self.rows[-1][2].append(data.strip())
        elif self.inside == "summary":
            place, text = self.heads[-1]
            self.heads[-1] = (place, text + data)


# --- the verdict of every indicator --------------------------------------------------------------------------------


def of_words(verdict: str) -> str:
    return verdict.replace(" ", "_")


def test_the_csv(written: Written) -> None:
    rows = list(csv.DictReader(io.StringIO(written.text("csv"))))
    found = {(row["county"], row["indicator"]): row for row in rows if row["kind"] == "verdict"}
    assert {key: of_words(row["verdict"]) for key, row in found.items()} == written.verdicts
    breaches = Counter((row["county"], row["indicator"]) for row in rows if row["kind"] == "breach")
    assert breaches == Counter(
        {key: len(one["evidence"]) for key, one in written.indicators.items() if one["evidence"]}
    )


def test_the_workbook(written: Written) -> None:
    rows = written.book["Indicators"][1:]
    assert {(row[0], row[2]): of_words(row[6]) for row in rows} == written.verdicts
    breaches = Counter((row[0], row[1], of_words(row[3])) for row in written.book["Breaches"][1:])
    assert breaches == Counter(
        {(*key, one["verdict"]): len(one["evidence"]) for key, one in written.indicators.items() if one["evidence"]}
    )


def test_the_page(written: Written) -> None:
    found = {}
    for place, verdict, texts in Page(written.text("html")).rows:
        id = next(one for one in texts if re.fullmatch(r"[a-z]+(\.[\w-]+)+", one))
        found[written.name(place), id] = verdict
    assert found == written.verdicts


def test_junit(written: Written) -> None:
    found = {}
    for case in ElementTree.fromstring(written.text("junit").encode()).iter("testcase"):
        if case.get("classname") != "facts":
            kind = next((one.tag for one in case), "met")
            found[str(case.get("classname")).rpartition(".")[0], str(case.get("name")).split()[0]] = kind
    kinds = {"unmet": "failure", "undetermined": "error", "met": "met"}
    assert found == {key: kinds.get(verdict, "skipped") for key, verdict in written.verdicts.items()}


def test_sarif(written: Written) -> None:
    results = json.loads(written.text("sarif"))["runs"][0]["results"]
    found = {(one["ruleId"], one["kind"]) for one in results if not one["ruleId"].startswith("facts.")}
    kinds = {"unmet": "fail", "waived": "fail", "undetermined": "open", "not_applicable": "notApplicable"}
    assert found == {(id, kinds[verdict]) for (_, id), verdict in written.verdicts.items() if verdict in kinds}


def test_the_matrix(written: Written) -> None:
    """Every sign stands as the result has it; one that would begin a formula behind an apostrophe."""
    rows = csv.reader(io.StringIO(written.text("matrix")))
    signs = [(row[1], sign.lstrip("'")) for row in rows if len(row) > 3 and "." in row[1] for sign in row[3:] if sign]
    assert sorted(signs) == sorted((id, one["sign"]) for (_, id), one in written.indicators.items())
    found = {tuple(row[1:4]) for row in written.book["Matrix"] if row[0]}
    assert found


# --- the sums of every standard in every place ---------------------------------------------------------------------


def shown(met: int, counted: int) -> str:
    tenths = (Fraction(met * 2000, counted) + 1) // 2
    return f"{tenths // 10}.{tenths % 10}%".replace(".0%", "%")


def of_result(written: Written) -> dict[Key, tuple[int, int, str]]:
    return {
        (county["name"], one["id"]): (one["met"], one["counted"], shown(one["met"], one["counted"]))
        for county, one in written.standards
        if one["counted"]
    }


def of_page(written: Written) -> dict[Key, tuple[int, int, str, int, int]]:
    found = {}
    for place, text in Page(written.text("html")).heads:
        sums = re.search(r"(\d+) / (\d+) = ([\d.]+%), unmet (\d+), undetermined (\d+)", text)
        if sums:
            standard = written.titles[max((one for one in written.titles if one in text), key=len)]
            found[written.name(place), standard] = (
                int(sums[1]), int(sums[2]), sums[3], int(sums[4]), int(sums[5]),
            )  # fmt: skip
    return found


def test_the_sums_of_the_page_and_of_the_workbook(written: Written) -> None:
    page = of_page(written)
    assert {key: sums[:3] for key, sums in page.items()} == of_result(written)
    book = {
        (row[0], written.titles[row[1]]): (row[2], row[3], shown(row[2], row[3]), row[5], row[6])
        for row in written.book["Summary"][1:]
        if row[3]
    }
    assert book == page
    assert all(row[4] == pytest.approx(row[2] / row[3]) for row in written.book["Summary"][1:] if row[3])


def test_what_is_counted_is_met_or_unmet_or_undetermined_or_waived(written: Written) -> None:
    for (place, standard), (met, counted, _, unmet, unknown) in of_page(written).items():
        (found,) = (one for county, one in written.standards if (county["name"], one["id"]) == (place, standard))
        by_verdict = Counter(one["verdict"] for one in found["indicators"])
        assert unmet <= by_verdict["unmet"]
        assert unknown <= by_verdict["undetermined"]
        assert counted - met - unmet - unknown in range(by_verdict["waived"] + by_verdict["undetermined"] + 1)


@pytest.mark.parametrize("format", ["md", "text", "matrix"])
def test_the_achievements(written: Written, format: str) -> None:
    """Every achievement is printed, of several places in a row for each standard; and nothing else is."""
    wanted: dict[str, list[str]] = {}
    for (_, standard), (*_, share) in of_result(written).items():
        wanted.setdefault(standard, []).append(share)
    found: dict[str, list[str]] = {}
    for line in written.text(format).splitlines():
        if format == "md":
            title, *cells = (cell.strip() for cell in line.strip("|").split("|"))
            if title in written.titles and any(cell.endswith("%") for cell in cells):
                found[written.titles[title]] = [cell for cell in cells if cell]
        elif format == "matrix" and ",achievement (%)," in line:
            standard, _, _, *cells = line.split(",")
            found[standard] = [f"{cell}%".replace(".0%", "%") for cell in cells if cell not in ("", "—")]
    if format == "text":
        standard = ""
        for line in written.text("text").splitlines():
            standard = next((id for title, id in written.titles.items() if line == f"{title}  {id}"), standard)
            shares = re.match(r"\s*achievement %\s+([\d.— ]+)$", line)
            alone = re.match(r".*: \d+ of \d+ met = ([\d.]+)%,", line)
            if shares or alone:
                found[standard] = [f"{one}%" for one in (shares or alone)[1].split() if one != "—"]
    assert {id: sorted(cells) for id, cells in found.items() if cells} == {
        id: sorted(cells) for id, cells in wanted.items()
    }
