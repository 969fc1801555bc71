"""From a hundred answers to a hundred million: whole commands, ours beside what a user would run instead.

usage: python benchmarks/sizes.py [--most ANSWERS] [--runs N] [--only scores|alpha|items|cores|engines] [--out FOLDER]

Every program is started anew for every figure: seconds are those of the whole process, from its start to the written
file, by the clock and of the processors, memory is the most that the system held for it. Files have an id and two text columns, which go along, 2 % of
the answers are missing. Where a file of an earlier run of the same size stands in the folder for files it is used again.
Writes ``sizes.md`` (a table), ``sizes.svg`` (a picture) and ``sizes.json`` (every figure) to the folder, and the ratios to
``history.json``. ``psych`` is timed where Rscript is.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

import contenders
import numpy as np
from history import remember

HERE = Path(__file__).parent
ANSWERS = [10**power for power in range(2, 9)]
ITEMS = (5, 36, 100, 500)
ITEM_ANSWERS = 3_600_000
CORE_ANSWERS = 36_000_000
ENGINE_ROWS = (1_000_000, 10_000_000)
MOST_PSYCH = 10_100_000  # read.csv needs minutes beyond
MOST_CHECKED = 10_100_000
ROWS_A_PIECE = 50_000
CITIES = np.array(["Wien", "Graz", "Linz", "Salzburg, Stadt", ""])
COMMENTS = np.array(["none", "ok then", "ask me again later", ""])


@dataclass(frozen=True)
class Questionnaire:
    """What a hand-written program must know, and what ours reads from its bank."""

    bank: str
    """An id, or the path of a bank file."""
    scales: dict[str, list[str]]
    turned: list[str]
    ends: int
    times: float
    least: int
    codes: int
    keep: list[str] = field(default_factory=lambda: ["id", "city", "comment"])

    @property
    def columns(self) -> list[str]:
        """Names of the item columns, in the order of the items."""
        return sorted((c for columns in self.scales.values() for c in columns), key=lambda c: int(c.rsplit("_", 1)[1]))


@dataclass(frozen=True)
class Measured:
    """One program on one file."""

    task: str
    who: str
    kind: str
    rows: int
    items: int
    cores: int
    seconds: float
    """Of the clock."""
    processor: float
    """Of the processors, system included: what a busy machine changes least."""
    megabytes: float

    @property
    def answers(self) -> int:
        """Rows x items."""
        return self.rows * self.items


def pair() -> Questionnaire:
    import intimacy_scales as ims

    bank = ims.load_bank("pair")
    scales = {f"pair_now_{scale.id}": [f"pair_{item}" for item in scale.items] for scale in bank.scales}
    turned = [f"pair_{item.number}" for item in bank.items if item.reverse]
    return Questionnaire("pair", scales, turned, 4, 24, 5, 5)


def eis() -> Questionnaire:
    columns = [f"eis_{number}" for number in range(1, 6)]
    return Questionnaire("eis", {"eis_total": columns}, [], 6, 5, 4, 5)


def made_up(n_items: int, folder: Path) -> Questionnaire:
    """Return a private bank of scales of five items, codes 1 to 5, every fifth item reversed."""
    numbers = range(1, n_items + 1)
    scales = {f"long_s{1 + s}": [f"long_{5 * s + j}" for j in range(1, 6)] for s in range(n_items // 5)}
    lines = [
        "format: 2", "id: long", 'version: "1.0.0"', "name: A questionnaire of any length", "measures: nothing", "status: private",
        "options:", "  five:", *(f"    - {{code: {code}, label: answer {code}}}" for code in range(1, 6)), "items:",
        *(f"  - {{number: {n}, gloss: item {n}, options: five{', reverse: true' if n % 5 == 0 else ''}}}" for n in numbers),
        "scales:",
        *(f"  - {{id: s{1 + s}, name: Scale {1 + s}, items: [{', '.join(str(5 * s + j) for j in range(1, 6))}], combine: sum, "
          "min_answered: 4, missing: prorate, better: neither, higher_means: more, measures: nothing}"
          for s in range(n_items // 5)),
    ]  # fmt: skip
    path = folder / f"long_{n_items}.yaml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return Questionnaire(str(path), scales, [f"long_{n}" for n in numbers if n % 5 == 0], 6, 5, 4, 5)


def pieces(asked: Questionnaire, rows: int):
    """Yield tables of simulated persons: one factor a scale, 2 % missing."""
    import pyarrow as pa

    rng = np.random.default_rng(36)
    place = {column: s for s, columns in enumerate(asked.scales.values()) for column in columns}
    least = (asked.ends - asked.codes + 1) // 2
    for start in range(0, rows, ROWS_A_PIECE):
        n = min(ROWS_A_PIECE, rows - start)
        factors = rng.standard_normal((len(asked.scales), n))
        found = {"id": pa.array([f"P{row:09d}" for row in range(start, start + n)])}
        for column in asked.columns:
            latent = 0.7 * factors[place[column]] + 0.71 * rng.standard_normal(n)
            code = np.clip(np.round(latent + (asked.codes - 1) / 2), 0, asked.codes - 1).astype(np.int8) + least
            code = asked.ends - code if column in asked.turned else code
            found[column] = pa.array(code, pa.int8(), mask=rng.random(n) < 0.02)
        found["city"] = pa.array(CITIES[rng.integers(0, len(CITIES), n)])
        found["comment"] = pa.array(COMMENTS[rng.integers(0, len(COMMENTS), n)])
        yield pa.table(found)


def files_of(asked: Questionnaire, rows: int, folder: Path) -> dict[str, Path]:
    """Return a CSV and a Parquet of the same persons, made where they are not there."""
    import pyarrow as pa
    import pyarrow.parquet as pq
    from pyarrow import csv

    stem = f"{Path(asked.bank).stem}_{len(asked.columns)}_{rows}"
    paths = {kind: folder / f"{stem}.{kind}" for kind in ("csv", "parquet")}
    if not all(path.exists() for path in paths.values()):
        options = csv.WriteOptions(quoting_style="needed")
        text = column_file = None
        for table in pieces(asked, rows):
            if text is None:
                text = csv.CSVWriter(paths["csv"], table.schema, write_options=options)
                column_file = pq.ParquetWriter(paths["parquet"], table.schema)
            # pyarrow writes whole numbers of a column with gaps as blanks: what a survey platform does
            text.write_table(table)
            column_file.write_table(pa.Table.from_batches(table.to_batches()))
        text.close()
        column_file.close()
    return paths


LAUNCHER = """
import os, sys, time
os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: int(sys.argv[1])])
began = time.perf_counter()
child = os.fork()
if not child:
    os.execvp(sys.argv[3], sys.argv[3:])
