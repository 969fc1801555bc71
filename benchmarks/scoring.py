"""Scoring 1,000,000 persons x 36 PAIR items (2 % missing) in memory: ours beside the pandas a user would write.

Run ``python benchmarks/scoring.py [PERSONS]``. Both start from the same pandas frame and end with six scores a person;
ours also checks every answer against the bank. Prints seconds of the best of five runs each, taken in turn, and the ratio.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import numpy as np
import pandas as pd
from history import remember

import intimacy_scales as ims

REVERSED = [8, 9, 10, 11, 12, 13, 14, 16, 21, 22, 25, 28, 29, 31, 32, 33, 36]


def answers(n_persons: int) -> pd.DataFrame:
    rng = np.random.default_rng(36)
    codes = rng.integers(0, 5, (n_persons, 36)).astype(float)
    codes[rng.random(codes.shape) < 0.02] = np.nan
    return pd.DataFrame(codes, columns=[f"pair_{i}" for i in range(1, 37)])


def by_hand(frame: pd.DataFrame) -> pd.DataFrame:
    """What a careful user writes: copy, reverse, mean of what is answered, mask where too little is."""
    keyed = frame.copy()
    for number in REVERSED:
        keyed[f"pair_{number}"] = 4 - keyed[f"pair_{number}"]
    scores = {}
    for place in range(6):
        items = keyed[[f"pair_{number}" for number in range(place + 1, 37, 6)]]
        score = items.mean(axis=1) * 24
        scores[place] = score.mask(items.notna().sum(axis=1) < 5)
    return pd.DataFrame(scores)


def ours(frame: pd.DataFrame) -> pd.DataFrame:
    return ims.score(frame, ims.load_bank("pair")).table()


def best_of(runs: int, *jobs: Callable[[], object]) -> list[float]:
    best = [float("inf")] * len(jobs)
    for _ in range(runs):
        for place, job in enumerate(jobs):
            began = time.perf_counter()
            job()
            best[place] = min(best[place], time.perf_counter() - began)
    return best


def main() -> None:
    n_persons = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    frame = answers(n_persons)
    own = ours(frame)[[c for c in ours(frame).columns if not c.endswith("_answered")]].to_numpy()
    gap = np.nanmax(np.abs(own - by_hand(frame).to_numpy()))
    pandas_time, our_time = best_of(5, lambda: by_hand(frame), lambda: ours(frame))
    print(f"{n_persons} persons x 36 items; largest difference of any score {gap:.1e}")
    print(
        f"pandas by hand {pandas_time:.3f} s, ours {our_time:.3f} s: ours takes {our_time / pandas_time:.2f} of the time"
    )
    remember("scoring", {f"pandas by hand, {n_persons} x 36": our_time / pandas_time})


if __name__ == "__main__":
    main()
