"""Files that are written whole or not at all: one, a folder of them, a page and the folder of those it leads to."""

import os
import shutil
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tzcheck.errors import Problem, UsageFault

if TYPE_CHECKING:
    from tzcheck.writers import Pages


def write_whole(path: Path, content: str | bytes | Iterable[str]) -> None:
    """Writes a file that appears whole or not at all. Raises UsageFault where it can't be written."""
    pieces = [content] if isinstance(content, str | bytes) else content
    beside = path.parent / f".tzcheck.{os.getpid()}.part"
    try:
        # A device must not be replaced; of a folder it is told that it is one.
        at_once = path.exists() and not path.is_file()
        with (path if at_once else beside).open("wb") as file:
            file.writelines(one.encode(errors="replace") if isinstance(one, str) else one for one in pieces)
        if not at_once:
            beside.replace(path)
    except BaseException as error:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise unwritable(path, error) from None
        raise


def write_folder(folder: Path, files: Mapping[str, str]) -> None:
    """Writes all files into a folder, or none of them. Raises UsageFault where they can't be written."""
    is_new = not folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(folder, error) from None
    try:
        for name, content in files.items():
            write_whole(folder / name, content)
    except UsageFault:
        for name in files:
            (folder / name).unlink(missing_ok=True)
        if is_new:
            folder.rmdir()
        raise


def write_pages(output: str, pages: "Pages") -> None:
    """Writes an overview, and its pages into a folder beside it, in place of those of an earlier run: all, or nothing.

    Raises UsageFault where they can't be written, or where there is anything else in that folder.
    """
    path = Path(output)
    if output == "-" or (path.exists() and not path.is_file()):
        raise UsageFault([Problem("error", "many_pages", details={"number": pages.number})])
    folder = _folder_of(path)
    strange = _no_page_of(path, folder)
    if strange:
        raise UsageFault([Problem("error", "not_pages", str(folder), value=strange)])
    try:
        with TemporaryDirectory(prefix=".tzcheck.", dir=path.parent) as beside:
            new, old = Path(beside, "new"), Path(beside, "old")
            new.mkdir()
            for name, page in pages.places(path.name):
                (new / name).write_bytes(page.encode())
            overview = pages.overview(folder.name)
            if folder.exists():
                folder.rename(old)
            try:
                new.rename(folder)
                write_whole(path, overview)
            except BaseException:
                if folder.exists():
                    folder.rename(new)
                if old.exists():
                    old.rename(folder)
                raise
    except OSError as error:
        raise unwritable(path, error) from None


def remove_pages(path: Path) -> None:
    """Removes the pages of an earlier run whose overview has become a page of few places."""
    folder = _folder_of(path)
    if folder.exists() and not _no_page_of(path, folder):
        shutil.rmtree(folder, ignore_errors=True)


def _folder_of(path: Path) -> Path:
    """The folder beside an overview that its pages are in: called as the file is, without the ending."""
    return path.with_suffix("") if path.suffix else path.with_name(f"{path.name}_files")


def _no_page_of(path: Path, folder: Path) -> str | None:
    """What is in a folder, if it is there, that is neither a hidden file nor a page of the overview `path`."""
    from tzcheck.writers.overview import leads_back

    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        return folder.name
    for one in sorted(folder.iterdir()) if folder.exists() else ():
        if not one.is_file() or one.is_symlink():
            return one.name
        with one.open("rb") as file:
            begins = file.read(2000).decode(errors="replace")
        if not one.name.startswith(".") and not leads_back(begins, path.name):
            return one.name
    return None


def unwritable(path: Path, error: OSError) -> UsageFault:
    """What is told where a file or a folder can't be written."""
    return UsageFault([Problem("error", "unwritable", str(path), details={"why": error.strerror or str(error)})])
