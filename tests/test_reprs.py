"""Every public result has the whole set of the house, and everything printed obeys one grammar.

The results are found by introspection (every class that is ``Shown``) and made by the public functions; what nobody
makes here fails, so a new class has to be listed.
"""

from __future__ import annotations

import dataclasses
import importlib
import json
import pkgutil
import re
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import intimacy_scales as ims
from intimacy_scales.base.results import Shown
from intimacy_scales.scoring.summaries import summaries_of
from report_pages import DAY, simulated

SRC = Path(ims.__file__).parent
LEVEL = 0.995  # nobody may call it 100 %
KERNELS = "intimacy_scales.statistics."  # results of kernels are no public results


def public_results() -> dict[str, type]:
    """Every class of a result there is, by name with its module."""
    found = {}
    for module in pkgutil.walk_packages(ims.__path__, "intimacy_scales."):
        if ".cli" in module.name or module.name.endswith("__main__") or ".make_" in module.name:
            continue
        for one in vars(importlib.import_module(module.name)).values():
            if isinstance(one, type) and issubclass(one, Shown) and one is not Shown and one.__module__ == module.name:
                found[f"{one.__module__}.{one.__name__}"] = one
    return {name: one for name, one in found.items() if not name.startswith(KERNELS)}


def within(thing, seen=None):
    """Yield every result that is held anywhere inside something."""
    seen = set() if seen is None else seen
    if id(thing) in seen:
        return
    seen.add(id(thing))
    if isinstance(thing, Shown):
        yield thing
    if dataclasses.is_dataclass(thing) and not isinstance(thing, type):
        for one in dataclasses.fields(thing):
            yield from within(getattr(thing, one.name, None), seen)
    elif isinstance(thing, Mapping):
        for one in thing.values():
            yield from within(one, seen)
    elif isinstance(thing, (list, tuple)):
        for one in thing[:5]:
            yield from within(one, seen)


def long_couples(n: int = 60) -> pd.DataFrame:
    """Women and men, a row a person, with a second bank's worth of columns."""
    rng = np.random.default_rng(4)
    shared = rng.normal(size=n)
    rows = []
    for j in range(n):
        for who in ("woman", "man"):
            own = shared[j] + rng.normal()
            answers = np.clip(np.rint(3 + own * 0.7 + rng.normal(size=5) * 0.8), 1, 5)
            rows.append({f"eis_{k + 1}": answers[k] for k in range(5)} | {
                "couple": f"c{j}", "who": who, "sat": own + rng.normal(), "talk": own + rng.normal(), "id": f"{who}{j}",
                "group": "ab"[j % 2], "age": 20 + j})  # fmt: skip
    return pd.DataFrame(rows)


def made_by_couples():
    from intimacy_scales.analysis.couples import ModelOptions, analyse_couples

    couples = ims.couples_of(ims.read_export(long_couples(), "eis"), couple="couple", partner="who")
    asked = ModelOptions(predictor=("eis_total",), outcome="sat", mediator=("talk",), structure=True)
    yield couples
    yield analyse_couples(couples, asked, level=LEVEL)
    yield analyse_couples(ims.couples_of(ims.read_export(long_couples(), "eis"), couple="couple"), asked, level=LEVEL)
    two = ims.compare_partners([4, 5, 4, 5, 4], [2, 3, 2, 3, 3], "eis", level=LEVEL)
    yield two
    yield two.for_partner("a")
    from intimacy_scales.advice import suggest_for_two

    yield suggest_for_two(two)


def made_by_change():
    frame = long_couples()
    later = frame.assign(**{f"eis_{k}": np.clip(frame[f"eis_{k}"] + (frame.index % 3 == 0), 1, 5) for k in range(1, 6)})
    yield ims.reliable_change(frame, later, "eis", id_column="id", level=LEVEL, indices=True)
    yield ims.reliable_change([2] * 5, [5] * 5, "eis", sd=4.0, reliability=0.85)


