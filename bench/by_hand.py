"""The numeric indicators of balanced compulsory education, the cross-checks and the statements, as SQL by hand.

It says, for each of them, how many subjects were checked and how many breach it, and writes a list of those. What the
checks written with other libraries do is the same: `read` the files, `judge` them, `write` the breaches.
"""

from pathlib import Path

import duckdb
import standard
from standard import CHECKS, COUNTY, DECIMALS, RESOURCES, Amount, Counts

TYPES = str(standard.TYPES)
COUNTED = (
    f"students_primary + students_junior > 0 AND (type IN {TYPES} "
    "OR (type = 'teaching_point' AND students_primary >= 50))"
)


def _sum(amount: Amount) -> str:
    return " + ".join(f"{times} * {name}" for name, times in amount.items())


def _case(column: str, of: dict[str, object]) -> str:
    cases = " ".join(f"WHEN '{key}' THEN {value}" for key, value in of.items())
    return f"CASE {column} {cases} END"


def read(folder: Path, format: str) -> duckdb.DuckDBPyConnection:
    """The files as tables, a row a school and stage that counts, and the values of a county side by side."""
    connection = duckdb.connect()
    for table in standard.TABLES:
        file = folder / f"{table}.{format}"
        types = dict.fromkeys(("county", "school_id"), "VARCHAR") if table in ("schools", "classes", "rooms") else {}
        exact = dict.fromkeys(DECIMALS, "DECIMAL(12, 2)") if table == "schools" else {}
        source = f"'{file}'" if format == "parquet" else f"read_csv('{file}', types = {types | exact})"
        connection.execute(f'CREATE TABLE "{table}" AS SELECT * FROM {source}')
    connection.execute('CREATE TABLE wide AS PIVOT "values" ON key USING first(value)')
    parts = [
        f"SELECT *, '{stage}' AS stage, {tenths / 10} AS weight, {_sum(standard.WEIGHTED)} AS weighted, "
        + ", ".join(f"{name}_{stage} AS {name}" for name in standard.OF_STAGE)
        + " FROM schools"
        for stage, tenths in standard.STAGES.items()
    ]
    connection.execute(
        "CREATE TABLE all_stages AS SELECT a.*, coalesce(listed, 0) AS listed, students_listed "
        f"FROM ({' UNION ALL '.join(parts)}) a LEFT JOIN (SELECT school_id, stage, count(*) AS listed, "
        "sum(students) AS students_listed FROM classes GROUP BY ALL) l USING (school_id, stage)"
    )
    amounts = ", ".join(
        f"({_sum(one.have)}){' * 100 * weight' if one.shared else ''} AS have_{number}, "
        f"{_per(one)} AS per_{number}, "
        f"{_per(one)} * {_case('stage', {'primary': one.primary / 10, 'junior': one.junior / 10})} AS need_{number}"
        for number, one in enumerate(RESOURCES.values(), start=1)
    )
    connection.execute(
        f"CREATE TABLE stages AS SELECT *, {amounts} FROM all_stages WHERE students > 0 "
        f"AND (type IN {TYPES} OR (type = 'teaching_point' AND students >= 50))"
    )
    return connection


def _per(one: standard.Resource) -> str:
    return "weighted" if one.shared else "students"


def _resources() -> list[str]:
    """Selects of the resources and of how they vary between schools."""
    numbers = range(1, len(RESOURCES) + 1)
    found = [
        f"SELECT '{id}', county, school_id, stage, have_{n} / per_{n}, need_{n} / per_{n}, have_{n} >= need_{n} "
        "FROM stages"
        for n, id in zip(numbers, RESOURCES, strict=True)
    ]
    reached = " + ".join(f"CAST(have_{n} >= need_{n} AS INTEGER)" for n in numbers)
    nearly = " AND ".join(f"have_{n} * 100 >= {standard.FLOOR} * need_{n}" for n in numbers)
    found.append(
        f"SELECT 'balanced.resources', county, school_id, stage, {reached}, {standard.REACHED}, "
        f"({reached}) >= {standard.REACHED} AND {nearly} FROM stages"
    )
    for n in numbers:
        value = f"(have_{n} / per_{n})::DOUBLE"
        mean = f"sum({value} * students) / sum(students)"
        found.append(
            f"SELECT 'balanced.variation.{n}', county, NULL, stage, cv, most, cv <= most FROM (SELECT county, stage, "
            f"sqrt(sum({value} * {value} * students) / sum(students) - pow({mean}, 2)) / ({mean}) AS cv, "
            f"{_case('stage', dict(standard.VARIATION))} AS most FROM stages GROUP BY county, stage)"
        )
    return found


