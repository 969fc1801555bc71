"""The law of sentences: whatever is answered, the first screen says what the tables of the same page say, and no more."""

from __future__ import annotations

import re

import numpy as np
import pytest

from intimacy_scales.analysis.couples import compare_row, comparison_basis, couples_of
from intimacy_scales.bank import load_bank
from intimacy_scales.base.translation import speaking
from intimacy_scales.output.report.couple.sentences import distinct_areas
from intimacy_scales.output.report.page_makers import PageOptions, Who, make_person, make_two, person_ground
from intimacy_scales.scoring import score_responses
from page_sentences import LESS, MORE, answered, areas, named, number, responses_of

PAIR, EIS, TDIS, PRQC = (load_bank(name) for name in ("pair", "eis", "tdis", "prqc"))
LANGUAGES = ("en", "de")


def drawn(bank, rng, kind):
    """One person's keyed answers of a kind: random, flat, at an end, half at each, one different, some missing."""
    low, high = zip(*(bank.ends(item) for item in bank.items), strict=True)
    low, high = np.array(low, dtype=float), np.array(high, dtype=float)
    if kind == "flat":
        keyed = np.full(len(bank), float(rng.integers(low[0], high[0], endpoint=True)))
    elif kind == "floor":
        keyed = low.copy()
    elif kind == "ceiling":
        keyed = high.copy()
    elif kind == "one different":
        keyed = np.full(len(bank), float(rng.integers(low[0], high[0], endpoint=True)))
        keyed[rng.integers(len(bank))] = rng.integers(low[0], high[0], endpoint=True)
    elif kind == "scales at ends":
        keyed = low.copy()
        for scale in bank.scales:
            if rng.random() < 0.5:
                keyed[[n - 1 for n in scale.items]] = high[0]
    elif kind == "near the middle":
        middle = (low + high) / 2
        keyed = np.clip(np.round(middle + rng.normal(size=len(bank)) * 0.6), low, high)
    else:
        keyed = rng.integers(low, high, endpoint=True).astype(float)
    if kind == "missing":
        keyed[rng.random(len(bank)) < 0.3] = np.nan
    turned = np.array([item.reverse for item in bank.items])
    return np.where(turned, low + high - keyed, keyed)


KINDS = ("random", "flat", "floor", "ceiling", "one different", "scales at ends", "near the middle", "missing")


def sample(rng, n, *, kinds=KINDS, banks=(PAIR, EIS, TDIS)):
    parts = []
    for bank in banks:
        for form in bank.form_ids:
            rows = [drawn(bank, rng, rng.choice(kinds)) for _ in range(n)]
            parts.append(answered(bank, rows, form=form))
    return responses_of(*parts)


def documents(scores, language, *, audience="client"):
    """Every row's document by itself: errors from own answers alone, as of one person."""
    with speaking(language) as missing:
        for row in range(len(scores)):
            alone = scores.rows([row])
            yield make_person(
                person_ground(alone, PageOptions()), Who(row=0, partner=None), PageOptions(audience=audience)
            ).document
        assert not missing, list(missing)[:5]


def check_person(document, language):
    """Derive again from the tables what the first screen must say, and what it must not."""
    said = document.finding.answer
    whole = " ".join(said)
    known = areas(document, language)
    _check_wishes(said, known, language)
    _check_ends(said, known, language)
    _check_superlatives(said, known, language)
    assert "nan" not in whole.casefold().split()
    assert said, "an empty first screen"


def _of(said, begin):
    return [text for text in said if re.search(begin, text)]