def made_by_scores():
    frame = long_couples()
    scores = ims.score(frame, "eis", id_column="id")
    yield scores
    yield summaries_of(scores)
    yield ims.score([4, 5, 4, 5, 4], "eis")
    yield ims.inspect_export(frame, "eis")
    local = ims.norms_from(scores, sample="simulated persons of this test", by=["group"])
    yield local
    other = ims.norms_from(ims.score(frame.assign(eis_1=5), "eis"), sample="others")
    yield ims.standing(scores, norm=local.norms[0], level=LEVEL)
    yield ims.standing(ims.score([4, 5, 4, 5, 4], "eis"), norm=local.norms[0], level=LEVEL)
    yield ims.renorm(scores, local.norms[0], other.norms[0])
    yield ims.suggest_tips(scores)
    yield ims.suggest_tips(ims.score([1, 2, 1, 2, 1], "eis"))
    from intimacy_scales.analysis.careless import careless_flags

    yield careless_flags(ims.read_export(frame, "eis"))
    yield ims.simulate("eis", 20, seed=1)
    yield ims.tips()


def made_by_structure():
    from intimacy_scales.analysis.reliability import reliability_of_totals

    answers = simulated("pair_style", n=160, missing=0)
    found = ims.reliability(simulated("eis", n=80), level=LEVEL, bootstrap=200)
    yield found
    yield ims.second_opinion(found, simulated("eis", n=80))
    totals = reliability_of_totals(answers)
    yield from totals if isinstance(totals, tuple) else (totals,)
    frame = long_couples(120)
    yield ims.structure(frame, "eis", group="group", iterations=5)
    from intimacy_scales.analysis.structure.dynamic_cutoffs import dynamic_cutoffs
    from intimacy_scales.statistics import sem

    X = np.random.default_rng(2).normal(size=(200, 1)) + np.random.default_rng(3).normal(size=(200, 6))
    names = list("abcdeg")
    yield dynamic_cutoffs(
        sem.fit(sem.cfa_model({"f": names}), sem.sample_from_moments(np.cov(X.T), 200, names)), draws=20
    )
    yield ims.graded_model(frame, "eis", group="group")


def made_by_studies():
    frame = long_couples()
    yield ims.validity(frame, "eis", convergent="sat", groups="group", bootstrap=100)
    yield ims.path(frame, ["sat ~ eis_total + talk", "talk ~ eis_total"], "eis", bootstrap=100)
    rs = pd.DataFrame(
        {"study": list("abcdef"), "r": [0.3, 0.42, 0.25, 0.5, 0.37, 0.1], "n": [50, 80, 120, 60, 90, 200]}
    )
    yield ims.pool(rs)


def made_by_days():
    from intimacy_scales.simulation.examples import example

    one, two = (pd.read_csv(example(name)) for name in ("diary", "couples_diary"))
    few = one[one["person"].isin(one["person"].unique()[:25])]
    yield ims.diary(few, person="person", day="day", outcome="intimacy", within="shared_hours")
    some = two[two["couple"].isin(two["couple"].unique()[:25])]
    yield ims.diary(some, couple="couple", partner="partner", day="day", outcome="intimacy", within="stress")
    yield ims.lagged_couples(example("couples_over_time"), outcome="success", predictor="listening")


def made_for_privacy():
    from intimacy_scales.output.privacy.forgetting import forget
    from intimacy_scales.output.privacy.pseudonyms import pseudonymise

    yield pseudonymise(ims.read_export(long_couples(), "eis", id_column="id").table, b"a secret of this test only")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "scored.csv"
        file.write_text("id,eis_total,eis_total_answered\nanna,12,5\nben,13,5\n", encoding="utf-8")
        yield forget("anna", [file])


def made_for_papers():
    yield ims.power("mediation", n=100, draws=200)
    yield ims.table(long_couples(), "eis", columns=["sat", "talk"])


MAKERS = (
    made_for_privacy,
    made_for_papers,
    made_by_couples,
    made_by_change,
    made_by_scores,
    made_by_structure,
    made_by_studies,
    made_by_days,
)

