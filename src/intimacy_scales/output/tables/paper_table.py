"""A table as a paper prints it, and the files it is written to: Word, LaTeX, Markdown, HTML, CSV, Excel."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from intimacy_scales.base.errors import OutputError, Problem
from intimacy_scales.base.files import may_write, write_whole
from intimacy_scales.base.wording import for_page, safe_text

SUFFIXES = (".docx", ".tex", ".md", ".html", ".csv", ".xlsx")
_WORD = re.compile(r"[A-Za-z]{2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperTable:
    """A table of a paper: caption, head, rows of printed cells, a note under it; ``*word*`` in heads is italics."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""

    @classmethod
    def of(cls, lines: Sequence[Sequence[str]], *, caption: str = "", note: str = "") -> PaperTable:
        """Return a table from lines of cells, the head first."""
        head, *rows = (tuple(map(str, line)) for line in lines)
        return cls(caption=caption, head=head, rows=tuple(rows), note=note)

    def is_words(self, column: int) -> bool:
        """Whether a column holds words (and stands on the left)."""
        return column == 0 or any(_WORD.search(row[column]) for row in self.rows)


def write_table(
    table: PaperTable,
    path: str | os.PathLike[str],
    *,
    force: bool = False,
    inputs: Sequence[str | os.PathLike[str]] = (),
    figures: Any = None,
) -> Path:
    """Write a table in the format of the suffix: .docx .tex .md .html .csv .xlsx, whole or not at all.

    ``figures`` is a pandas frame of the same at full precision: what .csv and .xlsx hold in place of printed cells.

    Raises
    ------
    OutputError
        Unknown suffix, missing folder, an existing file without ``force``.
    """
    suffix = suffix_of(path)
    target = may_write(path, force=force, inputs=inputs)
    if figures is not None and suffix in {".csv", ".xlsx"}:
        return write_whole(target, lambda beside: _write_frame(figures, beside, suffix), force=force)
    return write_whole(target, lambda beside: WRITERS[suffix](table, beside), force=force)


def suffix_of(path: str | os.PathLike[str]) -> str:
    """Return the suffix that chooses the format.

    Raises
    ------
    OutputError
        For a suffix that is none of these.
    """
    suffix = Path(path).suffix.casefold()
    if suffix not in SUFFIXES:
        what = f"ends with {suffix!r}" if suffix else "has no suffix"
        raise OutputError(Problem(where=str(path), what=what, allowed=", ".join(SUFFIXES)))
    return suffix


def _plain(text: str) -> str:
    return text.replace("*", "")


def as_markdown(table: PaperTable) -> str:
    """Return the table in Markdown, pipes within cells escaped."""

    def line(cells: Sequence[str]) -> str:
        return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"

    rule = "|" + "|".join(" --- " if table.is_words(j) else " ---: " for j in range(len(table.head))) + "|"
    caption = [f"**{table.caption}**", ""] if table.caption else []
    note = ["", f"*Note.* {table.note}"] if table.note else []
    body = [line([for_page(cell) for cell in row]) for row in table.rows]
    return "\n".join([*caption, line(table.head), rule, *body, *note]) + "\n"


_TEX = {"\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}",
        "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "\u2212": "$-$", "\u2013": "--", "\u03b1": r"$\alpha$",
        "\u03c9": r"$\omega$", "<": "$<$", ">": "$>$"}  # fmt: skip
_EMPHASIS = re.compile(r"\*([^*\s][^*]*)\*")


def tex(text: str) -> str:
    """Return text that LaTeX prints as it is; ``*word*`` in italics."""
    safe = "".join(_TEX.get(letter, letter) for letter in for_page(text))
    return _EMPHASIS.sub(r"\\textit{\1}", safe)


def as_tex(table: PaperTable) -> str:
    """Return the table for LaTeX with booktabs: a file for an input command."""
    columns = "".join("l" if table.is_words(j) else "r" for j in range(len(table.head)))
    lines = [r"% needs \usepackage{booktabs} and \usepackage{threeparttable}", r"\begin{table}[tbp]", r"\centering",
             r"\begin{threeparttable}"]  # fmt: skip
    lines += [rf"\caption{{{tex(table.caption)}}}"] if table.caption else []
    lines += [rf"\begin{{tabular}}{{@{{}}{columns}@{{}}}}", r"\toprule", " & ".join(map(tex, table.head)) + r" \\",
              r"\midrule"]  # fmt: skip
    lines += [" & ".join(map(tex, row)) + r" \\" for row in table.rows]
    lines += [r"\bottomrule", r"\end{tabular}"]
    if table.note:
        lines += [r"\begin{tablenotes}[flushleft]\small", rf"\item \textit{{Note.}} {tex(table.note)}"]
        lines.append(r"\end{tablenotes}")
    return "\n".join([*lines, r"\end{threeparttable}", r"\end{table}"]) + "\n"


def as_html(table: PaperTable) -> str:
    """Return the table as a page of its own that loads nothing; every cell is escaped."""

    def cell(text: str, j: int, name: str) -> str:
        said = _EMPHASIS.sub(r"<em>\1</em>", escape(for_page(text)))
        return f"<{name}{'' if table.is_words(j) else ' class=n'}>{said}</{name}>"

    head = "".join(cell(text, j, "th") for j, text in enumerate(table.head))
    lines = ["".join(cell(text, j, "td") for j, text in enumerate(row)) for row in table.rows]
    rows = "\n".join(f"<tr>{line}</tr>" for line in lines)
    note = f"<p><em>Note.</em> {escape(for_page(table.note))}</p>" if table.note else ""
    style = ("body{font-family:serif}table{border-collapse:collapse;border-top:2px solid;border-bottom:2px solid}"
             "caption{text-align:left}th{border-bottom:1px solid}th,td{padding:.2em .6em;text-align:left}"
             ".n{text-align:right;font-variant-numeric:tabular-nums}")  # fmt: skip
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>'
        f"{escape(table.caption) or 'Table'}</title><style>{style}</style></head>\n<body><table>"
        f"<caption>{escape(table.caption)}</caption>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody></table>\n"
        f"{note}</body></html>\n"
    )


