"""The report on a sample, whose reader asks whether these scores can be used."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from math import isnan
from pathlib import Path

import numpy as np

from intimacy_scales.analysis.norms import Standing, Standings
from intimacy_scales.analysis.reliability import Reliability, ScaleReliability
from intimacy_scales.analysis.reliability.results import alpha_in_words
from intimacy_scales.base.wording import capital, counted, level_words, listed, sentence
from intimacy_scales.output.report import apa
from intimacy_scales.output.report.document import (
    Block,
    Document,
    Fact,
    Figure,
    Finding,
    Notes,
    Paragraph,
    Section,
    Table,
)
from intimacy_scales.output.report.sample.answers import (
    answers_section,
    aside_section,
    missing_section,
    scores_section,
)
from intimacy_scales.output.report.sample.reliability import (
    checks_of,
    doubtful,
    error_share,
    items_section,
    keying_fact,
    keying_section,
    reliability_section,
)
from intimacy_scales.output.report.sentences import bank_line, scale_name, software_version
from intimacy_scales.output.report.sources import certainty_section, keys_of, references_section, short_doubt
from intimacy_scales.pictures.drawing import coefficient, figure
from intimacy_scales.reading.responses.keying import KeyingCheck
from intimacy_scales.reading.responses.model import Responses
from intimacy_scales.scoring import Scores

FEW = 30  # complete rows below which a reliability is a first impression only
HALF = 0.5  # of the differences between people: less reliable than this is more error than difference


def sample_document(
    scores: Scores,
    reliability: Reliability,
    standings: Standings | None,
    *,
    title: str | None,
    when: str,
    brief: bool = False,
) -> Document:
    """Return the report on a sample as a document; ``brief`` is the version of two pages."""
    responses = scores.responses
    banks, checks = responses.banks, checks_of(responses)
    sections = [
        answers_section(responses),
        scores_section(scores),
        reliability_section(reliability, banks),
        items_section(reliability, banks),
        missing_section(responses),
        aside_section(responses),
        keying_section(checks, banks),
        certainty_section(banks),
        *([norm_section(standings)] if standings else []),
        *([_remarks(responses, scores)] if responses.notes or scores.notes else []),
        _methods(scores, reliability),
        references_section([*keys_of(banks), *apa.works_of(reliability), *_works(standings)]),
    ]
    if brief:
        sections = [_tables_only(scores_section(scores)), _tables_only(reliability_section(reliability, banks)),
                    keying_section(checks, banks), _methods(scores, reliability)]  # fmt: skip
    return Document(
        title=title
        or f"{listed([bank.name for bank in banks])}: a sample of {counted(responses.n_persons, 'person', 'people')}",
        subtitle=f"{when} \u00b7 {source_in_words(responses)}",
        finding=_finding(responses, reliability, checks),
        sections=tuple(sections),
        footer=footer_of(responses, when),
    )


def _tables_only(section: Section) -> Section:
    """Return a section with the tables of its pictures in their place."""
    return replace(
        section, blocks=tuple(block.table if isinstance(block, Figure) else block for block in section.blocks)
    )


def source_in_words(responses: Responses) -> str:
    """Return where the answers came from: the kind of export, and the file's name without its folder."""
    source = responses.source
    return f"{capital(source.platform)}{f', {Path(source.path).name}' if source.path else ''}"


def footer_of(responses: Responses, when: str) -> tuple[str, ...]:
    """Return what made the report: banks, software, date."""
    return (*(bank_line(bank) for bank in responses.banks), f"intimacy-scales {software_version()}", when)


def _finding(responses: Responses, reliability: Reliability, checks: Sequence[KeyingCheck]) -> Finding:
    known = sorted((s for s in reliability if not isnan(s.alpha.value)), key=lambda s: s.alpha.value)
    doubts = tuple(doubt for bank in responses.banks for doubt in short_doubt(bank))
    return Finding(
        question="Can these scores be used?",
        answer=(_verdict(responses, known, reliability, checks), _set_aside_words(responses, checks), *doubts),
        facts=(_people(responses), *_spread_of_alpha(responses, known), keying_fact(checks)),
    )


