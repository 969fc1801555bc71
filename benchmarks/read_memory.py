"""How much memory and time reading a large Qualtrics CSV takes: ``python benchmarks/read_memory.py [MEGABYTES]``.

Writes an export of the size asked for (default 200 MB) into a temporary folder, reads it in a fresh process, and
prints peak resident memory as a multiple of the file's size. Allowed: 3 times.
"""

from __future__ import annotations

import csv
import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path

OWN = ["StartDate", "EndDate", "Status", "IPAddress", "Progress", "Duration (in seconds)", "Finished", "RecordedDate", "ResponseId",
       "LocationLatitude", "LocationLongitude", "DistributionChannel", "UserLanguage"]  # fmt: skip
IDS = ["startDate", "endDate", "status", "ipAddress", "progress", "duration", "finished", "recordedDate", "_recordId",
       "locationLatitude", "locationLongitude", "distributionChannel", "userLanguage"]  # fmt: skip
ITEMS = 72
LABELS = ["Strongly disagree", "Disagree", "Neither", "Agree", "Strongly agree"]
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
READ = """
import json, resource, sys, time
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
began = time.perf_counter()
from intimacy_scales.exports import read_table
table = read_table(sys.argv[1])
print(json.dumps({"seconds": time.perf_counter() - began, "rows": len(table), "columns": len(table.columns),
                  "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, "bare": before * 1024}))
"""


def row(chance: random.Random, *, text: bool) -> list[str]:
    moment = f"2026-{chance.randint(1, 12):02}-{chance.randint(1, 28):02} {chance.randint(0, 23):02}:{chance.randint(0, 59):02}:{chance.randint(0, 59):02}"
    later = f"{moment[:-2]}{chance.randint(0, 59):02}"
    answers = [str(chance.randint(1, 5)) for _ in range(ITEMS)]
    if text:
        answers = [LABELS[int(answer) - 1] for answer in answers]
    return [moment, later, "0", f"{chance.randint(1, 223)}.{chance.randint(0, 255)}.{chance.randint(0, 255)}.{chance.randint(0, 255)}", "100",
            str(chance.randint(60, 4000)), "1", later, "R_" + "".join(chance.choices(LETTERS, k=15)),
            f"{chance.uniform(-80, 80):.13f}", f"{chance.uniform(-180, 180):.13f}", "anonymous", "EN", *answers]  # fmt: skip


def write(path: Path, size: int, *, text: bool) -> None:
    chance = random.Random(20261123)  # noqa: S311 -- the same file every time
    names = [f"Q{1 + item // 12}_{1 + item % 12}" for item in range(ITEMS)]
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow([*OWN, *names])
        out.writerow([*OWN, *(f"How well does statement {item + 1} describe you?" for item in range(ITEMS))])
        out.writerow(
            [json.dumps({"ImportId": one}) for one in [*IDS, *(f"QID{1 + i // 12}_{1 + i % 12}" for i in range(ITEMS))]]
        )
        while file.tell() < size:
            out.writerows(row(chance, text=text) for _ in range(2000))


def main() -> None:
    size = int(sys.argv[1] if len(sys.argv) > 1 else 200) * 1_000_000
    for text in (False, True):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "export.csv"
            write(path, size, text=text)
            found = json.loads(
                subprocess.run(
                    [sys.executable, "-c", READ, str(path)], capture_output=True, check=True, text=True
                ).stdout
            )
            bytes_ = path.stat().st_size
        print(f"{'choice text' if text else 'numbers':12} {bytes_ / 1e6:6.0f} MB, {found['rows']:,} rows x {found['columns']}: "
              f"{found['seconds']:.1f} s, peak {found['peak'] / 1e6:.0f} MB = {found['peak'] / bytes_:.2f} x the file "
              f"(a bare interpreter: {found['bare'] / 1e6:.0f} MB)")  # fmt: skip


if __name__ == "__main__":
    main()
