"""The same checks with Polars: lazy frames and expressions, each kind of subject collected once."""

from functools import reduce
from operator import add, and_
from pathlib import Path
from typing import NamedTuple

import polars as pl
import standard
from polars import col
from standard import CHECKS, COUNTY, DECIMALS, RESOURCES, STAGES, TABLES, TEXTS, Counts, Side, at_most

KEYS = ["county", "school_id", "stage"]
COUNTED = (col("students_primary") + col("students_junior") > 0) & (
    col("type").is_in(standard.TYPES) | ((col("type") == "teaching_point") & (col("students_primary") >= 50))
)


class Asked(NamedTuple):
    """What an indicator compares, row by row, and in which rows: None is in all of them."""

    sides: list[Side]
    where: pl.Expr | None = None


class Measured(NamedTuple):
    """Subjects of a kind, a row each, and what is asked of them."""

    rows: pl.LazyFrame
    asked: dict[str, Asked]


def read(folder: Path, format: str) -> dict[str, pl.LazyFrame]:
    """Plans to read the files, and no more; columns with decimals as whole hundredths."""
    found = {}
    for name in TABLES:
        file = folder / f"{name}.{format}"
        if format == "csv":
            frame = pl.scan_csv(file, schema_overrides=dict.fromkeys(TEXTS, pl.String))
        else:
            frame = pl.scan_parquet(file)
        types = frame.collect_schema()
        hundredths = [(col(one).cast(pl.Float64) * 100).round().cast(pl.Int64) for one in DECIMALS if one in types]
        # Products of the 32 bits that a file has would overflow, silently.
        whole = [col(one).cast(pl.Int64) for one, type in types.items() if type.is_integer()]
        found[name] = frame.with_columns(*hundredths, *whole)
    return found


def measure(tables: dict[str, pl.LazyFrame]) -> list[Measured]:
    """All that is compared: the sums, quotients and joins, before anything is judged."""
    schools, classes = tables["schools"], tables["classes"]
    stages = _stages(schools).collect().lazy()
    values = tables["values"].collect().pivot("key", index="county", values="value").lazy()
    own_values = values.with_columns(pl.lit(1).alias("1"))
    return [
        _resources(stages),
        _variation(stages),
        _classes(classes, stages),
        _schools(schools),
        _rooms(schools, tables["rooms"]),
        _all_teachers(schools),
        _in_zone(stages),
        Measured(
            own_values, {id: Asked([standard.ratio(one, col) for one in ratios]) for id, ratios in COUNTY.items()}
        ),
        _checks("schools", _with_prefixes(schools)),
        _checks("stages", _listed(schools, classes)),
        _checks("values", own_values),
    ]


def _stages(schools: pl.LazyFrame) -> pl.LazyFrame:
    """A row a school and stage that counts, with the three numbers of each resource."""
    parts = []
    for stage in STAGES:
        students = col(f"students_{stage}")
        point = (col("type") == "teaching_point") & (students >= 50)
        numbers = [
            getattr(side, name).alias(f"{id} {name}")
            for id, side in standard.resources(stage, col)
            for name in Side._fields
        ]
        parts.append(
            schools.filter((students > 0) & (col("type").is_in(standard.TYPES) | point)).select(
                "county",
                "school_id",
                "ownership",
                "area",
                "boarding",
                pl.lit(stage).alias("stage"),
                students.alias("students"),
                col(f"in_zone_{stage}").alias("in_zone"),
                *numbers,
            )
        )
    return pl.concat(parts)


SIDES = {id: Side(*(col(f"{id} {name}") for name in Side._fields)) for id in RESOURCES}


def _resources(stages: pl.LazyFrame) -> Measured:
    reached = reduce(add, ((one.have >= one.need).cast(pl.Int64) for one in SIDES.values()))
    nearly = reduce(add, ((one.have * 100 >= one.need * standard.FLOOR).cast(pl.Int64) for one in SIDES.values()))
    both = Asked([Side(reached, standard.REACHED, 1), Side(nearly, len(RESOURCES), 1)])
    return Measured(stages, {**{id: Asked([side]) for id, side in SIDES.items()}, "balanced.resources": both})


def _variation(stages: pl.LazyFrame) -> Measured:
    students = col("students")
    means = [
        (((side.have / side.per) ** power * students).sum() / students.sum()).alias(f"{id} {power}")
        for id, side in SIDES.items()
        for power in (1, 2)
    ]
    rows = stages.group_by("county", "stage").agg(means)
    most = col("stage").replace_strict(standard.VARIATION)
    asked = {}
    for number, id in enumerate(RESOURCES, start=1):
        mean, square = col(f"{id} 1"), col(f"{id} 2")
        asked[f"balanced.variation.{number}"] = Asked([at_most((square - mean**2).sqrt() / mean, most)])
    return Measured(rows, asked)


def _classes(classes: pl.LazyFrame, stages: pl.LazyFrame) -> Measured:
    rows = classes.join(stages.select("school_id", "stage"), on=["school_id", "stage"], how="semi")
    limit = col("stage").replace_strict(standard.LARGEST_CLASS)
    return Measured(rows, {"balanced.12": Asked([at_most(col("students"), limit)])})


def _schools(schools: pl.LazyFrame) -> Measured:
    students, budget = col("students_primary") + col("students_junior"), col("public_funds_budget")
    years = col("type").is_in(["nine_year", "twelve_year"])
    limit = pl.when(years).then(standard.LARGEST_YEARS).otherwise(standard.LARGEST_SCHOOL)
    of_village = col("type").is_in(["primary", "teaching_point"]) & col("students_primary").is_between(1, 99)
    training = Side(col("training_budget") * 100, budget * standard.TRAINING, budget * 100)
    asked = {
        "balanced.11": Asked([at_most(students, limit)], COUNTED),
        "balanced.13": Asked([Side(col("funded_students"), 100, 1)], of_village),
        "balanced.26": Asked([training], COUNTED),
    }
    return Measured(schools, asked)


