"""Writers: a report becomes a text, or a workbook, of one format. They share a signature, not a parent."""

from collections.abc import Callable, Mapping

from tzcheck.report import Report
from tzcheck.writers import csv, github, html, json, junit, matrix, md, sarif, text, xlsx

Writer = Callable[[Report, str, bool], str | bytes]

WRITERS: Mapping[str, Writer] = {
    "text": text.write, "json": json.write, "matrix": matrix.write, "md": md.write, "csv": csv.write,
    "junit": junit.write, "sarif": sarif.write, "github": github.write, "html": html.write, "xlsx": xlsx.write,
}  # fmt: skip

__all__ = ["WRITERS", "Writer"]
