"""The pages, driven in a real browser: they load alone, filter, speak both languages, print, can be used by all."""

import json
import re
import shutil
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from tests.results import breach, county, indicator, later, result, written
from tests.support import ROOT, TAIZHOU, tzcheck
from tests.test_writers import HOSTILE
from tests.test_writers import hostile as hostile
from tzcheck.engines.judged import Spread
from tzcheck.writers.plot import plot

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine")
WIDTHS = (390, 820, 1280)
# Pages of a result, and such as are made of several.
REPORTS, OTHERS = ("zh", "several"), ("compare", "trend")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=BROWSER, args=FLAGS)
        yield found
        found.close()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The page of a county in both languages, and that of several; two results compared; three days of ten counties."""
    folder = tmp_path_factory.mktemp("pages")
    found = {}
    for name, facts, lang in (("zh", "nearly", "zh"), ("en", "nearly", "en"), ("several", "", "zh")):
        found[name] = folder / f"{name}.html"
        tzcheck(
            "check", ROOT / "facts" / "demo-2022" / facts, "--lang", lang, "--format", "html", "--output", found[name]
        )
    days = []
    for facts, step in ((ROOT / "facts" / "demo-2022", 5), (TAIZHOU, 3)):
        first = json.loads(tzcheck("check", facts, "--format", "json", "--lang", "zh").out)
        found_later = (later(first, f"{2022 + number}-12-31", number * step) for number in range(3))
        days.append([written(folder / f"{step}-{one['as_of']}.json", one) for one in found_later])
    for lang, name in (("zh", ""), ("en", "-en")):
        for command, results in (("compare", days[0][:2]), ("trend", days[1])):
            target = found[command + name] = folder / f"{command}{name}.html"
            tzcheck(command, *results, "--lang", lang, "--format", "html", "--output", target)
    return found


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield context.new_page()
    context.close()


def shown(page: Page) -> list[str]:
    """The ids of the indicators that can be seen."""
    return page.locator("tr.ind:not([hidden]) code").all_text_contents()


@pytest.mark.parametrize("name", [*REPORTS, "en", *OTHERS])
def test_a_page_loads_without_errors_and_asks_for_nothing(page: Page, pages: dict[str, Path], name: str) -> None:
    errors: list[str] = []
    asked: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type in ("error", "warning") else None)
    page.on("request", lambda request: asked.append(request.url))
    page.goto(pages[name].as_uri())
    assert errors == []
    assert asked == [pages[name].as_uri()]
    assert page.locator("#filter").is_visible() or name in OTHERS
    assert page.locator("#lang").is_visible()


def test_verdicts_and_words_narrow_what_is_shown(page: Page, pages: dict[str, Path]) -> None:
    page.goto(pages["zh"].as_uri())
    every = len(shown(page))
    assert page.locator("#count").text_content() == f"显示 {every} / {every} 项"
    for verdict in ("met", "undetermined", "not_applicable", "not_counted", "waived"):
        page.locator(f"#filter input[value={verdict}]").uncheck()
    unmet = shown(page)
    assert 0 < len(unmet) < every
    assert set(page.locator("tr.ind:not([hidden])").evaluate_all("all => all.map(one => one.dataset.v)")) == {"unmet"}
    page.locator("#words").fill("balanced.12 班额")
    assert shown(page) == []
    page.locator("#words").fill("balanced.12 超过45人")
    assert shown(page) == ["balanced.12"]
    assert page.locator("#count").text_content() == f"显示 1 / {every} 项"


def test_of_several_places_one_can_be_chosen(page: Page, pages: dict[str, Path]) -> None:
    page.goto(pages["several"].as_uri())
    every = len(shown(page))
    page.locator("#place").select_option(index=1)
    assert 0 < len(shown(page)) < every
    assert page.locator(".of-place:not([hidden])").count() == 1


@pytest.mark.parametrize(("zh", "en"), [("zh", "en"), *((name, f"{name}-en") for name in OTHERS)])
def test_a_page_can_be_switched_to_the_other_language_and_back(
    page: Page, pages: dict[str, Path], zh: str, en: str
) -> None:
    def told(path: Path, switched: int) -> tuple[str, str, str, list[str]]:
        page.goto(path.as_uri())
        for _ in range(switched):
            page.locator("#lang").click()
        labels = page.locator("[aria-label]").evaluate_all("all => all.map(one => one.ariaLabel)")
        text = page.locator("body").evaluate("one => one.innerText")
        return page.title(), str(page.evaluate("document.documentElement.lang")), text, labels

    assert told(pages[zh], 1) == told(pages[en], 0)
    assert told(pages[zh], 2) == told(pages[zh], 0)
    assert told(pages[en], 1) == told(pages[zh], 0)


def test_words_are_looked_for_in_the_language_that_is_shown(page: Page, pages: dict[str, Path]) -> None:
    page.goto(pages["zh"].as_uri())
    page.locator("#lang").click()
    page.locator("#words").fill("class over 45")
    assert shown(page) == ["balanced.12"]


def printed_whole(page: Page, folder: Path) -> None:
    """Everything that is folded up is printed, and no table or plot is cut."""
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details:not([open])").count() == 0
    cut = page.locator("table, svg").evaluate_all(
        "all => all.filter(one => one.getBoundingClientRect().right > innerWidth + 1).map(one => one.className)"
    )
    assert cut == []
    assert page.pdf(path=folder / "page.pdf", prefer_css_page_size=True).startswith(b"%PDF")


@pytest.mark.parametrize("name", [*REPORTS, *OTHERS])
def test_printed_no_table_is_cut(page: Page, pages: dict[str, Path], name: str, tmp_path: Path) -> None:
    page.set_viewport_size({"width": 688, "height": 1000})  # A4 within its margins
    page.goto(pages[name].as_uri())
    printed_whole(page, tmp_path)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", [*REPORTS, *OTHERS])
def test_a_page_fits_every_screen(page: Page, pages: dict[str, Path], name: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(pages[name].as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("light", 390), ("dark", 1280)])
@pytest.mark.parametrize("name", [*REPORTS, *OTHERS])
def test_nothing_keeps_anybody_from_using_the_page(
    page: Page, pages: dict[str, Path], name: str, scheme: str, width: int
) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(pages[name].as_uri())
    found = Axe().run(page).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []


def test_the_keyboard_reaches_everything(page: Page, pages: dict[str, Path]) -> None:
    page.goto(pages["zh"].as_uri())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.documentElement.lang") == "en"
    page.locator(".standard summary").first.focus()
    page.keyboard.press("Enter")
    assert page.locator(".standard").first.get_attribute("open") is None


def test_a_link_opens_what_it_leads_to(page: Page, pages: dict[str, Path]) -> None:
    page.goto(pages["several"].as_uri())
    link = page.locator(".glance a").first
    link.click()
    target = (link.get_attribute("href") or "#").removeprefix("#")
    assert page.locator(f"[id='{target}']").get_attribute("open") is not None


def test_a_plot_has_numbers_that_differ_and_names_no_one_for_several() -> None:
    values = tuple((Fraction(1000 + number % 5, 1000), 1, f"school {number}") for number in range(60))
    made = plot([Spread("x", 0, None, 0, None, None, ">=", Fraction(1), tuple(sorted(values)))], "title", "en")
    ticks = re.findall(r'class="tick"[^>]*>([^<]*)<', made)
    assert ticks == ["1", "1.001", "1.002", "1.003", "1.004"]
    titles = re.findall("<title>([^<]*)<", made)
    assert sum(int(one.partition(" ×")[0]) if "×" in one else 1 for one in titles) == 60
    assert not [one for one in titles if "×" in one and "school" in one]


def test_a_name_that_means_something_to_a_browser_is_a_name(page: Page, hostile: Path, tmp_path: Path) -> None:
    target = tmp_path / "page.html"
    tzcheck("check", hostile, "--format", "html", "--output", target)
    page.goto(target.as_uri())
    assert HOSTILE in page.locator("#indicators").inner_text()
    assert page.locator("script").count() == 2


def test_a_school_is_unfolded_to_what_became_of_its_breaches(page: Page, pages: dict[str, Path]) -> None:
    page.goto(pages["compare"].as_uri())
    school = page.locator("#schools details").first
    table = school.locator("table")
    assert not table.is_visible()
    school.locator("summary").click()
    assert table.is_visible()
    told = table.locator("tbody td:first-child").all_text_contents()
    counts = {kind: told.count(kind) for kind in ("已解决", "新出现", "仍未解决", "不再有判定")}
    said = "、".join(f"{kind} {number} 处" for kind, number in counts.items() if number)
    assert school.locator("summary .quiet").text_content() == said


def test_every_line_of_a_plot_is_a_row_of_the_table_beside_it(page: Page, pages: dict[str, Path]) -> None:
    page.goto(pages["trend"].as_uri())
    section = page.locator("#balanced")
    assert section.locator("svg .line").count() == section.locator("tbody tr").count() == 10
    for width, beside in ((1280, True), (820, False)):
        page.set_viewport_size({"width": width, "height": 900})
        plot, table = (section.locator(one).bounding_box() for one in ("svg", "table"))
        assert plot
        assert table
        assert (plot["x"] + plot["width"] <= table["x"]) is beside


@pytest.mark.parametrize("command", OTHERS)
def test_a_name_that_means_something_to_a_browser_is_a_name_on_every_page(
    page: Page, tmp_path: Path, command: str
) -> None:
    found = result(county(indicator(f"balanced.{HOSTILE}", "unmet", breach(HOSTILE)), name=f"@switched@{HOSTILE}"))
    paths = [written(tmp_path / f"{day}.json", found | {"as_of": f"{day}-12-31"}) for day in (2021, 2022)]
    target = tmp_path / "page.html"
    tzcheck(command, *paths, "--format", "html", "--output", target)
    page.goto(target.as_uri())
    page.locator("#lang").click()
    assert f"@switched@{HOSTILE}" in str(page.locator("main").evaluate("one => one.textContent"))
    assert page.locator("script").count() == 2
