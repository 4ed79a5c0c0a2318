"""The numeric indicators of balanced compulsory education as one would write them by hand, in DuckDB's SQL.

It says, for every indicator, how many subjects were checked and how many breach it, and writes a list of those.
"""

from pathlib import Path

import duckdb

# Of a resource: what a stage has of it, per what, and the limits of the two stages; as whole products, so that no value
# at its limit is rounded beyond it.
RESOURCES = {
    "balanced.1": ("above_degree * 100", "students", "4.2", "5.3"),
    "balanced.2": ("backbone * 100", "students", "1", "1"),
    "balanced.3": ("pe_art * 100", "students", "0.9", "0.9"),
    "balanced.4": ("(teaching_area - indoor_sports_area) * weight", "weighted", "4.5", "5.8"),
    "balanced.5": ("(sports_ground_area + indoor_sports_area) * weight", "weighted", "7.5", "10.2"),
    "balanced.6": ("equipment_value * 10000 * weight", "weighted", "2000", "2500"),
    "balanced.7": ("multimedia_rooms * 100 * weight", "weighted", "2.3", "2.4"),
}
SCHOOL_TYPES = "('primary', 'junior', 'nine_year', 'twelve_year', 'complete_secondary')"
OF_STAGE = ("students", "classes", "above_degree", "backbone", "pe_art", "in_zone")


def _stages() -> str:
    """A row a school and stage that counts, with what it has of each resource and what it needs."""
    parts = [
        f"SELECT *, '{stage}' AS stage, {weight} AS weight, "
        + ", ".join(f"{name}_{stage} AS {name}" for name in OF_STAGE)
        + ", students_primary + 1.1 * students_junior + 1.32 * students_senior AS weighted FROM schools"
        for stage, weight in (("primary", "1.0"), ("junior", "1.1"))
    ]
    amounts = ", ".join(
        f"{have} AS have_{id[9:]}, {per} * CASE stage WHEN 'primary' THEN {primary} ELSE {junior} END AS need_{id[9:]}"
        for id, (have, per, primary, junior) in RESOURCES.items()
    )
    return (
        f"CREATE TABLE stages AS SELECT *, {amounts} FROM ({' UNION ALL '.join(parts)}) "
        f"WHERE students > 0 AND (type IN {SCHOOL_TYPES} OR (type = 'teaching_point' AND students >= 50))"
    )