def _verdict(
    responses: Responses, known: Sequence[ScaleReliability], reliability: Reliability, checks: Sequence[KeyingCheck]
) -> str:
    wrong = doubtful(checks)
    if wrong:
        return (
            f"Not yet: in {listed([_named(responses, check) for check in wrong[:3]])}"
            f"{f' and {len(wrong) - 3} more scales' if len(wrong) > 3 else ''} "
            f"items run against their scale. Check the keying first."
        )
    if not known:
        return "No: the reliability of no scale could be determined."
    if max(s.n_complete for s in known) < FEW:
        most = counted(max(s.n_complete for s in known), "complete row")
        return f"Too few people to tell: no scale has more than {most}."
    unknown = len(reliability) - len(known)
    rest = f"; for {counted(unknown, 'scale')} it could not be determined" if unknown else ""
    weak, sound = [s for s in known if _lowest(s) < HALF], [s for s in known if _lowest(s) >= HALF]
    if weak:
        named = listed([_label(responses, s) for s in weak[:3]]) + (" and others" if len(weak) > 3 else "")
        others = f"; in the other {counted(len(sound), 'scale')}, {_error_in(sound)}" if sound else ""
        text = "half or more of the differences between people may be measurement error"
        return f"With care: in {named}, {text}{others}{rest}."
    which = ", depending on the scale" if len(known) > 1 else ""
    return f"Yes: {_error_in(known)} of the differences between people are measurement error{which}{rest}."


def _error_in(scales: Sequence[ScaleReliability]) -> str:
    """Return the share of error in scales that are sorted by alpha."""
    least, most = error_share(scales[-1].alpha.value), error_share(scales[0].alpha.value)
    return f"about {least}" if least == most else f"between {least} and {most}"


def _set_aside_words(responses: Responses, checks: Sequence[KeyingCheck]) -> str:
    aside, read = len(responses.set_aside), counted(responses.table.rows_read, "row")
    text = f"{aside:,} of {read} were set aside" if aside else f"None of {read} was set aside"
    if doubtful(checks):
        return f"{text}."
    tell = any(check.verdict == "as keyed" for check in checks)
    return f"{text}; {'the keying fits the answers' if tell else 'whether the keying fits cannot be told'}."


def _lowest(scale: ScaleReliability) -> float:
    return scale.alpha.interval.low if scale.alpha.interval else scale.alpha.value


def _named(responses: Responses, check: KeyingCheck) -> str:
    return next(bank for bank in responses.banks if bank.id == check.bank).scale(check.scale).name


def _label(responses: Responses, scale: ScaleReliability) -> str:
    bank = next(bank for bank in responses.banks if bank.id == scale.bank_id)
    return apa.label_of(bank, scale, among=responses.banks)


def _people(responses: Responses) -> Fact:
    aside, read = len(responses.set_aside), counted(responses.table.rows_read, "row")
    return Fact(
        name="People",
        value=f"{responses.n_persons:,}",
        about=f"of {read}; {f'{aside:,} set aside' if aside else 'none set aside'}",
    )


def _spread_of_alpha(responses: Responses, known: Sequence[ScaleReliability]) -> list[Fact]:
    if not known:
        return [Fact(name="Alpha", value="\u2013", about="could not be determined")]
    low, high = known[0], known[-1]
    if low is high:
        return [Fact(name="Alpha", value=coefficient(low.alpha.value), about=_ci(low))]
    return [
        Fact(name="Lowest alpha", value=coefficient(low.alpha.value), about=f"{_label(responses, low)}; {_ci(low)}"),
        Fact(
            name="Highest alpha", value=coefficient(high.alpha.value), about=f"{_label(responses, high)}; {_ci(high)}"
        ),
    ]


