"""How many of our own frames lie between the command and the kernel that computes: `python tests/tools/frames.py`.

Counted by ``sys.setprofile`` when the kernel is entered first: frames of this package from ``main`` to it, both
counted, those of comprehensions and generators not. Run it with PYTHONPATH on the tree to be measured.
"""

from __future__ import annotations

import contextlib
import inspect
import io
import os
import sys
import tempfile
from pathlib import Path

#: command -> its words, and the file of the kernel (its beginning)
COMMANDS = {
    "score": (["score", "one.csv", "--bank", "eis", "--out", "s.csv"], "scoring/kernel"),
    "reliability": (["reliability", "one.csv", "--bank", "eis"], "statistics/consistency/"),
    "couples": (["couples", "two.csv", "--bank", "eis", "--couple", "couple", "--partner", "who"], "statistics/icc"),
    "report": (["report", "one.csv", "--bank", "eis", "--out", "r.html"], "statistics/consistency/"),
}


def chain(words: list[str], kernel: str) -> list[str]:
    """Return the frames of our own from main to the kernel's first one."""
    import intimacy_scales
    from intimacy_scales.cli import main

    ours = str(Path(intimacy_scales.__file__).parent) + os.sep
    found: list[str] = []

    def watch(frame, event, _argument) -> None:
        name = frame.f_code.co_filename
        if found or event != "call" or not name.startswith(ours) or frame.f_code.co_name == "<module>":
            return
        where = name[len(ours) :].replace(os.sep, "/")
        if not where.startswith(kernel) or frame.f_code.co_name.startswith("<") or not _is_function(frame):
            return
        frames = []
        while frame is not None:
            code = frame.f_code
            if code.co_filename.startswith(ours) and not code.co_name.startswith("<"):
                frames.append(f"{code.co_filename[len(ours) :].removesuffix('.py')}:{code.co_name}")
            frame = frame.f_back
        if not any(one.startswith("reading/") for one in frames):  # what reading checks is no result of the command
            found.extend(frames)

    sys.setprofile(watch)
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            main(words)
    except SystemExit:
        pass
    finally:
        sys.setprofile(None)
    return found[::-1]


def _is_function(frame) -> bool:
    return bool(frame.f_code.co_flags & inspect.CO_OPTIMIZED)  # bodies of modules and classes are none


def write_answers() -> None:
    """Write a file of persons and a file of couples into this folder."""
    import intimacy_scales as ims

    frame = ims.simulate("eis", 120, seed=1).frame()
    frame.to_csv("one.csv", index=False)
    frame.assign(couple=[row // 2 for row in range(120)], who=["ab"[row % 2] for row in range(120)]).to_csv(
        "two.csv", index=False
    )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        write_answers()
        for name, (words, kernel) in COMMANDS.items():
            frames = chain(words, kernel)
            print(f"{name}: {len(frames)}\n  " + "\n  ".join(frames))
        os.chdir("/")
