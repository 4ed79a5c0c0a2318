"""A comparison as text, as Markdown, as a page, and as JSON: indicators, schools, achievement."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from tzcheck.compare import KINDS, Achievement, BreachChange, Change, Comparison, School, counted
from tzcheck.report import category, distance, shown
from tzcheck.result import Breach, Titles, amount, exact, titled
from tzcheck.texts import text
from tzcheck.writers.md import escaped, head, table
from tzcheck.writers.page import bilingual
from tzcheck.writers.results import made_by, share
from tzcheck.writers.words import plain

# --- what all say alike --------------------------------------------------------------------------------------------


def _title(comparison: Comparison, lang: str) -> str:
    old, new = comparison.results
    return text("compare.title", lang, old=old.as_of, new=new.as_of)


def _of_kind(comparison: Comparison, kind: str) -> list[Change]:
    return [one for one in comparison.changes if one.kind == kind]


def _verdicts(change: Change, lang: str) -> tuple[str, str]:
    return (
        text(f"verdict.{change.before}", lang) if change.before else "—",
        text(f"verdict.{change.after}", lang) if change.after else "—",
    )


def _called(school: School, lang: str) -> str:
    """The name of a school; of what is said of the place itself, that it is."""
    return text("compare.itself", lang, name=school.name) if school.subject == school.place.id else school.name


def _sum(schools: Iterable[School], lang: str) -> str:
    """How many breaches of each kind there are, but for kinds that have none."""
    numbers = counted(schools)
    found = [text(f"compare.so_many.{kind}", lang, number=numbers[kind]) for kind in KINDS if numbers[kind]]
    return text("head.comma", lang).join(found)


def _lumped(school: School, kind: str, lang: str) -> str:
    """The breaches of a school of one kind, an indicator after the other: `balanced.12 ×2 (off by 3 人)`."""
    alike: dict[tuple[str, str, str], list[BreachChange]] = {}
    for one in school.breaches:
        if one.kind == kind:
            alike.setdefault((one.indicator, _unit(one.before), _unit(one.after)), []).append(one)
    told = []
    for (indicator, *_), found in alike.items():
        times = f" ×{len(found)}" if len(found) > 1 else ""
        off = _off(found) if kind in ("new", "open") else ""
        told.append(f"{indicator}{times}{text('compare.off', lang, off=off) if off else ''}")
    return text("head.comma", lang).join(told)


def _off(found: Sequence[BreachChange]) -> str:
    """How far off in sum, before and after; once where nothing moved, nothing where it can't be told."""
    sides = ([one.before for one in found if one.before], [one.after for one in found if one.after])
    sums = [(_shortfall(side), _unit(side[0])) for side in sides if side]
    last = sums[-1][1]
    told = []
    for shortfall, unit in dict.fromkeys(sums):
        if shortfall is None:
            return ""
        told.append(distance(shortfall) if unit == last else f"{distance(shortfall)} {unit}")
    return f"{' → '.join(told)} {last}".rstrip()


def _shortfall(found: Sequence[Breach]) -> Fraction | None:
    amounts = [exact(one.shortfall) for one in found if one.shortfall is not None]
    return sum(amounts, Fraction(0)) if len(amounts) == len(found) else None


def _unit(one: Breach | None) -> str:
    return (one.shortfall_unit or one.unit or "") if one else ""


# --- text ----------------------------------------------------------------------------------------------------------


def _text(comparison: Comparison, lang: str, titles: Titles) -> str:
    return "\n".join(plain(line) for line in _lines(comparison, lang, titles)) + "\n"


