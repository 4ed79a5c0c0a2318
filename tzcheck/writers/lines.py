"""Plots as SVG: how much places achieve of a standard over time, a line a place, named at its end."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from html import escape
from itertools import pairwise
from math import ceil, floor

from tzcheck.report import percent
from tzcheck.result import exact
from tzcheck.trend import Course, Line
from tzcheck.writers.plot import ticks
from tzcheck.writers.words import plain

WIDTH, LEFT, RIGHT, TOP, BOTTOM = 520, 54, 146, 12, 26
# The least height, and what the name of a line needs of it.
LEAST, NAME = 200, 15
# The room that a day needs below the axis; of a longer name so many characters are shown.
DAY, LONGEST = 76, 6
# Lines are told apart by their names, marks and dashes, and by their colours last.
MARKS = (
    '<circle cx="{x:.1f}" cy="{y:.1f}" r="3.6"/>',
    '<path d="M{x:.1f} {y:.1f}m-3.4-3.4h6.8v6.8h-6.8z"/>',
    '<path d="M{x:.1f} {y:.1f}m0-4.6 4.3 7.6h-8.6z"/>',
    '<path d="M{x:.1f} {y:.1f}m0-4.8 4.8 4.8-4.8 4.8-4.8-4.8z"/>',
    '<path d="M{x:.1f} {y:.1f}m0 4.6 4.3-7.6h-8.6z"/>',
)
DASHES = ("none", "7 3", "2 3", "9 3 2 3")
# Days that follow each other, with what was achieved.
Run = list[tuple[date, Fraction]]


@dataclass(frozen=True)
class Axes:
    """Where days and achievements lie: days from the `first` to the `last`, achievements from `low` to `high`."""

    first: date
    last: date
    low: Fraction
    high: Fraction
    height: int

    def x(self, day: date) -> float:
        """How far to the right; in the middle where there is but one day."""
        room, days = WIDTH - LEFT - RIGHT, (self.last - self.first).days
        return LEFT + room * ((day - self.first).days / days if days else 0.5)

    def y(self, value: Fraction) -> float:
        """How far down."""
        return TOP + self.height * float((self.high - value) / (self.high - self.low))


def lines(course: Course, title: str) -> str:
    """The lines on an axis of days, each broken where nothing was counted; nothing where there is nothing to see."""
    found = [(line, runs) for line in course.lines if (runs := _runs(line))]
    if not found:
        return ""
    values = [value for _, runs in found for run in runs for _, value in run]
    low, high = Fraction(floor(10 * min(values)), 10), Fraction(ceil(10 * max(values)), 10)
    if low == high:
        low, high = max(low - Fraction(1, 10), Fraction(0)), min(high + Fraction(1, 10), Fraction(1))
    axes = Axes(course.days[0], course.days[-1], low, high, max(LEAST, NAME * len(found)))
    heights = _apart([axes.y(runs[-1][-1][1]) for _, runs in found], TOP + axes.height)
    drawn = [_line(number, *one, height, axes) for number, (one, height) in enumerate(zip(found, heights, strict=True))]
    said = "; ".join(_said(line, runs) for line, runs in found)
    return (
        f'<svg class="plot" viewBox="0 0 {WIDTH} {TOP + axes.height + BOTTOM}" role="img" '
        f'aria-label="{escape(f"{title}: {said}")}">{_frame(course.days, axes)}{"".join(drawn)}</svg>'
    )


def _runs(line: Line) -> list[Run]:
    """The achievements of a place, day by day, in runs between the days on which nothing was counted."""
    runs: list[Run] = [[]]
    for day, value in line.points.items():
        if value is None:
            runs.append([])
        else:
            runs[-1].append((day, exact(value)))
    return [run for run in runs if run]


def _apart(heights: Sequence[float], bottom: float) -> list[float]:
    """Heights for names, near those of their lines, in their order, and so far apart that all can be read."""
    order = sorted(range(len(heights)), key=lambda number: heights[number])
    placed = list(heights)
    for above, number in pairwise(order):
        placed[number] = max(placed[number], placed[above] + NAME)
    limit = bottom
    for number in reversed(order):
        placed[number] = min(placed[number], limit)
        limit = placed[number] - NAME
    return placed


def _frame(days: Iterable[date], axes: Axes) -> str:
    """The axes: round percentages to the left, below the days as far as there is room for them, the last always."""
    right, base = WIDTH - RIGHT, TOP + axes.height
    parts = []
    for value in ticks(axes.low, axes.high):
        y = axes.y(value)
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text class="tick" x="{LEFT - 10}" y="{y + 4:.1f}" text-anchor="end">{percent(value)}</text>')
    free = float(WIDTH)
    for day in sorted(days, reverse=True):
        x = axes.x(day)
        parts.append(f'<line class="axis" x1="{x:.1f}" x2="{x:.1f}" y1="{base}" y2="{base + 4}"/>')
        if x + DAY / 2 <= free:
            parts.append(f'<text class="tick" x="{x:.1f}" y="{base + 18}" text-anchor="middle">{day}</text>')
            free = x - DAY / 2
    return "".join(parts)


def _line(number: int, line: Line, runs: list[Run], height: float, axes: Axes) -> str:
    """A place's line with a mark for each day, and its name at the `height` that was found for it."""
    kinds = len(MARKS)
    look = f"c{number % kinds}{' hollow' if number // kinds % 2 else ''}"
    dash = DASHES[number // kinds % len(DASHES)]
    parts = []
    for run in runs:
        points = " ".join(f"{axes.x(day):.1f},{axes.y(value):.1f}" for day, value in run)
        parts.append(f'<polyline points="{points}" stroke-dasharray="{dash}"/>' if len(run) > 1 else "")
    for day, value in (point for run in runs for point in run):
        mark = MARKS[number % kinds].format(x=axes.x(day), y=axes.y(value))
        parts.append(f"<g>{mark}<title>{escape(f'{plain(line.place)} {day} {percent(value)}')}</title></g>")
    day, value = runs[-1][-1]
    name = plain(line.place)
    name = name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"
    from_x, right = axes.x(day), WIDTH - RIGHT
    lead = f'<path class="lead" d="M{from_x + 6:.1f} {axes.y(value):.1f}L{right + 12} {height:.1f}"/>'
    mark = MARKS[number % kinds].format(x=right + 18, y=height)
    label = f'<text x="{right + 26}" y="{height + 4:.1f}">{escape(f"{name} {percent(value)}")}</text>'
    return f'<g class="line {look}">{lead}{"".join(parts)}{mark}{label}</g>'


def _said(line: Line, runs: list[Run]) -> str:
    """A line in words: the place, and what it achieved first and last."""
    (first, from_), (last, to) = runs[0][0], runs[-1][-1]
    return f"{plain(line.place)} {first} {percent(from_)} → {last} {percent(to)}"
