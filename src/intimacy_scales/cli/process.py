"""What surrounds a command: streams that may be closed, signals that end it cleanly, faults told as sentences.

What made a JSON file: when, with which options, from which bytes.

What a command is at, said on stderr when it takes longer than two seconds.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any, NoReturn

from intimacy_scales.base.errors import visible
from intimacy_scales.base.files import current, reason

SIGNALS = ("SIGTERM", "SIGHUP")
"""End a run like an interrupt from the keyboard: what was begun is cleared away. Windows has no SIGHUP."""
_GARBAGE = 100_000
"""New objects after which garbage is looked for: some ten thousand modules, classes and functions stay for good."""
TRACEBACK = "INTIMACY_SCALES_TRACEBACK"


class Stopped(KeyboardInterrupt):
    """A signal asked the run to end."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


@contextmanager
def signals_as_stops() -> Iterator[None]:
    """Let the signals that end a process raise :class:`Stopped`, so that half-written files are cleared away."""
    before = {}
    for name in SIGNALS:
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) != signal.SIG_IGN:  # nohup means to be left alone
            with suppress(ValueError):  # not the main thread
                before[number] = signal.signal(number, _stop)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _stop(number: int, _frame: FrameType | None) -> NoReturn:
    raise Stopped(number)


def open_streams() -> None:
    """Give the run streams to write to where it has none (services, pythonw), in any language."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115 -- for the whole run
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            with suppress(ValueError, OSError):
                reconfigure(encoding="utf-8", errors="backslashreplace")


def begin_quickly() -> None:
    """Leave out what makes a start long: plugins of other packages, and looking for garbage among what is imported.

    What is imported and not used (see :class:`_Later`) is not loaded.
    """
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    gc.set_threshold(_GARBAGE, *gc.get_threshold()[1:])
    if not any(isinstance(finder, _Later) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Later())


class _Later:
    """Finds what scipy.special asks of numpy, name by name, and nobody here uses: it is loaded if somebody does."""

    modules = frozenset({"numpy.f2py", "numpy.testing"})

    def find_spec(self, name: str, path: Any, target: ModuleType | None = None) -> ModuleSpec | None:
        """Return where such a module is, to be loaded when something in it is asked for; others are not found here."""
        if name not in self.modules:
            return None
        from importlib.util import LazyLoader

        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = LazyLoader(spec.loader)
        return spec


def told(fault: BaseException) -> int:
    """Say in a sentence what ended a run, and return its exit code; what is no fault of a run is raised again."""
    from cyclopts import CycloptsError

    from intimacy_scales.base.errors import IntimacyScalesError, UsageError

    if isinstance(fault, CycloptsError):
        complain(f"intimacy-scales: {fault}")
        complain(f"intimacy-scales {_command_of(fault)}-h tells what it takes")
        return 2
    if isinstance(fault, IntimacyScalesError):
        for problem in fault.problems:
            complain(f"intimacy-scales: {problem}")
        return 2 if isinstance(fault, UsageError) else 1
    if isinstance(fault, KeyboardInterrupt):
        complain("intimacy-scales: stopped; nothing was left half-written")
        return 128 + (fault.number if isinstance(fault, Stopped) else signal.SIGINT)
    if not isinstance(fault, Exception):
        raise fault
    return _told_of_the_system(fault)


def _told_of_the_system(fault: Exception) -> int:
    if isinstance(fault, BrokenPipeError):
        silence(sys.stdout)  # the reader of our pipe has seen enough: no complaint
        return 0
    if isinstance(fault, MemoryError):
        complain("intimacy-scales: needs more memory than there is; close other programs, or take a part of the file")
    elif isinstance(fault, OSError):
        silence(sys.stdout)
        where = f"{fault.filename}: " if fault.filename else ""
        complain(visible(f"intimacy-scales: {where}the system refused ({reason(fault)}); what was printed may be cut"))
    elif os.environ.get(TRACEBACK):
        raise fault
    else:
        text = f"a fault of the software, not of your data ({type(fault).__name__}: {fault})"
        complain(visible(f"intimacy-scales: {text}; please report it"))
        complain(f"with {TRACEBACK}=1 it shows where it happened; look whether answers are in that before you send it")
    return 1


def _command_of(fault: object) -> str:
    chain = getattr(fault, "command_chain", None) or ()
    return "".join(f"{word} " for word in chain)


def complain(text: object) -> None:
    """Print a line on stderr, where that can be written to."""
    with suppress(OSError, ValueError):
        print(text, file=sys.stderr, flush=True)


def finish_output() -> None:
    """Write out what stdout still holds, so that a full disk behind it is told and not passed over.

    Raises
    ------
    OSError
        When it cannot be written.
    """
    sys.stdout.flush()


def silence(stream: object) -> None:
    """Let a broken stream go nowhere, so that nothing more is said of it when the interpreter ends."""
    with suppress(OSError, ValueError, AttributeError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())  # type: ignore[attr-defined]
        os.close(nowhere)


OF_OUTPUT = ("json", "force", "quiet", "q", "log", "share")
"""Options that change no figure."""
OF_SOMEBODY = ("person", "couple-id", "out", "key", "map", "after", "where")
"""Options that may name a person, or a file that does."""


def options_typed(words: Sequence[str]) -> dict[str, bool | str | list[str]]:
    """Return the options of a command line whose files stand first.

    Examples
    --------
    >>> options_typed(["score", "e.csv", "--bank", "eis", "pair", "--shift=-1", "--answers"])
    {'bank': ['eis', 'pair'], 'shift': '-1', 'answers': True}
    """
    typed: dict[str, list[str]] = {}
    name = ""
    for word in words:
        if word.startswith("-") and not (word[1:2].isdigit() or word[1:2] in ("", ".")):
            name, _, value = word.lstrip("-").partition("=")
            typed.setdefault(name, []).extend([value] if value else [])
        elif name:
            typed[name].append(word)
    return {key: True if not said else said[0] if len(said) == 1 else said for key, said in typed.items()}


def run_record(inputs: Sequence[Path], *, somebody: bool = False) -> dict[str, Any]:
    """Return ``run`` of a JSON file; of somebody's neither an id nor what depends on the answers of others."""
    from datetime import UTC, datetime

    session = current()
    left_out = (*OF_OUTPUT, *(OF_SOMEBODY if somebody else ()))
    options = {} if session is None else {k: v for k, v in session.options.items() if k not in left_out}
    entries: dict[str, Any] = {"time": datetime.now(UTC).isoformat(timespec="seconds"), "options": options}
    if not somebody:
        sums = [_sha256(file) for file in inputs if file.is_file()]
        entries["input_sha256"] = sums[0] if len(sums) == 1 else sums or None
    return entries


def _sha256(file: Path) -> str:
    from hashlib import file_digest

    with file.open("rb") as stream:
        return file_digest(stream, "sha256").hexdigest()


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


@contextmanager
def progress_told() -> Iterator[None]:
    """Within this context steps of work may say what they are at; at its end, however it ended, none does any more."""
    try:
        yield
    finally:
        while _STARTED:
            _STARTED.pop().stop()
