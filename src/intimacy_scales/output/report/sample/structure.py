"""A report's part on structure: whether the items belong together as the bank says, and in every group."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from intimacy_scales.analysis.structure import (
    Confirmation,
    Exploration,
    GradedScale,
    Invariance,
    ParallelAnalysis,
    Structure,
)
from intimacy_scales.base.wording import capital, counted, listed, sentence
from intimacy_scales.output.report.document import Block, Figure, Notes, Paragraph, Section, Table
from intimacy_scales.output.report.sentences import item_name
from intimacy_scales.pictures.curves import OptionCurves, draw_information, draw_item_curves, draw_scree
from intimacy_scales.pictures.drawing import NARROW, WIDE, coefficient, figure
from intimacy_scales.pictures.path_model import Diagram, draw_loadings, draw_path_diagram, grid_of

LADDER_HEAD = (
    "Level",
    "Chi\u00b2",
    "df",
    "CFI",
    "RMSEA",
    "SRMR",
    "\u0394 CFI",
    "\u0394 RMSEA",
    "\u0394 chi\u00b2",
    "\u0394 df",
    "p",
    "T-size RMSEA",
    "Verdict",
)
ENOUGH = 0.6  # Kaiser and Rice: below, "miserable" or worse
CONVENTIONS = (
    "Fit is read by conventions, not laws: CFI near .95 or above and RMSEA near .06 or below are usually called good "
    "(Hu & Bentler, 1999). A model that fits is not thereby the only one that would."
)


def structure_sections(structure: Structure) -> tuple[Section, ...]:
    """Return the sections on a bank's structure: exploration, the bank's own model, groups, item response theory.

    Nothing of a single person stands in them.
    """
    made = [
        _explored(structure),
        _confirmed(structure),
        _compared(structure),
        *(_graded(structure, one) for one in structure.irt.values()),
    ]
    sections = [one for one in made if one is not None]
    if structure.notes and sections:
        notes = Notes(items=tuple(sentence(note) for note in structure.notes))
        sections[-1] = Section(title=sections[-1].title, blocks=(*sections[-1].blocks, notes))
    return tuple(sections)


def _scale_names(structure: Structure) -> dict[str, str]:
    return {scale.id: capital(scale.name) for scale in structure.bank.scales}


def _items(structure: Structure) -> list[str]:
    return [item_name(structure.bank, structure.bank.item(number)) for number in structure.answers.numbers]


def _explored(structure: Structure) -> Section | None:
    e = structure.exploration
    blocks: list[Block | Section] = []
    if e.suitability is not None:
        enough = "enough to be looked at together" if e.suitability.kmo >= ENOUGH else "little"
        how_much = f"KMO is {coefficient(e.suitability.kmo)} ({e.suitability.verdict})"
        blocks.append(Paragraph(text=f"The items share {enough}: {how_much}."))
    if e.parallel is not None:
        blocks.append(_scree_figure(e.parallel, len(structure.answers.factors)))
    if e.efa is not None:
        blocks.append(_loadings_figure(structure, e))
    return Section(title="How many things the items measure", blocks=tuple(blocks)) if blocks else None


def _scree_figure(parallel: ParallelAnalysis, scales: int) -> Figure:
    above = f"{counted(parallel.n_factors, 'factor')} and {counted(parallel.n_components, 'component')}"
    alt = f"Eigenvalues of {above} stand above those of random answers; the bank has {counted(scales, 'scale')}."
    rows = tuple(
        (str(k + 1), figure(a), figure(b), figure(c), figure(d))
        for k, (a, b, c, d) in enumerate(zip(parallel.factors.tolist(), parallel.random_factors.tolist(),
                                             parallel.components.tolist(), parallel.random_components.tolist(),
                                             strict=True))
    )  # fmt: skip
    table = Table(caption="Eigenvalues", folded=True, rows=rows,
                  head=("Number", "Factor", "Factor, random", "Component", "Component, random"))  # fmt: skip
    wide, narrow = (draw_scree(parallel, width=width) for width in (WIDE, NARROW))
    return Figure(title="Scree plot with parallel analysis", alt=alt, wide=wide, narrow=narrow, table=table)


def _loadings_figure(structure: Structure, e: Exploration) -> Figure:
    solution, items = e.efa, _items(structure)
    if solution is None:  # the caller has looked; told to the type checker
        raise ValueError("no exploratory solution")
    factors = [f"Factor {k + 1}" for k in range(solution.loadings.shape[1])]
    grid = grid_of(items, factors, solution.loadings)
    best = [f"{capital(name)}: {listed([factors[k]])} ({coefficient(c)})" for name, k, c in zip(
        [_scale_names(structure)[name] for name in e.factors], e.alike.order, e.alike.matched, strict=True,
    ) if k >= 0] if e.alike else []  # fmt: skip
    alt = f"Which item goes with which factor. Likeness with the bank's scales: {'; '.join(best)}." if best else \
        "Which item goes with which factor."  # fmt: skip
    rows = tuple((name, *(coefficient(v) for v in row), coefficient(h)) for name, row, h in zip(
        items, solution.loadings.tolist(), solution.communalities.tolist(), strict=True))  # fmt: skip
    table = Table(caption="Exploratory loadings", head=("Item", *factors, "Communality"), rows=rows, folded=True)
    wide, narrow = (draw_loadings(grid, width=width) for width in (WIDE, NARROW))
    return Figure(title="Exploratory factors", alt=alt, wide=wide, narrow=narrow, table=table)


def _confirmed(structure: Structure) -> Section | None:
    cfa = structure.cfa
    if cfa is None:
        return None
    own = cfa.figures
    text = (f"With the items where the bank puts them, the model fits with CFI {coefficient(own.cfi)}, RMSEA "
            f"{coefficient(own.rmsea)} ({coefficient(own.rmsea_low)} to {coefficient(own.rmsea_high)}) and SRMR "
            f"{coefficient(own.srmr)}; chi-square {figure(own.chi2)} with {own.df} degrees of freedom.")  # fmt: skip
    blocks: list[Block | Section] = [Paragraph(text=text), Paragraph(text=CONVENTIONS, kind="quiet")]
    blocks.append(_path_figure(structure, cfa))
    if cfa.composites:
        blocks.append(_composite_table(cfa, _scale_names(structure)))
    return Section(title="Whether the bank's own scales fit", blocks=tuple(blocks))


def _composite_table(cfa: Confirmation, names: Mapping[str, str]) -> Table:
    return Table(
        caption="The scales as the model sees them",
        head=("Scale", "Composite reliability", "Average variance extracted", "Largest shared variance"),
        rows=tuple(
            (
                names[composite.factor],
                *map(coefficient, (composite.reliability, composite.ave, composite.largest_squared_r)),
            )
            for composite in cfa.composites
        ),
    )


def _path_figure(structure: Structure, cfa: Confirmation) -> Figure:
    names = _scale_names(structure)
    by_item = dict(zip(structure.answers.names, _items(structure), strict=True))
    own = [loading for loading in cfa.loadings if loading.factor in names and loading.item in by_item]
    factors = {
        names[f]: [(by_item[one.item], one.std) for one in own if one.factor == f] for f in structure.answers.factors
    }
    latent = [name for name in cfa.latent.names if name in names]
    place = {name: cfa.latent.names.index(name) for name in latent}
    r = cfa.latent.correlations
    pairs = {(names[a], names[b]): float(r[place[a], place[b]]) for a in latent for b in latent if a != b}
    weakest = min(own, key=lambda one: abs(one.std))
    strongest = max(own, key=lambda one: abs(one.std))
    alt = (f"Standardized loadings from {coefficient(weakest.std)} ({by_item[weakest.item]}) to "
           f"{coefficient(strongest.std)} ({by_item[strongest.item]}).")  # fmt: skip
    rows = tuple(
        (by_item[one.item], names[one.factor], figure(one.est), figure(one.se), coefficient(one.std)) for one in own
    )
    table = Table(caption="Loadings", head=("Item", "Scale", "Loading", "SE", "Standardized"), rows=rows, words=(1,),
                  folded=True, notes=_correlations_in_words(pairs))  # fmt: skip
    diagram = Diagram(factors=factors, correlations=pairs)
    wide, narrow = (draw_path_diagram(diagram, width=width) for width in (WIDE, NARROW))
    return Figure(title="The bank's scales and their items", alt=alt, wide=wide, narrow=narrow, table=table)


def _correlations_in_words(pairs: dict[tuple[str, str], float]) -> tuple[str, ...]:
    said = [f"{a} with {b} {coefficient(r)}" for (a, b), r in pairs.items() if a < b]
    return (f"Correlations of the scales: {'; '.join(said)}.",) if said else ()


def _compared(structure: Structure) -> Section | None:
    ladder = structure.invariance
    if ladder is None or not ladder.levels:
        return None
    rows = ladder.rows_for_eyes()[1:]
    table = Table(
        caption=f"Invariance over {ladder.column}",
        head=LADDER_HEAD,
        rows=tuple(map(tuple, rows)),
        words=(len(LADDER_HEAD) - 1,),
    )
    caution = "Do not compare the means of these groups: a difference may be the items\u2019, not the persons\u2019."
    blocks: list[Block | Section] = [
        Paragraph(text=ladder.meaning, kind="lead"),
        *([] if ladder.means_compare else [Paragraph(text=caution, kind="note")]),
        table,
        *(Paragraph(text=sentence(level.verdict.why)) for level in ladder.levels),
        *_partial(ladder),
        Paragraph(text=ladder.about()["conventions"], kind="quiet"),
    ]
    return Section(title="Whether it measures the same in every group", blocks=tuple(blocks))


def _partial(ladder: Invariance) -> Iterable[Paragraph]:
    for one in ladder.partial:
        if one.items:
            yield Paragraph(
                text=f"Partial {one.level} invariance: with {listed(list(one.items))} let go, {one.verdict.why}."
            )


def _graded(structure: Structure, scale: GradedScale) -> Section:
    of_column = {structure.bank.item_column(item): item for item in structure.bank.items}
    labels = [item_name(structure.bank, of_column[name]) for name in scale.model.names]
    info = scale.information
    peak = f"The scale tells people apart best around theta {figure(info.peak, 1)}"
    text = f"{peak}; averaged over people its reliability is {coefficient(info.marginal_reliability)}."
    lines = scale.rows_for_eyes()
    table = Table(caption="Item parameters", head=tuple(map(capital, lines[0])), folded=True,
                  rows=tuple((label, *row[1:]) for label, row in zip(labels, lines[1:], strict=True)))  # fmt: skip
    drawn = [
        OptionCurves(label=label, codes=tuple(scale.model.categories[j].tolist()), curves=scale.curves(name))
        for j, (label, name) in enumerate(zip(labels, scale.model.names, strict=True))
    ]
    curves = Figure(title="Which option is likeliest, item by item", table=table,
                    alt="Category curves: " + "; ".join(f"{label}, slope {figure(float(a))}" for label, a in zip(
                        labels, scale.model.slopes, strict=True)) + ".",
                    wide=draw_item_curves(drawn, width=WIDE),
                    narrow=draw_item_curves(drawn, width=NARROW))  # fmt: skip
    at = np.linspace(0, len(info.theta) - 1, 9).round().astype(int).tolist()
    points = Table(caption="Information", head=("Theta", "Information", "Standard error"), folded=True,
                   rows=tuple((figure(float(info.theta[k]), 1), figure(float(info.test[k])), figure(float(info.se[k])))
                              for k in at))  # fmt: skip
    how_sure = Figure(title="How precisely the scale measures", alt=text, table=points,
                      wide=draw_information(info, width=WIDE), narrow=draw_information(info, width=NARROW))  # fmt: skip
    return Section(
        title=f"Item response theory: {capital(scale.name)}", blocks=(Paragraph(text=text), how_sure, curves)
    )
