"""What a check of a county, a province and the nation costs beside the same checks written with other libraries.

python bench/scale.py [--size county province nation] [--format parquet csv] [--rounds 3] [--only NAME...] [--markdown]

All read the files, judge, and write every breach; each is a process of its own, they take turns, and the best round
counts. What they count must be equal, and so must their lists of breaches, so that nobody is fast by being wrong.
"""

import argparse
import importlib.metadata
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import nation

HERE = Path(__file__).parent
# The packages of each contestant, and what it is called in the table.
CONTESTANTS = {
    "by_hand": ("DuckDB by hand", ("duckdb",)),
    "tzcheck": ("tzcheck", ("tzcheck",)),
    "with_polars": ("Polars", ("polars",)),
    "with_numpy": ("numpy, OpenFisca’s way", ("numpy", "pyarrow")),
    "with_pandas": ("pandas", ("pandas", "pyarrow")),
    "with_pandera": ("pandera", ("pandera", "pandas", "pyarrow")),
    "with_durable": ("durable_rules, row by row, breaches alone", ("durable-rules", "pandas", "pyarrow")),
    "with_durable_proving": ("durable_rules, row by row, proving", ("durable-rules", "pandas", "pyarrow")),
}
# A nation took two minutes and came to the same.
TOO_SLOW = dict.fromkeys(
    [("with_durable", "nation"), ("with_durable_proving", "nation")], "fed row by row, it takes minutes"
)
# What a run of tzcheck imports, whatever it judges.
OWN_MODULES = "duckdb, tzcheck.cli, tzcheck.report, tzcheck.writers.json"
# Modules are compiled in the first round, as those that pip installs are.
INSTALLED = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
STAGES = ("read", "judge", "score", "write")
HEADER = ("size", "files", "what", *STAGES, "other", "total", "memory", "rows/s", "× by hand")


class Run(NamedTuple):
    """A process: its seconds, its gigabytes, and the seconds of its stages."""

    seconds: float
    memory: float
    stages: dict[str, float]


class Found(NamedTuple):
    """Of a result: subjects checked and failing by indicator, breaches by cross-check, unmet counties by indicator."""

    counts: dict[str, tuple[int, int]]
    slips: dict[str, int]
    unmet: dict[str, int]


def left_out(name: str, size: str) -> str | None:
    """Why a contestant does not take part; None where it does."""
    for package in CONTESTANTS[name][1]:
        try:
            importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            return f"{package} is not installed"
    return TOO_SLOW.get((name, size))


def output(folder: Path, name: str) -> Path:
    return folder / ("tzcheck.json" if name == "tzcheck" else f"{name}.csv")


def run(folder: Path, name: str, format: str) -> tuple[Run, dict[str, tuple[int, int]]]:
    """A contestant's process, and what it counted."""
    told = folder / "stages.json"
    script = [sys.executable, str(HERE / "stages.py"), name, str(folder / "facts"), format, str(told)]
    began = time.perf_counter()
    process = subprocess.Popen([*script, str(output(folder, name))], stdout=subprocess.DEVNULL, env=INSTALLED)
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, name
    found = json.loads(told.read_bytes())
    other = seconds - sum(found["seconds"].values())
    counts = {id: (checked, failing) for id, (checked, failing) in (found["counts"] or {}).items()}
    return Run(seconds, used.ru_maxrss / 1024**2, {**found["seconds"], "other": other}), counts


def of_tzcheck(result: Path) -> Found:
    """What tzcheck's result says."""
    found: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    unmet: Counter[str] = Counter()
    read: dict[str, Any] = json.loads(result.read_bytes())
    for one in (
        one for county in read["counties"] for standard in county["standards"] for one in standard["indicators"]
    ):
        unmet[one["id"]] += one["verdict"] == "unmet"
        if one["basis"] != "attestation" and one["checked"]:
            found[one["id"]][0] += one["checked"]
            found[one["id"]][1] += one["breaches"]
    slips = Counter(one["code"] for one in read["problems"] if one["code"].startswith("checks."))
    return Found({id: (checked, failing) for id, (checked, failing) in found.items()}, slips, +unmet)


def of_breaches(breaches: Path, counts: dict[str, tuple[int, int]]) -> Found:
    """What a contestant's counts and list of breaches say, as far as tzcheck's result says the same."""
    rows = duckdb.execute(
        "SELECT replace(indicator, ' stated', '') AS id, count(DISTINCT county) FROM read_csv($1, all_varchar = true) "
        "WHERE indicator LIKE 'balanced.%' GROUP BY id",
        [str(breaches)],
    ).fetchall()
    numbers = {id: pair for id, pair in counts.items() if id.startswith("balanced.") and not id.endswith(" stated")}
    slips = {id: failing for id, (_, failing) in counts.items() if id.startswith("checks.") and failing}
    return Found(numbers, slips, dict(rows))


def differing(one: Path, other: Path) -> int:
    """How many breaches only one of two lists has; values as far as six decimals."""
    lists = [
        "(SELECT indicator, county, subject, category, round(CAST(value AS DOUBLE), 6) AS value "
        f"FROM read_csv('{path}', all_varchar = true))"
        for path in (one, other)
    ]
    first, second = lists
    return sum(
        int(duckdb.sql(f"SELECT count(*) FROM ({a} EXCEPT ALL {b})").fetchall()[0][0])
        for a, b in ((first, second), (second, first))
    )


