"""A scale of a bank under the graded response model: items, information, persons, local dependence, groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from intimacy_scales.analysis.structure.item_answers import ItemAnswers, attempt, item_answers
from intimacy_scales.bank.model import ItemBank, Scale
from intimacy_scales.bank.options import MOST_CATEGORIES
from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.base.errors import Problem, ResponseError, UnknownNameError
from intimacy_scales.base.results import Shown, json_dict
from intimacy_scales.base.wording import coefficient, figure, some
from intimacy_scales.engines.own_type import like_native
from intimacy_scales.reading.responses.model import Responses
from intimacy_scales.statistics.irt.differential_functioning import (
    DifferentialFunctioning,
    ItemBias,
    differential_functioning,
)
from intimacy_scales.statistics.irt.graded import GradedModel, graded_response
from intimacy_scales.statistics.irt.person_scores import (
    Information,
    LocalDependence,
    PersonScores,
    ScoreMethod,
    category_curves,
    information,
    local_dependence,
    person_thetas,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GradedScale(Shown):
    """One scale under Samejima's graded response model.

    Attributes
    ----------
    model : slopes and thresholds with standard errors (logistic metric).
    information : of every item and of the scale, along theta from -4 to 4.
    scores : one theta a person with its standard error, rows as in the answers.
    dependence : Yen's Q3; ``None`` with a note where it cannot be had.
    labels : what JSON calls each item: number, name, gloss.
    bias : differential item functioning over the groups of a column; ``None`` without a column.
    """

    bank_id: str
    scale_id: str
    name: str
    column: str
    model: GradedModel
    information: Information
    scores: PersonScores
    dependence: LocalDependence | None
    bias: DifferentialFunctioning | None
    responses: Responses = field(repr=False)
    labels: Mapping[str, Mapping[str, Any]] = field(default_factory=dict, repr=False)
    notes: tuple[str, ...] = ()

    def curves(self, item: str | int) -> FloatArray:
        """Return the probability of each used category of an item: 81 thetas from -4 to 4 x categories.

        ``item`` is its column name, or its number in the bank.
        """
        name = f"{self.bank_id}_{item}" if isinstance(item, int) else item
        if name not in self.model.names:
            raise UnknownNameError.among("item", name, self.model.names)
        return category_curves(self.model, self.model.names.index(name))

    def table(self) -> Any:
        """Return ``..._theta``, its standard error and the answers it rests on, in the caller's frame type and rows."""
        own: dict[str, Any] = {}
        if self.responses.ids is not None and self.responses.id_column is not None:
            own[self.responses.id_column] = list(self.responses.ids)
        own[f"{self.column}_theta"] = self.scores.theta
        own[f"{self.column}_theta_se"] = self.scores.se
        own[f"{self.column}_answered"] = self.scores.n_answered
        return like_native(own, self.responses.native)

    def items(self) -> Any:
        """Return one row an item as a pandas frame: slope, thresholds, their standard errors, peak of information."""
        import pandas as pd

        return pd.DataFrame([self._item(j) for j in range(len(self.model.names))])

    def _item(self, j: int) -> dict[str, Any]:
        m = self.model
        curve = self.information.items[:, j]
        row: dict[str, Any] = {"item": m.names[j], "slope": float(m.slopes[j]), "slope_se": float(m.slope_se[j])}
        for k, (b, se) in enumerate(zip(m.thresholds[j], m.threshold_se[j], strict=True), start=1):
            row[f"threshold_{k}"], row[f"threshold_{k}_se"] = float(b), float(se)
        return row | {"most_information": float(curve.max()), "at": float(self.information.theta[np.argmax(curve)])}

    def to_dict(self) -> dict[str, Any]:
        """Return items, information, precision, Q3 and item bias, JSON-safe at full precision (no person's score)."""
        m, info = self.model, self.information
        return json_dict({
            "scale": self.scale_id, "n": m.n_persons, "converged": m.converged, "logl": m.log_likelihood, "aic": m.aic,
            "bic": m.bic, "n_params": m.n_parameters,
            "items": [
                {**self._label(name), "slope": m.slopes[j], "slope_se": m.slope_se[j], "thresholds": m.thresholds[j],
                 "threshold_se": m.threshold_se[j], "categories": m.categories[j]}
                for j, name in enumerate(m.names)
            ],
            "information": {"theta": info.theta, "test": info.test, "se": info.se,
                            "items": dict(zip(info.names, info.items.T.tolist(), strict=True)), "peak": info.peak,
                            "marginal_reliability": info.marginal_reliability},
            "person_scores": {"method": self.scores.method, "reliability": self.scores.reliability},
            "q3": None if self.dependence is None else {
                "average": self.dependence.average, "cut": self.dependence.cut,
                "pairs": [{"items": [self._label(p.first), self._label(p.second)], "q3": p.q3}
                          for p in self.dependence.pairs]},
            "dif": None if self.bias is None else {
                "groups": dict(zip(self.bias.groups, self.bias.group_sizes, strict=True)),
                "items": [self._label(item.name) | item_bias_dict(item) for item in self.bias.items]},
            "notes": list(self.notes),
        })  # fmt: skip

    def _label(self, name: str) -> dict[str, Any]:
        return dict(self.labels.get(name, {"item": None, "name": name, "gloss": None}))

    def rows_for_eyes(self) -> list[list[str]]:
        """Return one rounded line an item."""
        most = max(len(threshold) for threshold in self.model.thresholds)
        lines = [["item", "gloss", "slope", "SE", *(f"b{k + 1}" for k in range(most)), "most information at theta"]]
        for j, name in enumerate(self.model.names):
            cuts = [figure(b) for b in self.model.thresholds[j]]
            at = float(self.information.theta[np.argmax(self.information.items[:, j])])
            lines.append([name, str(self._label(name)["gloss"] or ""), figure(self.model.slopes[j]),
                          figure(self.model.slope_se[j]),
                          *cuts, *[""] * (most - len(cuts)), figure(at, 1)])  # fmt: skip
        return lines

    def apa(self) -> str:
        """Return the sentences of a paper."""
        m, info = self.model, self.information
        low, high = float(m.slopes.min()), float(m.slopes.max())
        text = (
            f"A graded response model (Samejima, 1969) was fitted to {self.name} ({len(m.names)} items, "
            f"N = {m.n_persons}) by marginal maximum likelihood. "
            f"Slopes ranged from {figure(low)} to {figure(high)}; "
            f"the marginal reliability was {coefficient(info.marginal_reliability)}; "
            f"the scale measured best at theta = {figure(info.peak, 1)}."
        )
        if self.bias is not None:
            flagged = [item.name for item in self.bias.items if item.flagged]
            text += (f" Differential item functioning between {' and '.join(self.bias.groups)} (ordinal logistic "
                     f"regression, Holm-corrected): {', '.join(flagged) if flagged else 'none'}.")  # fmt: skip
        return text


