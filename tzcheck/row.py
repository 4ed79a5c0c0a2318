"""A row: what the texts in its cells mean, or what is wrong with them."""

import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from tzcheck.cells import (
    EXPECTED,
    MONITORED,
    NOTHING,
    SCALE,
    code_of,
    ends_of_band,
    level_of_attainment,
    number_of_kind,
    parse_date,
    parse_decimal,
    prefix_of_id,
    share_written,
)
from tzcheck.errors import hint
from tzcheck.place import TOTALS, WHOLE, Place, spelled
from tzcheck.readers import NO_VALUE
from tzcheck.reading import FactSet, Reading, Refused
from tzcheck.table import NUMERIC, VALUES, WORKED_OUT, Column, Table

# What Excel shows where a formula came to nothing.
CELL_ERRORS = frozenset({"#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!"})
# A code that Excel has made a number of, and of whose digits it shows only some.
LOST_DIGITS = re.compile(r"\d(?:\.\d+)?[Ee]\+?\d+")
# How remarks begin that people write below a table.
NOTES = ("注", "备注", "说明", "填表", "制表", "审核", "填报", "单位负责人", "负责人", "联系")


def read_row(
    reading: Reading,
    own: FactSet,
    table: Table,
    about: tuple[int, int, str, str | None],
    cells: Mapping[str, str | None],
) -> tuple[int, dict[str, Any]] | None:
    """The place and the cells of one row; None where it was refused, with a problem for each fault in it.

    It is `about` a file, a row, the first text in it and the text beyond the header.
    """
    number, row, first, extra = about
    file = reading.files[number].path
    before, errors = len(reading.problems), reading.errors
    if extra:
        reading.error("beyond_header", file, row, value=extra)
    if no_fact := _no_fact(table, own, cells, first):
        reading.query(no_fact, file, row, value=first)
        reading.sums[number] += 1
        return None
    place = _row_place(reading, own, table, cells.get(table.place) or "", file, row)
    values: dict[str, Any] = {}
    for column in table.columns:
        text = cells.get(column.id) or ""
        if column.kind == "place":
            values[column.id] = text
        elif column.kind == "prefix":
            values[column.id] = prefix_of_id(values[table.subject] or "")
        elif column.kind in WORKED_OUT:
            values[column.id] = ends_of_band(values["band"] or "")[column.kind == "high"]
        elif (known := reading.typed.get((table.id, column.id, text))) is not None:
            values[column.id] = known
        elif text == "":
            values[column.id] = None
            if column.required and column.id not in table.may_be_blank:
                reading.error("blank_key", file, row, column=column.id, details={"header": column.header})
        else:
            told = reading.told
            values[column.id] = _typed(reading, column, text, file, row)
            if reading.told == told and column.kind != "text":
                reading.typed[table.id, column.id, text] = values[column.id]
        if text and values[column.id] is not None and column.kind not in ("place", *WORKED_OUT):
            shown = spelled_by_tables(column, text, values[column.id])
            if shown is not None:
                reading.turn(file, row, column.id, text, shown)
        if column.kind == "printed":
            values[f"{column.id}/printed"] = None if values[column.id] is None else str(values[column.id])
    if table is VALUES:
        percent = reading.known.kinds.get(values["key"] or "") == "percent"
        values["number"] = parse_decimal(values["value"], percent=percent) if values["value"] else None
    _check_references(reading, table, values, file, row)
    if reading.errors > errors:
        county = reading.places[place].id if place is not None else None
        for index in range(before, len(reading.problems)):
            reading.problems[index] = replace(reading.problems[index], county=county)
        indicator = values.get("indicator")
        named = indicator if indicator and reading.known.indicator(indicator) else None
        school = next((values.get(id) for id in REFERENCES if values.get(id)), None)
        reading.refuse(Refused(table.id, place, named, school))
        return None
    assert place is not None
    return place, values


