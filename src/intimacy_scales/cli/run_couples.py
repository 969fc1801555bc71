"""``couples``: how alike partners are, where they differ, and what goes with what across them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from intimacy_scales.base.errors import Problem, ResponseError
from intimacy_scales.cli.intake import Reading, responses_of, table_of
from intimacy_scales.cli.saying import Voice, responses_head, rows_said

if TYPE_CHECKING:
    from intimacy_scales.analysis.couples import Couples, TwoPartners
    from intimacy_scales.analysis.couples.apim import Missing
    from intimacy_scales.reading.responses.model import Responses

MOST_SINGLE = 2  # couples that are shown one by one: a sample begins at three
MISSING = ("listwise", "fiml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """Who belongs to whom, and which models are asked for."""

    couple: str | None = None
    partner: str | None = None
    predictor: tuple[str, ...] = ()
    outcome: str | None = None
    mediator: tuple[str, ...] = ()
    covariate: tuple[str, ...] = ()
    exchangeable: bool | None = None
    missing: str = "listwise"
    level: float = 0.95
    sd: float | None = None
    reliability: float | None = None
    seed: int = 2005
    min_answered: int | None = None


def run(reading: Reading, wishes: Wishes, voice: Voice) -> None:
    """Match the couples, study them, tell."""
    from intimacy_scales.analysis.couples import Asked, couples_of, study_couples

    voice.ready()
    if wishes.missing not in MISSING:
        raise ResponseError(Problem(where="--missing", what=f"is {wishes.missing!r}", allowed=" or ".join(MISSING)))
    asked = Asked(
        predictor=wishes.predictor,
        outcome=wishes.outcome,
        mediator=wishes.mediator,
        covariate=wishes.covariate,
        missing=cast("Missing", wishes.missing),
        seed=wishes.seed,
    )
    responses = responses_of(reading) if reading.banks else _table_only(reading)
    couple, partner = _columns(reading, wishes)
    couples = couples_of(
        responses,
        couple=couple,
        partner=partner,
        exchangeable=wishes.exchangeable,
        variables=_of_each(wishes),
        min_answered=wishes.min_answered,
    )
    found = study_couples(
        couples,
        asked,
        level=wishes.level,
        sd=wishes.sd,
        reliability=wishes.reliability,
    )
    voice.tell(rows_said(responses))
    for note in responses.notes:
        voice.remark(f"note: {note}")
    voice.tell(found)
    one_by_one = _few(couples, wishes)
    for two in one_by_one:
        voice.tell(f"\ncouple {two.couple}\n{two}")
    more = {"comparisons": [two.to_dict() for two in one_by_one]} if one_by_one else {}
    voice.record({**responses_head("couples", responses, found.notes), **found.to_dict(), **more})


def _few(couples: Couples, wishes: Wishes) -> list[TwoPartners]:
    """Return every couple compared, where there are too few for a sample."""
    from intimacy_scales.analysis.couples import compare_row, ground_of

    if len(couples) > MOST_SINGLE or not couples.scores.parts:
        return []
    ground = ground_of(couples, sd=wishes.sd, reliability=wishes.reliability)
    return [compare_row(ground, row) for row in range(len(couples))]


def _columns(reading: Reading, wishes: Wishes) -> tuple[str | None, str | None]:
    """Return the couple's and the partner's column: as said, else as the map says."""
    if reading.map is None:
        return wishes.couple, wishes.partner
    from intimacy_scales.reading.responses import load_map

    said = load_map(reading.map)
    return wishes.couple or said.couple, wishes.partner or said.partner


def _of_each(wishes: Wishes) -> tuple[str, ...]:
    """Return the variables that each partner has a column of (a covariate may be the couple's)."""
    outcome = () if wishes.outcome is None else (wishes.outcome,)
    return (*wishes.predictor, *wishes.mediator, *outcome)


def _table_only(reading: Reading) -> Responses:
    """Return a file's columns without any bank's answers, for models of what the file holds itself."""
    from intimacy_scales.reading.responses.model import Responses

    table = table_of(reading)
    return Responses(
        answered=(),
        id_column=None,
        ids=None,
        row_numbers=table.row_numbers,
        set_aside=table.set_aside,
        source=table.source,
        table=table,
        notes=table.notes,
    )
