"""Plots as SVG: where every subject of an indicator stands, and the limit that it is held against."""

import operator
from collections.abc import Iterable, Sequence
from fractions import Fraction
from html import escape
from math import ceil, floor, log10

from tzcheck.engines.judged import Spread
from tzcheck.report import category, shown
from tzcheck.texts import text
from tzcheck.verdict import SIGNS

WIDTH, LEFT, RIGHT = 680, 14, 14
# The height of the axis, and of the line above the marks.
AXIS, HEAD = 22, 18
# A mark is so wide; of more subjects than this in a band each mark stands for several.
STEP, TALLEST = 9, 9
TICKS = 5
HOLDS = {
    "<=": operator.le, "<": operator.lt, ">=": operator.ge, ">": operator.gt, "==": operator.eq, "!=": operator.ne,
}  # fmt: skip


def plot(spreads: Sequence[Spread], title: str, lang: str) -> str:
    """A band for each category, one below the other, all on one axis."""
    values = [value for one in spreads for value, _, _ in one.values]
    limits = [one.limit for one in spreads if one.limit is not None]
    low, high = min([*values, *limits]), max([*values, *limits])
    if low == high:
        low, high = low - 1, high + 1
    parts, top = [], 0
    for one in spreads:
        band, height = _band(one, low, high, lang)
        parts.append(f'<g transform="translate(0 {top})">{band}</g>')
        top += height
    parts.append(f'<g transform="translate(0 {top})">{_axis(low, high)}</g>')
    said = "; ".join(_said(one, lang) for one in spreads)
    return (
        f'<svg class="plot" viewBox="0 0 {WIDTH} {top + AXIS}" role="img" aria-label="{escape(f"{title}: {said}")}">'
        f"{''.join(parts)}</svg>"
    )


def _at(value: Fraction, low: Fraction, high: Fraction) -> float:
    return LEFT + float((value - low) / (high - low)) * (WIDTH - LEFT - RIGHT)


def fails(value: Fraction, comparator: str, limit: Fraction | None) -> bool:
    """Whether a value is on the wrong side of the limit."""
    return limit is not None and not HOLDS[comparator](value, limit)


def _band(one: Spread, low: Fraction, high: Fraction, lang: str) -> tuple[str, int]:
    """The marks of a category, stacked where they would lie over each other, those that fail apart from the others."""
    at_limit = None if one.limit is None else _at(one.limit, low, high)
    piles: dict[tuple[int, bool], list[tuple[Fraction, int, str | None]]] = {}
    for value, number, name in one.values:
        # Counted from the limit, so that no pile lies on both sides of it.
        place = floor((_at(value, low, high) - (at_limit or 0)) / STEP)
        piles.setdefault((place, fails(value, one.comparator, one.limit)), []).append((value, number, name))
    tallest = max(sum(number for _, number, _ in pile) for pile in piles.values())
    each = ceil(tallest / TALLEST)
    height = HEAD + min(tallest, TALLEST) * STEP + 6
    base = height - 2
    parts = [f'<text class="said" x="{LEFT}" y="12">{escape(_said(one, lang))}</text>']
    if at_limit is not None:
        parts.append(f'<line class="limit" x1="{at_limit:.1f}" x2="{at_limit:.1f}" y1="{HEAD - 2}" y2="{base}"/>')
    for (place, wrong), pile in sorted(piles.items()):
        x = (at_limit or 0) + (place + 0.5) * STEP
        for level, some in enumerate(_grouped(pile, each)):
            parts.append(_mark(x, base - (level + 0.5) * STEP, wrong, escape(_named(some, one.unit))))
    if each > 1:
        y = 12
        parts.append(f'<text class="said" x="{WIDTH - RIGHT}" y="{y}" text-anchor="end">')
        parts.append(escape(text("plot.each", lang, number=each)) + "</text>")
    return "".join(parts), height


def _grouped(
    pile: Iterable[tuple[Fraction, int, str | None]], each: int
) -> Iterable[list[tuple[Fraction, str | None]]]:
    """The subjects of a pile, so many at a time."""
    single = [(value, name) for value, number, name in pile for _ in range(number)]
    return (single[start : start + each] for start in range(0, len(single), each))


def _mark(x: float, y: float, wrong: bool, title: str) -> str:
    """A ring for what holds; what fails is a filled diamond, to be told apart without colours."""
    if wrong:
        points = f"{x:.1f},{y - 4:.1f} {x + 4:.1f},{y:.1f} {x:.1f},{y + 4:.1f} {x - 4:.1f},{y:.1f}"
        return f'<polygon class="wrong" points="{points}"><title>{title}</title></polygon>'
    return f'<circle class="right" cx="{x:.1f}" cy="{y:.1f}" r="3.4"><title>{title}</title></circle>'


def _named(some: Sequence[tuple[Fraction, str | None]], unit: str | None) -> str:
    """What is said of a mark: the subject and its value, or the values of several."""
    (first, name), (last, _) = some[0], some[-1]
    value = shown(first) if first == last else f"{shown(first)}–{shown(last)}"
    return " ".join(filter(None, (f"{len(some)} ×" if len(some) > 1 else name, value, unit)))


def _axis(low: Fraction, high: Fraction) -> str:
    parts = [f'<line class="axis" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="2" y2="2"/>']
    marks = ticks(low, high)
    step = marks[1] - marks[0]
    for value in marks:
        x = _at(value, low, high)
        anchor = "start" if x < LEFT + 20 else "end" if x > WIDTH - RIGHT - 20 else "middle"
        parts.append(f'<line class="axis" x1="{x:.1f}" x2="{x:.1f}" y1="2" y2="6"/>')
        said = shown(value, value + step / 100)  # with all the decimals that steps have
        parts.append(f'<text class="tick" x="{x:.1f}" y="18" text-anchor="{anchor}">{said}</text>')
    return "".join(parts)


def ticks(low: Fraction, high: Fraction) -> list[Fraction]:
    """Round numbers between two values, two at least."""
    rough = (high - low) / TICKS
    power = Fraction(10) ** floor(log10(rough))
    step = next(one * power for one in (1, 2, 5, 10) if one * power >= rough)
    return [number * step for number in range(ceil(low / step), floor(high / step) + 1)]


def _said(one: Spread, lang: str) -> str:
    """What a band shows, as a sentence: how many there are, how many fail, from where to where, and the middle."""
    single = [value for value, number, _ in one.values for _ in range(number)]
    wrong = sum(number for value, number, _ in one.values if fails(value, one.comparator, one.limit))
    about = {
        "name": category(one.category, lang), "number": len(single), "low": shown(single[0]), "high": shown(single[-1]),
        "middle": shown(single[len(single) // 2]), "unit": one.unit or "", "wrong": wrong,
        "limit": f"{SIGNS.get(one.comparator, one.comparator)} {shown(one.limit)}",
    }  # fmt: skip
    return text("plot.said" if one.limit is not None else "plot.said_alone", lang, **about).strip()
