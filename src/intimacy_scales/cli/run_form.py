"""``form``: a bank as one offline page to fill in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from intimacy_scales.base.errors import Problem, UnknownNameError
from intimacy_scales.base.files import may_write
from intimacy_scales.cli.intake import banks_of
from intimacy_scales.cli.saying import Voice, head


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the page is to ask, of whom, and in which language it opens."""

    out: Path
    wording: Sequence[Path] = ()
    lang: str | None = None
    two: bool = False
    forms: Sequence[str] = ()
    title: str | None = None


def run(bank: str, wishes: Wishes, voice: Voice) -> None:
    """Write the page; say how its answers are scored."""
    from intimacy_scales.output.form import make_form

    voice.ready()
    may_write(wishes.out, force=voice.force, inputs=voice.inputs)
    banks = banks_of([bank], wishes.wording)
    if len(banks) != 1:
        raise UnknownNameError(Problem(where="form", what=f"{len(banks)} banks were named", allowed="one bank a form"))
    made = make_form(banks[0], lang=wishes.lang, two=wishes.two, forms=wishes.forms, title=wishes.title)
    written = made.save(wishes.out, force=voice.force, inputs=voice.inputs)
    voice.tell(made)
    voice.tell(f"written: {written}; open it in any browser, no network needed")
    voice.tell(f"score what is saved there with: intimacy-scales score FILE --bank {bank} --out scores.csv")
    voice.record(
        {
            **head("form", [made.bank]),
            "written": str(written),
            "title": made.title,
            "languages": made.languages,
            "forms": [form for form in made.forms if form],
            "two": made.two,
            "columns": made.columns,
        }
    )
