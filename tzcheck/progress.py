"""How far a long run is: a bar on a terminal, which is gone when the run is over."""

from collections.abc import Callable
from itertools import count
from threading import Lock, Timer
from types import TracebackType
from typing import TYPE_CHECKING, TypeAlias

from tzcheck.texts import text

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

# Told of what is being done, how much of it is done, and how much there is.
Told: TypeAlias = Callable[[str, int, int], None]
# A run that is over before so many seconds shows nothing.
AFTER = 1.0


def steps(told: Told, stage: str, total: int) -> Callable[[], None]:
    """What is called at each of the steps of a stage."""
    number = count(1)
    return lambda: told(stage, next(number), total)


def nobody(stage: str, done: int, total: int) -> None:
    """Where nobody looks on."""


class Bar:
    """A bar on standard error from the second `AFTER` on, unless it is `silent`; told of what is done by any thread."""

    def __init__(self, lang: str, silent: bool) -> None:
        self._lang = lang
        self._at = ("reading", 0, 1)
        self._shown: tuple[Progress, TaskID] | None = None
        self._closed = False
        self._lock = Lock()
        self._timer = Timer(AFTER, self._show)
        self._timer.daemon = True
        if not silent:
            self._timer.start()

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Tells how far it is."""
        with self._lock:
            self._at = (stage, done, total)
            self._update()

    def __enter__(self) -> "Bar":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Takes the bar away; nothing shows it again."""
        self._timer.cancel()
        with self._lock:
            if self._shown:
                self._shown[0].stop()
            self._shown, self._closed = None, True

    def _show(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with self._lock:
            if self._closed:
                return
            progress = Progress(*columns, console=Console(stderr=True), transient=True)
            self._shown = (progress, progress.add_task(""))
            self._update()
            progress.start()

    def _update(self) -> None:
        if self._shown:
            progress, task = self._shown
            stage, done, total = self._at
            progress.update(task, description=text(f"progress.{stage}", self._lang), completed=done, total=total)