MADE_ELSEWHERE: dict[str, str] = {}
"""Class to the test file whose own tests make it and run :func:`faults_of` over it."""


MAY = {"SecondOpinion": "an exponent"}
"""What a class may print in spite of the grammar: two programs differ by so little that only its size says anything."""


@cache
def results() -> tuple[Shown, ...]:
    """One list of all results that the makers make, and those inside them."""
    found: list[Shown] = []
    for maker in MAKERS:
        for made in maker():
            found += list(within(made))
    return tuple(found)


# --- the grammar of what is printed

BOUNDED = r"(?:r|rs|ICC\(?[A-Z0-9,k]*\)?|ICC\d?k?|alpha|omega|omega total|\N{GREEK SMALL LETTER ALPHA}|"
BOUNDED += r"\N{GREEK SMALL LETTER OMEGA}|CFI|TLI|RMSEA|SRMR|RMSR|KMO|R2|p)"
GRAMMAR = {
    "a coefficient with a zero before its point": rf"(?<![\w-]){BOUNDED} ?[=<>] ?-?0\.\d",
    "zero with a sign": r"(?<![\d.\w])[-\N{MINUS SIGN}]0?\.0+(?!\d)",
    "p that is nothing": r"\bp ?[=<] ?0?\.000\b",
    "not a number": r"\b(?:nan|NaN|None|inf)\b",
    "a figure that is not there, as a figure": r"= -(?!\.?\d)",
    "a level that is none": r"\b100 ?% (?:CI|interval)",
    "one of many": r"(?<![\d,.])1 (?:persons|rows|couples|answers|items|columns|studies|factors|groups)\b",
    "a figure nobody rounded": r"(?<![\d/.])\d{1,6}\.\d{5,}",
    "an exponent": r"\d[eE][-+]?\d+\b",
    "a doubled stop": r"(?<!\.)\.\.(?!\.)",
    "a blank before a stop": r" [.;,](?!\d)",
}


COLUMNS = re.compile(r"^(r|alpha|omega|ICC.*|p|p .*|CFI|TLI|RMSEA|SRMR|KMO|h2|communality|lambda.*)$")


def faults_of_table(lines: list[list[str]]) -> list[str]:
    """Return the cells of coefficients (by their heads) that begin with a zero."""
    at = [j for j, head in enumerate(lines[0]) if COLUMNS.match(head)]
    return [f"{lines[0][j]}: {line[j]}" for line in lines[1:] for j in at if re.match(r"^-?0\.\d", line[j])]


def faults_of(text: str) -> list[str]:
    """Return what a printed text says against the grammar, each with its surroundings."""
    return [
        f"{name}: ...{text[max(0, found.start() - 40) : found.end() + 20]!r}"
        for name, pattern in GRAMMAR.items()
        for found in re.finditer(pattern, text)
    ]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("r = 0.41", "zero before"), ("p = 0.020", "zero before"), ("SEM = -.", "not there"), ("-.00", "with a sign"),
        ("p = .000", "that is nothing"), ("100% CI [.1, .2]", "level"), ("1 persons", "one of many"),
        ("0.30000000000000004", "nobody rounded"), ("= nan", "not a number"), ("1e-05", "exponent"),
    ],
)  # fmt: skip
def test_the_grammar_finds_what_it_is_for(text, fault):
    assert any(fault in one for one in faults_of(text))


def test_the_grammar_lets_good_print_pass():
    text = "r = .41, 99.5% CI [-.10, .52], t(12) = -0.41, p < .001; d_av = 0.33; 1 person; alpha = 1.00; M = 0.05"
    assert faults_of(text) == []


def test_every_public_result_is_made_here():
    made = {f"{type(one).__module__}.{type(one).__name__}" for one in results()} | set(MADE_ELSEWHERE)
    assert set(public_results()) - made == set()


@pytest.mark.parametrize("name", sorted(public_results()))
def test_a_result_has_the_whole_set(name):
    one = public_results()[name]
    for part in ("table", "to_dict", "apa", "rows_for_eyes"):
        assert callable(getattr(one, part, None)), part
    assert "notes" in one.__dataclass_fields__
    assert one.__dataclass_params__.frozen
    assert hasattr(one, "__slots__")


