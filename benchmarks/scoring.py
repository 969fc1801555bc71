"""Scoring persons x 36 PAIR items in memory, whole numbers and with 2 % missing: ours beside the pandas a user writes.

Run ``python benchmarks/scoring.py [PERSONS]`` (300,000 unless said). Both start from the same pandas frame and end with
six scores a person; ours also checks every answer against the bank, and the keying of every scale over all rows. Prints
seconds of the best of nine runs each, taken in turn, and the ratio.
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
    n_persons = int(sys.argv[1]) if len(sys.argv) > 1 else 300_000
    with_gaps = answers(n_persons)
    frames = {"whole numbers": with_gaps.fillna(2).astype("int64"), "2 % missing": with_gaps}
    ratios = {}
    for what, frame in frames.items():
        found = ours(frame)
        own = found[[c for c in found.columns if not c.endswith("_answered")]].to_numpy()
        gap = np.nanmax(np.abs(own - by_hand(frame).to_numpy()))
        pandas_time, our_time = best_of(9, lambda frame=frame: by_hand(frame), lambda frame=frame: ours(frame))
        print(f"{n_persons} persons x 36 items, {what}; largest difference of any score {gap:.1e}")
        print(
            f"pandas by hand {pandas_time:.3f} s, ours {our_time:.3f} s: "
            f"ours takes {our_time / pandas_time:.2f} of the time"
        )
        ratios[f"pandas by hand, {n_persons} x 36, {what}"] = our_time / pandas_time
    remember("scoring", ratios)


if __name__ == "__main__":
    main()