def item_bias_dict(bias: ItemBias) -> dict[str, Any]:
    """Return an item's differential functioning as JSON holds it, without its name."""
    return {
        "n": bias.n_persons, "chi2": bias.chi2_total, "df": bias.df_total, "p": bias.p_total,
        "p_adjusted": bias.p_adjusted, "chi2_uniform": bias.chi2_uniform, "p_uniform": bias.p_uniform,
        "chi2_nonuniform": bias.chi2_nonuniform, "p_nonuniform": bias.p_nonuniform,
        "nagelkerke_change": bias.nagelkerke_change, "group_effects": bias.group_effects, "size": bias.size,
        "flagged": bias.flagged,
    }  # fmt: skip


def graded_scale(
    responses: Responses,
    bank: ItemBank,
    *,
    scale: str | None = None,
    form: str | None = None,
    partner: str | None = None,
    time: str | None = None,
    group: str | None = None,
    method: ScoreMethod = "eap",
) -> GradedScale:
    """Fit the graded response model to one scale of vouched answers; :func:`.graded_model` says what it is."""
    chosen = _scale(bank, scale)
    alone = bank.model_copy(update={"scales": (chosen,)})
    answers = item_answers(responses, alone, form=form, partner=partner, time=time)
    model = graded_response(answers.keyed, names=answers.names)
    dependence = attempt("Q3", lambda: local_dependence(model, answers.keyed))
    bias = attempt("item bias", lambda: None if group is None else differences(responses, answers, group, answers.names,
                                                                             purify=False))  # fmt: skip
    scores = person_thetas(model, answers.keyed, method=method)
    notes = [*answers.notes, *model.notes, *scores.notes, *dependence.notes, *bias.notes]
    notes += [*(dependence.value.notes if dependence.value else ()), *(bias.value.notes if bias.value else ())]
    return GradedScale(
        bank_id=bank.id, scale_id=chosen.id, name=chosen.name,
        column=answers.part.administration.column(bank.id, chosen.id),
        model=model, information=information(model), scores=scores, dependence=dependence.value, bias=bias.value,
        responses=responses, labels={name: answers.label(name) for name in answers.names},
        notes=tuple(dict.fromkeys(notes)),
    )  # fmt: skip


def _scale(bank: ItemBank, scale: str | None) -> Scale:
    of_items = bank.item_scales
    if scale is not None and bank.scale(scale).scales:
        raise ResponseError(Problem(where=f"scale {scale}", what="is made of scales, not of items",
                                    allowed=", ".join(of_item.id for of_item in of_items)))  # fmt: skip
    if scale is None and len(of_items) > 1:
        raise ResponseError(Problem(where="scale", what=f"bank {bank.id} has {len(of_items)}",
                                    allowed=", ".join(of_item.id for of_item in of_items),
                                    do="say which: the model is of one scale at a time"))  # fmt: skip
    chosen = of_items[0] if scale is None else bank.scale(scale)
    long = [bank.item_column(number) for number in chosen.items if bank.is_quantity(bank.item(number))]
    if long:
        verb = "is" if len(long) == 1 else "are"
        raise ResponseError(
            Problem(
                where=f"scale {chosen.id}",
                what=f"{some(long)} {verb} answered on more than {MOST_CATEGORIES} numbers: quantities, no ordered "
                "categories",
                allowed=f"items of at most {MOST_CATEGORIES} options for a graded model",
            )
        )
    return chosen


def differences(
    responses: Responses, answers: ItemAnswers, column: str, items: Sequence[str], *, purify: bool = True
) -> DifferentialFunctioning:
    """Return differential item functioning of these items over the groups of a column."""
    texts = responses.table.column(column).cells.texts()
    groups = [text.strip() or None for text in texts]
    most, known = 10, sorted({group for group in groups if group})
    if len(known) > most:
        raise ResponseError(Problem(where=f"group column {column}", what=f"{len(known)} different values",
                                    allowed=f"2 to {most} groups"))  # fmt: skip
    places = [answers.names.index(name) for name in items]
    return differential_functioning(answers.keyed[:, places], groups, names=list(items), purify=purify)
