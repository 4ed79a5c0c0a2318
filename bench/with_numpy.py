"""The same checks in numpy, as OpenFisca has them: an entity has arrays, formulas are functions of whole columns.

Where an entity has members, each member has the number of its group, and a sum over a group is np.bincount. It is not
written for openfisca-core itself: that holds numbers in 32 bits, which do not hold these products, and has one kind of
member in a simulation, where these facts have classes, rooms and schools.
"""

from collections.abc import Iterator
from functools import reduce
from operator import and_
from pathlib import Path
from typing import Any, NamedTuple

import arrow
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import standard
from numpy.typing import NDArray
from pyarrow import csv
from standard import CHECKS, COUNTY, RESOURCES, Counts, Side, at_most

Array = NDArray[Any]
STAGES = list(standard.STAGES)
KINDS = list(standard.ROOM_AREA)


class Asked(NamedTuple):
    """What an indicator compares, member by member, and of which members: None is of all."""

    sides: list[Side]
    where: Array | None = None


class Entity(NamedTuple):
    """Members of a kind: the county of each, its school and category where it has them, and its columns."""

    county: pa.Array
    school: pa.Array
    category: pa.Array
    columns: dict[str, Array]


def read(folder: Path, format: str) -> dict[str, pa.Table]:
    return {name: table.combine_chunks() for name, table in arrow.read(folder, format).items()}


def _array(table: pa.Table, name: str) -> Array:
    return table[name].to_numpy()


def _is(table: pa.Table, column: str, values: Any) -> Array:
    return pc.is_in(table[column], pa.array(list(values), pa.string())).to_numpy()


def _codes(texts: pa.ChunkedArray, of: list[str]) -> Array:
    """The place of each text in a list; -1 where it is not in it."""
    return pc.fill_null(pc.index_in(texts, pa.array(of)), -1).to_numpy().astype(np.int64)


def _per_stage(schools: pa.Table, stem: str) -> Array:
    return np.concatenate([_array(schools, f"{stem}_{stage}") for stage in STAGES])


def _twice(array: Array) -> Array:
    return np.tile(array, 2)


def _schools(table: pa.Table) -> Entity:
    columns = {name: _array(table, name) for name in table.column_names if pa.types.is_integer(table[name].type)}
    columns["1"] = np.ones(table.num_rows, np.int64)
    primary, all = columns["students_primary"], columns["students_primary"] + columns["students_junior"]
    point = _is(table, "type", ["teaching_point"])
    columns["counted"] = (all > 0) & (_is(table, "type", standard.TYPES) | (point & (primary >= 50)))
    columns["prefix"] = pc.utf8_slice_codeunits(table["school_id"], 0, 2).cast(pa.int64()).to_numpy()
    due = np.array(list(standard.PREFIXES.values()))
    columns["prefix_due"] = due[_codes(table["type"], list(standard.PREFIXES))]
    return Entity(table["county"], table["school_id"], pa.nulls(table.num_rows, pa.string()), columns)


def _stages(table: pa.Table, classes: pa.Table, stage_of_class: Array) -> Entity:
    """First the primary stage of every school, then the junior ones; whether or not they have students."""
    columns = {name: _per_stage(table, name) for name in standard.OF_STAGE}
    stage = np.repeat([0, 1], table.num_rows)
    point = _twice(_is(table, "type", ["teaching_point"]))
    types = _twice(_is(table, "type", standard.TYPES))
    students = columns["students"]
    columns["1"] = np.ones(len(students), np.int64)
    columns["stage"] = stage
    columns["counted"] = (students > 0) & (types | (point & (students >= 50)))
    zoned = _is(table, "ownership", ["public"]) & _is(table, "boarding", ["no"]) & _is(table, "area", ["urban", "town"])
    columns["zoned"] = columns["counted"] & _twice(zoned)
    types_of = list(standard.ONE_STAGE)
    one_stage = _twice(_codes(table["type"], types_of))
    # -1, which is no type of one stage, reads the last of them and is not looked at.
    own = np.array([STAGES.index(standard.ONE_STAGE[type]) for type in types_of])[one_stage]
    columns["one_stage"] = (one_stage >= 0).astype(np.int64)
    columns["strangers"] = np.where((one_stage >= 0) & (own != stage), students, 0)
    columns["listed"] = np.bincount(stage_of_class, minlength=len(students))
    columns["students_listed"] = _sum(_array(classes, "students"), stage_of_class, len(students))
    names = pa.array(STAGES).take(pa.array(stage))
    return Entity(_both(table["county"]), _both(table["school_id"]), names, columns)