def _no_fact(table: Table, own: FactSet, cells: Mapping[str, str | None], first: str) -> str | None:
    """What tells of a row that is no fact: a sum of those above it, or a remark below the table; None where it is one.

    The city's row of the notice is a fact and no sum. A remark begins as one, and has no other cell beside it.
    """
    city = table.of_places and own.city is not None and spelled(cells.get(table.place) or "") in WHOLE
    if not city and spelled(first) in TOTALS:
        return "total_row"
    if spelled(first).startswith(NOTES) and len(list(filter(None, cells.values()))) <= 1:
        return "note_row"
    return None


def place_of(reading: Reading, own: FactSet, text: str) -> int | None:
    """The index of the place that a row names, or of its set's where it names none; None where it is none."""
    if text == "":
        return own.place
    if own.city is not None and spelled(text) in WHOLE:
        return own.city
    place = reading.registry.find(text)
    shared = reading.registry.sharing(text)
    if shared:
        # Of several of the same name it is that of the set.
        place = next((one for one in shared if own.place is not None and reading.places[own.place] == one), None)
    if place is None:
        return None
    if own.suffix:
        if place.level == "city" and own.city is not None:
            return own.city
        place = Place(None, place.name + own.suffix, place.level, (place.name,))
    if own.place is not None and own.city is None and place.id != reading.places[own.place].id:
        return None
    index = reading.place(place)
    if own.city is not None and place.level in ("county", "zone", "municipal"):
        reading.cities[index] = own.city
    return index


def _row_place(reading: Reading, own: FactSet, table: Table, text: str, file: str, row: int) -> int | None:
    """The index of a row's place; None, with a problem, where it has none or not the set's."""
    column = table.place
    index = place_of(reading, own, text)
    if index is not None:
        return index
    if text == "":
        reading.error("no_place", file, row, column=column)
    elif reading.registry.sharing(text):
        codes = "、".join(one.id for one in reading.registry.sharing(text))
        reading.error("shared_name", file, row, column=column, value=text, details={"expected": codes})
    elif reading.registry.find(text) is None:
        known = reading.registry.names()
        details: dict[str, object] = {"hint": hint(spelled(text), known), "expected": "、".join(known)}
        reading.error("unknown_place", file, row, column=column, value=text, details=details)
    else:
        assert own.place is not None
        details = {"own": reading.places[own.place].name}
        reading.error("other_county", file, row, column=column, value=text, details=details)
    return None


def _typed(reading: Reading, column: Column, text: str, file: str, row: int) -> Any:
    """The value of a cell, or None with a problem where it is not of the column's kind."""
    if text == NO_VALUE or text in CELL_ERRORS:
        details: dict[str, object] = {"header": column.header}
        fault = "formula_unread" if text == NO_VALUE else "cell_error"
        reading.error(fault, file, row, column=column.id, value=text, details=details)
        return None
    match column.kind:
        case "text" if not column.required and spelled(text) in NOTHING:
            _nothing(reading, column, text, file, row)
            return None
        case "text":
            return _plain_text(reading, column, text, file, row)
        case "code":
            assert column.codes is not None
            code = code_of(column.codes, text)
            if code is not None:
                return code
            each = [f"{code} {labels[0]}" for code, labels in column.codes.items()]
            choices = ", ".join(each if len(each) < 20 else [*each[:2], "…", each[-1]])
            about: dict[str, object] = {"header": column.header, "expected": choices}
            reading.error("bad_code", file, row, column=column.id, value=text, details=about)
            return None
        case "date":
            day = parse_date(text)
            if day is None:
                bad_cell(reading, file, row, column, text, "date")
            return day
        case "band":
            if ends_of_band(text) == (None, None):
                bad_cell(reading, file, row, column, text, "band")
            return spelled(text)
        case kind:
            if spelled(text) in NOTHING:
                _nothing(reading, column, text, file, row)
                return None
            number = parse_decimal(text, percent=column.unit == "%")
            value = number_of_kind(kind, number)
            if value is None:
                bad_cell(reading, file, row, column, text, kind)
            elif number is not None and kind != "printed" and number != number.quantize(SCALE, ROUND_HALF_UP):
                rounded: dict[str, object] = {"header": column.header, "decimals": -int(SCALE.as_tuple().exponent)}
                reading.query("rounded", file, row, column=column.id, value=text, details=rounded)
            return value


