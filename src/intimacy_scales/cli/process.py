"""What surrounds a command: streams that may be closed, signals that end it cleanly, faults told as sentences."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import NoReturn

from intimacy_scales.base.files import reason
from intimacy_scales.base.visible import visible

SIGNALS = ("SIGTERM", "SIGHUP")
"""End a run like an interrupt from the keyboard: what was begun is cleared away. Windows has no SIGHUP."""
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
        said = f"a fault of the software, not of your data ({type(fault).__name__}: {fault})"
        complain(visible(f"intimacy-scales: {said}; please report it"))
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
