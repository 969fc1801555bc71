"""Every shipped bank: its ends, its cases, its figures, its sources, its fingerprint."""

from __future__ import annotations

import json
import math
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from intimacy_scales.bank import (
    ItemBank,
    bank_ids,
    check_file,
    dump,
    fingerprint,
    load_bank,
    read_bank,
    references,
    scales_folder,
    schema_text,
)
from intimacy_scales.bank.labels import plain
from intimacy_scales.reading.exports.table import RawTable, Source
from intimacy_scales.reading.responses.model import Administration, Answered, Responses
from intimacy_scales.scoring import Scores, score_responses

SHIPPED = ("eis", "pair", "pair_style", "prqc", "tas20", "tdis")
FINGERPRINTS = {
    # a changed line here is a change of scores: say so in the changelog, and raise the bank's version
    "eis": "398054a19732329d",
    "pair": "453d507af1b77eb4",
    "pair_style": "137b9aafe035aca7",
    "prqc": "08ea856d19e19252",
    "tas20": "ce39586768e1c3d2",
    "tdis": "e76baadb5f26e23a",
}
BANKS = [load_bank(name) for name in bank_ids()]
every_bank = pytest.mark.parametrize("bank", BANKS, ids=lambda bank: bank.id)


def scored(bank: ItemBank, answers: dict[str | None, list[list[float | None]]]) -> Scores:
    """Score answers, form by form, persons x items, through the package's own scoring."""
    n = len(next(iter(answers.values())))
    parts = []
    for form, rows in answers.items():
        block = np.array([[np.nan if code is None else code for code in row] for row in rows], dtype=np.float64)
        columns = tuple(block[:, j].copy() for j in range(len(bank)))
        parts.append(
            Answered(bank=bank, administration=Administration(form=form), answers=columns, columns=(None,) * len(bank))
        )
    source = Source(path=None, platform="test", saw="made here")
    table = RawTable(columns=(), row_numbers=np.arange(n), set_aside=(), source=source)
    return score_responses(
        Responses(
            answered=tuple(parts),
            id_column=None,
            ids=None,
            row_numbers=np.arange(n),
            set_aside=(),
            source=source,
            table=table,
        )
    )


def keyed_row(bank: ItemBank, *, up: bool) -> list[float | None]:
    """Return the answers of somebody who answers every item in (or against) its keyed direction."""
    return [bank.ends(item)[0 if item.reverse == up else 1] for item in bank.items]


def test_all_banks_are_there() -> None:
    assert tuple(bank.id for bank in BANKS) == SHIPPED == tuple(sorted(FINGERPRINTS))


@every_bank
def test_the_file_is_faultless_and_named_after_its_bank(bank: ItemBank) -> None:
    assert check_file(scales_folder() / f"{bank.id}.yaml") == ()


@every_bank
def test_keyed_extremes_give_the_ends(bank: ItemBank) -> None:
    form = bank.form_ids[0]
    scores = scored(bank, {form: [keyed_row(bank, up=True), keyed_row(bank, up=False)]})
    for part in scores.parts:
        assert part.values.tolist() == [part.scale.range[1], part.scale.range[0]], part.column
        assert part.possible == tuple(part.scale.range)


@every_bank
def test_cases_reproduce(bank: ItemBank) -> None:
    assert len(bank.cases) >= 2
    for case in bank.cases:
        scores = scored(bank, {None if form == "-" else form: [list(row)] for form, row in case.answers.items()})
        got = {part.column.removeprefix(f"{bank.id}_"): float(part.values[0]) for part in scores.parts}
        assert set(case.scores) == set(got), case.name
        for name, score in case.scores.items():
            if score is None:
                assert math.isnan(got[name]), (case.name, name)
            else:
                assert got[name] == pytest.approx(score, abs=1e-12), (case.name, name)


@every_bank
def test_cases_show_both_ends_and_a_missing_answer(bank: ItemBank) -> None:
    given = [score for case in bank.cases for name, score in case.scores.items() if not name.startswith("gap_")]
    low, high = bank.scales[0].range
    assert {low, high} <= set(given)
    assert None in given
    assert any(None in row for case in bank.cases for row in case.answers.values())


@every_bank
def test_a_sample_without_the_top_code_is_scored_the_same(bank: ItemBank) -> None:
    rng = np.random.default_rng(20240501)
    rows = [[int(rng.integers(bank.ends(i)[0], bank.ends(i)[1])) for i in bank.items] for _ in range(50)]
    form = bank.form_ids[0]
    without = scored(bank, {form: rows})
    beside = scored(bank, {form: [*rows, [bank.ends(item)[1] for item in bank.items]]})
    for one, other in zip(without.parts, beside.parts, strict=True):
        np.testing.assert_array_equal(one.values, other.values[:-1])


