"""Change the code in small wrong ways and see whether a test notices.

    python tests/tools/mutate.py --named               the mutants with a name, each with the test that kills it
    python tests/tools/mutate.py --drawn 40 --seed 1   mutants drawn over all floors by the operators below
    python tests/tools/mutate.py --drawn 10 --floor statistics

A mutant is made in a copy of ``src``; the tests of its room run against the copy. Prints one line a mutant and, last,
the survivors. Exit code 1 where a named mutant survives. Not collected by pytest: it takes minutes.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "intimacy_scales"
BESIDE = "test_beside_the_number.py"
TIMEOUT = 600  # seconds a mutant


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One change: where, what becomes what, and the tests that should notice."""

    file: str
    old: str
    new: str
    tests: tuple[str, ...]
    name: str = ""
    line: int = 0

    def apply(self, package: Path) -> None:
        """Write the change into a copy of the package."""
        path = package / self.file
        text = path.read_text(encoding="utf-8")
        if self.line:
            lines = text.splitlines(keepends=True)
            lines[self.line - 1] = self.new
            path.write_text("".join(lines), encoding="utf-8")
            return
        if text.count(self.old) < 1:
            msg = f"{self.file} does not hold {self.old!r}: the named mutant is out of date"
            raise SystemExit(msg)
        path.write_text(text.replace(self.old, self.new, 1), encoding="utf-8")


def named(name: str, file: str, old: str, new: str, test: str, more: str = BESIDE) -> Mutant:
    """Return a mutant with a name and the one test that must kill it."""
    return Mutant(name=name, file=file, old=old, new=new, tests=(f"{more}::{test}",))


NAMED = (
    named("keyed() ignores already_reversed", "scoring/kernel.py", "    if part.already_reversed:\n        return block\n", "",
          "test_keyed_leaves_answers_that_were_reversed_in_the_file"),
    named("a gap counts the larger of its halves' answers", "scoring/__init__.py", "np.minimum(wished.answered",
          "np.maximum(wished.answered", "test_a_gap_counts_the_fewer_answers_of_its_two_halves"),
    named("the guard of a SEM counts all rows", "analysis/reliability/sources.py",
          "alpha is None or alpha.n_complete < LEAST_SAMPLE", "alpha is None or len(known) < LEAST_SAMPLE",
          "test_a_samples_sem_needs_thirty_complete_rows_not_thirty_rows"),
    named("exactly at the cut-off is the worse side", "analysis/change/formulas.py", "cutoff.value) * up >= 0)",
          "cutoff.value) * up > 0)", "test_exactly_at_the_cut_off_is_the_better_side"),
    named("double entry takes n - 3", "statistics/correlation.py", "len(values) - 1.5, level", "len(values) - 3.0, level",
          "test_double_entry_weighs_pairs_with_n_less_three_halves"),
    named("a partial r keeps n - 2", "statistics/correlation.py", "df=n - 2 - q", "df=n - 2",
          "test_a_partial_correlation_loses_a_degree_of_freedom_a_variable_held"),
    named("wishes turned on an interference scale", "analysis/couples/partners/comparison.py",
          '(down, up) if part.scale.role == "interference" else (up, down)', "(up, down)",
          "test_wishing_for_more_of_an_interference_is_no_wish_for_closeness"),
    named("idealisation is given readings", "advice/__init__.py", 'column.part.scale.role != "idealisation" and ', "",
          "test_idealisation_is_given_no_reading"),
    named("heads of text tables unshielded", "output/writing/formats.py", "[safe_text(name) for name in sheet.columns]",
          "list(sheet.columns)", "test_no_cell_of_a_text_table_is_a_formula_nor_is_its_head"),
    named("progress 99 is finished", "reading/exports/platforms/qualtrics.py", "< 100,", "< 99,",
          "test_progress_of_ninety_nine_is_not_finished"),
    named("an identifier of REDCap is kept with all", "reading/exports/surveys/redcap_dictionary.py",
          'in ("y", "yes") or field', 'in ("yes",) or field',
          "test_an_identifier_of_redcap_is_kept_by_nobody_who_asks_for_all"),
)  # fmt: skip