def _ci(scale: ScaleReliability) -> str:
    said = alpha_in_words(scale).split(", ", 1)[1]
    return said if scale.alpha.interval is None else f"{level_words(scale.level)} interval {said}"


def norm_section(standings: Standings) -> Section:
    """Return where the sample's scores lie in the named norm, and which have no standing."""
    blocks: list[Block | Section] = []
    if standings.parts:
        norm = standings.parts[0].norm
        blocks.append(Paragraph(text=sentence(f"Norm: {norm.sample}")))
        rows = tuple(_norm_row(part) for part in standings.parts)
        blocks.append(
            Table(
                caption="The sample in the norm",
                rows=rows,
                head=(
                    "Scale",
                    "n here",
                    "n norm",
                    "Mean here",
                    "Mean norm",
                    "SD norm",
                    "Mean z",
                    "Mean T",
                    "Middle percentile",
                ),
            )
        )
    told = [
        sentence(f"{standings.scores[one.column].scale.name} ({one.column}): {one.why}") for one in standings.refused
    ]
    told += [sentence(note) for part in standings.parts for note in part.notes]
    if told:
        blocks.append(Notes(items=tuple(dict.fromkeys(told))))
    return Section(title="Compared with a norm", blocks=tuple(blocks))


def _norm_row(part: Standing) -> tuple[str, ...]:
    z = part.z[~np.isnan(part.z)]
    middle = part.percentile[~np.isnan(part.percentile)]
    values = part.part.values[~np.isnan(part.part.values)]
    nan = float("nan")
    return (
        scale_name(part.part),
        str(len(z)),
        str(part.figures.n),
        figure(values.mean() if len(values) else nan),
        figure(float(part.figures.mean)),
        figure(float(part.figures.sd)),
        figure(z.mean() if len(z) else nan),
        figure(50 + 10 * z.mean() if len(z) else nan, 1),
        figure(float(np.median(middle)) if len(middle) else nan, 0),
    )


def without_ids(notes: Sequence[str], responses: Responses) -> list[str]:
    """Return notes on the file with every doubled id left out: rows have numbers, persons are not named at all."""
    doubled = [known for known, n in Counter(responses.ids or ()).items() if n > 1 and known]
    lines = []
    for text in notes:
        said = text
        for known in doubled:
            if known in said:
                said = re.sub(rf"(?<!\w){re.escape(known)}(?= (?:stands )?in )", "(an id)", said)
        lines.append(said)
    return lines


def _remarks(responses: Responses, scores: Scores) -> Section:
    texts = without_ids([*responses.notes, *scores.notes], responses)
    notes = [_remark(note) for note in texts if not note.startswith("keying:")]
    return Section(title="Remarks on the file", blocks=(Notes(items=tuple(dict.fromkeys(notes))),))


def _remark(note: str) -> str:
    """Return a note as a sentence; a column's name at its start stays as the file spells it."""
    first = note.split(maxsplit=1)[0] if note.strip() else ""
    text = sentence(note)
    return note[:1] + text[1:] if re.search(r"[_\d]|[a-z][A-Z]", first) else text


def _methods(scores: Scores, reliability: Reliability) -> Section:
    responses = scores.responses
    said = [apa.sample_sentence(responses), apa.missing_sentence(responses), apa.administrations_sentence(scores)]
    said += [f"{bank.name}: {apa.scoring_sentences(bank, scores.of(bank.id))}" for bank in responses.banks]
    said += [apa.reliability_sentences(reliability, responses.banks), apa.software_sentence(responses.banks)]
    return Section(
        title="Method, in the style of the APA",
        technical=True,
        blocks=tuple(Paragraph(text=text, kind="method") for text in said if text),
    )


def _works(standings: Standings | None) -> list[str]:
    return ["crawford2002"] if standings and standings.parts else []
