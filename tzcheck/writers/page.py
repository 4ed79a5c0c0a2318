"""A page that needs no network and no server, and can be switched to the other language."""

import json
from collections.abc import Callable, Mapping
from functools import cache
from html.parser import HTMLParser
from typing import Any

from jinja2 import Environment, PackageLoader, select_autoescape

from tzcheck import __version__
from tzcheck.texts import text
from tzcheck.writers.words import plain

OTHER = {"zh": "en", "en": "zh"}
# What is spoken for an element, and stands in it and not between its tags.
LABELS = ("aria-label", "data-text")
# Stands where the texts of the other language are put in.
SWITCHED = "@switched@"


def bilingual(template: str, lang: str, shown: Callable[[str], Mapping[str, Any]]) -> str:
    """A page of HTML in `lang`, which can be switched to the other; `shown` is what the template shows, in one."""
    page, other = (_page(template, one, shown(one)) for one in (lang, OTHER[lang]))
    before, _, after = page.rpartition(SWITCHED)
    return before + _switched(page, other) + after


def _page(template: str, lang: str, shown: Mapping[str, Any]) -> str:
    """The page in one language."""

    def said(id: str, /, **about: object) -> str:
        return text(id, lang, **about)

    page: str = (
        _environment().get_template(template).render(t=said, lang=lang, version=__version__, switched=SWITCHED, **shown)
    )
    return page


def _switched(page: str, other: str) -> str:
    """The texts of the other page, as JSON: each once, and which of them stands at each place of the page."""
    ours, theirs = _Texts(page).found, _Texts(other).found
    numbers: dict[str, int] = {}
    places = [
        numbers.setdefault(one, len(numbers)) if one != own else -1 for own, one in zip(ours, theirs, strict=True)
    ]
    found = json.dumps({"texts": list(numbers), "places": places}, ensure_ascii=False, separators=(",", ":"))
    return found.replace("<", "\\u003c")


class _Texts(HTMLParser):
    """The texts of a page in their order, as its script goes through them: those of elements, and spoken labels."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.inside = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Takes the labels of an element."""
        self.inside = tag
        self.found += [value or "" for name, value in attrs if name in LABELS]

    def handle_endtag(self, tag: str) -> None:
        """Leaves an element."""
        self.inside = ""

    def handle_data(self, data: str) -> None:
        """Takes a text that is not blank."""
        if data.strip() and self.inside not in ("script", "style"):
            self.found.append(data.strip())


@cache
def _environment() -> Environment:
    found = Environment(
        loader=PackageLoader("tzcheck.writers"), autoescape=select_autoescape(), trim_blocks=True, lstrip_blocks=True
    )
    found.filters["plain"] = plain
    return found
