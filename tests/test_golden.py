"""The reports of the demonstration counties, byte for byte, in every format that is text and in both languages.

`python -m tests.update` writes them anew, to be read in the diff. The hash of the rules, which changes with every rule,
is taken out; DuckDB judges alone, since durable_rules is not everywhere.
"""

import json
import re
from pathlib import Path

import pytest

from tests.support import ROOT, tzcheck
from tests.test_taizhou import GOLDEN, LANGUAGES

COUNTIES = ("ready", "nearly", "troubled")
FORMATS = ("text", "md", "json", "csv", "matrix", "junit", "sarif", "github", "html")
STANDARDS = ("--standard", "balanced", "--standard", "preschool")


def golden(county: str, lang: str, format: str) -> Path:
    return GOLDEN / "demo" / f"{county}.{lang}.{format}"


def reports(county: str, lang: str, folder: Path) -> dict[str, bytes]:
    """The reports by format, written in one run that is started in the root of the repository."""
    asked = [part for format in FORMATS for part in ("--format", format, "--output", str(folder / format))]
    run = tzcheck("check", f"facts/demo-2022/{county}", *STANDARDS, "--engine", "duckdb", "--lang", lang, *asked)
    assert run.code in (0, 1, 3)
    sha = json.loads((folder / "json").read_bytes())["rules"]["sha256"]
    hashes = re.compile(f"{sha}|{sha[:8]}".encode())
    return {format: hashes.sub(b"RULES", (folder / format).read_bytes()) for format in FORMATS}


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("county", COUNTIES)
def test_the_reports_are_the_golden_ones(
    county: str, lang: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    for format, found in reports(county, lang, tmp_path).items():
        kept = golden(county, lang, format).read_bytes()
        assert found.decode().splitlines() == kept.decode().splitlines(), format  # told line by line
        assert found == kept, format