def equal(folder: Path, counted: dict[str, dict[str, tuple[int, int]]]) -> None:
    """Raises AssertionError where two contestants came to something else."""
    theirs = counted["by_hand"]
    breaches = output(folder, "by_hand")
    for name, counts in counted.items():
        if name == "tzcheck":
            mine, of_hand = of_tzcheck(output(folder, name)), of_breaches(breaches, theirs)
            for one, other in zip(mine, of_hand, strict=True):
                assert one == other, {
                    id: (one.get(id), other.get(id)) for id in one | other if one.get(id) != other.get(id)
                }
            continue
        unequal = {id: (counts.get(id), theirs.get(id)) for id in counts | theirs if counts.get(id) != theirs.get(id)}
        assert not unequal, (name, unequal)
        assert not differing(output(folder, name), breaches), name


def measure(folder: Path, size: str, format: str, rounds: int, names: list[str]) -> tuple[int, dict[str, Run]]:
    """The rows of the facts, and the best run of each contestant."""
    rows = sum(nation.write(folder / "facts", size, format, seed=1).values())
    best: dict[str, Run] = {}
    for number in range(rounds):
        counted = {}
        for name in names:
            made, counted[name] = run(folder, name, format)
            best[name] = min(best.get(name, made), made)
        if number == 0:
            equal(folder, counted)
    return rows, best


def rate(rows: float) -> str:
    return f"{rows / 1e6:.1f} M/s" if rows >= 1e6 else f"{rows / 1e3:.0f} k/s"


def lines(size: str, format: str, rows: int, best: dict[str, Run]) -> list[tuple[str, ...]]:
    """A line a contestant: seconds and rows a second of each stage."""
    found = []
    for name, (seconds, memory, stages) in best.items():
        cells = [f"{stages[one]:.2f} s, {rate(rows / stages[one])}" if one in stages else "" for one in STAGES]
        ratio = f"{seconds / best['by_hand'].seconds:.1f}"
        ends = (f"{stages['other']:.2f} s", f"{seconds:.2f} s", f"{memory:.2f} GB", rate(rows / seconds), ratio)
        found.append((size, format, CONTESTANTS[name][0], *cells, *ends))
    return found


def importing(rounds: int) -> float:
    """The seconds of a process that imports what tzcheck does."""
    seconds = []
    for _ in range(rounds):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", f"import {OWN_MODULES}"], check=True, env=INSTALLED)
        seconds.append(time.perf_counter() - began)
    return min(seconds)


def beside_imports(best: dict[str, Run], imports: float) -> str:
    """What tzcheck's run is of the import of its modules and the script by hand together."""
    ratio = best["tzcheck"].seconds / (imports + best["by_hand"].seconds)
    return f"{ratio:.2f} × (import of its own modules {imports:.2f} s + DuckDB by hand)"


def show(table: list[tuple[str, ...]], markdown: bool) -> None:
    if markdown:
        print("|", " | ".join(HEADER), "|")
        print("|", " | ".join(["---"] * 3 + ["---:"] * (len(HEADER) - 3)), "|")
        for line in table:
            print("|", " | ".join(line), "|")
        return
    widths = [max(map(len, column)) for column in zip(HEADER, *table, strict=True)]
    for line in (HEADER, *table):
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def machine() -> str:
    """What this was measured on."""
    packages = sorted({package for _, names in CONTESTANTS.values() for package in names})
    versions = []
    for package in packages:
        try:
            versions.append(f"{package} {importlib.metadata.version(package)}")
        except importlib.metadata.PackageNotFoundError:
            continue
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    return f"{os.cpu_count()} cores, {memory:.0f} GB, Python {platform.python_version()}, {', '.join(versions)}"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--size", nargs="+", choices=nation.SIZES, default=list(nation.SIZES))
    parser.add_argument("--format", nargs="+", choices=["parquet", "csv"], default=["parquet", "csv"])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", nargs="+", choices=CONTESTANTS, default=list(CONTESTANTS))
    parser.add_argument("--markdown", action="store_true", help="a table for docs/performance.md")
    asked = parser.parse_args()
    table = []
    notes: list[str] = []
    imports = importing(asked.rounds) if "tzcheck" in asked.only else 0.0
    missing: dict[str, None] = {}
    for size in asked.size:
        why = {name: left_out(name, size) for name in CONTESTANTS if name == "by_hand" or name in asked.only}
        missing |= {f"{CONTESTANTS[name][0]}, {size}: left out, {text}": None for name, text in why.items() if text}
        names = [name for name, text in why.items() if not text]
        for format in asked.format:
            print(f"{size}, {format} …", file=sys.stderr)
            with tempfile.TemporaryDirectory() as folder:
                rows, best = measure(Path(folder), size, format, asked.rounds, names)
            table += lines(f"{size}, {rows:,} rows", format, rows, best)
            if "tzcheck" in best:
                notes.append(f"tzcheck, {size}, {format}: {beside_imports(best, imports)}")
    show(table, asked.markdown)
    print("", machine(), *notes, *missing, sep="\n")


if __name__ == "__main__":
    main()