_, status, used = os.wait4(child, 0)
with open(sys.argv[2], "w") as file:
    file.write(f"{time.perf_counter() - began} {used.ru_utime + used.ru_stime} {used.ru_maxrss / 1024}")
sys.exit(os.waitstatus_to_exitcode(status) != 0)
"""
"""A small process between: a new process counts the memory of the one it was split from as its own peak."""


def started(command: list[str], cores: int) -> tuple[float, float, float, str]:
    """Run a program; return seconds, processor seconds, megabytes at its peak and what it printed."""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with tempfile.TemporaryDirectory() as folder:
        figures = Path(folder) / "figures"
        launched = [sys.executable, "-S", "-E", "-c", LAUNCHER, str(cores), str(figures), *command]
        done = subprocess.run(launched, capture_output=True, text=True, check=False, env=env)
        if done.returncode:
            raise SystemExit(f"{command[:6]} failed: {done.stderr[-2000:]}")
        seconds, processor, megabytes = map(float, figures.read_text(encoding="utf-8").split())
    return seconds, processor, megabytes, done.stdout


class Run:
    """Figures so far, and where files go."""

    def __init__(self, folder: Path, runs: int) -> None:
        self.folder, self.runs = folder, runs
        self.found: list[Measured] = []

    def time(
        self, task: str, who: str, asked: Questionnaire, source: Path, rows: int, command: list[str], cores: int
    ) -> str:
        """Keep the fastest of several runs: of one where a run takes long."""
        best = (float("inf"), 0.0, 0.0, "")
        began = time.perf_counter()
        for _ in range(self.runs):
            best = min(best, started(command, cores))
            if time.perf_counter() - began > 60:
                break
        seconds, processor, megabytes, printed = best
        one = Measured(
            task=task, who=who, kind=source.suffix[1:], rows=rows, items=len(asked.columns), cores=cores,
            seconds=round(seconds, 3), processor=round(processor, 3), megabytes=round(megabytes, 1),
        )  # fmt: skip
        self.found.append(one)
        print(f"{task:8} {one.answers:>12,} answers, {one.items:3} items, {one.kind:8} {cores} cores, {who:28} "
              f"{one.seconds:9.2f} s {one.processor:9.2f} s of processors {one.megabytes:8.0f} MB", flush=True)  # fmt: skip
        return printed

    def scores(self, asked: Questionnaire, rows: int, *, task: str = "scores", cores: int = 2) -> None:
        """Time the way from a file to a file of scores; every program's scores are compared with ours."""
        for source in files_of(asked, rows, self.folder).values():
            out = self.folder / "scores.parquet"
            ours = [sys.executable, "-m", "intimacy_scales.cli", "score", str(source), "--bank", asked.bank, "--out", str(out),
                    "--force", *(part for column in asked.keep[1:] for part in ("--keep", column))]  # fmt: skip
            self.time(task, "ours", asked, source, rows, ours, cores)
            checked = self.folder / "ours.parquet"
            out.replace(checked)
            programs = contenders.SCORING | (contenders.LIMITS if task == "scores" else {})
            for who, program in programs.items():
                given = json.dumps({"source": str(source), "out": str(out), **asdict(asked)})
                self.time(task, who, asked, source, rows, [sys.executable, "-c", program, given], cores)
                if who in contenders.SCORING and rows * len(asked.columns) <= MOST_CHECKED:
                    compare(checked, out, list(asked.scales))

    def alpha(self, asked: Questionnaire, rows: int) -> None:
        """Time the way from a file to reliability: ours with its item table, the others as they print it."""
        for source in files_of(asked, rows, self.folder).values():
            given = json.dumps({"source": str(source), "out": "", **asdict(asked)})
            out = self.folder / "reliability.json"
            ours = [sys.executable, "-m", "intimacy_scales.cli", "reliability", str(source), "--bank", asked.bank,
                    "--json", str(out), "--force"]  # fmt: skip
            self.time("alpha", "ours", asked, source, rows, ours, 2)
            said = json.loads(out.read_text(encoding="utf-8"))["reliability"]
            wanted = [one["alpha"]["value"] for bank in said.values() for one in bank.values()]
            for who, program in contenders.OUR_READING.items():
                self.time("alpha", who, asked, source, rows, [sys.executable, "-c", program, given], 2)
            for who, program in contenders.RELIABILITY.items():
                printed = self.time("alpha", who, asked, source, rows, [sys.executable, "-c", program, given], 2)
                np.testing.assert_allclose([float(line) for line in printed.split()], wanted, atol=1e-9)
            if source.suffix == ".csv" and shutil.which("Rscript") and rows * len(asked.columns) <= MOST_PSYCH:
                script = self.folder / "alpha.R"
                script.write_text(contenders.PSYCH, encoding="utf-8")
                columns = ";".join(",".join(one) for one in asked.scales.values())
                command = ["Rscript", str(script), str(source), columns, ",".join(asked.turned), str(asked.ends)]
                printed = self.time("alpha", "psych, with its item table", asked, source, rows, command, 2)
                np.testing.assert_allclose([float(line) for line in printed.split()], wanted, atol=1e-9)

    def engines(self, asked: Questionnaire, rows: int) -> None:
        """Time reliability and scores of a frame of every engine: memory is to stay what it is, whatever the rows."""
        source = files_of(asked, rows, self.folder)["parquet"]
        given = json.dumps({"source": str(source), "out": "", **asdict(asked)})
        for who, opened in contenders.ENGINES.items():
            program = contenders.ENGINE.replace("{opened}", opened)
            if "once" in who:  # one of the two is all that such a stream gives
                program = program.replace('found = ims.reliability(frame, task["bank"])', "found = None")
            printed = self.time("engines", who, asked, source, rows, [sys.executable, "-c", program, given], 2)
            if int(printed.split()[-1]) != rows:
                raise SystemExit(f"{who} gave {printed} of {rows} rows")


