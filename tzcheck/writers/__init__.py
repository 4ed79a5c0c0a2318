"""Writers: a report becomes a text of one format. They share a signature, not a parent."""

from collections.abc import Callable, Mapping

from tzcheck.report import Report
from tzcheck.writers import csv, github, html, json, junit, matrix, md, sarif, text

Writer = Callable[[Report, str, bool], str]

WRITERS: Mapping[str, Writer] = {
    "text": text.write, "json": json.write, "matrix": matrix.write, "md": md.write, "csv": csv.write,
    "junit": junit.write, "sarif": sarif.write, "github": github.write, "html": html.write,
}  # fmt: skip

__all__ = ["WRITERS", "Writer"]
