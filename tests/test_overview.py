"""The report of many places, an overview and a page each: its files are written whole; it is driven in a browser."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.support import Run, check, tzcheck
from tests.test_page import WIDTHS, printed_whole, pytestmark
from tests.test_page import browser as browser
from tests.test_page import page as page
from tests.test_taizhou import LANGUAGES
from tests.test_writers import HOSTILE
from tzcheck.place import Place
from tzcheck.writers import overview

in_browser = pytestmark
# Places without a code, whose names no file system takes as they are.
NAMES = ("CON", "../../etc", "a/b:c", "A_B_C", "com¹", " . ", "鼓" * 200, HOSTILE)
CALLED = ("甲县", "乙县", "丙县", "丁县")
CODES = tuple(f"33{number:04d}" for number in (1, 2, 3, 105))


def nation(folder: Path, codes: tuple[str, ...] = CODES, names: tuple[str, ...] = NAMES) -> Path:
    """A folder of counties: some have no code, each has a school and a few values."""
    for number, (code, name) in enumerate([*zip(codes, CALLED, strict=False), *((None, one) for one in names)]):
        own = folder / f"{number:02d}"
        own.mkdir(parents=True)
        coded = f'code: "{code}", ' if code else ""
        quoted = name.replace("'", "''")
        (own / "county.yaml").write_text(
            f"county: {{{coded}name: '{quoted}'}}\nas_of: 2022-12-31\n"
            f"values: {{special_ed_funds_per_student: {5900 + 50 * number}, disabled_children: 20, "
            f"disabled_enrolled: {17 + number % 4}}}\n",
            encoding="utf-8",
        )
        (own / "schools.csv").write_text(
            "学校标识码,学校名称,办学类型,小学在校生数,小学班数\n"
            f"21330000{number:02d},学堂{number},小学,{1990 + number},40\n",
            encoding="utf-8",
        )
        (own / "classes.csv").write_text(
            "学校标识码,学段,年级,班级,学生数\n"
            f"21330000{number:02d},小学,一,1,{44 + number % 3}\n21330000{number:02d},小学,一,2,约44\n",
            encoding="utf-8",
        )
    return folder


@pytest.fixture(scope="module")
def few() -> Iterator[None]:
    """A page of more than three places is split."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(overview, "MOST", 3)
        yield


