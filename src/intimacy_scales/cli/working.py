"""What a command is at, said on stderr when it takes longer than two seconds."""

from __future__ import annotations

import sys
import threading
import time
from dataclasses import dataclass, field

PATIENCE = 2.0  # seconds of silence
AGAIN = 10.0  # seconds until it is said that the same step still goes on
_STARTED: list[Working] = []  # of this process: whatever ends the command ends them


@dataclass(slots=True, kw_only=True)
class Working:
    """A step of work with a name. It says nothing for two seconds; then its name, and every ten seconds the time."""

    step: str
    quiet: bool = False
    _began: float = field(default_factory=time.monotonic)
    _done: threading.Event = field(default_factory=threading.Event)
    _shown: str = ""

    def start(self) -> Working:
        """Begin to watch the clock; return self."""
        if not self.quiet:
            _STARTED.append(self)
            threading.Thread(target=self._watch, daemon=True).start()
        return self

    def at(self, step: str) -> None:
        """Say what is being done now."""
        self.step = step
        if not self.quiet and self._shown and not self._done.is_set():
            self._say()

    def stop(self) -> None:
        """Say nothing more: results are being printed."""
        self._done.set()

    def _watch(self) -> None:
        wait = PATIENCE
        while not self._done.wait(wait):
            self._say()
            wait = AGAIN

    def _say(self) -> None:
        seconds = f" ({time.monotonic() - self._began:.0f} s)" if self._shown == self.step else ""
        self._shown = self.step
        print(f"... {self.step}{seconds}", file=sys.stderr, flush=True)


def stop_all() -> None:
    """End the talking, however the command ended."""
    while _STARTED:
        _STARTED.pop().stop()
