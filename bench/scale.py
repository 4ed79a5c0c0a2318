"""What a check of a county, a province and the nation costs beside the same checks written by hand, in one run.

python bench/scale.py [--size county province nation] [--format parquet csv] [--rounds 3]

Both read the files, judge, and write every breach; each is a process of its own. The numbers that they come to must be
equal, so that nobody is fast by being wrong.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import nation

HERE = Path(__file__).parent
BY_HAND = (
    "import json, sys, by_hand, pathlib; f = pathlib.Path(sys.argv[1]); "
    "json.dump(by_hand.with_duckdb(f, sys.argv[2], f / '../failing.csv'), open(sys.argv[3], 'w'))"
)


def run(arguments: list[str]) -> tuple[float, float]:
    """Seconds and gigabytes of a process, which may end with 1: indicators fail."""
    began = time.perf_counter()
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, cwd=HERE)
    _, status, used = os.wait4(process.pid, 0)
    assert os.waitstatus_to_exitcode(status) in (0, 1), arguments
    return time.perf_counter() - began, used.ru_maxrss / 1024**2


def counts(path: Path) -> dict[str, tuple[int, int]]:
    """How many subjects of every indicator of a result were checked, and how many breach it."""
    found: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for county in json.loads(path.read_bytes())["counties"]:
        for one in (one for standard in county["standards"] for one in standard["indicators"]):
            found[one["id"]][0] += one["checked"]
            found[one["id"]][1] += one["breaches"]
    return {id: (checked, failing) for id, (checked, failing) in found.items()}


def measure(folder: Path, size: str, format: str, rounds: int) -> None:
    rows = sum(nation.write(folder / "facts", size, format, seed=1).values())
    ours, theirs = folder / "result.json", folder / "by_hand.json"
    check = ["-m", "tzcheck", "check", str(folder / "facts"), "--as-of", nation.AS_OF, "--standard", "balanced"]
    commands = {
        "by hand": [sys.executable, "-c", BY_HAND, str(folder / "facts"), format, str(theirs)],
        "tzcheck": [sys.executable, *check, "--engine", "duckdb", "--format", "json", "--output", str(ours)],
    }
    best: dict[str, tuple[float, float]] = {}
    for _ in range(rounds):
        for name, arguments in commands.items():
            best[name] = min(best.get(name, (float("inf"), 0.0)), run(arguments))
    mine = counts(ours)
    unequal = {
        id: (found, mine[id]) for id, found in json.loads(theirs.read_bytes()).items() if tuple(found) != mine[id]
    }
    assert not unequal, unequal
    for name, (seconds, memory) in best.items():
        ratio, speed = seconds / best["by hand"][0], rows / seconds
        what = f"{size:9s} {format:8s} {name:8s}"
        print(f"{what} {seconds:7.2f} s {memory:6.2f} GB {speed:12,.0f} rows/s {ratio:6.2f} ×")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--size", nargs="+", choices=nation.SIZES, default=list(nation.SIZES))
    parser.add_argument("--format", nargs="+", choices=["parquet", "csv"], default=["parquet", "csv"])
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    for size in asked.size:
        for format in asked.format:
            with tempfile.TemporaryDirectory() as folder:
                measure(Path(folder), size, format, asked.rounds)