def _subjects() -> list[str]:
    """Selects of (indicator, county, subject, category, value, limit, holds), a row a subject."""
    found = [
        f"SELECT '{id}', county, school_id, stage, have_{id[9:]} / {per}, need_{id[9:]} / {per}, "
        f"have_{id[9:]} >= need_{id[9:]} FROM stages"
        for id, (_, per, _, _) in RESOURCES.items()
    ]
    reached = " + ".join(f"CAST(have_{id[9:]} >= need_{id[9:]} AS INTEGER)" for id in RESOURCES)
    nearly = " AND ".join(f"have_{id[9:]} >= 0.85 * need_{id[9:]}" for id in RESOURCES)
    found.append(
        f"SELECT 'balanced.resources', county, school_id, stage, {reached}, 6, ({reached}) >= 6 AND {nearly} "
        "FROM stages"
    )
    counted = (
        f"students_primary + students_junior > 0 AND (type IN {SCHOOL_TYPES} "
        "OR (type = 'teaching_point' AND students_primary >= 50))"
    )
    found += [
        "SELECT 'balanced.12', c.county, c.school_id, c.stage, c.students, "
        "CASE c.stage WHEN 'primary' THEN 45 ELSE 50 END, "
        "c.students <= CASE c.stage WHEN 'primary' THEN 45 ELSE 50 END "
        "FROM classes c JOIN stages s ON c.school_id = s.school_id AND c.stage = s.stage",
        "SELECT 'balanced.11', county, school_id, NULL, students_primary + students_junior, "
        "CASE WHEN type IN ('nine_year', 'twelve_year') THEN 2500 ELSE 2000 END, students_primary + students_junior <= "
        f"CASE WHEN type IN ('nine_year', 'twelve_year') THEN 2500 ELSE 2000 END FROM schools WHERE {counted}",
        "SELECT 'balanced.10', s.county, s.school_id, k.kind, coalesce(r.enough, 0), needed, "
        "coalesce(r.enough, 0) >= needed FROM ("
        "SELECT *, (classes_primary + classes_junior + 11) // 12 AS needed FROM schools "
        f"WHERE {counted}) s CROSS JOIN (VALUES ('music'), ('art')) k(kind) LEFT JOIN (SELECT school_id, kind, "
        "count(*) FILTER (area >= CASE kind WHEN 'music' THEN 96 ELSE 90 END) AS enough FROM rooms GROUP BY ALL) r "
        "ON r.school_id = s.school_id AND r.kind = k.kind",
        "SELECT 'balanced.13', county, school_id, NULL, funded_students, 100, funded_students >= 100 FROM schools "
        "WHERE type IN ('primary', 'teaching_point') AND students_primary BETWEEN 1 AND 99",
        "SELECT 'balanced.26', county, school_id, NULL, training_budget / public_funds_budget, 0.05, "
        f"training_budget >= 0.05 * public_funds_budget FROM schools WHERE {counted}",
        *(
            f"SELECT '{id}', county, NULL, NULL, sum({column}) / sum(teachers), 1, sum({column}) >= sum(teachers) "
            f"FROM schools WHERE {counted} GROUP BY county"
            for id, column in (("balanced.16", "trained_360h"), ("balanced.19", "certified"))
        ),
        "SELECT 'balanced.20', county, NULL, stage, sum(in_zone) / sum(students), "
        "CASE stage WHEN 'primary' THEN 1 ELSE 0.95 END, "
        "sum(in_zone) >= sum(students) * CASE stage WHEN 'primary' THEN 1 ELSE 0.95 END FROM stages "
        "WHERE ownership = 'public' AND boarding = 'no' AND area IN ('urban', 'town') GROUP BY county, stage",
    ]
    for number, (id, (_, per, _, _)) in enumerate(RESOURCES.items(), start=1):
        value = f"(have_{id[9:]} / {per})::DOUBLE"
        found.append(
            f"SELECT 'balanced.variation.{number}', county, NULL, stage, cv, most, cv <= most FROM ("
            f"SELECT county, stage, sqrt(sum({value} * {value} * students) / sum(students) "
            f"- pow(sum({value} * students) / sum(students), 2)) / (sum({value} * students) / sum(students)) AS cv, "
            "CASE stage WHEN 'primary' THEN 0.5 ELSE 0.45 END AS most FROM stages GROUP BY county, stage)"
        )
    of_values = {
        "balanced.14": ("special_ed_funds_per_student", "1", "6000"),
        "balanced.15": ("teacher_salary", "civil_servant_salary", "1"),
        "balanced.21": ("senior_places_allocated", "senior_places", "0.5"),
        "balanced.22": ("migrant_in_public + migrant_in_purchased", "migrant_children", "0.85"),
        "balanced.23": ("junior_graduates - junior_transferred_in + junior_transferred_out",
                        "junior_entrants - junior_died", "0.95"),
        "balanced.24": ("disabled_enrolled", "disabled_children", "0.95"),
        "balanced.satisfaction": ("surveys_satisfied", "surveys_valid", "0.85"),
    }  # fmt: skip
    found += [
        f"SELECT '{id}', county, NULL, NULL, ({above}) / ({below}), {limit}, ({above}) >= {limit} * ({below}) FROM wide"
        for id, (above, below, limit) in of_values.items()
    ]
    found.append(
        "SELECT 'balanced.18', county, NULL, NULL, rotated / rotation_eligible, 0.1, "
        "rotated >= 0.1 * rotation_eligible AND rotated_backbone >= 0.2 * rotated FROM wide"
    )
    return found


def with_duckdb(folder: Path, format: str, breaches: Path) -> dict[str, tuple[int, int]]:
    """The files of a folder, judged by DuckDB."""
    connection = duckdb.connect()
    for table in ("schools", "classes", "rooms", "values"):
        name = f'"{table}"' if table == "values" else table
        read = f"'{folder / table}.parquet'" if format == "parquet" else f"read_csv('{folder / table}.csv')"
        connection.execute(f"CREATE TABLE {name} AS SELECT * FROM {read}")
    connection.execute(_stages())
    connection.execute('CREATE TABLE wide AS PIVOT "values" ON key USING first(value)')
    connection.execute(
        "CREATE TABLE failing (indicator VARCHAR, county VARCHAR, subject VARCHAR, category VARCHAR, value DOUBLE, "
        "limit_of DOUBLE)"
    )
    found = {}
    for select in _subjects():
        connection.execute(
            f"CREATE OR REPLACE TABLE judged AS SELECT * FROM ({select}) "
            "t(indicator, county, subject, category, value, limit_of, holds)"
        )
        connection.execute("INSERT INTO failing SELECT * EXCLUDE (holds) FROM judged WHERE NOT holds")
        for id, checked, failing in connection.execute(
            "SELECT indicator, count(*), count(*) FILTER (NOT holds) FROM judged GROUP BY indicator"
        ).fetchall():
            found[id] = (checked, failing)
    connection.execute(f"COPY failing TO '{breaches}' (HEADER)")
    return found
