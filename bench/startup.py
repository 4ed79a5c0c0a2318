"""What a run costs beside the import of its own modules, as ratios in one run.

python bench/startup.py
"""

import os
import subprocess
import sys
import time

ROUNDS = 9
MODULES = "tzcheck.cli, tzcheck.report, tzcheck.writers.text"
ENGINES = "import duckdb, durable.engine" if sys.version_info < (3, 13) else "import duckdb"
COMMANDS = {
    "import of its own modules": ["-c", f"import {MODULES}; {ENGINES}"],
    "check facts/taizhou-2022": ["-m", "tzcheck", "check", "facts/taizhou-2022"],
    "import click": ["-c", "import click"],
    "tzcheck --help": ["-m", "tzcheck", "--help"],
}


def seconds(arguments: list[str]) -> float:
    began = time.perf_counter()
    # Modules are compiled in the first round, as those that pip installs are.
    installed = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    subprocess.run([sys.executable, *arguments], stdout=subprocess.DEVNULL, check=False, env=installed)
    return time.perf_counter() - began


def main() -> None:
    best = dict.fromkeys(COMMANDS, float("inf"))
    for _ in range(ROUNDS):
        for name, arguments in COMMANDS.items():
            best[name] = min(best[name], seconds(arguments))
    for name, least in best.items():
        print(f"{name:28s} {least:6.3f} s")
    check, own = best["check facts/taizhou-2022"], best["import of its own modules"]
    print(f"{'check / import':28s} {check / own:6.2f}   (at most 2.5)")
    print(f"{'--help / import click':28s} {best['tzcheck --help'] / best['import click']:6.2f}   (at most 3)")


main()