def _both(column: pa.ChunkedArray) -> pa.Array:
    return pa.chunked_array([*column.chunks, *column.chunks])


def _sum(values: Array, group: Array, groups: int) -> Array:
    """Sums by group; np.bincount adds in 64 bits of a double, which holds whole numbers up to 2**53."""
    return np.rint(np.bincount(group, values, groups)).astype(np.int64)


def measure(tables: dict[str, pa.Table]) -> Iterator[tuple[Entity, dict[str, Asked]]]:
    """All that is compared, entity by entity."""
    table, classes = tables["schools"], tables["classes"]
    school_of_class = pc.index_in(classes["school_id"], table["school_id"]).to_numpy()
    stage_of_class = _codes(classes["stage"], STAGES) * table.num_rows + school_of_class
    schools, stages = _schools(table), _stages(table, classes, stage_of_class)
    counties = pc.unique(table["county"])
    of_county = pc.index_in(table["county"], counties).to_numpy()
    # Resources: of all stages, and asked of those that count.
    halves = [dict(standard.resources(stage, schools.columns.__getitem__)) for stage in STAGES]
    sides = {id: Side(*map(np.concatenate, zip(*(half[id] for half in halves), strict=True))) for id in RESOURCES}
    counted, students = stages.columns["counted"], stages.columns["students"]
    reached = sum((one.have >= one.need).astype(np.int64) for one in sides.values())
    nearly = sum((one.have * 100 >= one.need * standard.FLOOR).astype(np.int64) for one in sides.values())
    both = [Side(reached, standard.REACHED, 1), Side(nearly, len(RESOURCES), 1)]
    asked = {id: Asked([side], counted) for id, side in sides.items()}
    yield stages, {**asked, "balanced.resources": Asked(both, counted), **_checks("stages", stages)}
    # A county's stage: how its schools vary, and where its students live.
    group, groups = stages.columns["stage"] * len(counties) + _twice(of_county), 2 * len(counties)
    of_stage = Entity(_both(pa.chunked_array([counties])), pa.nulls(groups, pa.string()), _stage_names(groups), {})
    yield of_stage, _variation(sides, students, counted, group, groups)
    yield of_stage, _in_zone(stages, group, groups)
    limit = np.array(list(standard.LARGEST_CLASS.values()))[_codes(classes["stage"], STAGES)]
    a_class = Entity(classes["county"], classes["school_id"], classes["stage"], {})
    asked_of_class = Asked([at_most(_array(classes, "students"), limit)], counted[stage_of_class])
    yield a_class, {"balanced.12": asked_of_class}
    yield schools, {**_of_schools(table, schools), **_checks("schools", schools)}
    yield _rooms(tables["rooms"], table, schools)
    own = schools.columns["counted"]
    teachers = _sum(schools.columns["teachers"][own], of_county[own], len(counties))
    sums = {
        id: _sum(schools.columns[name][own], of_county[own], len(counties))
        for id, name in standard.ALL_TEACHERS.items()
    }
    county = _of_county(counties, tables["values"])
    shares = {
        id: Asked([standard.ratio(one, county.columns.__getitem__) for one in ratios]) for id, ratios in COUNTY.items()
    }
    trained = {id: Asked([Side(sum, teachers, teachers)]) for id, sum in sums.items()}
    yield county, {**trained, **shares, **_checks("values", county)}
    stated = tables["attestations"]
    holds = (pc.equal(stated["holds"], "yes")).to_numpy().astype(np.int64)
    statement = Entity(stated["county"], pa.nulls(len(holds), pa.string()), pa.nulls(len(holds), pa.string()), {})
    for id in pc.unique(stated["indicator"]).to_pylist():
        yield statement, {f"{id} stated": Asked([Side(holds, 1, 1)], _is(stated, "indicator", [id]))}