def _check_wishes(said, known, language):
    wished = {name: one for name, one in known.items() if one.get("gap") is not None}
    more = {name for name, one in wished.items() if one["verdict"] == MORE[language]}
    less = {name for name, one in wished.items() if one["verdict"] == LESS[language]}
    told = _of(said, r"you wish for (more|less) of|Sie wünschen sich (mehr|weniger)")
    if more | less:
        (text,) = told
        split = re.split(r" and less of | und weniger ", text)
        first = split[0] if more else ""
        second = split[1] if len(split) > 1 else ("" if more else split[0])
        assert _all_or_named(first, wished) == more, (text, more)
        assert _all_or_named(second, wished) == less, (text, less)
    else:
        assert not told
        none = _of(said, r"no clear difference in any area|in keinem Bereich einen klaren Unterschied")
        assert bool(none) == bool(wished)
    largest = _of(said, r"The largest gap is in|Am größten ist der Abstand")
    clear = more | less
    if largest:
        top = max(abs(wished[name]["gap"]) for name in clear)
        (name,) = named(largest[0], clear)
        assert abs(wished[name]["gap"]) >= top - 0.11
        assert {number(x) for x in re.findall(r"(?<=now )\d+(?:[.,]\d+)?|(?<=Jetzt )\d+(?:[.,]\d+)?", largest[0])} == {
            round(known[name]["now"], 1)
        }
    elif len(clear) > 1:
        shares = {name: abs(wished[name]["gap"]) for name in clear}
        if some := _of(said, r"The largest gaps are in|Am größten sind"):
            top = named(some[0], clear)
            assert min(shares[name] for name in top) >= max(shares.values()) - 0.11
            assert all(shares[name] < max(shares.values()) for name in clear - top)
        else:
            assert max(shares.values()) - min(shares.values()) < 0.11, (said, shares)
        assert _of(
            said, r"Each of these gaps|These gaps are|The largest gaps|Jeder dieser|Diese Abstände|Am größten sind"
        )


def _all_or_named(text, every):
    if re.search(r"all \d+ areas|allen \d+ Bereichen", text):
        return set(every)
    return named(text, every) if text else set()


def _check_ends(said, known, language):
    """Each end that was reached is told, and no other; ranges: PAIR 0 to 96, EIS 5 to 25, TDIS 0 to 5."""
    at = {"lowest": set(), "highest": set()}
    for name, one in known.items():
        low, high = (one["low"], one["high"]) if "low" in one else (0.0, 96.0)
        if one["now"] == low:
            at["lowest"].add(name)
        if one["now"] == high:
            at["highest"].add(name)
    for end, pattern in (("lowest", r"lowest there can be|niedrigste, den es gibt"),
                         ("highest", r"highest there can be|höchste, den es gibt")):  # fmt: skip
        told = _of(said, pattern)
        whole = _of(said, {"lowest": r"lie at the lowest end|am unteren Ende",
                           "highest": r"lie at the highest end|am oberen Ende"}[end])  # fmt: skip
        names = named(told[0], known) if told else set()
        if whole:
            names |= {name for name in known if PAIR.short_name in known[name]["figure"]} or set(known)
        assert names == at[end] or (whole and names >= at[end] and len(at[end]) > 0), (said, at)


def _check_superlatives(said, known, language):
    pair = {name: one["now"] for name, one in known.items() if PAIR.short_name in one["figure"]}
    for pattern, best in ((r"strongest in ([^.]*?)(?: and weakest|\.)|am größten ist sie in: ([^.;]*)", max),
                          (r"weakest in ([^.]*)\.|am kleinsten ist sie in: ([^.;]*)", min)):  # fmt: skip
        for text in said:
            if hit := re.search(pattern, text):
                (name,) = named(next(filter(None, hit.groups())), pair)
                assert pair[name] == best(pair.values())
                assert list(pair.values()).count(pair[name]) == 1
    for text in said:
        if hit := re.search(r"higher in (.*) than in (.*)\.|größer in: (.*); kleiner in: (.*)\.", text):
            top, low = (next(iter(named(x, pair))) for x in filter(None, hit.groups()))
            assert pair[top] == max(pair.values())
            assert pair[low] == min(pair.values())


