"""The same checks with pandas: columns as a whole, merges and groups, no loop over rows."""

from collections.abc import Iterator
from functools import reduce
from operator import and_
from pathlib import Path
from typing import NamedTuple

import arrow
import pandas as pd
import standard
from standard import CHECKS, COUNTY, RESOURCES, STAGES, Counts, Side, at_most

KEYS = ["county", "subject", "category"]


class Asked(NamedTuple):
    """What an indicator compares, row by row, and in which rows: None is in all of them."""

    sides: list[Side]
    where: pd.Series | None = None


class Measured(NamedTuple):
    """Subjects of a kind, a row each, and what is asked of them."""

    keys: pd.DataFrame
    asked: dict[str, Asked]


def read(folder: Path, format: str) -> dict[str, pd.DataFrame]:
    found = {name: table.to_pandas() for name, table in arrow.read(folder, format).items()}
    for column in ("type", "ownership", "area", "boarding"):
        found["schools"][column] = found["schools"][column].astype("category")
    found["schools"]["1"] = 1
    return found


def measure(tables: dict[str, pd.DataFrame]) -> Iterator[Measured]:
    """All that is compared: the sums, quotients and joins, before anything is judged."""
    schools, classes, rooms = tables["schools"], tables["classes"], tables["rooms"]
    stages = _stages(schools)
    yield _resources(stages)
    yield _variation(stages)
    yield _classes(classes, stages)
    yield from _schools(schools)
    yield _rooms(schools, rooms)
    yield _all_teachers(schools)
    yield _in_zone(stages)
    yield _checks("schools", _with_prefixes(schools))
    yield _checks("stages", _listed(schools, classes))
    values = tables["values"].pivot(index="county", columns="key", values="value").reset_index().assign(**{"1": 1})
    yield Measured(
        _keys(values), {id: Asked([standard.ratio(one, values.get) for one in ratios]) for id, ratios in COUNTY.items()}
    )
    yield _checks("values", values)
    for indicator, stated in tables["attestations"].groupby("indicator"):
        rows = stated.reset_index(drop=True)
        yield Measured(_keys(rows), {f"{indicator} stated": Asked([Side((rows["holds"] == "yes").astype(int), 1, 1)])})


def _keys(rows: pd.DataFrame, category: str = "stage") -> pd.DataFrame:
    return rows.reindex(columns=["county", "school_id", category]).set_axis(KEYS, axis=1)


def _counted(schools: pd.DataFrame, primary: pd.Series, all: pd.Series) -> pd.Series:
    listed, point = schools["type"].isin(standard.TYPES), schools["type"] == "teaching_point"
    return (all > 0) & (listed | (point & (primary >= 50)))


def _stages(schools: pd.DataFrame) -> pd.DataFrame:
    """A row a school and stage that counts, with the three numbers of each resource."""
    parts = []
    for stage in STAGES:
        students = schools[f"students_{stage}"]
        rows = schools[_counted(schools, students, students)]
        columns = {
            f"{id} {name}": numbers
            for id, side in standard.resources(stage, rows.__getitem__)
            for name, numbers in side._asdict().items()
        }
        of_stage = {"students": rows[f"students_{stage}"], "in_zone": rows[f"in_zone_{stage}"]}
        kept = rows[["county", "school_id", "ownership", "area", "boarding"]]
        parts.append(kept.assign(stage=stage, **of_stage, **columns))
    return pd.concat(parts, ignore_index=True)


def _sides(stages: pd.DataFrame) -> dict[str, Side]:
    return {id: Side(*(stages[f"{id} {name}"] for name in Side._fields)) for id in RESOURCES}


def _resources(stages: pd.DataFrame) -> Measured:
    sides = _sides(stages)
    reached = sum((one.have >= one.need).astype(int) for one in sides.values())
    nearly = sum((one.have * 100 >= one.need * standard.FLOOR).astype(int) for one in sides.values())
    both = Asked([Side(reached, standard.REACHED, 1), Side(nearly, len(RESOURCES), 1)])
    return Measured(_keys(stages), {**{id: Asked([side]) for id, side in sides.items()}, "balanced.resources": both})


def _variation(stages: pd.DataFrame) -> Measured:
    students = stages["students"]
    values = pd.DataFrame({id: side.have / side.per for id, side in _sides(stages).items()})
    sums = [values.mul(students, axis=0), (values**2).mul(students, axis=0).add_suffix(" squared")]
    of_all = pd.concat([stages[["county", "stage", "students"]], *sums], axis=1).groupby(["county", "stage"]).sum()
    of_all = of_all.reset_index()
    most = of_all["stage"].map(standard.VARIATION)
    asked = {}
    for number, id in enumerate(RESOURCES, start=1):
        mean, square = of_all[id] / of_all["students"], of_all[f"{id} squared"] / of_all["students"]
        asked[f"balanced.variation.{number}"] = Asked([at_most((square - mean**2) ** 0.5 / mean, most)])
    return Measured(_keys(of_all), asked)


def _classes(classes: pd.DataFrame, stages: pd.DataFrame) -> Measured:
    rows = classes.merge(stages[["school_id", "stage"]], on=["school_id", "stage"])
    limit = rows["stage"].map(standard.LARGEST_CLASS)
    return Measured(_keys(rows), {"balanced.12": Asked([at_most(rows["students"], limit)])})


