"""One partner's own report, made from that partner's view alone: nothing of the other can stand in it."""

from __future__ import annotations

from dataclasses import replace
from math import isnan
from typing import Any

import numpy as np

from intimacy_scales.advice import Tips, suggest
from intimacy_scales.analysis.couples import PartnerView
from intimacy_scales.analysis.norms import NormChoice, ScoreError, standing
from intimacy_scales.base.results import json_dict
from intimacy_scales.base.translation import tr
from intimacy_scales.base.wording import capital, sentence
from intimacy_scales.output.report.document import Audience, Document, Notes, Paragraph, Section
from intimacy_scales.output.report.person.page import WHOSE_ANSWERS, person_document
from intimacy_scales.output.report.person.person_view import GivenErrors

WHOSE = "worked out with the answers of a group"


def partner_document(
    view: PartnerView,
    *,
    norm: NormChoice | None = None,
    devices: bool = False,
    title: str | None,
    when: str,
    audience: Audience = "client",
    help_line: str = "",
) -> tuple[Document, dict[str, Any]]:
    """Return one partner's report, and the same as JSON-safe facts.

    It takes the view and nothing else: its errors are the view's, its tips follow from the view's answers, and what
    both agreed to share is shown in the view's own words.
    """
    scores = view.scores
    errors = {one.column: _error(one.column, one.sem, rough=one.rough) for one in view.own}
    sure = {one.column: one.sem for one in view.own if not one.rough and not isnan(one.sem)}
    figures: dict[str, Any] = {"sd": sure, "reliability": dict.fromkeys(sure, 0.0)} if sure else {}
    standings = None if norm is None else standing(scores, norm=norm, level=view.level, **figures)
    tips = suggest(scores, norm=norm, level=view.level, devices=devices, person=0, **figures)
    document = person_document(
        scores,
        0,
        standings,
        tips,
        partner=None,
        given=GivenErrors(level=view.level, errors=errors, whose=WHOSE),
        title=title or tr("Your own answers about your relationship"),
        when=when,
        audience=audience,
        help_line=help_line,
        own_only=True,
    )
    return replace(document, sections=tuple(_with_shared(document.sections, view))), partner_facts(view, tips)


def partner_facts(view: PartnerView, tips: Tips) -> dict[str, Any]:
    """Return one partner's facts JSON-safe: own scores and answers, own tips."""
    return json_dict({"view": view.to_dict(), "tips": [one.to_dict() for one in tips.people]})


def _error(column: str, sem: float, *, rough: bool) -> ScoreError:
    return ScoreError(column=column, sem=np.array([sem]), basis="own answers" if rough else "sample")


def _with_shared(sections: tuple[Section, ...], view: PartnerView) -> list[Section]:
    """Add what both agreed to share, after whose answers these are."""
    found = []
    for section in sections:
        found.append(section)
        if section.title == tr(WHOSE_ANSWERS) and view.shared:
            text = tr(
                "Both of you agreed to share where you stand in these areas. It goes by the middle of the answers."
            )
            said = tuple(sentence(capital(line)) for line in view.shared)
            shared = (Paragraph(text=text), Notes(items=said, kind="remark"))
            found.append(Section(title=tr("What you both share"), blocks=shared))
    return found
