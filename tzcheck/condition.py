"""Conditions: comparisons joined by `and`, `or`, `not`, without arithmetic, so that any engine can judge them."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

OPERATORS = ("<=", ">=", "==", "!=", "<", ">")
OPPOSITE = {"<=": ">", ">": "<=", ">=": "<", "<": ">=", "==": "!=", "!=": "=="}

TOKEN = re.compile(r"\s*(?:(<=|>=|==|!=|<|>|\(|\)|,)|(-?\d+(?:\.\d+)?(?:\s*%)?)|([^\W\d][\w.]*)|(\S))")


@dataclass(frozen=True)
class Name:
    """A measure, a parameter, a column, or one of a column's codes."""

    text: str


@dataclass(frozen=True)
class Number:
    """An exact number written in the condition."""

    value: Fraction


Operand: TypeAlias = Name | Number


@dataclass(frozen=True)
class Comparison:
    """`left operator right`."""

    left: Operand
    operator: str
    right: Operand


@dataclass(frozen=True)
class And:
    """Holds where all parts hold."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True)
class Or:
    """Holds where one part holds."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True)
class Not:
    """Holds where its part does not."""

    part: "Condition"


Condition: TypeAlias = Comparison | And | Or | Not


class ConditionError(ValueError):
    """The text is no condition; `found` is where reading stopped."""

    def __init__(self, found: str) -> None:
        super().__init__(found)
        self.found = found


def parse_number(text: str) -> Fraction:
    """`45`, `0.85`, `85 %` or `1/15` as an exact fraction; ValueError where it is none of these."""
    try:
        return Fraction(text.strip().removesuffix("%").strip()) / (100 if text.strip().endswith("%") else 1)
    except ZeroDivisionError:
        raise ValueError(text) from None


def parse(text: str) -> Condition:
    """The condition that `text` spells, e.g. `students <= limit and not type in (special, vocational)`."""
    try:
        condition, rest = _either(_tokens(text))
    except RecursionError:
        raise ConditionError("((…") from None
    if rest:
        raise ConditionError(rest[0])
    return condition


def _tokens(text: str) -> list[str]:
    tokens = []
    for match in TOKEN.finditer(text):
        if match.group(4):
            raise ConditionError(match.group(4))
        tokens.append(match.group(0).strip())
    return [token for token in tokens if token]


def _either(tokens: list[str]) -> tuple[Condition, list[str]]:
    return _joined(tokens, "or", Or, _both)


def _both(tokens: list[str]) -> tuple[Condition, list[str]]:
    return _joined(tokens, "and", And, _single)


def _joined(
    tokens: list[str],
    word: str,
    kind: type[And] | type[Or],
    inner: Callable[[list[str]], tuple[Condition, list[str]]],
) -> tuple[Condition, list[str]]:
    first, rest = inner(tokens)
    parts = [first]
    while rest and rest[0] == word:
        part, rest = inner(rest[1:])
        parts.append(part)
    return (first if len(parts) == 1 else kind(tuple(parts))), rest


def _single(tokens: list[str]) -> tuple[Condition, list[str]]:
    match tokens:
        case ["not", *rest]:
            part, rest = _single(rest)
            return Not(part), rest
        case ["(", *rest]:
            part, rest = _either(rest)
            if not rest or rest[0] != ")":
                raise ConditionError(rest[0] if rest else "…")
            return part, rest[1:]
        case [left, "in", "(", *rest]:
            return _membership(_operand(left), rest)
        case [left, operator, right, *rest] if operator in OPERATORS:
            return Comparison(_operand(left), operator, _operand(right)), rest
        case _:
            raise ConditionError(" ".join(tokens[:3]) or "…")


def _membership(left: Operand, tokens: list[str]) -> tuple[Condition, list[str]]:
    parts: list[Condition] = []
    while tokens:
        parts.append(Comparison(left, "==", _operand(tokens[0])))
        match tokens[1:]:
            case [",", *rest]:
                tokens = rest
            case [")", *rest]:
                return (parts[0] if len(parts) == 1 else Or(tuple(parts))), rest
            case rest:
                raise ConditionError(rest[0] if rest else "…")
    raise ConditionError("…")


def _operand(token: str) -> Operand:
    if token[0].isdigit() or token[0] == "-":
        return Number(parse_number(token))
    if not (token[0].isalpha() or token[0] == "_") or token in ("and", "or", "not", "in"):
        raise ConditionError(token)
    return Name(token)


def negate(condition: Condition) -> Condition:
    """The opposite, with `not` pushed down to the comparisons; unknown stays unknown."""
    match condition:
        case Comparison(left, operator, right):
            return Comparison(left, OPPOSITE[operator], right)
        case And(parts):
            return Or(tuple(negate(part) for part in parts))
        case Or(parts):
            return And(tuple(negate(part) for part in parts))
        case Not(part):
            return affirm(part)


def affirm(condition: Condition) -> Condition:
    """The same condition without any `not`."""
    match condition:
        case Comparison():
            return condition
        case And(parts):
            return And(tuple(affirm(part) for part in parts))
        case Or(parts):
            return Or(tuple(affirm(part) for part in parts))
        case Not(part):
            return negate(part)


def comparisons(condition: Condition) -> Iterator[Comparison]:
    """The comparisons of a condition, from left to right."""
    match condition:
        case Comparison():
            yield condition
        case And(parts) | Or(parts):
            for part in parts:
                yield from comparisons(part)
        case Not(part):
            yield from comparisons(part)


def names(condition: Condition) -> frozenset[str]:
    """Every name that the condition uses."""
    return frozenset(
        operand.text
        for comparison in comparisons(condition)
        for operand in (comparison.left, comparison.right)
        if isinstance(operand, Name)
    )