@every_bank
def test_norms_lie_inside_the_range_and_name_their_sample(bank: ItemBank) -> None:
    for norm in bank.norms:
        assert len(norm.sample) > 20
        for figures in norm.scales:
            low, high = bank.scale(figures.scale).range
            assert low <= figures.mean <= high
            assert 0 < figures.sd <= (high - low)
            assert figures.reliability is None or figures.reliability_kind


@every_bank
def test_every_source_is_a_key_of_the_references(bank: ItemBank) -> None:
    used = {
        *bank.source,
        *(part.source for group in (bank.derived, bank.evidence, bank.norms, bank.bands) for part in group),
    }
    assert used <= references().keys()


@every_bank
def test_no_unread_figure_ships(bank: ItemBank) -> None:
    for part in (*bank.evidence, *bank.norms, *bank.bands):
        assert part.certainty in {"confirmed", "reported", "computed"}


@every_bank
def test_what_is_unconfirmed_says_what_to_check(bank: ItemBank) -> None:
    sure = bank.certainty
    if "unconfirmed" in {sure.map, sure.keys, sure.options, sure.gloss}:
        assert "check" in sure.check.lower()
        assert "your copy" in sure.check
    assert bank.rights.status in {"withheld", "original"}


@every_bank
def test_rules_the_authors_left_open_are_said_to_be_ours(bank: ItemBank) -> None:
    for scale in bank.scales:
        assert scale.min_answered == math.ceil(0.8 * len(scale.items))
        assert scale.min_answered_source.startswith("ours")


@every_bank
def test_labels_and_glosses_are_distinct(bank: ItemBank) -> None:
    glosses = [plain(item.gloss) for item in bank.items]
    assert len(set(glosses)) == len(glosses)


@every_bank
def test_written_and_read_again_it_is_the_same(bank: ItemBank) -> None:
    assert read_bank(dump(bank)) == bank


@every_bank
def test_the_fingerprint_is_the_frozen_one(bank: ItemBank) -> None:
    assert fingerprint(bank) == FINGERPRINTS[bank.id]


def test_the_schema_is_fresh() -> None:
    committed = (scales_folder() / "bank.schema.json").read_text(encoding="utf-8")
    assert committed == schema_text(), "write it again: intimacy_scales.bank.schema_text()"
    schema = json.loads(committed)
    assert "wording" not in schema["properties"]
    assert schema["additionalProperties"] is False
    assert {"id", "items", "scales"} <= set(schema["required"])
    assert {"certainty", "cases", "rights"} <= set(schema["else"]["required"])  # of a bank that is not private


# --- what is published about each ----------------------------------------------------------------------------------


def test_pair_has_its_keys() -> None:
    bank = load_bank("pair")
    assert [i.number for i in bank.items if i.reverse] == [
        8,
        9,
        10,
        11,
        12,
        13,
        14,
        16,
        21,
        22,
        25,
        28,
        29,
        31,
        32,
        33,
        36,
    ]
    for offset, scale in enumerate(bank.scales, start=1):
        assert scale.items == tuple(range(offset, 37, 6))
        assert 0 < sum(bank.item(number).reverse for number in scale.items) < 6
    assert (bank.certainty.map, bank.certainty.keys) == ("unconfirmed", "reported")
    assert bank.norms == ()
    assert bank.bands == ()
    assert bank.scale("conventionality").role == "idealisation"
    assert any("no total" in note for note in bank.notes)


def test_pair_evidence_is_what_was_read() -> None:
    figures = {(e.scale, e.kind): e.value for e in load_bank("pair").evidence}
    assert figures == {
        (None, "alpha_range"): (0.70, 0.77),
        (None, "alpha_mean"): 0.726,
        ("conventionality", "alpha"): 0.80,
    }


def test_eis_figures() -> None:
    bank = load_bank("eis")
    assert {(e.kind, e.value, e.n) for e in bank.evidence} == {
        ("internal_consistency", 0.88, 90),
        ("test_retest", 0.85, 90),
    }
    assert bank.scales[0].range == (5, 25)
    assert bank.norms == ()
    assert not any(item.reverse for item in bank.items)


def test_tdis_figures() -> None:
    bank = load_bank("tdis")
    assert [(e.kind, e.value) for e in bank.evidence] == [("alpha", 0.67)]
    assert bank.scales[0].role == "interference"
    assert [option.label for option in bank.options["frequency"]] == [
        "never",
        "rarely",
        "sometimes",
        "often",
        "very often",
        "all the time",
    ]


def test_prqc_norms_are_the_open_data() -> None:
    bank = load_bank("prqc")
    read = {(norm.id, f.scale): (f.n, f.mean, f.sd, f.reliability) for norm in bank.norms for f in norm.scales}
    assert len(read) == 12
    assert read["partner_1", "intimacy"] == (118, 5.444, 1.366, 0.863)
    assert read["partner_2", "passion"] == (117, 5.009, 1.708, 0.890)
    assert all(norm.country is None and norm.source == "dysem" for norm in bank.norms)