def _rooms(schools: pl.LazyFrame, rooms: pl.LazyFrame) -> Measured:
    kinds = pl.LazyFrame({"kind": list(standard.ROOM_AREA)})
    needed = ((col("classes_primary") + col("classes_junior") + 11) // 12).alias("needed")
    enough = (col("area") >= col("kind").replace_strict(standard.ROOM_AREA)).sum().cast(pl.Int64).alias("enough")
    rows = (
        schools.filter(COUNTED)
        .select("county", "school_id", needed)
        .join(kinds, how="cross")
        .join(rooms.group_by("school_id", "kind").agg(enough), on=["school_id", "kind"], how="left")
        .rename({"kind": "stage"})
    )
    return Measured(rows, {"balanced.10": Asked([Side(col("enough").fill_null(0), col("needed"), 1)])})


def _all_teachers(schools: pl.LazyFrame) -> Measured:
    sums = schools.filter(COUNTED).group_by("county").agg(col("teachers", *standard.ALL_TEACHERS.values()).sum())
    teachers = col("teachers")
    return Measured(
        sums, {id: Asked([Side(col(name), teachers, teachers)]) for id, name in standard.ALL_TEACHERS.items()}
    )


def _in_zone(stages: pl.LazyFrame) -> Measured:
    zoned = (col("ownership") == "public") & (col("boarding") == "no") & col("area").is_in(["urban", "town"])
    sums = stages.filter(zoned).group_by("county", "stage").agg(col("in_zone", "students").sum())
    students = col("students")
    side = Side(col("in_zone") * 100, students * col("stage").replace_strict(standard.IN_ZONE), students * 100)
    return Measured(sums, {"balanced.20": Asked([side])})


def _with_prefixes(schools: pl.LazyFrame) -> pl.LazyFrame:
    return schools.with_columns(
        col("school_id").str.slice(0, 2).cast(pl.Int64).alias("prefix"),
        col("type").replace_strict(standard.PREFIXES, return_dtype=pl.Int64).alias("prefix_due"),
    )


def _listed(schools: pl.LazyFrame, classes: pl.LazyFrame) -> pl.LazyFrame:
    """A row a school and stage, with or without students, beside what its classes come to."""
    one_stage = col("type").replace_strict(standard.ONE_STAGE, default=None)
    parts = [
        schools.select(
            "county", "school_id", pl.lit(stage).alias("stage"), pl.lit(1).alias("1"),
            one_stage.is_not_null().cast(pl.Int64).alias("one_stage"),
            pl.when(one_stage != stage).then(col(f"students_{stage}")).otherwise(0).alias("strangers"),
            *(col(f"{name}_{stage}").alias(name) for name in standard.OF_STAGE),
        )
        for stage in STAGES
    ]  # fmt: skip
    sums = [pl.len().cast(pl.Int64).alias("listed"), col("students").sum().alias("students_listed")]
    listed = classes.group_by("school_id", "stage").agg(sums)
    joined = pl.concat(parts).join(listed, on=["school_id", "stage"], how="left")
    return joined.with_columns(col("listed", "students_listed").fill_null(0))


def _checks(table: str, rows: pl.LazyFrame) -> Measured:
    return Measured(rows, {f"checks.{id}": Asked(*standard.check(one, col)) for id, one in CHECKS[table].items()})


def judge(tables: dict[str, pl.LazyFrame]) -> tuple[Counts, pl.DataFrame]:
    """Each kind of subject is collected; a column of verdicts an indicator, with null where it does not apply."""
    found: Counts = {}
    failing = []
    for lazy, asked in measure(tables):
        rows = lazy.collect()
        holds = {id: reduce(and_, (side.have >= side.need for side in sides)) for id, (sides, _) in asked.items()}
        verdicts = rows.select(
            (holds[id] if where is None else pl.when(where).then(holds[id])).alias(id)
            for id, (_, where) in asked.items()
        )
        for id, (sides, _) in asked.items():
            breach = ~verdicts[id]
            found[id] = (breach.count(), breach.sum())
            failing.append(_told(rows.filter(breach), id, sides[0]))
    stated = tables["attestations"].with_columns(pl.lit(1).alias("1")).collect()
    refused = col("holds") != "yes"
    for id, checked, breaches in stated.group_by("indicator").agg(pl.len(), refused.sum()).rows():
        found[f"{id} stated"] = (checked, breaches)
    side = Side(pl.lit(0), pl.lit(1), 1)
    failing += [_told(rows, f"{id} stated", side) for (id,), rows in stated.filter(refused).group_by("indicator")]
    return found, pl.concat(failing)


def _told(rows: pl.DataFrame, id: str, side: Side) -> pl.DataFrame:
    """The rows of the list of breaches, with value and limit."""
    return rows.select(
        pl.lit(id).alias("indicator"),
        *((col(key) if key in rows.columns else pl.lit(None, pl.String)).alias(key) for key in KEYS),
        (pl.lit(1.0) * side.have / side.per).alias("value"),
        (pl.lit(1.0) * side.need / side.per).alias("limit_of"),
    )


def write(failing: pl.DataFrame, breaches: Path) -> None:
    failing.rename({"school_id": "subject", "stage": "category"}).write_csv(breaches)
