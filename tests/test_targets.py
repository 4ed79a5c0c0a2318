"""Targets: the city's own values and sums over its counties, documents behind them, days, and outcomes of rules."""

from itertools import product
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support import Run, check, facts, tzcheck
from tests.test_rule import folder

HEAD = 'number: "1"\n    title: {zh: 一, en: one}\n    source: {document: 无, certainty: D}\n    '
PACK = """\
pack:
  id: demo
  title: {zh: 示范, en: demo}
  issuer: {zh: 无, en: nobody}
  document: 无
  levels: [county, city]
  ready: {zh: 申报, en: applying}
  documented: true
"""
LEANING = """\
pack:
  id: city
  title: {zh: 全市, en: city}
  issuer: {zh: 无, en: nobody}
  document: 无
  levels: [city]
  leans_on: [demo]
"""
TOPIC = f"""\
measures:
  own: {{each: city, from: values, value: hired}}
  summed: {{each: city, from: values, value: sum(hired)}}
rules:
  demo.own:
    {HEAD}levels: [city]
    each: city
    requires: own >= wanted
    target: true
    parameters: {{wanted: {{2023-12-31: 10, 2024-12-31: 20}}}}
  demo.summed:
    {HEAD}levels: [city]
    each: city
    requires: summed >= 10
  demo.first:
    {HEAD}levels: [county]
    attested: true
    due: 2023-12-31
  demo.second:
    {HEAD}levels: [county]
    attested: true
  demo.only:
    {HEAD}levels: [county]
    places: [温岭]
    attested: true
  demo.nothing:
    {HEAD}levels: [city]
    counted: false
    undecidable: {{zh: 没有量化, en: not a number}}
"""
OUTCOMES = f"""\
rules:
  city.two:
    {HEAD}outcome: {{of: [demo.first, demo.second], counties: 2}}
  city.any:
    {HEAD}outcome: {{of: [demo.first, demo.second], any: true, counties: wanted}}
    target: true
    parameters: {{wanted: {{2023-12-31: 2}}}}
  city.half:
    {HEAD}outcome: {{of: [demo.second], share: 50 %}}
  city.ready:
    {HEAD}outcome: {{of: [demo], share: 1}}
"""
CITY = 'city: {code: "331000", name: 台州市}\nas_of: 2022-12-31\n'
COUNTIES = ("椒江区", "黄岩区", "温岭市")


def judged(root: Path, *arguments: str, **files: str) -> Run:
    packs = {
        "demo/pack.yaml": PACK,
        "demo/topic.yaml": TOPIC,
        "demo/topic.cases.yaml": "cases: []\n",
        "demo/size.yaml": "rules: {}\n",
        "demo/size.cases.yaml": "cases: []\n",
        "city/pack.yaml": LEANING,
        "city/topic.yaml": OUTCOMES,
        "city/topic.cases.yaml": "cases: []\n",
    }
    where = facts(root / "facts", **{"city.yaml": CITY, **files})
    (where / "county.yaml").unlink()
    arguments = arguments or ("--standard", "demo", "--standard", "city")
    return check(where, "--rules", folder(root, **packs), *arguments)


def verdicts(run: Run, place: str = "台州市") -> dict[str, str]:
    return {id: one["verdict"] for id, one in run.indicators(place).items()}


def values(*rows: str) -> str:
    return "county,key,value,document\n" + "".join(f"{row}\n" for row in rows)


@pytest.mark.parametrize(
    ("rows", "own", "summed"),
    [
        (("台州市,hired,10,文1",), "met", "undetermined"),
        (("台州市,hired,9,文1",), "not_counted", "undetermined"),
        (("台州市,hired,10,",), "undetermined", "undetermined"),
        (("台州市,hired,9,",), "not_counted", "undetermined"),
        (("椒江区,hired,99,文1",), "undetermined", "met"),
        (("台州市,hired,9,文1", "椒江区,hired,99,文1"), "not_counted", "met"),
        (("台州市,hired,99,文1", "椒江区,hired,4,文1", "黄岩区,hired,5,文1"), "met", "unmet"),
        (("椒江区,hired,4,文1", "黄岩区,hired,6,文1"), "undetermined", "met"),
        (("椒江区,hired,4,文1", "黄岩区,hired,6,"), "undetermined", "undetermined"),
        (("椒江区,hired,4,文1", "黄岩区,hired,5,"), "undetermined", "unmet"),
        (("椒江区,hired,40,文1", "黄岩区,other,6,文1"), "undetermined", "undetermined"),
    ],
)
def test_a_citys_value_is_its_own_or_the_sum_over_all_its_counties(
    tmp_path: Path, rows: tuple[str, ...], own: str, summed: str
) -> None:
    found = verdicts(judged(tmp_path, values=values(*rows)))
    assert (found["demo.own"], found["demo.summed"]) == (own, summed)


