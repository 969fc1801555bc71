"""Whatever a file says of its codes: the outcome is the true code or a problem, never another code.

Surveys are drawn: how the platform numbered the options (as the bank, shifted, turned, in steps of ten, mixed up), what
each number is labelled (a label the bank knows, one it does not, a number, nothing), how the cells are written (numbers
with value labels, "2 - agree", labels alone), and which options anybody ticked. Numbers without a label follow the line
of their survey: only where every number that occurs has a label are they mixed up. Numbers that no label explains at all
have tests of their own below: refused or doubted, but for a scale that is turned as a whole with nothing beside it.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass

import numpy as np
import pytest

from export_dresses import DRESSES, write
from intimacy_scales.bank import read_bank
from intimacy_scales.base.errors import command_line
from intimacy_scales.reading.exports import Column, NumberCells, read_table, text_cells
from intimacy_scales.reading.responses import contradicting_files, examine
from response_banks import bank_text, make_bank, table

BANKS = {1: make_bank(), 0: make_bank("zero", low=0)}
LABELS = ["strongly disagree", "disagree", "neutral", "agree", "strongly agree"]
GERMAN = ["gar nicht", "eher nicht", "teils teils", "eher ja", "ganz genau"]
FOREIGN = ["helemaal oneens", "mee oneens", "neutraal, geen van beide", "mee eens", "helemaal eens"]
WAYS = ("numbers", "number and label", "label")


@dataclass(frozen=True, kw_only=True)
class Survey:
    """One drawn survey: raw number of each code, its label ("" for none), how cells are written, who ticked what."""

    low: int
    raw: dict[int, int]
    label: dict[int, str]
    way: str
    truth: np.ndarray

    @property
    def is_full(self) -> bool:
        """Every answer that occurs has a label the bank knows, or both ends have and the numbers stand beside them."""
        known = {*LABELS, *GERMAN}
        codes = sorted(self.raw)
        used = set(self.truth.ravel().tolist())
        ends = {codes[0], codes[-1]}
        strange = [self.label[code] for code in codes if self.label[code] and self.label[code] not in known]
        if strange:
            return False
        if all(self.label[code] in known for code in used):
            return True
        return self.way != "label" and all(self.label[code] in known for code in ends)

    def cell(self, code: int) -> str:
        """A cell as text."""
        label, number = self.label[code], str(self.raw[code])
        if not label or self.way == "numbers":
            return number
        return label if self.way == "label" else f"{number} - {label}"

    def columns(self, names: list[str], *, labelled: bool = True) -> dict[str, Column]:
        """The survey as columns of a table."""
        made = {}
        for name, codes in zip(names, self.truth.T, strict=True):
            if self.way != "numbers":
                made[name] = Column(name=name, cells=text_cells([self.cell(int(code)) for code in codes]))
                continue
            numbers = np.array([float(self.raw[int(code)]) for code in codes])
            labels = {float(self.raw[code]): label for code, label in self.label.items() if label and labelled}
            made[name] = Column(name=name, cells=NumberCells(numbers=numbers), labels=labels)
        return made


def drawn(draw: random.Random, *, n_items: int = 6, ways: tuple[str, ...] = WAYS, low: int | None = None) -> Survey:
    low = draw.choice([0, 1]) if low is None else low
    codes = list(range(low, low + 5))
    numbering = draw.choice(["same", "shifted", "turned", "steps", "mixed"])
    raw = {
        "same": codes, "shifted": None, "turned": codes[::-1],
        "steps": [10 * (code - low + 1) for code in codes], "mixed": draw.sample(codes, 5),
    }[numbering]  # fmt: skip
    if raw is None:
        by = draw.choice([-low, 1 - low, 1, -1]) or 1
        raw = [code + by for code in codes]
    used = draw.sample(codes, draw.randint(1, 5))
    truth = np.array([[draw.choice(used) for _ in range(n_items)] for _ in range(draw.choice([3, 8, 40]))])
    ticked = set(truth.ravel().tolist())
    source = draw.choice([LABELS, LABELS, LABELS, GERMAN, FOREIGN, None])
    gone = draw.random() < 0.5
    label = {}
    for at, code in enumerate(codes):
        texts = [LABELS, GERMAN, FOREIGN, [str(one) for one in codes]]
        chosen = draw.choice(texts)[at] if source is None else source[at]
        keep = not gone or (numbering in ("mixed", "steps") and code in ticked) or draw.random() < 0.6
        label[code] = chosen if keep else ""
    way = draw.choice(ways)
    seen = [label[code] for code in codes if way == "numbers" or code in ticked]
    if all(not one or one.isdigit() for one in seen):  # nothing but numbers to be seen: they are the bank's codes
        raw = codes
    if way == "label" and numbering in ("turned", "steps") and any(not label[code] for code in ticked):
        raw = codes  # a number that stands for a label left out says nothing of the direction
    return Survey(low=low, raw=dict(zip(codes, raw, strict=True)), label=label, way=way, truth=truth)


def names_of(low: int) -> list[str]:
    return [f"{BANKS[low].id}_{j}" for j in range(1, 7)]


def test_the_true_code_or_a_problem_and_what_is_clear_is_scored():
    draw, scored, full = random.Random(7), 0, 0
    for at in range(1200):
        survey = drawn(draw)
        found = examine(table(survey.columns(names_of(survey.low))), BANKS[survey.low])
        if found.usable:
            np.testing.assert_array_equal(found.responses.answered[0].block(), survey.truth, err_msg=f"{at}: {survey}")
        else:
            assert all(problem.do for problem in found.problems), found.problems
        full += survey.is_full
        scored += survey.is_full and found.usable
    print(f"full evidence: {full} of 1200 surveys, {scored / full:.1%} of them scored")  # noqa: T201
    assert scored >= 0.9 * full


def test_two_files_of_one_study_give_the_true_codes_or_a_problem():
    """The same survey twice: the second without its labels, written in another way, or with other options ticked."""
    draw, scored, full = random.Random(11), 0, 0
    for at in range(400):
        first = drawn(draw, ways=("numbers", "number and label"))
        used = draw.sample(sorted(first.raw), draw.randint(1, 5))
        again = np.array([[draw.choice(used) for _ in range(6)] for _ in range(8)])
        bare = draw.random() < 0.5
        shown = set(first.truth.ravel().tolist()) | ({*first.raw} if first.way == "numbers" else set())
        if bare:  # what the first file shows of the numbering holds for the second
            known = [code for code in shown if first.label[code]] or [*first.raw]
            again = np.array([[draw.choice(known) for _ in range(6)] for _ in range(8)])
        if not bare and any(not first.label[code] for code in used) and len(set(first.raw.values())) == 5:
            again = first.truth
        second = Survey(low=first.low, raw=first.raw, label=first.label, truth=again,
                        way="numbers" if bare else draw.choice(["numbers", "number and label"]))  # fmt: skip
        bank, names = BANKS[first.low], names_of(first.low)
        found = [
            examine(table(first.columns(names)), bank),
            examine(table(second.columns(names, labelled=not bare)), bank),
        ]
        if not all(one.usable for one in found):
            continue
        codings = [one.responses.codings[0] for one in found]
        both_full = first.is_full and not bare
        full += both_full
        if contradicting_files(codings, ["first", "second"]):
            continue
        scored += both_full
        for one, truth in zip(found, (first.truth, again), strict=True):
            np.testing.assert_array_equal(one.responses.answered[0].block(), truth, err_msg=f"{at}: {first} {second}")
    print(f"two files with full evidence: {full}, {scored / full:.1%} of them scored")  # noqa: T201
    assert scored >= 0.9 * full


@pytest.mark.parametrize("dress", [name for name in DRESSES if name != "jspsych"])
def test_in_every_dress_the_true_code_or_a_problem(dress, tmp_path):
    make, platform = DRESSES[dress]
    draw, scored = random.Random(dress), 0
    for at in range(25):
        survey = drawn(draw, n_items=3, ways=("number and label", "label", "numbers"), low=1)
        if survey.way == "numbers":  # a text file holds no value labels
            continue
        people = [[survey.cell(int(code)) for code in row] for row in survey.truth]
        read = read_table(write(tmp_path / "a.csv", make(people)))
        assert read.source.platform == platform
        own = [c for c in read.columns if c.kind == "answer" and "box" not in c.name.casefold()][:3]
        columns = {column.name: j for j, column in enumerate(own, start=1)}
        found = examine(read, BANKS[1], mapping={"banks": {"duo": {"columns": columns, "not_asked": [4, 5, 6]}}})
        if found.usable:
            block = found.responses.answered[0].block()[:, :3]
            np.testing.assert_array_equal(block, survey.truth, err_msg=f"{at}: {survey}")
            scored += 1
    assert scored > 3


@pytest.mark.parametrize("suffix", [".sav", ".dta"])
def test_in_statistics_files_the_true_code_or_a_problem(suffix, tmp_path):
    import pandas as pd
    import pyreadstat

    draw = random.Random(suffix)
    for at in range(6):
        survey = drawn(draw, ways=("numbers",))
        names = names_of(survey.low)
        frame = pd.DataFrame({
            name: [float(survey.raw[int(code)]) for code in codes] for name, codes in zip(names, survey.truth.T, strict=True)
        })  # fmt: skip
        labels = {name: {survey.raw[code]: label for code, label in survey.label.items() if label} for name in names}
        path = tmp_path / f"a{at}{suffix}"
        writer = pyreadstat.write_sav if suffix == ".sav" else pyreadstat.write_dta
        writer(frame, str(path), variable_value_labels=labels)
        found = examine(path, BANKS[survey.low])
        if found.usable:
            np.testing.assert_array_equal(found.responses.answered[0].block(), survey.truth, err_msg=f"{at}: {survey}")


def valid_answers(found) -> dict[str, int]:
    """How many answers of each bank are codes of it."""
    counts: dict[str, int] = {}
    for coding in found.codings:
        counts[coding.bank] = counts.get(coding.bank, 0) + sum(line.count for line in coding.lines if line.label)
    return counts


def test_following_advice_never_costs_a_valid_answer():
    """Two banks, 1 to 5 and 0 to 4, with strays and shifts: what a message says is typed, until nothing is said."""
    draw, followed = random.Random(3), 0
    for _ in range(150):
        data = {}
        for low, bank in BANKS.items():
            by = draw.choice([0, 0, 0, 1, -1, -3])
            values = np.array([[draw.randint(low, low + 4) + by for _ in range(6)] for _ in range(40)], dtype=float)
            for _ in range(draw.choice([0, 0, 1, 3])):
                values[draw.randrange(40), draw.randrange(6)] = draw.choice([-9, -1, 0, 5, 6, 9, 99])
            data |= {f"{bank.id}_{j + 1}": values[:, j] for j in range(6)}
        options: dict[str, list[str]] = {"missing_codes": [], "shift": []}
        for _ in range(6):
            said = {"missing_codes": options["missing_codes"], "shift": ",".join(options["shift"]) or 0}
            found = examine(table(data), list(BANKS.values()), **said)
            with command_line():
                text = "\n".join(map(str, found.problems))
            advice = re.findall(r"--(missing-code|shift) (\S+?)(?=[;, )\n]|$)", text)
            if not advice:
                break
            name, value = advice[0]
            before = valid_answers(found)
            options["shift" if name == "shift" else "missing_codes"].append(value)
            said = {"missing_codes": options["missing_codes"], "shift": ",".join(options["shift"]) or 0}
            after = valid_answers(examine(table(data), list(BANKS.values()), **said))
            assert all(after.get(bank, 0) >= n for bank, n in before.items()), (value, before, after, text)
            followed += 1
    assert followed > 40


# bare numbers: nothing but themselves says what they are ------------------------------------------------------


def better_bank(name, low):
    """A bank that says what is better."""
    text = bank_text(name, low=low).replace("higher_means: more of it", "higher_means: more of it, better: higher")
    return read_bank(text, name=f"{name}.yaml")


def of_one_trait(draw: random.Random, n: int, low: int, *, trait: np.ndarray | None = None) -> np.ndarray:
    """Answers of persons to six items of which 3 and 5 are worded in reverse, at any level of agreement."""
    rng = np.random.default_rng(draw.randrange(2**31))
    own = rng.normal(size=n) if trait is None else trait
    codes = np.clip(np.rint(2 + draw.uniform(-1, 1) + own[:, None] + 0.8 * rng.normal(size=(n, 6))), 0, 4)
    for item in (3, 5):
        codes[:, item - 1] = 4 - codes[:, item - 1]
    return codes + low


def test_bare_numbers_counted_from_elsewhere_are_refused_or_doubted_never_silent():
    """A survey that counts from 0 for a bank from 1, or from 1 for one from 0: out of range, or an end is unused."""
    draw, refused, doubted = random.Random(5), 0, 0
    for at in range(300):
        low, n = draw.choice([0, 1]), draw.choice([40, 80, 200])
        by = 1 if low == 0 else -1
        truth = of_one_trait(draw, n, low)
        if draw.random() < 0.5:  # the end that would give it away is not ticked
            truth = np.clip(truth, low + 1, None) if by < 0 else np.clip(truth, None, low + 3)
        found = examine(table({f"{BANKS[low].id}_{j + 1}": truth[:, j] + by for j in range(6)}), BANKS[low])
        if not found.usable:
            assert any(f"--shift {-by}" in problem.do for problem in found.problems), at
            refused += 1
        else:
            assert any(f"shift={-by}" in note for note in found.notes), (at, found.notes)
            doubted += 1
    print(f"bare numbers counted from elsewhere: {refused} of 300 refused, {doubted} doubted, 0 silent")  # noqa: T201
    assert refused > 30
    assert doubted > 30


def against(found) -> bool:
    return any("run against each other" in note or "run the other way" in note for note in found.notes)


@pytest.mark.parametrize("beside", ["another scale", "another occasion"])
def test_bare_numbers_turned_as_a_whole_are_doubted_where_anything_stands_beside_them(beside):
    """Alone they cannot be told: turned, a scale hangs together as before (the limit, shown below)."""
    one, other = better_bank("first", 1), better_bank("second", 0)
    draw, told, false = random.Random(beside), 0, 0
    for _ in range(120):
        n = draw.choice([60, 120, 300])
        trait = np.random.default_rng(draw.randrange(2**31)).normal(size=n)
        mine, theirs = of_one_trait(draw, n, 1, trait=trait), of_one_trait(draw, n, 0, trait=trait)
        for turned in (False, True):
            answers = 6 - mine if turned else mine
            if beside == "another scale":
                data = {f"first_{j + 1}": answers[:, j] for j in range(6)}
                data |= {f"second_{j + 1}": theirs[:, j] for j in range(6)}
                found = examine(table(data), [one, other])
            else:
                data = {f"first_{j + 1}_t1": answers[:, j] for j in range(6)}
                data |= {f"first_{j + 1}_t2": theirs[:, j] + 1 for j in range(6)}
                found = examine(table(data), one)
            assert found.usable
            told += turned and against(found)
            false += not turned and against(found)
    print(f"turned, beside {beside}: {told} of 120 doubted; as they should be: {false} of 120 doubted")  # noqa: T201
    assert told >= 114
    assert false == 0


def test_a_scale_turned_as_a_whole_and_alone_is_the_limit_of_what_figures_tell():
    answers = of_one_trait(random.Random(1), 200, 1)
    found = examine(table({f"duo_{j + 1}": 6 - answers[:, j] for j in range(6)}), BANKS[1])
    assert found.usable
    assert not against(found)
    assert found.keying[0].verdict == "as keyed"
