"""Make the example export: couples who never were, in the file a survey platform would write of them.

Run ``python -m intimacy_scales.cli.demo.make_export`` to make it again (same seed, same file). It is messy on purpose,
as real exports are: previews, unfinished rows, skipped items, choice text, an id typed twice, someone who
ticked one column down the page.

The course: the numbered notebooks, copied to a folder of the user's so that an installed package is enough.
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from intimacy_scales.bank import load_bank
from intimacy_scales.bank.model import Item, ItemBank
from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.base.errors import OutputError, Problem
from intimacy_scales.base.files import make_folder, write_whole
from intimacy_scales.cli.demo import example_export

SEED = 20261123
N_COUPLES = 90

#: correlations of the latent areas: emotional, social, sexual, intellectual, recreational, idealisation
AREAS = np.array(
    [
        [1.00, 0.35, 0.50, 0.60, 0.45, 0.60],
        [0.35, 1.00, 0.25, 0.35, 0.45, 0.30],
        [0.50, 0.25, 1.00, 0.35, 0.35, 0.45],
        [0.60, 0.35, 0.35, 1.00, 0.45, 0.50],
        [0.45, 0.45, 0.35, 0.45, 1.00, 0.40],
        [0.60, 0.30, 0.45, 0.50, 0.40, 1.00],
    ]
)
PARTNER_SIMILARITY = 0.45
METADATA = (
    "StartDate",
    "EndDate",
    "Status",
    "IPAddress",
    "Progress",
    "Duration (in seconds)",
    "Finished",
    "RecordedDate",
    "ResponseId",
    "DistributionChannel",
    "UserLanguage",
)
QUESTIONS = (
    "Start Date",
    "End Date",
    "Response Type",
    "IP Address",
    "Progress",
    "Duration (in seconds)",
    "Finished",
    "Recorded Date",
    "Response ID",
    "Distribution Channel",
    "User Language",
)
OWN = (
    ("person_code", "Your own code, as the invitation gives it"),
    ("couple_code", "Your couple's code (you and your partner use the same)"),
    ("partner", "Which partner are you?"),
    ("gender", "How do you describe your gender?"),
    ("years_together", "How many years are you together?"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A run of columns: one bank in one form, and the words a column's question begins with."""

    bank: ItemBank
    form: str | None
    stem: str

    def columns(self) -> list[str]:
        """Return the names of the columns (``pair_style_now_1``)."""
        prefix = "_".join(word for word in (self.bank.id, self.form) if word)
        return [f"{prefix}_{item.number}" for item in self.bank.items]

    def questions(self) -> list[str]:
        """Return what the columns ask: the stem and the item."""
        return [f"{self.stem} - {self.bank.text(item)}" for item in self.bank.items]