def _others() -> list[str]:
    largest_class = _case("c.stage", dict(standard.LARGEST_CLASS))
    largest = (
        f"CASE WHEN type IN ('nine_year', 'twelve_year') THEN {standard.LARGEST_YEARS} "
        f"ELSE {standard.LARGEST_SCHOOL} END"
    )
    in_zone = _case("stage", dict(standard.IN_ZONE))
    return [
        f"SELECT 'balanced.12', c.county, c.school_id, c.stage, c.students, {largest_class}, "
        f"c.students <= {largest_class} "
        "FROM classes c JOIN stages s ON c.school_id = s.school_id AND c.stage = s.stage",
        "SELECT 'balanced.11', county, school_id, NULL, students_primary + students_junior, "
        f"{largest}, students_primary + students_junior <= {largest} FROM schools WHERE {COUNTED}",
        "SELECT 'balanced.10', s.county, s.school_id, k.kind, coalesce(r.enough, 0), needed, "
        "coalesce(r.enough, 0) >= needed FROM ("
        "SELECT *, (classes_primary + classes_junior + 11) // 12 AS needed FROM schools "
        f"WHERE {COUNTED}) s CROSS JOIN (VALUES ('music'), ('art')) k(kind) LEFT JOIN (SELECT school_id, kind, "
        f"count(*) FILTER (area >= {_case('kind', dict(standard.ROOM_AREA))}) AS enough FROM rooms GROUP BY ALL) r "
        "ON r.school_id = s.school_id AND r.kind = k.kind",
        "SELECT 'balanced.13', county, school_id, NULL, funded_students, 100, funded_students >= 100 FROM schools "
        "WHERE type IN ('primary', 'teaching_point') AND students_primary BETWEEN 1 AND 99",
        f"SELECT 'balanced.26', county, school_id, NULL, training_budget / public_funds_budget, {standard.TRAINING} / "
        f"100, training_budget * 100 >= {standard.TRAINING} * public_funds_budget FROM schools WHERE {COUNTED}",
        *(
            f"SELECT '{id}', county, NULL, NULL, sum({column}) / sum(teachers), 1, sum({column}) >= sum(teachers) "
            f"FROM schools WHERE {COUNTED} GROUP BY county"
            for id, column in standard.ALL_TEACHERS.items()
        ),
        f"SELECT 'balanced.20', county, NULL, stage, sum(in_zone) / sum(students), {in_zone} / 100, "
        f"sum(in_zone) * 100 >= sum(students) * {in_zone} FROM stages "
        "WHERE ownership = 'public' AND boarding = 'no' AND area IN ('urban', 'town') GROUP BY county, stage",
    ]


def _counties() -> list[str]:
    """Selects of what is judged by a county's values; the first of several ratios is shown."""
    found = []
    for id, ratios in COUNTY.items():
        holds = " AND ".join(f"({_sum(one.part)}) * 100 >= ({_sum(one.whole)}) * {one.least}" for one in ratios)
        shown = f"({_sum(ratios[0].part)}) / ({_sum(ratios[0].whole)}), {ratios[0].least} / 100"
        found.append(f"SELECT '{id}', county, NULL, NULL, {shown}, {holds} FROM wide")
    found.append(
        "SELECT indicator || ' stated', county, NULL, NULL, CAST(holds = 'yes' AS INTEGER), 1, holds = 'yes' "
        "FROM attestations"
    )
    return found


def _checks() -> list[str]:
    """Selects of the cross-checks."""
    sources = {
        "schools": f"(SELECT *, NULL AS stage, CAST(substr(school_id, 1, 2) AS INTEGER) AS prefix, "
        f"{_case('type', dict(standard.PREFIXES))} AS prefix_due FROM schools)",
        "stages": f"(SELECT *, CAST(type IN {tuple(standard.ONE_STAGE)} AS INTEGER) AS one_stage, CASE WHEN "
        f"{_case('type', {type: repr(stage) for type, stage in standard.ONE_STAGE.items()})} <> stage "
        "THEN students ELSE 0 END AS strangers FROM all_stages)",
        "values": "(SELECT *, NULL AS school_id, NULL AS stage FROM wide)",
    }
    return [
        f"SELECT 'checks.{id}', county, school_id, stage, {_sum(one.less)}, {_sum(one.more)}, "
        f"({_sum(one.less)}) {'=' if one.same else '<='} ({_sum(one.more)}) FROM {sources[table]}"
        + (f" WHERE {_sum(one.of)} >= {one.least}" if one.of else "")
        for table, checks in CHECKS.items()
        for id, one in checks.items()
    ]


def judge(connection: duckdb.DuckDBPyConnection) -> tuple[Counts, duckdb.DuckDBPyConnection]:
    """What was counted, and the connection with the breaches in its table `failing`."""
    connection.execute(
        "CREATE TABLE failing (indicator VARCHAR, county VARCHAR, subject VARCHAR, category VARCHAR, value DOUBLE, "
        "limit_of DOUBLE)"
    )
    found: Counts = {}
    for select in [*_resources(), *_others(), *_counties(), *_checks()]:
        connection.execute(
            f"CREATE OR REPLACE TABLE judged AS SELECT * FROM ({select}) "
            "t(indicator, county, subject, category, value, limit_of, holds)"
        )
        connection.execute("INSERT INTO failing SELECT * EXCLUDE (holds) FROM judged WHERE NOT holds")
        for id, checked, failing in connection.execute(
            "SELECT indicator, count(*), count(*) FILTER (NOT holds) FROM judged GROUP BY indicator"
        ).fetchall():
            found[id] = (checked, failing)
    return found, connection


def write(failing: duckdb.DuckDBPyConnection, breaches: Path) -> None:
    failing.execute(f"COPY failing TO '{breaches}' (HEADER)")
