"""The same checks with pandera: a schema for each kind of subject, validated lazily, which gives all failure cases.

A check of a column compares with a constant, so a column is what a subject has beyond what it needs. What is compared
(sums, joins, quotients) is made with pandas, since pandera measures nothing.
"""

from collections import defaultdict

import pandas as pd
import pandera.pandas as pa
import with_pandas
from standard import Counts
from with_pandas import Measured, read, write

__all__ = ["judge", "read", "write"]


def judge(tables: dict[str, pd.DataFrame]) -> tuple[Counts, pd.DataFrame]:
    found: Counts = {}
    failing = []
    for measured in with_pandas.measure(tables):
        breaches = _breaches(measured)
        for id, (sides, where) in measured.asked.items():
            breach = measured.keys.index.isin(breaches[id])
            found[id] = (len(measured.keys) if where is None else int(where.sum()), int(breach.sum()))
            failing.append(with_pandas.told(id, measured.keys, sides[0], breach))
    return found, pd.concat(failing)


def _breaches(measured: Measured) -> dict[str, set[int]]:
    """The rows that fail, by indicator."""
    columns = {}
    ids = {}
    for id, (sides, where) in measured.asked.items():
        for number, side in enumerate(sides):
            beyond = side.have - side.need
            columns[f"{id} {number}"] = beyond if where is None else beyond.where(where)
            ids[f"{id} {number}"] = id
    schema = pa.DataFrameSchema({name: pa.Column(nullable=True, checks=pa.Check.ge(0)) for name in columns})
    found: dict[str, set[int]] = defaultdict(set)
    try:
        schema.validate(pd.DataFrame(columns), lazy=True)
    except pa.errors.SchemaErrors as errors:
        for name, cases in errors.failure_cases.groupby("column"):
            found[ids[str(name)]].update(cases["index"])
    return found