def _plain_text(reading: Reading, column: Column, text: str, file: str, row: int) -> str | None:
    """A text without line breaks and other characters that can't be seen."""
    if column.id.endswith("_id") and LOST_DIGITS.fullmatch(spelled(text)):
        details: dict[str, object] = {"header": column.header}
        reading.error("lost_digits", file, row, column=column.id, value=text, details=details)
        return None
    kept = "".join(char for char in text if char.isprintable())
    if any(not char.isprintable() and not char.isspace() for char in text):
        about: dict[str, object] = {"header": column.header}
        reading.query("control_characters", file, row, column=column.id, value=text, details=about)
    return kept


def spelled_by_tables(column: Column, text: str, value: Any) -> str | None:
    """How the tables spell what a text was understood as; None where it is spelled so already."""
    match column.kind:
        case "code":
            assert column.codes is not None
            return None if text in (value, *column.codes[value]) else column.codes[value][0]
        case "date":
            shown = value.isoformat()
        case "text" | "band":
            shown = value
        case _:
            shown = format(Decimal(value).normalize(), "f")
            return None if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text) else shown
    return None if shown == text else shown


def _nothing(reading: Reading, column: Column, text: str, file: str, row: int) -> None:
    """Tells of a sign by which people say that there is nothing: it is read as a blank."""
    details = {"header": column.header}
    reading.query("nothing_sign", file, row, column=column.id, value=text, details=details)


def bad_cell(reading: Reading, file: str, row: int | None, column: Column, value: str, kind: str) -> None:
    """Tells of a cell that is not of its kind, and what was expected."""
    unit = f" ({column.unit})" if column.unit and kind in NUMERIC else ""
    details = {"header": column.header, "expected": EXPECTED[kind], "unit": unit}
    reading.error("bad_cell", file, row, column=column.id, value=value, details=details)


def _number_of_value(kind: str, text: str) -> Any:
    """What a county value of a kind is; None where it is none. A percentage may be written with its sign."""
    match kind:
        case "date":
            return parse_date(text)
        case "level":
            return level_of_attainment(text)
        case "share":
            return share_written(text)
        case "percent":
            return number_of_kind("measure", parse_decimal(text, percent=True))
        case _:
            return number_of_kind(kind, parse_decimal(text))


def _check_references(reading: Reading, table: Table, values: dict[str, Any], file: str, row: int) -> None:
    """Indicators and standards that a row names must be there, and values that rules compute with be numbers."""
    key, text = (values.get("key"), values.get("value")) if table is VALUES else (None, None)
    if key is not None and text is not None:
        kinds = reading.known.kinds
        kind = kinds.get(key) or MONITORED.get(key.partition(".")[0])
        found = _number_of_value(kind, text) if kind else text
        if found is None and kind:
            bad_cell(reading, file, row, VALUES.column("value"), text, kind)
        if kind is None and hint(key, kinds, 0.85)["en"]:
            near: dict[str, object] = {"hint": hint(key, kinds, 0.85)}
            reading.query("value_key", file, row, column="key", value=key, details=near)
    about = (
        ("indicator", reading.known.indicator, reading.known.indicators),
        ("standard", reading.known.standard, reading.known.standards),
        ("check", reading.known.checks.__contains__, reading.known.checks),
    )
    for column, is_known, known in about:
        named = values.get(column)
        if column in table.column_ids and named is not None and not is_known(named):
            details = {"hint": hint(named, known), "expected": EXPECTED[column]}
            reading.error("unknown_id", file, row, column=column, value=named, details=details)


REFERENCES = {"school_id": "schools", "kindergarten_id": "kindergartens"}
