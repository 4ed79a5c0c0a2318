"""Writers: a report becomes a text, a workbook, or pages, of one format. They share a signature, not a parent."""

from collections.abc import Callable, Iterator, Mapping

from tzcheck.report import Report
from tzcheck.writers import csv, github, json, junit, matrix, md, overview, sarif, text, xlsx
from tzcheck.writers.overview import Pages

# What is written: a text, at once or piece by piece, a workbook, or pages.
Writer = Callable[[Report, str, bool], str | Iterator[str] | bytes | Pages]

WRITERS: Mapping[str, Writer] = {
    "text": text.write, "json": json.write, "matrix": matrix.write, "md": md.write, "csv": csv.write,
    "junit": junit.write, "sarif": sarif.write, "github": github.write, "html": overview.write, "xlsx": xlsx.write,
}  # fmt: skip

__all__ = ["WRITERS", "Pages", "Writer"]
