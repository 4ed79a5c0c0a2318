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

BREACH, HOLD = "breach", "hold"


class Host(engine.Host):  # type: ignore[misc]
    def _run(self) -> None:
        """No timers: they take work over, so that what fires comes late."""


def judge(tables: dict[str, pd.DataFrame], prove: bool = False) -> tuple[Counts, pd.DataFrame]:
    """What was counted, and the breaches: what fires. With `prove` a rule fires where there is no breach, too.

    Without it pandas counts how many were asked: what fires nothing is taken to hold.
    """
    found: Counts = {}
    failing = []
    host = Host()
    for number, measured in enumerate(with_pandas.measure(tables)):
        fired = _fired(host, f"kind{number}", measured, prove)
        for id, (sides, where) in measured.asked.items():
            breaches, holding = fired[id, BREACH], fired[id, HOLD]
            asked = len(measured.keys) if where is None else int(where.sum())
            found[id] = (len(holding) + len(breaches) if prove else asked, len(breaches))
            breach = measured.keys.index.to_series().isin(breaches)
            failing.append(with_pandas.told(id, measured.keys, sides[0], breach))
    return found, pd.concat(failing)


def _fired(host: Host, name: str, measured: Measured, prove: bool) -> dict[tuple[str, str], set[int]]:
    """The rows in which a rule fired, by indicator and outcome: a breach is where too little is had of anything."""
    fired: dict[tuple[str, str], set[int]] = {(id, one): set() for id in measured.asked for one in (BREACH, HOLD)}
    rules: dict[str, Any] = {}
    columns: dict[str, list[Any]] = {}
    for id, (sides, where) in measured.asked.items():
        enough: list[Any] = []
        for side in sides:
            have, need = f"have{len(rules)}", f"need{len(rules)}"
            there = [{"$ex": {have: 1}}, {"$ex": {need: 1}}]
            rules[f"rule{len(rules)}"] = _rule([*there, {"$lt": {have: {"$m": need}}}], fired[id, BREACH])
            enough += [*there, {"$gte": {have: {"$m": need}}}]
            for column, numbers in ((have, side.have), (need, side.need)):
                series = pd.Series(numbers, index=measured.keys.index)
                columns[column] = series.tolist() if where is None else series.astype(object).where(where).tolist()
        if prove:
            rules[f"rule{len(rules)}"] = _rule(enough, fired[id, HOLD])
    host.register_rulesets({name: rules})
    for row, numbers in zip(count(), zip(*columns.values(), strict=True)):
        fact = {column: number for column, number in zip(columns, numbers, strict=True) if number == number}
        _post(host, name, {"n": row, **fact})
    return fired


def _rule(tests: list[Any], rows: set[int]) -> dict[str, Any]:
    def record(closure: Any) -> None:
        rows.add(closure.m.n)

    return {"all": [{"m": {"$and": tests}}], "run": record}


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
