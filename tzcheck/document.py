"""YAML documents by the rules of YAML 1.2's core schema, with the line of every value."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import yaml

from tzcheck.errors import Problem

Path = tuple[str | int, ...]

INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
DECIMAL = re.compile(r"[-+]?(?:0|[1-9][0-9]*)\.[0-9]+")
WORDS: Mapping[str, Any] = {"": None, "~": None, "null": None, "true": True, "false": False}
DEEPEST = 40

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Document:
    """The value of a file, and the line on which the value at each path begins."""

    value: Any
    lines: Mapping[Path, int]

    def line(self, path: Path) -> int | None:
        """The line of `path`, or of the nearest thing around it."""
        while path:
            if path in self.lines:
                return self.lines[path]
            path = path[:-1]
        return 1


def read(data: bytes, file: str) -> tuple[Document | None, list[Problem]]:
    """The document in `data`; where it is no sound YAML, None and what is wrong.

    `no`, `12:30`, `0130` and dates are texts; a number with a point is an exact Decimal.
    Duplicate keys, anchors and aliases, and several documents in a file are errors.
    """
    try:
        node = yaml.compose(data, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        return None, [Problem("error", "yaml_syntax", file, line, details={"why": error.problem or ""})]
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        return None, [Problem("error", "yaml_syntax", file, details={"why": str(error).splitlines()[0]})]
    except RecursionError:
        return None, [Problem("error", "yaml_deep", file, details={"deepest": DEEPEST})]
    problems: list[Problem] = []
    lines: dict[Path, int] = {}
    seen: set[int] = set()
    value = _value(node, (), file, lines, problems, seen)
    return (None if problems else Document(value, lines)), problems


def _value(node: Any, path: Path, file: str, lines: dict[Path, int], problems: list[Problem], seen: set[int]) -> Any:
    if node is None:
        return None
    line = node.start_mark.line + 1
    lines[path] = line
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node)
    if id(node) in seen:
        problems.append(Problem("error", "yaml_alias", file, line))
        return None
    if len(path) > DEEPEST:
        problems.append(Problem("error", "yaml_deep", file, line, details={"deepest": DEEPEST}))
        return None
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, (*path, index), file, lines, problems, seen) for index, item in enumerate(node.value)]
    result: dict[str, Any] = {}
    for key, item in node.value:
        key_line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            problems.append(Problem("error", "yaml_key", file, key_line))
            continue
        if key.value in result:
            problems.append(Problem("error", "yaml_duplicate", file, key_line, value=key.value))
            continue
        result[key.value] = _value(item, (*path, key.value), file, lines, problems, seen)
        lines[(*path, key.value)] = key_line
    return result


def _scalar(node: Any) -> Any:
    text = node.value
    if node.style:  # quoted, literal or folded
        return text
    if text in WORDS:
        return WORDS[text]
    if INTEGER.fullmatch(text) and len(text) < 40:
        return int(text)
    if DECIMAL.fullmatch(text) and len(text) < 40:
        return Decimal(text)
    return text