def test_shipped_figures_are_those_of_the_facts() -> None:
    file = Path(__file__).parents[1].parent / "shared" / "facts" / "facts.yaml"
    if not file.exists():
        pytest.skip("the facts are not here")
    import yaml

    facts = yaml.safe_load(file.read_text(encoding="utf-8"))["instruments"]
    for figure in facts["PRQC"]["norms"]:
        norm = next(n for n in load_bank("prqc").norms if n.id == f"partner_{figure['population'][8]}")
        ours = next(f for f in norm.scales if f.scale == figure["subscale"])
        assert (ours.n, ours.mean, ours.sd, ours.reliability) == (
            figure["n"],
            figure["mean"],
            figure["sd"],
            figure["alpha"],
        )
    for figure in facts["PRQC"]["reliability"]:
        ours = next(e for e in load_bank("prqc").evidence if e.scale == figure["subscale"])
        assert ours.value == tuple(figure["value"])
    for name in ("EIS", "PAIR", "TDIS", "PRQC"):
        bank = load_bank(name.lower())
        assert [i.number for i in bank.items if i.reverse] == [
            i["number"] for i in facts[name]["items"] if i["reverse"]
        ]
        for item in facts[name]["items"]:
            assert item["number"] in bank.scale(item["subscale"]).items


# --- the inventory we wrote ----------------------------------------------------------------------------------------


def test_pair_style_is_balanced() -> None:
    bank = load_bank("pair_style")
    reverse = {item.number for item in bank.items if item.reverse}
    assert len(reverse) == 18
    for scale in bank.scales:
        assert len(reverse & set(scale.items)) == 3
    for block in range(6):  # and no run of one direction that could be noticed
        assert len(reverse & set(range(6 * block + 1, 6 * block + 7))) == 3
    flat = scored(bank, {"now": [[4] * 36, [0] * 36]})
    assert all(part.values.tolist() == [48, 48] for part in flat.parts)  # agreeing with everything gives the middle


def test_pair_style_is_free_and_said_to_be_unvalidated() -> None:
    bank = load_bank("pair_style")
    assert (bank.rights.status, bank.rights.licence) == ("original", "CC0-1.0")
    assert bank.evidence == bank.norms == bank.bands == ()
    assert any("unvalidated" in note for note in bank.notes)


def test_pair_style_items_are_short_neutral_and_translated() -> None:
    bank = load_bank("pair_style")
    for item in bank.items:
        words = plain(item.gloss).replace(",", "").split()
        assert 4 <= len(words) <= 11, item.gloss
        assert not {"he", "she", "his", "her", "husband", "wife", "not"} & set(words), item.gloss
        assert item.translations["de"]
    german = [plain(item.translations["de"]) for item in bank.items]
    assert len(set(german)) == 36


def test_pair_style_does_not_repeat_the_glosses_of_pair() -> None:
    content = [
        {w for w in plain(i.gloss).split() if len(w) > 3} - {"partner", "together"} for i in load_bank("pair").items
    ]
    for item in load_bank("pair_style").items:
        words = {w for w in plain(item.gloss).split() if len(w) > 3} - {"partner", "together"}
        assert all(len(words & other) / len(words | other) < 0.35 for other in content), item.gloss


def test_no_two_banks_share_a_fingerprint() -> None:
    assert all(fingerprint(a) != fingerprint(b) for a, b in combinations(BANKS, 2))


def test_the_schema_takes_every_bank_and_refuses_an_unknown_key() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    import yaml

    check = jsonschema.Draft202012Validator(json.loads(schema_text()))
    for name in SHIPPED:
        data = yaml.safe_load((scales_folder() / f"{name}.yaml").read_text(encoding="utf-8"))
        assert list(check.iter_errors(data)) == []
        assert list(check.iter_errors(data | {"wording": {"1": "official"}}))
        assert list(check.iter_errors({key: value for key, value in data.items() if key != "cases"}))
    private = yaml.safe_load((Path(__file__).parent / "cases" / "format2" / "evening.yaml").read_text(encoding="utf-8"))
    private["options"] = {name: _with_text_keys(given) for name, given in private["options"].items()}
    assert list(check.iter_errors(private)) == []
    private["options"]["halves"]["step"] = 0
    assert list(check.iter_errors(private))


def _with_text_keys(given: object) -> object:
    """Return options as JSON has them: the numbers that are labelled are keys, and keys are texts."""
    if not isinstance(given, dict):
        return given
    return given | {"labels": {str(code): label for code, label in given["labels"].items()}}