def compare(ours: Path, theirs: Path, columns: list[str]) -> None:
    """Stop where a program scored otherwise: a ratio of two different things says nothing."""
    import pyarrow.parquet as pq

    one, other = (pq.read_table(path, columns=columns) for path in (ours, theirs))
    for column in columns:
        a, b = (table[column].to_pandas().to_numpy(dtype=float) for table in (one, other))
        if not np.allclose(a, b, rtol=0, atol=1e-9, equal_nan=True):
            raise SystemExit(f"{theirs} differs in {column}")


def markdown(found: list[Measured]) -> str:
    """Return every figure as tables: a row a size, a column a program."""
    load = f", load {os.getloadavg()[0]:.0f} when this was written" if hasattr(os, "getloadavg") else ""
    machine = f"{platform.system()}, {os.cpu_count()} cores, Python {platform.python_version()}{load}."
    busy = "On a busy machine seconds of the clock say how busy it was; those of the processors are to be compared."
    head = "# Sizes: whole commands, seconds (of the processors in brackets) and megabytes at the peak"
    lines = [head, "", f"{machine} {busy}", ""]
    titles = {
        "scores": "A file with an id and two text columns, scored into Parquet",
        "alpha": "Reliability of the same file",
        "items": f"About {ITEM_ANSWERS:,} answers, of few items or many, scored into Parquet",
        "cores": "Scored into Parquet on one core and on two",
        "engines": "Reliability, and scores batch by batch, of frames of other engines",
    }
    for task, title in titles.items():
        own = [one for one in found if one.task == task]
        for kind in dict.fromkeys(one.kind for one in own):
            rows = [one for one in own if one.kind == kind]
            whose = list(dict.fromkeys(one.who for one in rows))
            sizes = list(dict.fromkeys((one.rows, one.items, one.cores) for one in rows))
            lines += [f"## {title}, from {kind}", "", "| rows x items (cores) | " + " | ".join(whose) + " |",
                      "| --- " * (len(whose) + 1) + "|"]  # fmt: skip
            for size in sizes:
                at = {one.who: one for one in rows if (one.rows, one.items, one.cores) == size}
                cells = [
                    f"{at[who].seconds:.2f} s ({at[who].processor:.2f}), {at[who].megabytes:.0f} MB"
                    if who in at
                    else ""
                    for who in whose
                ]
                lines.append(f"| {size[0]:,} x {size[1]} ({size[2]}) | " + " | ".join(cells) + " |")
            lines.append("")
    return "\n".join(lines)


