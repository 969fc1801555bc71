"""``form``: a bank as one offline page to fill in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Unpack

from intimacy_scales.base.options import Option
from intimacy_scales.cli.options import BankName, OutputOptions, Wording


def run(
    bank: BankName,
    /,
    *,
    out: Annotated[Path, Option(metavar="FILE.html", help="The page to write.")],
    wording: Wording = None,
    lang: Annotated[
        str | None, Option(metavar="CODE", help="Language it opens in (default: the bank's first).")
    ] = None,
    two: Annotated[
        bool, Option(help="For two partners, one after the other, neither seeing the other's answers.")
    ] = False,
    forms: Annotated[
        list[str] | None, Option(name="--form", metavar="FORM...", help="Forms of the bank to ask (default: all).")
    ] = None,
    title: Annotated[str | None, Option(metavar="TEXT", help="Heading (default: the bank's name).")] = None,
    **options: Unpack[OutputOptions],
) -> None:
    """Write a bank as one offline page to fill in; what people save there, score reads.

    Examples
    --------
    intimacy-scales form pair_style --out form.html
    intimacy-scales form eis --two --wording my_copy.yaml --out couple.html
    """
    from intimacy_scales.base.errors import Problem, UnknownNameError
    from intimacy_scales.base.files import may_write
    from intimacy_scales.cli.intake import banks_of
    from intimacy_scales.cli.printing import bank_heads, printer_of
    from intimacy_scales.output.form import make_form

    printer = printer_of("form", options, (Path(bank), *(wording or ())))
    may_write(out, force=printer.force, inputs=printer.inputs)
    banks = banks_of([bank], wording)
    if len(banks) != 1:
        raise UnknownNameError(Problem(where="form", what=f"{len(banks)} banks were named", allowed="one bank a form"))
    page = make_form(banks[0], lang=lang, two=two, forms=forms or (), title=title)
    written = page.save(out, force=printer.force, inputs=printer.inputs)
    printer.result(page)
    printer.result(f"written: {written}; open it in any browser, no network needed")
    printer.result(f"score what is saved there with: intimacy-scales score FILE --bank {bank} --out scores.csv")
    printer.json(
        {
            "banks": bank_heads([page.bank]),
            "written": str(written),
            "title": page.title,
            "languages": page.languages,
            "forms": [form for form in page.forms if form],
            "two": page.two,
            "columns": page.columns,
        }
    )