def test_a_sum_names_the_rows_of_the_counties_and_an_own_value_only_its_own(tmp_path: Path) -> None:
    rows = values("椒江区,hired,4,文1", "台州市,hired,3,文1", "黄岩区,hired,5,文1")
    found = judged(tmp_path, "--standard", "demo", "--as-of", "2023-12-31", values=rows).indicators("台州市")
    assert [row["row"] for row in found["demo.summed"]["evidence"][0]["rows"]] == [2, 4]
    assert found["demo.own"]["evidence"][0]["row"] == 3
    assert found["demo.own"]["evidence"][0]["value"] == 3


@pytest.mark.parametrize(
    ("day", "verdict"), [("2022-12-31", "met"), ("2023-12-31", "met"), ("2024-12-30", "met"), ("2024-12-31", "unmet")]
)
def test_the_days_value_of_a_target_is_asked(tmp_path: Path, day: str, verdict: str) -> None:
    run = judged(tmp_path, "--standard", "demo", "--as-of", day, values=values("台州市,hired,10,文1"))
    assert verdicts(run)["demo.own"] == verdict


@pytest.mark.parametrize(("day", "verdict"), [("2023-12-30", "not_counted"), ("2023-12-31", "unmet")])
def test_what_is_denied_before_it_is_due_is_on_the_way(tmp_path: Path, day: str, verdict: str) -> None:
    rows = "county,indicator,holds,document\n椒江区,demo.first,否,\n"
    run = judged(tmp_path, "--standard", "demo", "--as-of", day, attestations=rows)
    assert verdicts(run, "椒江区")["demo.first"] == verdict


def test_a_rule_of_some_places_is_asked_of_no_other(tmp_path: Path) -> None:
    rows = "county,indicator,holds,document\n椒江区,demo.second,是,文1\n温岭市,demo.second,是,文1\n"
    run = judged(tmp_path, attestations=rows)
    assert "demo.only" not in verdicts(run, "椒江区")
    assert verdicts(run, "温岭市")["demo.only"] == "undetermined"


def test_what_nothing_decides_says_why_and_is_not_counted(tmp_path: Path) -> None:
    run = judged(tmp_path, values=values("台州市,hired,10,文1"))
    one = run.indicators("台州市")["demo.nothing"]
    assert one["verdict"] == "undetermined"
    assert "not a number" in one["reason"]
    standard = next(one for one in run.result["counties"][-1]["standards"] if one["id"] == "demo")
    assert standard["counted"] == 2


STATES = ("是", "否", None)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(STATES), st.sampled_from(STATES)), min_size=3, max_size=3))
def test_counties_are_counted_with_all_that_is_unknown_either_way(
    tmp_path_factory: pytest.TempPathFactory, states: list[tuple[str | None, str | None]]
) -> None:
    rows = [
        f"{county},demo.{id},{state},文1\n"
        for county, both in zip(COUNTIES, states, strict=True)
        for id, state in zip(("first", "second"), both, strict=True)
        if state
    ]
    filler = "".join(f"{county},demo.only,否,文1\n" for county in COUNTIES)
    attestations = "county,indicator,holds,document\n" + filler + "".join(rows)
    day = ("--standard", "city", "--as-of", "2023-12-31")
    found = verdicts(judged(tmp_path_factory.mktemp("city"), *day, attestations=attestations))

    def expected(test: object, wanted: int) -> str:
        """What holds in every world that the unknown ones may turn out to be."""
        worlds = set()
        unknown = [(i, j) for i, both in enumerate(states) for j, state in enumerate(both) if state is None]
        for guess in product((True, False), repeat=len(unknown)):
            known = {(i, j): state == "是" for i, both in enumerate(states) for j, state in enumerate(both)}
            known |= dict(zip(unknown, guess, strict=True))
            worlds.add(sum(test(known[i, 0], known[i, 1]) for i in range(3)) >= wanted)  # type: ignore[operator]
        return {(True,): "met", (False,): "unmet"}.get(tuple(worlds), "undetermined")

    assert found["city.two"] == expected(lambda a, b: a and b, 2)
    assert found["city.any"] == expected(lambda a, b: a or b, 2)
    assert found["city.half"] == expected(lambda a, b: b, 2)
    assert found["city.ready"] == "unmet"  # 温岭 is denied the rule that is its own