def picture(found: list[Measured], path: Path) -> None:
    """Draw time and memory by the number of answers, both on a scale of powers of ten."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "sizes"
    from matplotlib import pyplot as plt

    own = [one for one in found if one.task == "scores"]
    kinds = list(dict.fromkeys(one.kind for one in own))
    figure, axes = plt.subplots(len(kinds), 2, figsize=(11, 4.2 * len(kinds)), squeeze=False, layout="constrained")
    for row, kind in zip(axes, kinds, strict=True):
        for axis, what, unit in zip(
            row, ("processor", "megabytes"), ("seconds of the processors, whole command", "MB at the peak"), strict=True
        ):
            for who in dict.fromkeys(one.who for one in own):
                points = sorted((one.answers, getattr(one, what)) for one in own if one.kind == kind and one.who == who)
                axis.plot(
                    *zip(*points, strict=True),
                    marker="o",
                    markersize=3,
                    label=who,
                    linewidth=2.2 if who == "ours" else 1,
                )
            axis.set(xscale="log", yscale="log", xlabel="answers", ylabel=unit, title=f"from {kind}")
            axis.grid(visible=True, alpha=0.3)
    axes[0][0].legend(frameon=False, fontsize=8)
    figure.savefig(path, metadata={"Date": None})


def ratios(found: list[Measured]) -> dict[str, dict[str, float]]:
    """Return ours against each of the others: ``{benchmark: {"polars by hand, 1000000 x 36, csv": 2.1}}``."""
    made: dict[str, dict[str, float]] = {}
    ours = {(o.task, o.kind, o.rows, o.items, o.cores): o for o in found if o.who == "ours"}
    for one in found:
        mine = ours.get((one.task, one.kind, one.rows, one.items, one.cores))
        if mine is None or mine is one:
            continue
        where = f"{one.rows} x {one.items}, {one.kind}, {one.cores} cores"
        made.setdefault(f"sizes, {one.task}", {})[f"{one.who}, {where}"] = mine.seconds / one.seconds
        made.setdefault(f"sizes, processor of {one.task}", {})[f"{one.who}, {where}"] = mine.processor / max(
            one.processor, 0.01
        )
        made.setdefault(f"sizes, memory of {one.task}", {})[f"{one.who}, {where}"] = mine.megabytes / one.megabytes
    return made


def measure(run: Run, only: set[str], most: int) -> None:
    """Measure what was asked for, up to so many answers."""
    for answers in [one for one in ANSWERS if one <= most]:
        rows = -(-answers // 36)
        if "scores" in only:
            run.scores(pair(), rows)
        if "alpha" in only and rows > 20:
            run.alpha(pair(), rows)
    for n_items in ITEMS if "items" in only else ():
        asked = pair() if n_items == 36 else made_up(n_items, run.folder)
        run.scores(asked, min(most, ITEM_ANSWERS) // n_items, task="items")
    for cores in (1, 2) if "cores" in only else ():
        run.scores(pair(), min(most, CORE_ANSWERS) // 36, task="cores", cores=cores)
    for rows in ENGINE_ROWS if "engines" in only else ():
        run.engines(eis(), min(most // 5, rows))


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--most", type=float, default=1e8, help="answers in the largest file")
    ask.add_argument("--runs", type=int, default=3, help="the fastest of so many runs counts")
    ask.add_argument("--only", nargs="*", default=["scores", "alpha", "items", "cores", "engines"])
    ask.add_argument("--out", type=Path, default=HERE, help="where table, picture and figures go")
    ask.add_argument("--files", type=Path, help="where the files lie, to be used again (default: a temporary folder)")
    given = ask.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.files or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        run = Run(folder, given.runs)
        measure(run, set(given.only), int(given.most))
    figures = given.out / "sizes.json"
    figures.write_text("[\n" + ",\n".join(json.dumps(asdict(one)) for one in run.found) + "\n]\n", encoding="utf-8")
    (given.out / "sizes.md").write_text(markdown(run.found), encoding="utf-8")
    if "scores" in given.only:
        picture(run.found, given.out / "sizes.svg")
    for benchmark, of_run in ratios(run.found).items():
        remember(benchmark, of_run)


if __name__ == "__main__":
    main()
