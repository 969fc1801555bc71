"""What a simulation hands on: answers as a frame or vouched, the truth beside them, the word that nobody gave them."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

import numpy as np

from intimacy_scales.base.errors import UnknownNameError
from intimacy_scales.base.results import Shown, json_dict
from intimacy_scales.base.wording import counted, figure
from intimacy_scales.reading.responses.model import Administration, Responses
from intimacy_scales.simulation.drawing import Drawn
from intimacy_scales.simulation.plan import Plan

Layout = Literal["wide", "long"]
LAYOUTS: tuple[Layout, ...] = ("wide", "long")
PARTNERS = ("a", "b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulated(Shown):
    """Simulated answers and what is true of the persons who never were."""

    plan: Plan = field(repr=False)
    drawn: Drawn = field(repr=False)
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        """Return the number of persons, or of couples."""
        return self.plan.n

    def frame(self, *, layout: Layout = "wide", truth: bool = False) -> Any:
        """Return the answers as a pandas frame, as a survey would hand them out: codes as ticked.

        Parameters
        ----------
        layout
            ``wide``: one row a person, or a couple (columns ``..._a`` and ``..._b``). ``long``: one row a person, with
            the columns ``couple`` and ``partner``. Occasions stand beside each other (``..._t1``, ``..._t2``).
        truth
            Add the columns of :attr:`truth`.

        Returns
        -------
        pandas.DataFrame
            ``id`` (``couple``), ``group`` where there are groups, then ``BANK[_FORM]_NUMBER[_a|_b][_t1|_t2]``. Of a
            diary (``days``) one row a person and day answered: ``id`` (and ``couple``, ``partner``), ``day``, the daily
            predictor, the items; with ``truth`` everybody's ``slope`` too.

        Raises
        ------
        UnknownNameError
            For another layout.
        """
        import pandas as pd

        if self.plan.days is not None:
            return pd.DataFrame(self._daily(truth=truth))
        columns = {**self._who(layout), **self._groups(layout), **self._columns(layout, "codes")}
        if truth:
            columns |= self._truth(layout)
        return pd.DataFrame(columns)

    @property
    def truth(self) -> Any:
        """The truth, in the rows of ``frame()``: ``BANK[_FORM]_SCALE_latent`` and ``..._true``, group, carelessness.

        ``latent`` is the person's standing in SDs, ``true`` the score they would have on average over endless
        administrations in which they read every item (also for those who do not).
        """
        return self.truth_frame()

    def truth_frame(self, *, layout: Layout = "wide") -> Any:
        """Return :attr:`truth` in the rows of ``frame(layout=...)``."""
        import pandas as pd

        if self.plan.days is not None:
            items = set(self._daily()) - {"id", "couple", "partner", "day"}
            return self.frame(truth=True).drop(columns=list(items))
        return pd.DataFrame({**self._who(layout), **self._groups(layout), **self._truth(layout)})

    @property
    def responses(self) -> Responses:
        """The answers of ``frame()``, vouched; their notes say that they are simulated."""
        from intimacy_scales.reading.responses import read_responses

        read = read_responses(self.frame(), self.plan.bank)
        source = replace(read.source, platform="simulated", saw=self.notes[0])
        return replace(read, source=source, notes=(*self.notes, *read.notes))

    def table(self) -> Any:
        """Return the answers: :meth:`frame` as it is without wishes."""
        return self.frame()

    def apa(self) -> str:
        """Return a sentence: how many were simulated, of which bank, from which seed."""
        who = counted(self.plan.n, "couple" if self.plan.couples else "person")
        return f"{who} who never were answered {self.plan.bank.name} (seed {self.plan.seed})."

    def to_dict(self) -> dict[str, Any]:
        """Return what was asked for, JSON-safe."""
        plan = self.plan
        return json_dict(
            {
                "simulated": True,
                "bank": plan.bank.id,
                "n": plan.n,
                "seed": plan.seed,
                "forms": list(plan.forms),
                "couples": plan.couples,
                "occasions": plan.occasions,
                "groups": {group.name: group.share for group in plan.groups if group.name},
                "missing": plan.missing,
                "fatigue": plan.fatigue,
                "careless": dict(plan.careless),
                "days": None if plan.days is None else asdict(plan.days),
                "notes": list(self.notes),
            }
        )

    def rows_for_eyes(self) -> list[list[str]]:
        """Return one rounded line a scale and form: mean and SD of latent standing and true score."""
        lines = [["scale", "items", "latent mean", "latent SD", "true mean", "true SD"]]
        for f, form in enumerate(self.plan.forms):
            for s, scale in enumerate(self.plan.bank.item_scales):
                latent, true = (x[:, :, :, f, s] for x in (self.drawn.latent, self.drawn.true))
                name = "_".join(part for part in (self.plan.bank.id, form, scale.id) if part)
                figures = [figure(y) for x in (latent, true) for y in (x.mean(), x.std())]
                lines.append([name, str(len(scale.items)), *figures])
        return lines

    def _rows(self, values: Any, layout: Layout) -> dict[str, Any]:
        """Return one value a person (units x partners) as columns by suffix (wide), or as one column (long)."""
        if layout not in LAYOUTS:
            raise UnknownNameError.among("layout", layout, LAYOUTS)
        if not self.plan.couples:
            return {"": values[:, 0]}
        if layout == "long":
            return {"": values.reshape(-1)}
        return {f"_{name}": values[:, place] for place, name in enumerate(PARTNERS)}

    def _who(self, layout: Layout) -> dict[str, Any]:
        width = max(3, len(str(self.plan.n)))
        letter = "c" if self.plan.couples else "p"
        units = np.array([f"{letter}{unit:0{width}d}" for unit in range(1, self.plan.n + 1)], dtype=object)
        if not self.plan.couples:
            return {"id": units}
        if layout == "wide":
            return {"couple": units}
        partner = np.tile(np.array(PARTNERS, dtype=object), len(units))
        couple = np.repeat(units, 2)
        return {"id": couple + partner, "couple": couple, "partner": partner}

    def _daily(self, *, truth: bool = False) -> dict[str, Any]:
        """Return the columns of a diary, a row a person and day that was answered."""
        plan, days, about = self.plan, self.drawn.days, self.plan.days
        if days is None or about is None:
            return {}
        kept = days.answered.reshape(-1)

        def each_day(values: Any) -> Any:
            return np.repeat(np.asarray(values).reshape(-1), about.n)[kept]

        entries = {name: each_day(values) for name, values in self._who("long").items()}
        entries |= {name: each_day(values) for name, values in self._groups("long").items()}
        entries["day"] = np.tile(np.arange(1, about.n + 1), len(kept) // about.n)[kept]
        entries[about.predictor] = days.predictor.reshape(-1)[kept]
        parts: list[tuple[Any, list[str], str]] = [(self.drawn.codes, [str(item.id) for item in plan.bank.items], "")]
        if truth:
            scales = [item_scale.id for item_scale in plan.bank.item_scales]
            parts += [(self.drawn.latent, scales, "_latent"), (self.drawn.true, scales, "_true")]
            entries["slope"] = each_day(days.slopes)
            entries["careless"] = each_day(self.drawn.careless.astype(object))
        for values, names, ending in parts:
            for f, form in enumerate(plan.forms):
                for j, name in enumerate(names):
                    column = Administration(form=form).column(plan.bank.id, name + ending)
                    entries[column] = values[:, :, :, f, j].reshape(-1)[kept]
        return entries

    def _groups(self, layout: Layout) -> dict[str, Any]:
        names = np.array([group.name for group in self.plan.groups], dtype=object)
        if len(names) == 1 and not names[0]:
            return {}
        return {f"group{suffix}": x for suffix, x in self._rows(names[self.drawn.group], layout).items()}

    def _truth(self, layout: Layout) -> dict[str, Any]:
        kinds = self.drawn.careless.astype(object)
        found = {f"careless{suffix}": x for suffix, x in self._rows(kinds, layout).items()}
        return found | self._columns(layout, "latent") | self._columns(layout, "true")

    def _columns(self, layout: Layout, what: Literal["codes", "latent", "true"]) -> dict[str, Any]:
        """Return columns of answers or truth: partner by partner, occasion by occasion, form by form."""
        values, plan = getattr(self.drawn, what), self.plan
        if what == "codes":
            names, ending = [str(item.id) for item in plan.bank.items], ""
        else:
            names, ending = [scale.id for scale in plan.bank.item_scales], f"_{what}"
        entries: dict[str, dict[str, Any]] = {}
        for t in range(plan.occasions):
            time = f"t{t + 1}" if plan.occasions > 1 else None
            for f, form in enumerate(plan.forms):
                for j, name in enumerate(names):
                    for suffix, column in self._rows(values[:, :, t, f, j], layout).items():
                        administration = Administration(form=form, partner=suffix.strip("_") or None, occasion=time)
                        entries.setdefault(suffix, {})[administration.column(plan.bank.id, name + ending)] = column
        return {name: column for partner in entries.values() for name, column in partner.items()}
