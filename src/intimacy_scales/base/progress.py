"""A bar on stderr for what takes longer than two seconds, and silence for everything else."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Any, Self

PATIENCE = 2.0  # seconds before a bar shows: most work is done by then


class Progress:
    """A progress bar that shows itself only after :data:`PATIENCE` and only on a terminal's stderr.

    Use as a context manager; ``advance`` may be called as often as is handy.
    """

    def __init__(self, what: str, total: float | None = None, *, quiet: bool = False) -> None:
        self._what, self._total, self._done = what, total, 0.0
        self._rows = 0
        self._began = time.monotonic()
        self._quiet = quiet or not sys.stderr.isatty()
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> Self:
        return self

    def advance(self, by: float = 1.0) -> None:
        """Say that ``by`` more of the total is done."""
        self._done += by
        if self._quiet:
            return
        if self._bar is None:
            if time.monotonic() - self._began < PATIENCE:
                return
            self._show()
        self._bar.update(self._task, completed=self._done, rows=self._said())

    def count(self, rows: int) -> None:
        """Say that so many more rows are done; the bar then tells rows, rows a second and the time left."""
        self._rows += rows

    def _show(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f}%"),
                   TextColumn("{task.fields[rows]}"), TimeRemainingColumn())  # fmt: skip
        self._bar = Bar(*columns, console=Console(stderr=True), transient=True)
        self._bar.start()
        self._task = self._bar.add_task(self._what, total=self._total, rows=self._said())

    def _said(self) -> str:
        """Return the rows done and how many a second, where they are counted."""
        if not self._rows:
            return ""
        return f"{self._rows:,} rows, {int(self._rows / max(time.monotonic() - self._began, 1e-9)):,} a second"

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()
