"""The history of ratios: one line a run, appended by every benchmark, so that a slower version is seen.

A ratio is ours against what a user would run instead, taken in one run on one machine: seconds differ between machines,
ratios less. ``python benchmarks/history.py`` prints how each ratio has moved.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from intimacy_scales.base.version import __version__

HISTORY = Path(__file__).with_name("history.json")
WORSE = 1.25  # times the best ratio so far: worth a look


def remember(benchmark: str, ratios: Mapping[str, float], history: Path = HISTORY) -> None:
    """Append the ratios of one run: ``{"pandas by hand": 0.31}`` is ours in 0.31 of their time."""
    entry = {
        "date": datetime.now(UTC).date().isoformat(),
        "version": __version__,
        "python": platform.python_version(),
        "benchmark": benchmark,
        "ratios": {name: round(ratio, 4) for name, ratio in ratios.items()},
    }
    runs = [*runs_of(history), entry]
    history.write_text("[\n" + ",\n".join(json.dumps(run) for run in runs) + "\n]\n", encoding="utf-8")


def runs_of(history: Path = HISTORY) -> list[dict]:
    """Return every run that was remembered."""
    return json.loads(history.read_text(encoding="utf-8")) if history.exists() else []


def slower(history: Path = HISTORY) -> list[str]:
    """Return every ratio whose last run is clearly worse than its best."""
    seen: dict[tuple[str, str], list[float]] = {}
    for run in runs_of(history):
        for name, ratio in run["ratios"].items():
            seen.setdefault((run["benchmark"], name), []).append(ratio)
    return [
        f"{benchmark}, {name}: {ratios[-1]:.2f}, best {min(ratios):.2f}"
        for (benchmark, name), ratios in seen.items()
        if ratios[-1] > WORSE * min(ratios)
    ]


def main() -> None:
    for run in runs_of():
        told = ", ".join(f"{name} {ratio:.2f}" for name, ratio in run["ratios"].items())
        print(f"{run['date']} {run['version']} {run['benchmark']}: {told}")
    for line in slower():
        print(f"slower: {line}")


if __name__ == "__main__":
    main()
