"""One contestant in this process: what it counts, and the seconds of each of its stages, as JSON.

python bench/stages.py tzcheck|by_hand|with_polars|… FACTS FORMAT STAGES.json OUTPUT

`OUTPUT` is tzcheck's result or a list of breaches. tzcheck runs as its command line does; its own functions are wrapped
with clocks here, so that it has none itself. Whatever they don't cover, imports above all, is `other`.
"""

import importlib
import json
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nation

STANDARD = "balanced"


class Clock:
    """Seconds by stage, counted from when this module was loaded."""

    def __init__(self) -> None:
        self.began = time.perf_counter()
        self.seconds: dict[str, float] = defaultdict(float)

    def timed(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            began = time.perf_counter()
            try:
                return function(*arguments, **named)
            finally:
                self.seconds[stage] += time.perf_counter() - began

        return call


def by_hand(clock: Clock, name: str, facts: Path, format: str, output: Path) -> dict[str, tuple[int, int]]:
    module = importlib.import_module(name)
    tables = clock.timed("read", module.read)(facts, format)
    counts, failing = clock.timed("judge", module.judge)(tables)
    clock.timed("write", module.write)(failing, output)
    return counts


def tzcheck(clock: Clock, facts: Path, output: Path) -> None:
    from tzcheck import cli, report
    from tzcheck import facts as reading
    from tzcheck.engines import agree
    from tzcheck.writers import json as writing

    reading.read = clock.timed("read", reading.read)
    agree.judge = clock.timed("judge", agree.judge)
    report.score = clock.timed("score", report.score)
    writing.write = clock.timed("write", writing.write)
    cli.write_whole = clock.timed("write", cli.write_whole)
    arguments = ["--as-of", nation.AS_OF, "--standard", STANDARD, "--engine", "duckdb", "--fail-on", "never"]
    cli.main(["check", str(facts), *arguments, "--format", "json", "--output", str(output)], standalone_mode=False)


def main(name: str, facts: str, format: str, stages: str, output: str) -> None:
    clock = Clock()
    counts = None
    if name == "tzcheck":
        tzcheck(clock, Path(facts), Path(output))
    else:
        counts = by_hand(clock, name, Path(facts), format, Path(output))
    Path(stages).write_text(json.dumps({"counts": counts, "seconds": clock.seconds}), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
