"""Writers: a report becomes a text of one format. They share a signature, not a parent."""

from collections.abc import Callable, Mapping

from tzcheck.report import Report
from tzcheck.writers import json, matrix, text

Writer = Callable[[Report, str, bool], str]

WRITERS: Mapping[str, Writer] = {"text": text.write, "json": json.write, "matrix": matrix.write}

__all__ = ["WRITERS", "Writer"]