BLOCK = 7
"""Columns that fit a page of a Word document, the first among them."""
_NAME_WIDTH, _PAGE_WIDTH = 7.0, 22.0
"""Of the column of names, and of a page that lies on its side between its margins, in centimetres."""


def blocks_of(table: PaperTable, most: int = BLOCK) -> list[PaperTable]:
    """Return the table in blocks of columns that fit a page, each with the first column; one block where all fit."""
    width = len(table.head)
    if width <= most:
        return [table]
    return [_columns_of(table, range(first, min(first + most - 1, width))) for first in range(1, width, most - 1)]


def _columns_of(table: PaperTable, places: Sequence[int]) -> PaperTable:
    chosen = (0, *places)
    rows = tuple(tuple(row[at] for at in chosen) for row in table.rows)
    return PaperTable(caption=table.caption, head=tuple(table.head[at] for at in chosen), rows=rows, note=table.note)


def write_docx(table: PaperTable, path: Path) -> None:
    """Write the table as a Word document in APA's manner: three rules, caption above, note below.

    A wide table lies on its side, in blocks of columns that fit.
    """
    from docx import Document
    from docx.enum.section import WD_ORIENT
    from docx.shared import Pt

    document = Document()
    style = document.styles["Normal"]
    style.font.name, style.font.size = "Times New Roman", Pt(11)
    blocks = blocks_of(table)
    if len(table.head) > BLOCK:
        page = document.sections[0]
        page.orientation = WD_ORIENT.LANDSCAPE
        page.page_width, page.page_height = page.page_height, page.page_width
    for number, block in enumerate(blocks):
        if table.caption:
            more = "" if number == 0 else " (continued)"
            document.add_paragraph().add_run(table.caption + more).italic = True
        _fill_word(document.add_table(rows=0, cols=len(block.head)), block)
        document.add_paragraph()
    if table.note:
        note = document.add_paragraph()
        note.add_run("Note. ").italic = True
        note.add_run(for_page(table.note))
    document.save(str(path))


def _fill_word(made: Any, table: PaperTable) -> None:
    """Write the cells of a table of Word, names wide, figures to the right."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Cm, Pt

    made.autofit = False
    others = len(table.head) - 1
    widths = [Cm(_NAME_WIDTH), *[Cm(min((_PAGE_WIDTH - _NAME_WIDTH) / max(others, 1), 3.0))] * others]
    for column, width in zip(made.columns, widths, strict=True):
        column.width = width
    for i, cells in enumerate((table.head, *table.rows)):
        row = made.add_row()
        for j, text in enumerate(cells):
            row.cells[j].width = widths[j]
            paragraph = row.cells[j].paragraphs[0]
            paragraph.paragraph_format.space_after = Pt(2)
            if not table.is_words(j):
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            _add_runs(paragraph, for_page(text))
        edges = {0: ("top", "bottom"), len(table.rows): ("bottom",)}.get(i, ())
        for cell in row.cells:
            _rule(cell, edges)


def _add_runs(paragraph: Any, text: str) -> None:
    for k, part in enumerate(re.split(r"\*([^*\s][^*]*)\*", text)):
        if part:
            paragraph.add_run(part).italic = bool(k % 2)


def _rule(cell: Any, edges: Sequence[str]) -> None:
    """Draw rules at these edges of a cell."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    if not edges:
        return
    borders = OxmlElement("w:tcBorders")
    for edge in edges:
        line = OxmlElement(f"w:{edge}")
        for name, value in (("val", "single"), ("sz", "8"), ("space", "0"), ("color", "000000")):
            line.set(qn(f"w:{name}"), value)
        borders.append(line)
    cell._tc.get_or_add_tcPr().append(borders)  # noqa: SLF001 -- python-docx has no door to a cell's borders


def _write_text(make: Callable[[PaperTable], str]) -> Callable[[PaperTable, Path], None]:
    def write(table: PaperTable, path: Path) -> None:
        path.write_text(make(table), encoding="utf-8", newline="\n")

    return write


def _write_frame(frame: Any, path: Path, suffix: str) -> None:
    """Write a frame of figures at full precision; text cells shielded from being run as formulas."""
    safe = frame.map(lambda cell: safe_text(cell) if isinstance(cell, str) else cell)
    if suffix == ".csv":
        safe.to_csv(path, index=False, lineterminator="\n")
    else:
        with path.open("wb") as stream:
            safe.to_excel(stream, index=False, engine="openpyxl")


def _write_cells(suffix: str) -> Callable[[PaperTable, Path], None]:
    def write(table: PaperTable, path: Path) -> None:
        import pandas as pd

        _write_frame(pd.DataFrame(list(table.rows), columns=list(map(_plain, table.head))), path, suffix)

    return write


WRITERS: dict[str, Callable[[PaperTable, Path], None]] = {
    ".docx": write_docx,
    ".tex": _write_text(as_tex),
    ".md": _write_text(as_markdown),
    ".html": _write_text(as_html),
    ".csv": _write_cells(".csv"),
    ".xlsx": _write_cells(".xlsx"),
}
