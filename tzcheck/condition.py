"""Conditions: comparisons joined by `and`, `or`, `not`, without arithmetic, so that any engine can judge them."""

import operator
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeAlias

OPERATORS = ("<=", ">=", "==", "!=", "<", ">")
# Limits have so many digits at most, above the line and below it.
MOST = 10**20
KEYWORDS = ("and", "or", "not", "in", "of", "at")
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


@dataclass(frozen=True)
class Part:
    """A part of a parameter, such as `85 % of limit`."""

    share: Fraction
    name: str


Operand: TypeAlias = Name | Number | Part


@dataclass(frozen=True)
class Comparison:
    """`left operator right`."""

    left: Operand
    operator: str
    right: Operand

    @property
    def code(self) -> str | None:
        """The right side as a code: a name, or a whole number; None where it can be none."""
        match self.right:
            case Name():
                return self.right.text
            case Number() if self.right.value.denominator == 1:
                return str(self.right.value)
            case _:
                return None


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


@dataclass(frozen=True)
class AtLeast:
    """Holds where at least `number` of its parts hold."""

    number: int
    parts: tuple["Condition", ...]


@dataclass(frozen=True)
class Reference:
    """A condition that has a name of its own (a scope), with the noun before it where it is another row's."""

    name: str


Condition: TypeAlias = Comparison | And | Or | Not | AtLeast | Reference


class ConditionError(ValueError):
    """The text is no condition; `found` is where reading stopped."""

    def __init__(self, found: str) -> None:
        super().__init__(found)
        self.found = found


def parse_number(text: str) -> Fraction:
    """`45`, `0.85`, `85 %` or `1/15` as an exact fraction; ValueError where it is none of these, or too long."""
    try:
        number = Fraction(text.strip().removesuffix("%").strip()) / (100 if text.strip().endswith("%") else 1)
    except ZeroDivisionError:
        raise ValueError(text) from None
    return within_bounds(number)


def within_bounds(number: Fraction) -> Fraction:
    """The number; ValueError where it has more digits than an engine can multiply exactly."""
    if abs(number.numerator) > MOST or number.denominator > MOST:
        raise ValueError(f"more than {len(str(MOST)) - 1} digits")
    return number


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
        case ["at", "least", number, "of", "(", *rest] if number.isdigit():
            return _at_least(int(number), rest)
        case ["(", *rest]:
            part, rest = _either(rest)
            if not rest or rest[0] != ")":
                raise ConditionError(rest[0] if rest else "…")
            return part, rest[1:]
    left, rest = _operand(tokens)
    match rest:
        case ["in", "(", *members]:
            return _membership(left, members)
        case [operator, *beyond] if operator in OPERATORS:
            right, beyond = _operand(beyond)
            return Comparison(left, operator, right), beyond
    if isinstance(left, Name) and (not rest or rest[0] in ("and", "or", ")", ",")):
        return Reference(left.text), rest
    raise ConditionError(" ".join(tokens[:3]) or "…")


def _at_least(number: int, tokens: list[str]) -> tuple[Condition, list[str]]:
    parts: list[Condition] = []
    rest = [",", *tokens]
    while rest and rest[0] == ",":
        part, rest = _either(rest[1:])
        parts.append(part)
    if not rest or rest[0] != ")" or not 0 < number <= len(parts):
        raise ConditionError(rest[0] if rest else "…")
    return AtLeast(number, tuple(parts)), rest[1:]


def _membership(left: Operand, tokens: list[str]) -> tuple[Condition, list[str]]:
    parts: list[Condition] = []
    while tokens:
        right, rest = _operand(tokens)
        parts.append(Comparison(left, "==", right))
        match rest:
            case [",", *rest]:
                tokens = rest
            case [")", *rest]:
                return (parts[0] if len(parts) == 1 else Or(tuple(parts))), rest
            case rest:
                raise ConditionError(rest[0] if rest else "…")
    raise ConditionError("…")


def _operand(tokens: list[str]) -> tuple[Operand, list[str]]:
    if not tokens:
        raise ConditionError("…")
    token, *rest = tokens
    if token[0].isdigit() or token[0] == "-":
        number = parse_number(token)
        match rest:
            case ["of", name, *beyond] if _is_name(name):
                return Part(number, name), beyond
        return Number(number), rest
    if not _is_name(token):
        raise ConditionError(token)
    return Name(token), rest


def _is_name(token: str) -> bool:
    return (token[0].isalpha() or token[0] == "_") and token not in KEYWORDS


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
        case AtLeast(number, parts):
            return AtLeast(len(parts) - number + 1, tuple(negate(part) for part in parts))
        case Reference():
            raise AssertionError("scopes are put in before anything is negated")


