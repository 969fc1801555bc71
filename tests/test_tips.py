"""Tips: which, by which rule, and never beyond what measurement and evidence allow."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intimacy_scales.advice import check_tips, place_words, read_tips, suggest, suggest_tips, tip_file
from intimacy_scales.advice.comparison import columns_of, level_of_each, respondents_of
from intimacy_scales.advice.scale_reading import looks_idealised, options_of_scale, wish_words
from intimacy_scales.analysis.norms import Difference, error_of
from intimacy_scales.bank import load_bank, reference, scales_folder
from intimacy_scales.bank.model import Norm, NormScale
from intimacy_scales.base.errors import BankError, ResponseError, UnknownNameError
from intimacy_scales.reading.exports.table import RawTable, Source
from intimacy_scales.reading.responses.model import Responses
from intimacy_scales.scoring import Scores, score_responses
from making import answered

EIS, PAIR, PRQC, TDIS, STYLE = (load_bank(name) for name in ("eis", "pair", "prqc", "tdis", "pair_style"))
AREAS = ("emotional", "social", "sexual", "intellectual", "recreational")
Z90 = 1.6448536269514722


def scored(*parts, native=None, ids=None, **how) -> Scores:
    n = parts[0].n_persons
    source = Source(path=None, platform="frame", saw="made by a test", native=native)
    table = RawTable(columns=(), row_numbers=np.arange(n), set_aside=(), source=source)
    responses = Responses(
        answered=parts,
        id_column="id" if ids else None,
        ids=ids,
        row_numbers=np.arange(n),
        set_aside=(),
        source=source,
        table=table,
    )
    return score_responses(responses, **how)


def keyed_row(bank, **areas):
    """Answers whose *keyed* codes are those given a scale; 2, 2, 2, 2, 2, 3 (all but neutral) where nothing is given."""
    row = np.full(len(bank.items), np.nan)
    for scale in bank.scales:
        keyed = areas.get(scale.id, [2, 2, 2, 2, 2, 3])
        for number, code in zip(scale.items, keyed, strict=True):
            item = bank.item(number)
            row[number - 1] = sum(bank.ends(item)) - code if item.reverse else code
    return row


def pair(now, wish=None, bank=PAIR):
    parts = [answered(bank, [keyed_row(bank, **now)], form="now")]
    return parts if wish is None else [*parts, answered(bank, [keyed_row(bank, **wish)], form="expected")]


def one(scores, **how):
    (person,) = suggest(scores, **how).people
    return person


LOW, HIGH = [0, 1, 0, 1, 0, 1], [4, 3, 4, 3, 4, 4]
GIVEN = {"sd": 16.0, "reliability": 0.75}  # SEM 16 sqrt(.25) = 8 on 0 to 96; of a difference 11.31; x 1.645 = 18.61

OF_PAIR = {name: {f"pair_now_{area}": value for area in AREAS} for name, value in GIVEN.items()}


# --- the file ------------------------------------------------------------------------------------------------------


def test_the_file_holds_what_the_article_advises():
    file = tip_file()
    assert [tip.id for tip in file.tips if tip.kind == "build"] == [
        "positive_communication",
        "unplug",
        "quality_time",
        "physical_intimacy",
    ]
    assert [tip.id for tip in file.tips if tip.kind == "habit"] == [
        "talk_and_listen",
        "do_things_together",
        "be_vulnerable",
        "take_interest",
    ]
    assert len(file.reasons) == 3
    assert len(file.questions) == 2
    with pytest.raises(UnknownNameError, match="take_interest"):
        file.tip("take_interst")


def test_every_source_resolves_and_all_studies_are_named():
    studies = tip_file().studies
    assert all(reference(key).apa for key in studies)
    assert set(studies) == {
        "sinclair2005",
        "milek2015",
        "yoo2013",
        "overall2009",
        "mcdaniel2016",
        "laurenceau1998",
        "schaefer1981",
        "cordova2005",
        "proulx2007",
        "robles2014",
    }


def test_every_evidence_says_its_limits_and_never_claims_a_cause():
    for part in (*tip_file().tips, *tip_file().reasons):
        for entry in part.evidence:
            assert entry.limits
            assert "association" in entry.strength or "description" in entry.strength
            assert not any(word in entry.found.lower() for word in ("causes", "leads to", "makes people", "proves"))
    assert {tip.id for tip in tip_file().tips if not tip.evidence} == {"take_interest"}


def test_the_map_is_the_articles():
    spoken = {tip.id: set(tip.speaks_to) & set(AREAS) for tip in tip_file().tips}
    expected = {
        "positive_communication": {"emotional", "intellectual"},
        "unplug": {"recreational", "social", "emotional"},
        "quality_time": {"recreational", "social"},
        "physical_intimacy": {"sexual"},
        "talk_and_listen": {"emotional", "intellectual"},
        "do_things_together": {"recreational", "social"},
        "be_vulnerable": {"emotional"},
        "take_interest": {"intellectual"},
    }
    assert spoken == expected
    by_scale = {
        (bank.id, scale.id): {tip.id for tip in tip_file().tips if tip.speaks(scale)}
        for bank in (EIS, load_bank("tdis"), PRQC, PAIR, load_bank("pair_style"))
        for scale in bank.scales
    }
    assert by_scale["tdis", "total"] == {"unplug"}
    assert by_scale["eis", "total"] >= {"positive_communication", "talk_and_listen", "be_vulnerable"}
    assert by_scale["prqc", "intimacy"] == {"positive_communication", "talk_and_listen", "be_vulnerable"}
    assert by_scale["prqc", "passion"] == {"physical_intimacy", "do_things_together"}
    assert by_scale["prqc", "trust"] == by_scale["pair", "conventionality"] == set()


def test_a_bank_of_ones_own_that_says_its_area_gets_tips():
    scale = EIS.scales[0].model_copy(update={"area": "disclosure"})
    own = EIS.model_copy(update={"id": "my_scale", "scales": (scale,)})
    person = one(scored(answered(own, [[1, 2, 1, 2, 1]])))
    assert [found.tip.id for found in person.suggestions] == ["be_vulnerable"]
    silent = own.model_copy(update={"scales": (scale.model_copy(update={"area": None}),)})
    assert one(scored(answered(silent, [[1, 2, 1, 2, 1]]))).outcome == "stands out, no tip"


def test_every_pair_area_has_a_tip_without_devices_and_banks_are_there():
    assert check_tips() == ()
    for area in AREAS:
        assert any(tip.speaks(PAIR.scale(area)) and tip.needs is None for tip in tip_file().tips)


def test_no_telephone_number_is_invented_and_help_is_named():
    text = (scales_folder() / "tips.yaml").read_text(encoding="utf-8")
    told = " ".join((tip_file().help.when, *tip_file().help.lines))
    assert not any(character.isdigit() for character in told)
    assert all(word in told for word in ("emergency number", "helpline", "doctor"))
    assert "diagnos" in " ".join(tip_file().never)
    assert "http" not in text


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ("study: milek2015", "study: milek2051", "milek2051"),
        ("kind: habit", "kind: habbit", "habbit"),
        ("id: take_interest", "id: be_vulnerable", "stands twice"),
        ("needs: devices", "needs: devises", "devises"),
        ("try_this:", "try_that:", "try_that"),
        ("no_study: General advice; the article names no study for it.", "never: [Nothing]", "names no study"),
    ],
)
def test_a_faulty_file_is_told_with_its_line(tmp_path, old, new, word):
    text = (scales_folder() / "tips.yaml").read_text(encoding="utf-8")
    assert old in text
    file = tmp_path / "tips.yaml"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BankError, match=word) as caught:
        read_tips(file)
    assert "tips.yaml:" in caught.value.problems[0].where
    assert check_tips(file) == caught.value.problems


def test_tips_speak_to_areas_there_are(tmp_path):
    file = tmp_path / "tips.yaml"
    text = (scales_folder() / "tips.yaml").read_text(encoding="utf-8")
    file.write_text(text.replace("[sexual, passion]", "[sexual, pasion]"), encoding="utf-8")
    assert "passion" in str(check_tips(file)[0])


# --- content-referenced reading ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (3.4, "between 'neutral' and 'agree'"),
        (3.0, "at 'neutral'"),
        (3.04, "at 'neutral'"),
        (0.2, "at 'strongly disagree'"),
        (5.0, "at 'strongly agree'"),
        (1.5, "between 'strongly disagree' and 'disagree'"),
    ],
)
def test_averages_among_the_words_of_the_options(value, words):
    options = options_of_scale(EIS, EIS.scales[0])
    labels = [option.label for option in options]
    spoken = words.replace("'strongly disagree'", f"'{labels[0]}'").replace("'disagree'", f"'{labels[1]}'")
    spoken = spoken.replace("'neutral'", f"'{labels[2]}'").replace("'agree'", f"'{labels[3]}'")
    assert place_words(value, options) == spoken.replace("'strongly agree'", f"'{labels[4]}'")


def test_a_reading_by_hand():
    # 2 3 4 3 3: average 3, error .7071 / sqrt(5) = .31623, x 1.6449 = .52015
    (read,) = one(scored(answered(EIS, [[2, 3, 4, 3, 3]]))).readings
    assert (read.average, read.low, read.high) == pytest.approx((3, 3 - 0.5201484, 3 + 0.5201484))
    assert read.rough
    assert read.words == "at 'neutral'"
    assert read.high_words.startswith("between 'neutral' and")
    assert "low" not in str(read).split()
    assert json.dumps(read.to_dict(), allow_nan=False)


def test_a_reading_speaks_of_keyed_answers_and_stops_at_the_ends():
    (read,) = [r for r in one(scored(*pair({"emotional": HIGH}))).readings if r.column == "pair_now_emotional"]
    assert read.average == pytest.approx(22 / 6)
    assert read.high <= 4


# --- the rules, in their order -------------------------------------------------------------------------------------


def test_rule_1_the_gap_largest_first():
    wish = {"social": HIGH, "emotional": [4, 4, 3, 4, 3, 4], "recreational": [4, 4, 3, 3, 3, 3]}
    scores = scored(*pair({"social": LOW}, wish))
    person = one(scores, **GIVEN)
    # social 12 -> 88: gap 76; emotional 52 -> 88: 36; recreational 52 -> 80: 28; each beyond 26.1
    assert person.rule == 1
    assert [s.column for s in person.suggestions] == ["pair_now_social", "pair_now_emotional", "pair_now_recreational"]
    assert [s.difference.value for s in person.suggestions] == [76, 36, 28]
    first = person.suggestions[0].difference
    assert (first.low, first.high) == pytest.approx((76 - Z90 * 128**0.5, 76 + Z90 * 128**0.5))
    assert [s.tip.id for s in person.suggestions] == ["quality_time", "positive_communication", "do_things_together"]
    assert "is 12, on a range from 0 to 96" in person.suggestions[0].why
    assert "comes to 88" in person.suggestions[0].why
    assert "gap of 76 points; it could well be 57 to 95 points" in person.suggestions[0].why


def test_rule_1_only_beyond_error_and_only_for_more():
    inside = scored(*pair({}, {"social": [3, 3, 3, 3, 3, 2]}))  # 52 -> 68: a gap of 16, inside 18.61
    assert one(inside, **GIVEN).outcome == "nothing stands out"
    less = scored(*pair({"social": HIGH}, {"social": LOW}))
    assert one(less, **GIVEN).rule != 1


def norm_for(bank, scale, mean, sd, *, n=400, form=None, reliability=0.75):
    entry = NormScale(scale=scale, n=n, mean=mean, sd=sd, reliability=reliability, reliability_kind="alpha")
    return Norm(
        id="panel",
        sample="400 adults that a test made up",
        source="made by a test",
        certainty="computed",
        form=form,
        scales=(entry,),
    )


def test_rule_2_a_standing_wholly_below_the_quarter():
    # EIS 2 2 3 2 1 = 10; norm 20 (4), reliability .75: SEM 2, 1.645 x 2 = 3.29; 25th percentile 20 - .6751 x 4 x sqrt(401/400) = 17.30
    scores = scored(answered(EIS, [[2, 2, 3, 2, 1]]))
    person = one(scores, norm=norm_for(EIS, "total", 20.0, 4.0))
    assert person.rule == 2
    found = person.suggestions[0].difference
    assert found.value == pytest.approx(10 - 17.2964, abs=2e-3)
    assert found.se == pytest.approx(2.0)
    assert "400 adults" in person.suggestions[0].why
    assert len(person.suggestions) == 3


def test_rule_2_not_where_an_interval_reaches_over_the_quarter():
    # 15: 2.3 under the 25th percentile, inside 3.29; and there is a norm, so rule 4 keeps silent
    person = one(scored(answered(EIS, [[3, 3, 4, 3, 2]])), norm=norm_for(EIS, "total", 20.0, 4.0))
    assert person.outcome == "nothing stands out"
    tiny = norm_for(EIS, "total", 20.0, 4.0, n=4)
    assert one(scored(answered(EIS, [[2, 2, 4, 3, 2]])), norm=tiny).rule is None  # the norm of four leaves it open


def test_rule_3_an_area_below_the_others():
    # social 12, the others 52: 40 below; error sqrt(8^2 + 4 x 8^2 / 16) = 8.944, x 1.645 = 14.71
    person = one(scored(*pair({"social": LOW})), **GIVEN)
    assert person.rule == 3
    found = person.suggestions[0]
    assert found.difference.value == pytest.approx(-40)
    assert found.difference.se == pytest.approx(8.94427191)
    assert {s.column for s in person.suggestions} == {"pair_now_social"}
    assert [s.tip.id for s in person.suggestions] == ["quality_time", "do_things_together"]


def test_rule_4_only_without_norm_and_wish():
    low = [1, 2, 1, 2, 1]  # average 1.4, SD .5477, error .2449, x 1.645 = .403: to 1.80 under 3
    person = one(scored(answered(EIS, [low])))
    assert person.rule == 4
    assert person.suggestions[0].difference.value == pytest.approx(-1.6)
    assert "1.4" in person.suggestions[0].why
    assert one(scored(answered(EIS, [low])), norm=norm_for(EIS, "total", 7.5, 4.0)).rule is None
    same = {area: [0, 1, 0, 1, 1, 0] for area in (*AREAS, "conventionality")}
    assert one(scored(*pair(same))).rule == 4
    assert one(scored(*pair(same, same))).outcome == "nothing stands out"


def test_the_first_rule_that_applies_is_the_one():
    now, wish = {"social": LOW}, {"intellectual": HIGH, "social": LOW}
    norm = norm_for(PAIR, "social", 80.0, 10.0, form="now", reliability=0.9)
    assert one(scored(*pair(now, wish)), norm=norm, **GIVEN).rule == 1
    assert one(scored(*pair(now, now)), norm=norm, **GIVEN).rule == 2
    assert one(scored(*pair(now, now)), **GIVEN).rule == 3
    assert one(scored(*pair(now, wish)), **GIVEN).said().startswith("By the gap")


def test_wishes_alone_suggest_nothing():
    scores = scored(answered(PAIR, [keyed_row(PAIR, social=LOW)], form="expected"))
    assert suggest(scores, **GIVEN).people == ()


# --- what never happens --------------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 4), min_size=72, max_size=72), st.sampled_from([PAIR, STYLE]), st.booleans())
def test_laws_of_every_suggestion(codes, bank, devices):
    scores = scored(answered(bank, [codes[:36]], form="now"), answered(bank, [codes[36:]], form="expected"))
    person = one(scores, devices=devices)
    assert len(person.suggestions) <= 3
    assert len({s.tip.id for s in person.suggestions}) == len(person.suggestions)
    assert not {s.column for s in person.suggestions} & {s.column for s in person.strengths}
    for found in person.suggestions:
        assert found.part.scale.role == "content"
        assert found.difference.beyond
        assert found.rule == person.rule
        assert found.tip.speaks(found.part.scale)
        assert found.part.administration.form == "now"
        assert devices or found.tip.needs is None
        if found.tip.wish_first:
            assert scores[f"{bank.id}_gap_sexual"].values[0] > 0


def test_idealisation_suggests_nothing_and_is_told_when_very_bright():
    areas = {"conventionality": [0, 0, 1, 0, 0, 1]}
    plain = one(scored(*pair(areas, {"conventionality": HIGH})), **GIVEN)
    assert plain.outcome == "nothing stands out"
    assert not any("stands out" in note for note in plain.notes)
    bright = one(scored(*pair({"conventionality": [4, 3, 4, 3, 4, 3]})), **GIVEN)  # average 3.5, above 3 = agree
    assert any("idealised" in note for note in bright.notes)
    agreeing = one(scored(*pair({"conventionality": [3] * 6})), **GIVEN)
    assert not any("idealised" in note for note in agreeing.notes)
    scores = scored(*pair({}))
    assert looks_idealised(scores["pair_now_conventionality"], 3.1)
    assert not looks_idealised(scores["pair_now_emotional"], 4.0)


def test_the_device_tip_needs_a_device_scale_or_the_users_word():
    def tips(*more, **how):
        return {s.tip.id for s in one(scored(*pair({"social": LOW}), *more), **OF_PAIR, **how).suggestions}

    assert "unplug" not in tips()
    assert "unplug" in tips(devices=True)
    assert "unplug" in tips(answered(TDIS, [[5, 4, 5, 4]]))
    assert "unplug" not in tips(answered(TDIS, [[0, 1, 0, 1]]))
    assert "unplug" not in tips(answered(TDIS, [[4, 3, 0, 4]]))  # 2.75: above the middle, inside its error


def test_a_device_scale_alone_suggests_the_device_tip_when_high():
    person = one(scored(answered(TDIS, [[5, 4, 5, 4]])))
    assert [s.tip.id for s in person.suggestions] == ["unplug"]
    assert "above" in person.suggestions[0].why
    assert one(scored(answered(TDIS, [[0, 1, 0, 1]]))).outcome == "nothing stands out"


def test_the_physical_tip_never_follows_against_the_persons_wish_or_from_the_partner():
    asked = scored(*pair({"sexual": LOW}, {"sexual": HIGH}))
    assert [s.tip.id for s in one(asked, **GIVEN).suggestions] == ["physical_intimacy"]
    content = one(scored(*pair({"sexual": LOW}, {"sexual": LOW})), **GIVEN)
    assert not content.suggestions
    assert any("stands out" in note for note in content.notes)
    couple = scored(
        answered(PAIR, [keyed_row(PAIR, sexual=LOW)], form="now", partner="a"),
        answered(PAIR, [keyed_row(PAIR, sexual=HIGH)], form="expected", partner="a"),
        answered(PAIR, [keyed_row(PAIR)], form="now", partner="b"),
        answered(PAIR, [keyed_row(PAIR)], form="expected", partner="b"),
    )
    a, b = suggest(couple, **GIVEN).of(0)
    assert (a.partner, [s.tip.id for s in a.suggestions]) == ("a", ["physical_intimacy"])
    assert (b.partner, b.suggestions) == ("b", ())
    tip = tip_file().tip("physical_intimacy")
    assert "limit" in tip.name.lower()
    assert any("pressure" in line for line in tip.never)


def test_never_from_a_withheld_score_or_a_single_item():
    row = keyed_row(PAIR, social=LOW)
    row[[1, 7]] = np.nan  # four of six
    withheld = one(scored(answered(PAIR, [row], form="now")), **GIVEN)
    assert withheld.outcome == "nothing stands out"
    assert any("4 of 6" in note for note in withheld.notes)
    alone = np.full(5, np.nan)
    alone[2] = 1
    single = one(scored(answered(EIS, [alone]), min_answered=1), sd=4.0, reliability=0.9)
    assert single.outcome == "cannot tell"
    assert any("one answer only" in note for note in single.notes)


@pytest.mark.parametrize(("code", "outcome"), [(1, "suggested"), (2, "suggested"), (3, "nothing stands out"),
                                               (4, "nothing stands out"), (5, "nothing stands out")])  # fmt: skip
def test_equal_answers_are_told_and_lead_to_tips(code, outcome):
    person = one(scored(answered(EIS, [[code] * 5])))
    assert person.outcome == outcome
    assert person.rule == (4 if outcome == "suggested" else None)
    assert person.readings[0].end == {1: "lowest", 5: "highest"}.get(code, "")
    assert bool(person.strengths) is (code > 3)


def test_whoever_has_nothing_and_wishes_for_everything_gets_tips():
    """Now 0 of 96, wished 96 of 96 in every area: the client who needs it most."""
    areas = ("emotional", "social", "sexual", "intellectual", "recreational")
    person = one(scored(*pair(dict.fromkeys(areas, [0] * 6), dict.fromkeys(areas, [4] * 6))))
    assert (person.outcome, person.rule) == ("suggested", 1)
    assert len(person.suggestions) == 3
    assert {found.difference.value for found in person.suggestions} == {96.0}
    assert all(found.difference.beyond for found in person.suggestions)


def test_a_scale_no_tip_speaks_to_is_told():
    low = [6, 7, 6, 6, 7, 6, 6, 7, 6, 1, 2, 1, 6, 7, 6, 6, 7, 6]  # trust 10 to 12
    person = one(scored(answered(PRQC, [low])), sd=4.0, reliability=0.9)
    assert not person.suggestions
    assert any("Trust" in note for note in person.notes)


def test_a_rule_that_gives_no_tip_leaves_the_word_to_the_next():
    row = [3, 3, 2] * 3 + [1, 1, 1] + [3, 3, 2] * 2  # means 2.67, trust 1; SEM 1.2 sqrt(.1) = .379
    person = one(scored(answered(PRQC, [row])), sd=1.2, reliability=0.9)
    assert person.rule == 4
    assert {found.column for found in person.suggestions} == {"prqc_intimacy", "prqc_passion"}
    assert "no tip here speaks to it" in person.notes[0]


def test_nothing_stands_out_names_the_highest_areas():
    person = one(scored(*pair({"emotional": [3, 3, 3, 3, 3, 2]})), **GIVEN)
    assert person.outcome == "nothing stands out"
    assert person.strengths[0].column == "pair_now_emotional"
    assert PAIR.scale("emotional").name in person.said()


# --- many persons, results -----------------------------------------------------------------------------------------


def many(n=60):
    rng = np.random.default_rng(4)
    return np.clip(np.round(3 + rng.normal(size=(n, 1)) + 0.7 * rng.normal(size=(n, 5))), 1, 5)


def test_a_sample_gives_each_row_its_tips_from_the_samples_error():
    import polars as pl

    answers = many()
    scores = scored(
        answered(EIS, answers), native=pl.DataFrame({"n": range(60)}), ids=tuple(f"p{i}" for i in range(60))
    )
    found = suggest_tips(scores, EIS)
    assert len(found) == 60
    table = found.table()
    assert isinstance(table, pl.DataFrame)
    error = error_of(scores, scores["eis_total"])
    assert error.basis == "sample"
    expected = scores["eis_total"].values + Z90 * error.sem < 15  # the midpoint 3 is a sum of 15
    assert [outcome == "suggested" for outcome in table["tips_outcome"]] == expected.tolist()
    assert 0 < expected.sum() < 60
    row = int(np.flatnonzero(expected)[0])
    assert found.of(row)[0].id == f"p{row}"
    assert suggest_tips(scores, "eis", person=row).people[0].to_dict() == found.of(row)[0].to_dict()
    assert json.dumps(found.to_dict(), allow_nan=False)
    assert "persons" in str(found)


def test_banks_limit_what_tips_follow_from_but_devices_are_heard():
    scores = scored(*pair({"social": LOW}), answered(TDIS, [[5, 4, 5, 4]]), answered(EIS, [[1, 2, 1, 2, 1]]))
    assert {s.part.bank.id for s in suggest_tips(scores, EIS).suggestions} == {"eis"}
    assert "unplug" in {s.tip.id for s in suggest_tips(scores, "pair", **OF_PAIR).suggestions}
    with pytest.raises(ResponseError, match="prqc"):
        suggest_tips(scores, ["prqc"])
    with pytest.raises(ResponseError, match="row 5"):
        suggest_tips(scores, person=5)


def test_what_a_person_reads():
    found = suggest_tips(scored(*pair({"social": LOW})), **GIVEN)
    text = str(found)
    for said in (
        "Why this tip",
        "How sure",
        "But:",
        "To try this week",
        "Milek et al., 2015",
        "emergency number",
        "no diagnosis",
        "measurement error",
        "-40.00 [-54.71, -25.29], 90 % interval",
        "for the same reason as tip 1",
    ):
        assert said in text
    assert "you are" not in str(found.people[0]).lower()
    assert found.rows_for_eyes()[1][0] == "Protect time for two"
    assert "<table>" in found._repr_html_()
    told = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert told["people"][0]["suggestions"][0]["difference"]["beyond"] is True
    assert told["help"]["lines"]


def test_what_is_unconfirmed_is_said():
    notes = suggest(scored(answered(EIS, [[1, 2, 1, 2, 1]]))).notes
    assert any(EIS.certainty.check in note for note in notes)


# --- several areas of one person at once ---------------------------------------------------------------------------


def test_the_mean_of_the_others_is_over_all_of_them_or_not_known():
    flat = {area: [0] * 6 for area in ("emotional", "intellectual", "recreational")}
    scores = scored(*pair({**flat, "social": [4, 4, 4, 3, 4, 4], "sexual": [1, 2, 1, 2, 1, 1]}))
    columns = columns_of(scores, None, sd=None, reliability=None)
    (respondent,) = respondents_of(scores, columns, level=0.9)
    (sexual,) = [made for made in respondent.comparisons if made.rule == 3 and made.part.scale.id == "sexual"]
    assert sexual.value[0] == pytest.approx(32 - (0 + 0 + 0 + 92) / 4)
    assert sexual.known[0]  # equal answers leave an error: the one pooled over the scales
    assert one(scores).rule == 3
    given = one(scores, **GIVEN)  # now the errors are known: 23 + 4 for social, and nothing else stands out as low
    assert all(found.against == "the mean of your other areas" for found in given.suggestions)


def test_others_without_a_score_are_not_called_the_others():
    row = keyed_row(PAIR, social=LOW)
    row[[number - 1 for number in PAIR.scale("emotional").items]] = np.nan
    person = one(scored(answered(PAIR, [row], form="now")), **GIVEN)
    assert person.suggestions[0].against == "the mean of your other areas with enough answers"
    assert "other areas with enough answers is 52" in person.suggestions[0].why


def test_what_stands_out_without_a_tip_is_an_outcome_in_plain_words():
    person = one(scored(answered(PRQC, [[5, 6, 7, 2, 3, 4, 7, 7, 1, 6, 5, 6, 4, 4, 4, 1, 1, 4]])), level=0.8)
    assert person.outcome == "stands out, no tip"
    assert person.said().startswith("Love stands out: it lies clearly below the average of your other areas.")
    assert "Nothing stands out" not in str(person)
    assert not any("[" in text for text in (person.said(), *person.notes))
    found = person.untold[0]
    assert [one.column for one in person.untold] == ["prqc_love", "prqc_commitment"]
    assert found.column == "prqc_love"
    assert "[" in str(person)  # the library's own text keeps the figures
    assert person.to_dict()["untold"][0]["difference"]["value"] == pytest.approx(found.difference.value)


def test_the_reason_of_a_tip_is_told_without_technical_words():
    told = [
        *one(scored(*pair({"social": LOW}, {"social": HIGH})), **GIVEN).suggestions,
        *one(scored(*pair({"social": LOW})), **GIVEN).suggestions,
        *one(scored(answered(EIS, [[1, 2, 1, 2, 1]]))).suggestions,
        *one(scored(answered(EIS, [[2, 2, 3, 2, 1]])), norm=norm_for(EIS, "total", 20.0, 4.0)).suggestions,
    ]
    assert {found.rule for found in told} == {1, 2, 3, 4}
    for found in told:
        for word in ("interval", "measurement error", "percentile", "(", "[", "%"):
            assert word not in found.why, (word, found.why)
        assert "could well be" in found.why


def test_an_interval_in_words_has_no_two_prepositions():
    (read,) = one(scored(answered(EIS, [[2, 3, 4, 3, 3]]))).readings
    assert "to at" not in str(read)
    assert "from between" not in str(read)
    assert "at least between" in str(read)


def test_several_comparisons_are_judged_together():
    # five areas, SEM 8: a gap of 20 is beyond 1.645 x 11.31 = 18.61, but not beyond the 2.309 x 11.31 = 26.1 of five
    assert level_of_each(0.9, 5) == pytest.approx(0.97915, abs=1e-5)
    five = scored(*pair({}, {"social": [3, 3, 3, 3, 3, 3]}))
    assert five["pair_gap_social"].values[0] == 20
    assert one(five, **GIVEN).outcome == "nothing stands out"
    alone_now, alone_wish = keyed_row(PAIR), keyed_row(PAIR, social=[3] * 6)
    for row in (alone_now, alone_wish):
        row[[n - 1 for s in PAIR.scales if s.id != "social" for n in s.items]] = np.nan
    alone = scored(answered(PAIR, [alone_now], form="now"), answered(PAIR, [alone_wish], form="expected"))
    assert one(alone, **GIVEN).rule == 1
    assert "hold" in suggest(five, **GIVEN).notes[0]


def test_two_partners_read_no_brackets():
    assert wish_words("Anna", Difference(value=12.0, se=5.0, level=0.9), (0, 96)) == (
        "Anna: wished minus now is 12 and could well be 4 to 20"
    )
    assert wish_words("Ben", Difference(value=-0.2, se=float("nan"), level=0.9), (0, 96)).endswith("cannot be told")


@pytest.mark.slow
@pytest.mark.parametrize("rule", [1, 3])
def test_of_all_areas_together_one_stands_out_by_chance_as_rarely_as_the_level_says(rule):
    # every true area is the same, error is normal: of all persons at most 5 % (one direction of 10 %) have any area that sticks out
    from dataclasses import replace

    rng, n = np.random.default_rng(5), 6000
    scores = scored(*(answered(PAIR, [keyed_row(PAIR)] * n, form=form) for form in ("now", "expected")))
    parts = {p.column: replace(p, values=48 + rng.normal(0, 8, n)) for p in scores.parts if p.derived is None}
    gaps = [
        replace(p, values=parts[f"pair_expected_{p.scale.id}"].values - parts[f"pair_now_{p.scale.id}"].values)
        for p in scores.parts
        if p.derived is not None
    ]
    made = replace(scores, parts=(*parts.values(), *gaps))
    (respondent,) = respondents_of(made, columns_of(made, None, sd=16.0, reliability=0.75), level=0.9)
    hits = np.array([one.hit for one in respondent.comparisons if one.rule == rule])
    assert len(hits) == len(AREAS)
    assert hits.any(axis=0).mean() == pytest.approx(0.05, abs=0.01)


@pytest.mark.slow
def test_where_wish_and_now_differ_by_error_only_a_gap_is_as_rare_as_the_level_says():
    # every keyed answer is Binomial(4, 1/2): variance 1, of six items x 4: 96. All is error, so reliability is 0 and SEM the SD
    rng, n = np.random.default_rng(8), 4000
    bank = PAIR.model_copy(update={"evidence": ()})
    answers = [rng.binomial(4, 0.5, size=(n, 36)) for _ in range(2)]
    scores = scored(answered(bank, answers[0], form="now"), answered(bank, answers[1], form="expected"))
    columns = columns_of(scores, None, sd=96**0.5, reliability=0.0)
    (respondent,) = respondents_of(scores, columns, level=0.90)
    hits = np.array([made.hit for made in respondent.comparisons if made.rule == 1])
    assert len(hits) == len(AREAS)
    assert hits.any(axis=0).mean() == pytest.approx(0.05, abs=0.015)  # scores go in steps of 4: not exactly a twentieth