def _stage_names(groups: int) -> pa.Array:
    return pa.array(np.repeat(STAGES, groups // 2).tolist())


def _of_schools(table: pa.Table, schools: Entity) -> dict[str, Asked]:
    own = schools.columns
    counted, primary = own["counted"], own["students_primary"]
    years = _is(table, "type", ["nine_year", "twelve_year"])
    limit = np.where(years, standard.LARGEST_YEARS, standard.LARGEST_SCHOOL)
    of_village = _is(table, "type", ["primary", "teaching_point"]) & (primary > 0) & (primary < 100)
    budget = own["public_funds_budget"]
    training = Side(own["training_budget"] * 100, budget * standard.TRAINING, budget * 100)
    return {
        "balanced.11": Asked([at_most(primary + own["students_junior"], limit)], counted),
        "balanced.13": Asked([Side(own["funded_students"], 100, 1)], of_village),
        "balanced.26": Asked([training], counted),
    }


def _variation(sides: dict[str, Side], students: Array, counted: Array, group: Array, groups: int) -> dict[str, Asked]:
    most = np.repeat([standard.VARIATION[stage] for stage in STAGES], groups // 2)
    group, weights = group[counted], students[counted]
    all = np.bincount(group, weights, groups)
    asked = {}
    for number, side in enumerate(sides.values(), start=1):
        value = side.have[counted] / side.per[counted]
        with np.errstate(invalid="ignore"):  # a county without schools of a stage, which is not asked
            mean = np.bincount(group, value * weights, groups) / all
            square = np.bincount(group, value**2 * weights, groups) / all
            asked[f"balanced.variation.{number}"] = Asked([at_most(np.sqrt(square - mean**2) / mean, most)], all > 0)
    return asked


def _in_zone(stages: Entity, group: Array, groups: int) -> dict[str, Asked]:
    zoned = stages.columns["zoned"]
    inside = _sum(stages.columns["in_zone"][zoned], group[zoned], groups)
    students = _sum(stages.columns["students"][zoned], group[zoned], groups)
    share = np.repeat([standard.IN_ZONE[stage] for stage in STAGES], groups // 2)
    return {"balanced.20": Asked([Side(inside * 100, students * share, students * 100)], students > 0)}


def _rooms(rooms: pa.Table, table: pa.Table, schools: Entity) -> tuple[Entity, dict[str, Asked]]:
    """A school's rooms of a kind: first the music rooms of every school, then the art rooms."""
    number = table.num_rows
    kind = _codes(rooms["kind"], KINDS)
    group = kind * number + pc.index_in(rooms["school_id"], table["school_id"]).to_numpy()
    large = _array(rooms, "area") >= np.array(list(standard.ROOM_AREA.values()))[kind]
    needed = _twice((schools.columns["classes_primary"] + schools.columns["classes_junior"] + 11) // 12)
    side = Side(np.bincount(group[large], minlength=2 * number), needed, 1)
    kinds = pa.array(KINDS).take(pa.array(np.repeat([0, 1], number)))
    entity = Entity(_both(table["county"]), _both(table["school_id"]), kinds, {})
    return entity, {"balanced.10": Asked([side], _twice(schools.columns["counted"]))}


def _of_county(counties: pa.Array, values: pa.Table) -> Entity:
    columns = {"1": np.ones(len(counties), np.int64)}
    place = pc.index_in(values["county"], counties).to_numpy()
    for key in pc.unique(values["key"]).to_pylist():
        rows = _is(values, "key", [key])
        columns[key] = np.zeros(len(counties), np.int64)
        columns[key][place[rows]] = _array(values, "value")[rows]
    nothing = pa.nulls(len(counties), pa.string())
    return Entity(counties, nothing, nothing, columns)


def _checks(table: str, entity: Entity) -> dict[str, Asked]:
    return {f"checks.{id}": Asked(*standard.check(one, entity.columns.get)) for id, one in CHECKS[table].items()}


def judge(tables: dict[str, pa.Table]) -> tuple[Counts, pa.Table]:
    found: Counts = {}
    failing = []
    for entity, asked in measure(tables):
        for id, (sides, where) in asked.items():
            breach = ~reduce(and_, (side.have >= side.need for side in sides))
            if where is not None:
                breach &= where
            found[id] = (len(breach) if where is None else int(where.sum()), int(breach.sum()))
            failing.append(_told(entity, id, sides[0], np.flatnonzero(breach)))
    return found, pa.concat_tables(failing)


def _told(entity: Entity, id: str, side: Side, rows: Array) -> pa.Table:
    """The rows of the list of breaches, with value and limit."""
    have, need, per = (np.broadcast_to(one, len(entity.county))[rows] for one in side)
    columns = {
        "indicator": pa.array([id] * len(rows), pa.string()),
        "county": entity.county.take(pa.array(rows)),
        "subject": entity.school.take(pa.array(rows)),
        "category": entity.category.take(pa.array(rows)),
        "value": have / per,
        "limit_of": need / per,
    }
    return pa.table(columns)


def write(failing: pa.Table, breaches: Path) -> None:
    csv.write_csv(failing, breaches)
