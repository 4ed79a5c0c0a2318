"""The same checks with durable_rules, row by row: a ruleset for each kind of subject, each row posted as a fact.

What is compared is made with pandas beforehand: durable_rules neither joins nor sums tables. Of its traps
(docs/architecture.md) a user would meet the same as tzcheck: one fact a call, and a host without timer threads.
"""

from itertools import count
from typing import Any

import pandas as pd
import with_pandas
from durable import engine
from standard import Counts
from with_pandas import Measured, read, write

__all__ = ["judge", "read", "write"]


class Host(engine.Host):  # type: ignore[misc]
    def _run(self) -> None:
        """No timers: they take work over, so that what fires comes late."""


def judge(tables: dict[str, pd.DataFrame]) -> tuple[Counts, pd.DataFrame]:
    found: Counts = {}
    failing = []
    host = Host()
    for number, measured in enumerate(with_pandas.measure(tables)):
        fired = _fired(host, f"kind{number}", measured)
        for id, (sides, where) in measured.asked.items():
            breach = measured.keys.index.to_series().isin(fired[id])
            found[id] = (len(measured.keys) if where is None else int(where.sum()), int(breach.sum()))
            failing.append(with_pandas.told(id, measured.keys, sides[0], breach))
    return found, pd.concat(failing)


def _fired(host: Host, name: str, measured: Measured) -> dict[str, set[int]]:
    """The rows in which a rule fired, by indicator; a rule fires where too little is had."""
    fired: dict[str, set[int]] = {id: set() for id in measured.asked}
    rules: dict[str, Any] = {}
    columns: dict[str, list[Any]] = {}
    for id, (sides, where) in measured.asked.items():
        for side in sides:
            have, need = f"have{len(rules)}", f"need{len(rules)}"
            asked = {"$and": [{"$ex": {have: 1}}, {"$ex": {need: 1}}, {"$lt": {have: {"$m": need}}}]}
            rules[f"rule{len(rules)}"] = {"all": [{"m": asked}], "run": _recorder(fired[id])}
            for column, numbers in ((have, side.have), (need, side.need)):
                series = pd.Series(numbers, index=measured.keys.index)
                columns[column] = series.tolist() if where is None else series.astype(object).where(where).tolist()
    host.register_rulesets({name: rules})
    for row, numbers in zip(count(), zip(*columns.values(), strict=True)):
        fact = {column: number for column, number in zip(columns, numbers, strict=True) if number == number}
        _post(host, name, {"n": row, **fact})
    return fired


def _recorder(rows: set[int]) -> Any:
    def record(closure: Any) -> None:
        rows.add(closure.m.n)

    return record


def _post(host: Host, name: str, fact: dict[str, Any]) -> None:
    """Posts a fact; the hash by which durable_rules knows it may be taken, so that it is posted once more."""
    for again in count():
        try:
            state = host.assert_fact(name, {**fact, "again": again} if again else fact)
            assert not (isinstance(state, dict) and state.get("exception")), state
            return
        except engine.MessageNotHandledException:
            return
        except engine.MessageObservedException:
            continue