def _lines(comparison: Comparison, lang: str, titles: Titles) -> Iterator[str]:
    for kind in KINDS:
        found = _of_kind(comparison, kind)
        yield text(f"compare.{kind}", lang, number=len(found))
        for one in found:
            title = titled(one.indicator, one.title, titles, lang)
            yield f"  {one.place.name} {one.indicator} {title}: {' → '.join(_verdicts(one, lang))}"
    if comparison.schools:
        yield text("compare.schools", lang) + text("head.colon", lang) + _sum(comparison.schools, lang)
    for place, schools in comparison.places:
        yield f"  {place.name}{text('head.colon', lang)}{_sum(schools, lang)}"
        yield from (f"    {_line(school, lang)}" for school in schools)
    yield from (note[lang] for note in comparison.notes)
    moved = [one for one in comparison.achievements if one.before != one.after]
    if moved:
        yield text("compare.achievement", lang)
        yield from (f"  {one.place.name} {one.standard}: {share(one.before)} → {share(one.after)}" for one in moved)


def _line(school: School, lang: str) -> str:
    found = ((text(f"compare.so.{kind}", lang), _lumped(school, kind, lang)) for kind in KINDS)
    told = text("head.semicolon", lang).join(f"{kind} {lumps}" for kind, lumps in found if lumps)
    return f"{_called(school, lang)}{text('head.colon', lang)}{told}"


# --- Markdown ------------------------------------------------------------------------------------------------------


def _markdown(comparison: Comparison, lang: str, titles: Titles) -> str:
    return "\n".join(_marked(comparison, lang, titles)) + "\n"


def _marked(comparison: Comparison, lang: str, titles: Titles) -> Iterator[str]:
    yield from head(_title(comparison, lang), comparison.notes, lang)
    yield ""
    yield from table(["", *(text(f"compare.so.{kind}", lang) for kind in KINDS)], _sums(comparison, lang))
    yield from _headed("head.achievement", lang)
    heads = [text(f"head.{one}", lang) for one in ("place_of", "standard", "before", "after")]
    yield from table(heads, (_achieved(one, lang, titles) for one in comparison.achievements))
    heads = [text(f"head.{one}", lang) for one in ("place_of", "indicator", "title", "before", "after")]
    for kind in KINDS:
        found = _of_kind(comparison, kind)
        if found:
            yield from _headed(f"compare.{kind}", lang, number=len(found))
            yield from table(heads, (_changed(one, lang, titles) for one in found))
    heads = [text("page.subject", lang), *(text(f"compare.so.{kind}", lang) for kind in KINDS)]
    for place, schools in comparison.places:
        yield ""
        yield f"## {escaped(place.name)}{text('head.colon', lang)}{_sum(schools, lang)}"
        yield ""
        rows = ([_called(one, lang), *(_lumped(one, kind, lang) for kind in KINDS)] for one in schools)
        yield from table(heads, rows)


def _headed(id: str, lang: str, **about: object) -> list[str]:
    return ["", f"## {text(id, lang, **about)}", ""]


def _sums(comparison: Comparison, lang: str) -> list[list[str]]:
    """How many indicators, and how many breaches, of each kind."""
    return [
        [text("compare.indicators", lang), *(str(len(_of_kind(comparison, kind))) for kind in KINDS)],
        [text("compare.schools", lang), *map(str, counted(comparison.schools).values())],
    ]


def _achieved(one: Achievement, lang: str, titles: Titles) -> list[str]:
    title = titled(one.standard, one.title, titles, lang)
    return [one.place.name, title, share(one.before), share(one.after)]


def _changed(one: Change, lang: str, titles: Titles) -> list[str]:
    return [one.place.name, one.indicator, titled(one.indicator, one.title, titles, lang), *_verdicts(one, lang)]


# --- the page ------------------------------------------------------------------------------------------------------


def _html(comparison: Comparison, lang: str, titles: Titles) -> str:
    return bilingual("compare.html", lang, lambda one: _shown(comparison, one, titles))


