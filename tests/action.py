"""The GitHub action, run step by step as GitHub does.

`python -m tests.action FACTS STANDARD` runs it in this repository, with its installation, which needs a package index
and which the tests leave out.
"""

import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.support import ROOT

ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
BASH = ("bash", "--noprofile", "--norc", "-e", "-o", "pipefail")


@dataclass(frozen=True)
class Ran:
    """A run of the action: how it ended, its log, its summary, and its outputs."""

    code: int
    log: str
    summary: str
    outputs: dict[str, str]

    @property
    def results(self) -> Path:
        return Path(self.outputs["results"])


def run(repository: Path, temp: Path, install: bool = False, **inputs: str) -> Ran:
    """Runs the action in a clone, with the inputs of `with:` (`_` for `-`), and what GitHub sets in the environment."""
    temp.mkdir(parents=True, exist_ok=True)
    given = {name: one.get("default", "") for name, one in ACTION["inputs"].items()}
    given |= {name.replace("_", "-"): value for name, value in inputs.items()}
    context = {f"inputs.{name}": value for name, value in given.items()} | {
        "steps.python.outputs.python-path": sys.executable, "github.action_path": str(ROOT), "runner.temp": str(temp),
    }  # fmt: skip
    written = {name: temp / name for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    for path in written.values():
        path.write_text("", encoding="utf-8")
    set_by_github = {"RUNNER_TEMP": str(temp), **{name: str(path) for name, path in written.items()}}
    code, log = 0, ""
    for step in ACTION["runs"]["steps"]:
        if "run" not in step or (step["name"] == "install" and not install):
            continue
        env = {
            name: re.sub(r"\$\{\{ (.+?) \}\}", lambda found: context[found[1]], one)
            for name, one in step["env"].items()
        }
        script = temp / "step.sh"
        script.write_text(step["run"], encoding="utf-8")
        done = subprocess.run(
            [*BASH, script], cwd=repository, env=os.environ | set_by_github | env, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, encoding="utf-8", check=False,
        )  # fmt: skip
        code, log = done.returncode, log + done.stdout
        if code:
            break
    outputs = dict(line.split("=", 1) for line in written["GITHUB_OUTPUT"].read_text(encoding="utf-8").splitlines())
    return Ran(code, log, written["GITHUB_STEP_SUMMARY"].read_text(encoding="utf-8"), outputs)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        ran = run(ROOT, Path(folder), install=True, facts=sys.argv[1], standard=sys.argv[2])
    print(ran.log)
    sys.exit(ran.code)
