"""Made-up facts of a county, a province or the nation, drawn by a seed: 70 schools a county, their classes and rooms.

python bench/nation.py DIR [--size county|province|nation] [--format csv|parquet] [--seed 1]

Everything is there; about one school in ten, one class in two hundred and one county value in thirty lie beyond a
limit. Of every kind of slip that a cross-check finds, about one school in two hundred has one.
"""

import argparse
from pathlib import Path

import duckdb

SIZES = {"county": 1, "province": 90, "nation": 2900}
SCHOOLS = 70
AS_OF = "2022-12-31"
# What a county says of itself; one in thirty of the first is a tenth lower.
FAILING = {
    "teacher_salary": 150_000, "rotated": 90, "senior_places_allocated": 520, "special_ed_funds_per_student": 6500,
    "migrant_in_public": 1700, "surveys_satisfied": 1320, "disabled_enrolled": 172,
}  # fmt: skip
SOUND = {
    "civil_servant_salary": 149_000, "rotation_eligible": 850, "rotated_backbone": 18, "senior_places": 1000,
    "migrant_children": 2000, "migrant_in_purchased": 30, "junior_graduates": 2500, "junior_entrants": 2510,
    "junior_transferred_in": 30, "junior_transferred_out": 28, "junior_died": 1, "disabled_children": 180,
    "surveys_valid": 1500,
}  # fmt: skip
ATTESTED = ("8", "9", "15", "17", "21", "22", "25", "27", "28", "29", "30", "eligibility", "veto")

SCHOOL_LIST = """
CREATE TABLE listed AS SELECT *,
  CASE WHEN slip(n, 1) THEN '36' WHEN mix < 45 THEN '21' WHEN mix < 92 THEN '31' ELSE '34' END || printf('%08d', n)
    AS school_id,
  CASE WHEN mix < 40 THEN 'primary' WHEN mix < 45 THEN 'teaching_point' WHEN mix < 75 THEN 'junior'
    WHEN mix < 92 THEN 'nine_year' WHEN mix < 96 THEN 'twelve_year' ELSE 'complete_secondary' END AS type
FROM (
  SELECT printf('%06d', 110101 + k // 90 * 10000 + k % 90) AS county, k * 1000 + s AS n,
    drawn(k * 1000 + s, 100, 1) AS mix
  FROM range({counties}) AS counties(k), range({schools}) AS schools(s)
)
"""
CLASSES = """
CREATE TABLE classes AS
SELECT county, school_id, stage, CAST(g AS VARCHAR) AS grade, CAST(c AS VARCHAR) AS class,
  least(limit_of, usual + drawn(id, 9, 2)) + CASE WHEN drawn(id, 200, 3) = 0 THEN 3 ELSE 0 END AS students
FROM (
  SELECT county, school_id, 'primary' AS stage, g, c, n * 100 + g * 10 + c AS id, 45 AS limit_of, 36 AS usual
  FROM listed, range(1, 7) AS grades(g), range(1, 6) AS numbers(c)
  WHERE type IN ('primary', 'nine_year', 'twelve_year') AND c <= 2 + drawn(n, 4, 4)
  UNION ALL SELECT county, school_id, 'primary', g, 1, n * 100 + g * 10 + 1, 45, 8
  FROM listed, range(1, 7) AS grades(g) WHERE type = 'teaching_point'
  UNION ALL SELECT county, school_id, 'junior', g, c, n * 100 + g * 10 + c, 50, 40
  FROM listed, range(7, 10) AS grades(g), range(1, 9) AS numbers(c)
  WHERE type IN ('junior', 'nine_year', 'twelve_year', 'complete_secondary') AND c <= 4 + drawn(n, 5, 5)
)
"""
SCHOOLS_TABLE = """
CREATE TABLE schools AS
SELECT county, school_id, '第' || n || '学校' AS school, type,
  CASE WHEN drawn(n, 10, 6) = 0 THEN 'private' ELSE 'public' END AS ownership,
  CASE drawn(n, 3, 7) WHEN 0 THEN 'urban' WHEN 1 THEN 'town' ELSE 'rural' END AS area,
  CASE WHEN drawn(n, 8, 8) = 0 THEN 'yes' ELSE 'no' END AS boarding,
  sp + CAST(sp > 0 AND slip(n, 2) AS INTEGER) AS students_primary, sj AS students_junior, ss AS students_senior,
  cp + CAST(cp > 0 AND slip(n, 3) AS INTEGER) AS classes_primary, cj AS classes_junior,
  {of_stage},
  heads AS teachers, heads - CASE WHEN drawn(n, 3000, 9) = 0 THEN 1 ELSE 0 END AS certified,
  heads + CAST(slip(n, 4) AS INTEGER) AS trained_360h,
  CAST(ceil(w * enough(n, 10) * 5.3) + 100 AS DECIMAL(12, 1)) AS teaching_area,
  CAST(100 AS DECIMAL(12, 1)) AS indoor_sports_area,
  CAST(ceil(w * enough(n, 11) * 9.3) * CASE WHEN slip(n, 5) THEN 10 ELSE 1 END AS DECIMAL(12, 1)) AS sports_ground_area,
  CAST((w * enough(n, 12) * 0.228 + 1) * CASE WHEN slip(n, 6) THEN 10000 ELSE 1 END AS DECIMAL(12, 2))
    AS equipment_value,
  CAST(ceil(w * enough(n, 13) * 0.0231) AS INTEGER) AS multimedia_rooms,
  CAST((sp + sj) * 0.09 AS DECIMAL(12, 2)) AS public_funds_budget,
  CAST((sp + sj) * 0.0047 * enough(n, 14) + 0.01 AS DECIMAL(12, 2)) AS training_budget,
  CASE WHEN sp BETWEEN 1 AND 99 THEN 100 ELSE sp END AS funded_students,
  sp AS in_zone_primary, sj + CAST(slip(n, 7) AS INTEGER) AS in_zone_junior
FROM (
  SELECT *, sp + 1.1 * sj + 1.32 * ss AS w, CAST(ceil(sp * 0.06) + ceil(sj * 0.08) AS INTEGER) + 2 AS heads
  FROM (
    SELECT county, n, school_id, type,
      CAST(coalesce(sum(students) FILTER (stage = 'primary'), 0) AS INTEGER) AS sp,
      CAST(coalesce(sum(students) FILTER (stage = 'junior'), 0) AS INTEGER) AS sj,
      CASE WHEN type IN ('twelve_year', 'complete_secondary') THEN 300 + drawn(n, 100, 15) ELSE 0 END AS ss,
      CAST(count(*) FILTER (stage = 'primary') AS INTEGER) AS cp,
      CAST(count(*) FILTER (stage = 'junior') AS INTEGER) AS cj
    FROM listed JOIN classes USING (county, school_id) GROUP BY ALL
  )
)
"""
ROOMS = """
CREATE TABLE rooms AS
SELECT county, school_id, kind,
  CASE WHEN drawn(n * 100 + r * 2 + CAST(kind = 'art' AS INTEGER), 400, 16) = 0 THEN 80
    ELSE 96 + drawn(n + r, 20, 17) END AS area
FROM listed JOIN schools USING (county, school_id),
  (VALUES ('music'), ('art')) AS kinds(kind), range(1, 9) AS numbers(r)
WHERE r <= ceil((classes_primary + classes_junior) / 12.0)
"""


