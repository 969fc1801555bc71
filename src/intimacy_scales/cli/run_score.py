"""``score``: an export in, a table of scores out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from intimacy_scales.cli.intake import Reading, responses_of
from intimacy_scales.cli.saying import Voice, responses_head, rows_said
from intimacy_scales.errors import Problem, ResponseError, UnknownNameError
from intimacy_scales.files import may_write
from intimacy_scales.writing import Sheet, suffix_of, write_sheet

if TYPE_CHECKING:
    from intimacy_scales.responses.model import Responses
    from intimacy_scales.scoring import Combine, Scores


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the scored file is to hold."""

    out: Path
    keep: Sequence[str] = ()
    answers: bool = False
    combine: str = "bank"
    min_answered: int | None = None
    norm: str | None = None
    attributes: Mapping[str, str] | None = None
    level: float = 0.9


def run(reading: Reading, wishes: Wishes, voice: Voice) -> None:
    """Score an export and write the table."""
    from intimacy_scales.scoring import score_responses

    voice.ready()
    suffix_of(wishes.out)
    may_write(wishes.out, force=voice.force, inputs=voice.inputs)
    combine = _combine(wishes.combine)
    responses = responses_of(reading)
    scores = score_responses(responses, min_answered=wishes.min_answered, combine=combine)
    standings = _standings(scores, wishes)
    write_sheet(sheet_of(scores, wishes, standings), wishes.out, force=voice.force, inputs=voice.inputs)
    voice.tell(rows_said(responses))
    for note in responses.notes:
        voice.remark(f"note: {note}")
    voice.tell(scores)
    if standings is not None:
        voice.tell(standings)
    voice.tell(f"written: {wishes.out}")
    voice.record({**responses_head("score", responses), "scores": scores.to_dict(), "written": str(wishes.out)})


def _combine(word: str) -> Combine:
    if word not in ("bank", "sum", "mean"):
        raise ResponseError(Problem(where="--combine", what=f"is {word!r}", allowed="bank, sum or mean"))
    return cast("Combine", word)


def _standings(scores: Scores, wishes: Wishes) -> Any:
    if wishes.norm is None and wishes.attributes is None:
        return None
    from intimacy_scales.norms import standing

    return standing(scores, norm=wishes.norm, level=wishes.level, attributes=wishes.attributes)


def kept_columns(responses: Responses, wanted: Sequence[str]) -> list[str]:
    """Return the columns to keep: those named, or with ``all`` every one but the personal ones.

    The id column always comes along; answers of items come with ``--answers``, coded.
    """
    names = responses.table.names
    unknown = [name for name in wanted if name != "all" and name not in names]
    if unknown:
        raise UnknownNameError([p for name in unknown for p in UnknownNameError.among("column", name, names).problems])
    named = [name for name in wanted if name != "all"]
    if "all" in wanted:
        items = {column for part in responses.answered for column in part.columns}
        named += [c.name for c in responses.table.columns if c.kind != "personal" and c.name not in items]
    return [name for name in dict.fromkeys(named) if name != responses.id_column]


def sheet_of(scores: Scores, wishes: Wishes, standings: Any = None) -> Sheet:
    """Return the table of scores with a description of every column."""
    columns = scores.data(keep=kept_columns(scores.responses, wishes.keep), answers=wishes.answers)
    if standings is not None:
        columns = {**columns, **standings.data()}
    labels = dict.fromkeys(columns, "as in the export")
    for part in scores.parts:
        labels[part.column] = f"{part.bank.name}: {part.scale.name}{_form(part)}; {part.rule}"
        labels[f"{part.column}_answered"] = f"items answered of {len(part.scale.items)}"
    return Sheet(
        columns=columns,
        labels=labels,
        value_labels=_value_labels(scores) if wishes.answers else {},
        about=_about(scores),
    )


def _form(part: Any) -> str:
    if part.derived is not None:
        return f", {part.derived.name}"
    return f", form {part.sitting.form}" if part.sitting.form else ""


def _value_labels(scores: Scores) -> dict[str, dict[int, str]]:
    from intimacy_scales.scoring import answer_column

    return {
        answer_column(part, item): {option.code: option.label for option in part.bank.options_of(item)}
        for part in scores.responses.answered
        for item in part.bank.items
    }


def _about(scores: Scores) -> dict[str, str]:
    from intimacy_scales import __version__
    from intimacy_scales.bank import fingerprint

    banks = {
        f"bank {bank.id}": f"version {bank.version}, fingerprint {fingerprint(bank)}" for bank in scores.responses.banks
    }
    return {"software": f"intimacy-scales {__version__}", **banks}