def make(path: Path) -> None:
    """Write the example to ``path``."""
    rng = np.random.default_rng(SEED)
    blocks = _blocks()
    rows = _people(rng, blocks)
    rows = _mess(rng, rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\r\n")
        out.writerows(_header(blocks))
        out.writerows(rows)


def _blocks() -> tuple[Block, ...]:
    eis, style, tdis = load_bank("eis"), load_bank("pair_style"), load_bank("tdis")
    return (
        Block(bank=eis, form=None, stem="How much do you agree?"),
        Block(bank=style, form="now", stem="How it is now"),
        Block(bank=style, form="expected", stem="How I would like it to be"),
        Block(bank=tdis, form=None, stem="How often does it get in the way?"),
    )


def _header(blocks: Sequence[Block]) -> list[list[str]]:
    names = [*METADATA, *(name for name, _ in OWN), *(c for block in blocks for c in block.columns())]
    asked = [*QUESTIONS, *(question for _, question in OWN), *(q for block in blocks for q in block.questions())]
    imports = [json.dumps({"ImportId": _import_id(name, place)}) for place, name in enumerate(names)]
    return [names, asked, imports]


def _import_id(name: str, place: int) -> str:
    return name[0].lower() + name[1:].replace(" ", "") if name in METADATA else f"QID{place}"


def _people(rng: np.random.Generator, blocks: Sequence[Block]) -> list[list[str]]:
    """Return a row of text for each partner of each couple, in the order in which they answered."""
    began = datetime(2026, 3, 2, 18, 0, 0)  # noqa: DTZ001 -- the platform writes local times without a zone
    rows = []
    for couple in range(1, N_COUPLES + 1):
        years = str(int(rng.integers(1, 38)))
        for partner, latent in zip("AB", _couple_latents(rng), strict=True):
            began += timedelta(minutes=int(rng.integers(4, 240)))
            own = [
                f"{couple:03d}{partner}",
                f"{couple:03d}",
                partner,
                str(rng.choice(["woman", "man", "non-binary"], p=[0.49, 0.47, 0.04])),
                years,
            ]
            rows.append(_metadata(rng, began) + own + _answers(rng, blocks, latent))
    return rows


def _couple_latents(rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    root = np.linalg.cholesky(AREAS)
    shared = rng.standard_normal(len(AREAS)) * np.sqrt(PARTNER_SIMILARITY)
    alone = rng.standard_normal((2, len(AREAS))) * np.sqrt(1 - PARTNER_SIMILARITY)
    return root @ (shared + alone[0]), root @ (shared + alone[1])


def _metadata(rng: np.random.Generator, began: datetime) -> list[str]:
    seconds = int(rng.gamma(6, 110)) + 180
    ended = began + timedelta(seconds=seconds)
    code = "".join(rng.choice(list("ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz0123456789"), 15))
    times = [f"{moment:%Y-%m-%d %H:%M:%S}" for moment in (began, ended)]
    address = f"192.0.2.{int(rng.integers(1, 255))}"  # a range kept for documentation: nobody's address
    return [
        times[0],
        times[1],
        "IP Address",
        address,
        "100",
        str(seconds),
        "True",
        times[1],
        f"R_{code}",
        "anonymous",
        "EN",
    ]


def _answers(rng: np.random.Generator, blocks: Sequence[Block], latent: FloatArray) -> list[str]:
    eis, now, expected, devices = blocks
    wish = 0.4 * latent + 0.9 + 0.6 * rng.standard_normal(len(latent))  # wishes are high, and more alike
    interrupted = -0.4 * latent[4] + 0.9 * rng.standard_normal() - 0.4
    return [
        *(_tick(rng, eis.bank, item, 0.3 + latent[0], 0.8) for item in eis.bank.items),
        *_inventory(rng, now.bank, latent),
        *_inventory(rng, expected.bank, wish),
        *(_tick(rng, devices.bank, item, interrupted, 0.6) for item in devices.bank.items),
    ]


def _inventory(rng: np.random.Generator, bank: ItemBank, latent: FloatArray) -> list[str]:
    area = {number: s for s, scale in enumerate(bank.scales) for number in scale.items}
    return [_tick(rng, bank, item, 0.25 + latent[area[item.number]], 0.68) for item in bank.items]


def _tick(rng: np.random.Generator, bank: ItemBank, item: Item, latent: float, loading: float) -> str:
    """Return the label ticked on an item by someone of this standing on its area; about 1.5 % are left blank."""
    if rng.random() < 0.015:
        return ""
    felt = loading * latent + np.sqrt(1 - loading**2) * rng.standard_normal()
    options = bank.options_of(item)
    cuts = np.linspace(-1.5, 1.3, len(options) - 1)
    place = int(np.searchsorted(cuts, -felt if item.reverse else felt))
    return options[place].label


def _mess(rng: np.random.Generator, rows: list[list[str]]) -> list[list[str]]:
    """Return the rows with what happens to every survey: each kind of trouble once or a few times."""
    status, progress, finished = (METADATA.index(name) for name in ("Status", "Progress", "Finished"))
    first_answer = len(METADATA) + len(OWN)
    found = [list(row) for row in rows]
    previews = [list(row) for row in found[:2]]
    for number, row in enumerate(previews):
        row[status], row[METADATA.index("ResponseId")] = "Survey Preview", f"R_preview{number}"
        row[len(METADATA)] = "test"
    for place in (17, 58, 101):  # gave up on the way
        stop = int(rng.integers(first_answer + 8, len(found[place]) - 10))
        found[place][stop:] = [""] * (len(found[place]) - stop)
        found[place][progress] = str(round(100 * stop / len(found[place])))
        found[place][finished] = "False"
    found[41][len(METADATA)] = found[38][len(METADATA)]  # typed somebody else's code
    found[76][first_answer:] = ["agree"] * 77 + ["often"] * 4  # ticked one column down the page
    for place in range(first_answer, first_answer + 40, 3):  # answers now and then in other spellings
        found[90][place] = found[90][place].upper()
        found[91][place] = f" {found[91][place]} " if found[91][place] else ""
    return previews + found


if __name__ == "__main__":
    make(example_export())


def notebooks_folder() -> Path:
    """Return the folder of the course: inside the wheel, or ``<repo>/notebooks`` in a source checkout.

    Raises
    ------
    OutputError
        When this copy of the package came without its notebooks.
    """
    inside = Path(__file__).parents[2] / "notebooks"
    path = inside if inside.is_dir() else Path(__file__).parents[4] / "notebooks"
    if not any(path.glob("*.ipynb")):
        raise OutputError(
            Problem(
                where="the course",
                what="this installation holds no notebooks",
                do="install intimacy-scales again from its wheel, or take the folder notebooks/ of its source",
            )
        )
    return path


def course() -> tuple[Path, ...]:
    """Return the notebooks in the order of the course.

    Examples
    --------
    >>> course()[0].name
    '00_first_scores.ipynb'
    """
    return tuple(sorted(notebooks_folder().glob("[0-9][0-9]_*.ipynb")))


def copy_course(folder: str | os.PathLike[str], force: bool = False) -> list[Path]:
    """Copy every notebook of the course into a folder.

    Parameters
    ----------
    folder
        New or existing; made when its parent is there. Nothing in it is touched but notebooks of these names.
    force
        Replace notebooks that are there already: a student's own work in them is lost.

    Returns
    -------
    list of Path
        The copies, in the order of the course.

    Raises
    ------
    OutputError
        When ``folder`` is a file or cannot be made, when it is the folder of the course itself, or when it holds one of
        the notebooks and ``force`` was not said; then nothing at all is written.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     copy_course(folder)[0].name
    '00_first_scores.ipynb'
    """
    originals = course()
    into = _ready(Path(folder), originals, force=force)
    return [
        write_whole(into / original.name, lambda beside, one=original: beside.write_bytes(one.read_bytes()))  # type: ignore[misc]
        for original in originals
    ]


def _ready(folder: Path, originals: tuple[Path, ...], *, force: bool) -> Path:
    """Return the folder, made if need be; everything that stands in the way is said before anything is written."""
    if folder.exists() and not folder.is_dir():
        raise OutputError(Problem(where=str(folder), what="is a file", allowed="a folder, new or existing"))
    if folder.is_dir() and folder.samefile(originals[0].parent):
        raise OutputError(
            Problem(where=str(folder), what="is the folder of the course itself", do="choose another folder")
        )
    taken = [original.name for original in originals if (folder / original.name).exists()]
    if taken and not force:
        raise OutputError(
            Problem(
                where=str(folder),
                what=f"holds {', '.join(taken)} already",
                do="say --force to replace them (your own work in them is lost), or choose another folder",
            )
        )
    make_folder(folder)
    return folder
