"""A page that needs no network and no server, and can be switched to the other language."""

import json
import re
from collections.abc import Callable, Mapping
from functools import cache
from html import unescape
from typing import Any

from jinja2 import Environment, PackageLoader, select_autoescape

from tzcheck import __version__
from tzcheck.texts import text
from tzcheck.writers.words import plain

OTHER = {"zh": "en", "en": "zh"}
# The style and the scripts of a page, what is spoken for an element and stands in its tag, what stands between tags.
# Pages are of our own making: nothing but a tag has `<`, `>` or a double quote in it.
TEXTS = re.compile(
    r'<(?:style|script).*?</(?:style|script)|\s(?:aria-label|data-text)="([^"]*)"|>([^<>]*[^<>\s][^<>]*)', re.DOTALL
)
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
    ours, theirs = _texts(page), _texts(other)
    numbers: dict[str, int] = {}
    places = [
        numbers.setdefault(one, len(numbers)) if one != own else -1 for own, one in zip(ours, theirs, strict=True)
    ]
    found = json.dumps({"texts": list(numbers), "places": places}, ensure_ascii=False, separators=(",", ":"))
    return found.replace("<", "\\u003c")


def _texts(page: str) -> list[str]:
    """The texts of a page in their order, as its script goes through them: those of elements, and spoken labels."""
    return [unescape(label or said).strip() for label, said in TEXTS.findall(page) if label or said]


@cache
def _environment() -> Environment:
    found = Environment(
        loader=PackageLoader("tzcheck.writers"), autoescape=select_autoescape(), trim_blocks=True, lstrip_blocks=True
    )
    found.filters["plain"] = plain
    return found
