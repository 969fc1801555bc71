"""Damage files and read them: ``python tests/fuzz/run.py --files 20000 --seed 1`` or ``--seconds 60``.

Every file ends in scores or in an error of ours. What does not is kept in ``corpus/`` under its name (seed-number) and
is a test from then on. Statistics files are parsed in a forked process, warmed up, as the real one is apart: so a
thousand of them take seconds; every fiftieth goes the real way.
"""

from __future__ import annotations

import argparse
import faulthandler
import os
import random
import resource
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from damage import damaged
from seeds import seeds

import intimacy_scales as ims
from intimacy_scales.base.errors import IntimacyScalesError
from intimacy_scales.reading.exports.files.statistics import child
from intimacy_scales.reading.exports.surveys.surveys import read_survey

CORPUS = Path(__file__).parent / "corpus"
SECONDS = 10.0
MEMORY = 1_000_000  # kilobytes
STATISTICS = (".sav", ".dta")
REALLY = 50


@dataclass
class Tally:
    """What became of the files."""

    outcomes: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    slowest: float = 0.0

    def __str__(self) -> str:
        total = self.outcomes.total()
        told = ", ".join(f"{count:,} {kind}" for kind, count in self.outcomes.most_common())
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return f"{total:,} files: {told}; slowest {self.slowest:.1f} s, peak {peak / 1000:.0f} MB; {len(self.faults)} faults"


def read(path: Path) -> str:
    """Read one file as a user would, and score it where it holds answers."""
    suffix = path.suffix
    try:
        if suffix in (".qsf", ".lss"):
            read_survey(path)
            return "survey read"
        if suffix == ".yaml":
            ims.load_bank(path)
            return "bank read"
        ims.score(path, "eis")
    except IntimacyScalesError as fault:
        return "refused" if fault.problems and len(str(fault)) < 20_000 else "refused without a sentence"
    return "scored"


def parse_apart(path: Path) -> str:
    """Parse a statistics file in a forked process: it may break down there."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of threads in a process that forks: none is used there
        number = os.fork()
    if number == 0:
        code = 1
        faulthandler.disable()  # a breakdown here is what the process is for
        try:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
            child.bound_time(path.stat().st_size)
            child.parse(path.suffix[1:], str(path), None)
            code = 0
        except (ValueError, MemoryError, OSError):
            code = child.FAULT
        finally:
            os._exit(code)
    _, status = os.waitpid(number, 0)
    return {0: "parsed", child.FAULT: "refused"}.get(os.waitstatus_to_exitcode(status), "broke down apart")


def fuzz(seed: int, *, files: int | None = None, seconds: float | None = None, keep: Path | None = None) -> Tally:
    """Damage and read so many files, or for so long."""
    made, tally, began = list(seeds().items()), Tally(), time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        for number in range(files or 10**9):
            if seconds is not None and time.monotonic() - began > seconds:
                break
            random_ = random.Random(f"{seed}-{number}")
            name, body = random_.choice(made)
            path = Path(folder) / f"{seed}-{number}-{name}"
            path.write_bytes(damaged(body, random_))
            _one(path, number, tally, keep)
            path.unlink()
    return tally


def _one(path: Path, number: int, tally: Tally, keep: Path | None) -> None:
    began = time.monotonic()
    try:
        apart = path.suffix in STATISTICS and number % REALLY
        outcome = parse_apart(path) if apart else read(path)
    except Exception:  # noqa: BLE001 -- this is what is looked for
        outcome = "foreign"
        tally.faults.append(f"{path.name}: {traceback.format_exc(limit=-3)}")
    took = time.monotonic() - began
    if took > SECONDS or outcome == "refused without a sentence":
        tally.faults.append(f"{path.name}: {outcome} after {took:.1f} s")
    if keep is not None and tally.faults and tally.faults[-1].startswith(path.name):
        (keep / path.name).write_bytes(path.read_bytes())
    tally.outcomes[outcome] += 1
    tally.slowest = max(tally.slowest, took)


def main() -> int:
    """Fuzz as the command line says; 1 when anything was found."""
    said = argparse.ArgumentParser(description=__doc__)
    said.add_argument("--seed", type=int, default=1)
    said.add_argument("--files", type=int)
    said.add_argument("--seconds", type=float)
    wanted = said.parse_args()
    tally = fuzz(
        wanted.seed, files=wanted.files, seconds=wanted.seconds or (None if wanted.files else 60.0), keep=CORPUS
    )
    print(tally, *tally.faults[:20], sep="\n")
    heavy = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss > MEMORY
    return int(bool(tally.faults) or heavy)


if __name__ == "__main__":
    sys.exit(main())
