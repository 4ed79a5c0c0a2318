"""The result as JSON, for programs; its schema is in result.schema.json beside this file.

A line is an indicator, a breach, a file, a problem, so that people and version control can read it; what stands on a
line is written by pydantic's encoder, which knows no such lines and takes a third of the time of Python's own.
"""

import json
from collections.abc import Iterator
from typing import Any

from pydantic_core import PydanticSerializationError, to_json

from tzcheck.report import Report, as_data

# The lists whose items have lines of their own.
LINED = (
    "readings",
    "facts",
    "standards",
    "needs",
    "items",
    "indicators",
    "evidence",
    "missing",
)


def write(report: Report, lang: str, details: bool) -> Iterator[str]:
    """The report as the contract's JSON, a county at a time; it has every detail whatever `details` says."""
    data = as_data(report, lang)
    counties, problems = data.pop("counties"), data.pop("problems")
    yield f'{_text(data, "")[:-1]},\n "counties":['
    for number, place in enumerate(counties):
        yield f"{',' if number else ''}\n  {_text(place, '  ')}"
    yield f'],\n "problems":{_text(problems, " ")}}}\n'


def _text(value: Any, indent: str) -> str:
    """A value: its own numbers and texts on one line, and each thing that holds more on a line of its own."""
    deeper = indent + " "
    if isinstance(value, list) and value:
        return "[" + ",".join([f"\n{deeper}{_text(item, deeper)}" for item in value]) + "]"
    nested = [key for key in LINED if value.get(key)] if isinstance(value, dict) else []
    if not nested:
        return _encoded(value)
    own = _encoded({key: one for key, one in value.items() if key not in nested})[:-1]
    lines = [f'\n{deeper}"{key}":{_text(value[key], deeper)}' for key in nested]
    return f"{own}{',' if len(nested) < len(value) else ''}{','.join(lines)}}}"


def _encoded(value: Any) -> str:
    try:
        return to_json(value).decode()
    except PydanticSerializationError:
        # The name of a file that is no Unicode, of which `output` makes what can be written.
        return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
