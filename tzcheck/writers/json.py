"""The result as JSON, for programs; its schema is in result.schema.json beside this file.

A line is an indicator, a breach, a file, a problem, so that people and version control can read it; what stands on a
line is written by the fast encoder, which knows no lines.
"""

import json
from collections.abc import Iterator
from typing import Any

from tzcheck.report import Report, as_data

ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False)
# The lists whose items have lines of their own.
LINED = (
    "readings",
    "facts",
    "counties",
    "problems",
    "standards",
    "needs",
    "items",
    "indicators",
    "evidence",
    "missing",
)


def write(report: Report, lang: str, details: bool) -> Iterator[str]:
    """The report as the contract's JSON, piece by piece; it has every detail whatever `details` says."""
    yield from _lines(as_data(report, lang), "")
    yield "\n"


def _lines(value: Any, indent: str) -> Iterator[str]:
    """A value: its own numbers and texts on one line, and each thing that holds more on a line of its own."""
    deeper = indent + " "
    if isinstance(value, list | Iterator) and value:
        yield "["
        for number, item in enumerate(value):
            yield f"{',' if number else ''}\n{deeper}"
            yield from _lines(item, deeper)
        yield "]"
        return
    nested = {key: value[key] for key in LINED if value.get(key)} if isinstance(value, dict) else {}
    if not nested:
        yield ENCODER.encode(value)
        return
    yield ENCODER.encode({key: one for key, one in value.items() if key not in nested})[:-1]
    comma = len(nested) < len(value)
    for key, one in nested.items():
        yield f"{',' if comma else ''}\n{deeper}{ENCODER.encode(key)}: "
        yield from _lines(one, deeper)
        comma = True
    yield "}"
