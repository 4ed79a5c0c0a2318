"""What judging a county of 100 schools and 3,000 classes costs beside the import of its own modules, in one run.

python bench/county.py
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROUNDS = 9
HERE = Path(__file__).parent
MODULES = "tzcheck.cli, tzcheck.report, tzcheck.writers, duckdb"
DURABLE = "; import durable.engine" if sys.version_info < (3, 13) else ""
IMPORT = "import of its own modules"
MOST = {"duckdb": 2, "both": 4}


def seconds(arguments: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, *arguments], stdout=subprocess.DEVNULL, check=False)
    return time.perf_counter() - began


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, HERE / "counties.py", "county", folder], check=True)
        judged = ["-m", "tzcheck", "check", folder, "--standard", "balanced", "--format", "json", "--engine"]
        engines = ["duckdb", *(["both"] if DURABLE else [])]
        commands = {IMPORT: ["-c", f"import {MODULES}{DURABLE}"]} | {one: [*judged, one] for one in engines}
        best = dict.fromkeys(commands, float("inf"))
        for _ in range(ROUNDS):
            for name, arguments in commands.items():
                best[name] = min(best[name], seconds(arguments))
    for name, least in best.items():
        ratio = f"   {least / best[IMPORT]:5.2f} imports (at most {MOST[name]})" if name in MOST else ""
        print(f"{name:28s} {least:6.3f} s{ratio}")


main()
