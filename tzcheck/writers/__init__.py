"""Writers: a report becomes a text, a workbook, or pages, of one format. They share a signature, not a parent."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module

from tzcheck.report import Report

# The modules that are not called as their format.
MODULES = {"html": "overview"}


@dataclass(frozen=True)
class Pages:
    """A report of several files: how many places it has, its overview, and their pages, which are made one by one.

    `overview` is made of the name of the folder that the pages are put in, `places` (the name of each page in it, and
    the page) of the name of the file that the overview is put in.
    """

    number: int
    overview: Callable[[str], str]
    places: Callable[[str], Iterator[tuple[str, str]]]


def write(format: str, report: Report, lang: str, details: bool) -> str | Iterator[str] | bytes | Pages:
    """The report in a format: a text, at once or piece by piece, a workbook, or pages.

    What other formats need is not imported: that takes longer than to judge a county.
    """
    written: str | Iterator[str] | bytes | Pages = import_module(
        f"tzcheck.writers.{MODULES.get(format, format)}"
    ).write(report, lang, details)
    return written