def _schools(schools: pd.DataFrame) -> Iterator[Measured]:
    students = schools["students_primary"] + schools["students_junior"]
    counted = _counted(schools, schools["students_primary"], students)
    years = schools["type"].isin(["nine_year", "twelve_year"])
    limit = years.map({True: standard.LARGEST_YEARS, False: standard.LARGEST_SCHOOL})
    of_village = schools["type"].isin(["primary", "teaching_point"]) & schools["students_primary"].between(1, 99)
    budget = schools["public_funds_budget"]
    training = Side(schools["training_budget"] * 100, budget * standard.TRAINING, budget * 100)
    asked = {
        "balanced.11": Asked([at_most(students, limit)], counted),
        "balanced.13": Asked([Side(schools["funded_students"], 100, 1)], of_village),
        "balanced.26": Asked([training], counted),
    }
    yield Measured(_keys(schools), asked)


def _rooms(schools: pd.DataFrame, rooms: pd.DataFrame) -> Measured:
    students = schools["students_primary"] + schools["students_junior"]
    counted = schools[_counted(schools, schools["students_primary"], students)]
    needed = (counted["classes_primary"] + counted["classes_junior"] + 11) // 12
    due = counted[["county", "school_id"]].assign(needed=needed).merge(
        pd.DataFrame({"kind": list(standard.ROOM_AREA)}), how="cross"
    )  # fmt: skip
    large = rooms[rooms["area"] >= rooms["kind"].map(standard.ROOM_AREA)]
    enough = large.groupby(["school_id", "kind"]).size().rename("enough").reset_index()
    found = due.merge(enough, how="left", on=["school_id", "kind"])
    side = Side(found["enough"].fillna(0).astype(int), found["needed"], 1)
    return Measured(_keys(found, "kind"), {"balanced.10": Asked([side])})


def _all_teachers(schools: pd.DataFrame) -> Measured:
    students = schools["students_primary"] + schools["students_junior"]
    counted = schools[_counted(schools, schools["students_primary"], students)]
    sums = counted.groupby("county")[[*standard.ALL_TEACHERS.values(), "teachers"]].sum().reset_index()
    teachers = sums["teachers"]
    return Measured(
        _keys(sums), {id: Asked([Side(sums[name], teachers, teachers)]) for id, name in standard.ALL_TEACHERS.items()}
    )


def _in_zone(stages: pd.DataFrame) -> Measured:
    public, day = stages["ownership"] == "public", stages["boarding"] == "no"
    zoned = stages[public & day & stages["area"].isin(["urban", "town"])]
    sums = zoned.groupby(["county", "stage"])[["in_zone", "students"]].sum().reset_index()
    students = sums["students"]
    side = Side(sums["in_zone"] * 100, students * sums["stage"].map(standard.IN_ZONE), students * 100)
    return Measured(_keys(sums), {"balanced.20": Asked([side])})


def _with_prefixes(schools: pd.DataFrame) -> pd.DataFrame:
    prefix = schools["school_id"].str[:2].astype(int)
    return schools.assign(prefix=prefix, prefix_due=schools["type"].map(standard.PREFIXES).astype(int))


def _listed(schools: pd.DataFrame, classes: pd.DataFrame) -> pd.DataFrame:
    """A row a school and stage, with or without students, beside what its classes come to."""
    one_stage = schools["type"].astype(str).map(standard.ONE_STAGE)
    parts = [
        schools[["county", "school_id", "1"]].assign(
            stage=stage,
            one_stage=one_stage.notna().astype(int),
            strangers=schools[f"students_{stage}"].where(one_stage.notna() & (one_stage != stage), 0),
            **{name: schools[f"{name}_{stage}"] for name in standard.OF_STAGE},
        )
        for stage in STAGES
    ]
    listed = classes.groupby(["school_id", "stage"])["students"].agg(["size", "sum"]).reset_index()
    listed = listed.set_axis(["school_id", "stage", "listed", "students_listed"], axis=1)
    found = pd.concat(parts, ignore_index=True).merge(listed, how="left", on=["school_id", "stage"])
    return found.fillna({"listed": 0, "students_listed": 0}).astype({"listed": int, "students_listed": int})


def _checks(table: str, rows: pd.DataFrame) -> Measured:
    asked = {f"checks.{id}": Asked(*standard.check(one, rows.__getitem__)) for id, one in CHECKS[table].items()}
    return Measured(_keys(rows), asked)


def judge(tables: dict[str, pd.DataFrame]) -> tuple[Counts, pd.DataFrame]:
    found: Counts = {}
    failing = []
    for keys, asked in measure(tables):
        for id, (sides, where) in asked.items():
            breach = ~reduce(and_, (side.have >= side.need for side in sides))
            if where is not None:
                breach &= where
            found[id] = (len(keys) if where is None else int(where.sum()), int(breach.sum()))
            failing.append(told(id, keys, sides[0], breach))
    return found, pd.concat(failing)


def told(id: str, keys: pd.DataFrame, side: Side, breach: pd.Series) -> pd.DataFrame:
    """The rows of the list of breaches, with value and limit."""
    have, need, per = (one[breach] if isinstance(one, pd.Series) else one for one in side)
    return keys[breach].assign(indicator=id, value=have / per, limit_of=need / per)


def write(failing: pd.DataFrame, breaches: Path) -> None:
    failing.to_csv(breaches, index=False, columns=["indicator", *KEYS, "value", "limit_of"])