def write(folder: Path, size: str, format: str, seed: int) -> dict[str, int]:
    """Writes the tables of so many counties as files, and returns how many rows each has."""
    folder.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect()
    # Spread by multiplication, so that every version of DuckDB draws the same.
    connection.execute(
        f"CREATE MACRO drawn(x, n, salt) AS CAST((((x + salt * 7919 + {seed} * 104729) * 2654435761) % 4294967296) "
        "// 4096 % n AS INTEGER)"
    )
    connection.execute("CREATE MACRO slip(n, kind) AS drawn(n, 200, 100 + kind) = 0")
    connection.execute("CREATE MACRO enough(n, salt) AS CASE WHEN drawn(n, 60, salt) = 0 THEN 0.8 ELSE 1 END")
    limits = {"above_degree": (0.042, 0.053), "backbone": (0.01, 0.01), "pe_art": (0.009, 0.009)}
    of_stage = ", ".join(
        f"CAST(ceil({students} * {limit} * enough(n, {20 + number})) AS INTEGER) AS {name}_{stage}"
        for number, (name, pair) in enumerate(limits.items())
        for stage, students, limit in zip(("primary", "junior"), ("sp", "sj"), pair, strict=True)
    )
    connection.execute(SCHOOL_LIST.format(counties=SIZES[size], schools=SCHOOLS))
    connection.execute(CLASSES)
    connection.execute(SCHOOLS_TABLE.format(of_stage=of_stage))
    connection.execute(ROOMS)
    listed = ", ".join(f"('{key}', {value}, {key in FAILING})" for key, value in {**FAILING, **SOUND}.items())
    connection.execute(
        "CREATE TABLE county_values AS SELECT county, key, CASE WHEN may_fail AND drawn(CAST(county AS BIGINT) * 50 + "
        "CAST(length(key) AS BIGINT), 30, 18) = 0 THEN value - value // 10 "
        "WHEN key = 'rotated_backbone' AND drawn(CAST(county AS BIGINT), 30, 20) = 0 THEN 850 ELSE value END AS value "
        f"FROM (SELECT DISTINCT county FROM listed), (VALUES {listed}) AS keys(key, value, may_fail)"
    )
    stated = ", ".join(f"('balanced.{id}')" for id in ATTESTED)
    connection.execute(
        "CREATE TABLE attestations AS SELECT county, indicator, CASE WHEN drawn(CAST(county AS BIGINT) * 50 + "
        "CAST(length(indicator) AS BIGINT), 40, 19) = 0 THEN 'no' ELSE 'yes' END AS holds, '文件' AS document "
        f"FROM (SELECT DISTINCT county FROM listed), (VALUES {stated}) AS stated(indicator)"
    )
    sources = {"schools": "schools", "classes": "classes", "rooms": "rooms", "values": "county_values",
               "attestations": "attestations"}  # fmt: skip
    options = "HEADER" if format == "csv" else "FORMAT parquet"
    rows = {}
    for name, table in sources.items():
        connection.execute(f"COPY (SELECT * FROM {table} ORDER BY ALL) TO '{folder / name}.{format}' ({options})")
        rows[name] = connection.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0]
    return rows


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--size", choices=SIZES, default="county")
    parser.add_argument("--format", choices=["csv", "parquet"], default="parquet")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    print(write(asked.folder, asked.size, asked.format, asked.seed))