# --- by name ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", [0, 1, 2, 3, 4])
def test_flat_at_each_option(code, language):
    rows = [[sum(PAIR.ends(i)) - code if i.reverse else code for i in PAIR.items]]
    scores = score_responses(responses_of(answered(PAIR, rows, form="now"), answered(PAIR, rows, form="expected")))
    (document,) = documents(scores, language)
    check_person(document, language)
    whole = " ".join(document.finding.answer)
    if language == "en":
        assert ("lie at the lowest end" in whole) is (code == 0)
        assert ("lie at the highest end" in whole) is (code == 4)
        assert ("no clear difference between the 5 areas" in whole) is (0 < code < 4)
        assert "no clear difference in any area" in whole
        assert "cannot be told" not in whole


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_the_law_of_sentences(kind, language):
    scores = score_responses(sample(np.random.default_rng(KINDS.index(kind)), 18, kinds=(kind,)))
    for document in documents(scores, language):
        check_person(document, language)


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("seed", range(10))
def test_the_law_of_sentences_over_twenty_thousand(seed, language):
    rng = np.random.default_rng(1000 + seed)
    scores = score_responses(sample(rng, 800))
    for document in documents(scores, language):
        check_person(document, language)


# --- two -------------------------------------------------------------------------------------------------------------


def couples(rng, n, *, kinds=KINDS, banks=(PAIR, EIS, TDIS)):
    parts = []
    for bank in banks:
        for partner in "ab":
            for form in bank.form_ids:
                rows = [drawn(bank, rng, rng.choice(kinds)) for _ in range(n)]
                parts.append(answered(bank, rows, form=form, partner=partner))
    return couples_of(responses_of(*parts))


def check_couple(two, document):
    """Sentences of two against the comparison and against each other: the largest fact is told."""
    said, whole = document.finding.answer, " ".join(document.finding.answer)
    known = [one for one in distinct_areas(two).scales if one.scale.role != "idealisation"]
    now = [one for one in known if one.administration.form != "expected"]
    names = {one.column: one.scale.name for one in known}
    apart = {names[one.column] for one in now if one.difference.beyond}
    told = _of(said, r"^Your answers differ by more than chance in")
    assert (named(told[0], names.values()) if told else set()) == apart
    wishes = [one for one in known if one.administration.form == "expected" and one.difference.beyond]
    told = _of(said, r"^What you wish for differs by more than chance in")
    assert (named(told[0], names.values()) if told else set()) == {names[one.column] for one in wishes}
    largest = max((one for one in known if one.difference.beyond), default=None,
                  key=lambda one: abs(one.difference.value) / (one.possible[1] - one.possible[0]))  # fmt: skip
    if largest is not None:
        assert re.search(rf"{re.escape(names[largest.column])}", whole, re.IGNORECASE)
    for side, label in enumerate(two.labels):
        for end, word in ((0, "lowest"), (1, "highest")):
            there = {names[one.column] for one in now if one.scores[side] == one.possible[end]}
            ended = _of(said, rf"^{label.capitalize()} has the {word} score there can be")
            assert (named(ended[0], names.values()) if ended else set()) == there
    for one in now:
        half = (one.difference.high - one.difference.low) / 2
        if np.isfinite(half):
            assert one.difference.beyond == (abs(one.difference.value) > half)


@pytest.mark.parametrize("kind", KINDS)
def test_the_law_of_sentences_for_two(kind):
    found = couples(np.random.default_rng(50 + KINDS.index(kind)), 6, kinds=(kind,))
    for row in range(len(found)):
        two = compare_row(comparison_basis(found), row)
        check_couple(two, make_two(two, PageOptions(audience="client")).document)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(8))
def test_the_law_of_sentences_for_two_over_many(seed):
    found = couples(np.random.default_rng(2000 + seed), 500)
    ground = comparison_basis(found)
    for row in range(len(found)):
        two = compare_row(ground, row)
        check_couple(two, make_two(two, PageOptions(audience="client")).document)