def test_counties_that_fail_and_those_that_nobody_knows_are_named(tmp_path: Path) -> None:
    held = ("椒江区,demo.second,否,文1", "黄岩区,demo.second,是,文1", "温岭市,demo.first,是,文1")
    rows = "county,indicator,holds,document\n" + "".join(f"{one}\n" for one in held)
    one = judged(tmp_path, attestations=rows).indicators("台州市")["city.half"]
    assert (one["verdict"], one["checked"], one["breaches"]) == ("undetermined", 3, 1)
    assert [(item["name"], item["file"], item["row"]) for item in one["evidence"]] == [
        ("椒江区 demo.second", "attestations.csv", 2)
    ]
    assert [item["name"] for item in one["missing"]] == ["温岭市 demo.second"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("leans_on: [demo]", "leans_on: []"), "leans_on"),
        (("of: [demo.second], share", "of: [demo.secnd], share"), "demo.second"),
        (("of: [demo.second], share", "of: [city.half], share"), "its own outcome"),
        (("counties: wanted", "counties: wnated"), "wanted"),
        (("share: 50 %", "share: 150 %"), "100 %"),
        (
            ("    outcome: {of: [demo], share: 1}", "    outcome: {of: [demo], share: 1}\n    each: city"),
            "requires nothing",
        ),
    ],
)
def test_an_outcome_that_can_be_read_from_nothing_is_a_fault(
    tmp_path: Path, change: tuple[str, str], code: str
) -> None:
    rules = folder(
        tmp_path,
        **{
            "demo/pack.yaml": PACK,
            "demo/topic.yaml": TOPIC,
            "city/pack.yaml": LEANING.replace(*change),
            "city/topic.yaml": OUTCOMES.replace(*change),
        },
    )
    run = tzcheck("rules", "list", "--rules", rules, "--lang", "en")
    assert run.code == 2
    assert code in run.err


# --- the standard of vocational schools, against a plain oracle ------------------------------------------------------

# Site, buildings, teachers, equipment (10,000 yuan), books of a school of 1200 students, each at its limit.
AT_THE_LIMIT = (40000, 24000, 60, 300, 36000)
HEADERS = "县市区,学校标识码,学校名称,在校生数,占地面积,校舍建筑面积,专任教师数,教学仪器设备资产值(万元),图书册数\n"


def reaches(cells: tuple[int | None, ...]) -> bool | None:
    """Whether a school of 1200 reaches every item: all of them stand at their limit in AT_THE_LIMIT."""
    if any(cell is not None and cell < least for cell, least in zip(cells, AT_THE_LIMIT, strict=True)):
        return False
    return None if None in cells else True


def due_verdict(schools: list[tuple[int | None, ...]], day: str) -> str:
    share, due = {"2022-12-31": (8, False), "2023-12-31": (8, True), "2025-12-31": (9, True)}[day]
    states = [reaches(cells) for cells in schools]
    if states.count(True) * 10 >= share * len(states):
        return "met"
    if (states.count(True) + states.count(None)) * 10 < share * len(states):
        return "unmet" if due else "not_counted"
    return "undetermined"


# A little off a limit, at it, blank.
cell = st.sampled_from((-1, 0, 0, 0, 0, 0, 0, 0, 1, None))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(cell, cell, cell, cell, cell), min_size=1, max_size=11),
    st.sampled_from(("2022-12-31", "2023-12-31", "2025-12-31")),
)
def test_a_vocational_school_reaches_all_items_or_none(
    tmp_path_factory: pytest.TempPathFactory, moves: list[tuple[int | None, ...]], day: str
) -> None:
    schools = [
        tuple(None if move is None else least + move for least, move in zip(AT_THE_LIMIT, row, strict=True))
        for row in moves
    ]
    rows = [
        f"{COUNTIES[number % 3]},36330000{number:02d},校{number},1200,"
        + ",".join("" if one is None else str(one) for one in cells)
        for number, cells in enumerate(schools)
    ]
    where = facts(tmp_path_factory.mktemp("schools"), **{"city.yaml": CITY})
    (where / "county.yaml").unlink()
    (where / "vocational_schools.csv").write_text(HEADERS + "\n".join(rows) + "\n", encoding="utf-8")
    run = check(where, "--standard", "vocational.standard", "--as-of", day)
    assert verdicts(run)["vocational.standard"] == due_verdict(schools, day)
