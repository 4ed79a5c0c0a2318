"""Coverage and catalogue: every statement of the notice has a rule, and every rule is in the catalogue."""

import csv
import html
import json
import re
from collections import Counter
from pathlib import Path

import pytest

from tests.support import ROOT, tzcheck
from tests.test_rule import folder
from tzcheck.loading import load

CATALOGUE = ROOT / "rules" / "catalogue.csv"
PLANS = {1: 115, 2: 82, 3: 105, 4: 28, 5: 17, 6: 22, 7: 43, 8: 90, 9: 24, 10: 12}
OWN = "{document: 无, certainty: D}"
TOPIC = f"""\
measures:
  size: {{each: class, value: students, unit: 人}}
rules:
  demo.judged:
    {{number: "1", title: {{zh: 一, en: one}}, source: {OWN}, covers: [A, B], each: class, requires: size <= 45}}
  demo.attested:
    {{number: "2", title: {{zh: 二, en: two}}, source: {OWN}, covers: [B, C], attested: true}}
  demo.undecidable:
    {{number: "3", title: {{zh: 三, en: three}}, source: {OWN}, covers: [D], counted: false,
      undecidable: {{zh: 无标准, en: no measure}}}}
"""


def covered(catalogue: Path, *arguments: object) -> tuple[int, list[dict[str, str | None]]]:
    run = tzcheck("rules", "coverage", catalogue, "--format", "json", "--lang", "en", *arguments)
    return run.code, json.loads(run.out)


def test_every_statement_of_the_notice_is_covered_by_a_rule_that_can_fail() -> None:
    code, found = covered(CATALOGUE)
    hows = Counter(one["how"] for one in found)
    assert (code, len(found), hows[None]) == (0, 538, 0)
    assert hows["judged"] + hows["recomputed"] >= 300
    book = load([ROOT / "rules"], cases=True)
    verdicts: dict[str, set[str]] = {}
    for case in book.cases:
        verdicts.setdefault(case.rule, set()).add(case.verdict)
    deciding = {one["rule"] for one in found if one["how"] in ("judged", "recomputed")}
    assert [id for id in deciding if not {"met", "unmet"} <= verdicts.get(str(id), set())] == []
    assert all(one["why"] for one in found)


def test_the_catalogue_has_the_statements_of_the_rules_and_no_other() -> None:
    with CATALOGUE.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    ids = [row["id"] for row in rows]
    of_rules = {statement for _, _, rule in load([ROOT / "rules"]).rules() for statement in rule.covers}
    assert len(ids) == len(set(ids))
    assert set(ids) == of_rules
    assert Counter(int(row["plan"]) for row in rows) == PLANS
    assert all(row["plan"] == re.findall(r"\d+", row["id"])[0] for row in rows)
    assert all(row["statement"] and row["statement_en"] for row in rows)


def test_what_decides_most_is_named_and_what_nothing_covers_fails(tmp_path: Path) -> None:
    rules = folder(tmp_path, **{"demo/size.yaml": TOPIC, "demo/size.cases.yaml": "cases: []\n"})
    catalogue = tmp_path / "catalogue.csv"
    catalogue.write_bytes("说明,id\r\n甲,A\r\n乙,B\r\n丙,C\r\n\r\n丁,D\r\n戊,E\r\n".encode("gb18030"))
    code, found = covered(catalogue, "--rules", rules)
    assert code == 1
    assert [(one["id"], one["how"], one["rule"], one["why"]) for one in found] == [
        ("A", "judged", "demo.judged", "one"),
        ("B", "judged", "demo.judged", "one"),
        ("C", "attested", "demo.attested", "two"),
        ("D", "undecidable", "demo.undecidable", "no measure"),
        ("E", None, None, "no rule covers it"),
    ]
    shown = tzcheck("rules", "coverage", catalogue, "--rules", rules, "--lang", "en").out.splitlines()
    assert shown[4] == "E\tnot covered\t—\tno rule covers it"
    assert shown[5] == "5 statements: 2 judged, 0 recomputed, 1 attested, 1 undecidable, 1 not covered"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "no column id"),
        (b"name\nA\n", "no column id, but: name"),
        (b"id\n", "no row below the header"),
        (b"id\nA\nA\n", "catalogue.csv:3:id"),
        (b"id,x\nA,1\n,2\n", "catalogue.csv:3:id"),
        (b'id\n"A\n', "catalogue.csv"),
        (b"id\n\x00\n", "catalogue.csv"),
        (b"\xff\xfe\xff\xff", "catalogue.csv"),
    ],
)
def test_a_catalogue_that_can_not_be_read_is_told_with_its_row(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "catalogue.csv"
    path.write_bytes(content)
    run = tzcheck("rules", "coverage", path, "--lang", "en")
    assert (run.code, run.out) == (2, "")
    assert told in run.err


def test_a_catalogue_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert tzcheck("rules", "coverage", tmp_path / "no.csv", "--lang", "en").code == 2
    assert tzcheck("rules", "coverage", tmp_path, "--lang", "en").code == 2


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_catalogue_of_rules_has_every_rule_with_its_text_source_limit_data_and_cases(lang: str) -> None:
    written = tzcheck("rules", "docs", "--lang", lang).out
    book = load([ROOT / "rules"], cases=True)
    sections = {part.split("`")[1]: part for part in re.split(r"^### ", written, flags=re.M)[1:] if "`" in part}
    assert sections.keys() == {id for id, _, _ in book.rules()}
    one = sections["balanced.12"]
    for told in ("教督〔2017〕6号", "2017-04-19", "students <= limit", "`classes.students`", "P1-A12", "45", "50"):
        assert told in one
    assert "`values.migrant_in_public`" in sections["seats.migrants.public"]
    assert "`attestations`" in sections["creation.party"]
    assert "`preschool.3`" in sections["advancement.kindergartens"]
    assert "2025-12-31" in sections["vocational.standard"]
    assert all("→" in sections[id] for id, _, rule in book.rules() if rule.judged)


def test_the_catalogue_is_one_page_of_html_that_loads_nothing(tmp_path: Path) -> None:
    path = tmp_path / "rules.html"
    assert tzcheck("rules", "docs", "--format", "html", "--lang", "zh", "--output", path).code == 0
    page = path.read_text(encoding="utf-8")
    assert page.count("<h3>") == len(list(load([ROOT / "rules"]).rules()))
    assert "students &lt;= limit" in page
    assert not re.findall(r"""(?:src|href)=|url\(|<script""", page)
    assert "count(*)" in html.unescape(page)


def test_a_text_can_put_no_markup_into_the_catalogue(tmp_path: Path) -> None:
    evil = TOPIC.replace("zh: 三, en: three", "zh: '<script>|*x*`y`', en: '<script>alert(1)</script>'")
    rules = folder(tmp_path, **{"demo/size.yaml": evil, "demo/size.cases.yaml": "cases: []\n"})
    page = tzcheck("rules", "docs", "--format", "html", "--rules", rules, "--lang", "en").out
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)" in page