def affirm(condition: Condition) -> Condition:
    """The same condition without any `not`."""
    match condition:
        case Not(part):
            return negate(part)
        case _:
            return _rebuilt(condition, affirm)


def _rebuilt(condition: Condition, make: Callable[[Condition], Condition]) -> Condition:
    """The same condition of parts made anew; itself where it has none."""
    match condition:
        case And(parts) | Or(parts):
            return type(condition)(tuple(map(make, parts)))
        case AtLeast(number, parts):
            return AtLeast(number, tuple(map(make, parts)))
        case Not(part):
            return Not(make(part))
        case _:
            return condition


def comparisons(condition: Condition) -> Iterator[Comparison]:
    """The comparisons of a condition, from left to right."""
    match condition:
        case Comparison():
            yield condition
        case And(parts) | Or(parts) | AtLeast(_, parts):
            for part in parts:
                yield from comparisons(part)
        case Not(part):
            yield from comparisons(part)
        case Reference():
            pass


def _exactly(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    """A comparison of exact numbers, or of codes: Python's own of fractions takes several times as long."""

    def holds(left: Any, right: Any) -> bool:
        if isinstance(left, Fraction) and isinstance(right, Fraction):
            return compare(left.numerator * right.denominator, right.numerator * left.denominator)
        return compare(left, right)

    return holds


HOLDS: Mapping[str, Callable[[Any, Any], bool]] = {
    "<=": _exactly(operator.le), ">=": _exactly(operator.ge), "<": _exactly(operator.lt), ">": _exactly(operator.gt),
    "==": _exactly(operator.eq), "!=": _exactly(operator.ne),
}  # fmt: skip


def holds(condition: Condition, sides: Iterable[tuple[Any, Any]]) -> bool | None:
    """Whether a condition holds of the values on both sides of its comparisons, from left to right; None: unknown."""
    return _holds(condition, iter(sides))


def _holds(condition: Condition, rest: Iterator[tuple[Any, Any]]) -> bool | None:
    match condition:
        case Comparison(_, operator, _):
            left, right = next(rest)
            return None if left is None or right is None else HOLDS[operator](left, right)
        case And(parts):
            return _enough([_holds(part, rest) for part in parts], len(parts))
        case Or(parts):
            return _enough([_holds(part, rest) for part in parts], 1)
        case AtLeast(number, parts):
            return _enough([_holds(part, rest) for part in parts], number)
        case Not(part):
            found = _holds(part, rest)
            return None if found is None else not found
        case Reference():
            raise AssertionError("scopes are put in before anything is judged")


def _enough(found: list[bool | None], number: int) -> bool | None:
    if found.count(True) >= number:
        return True
    return None if len(found) - found.count(False) >= number else False


def lenient(condition: Condition) -> bool:
    """Whether it holds although one of several parts fails: no sum can say what is lacking."""
    match condition:
        case AtLeast():
            return True
        case And(parts) | Or(parts):
            return any(lenient(part) for part in parts)
        case Not(part):
            return lenient(part)
        case _:
            return False


def names(condition: Condition) -> frozenset[str]:
    """Every name that the condition uses: measures, columns, parameters, codes."""
    return frozenset(
        operand.text if isinstance(operand, Name) else operand.name
        for comparison in comparisons(condition)
        for operand in (comparison.left, comparison.right)
        if not isinstance(operand, Number)
    )


def references(condition: Condition) -> frozenset[str]:
    """The names of the scopes that the condition refers to."""
    match condition:
        case Reference(name):
            return frozenset([name])
        case And(parts) | Or(parts) | AtLeast(_, parts):
            return frozenset().union(*(references(part) for part in parts))
        case Not(part):
            return references(part)
        case Comparison():
            return frozenset()


def resolved(condition: Condition, scopes: Mapping[str, "Condition"]) -> Condition:
    """The condition with every scope that it refers to put in; KeyError where there is none of that name."""
    match condition:
        case Reference(name):
            noun, _, own = name.rpartition(".")
            return _prefixed(scopes[own], noun + ".") if noun else scopes[own]
        case _:
            return _rebuilt(condition, lambda part: resolved(part, scopes))


def _prefixed(condition: Condition, noun: str) -> Condition:
    """The condition about another row: its columns with the row's noun before them."""
    match condition:
        case Comparison(Name(left), operator, right):
            return Comparison(Name(noun + left), operator, right)
        case _:
            return _rebuilt(condition, lambda part: _prefixed(part, noun))
