"""Rules that were read and checked before, kept in the cache folder under the hash of all that they come from."""

import hashlib
import os
import pickle
import sys
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from tzcheck.value import VALUES_FILE

MOST = 20
# Whatever a damaged or foreign file can do: it is then made anew.
UNREADABLE = (
    OSError, RuntimeError, pickle.UnpicklingError, EOFError, AttributeError, ImportError, IndexError, KeyError,
    TypeError, ValueError,
)  # fmt: skip


def folder() -> Path:
    """Where compiled rules are kept: below the user's own cache folder."""
    windows = os.environ.get("LOCALAPPDATA") if sys.platform == "win32" else None
    home = os.environ.get("XDG_CACHE_HOME") or windows
    return (Path(home) if home else Path.home() / ".cache") / "tzcheck"


def key(folders: Iterable[Path], *options: object) -> str:
    """The hash of the rule files in `folders`, of tzcheck and what it builds on, of the options they are read with."""
    made_by = (sys.version, version("pydantic"), version("sqlglot"))
    found = hashlib.sha256(repr((made_by, options)).encode())
    for source in sorted(Path(__file__).parent.rglob("*.py")):
        state = source.stat()
        found.update(f"{source.name} {state.st_mtime_ns} {state.st_size}\0".encode())
    for each in folders:
        found.update(f"{each} {each.is_dir()}\0".encode())
        for path in sorted((*each.rglob("*.yaml"), *each.glob(VALUES_FILE))):
            found.update(f"{each} {path}\0".encode() + path.read_bytes() + b"\0")
    return found.hexdigest()


def find(key: str) -> Any:
    """What was kept under a key; None where there is nothing, or nothing that can be read."""
    try:
        return pickle.loads((folder() / f"{key}.pickle").read_bytes())
    except UNREADABLE:
        return None


def keep(key: str, value: Any) -> None:
    """Keeps a value, and of all that is kept the newest few. A folder that can't be written to is no fault."""
    try:
        home = folder()
        home.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=home, delete=False) as file:
            file.write(pickle.dumps(value, pickle.HIGHEST_PROTOCOL))
        Path(file.name).replace(home / f"{key}.pickle")
        kept = sorted(home.glob("*.pickle"), key=lambda path: path.stat().st_mtime_ns)
        for old in kept[:-MOST]:
            old.unlink(missing_ok=True)
    except (OSError, RuntimeError):  # RuntimeError: there is no home
        return