@pytest.mark.parametrize("name", sorted(public_results()))
def test_what_a_result_prints_obeys_the_grammar(name):
    own = [one for one in results() if f"{type(one).__module__}.{type(one).__name__}" == name]
    for one in own[:4]:
        said = one.apa()
        assert said.strip().endswith((".", "!", "?")), said
        assert len(repr(one)) <= 200
        assert "array(" not in repr(one)
        json.dumps(one.to_dict(), allow_nan=False)
        assert one._repr_html_().startswith(("<", "&"))
        assert hasattr(one.table(), "columns")
        for text in (str(one), said):
            assert [fault for fault in faults_of(text) if not fault.startswith(MAY.get(type(one).__name__, "-"))] == []
        assert faults_of_table(one.rows_for_eyes()) == []


def test_a_reliability_prints_its_alpha():
    found = ims.reliability(simulated("eis", n=80), bootstrap=0)["eis.total"]
    assert re.search(r"alpha\s+\.\d\d", str(found))


def test_sentences_name_their_score():
    """Three sentences that all begin alike tell nobody which form is which."""
    found = ims.reliability(simulated("pair_style", n=60), bootstrap=0)
    starts = [line.split(":")[0] for line in found.apa().splitlines() if line]
    assert len(set(starts)) == len(starts)
    scores = ims.score(simulated("pair_style", n=60))
    starts = [line.split(":")[0] for line in scores.apa().splitlines()]
    assert len(set(starts)) == len(starts)


@pytest.mark.parametrize("whom", [{}, {"person": "secret-0003"}])
def test_a_report_obeys_the_grammar(whom):
    page = ims.report(simulated("eis", n=60), when=DAY, **whom).html
    body = re.sub(r"<(style|script|svg)\b.*?</\1>", " ", page, flags=re.DOTALL)
    text = re.sub(r"<[^>]+>", " ", body).replace("\N{NO-BREAK SPACE}", " ")
    assert [one for one in faults_of(re.sub(r"\s+", " ", text)) if "blank before" not in one] == []


ROUND_THEMSELVES = {
    "base/wording.py": "the one place",
    "cli/process.py": "seconds of a progress line",
    "analysis/second_opinion/programs.py": "the size of a difference between programs",
}


def test_nothing_else_rounds():
    """Figures are spelled in base/wording; pictures place their ink, and makers of files write data."""
    found = []
    for file in sorted(SRC.rglob("*.py")):
        name = file.relative_to(SRC).as_posix()
        if name in ROUND_THEMSELVES or name.startswith(("pictures/", "cli/demo/")) or "/make_" in name:
            continue
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
            if re.search(r"\{[^{}\"]+:[-+ z,]*\.\d[f%e]\}", line):
                found.append(f"{name}:{number}: {line.strip()}")
    assert found == []


def test_what_holds_answers_prints_none_of_them():
    answers = simulated("pair_style", n=60)
    scores = ims.score(answers)
    for thing in (answers, scores, scores.parts[0], ims.suggest_tips(scores), ims.suggest_tips(scores).people[0]):
        assert len(repr(thing)) <= 200
        assert "array(" not in repr(thing)
        assert "secret" not in repr(thing)


# --- the door's own language

OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]+")


def everything_said(one: Shown) -> str:
    """Return all texts of a result, without what stands between backticks: that is typed in a shell."""
    said = [str(one), repr(one), one.apa(), one._repr_html_(), *one.notes, json.dumps(one.to_dict())]
    return re.sub(r"`[^`]*`", "", "\n".join(said))


def test_in_python_no_result_names_an_option_of_the_command_line():
    public = tuple(public_results().values())
    found = {f"{type(one).__name__}: {OPTION.search(text)[0]}" for one in results()
             if isinstance(one, public) and OPTION.search(text := everything_said(one))}  # fmt: skip
    assert found == set()