#: pattern in a line of code -> what it becomes: intervals, p, df, n, counts, sides, directions, privacy
OPERATORS = (
    (r"\(1 \+ level\) / 2", "level"),
    (r"\(1 - level\) / 2", "(1 - level)"),
    (r"\bddof=1\b", "ddof=0"),
    (r"\bn - 1\b", "n"),
    (r"\bn - 2\b", "n - 1"),
    (r"\bn - 3\b", "n - 2"),
    (r"\bk - 1\b", "k"),
    (r"\b2 \* stdtr\(", "stdtr("),
    (r"\b2\.0 \* stdtr\(", "stdtr("),
    (r"-abs\(", "abs("),
    (r"\bnp\.minimum\(", "np.maximum("),
    (r"\bmin\(", "max("),
    (r"(?<=[\w)\]]) >= (?=[\w(])", " > "),
    (r"(?<=[\w)\]]) < (?=[\w(])", " <= "),
    (r"(?<=[\w)\]]) > (?=[\w(])", " >= "),
    (r"\bLEAST\w*\b(?= |\)|:)", "0"),
    (r"low=low, high=high", "low=high, high=low"),
    (r"== \"interference\"", '!= "interference"'),
    (r"!= \"idealisation\"", '== "idealisation"'),
    (r"\"personal\"", '"metadata"'),
    (r"\bnot (?=np\.isnan|isnan)", ""),
    (r"~np\.isnan", "np.isnan"),
    (r"\.all\(axis=1\)", ".any(axis=1)"),
    (r"\.any\(axis=1\)", ".all(axis=1)"),
    (r"(?<![*/+-]) - (?=[a-z_]+\.values)", " + "),
    (r"\bnp\.sqrt\(n\)", "n"),
    (r"\blevel=level\b", "level=0.95"),
    (r" and (?=not )", " or "),
)

#: floor or room -> the test files that stand for it, the quick ones
TESTS = {
    "statistics/consistency": ("test_reliability.py", BESIDE),
    "statistics/irt": ("test_irt.py",),
    "statistics/sem": ("test_sem.py", "test_sem_lavaan.py"),
    "statistics/factoring": ("test_structure_kernels.py",),
    "statistics/polychoric": ("test_polychoric.py",),
    "statistics/multilevel": ("test_multilevel.py",),
    "statistics/pooling": ("test_pooling.py",),
    "statistics": (BESIDE, "test_change.py", "test_validity_kernels.py", "test_reliability.py"),
    "bank": ("test_bank.py", "test_banks.py"),
    "reading/exports/platforms": (BESIDE, "test_exports_qualtrics.py", "test_exports_platforms.py"),
    "reading/exports/surveys": (BESIDE, "test_exports_surveys.py"),
    "reading/exports/joining": ("test_exports_joining.py",),
    "reading/exports": ("test_exports.py", "test_exports_text.py", "test_exports_platforms.py"),
    "reading/responses": ("test_responses.py", "test_responses_keying.py", "test_responses_labels.py", "test_responses_columns.py"),
    "scoring": (BESIDE, "test_scoring.py", "test_scored_once.py", "test_norms.py", "test_validity.py"),
    "analysis/careless": ("test_careless.py", BESIDE),
    "analysis/reliability": ("test_reliability.py", "test_reliability_gaps.py", BESIDE, "test_change.py", "test_norms.py"),
    "analysis/norms": ("test_norms.py", "test_norms_choosing.py", BESIDE),
    "analysis/change": ("test_change.py", BESIDE),
    "analysis/couples/models": ("test_couples_models.py",),
    "analysis/couples": (BESIDE, "test_couples.py"),
    "analysis/diary": ("test_diary.py", BESIDE),
    "analysis/structure": ("test_structure.py",),
    "advice": ("test_tips.py", BESIDE),
    "output/writing": ("test_safety_writing.py", "test_writing_back.py", "test_files.py", BESIDE),
}  # fmt: skip


def tests_of(file: str) -> tuple[str, ...]:
    """Return the test files of a source file: those of the nearest room that has any."""
    rooms = [room for room in TESTS if file.startswith(f"{room}/")]
    return TESTS[max(rooms, key=len)] if rooms else ()