@pytest.fixture(scope="module")
def counties(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return nation(tmp_path_factory.mktemp("nation"))


def put(facts: Path, target: Path, *arguments: object) -> Run:
    return tzcheck("check", facts, "--engine", "duckdb", "--format", "html", "--output", target, *arguments)


@pytest.fixture(scope="module")
def report(few: None, counties: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The overview, in a file whose name means something in an address."""
    target = tmp_path_factory.mktemp("report") / "全国 #1%20.html"
    put(counties, target, "--lang", "zh")
    return target


@pytest.fixture(scope="module")
def result(counties: Path) -> dict[str, Any]:
    return check(counties, "--engine", "duckdb").result


class Links(HTMLParser):
    """The addresses that a page links to."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name in ("href", "src") and value]


def names_in(folder: Path) -> set[str]:
    return {one.name for one in folder.iterdir()}


# --- files ---------------------------------------------------------------------------------------------------------


def test_as_many_places_as_make_one_page_make_one_page(
    counties: Path, few: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    of_three = [option for code in CODES[:3] for option in ("--county", code)]
    put(counties, tmp_path / "split.html", *of_three, "--county", CODES[3])
    put(counties, tmp_path / "whole.html", *of_three)
    assert names_in(tmp_path) == {"split.html", "split", "whole.html"}
    monkeypatch.setattr(overview, "MOST", len(CODES) + len(NAMES))
    put(counties, tmp_path / "all.html")
    assert names_in(tmp_path) == {"split.html", "split", "whole.html", "all.html"}


def test_every_place_has_a_page_and_every_link_leads_somewhere(report: Path, result: dict[str, Any]) -> None:
    folder = report.with_suffix("")
    pages = [report, *folder.iterdir()]
    assert len(pages) == 1 + len(result["counties"]) == 1 + len(CODES) + len(NAMES)
    linked = set()
    for path in pages:
        for link in Links(path).found:
            address, _, fragment = link.partition("#")
            assert not re.match(r"[a-z]+:|/", address)
            target = path.parent / unquote(address) if address else path
            assert target.is_file(), link
            linked.add((path.name, target.resolve()))
            assert not fragment or f'id="{unquote(fragment)}"' in target.read_text(encoding="utf-8").replace(
                quote(unquote(fragment)), unquote(fragment)
            )
    assert {(report.name, path.resolve()) for path in folder.iterdir()} <= linked
    assert {(path.name, report.resolve()) for path in folder.iterdir()} <= linked


def test_the_page_of_a_place_tells_of_that_place_alone(report: Path, counties: Path) -> None:
    folder = report.with_suffix("")
    for number, code in enumerate(CODES):
        content = (folder / f"{code}.html").read_text(encoding="utf-8")
        assert set(re.findall(r"学堂\d+", content)) <= {f"学堂{number}"}
        assert f"{number:02d}/classes.csv:3:students" in content
        assert "sha256" not in content


def test_files_are_called_so_that_every_system_takes_them() -> None:
    places = [*(Place(None, name, "zone") for name in NAMES), *(Place(code, "鼓楼区") for code in CODES)]
    found = overview.file_names(places)
    assert len({name.casefold() for name in found.values()}) == len(places) == len(found)
    for name in found.values():
        assert re.fullmatch(r"[\w-]+\.html", name)
        assert len(name.encode()) < 255
        assert not re.fullmatch(r"(?i)(con|prn|aux|nul|com\d|lpt\d)", name.removesuffix(".html"))
    assert [found[code] for code in CODES] == [f"{code}.html" for code in CODES]


def test_a_second_run_leaves_no_place_of_the_first(few: None, tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    put(nation(tmp_path / "one", names=("子", "丑")), target)
    assert {"子.html", "丑.html"} <= names_in(tmp_path / "report")
    (tmp_path / "report" / ".DS_Store").write_bytes(b"of the desktop")
    put(nation(tmp_path / "two", names=("寅",)), target)
    assert names_in(tmp_path / "report") == {"寅.html", *(f"{code}.html" for code in CODES)}
    assert "寅" in target.read_text(encoding="utf-8")
    put(tmp_path / "two", target, "--county", "寅")
    assert names_in(tmp_path) == {"one", "two", "report.html"}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_pages_do_not_go_to_standard_output(few: None, counties: Path, lang: str) -> None:
    number = len(CODES) + len(NAMES)
    run = put(counties, Path("-"), "--lang", lang)
    assert (run.code, run.out) == (2, "")
    assert (
        run.err.strip()
        == {
            "zh": f"错误 {number} 个地区的网页报告分为总览和各地区的网页，"
            "要写入文件：请用 --output 给出文件名，如 report.html",
            "en": f"error of {number} places the page is an overview and a folder of pages; "
            "name a file with --output, say report.html",
        }[lang]
    )


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_folder_of_something_else_is_left_alone(few: None, tmp_path: Path, lang: str) -> None:
    facts = nation(tmp_path / "facts", names=())
    before = {path: path.read_bytes() for path in facts.rglob("*") if path.is_file()}
    run = put(facts, tmp_path / "facts.html", "--lang", lang)
    assert run.code == 2
    assert f"{facts}  " in run.err
    assert "00" in run.err
    assert {path: path.read_bytes() for path in facts.rglob("*") if path.is_file()} == before
    assert names_in(tmp_path) == {"facts"}


def test_other_pages_of_ours_are_not_taken_for_those_of_the_overview(few: None, tmp_path: Path) -> None:
    facts = nation(tmp_path / "facts", names=())
    put(facts, tmp_path / "of" / "x.html")
    (tmp_path / "report").mkdir()
    put(facts, tmp_path / "report" / "own.html", "--county", CODES[0])
    assert put(facts, tmp_path / "report.html").code == 2
    put(facts, tmp_path / "report.html", "--county", CODES[0])
    assert names_in(tmp_path / "report") == {"own.html"}


def test_what_can_not_be_written_leaves_the_earlier_report(
    few: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "out" / "report.html"
    target.parent.mkdir()
    put(nation(tmp_path / "one", names=("子",)), target)
    before = {path: path.read_bytes() for path in target.parent.rglob("*") if path.is_file()}
    two = nation(tmp_path / "two", names=("丑",))
    rename = Path.rename

    def full(self: Path, content: bytes) -> int:
        raise OSError(28, "No space left on device")

    def held(self: Path, to: Path) -> Path:
        if self.name == "new":
            raise PermissionError(13, "held by another program")
        return rename(self, to)

    def lost(self: Path, to: Path) -> Path:
        raise PermissionError(13, "held by another program")

    for name, fault in (("write_bytes", full), ("rename", held), ("replace", lost)):
        with monkeypatch.context() as patch:
            patch.setattr(Path, name, fault)
            assert put(two, target).code == 2
        assert {path: path.read_bytes() for path in target.parent.rglob("*") if path.is_file()} == before
        assert names_in(target.parent) == {"report.html", "report"}


def test_a_report_is_the_same_each_time_and_without_an_ending_too(few: None, counties: Path, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        put(counties, tmp_path / name / "report")
    assert names_in(tmp_path / "a") == {"report", "report_files"}
    one, other = ({p.name: p.read_bytes() for p in (tmp_path / name).rglob("*") if p.is_file()} for name in "ab")
    assert one == other


# --- what is said --------------------------------------------------------------------------------------------------


@in_browser
def test_the_overview_says_what_the_result_says(page: Page, report: Path, result: dict[str, Any]) -> None:
    page.goto(report.as_uri())
    told = page.locator("#of-balanced tbody tr").evaluate_all(
        "all => all.map(one => [...one.cells].map(c => c.innerText))"
    )
    wanted = []
    for place in result["counties"]:
        (score,) = [one for one in place["standards"] if one["id"] == "balanced"]
        of = {
            verdict: " ".join(one["number"] for one in score["indicators"] if one["verdict"] == verdict)
            for verdict in ("unmet", "undetermined")
        }
        wanted.append([f"{score['met']} / {score['counted']}", of["unmet"], of["undetermined"]])
    assert [row[2:5] for row in told] == wanted
    assert any(row[1] for row in wanted)
    errors = sum(one["severity"] == "error" for one in result["problems"])
    assert sum(int(row[6] or 0) for row in told) == errors > 0


@in_browser
def test_a_value_of_each_place_is_plotted_with_the_limit(page: Page, report: Path) -> None:
    page.goto(report.as_uri())
    label = page.locator("#indicators svg[aria-label*='特殊教育学校生均公用经费']").get_attribute("aria-label") or ""
    assert "12 个，2 个不达标（要求 ≥ 6,000 元/人）；最低 5,900，中位 6,200，最高 6,450" in label
    assert page.locator("#indicators svg[aria-label*='超过45人']").count() == 0


@in_browser
def test_of_few_places_a_value_of_each_is_plotted_and_named(
    page: Page, counties: Path, tmp_path: Path, few: None
) -> None:
    codes = [option for code in CODES[:3] for option in ("--county", code)]
    put(counties, tmp_path / "page.html", "--lang", "zh", *codes)
    page.goto((tmp_path / "page.html").as_uri())
    plot = page.locator("#matrix svg[aria-label*='特殊教育学校生均公用经费']")
    assert plot.locator("title").all_text_contents() == [
        f"{name}县 {value} 元/人" for name, value in zip("甲乙丙", ("5,900", "5,950", "6,000"), strict=True)
    ]
    assert plot.locator(".wrong").count() == 2
    put(counties, tmp_path / "page.html", "--lang", "zh", "--county", CODES[0])
    page.goto((tmp_path / "page.html").as_uri())
    assert page.locator("svg[aria-label*='特殊教育学校生均公用经费']").count() == 0


# --- in the browser ------------------------------------------------------------------------------------------------


def pages_of(report: Path) -> list[Path]:
    return [report, *sorted(report.with_suffix("").iterdir())]


@in_browser
def test_no_page_has_errors_or_asks_for_anything(page: Page, report: Path) -> None:
    errors: list[str] = []
    asked: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type in ("error", "warning") else None)
    page.on("request", lambda request: asked.append(request.url))
    for path in pages_of(report):
        page.goto(path.as_uri())
        assert page.locator("#filter").is_visible()
        assert page.locator("script").count() == 2
    assert errors == []
    assert asked == [path.as_uri() for path in pages_of(report)]


@in_browser
def test_links_lead_to_a_place_and_back(page: Page, report: Path) -> None:
    page.goto(report.as_uri())
    page.locator("#of-balanced a", has_text=HOSTILE[:12]).click()
    assert page.locator("h1").inner_text() == f"{HOSTILE}判定报告"
    page.locator("header a[href^='..']").click()
    assert page.url == report.as_uri()


def shown(page: Page, standard: str = "balanced") -> list[str]:
    return page.locator(f"#of-{standard} tbody tr:not([hidden]) a").all_text_contents()


@in_browser
def test_places_are_found_by_name_code_state_and_what_they_fail(
    page: Page, report: Path, result: dict[str, Any]
) -> None:
    page.goto(report.as_uri())
    every = len(result["counties"])
    count = page.locator("#count")
    assert count.text_content() == f"显示 {every} / {every} 个地区"
    page.locator("#words").fill("县 3301")
    assert len(shown(page)) == 1
    assert count.text_content() == f"显示 1 / {every} 个地区"
    page.locator("#words").fill("0105")
    assert shown(page) == []
    page.locator("#words").fill("")

    page.locator("#asked").select_option("balanced 12")
    failing = [
        place["name"]
        for place in result["counties"]
        for standard in place["standards"]
        for one in standard["indicators"]
        if one["id"] == "balanced.12" and one["verdict"] in ("unmet", "undetermined")
    ]
    assert shown(page) == failing
    page.locator("#asked").select_option("balanced 14")
    assert 0 < len(shown(page)) < every
    page.locator("#asked").select_option("balanced")
    assert len(shown(page)) == every
    assert page.locator(".standard:not([hidden])").count() == 1
    page.locator("#asked").select_option("")
    for verdict in ("met", "undetermined"):
        page.locator(f"#filter input[value={verdict}]").uncheck()
    states = page.locator("#places tbody tr:not([hidden])").evaluate_all("all => all.map(one => one.dataset.v)")
    assert set(states) == {"unmet"}


@in_browser
def test_the_lowest_come_first_and_the_order_comes_back(page: Page, report: Path) -> None:
    page.goto(report.as_uri())
    before = page.locator("#of-balanced tbody tr").all_inner_texts()
    page.locator("#order").select_option("low")
    cells = page.locator("#of-balanced tbody td:nth-child(2)").all_text_contents()
    shares = [float(one.rstrip("%")) for one in cells]
    assert shares == sorted(shares)
    assert len(set(shares)) > 1
    page.locator("#order").select_option("")
    assert page.locator("#of-balanced tbody tr").all_inner_texts() == before


@in_browser
def test_the_overview_and_its_pages_speak_both_languages(
    page: Page, report: Path, counties: Path, tmp_path: Path, few: None
) -> None:
    english = tmp_path / report.name
    put(counties, english, "--lang", "en")

    def told(path: Path, switched: int) -> tuple[str, str, str, list[str]]:
        page.goto(path.as_uri())
        for _ in range(switched):
            page.locator("#lang").click()
        labels = page.locator("[aria-label]").evaluate_all("all => all.map(one => one.ariaLabel)")
        text = page.locator("body").evaluate("one => one.innerText")
        return page.title(), str(page.evaluate("document.documentElement.lang")), text, labels

    for one, other in zip(pages_of(report)[:3], pages_of(english)[:3], strict=True):
        assert told(one, 1) == told(other, 0)
        assert told(one, 2) == told(one, 0)
        assert told(other, 1) == told(one, 0)


@in_browser
def test_printed_no_table_of_the_overview_is_cut(page: Page, report: Path, tmp_path: Path) -> None:
    page.set_viewport_size({"width": 688, "height": 1000})  # A4 within its margins
    page.goto(report.as_uri())
    page.locator("#asked").select_option("balanced 14")
    printed_whole(page, tmp_path)


@in_browser
@pytest.mark.parametrize("width", WIDTHS)
def test_the_overview_fits_every_screen(page: Page, report: Path, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(report.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@in_browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_keeps_anybody_from_using_the_overview(browser: Browser, report: Path, scheme: Any) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    for path in pages_of(report)[:2]:
        page.goto(path.as_uri())
        page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        found = Axe().run(page).response["violations"]
        assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []
    context.close()


@in_browser
def test_the_keyboard_filters_and_follows(page: Page, report: Path) -> None:
    page.goto(report.as_uri())
    page.locator("#words").focus()
    page.keyboard.type("3301")
    page.locator(".standard summary").first.focus()
    page.keyboard.press("Tab")  # the table, which can be scrolled
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/330105.html")
    assert page.locator("h1").inner_text() == "丁县判定报告"