def _shown(comparison: Comparison, lang: str, titles: Titles) -> Mapping[str, Any]:
    places: dict[str, str] = {}
    shares: dict[str, dict[str, Achievement]] = {}
    names: dict[str, str] = {}
    for one in comparison.achievements:
        places[one.place.id] = one.place.name
        names[one.standard] = titled(one.standard, one.title, titles, lang)
        shares.setdefault(one.standard, {})[one.place.id] = one
    return {
        "title": _title(comparison, lang),
        "notes": [note[lang] for note in comparison.notes],
        "results": comparison.results,
        "sums": _sums(comparison, lang),
        "kinds": KINDS,
        "columns": list(places.values()),
        "shares": [(names[id], [_moved(found.get(place)) for place in places]) for id, found in shares.items()],
        "changes": {kind: [_changed(one, lang, titles) for one in _of_kind(comparison, kind)] for kind in KINDS},
        "places": [
            (place.name, _sum(schools, lang), [_school(one, lang, titles) for one in schools])
            for place, schools in comparison.places
        ],
    }


def _moved(one: Achievement | None) -> tuple[str, str, str] | None:
    """Achievement before and after, and which way it went; None where the place has no such standard."""
    if one is None:
        return None
    way = ""
    if one.before is not None and one.after is not None and one.before != one.after:
        way = "up" if one.after > one.before else "down"
    return share(one.before), share(one.after), way


def _school(school: School, lang: str, titles: Titles) -> Mapping[str, Any]:
    order = sorted(school.breaches, key=lambda one: KINDS.index(one.kind))
    return {
        "name": _called(school, lang),
        "sum": _sum([school], lang),
        "breaches": [_breach(one, school.name, lang, titles) for one in order],
    }


def _breach(one: BreachChange, school: str, lang: str, titles: Titles) -> Mapping[str, str]:
    name = one.last.name or ""
    own = name.removeprefix(school).strip() if name.startswith(school) else name
    values = [shown(amount(each.value), amount(each.limit)) for each in (one.before, one.after) if each]
    return {
        "kind": one.kind,
        "said": text(f"compare.so.{one.kind}", lang),
        "indicator": one.indicator,
        "title": titled(one.indicator, one.title, titles, lang),
        "which": " ".join(filter(None, (own, category(one.last.category, lang)))),
        "value": " → ".join(dict.fromkeys(values)),
        "limit": "" if one.last.limit is None else shown(amount(one.last.limit), amount(one.last.value)),
        "off": _off([one]),
    }


# --- JSON ----------------------------------------------------------------------------------------------------------


def _json(comparison: Comparison, lang: str, titles: Titles) -> str:
    data = {
        "schema": "tzcheck/comparison/1",
        "results": [made_by(one) for one in comparison.results],
        "notes": [note[lang] for note in comparison.notes],
        **{kind: [_change_data(one) for one in _of_kind(comparison, kind)] for kind in KINDS},
        "achievement": [
            {"county": one.place.name, "standard": one.standard, "before": one.before, "after": one.after}
            for one in comparison.achievements
        ],
        "breaches": counted(comparison.schools),
        "counties": [
            {
                "county": place.name,
                "code": place.code,
                "breaches": counted(schools),
                "schools": [_school_data(one) for one in schools],
            }
            for place, schools in comparison.places
        ],
    }
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def _change_data(one: Change) -> Mapping[str, Any]:
    return {
        "county": one.place.name,
        "indicator": one.indicator,
        "title": one.title,
        "before": one.before,
        "after": one.after,
    }


def _school_data(school: School) -> Mapping[str, Any]:
    of_kind = {
        kind: [
            {
                "indicator": one.indicator,
                "name": one.last.name,
                "category": one.last.category,
                "before": _breach_data(one.before),
                "after": _breach_data(one.after),
            }
            for one in school.breaches
            if one.kind == kind
        ]
        for kind in KINDS
    }
    return {"subject": school.subject, "name": school.name, **of_kind}


def _breach_data(one: Breach | None) -> Mapping[str, Any] | None:
    return one.model_dump(include={"value", "limit", "shortfall", "unit", "shortfall_unit"}) if one else None


WRITERS: Mapping[str, Callable[[Comparison, str, Titles], str]] = {
    "text": _text, "md": _markdown, "html": _html, "json": _json,
}  # fmt: skip