def lines_of_code(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the lines of functions that are code: no docstring, no comment, no text alone."""
    text = path.read_text(encoding="utf-8")
    tree, quiet = ast.parse(text), set[int]()
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.end_lineno is not None:
            quiet |= set(range(node.lineno, node.end_lineno + 1)) if node.end_lineno > node.lineno else set()
    inside = {
        number
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.end_lineno is not None
        for number in range(node.lineno + 1, node.end_lineno + 1)
    }
    for number, line in enumerate(text.splitlines(keepends=True), start=1):
        bare = line.strip()
        if (
            number in inside
            and number not in quiet
            and bare
            and not bare.startswith(("#", '"', "'", "return f", 'f"', "import", "from"))
        ):
            yield number, line


def candidates(floor: str | None) -> Iterator[Mutant]:
    """Yield every mutant that the operators make."""
    for path in sorted(PACKAGE.rglob("*.py")):
        file = path.relative_to(PACKAGE).as_posix()
        tests = tests_of(file)
        if not tests or (floor is not None and not file.startswith(floor)):
            continue
        for number, line in lines_of_code(path):
            for pattern, new in OPERATORS:
                found = re.search(pattern, line)
                if found:
                    changed = line[: found.start()] + re.sub(pattern, new, found.group(), count=1) + line[found.end() :]
                    if changed == line:  # a look-ahead hid the match from the second pass
                        changed = line[: found.start()] + new + line[found.end() :]
                    yield Mutant(file=file, old=line.strip(), new=changed, tests=tests, line=number)


def copy_of_the_project(place: Path) -> Path:
    """Copy ``src`` and link the rest; return the package in the copy."""
    shutil.copytree(ROOT / "src", place / "src", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("scales", "notebooks", "pyproject.toml", "README.md", "CHANGELOG.md", "tests"):
        (place / name).symlink_to(ROOT / name)
    return place / "src" / "intimacy_scales"


@cache
def failing(tests: tuple[str, ...]) -> tuple[str, ...]:
    """Return the tests that fail without any change: they notice nothing."""
    with tempfile.TemporaryDirectory() as folder:
        copy_of_the_project(Path(folder))
        run = _pytest(Path(folder), tests, "--tb=no", timeout=4 * TIMEOUT)
    lines = [line for line in run.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    return tuple(line.split(" ", 1)[1].split(" - ")[0] for line in lines)


def _pytest(place: Path, tests: tuple[str, ...], *more: str, timeout: int) -> subprocess.CompletedProcess[str]:
    env = os.environ | {"PYTHONPATH": str(place / "src"), "OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", "-n", "0", "-q", "-p", "no:cacheprovider", "--no-header", *more,
               *(f"tests/{one}" for one in tests)]  # fmt: skip
    return subprocess.run(command, cwd=place, env=env, capture_output=True, text=True, timeout=timeout, check=False)


def killed(mutant: Mutant) -> tuple[bool, float, str]:
    """Run the tests against the mutant; return whether one failed, the seconds, and what noticed."""
    known = [f"--deselect={one}" for one in failing(mutant.tests)]
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        mutant.apply(copy_of_the_project(place))
        try:
            run = _pytest(place, mutant.tests, "-x", *known, timeout=TIMEOUT)
        except subprocess.TimeoutExpired:
            return True, time.monotonic() - began, "no end"
    said = next((line for line in run.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))), "")
    return run.returncode != 0, time.monotonic() - began, said.split(" - ")[0].split("/tests/")[-1]


def drawn(n: int, seed: int, floor: str | None) -> list[Mutant]:
    """Return n mutants, as evenly from the rooms as can be."""
    rooms: dict[tuple[str, ...], list[Mutant]] = {}
    for one in candidates(floor):
        rooms.setdefault(one.tests, []).append(one)
    random.seed(seed)
    for made in rooms.values():
        random.shuffle(made)
    found: list[Mutant] = []
    while len(found) < n and any(rooms.values()):
        found += [made.pop() for made in rooms.values() if made]
    return found[:n]


def main() -> int:
    """Make the mutants that were asked for, run, tell."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--named", action="store_true", help="the mutants with a name")
    asked.add_argument("--drawn", type=int, default=0, metavar="N", help="mutants drawn over all floors")
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--floor", help="files below this folder only (statistics, analysis/change)")
    said = asked.parse_args()
    mutants = [*(NAMED if said.named else ()), *(drawn(said.drawn, said.seed, said.floor) if said.drawn else ())]
    survivors: list[Mutant] = []
    for one in mutants:
        dead, seconds, by = killed(one)
        survivors += [] if dead else [one]
        what = one.name or f"{one.old}  ->  {one.new.strip()}"
        print(
            f"{'killed' if dead else 'ALIVE '} {seconds:5.0f} s  {one.file}:{one.line or ''}  {what}  {by}", flush=True
        )
    print(f"{len(mutants) - len(survivors)} of {len(mutants)} mutants were noticed")
    return 1 if any(one.name for one in survivors) else 0


if __name__ == "__main__":
    raise SystemExit(main())
