"""The course: the numbered notebooks, copied to a folder of the user's so that an installed package is enough."""

from __future__ import annotations

import os
from pathlib import Path

from intimacy_scales.base.errors import OutputError, Problem
from intimacy_scales.base.files import write_whole


def notebooks_folder() -> Path:
    """Return the folder of the course: inside the wheel, or ``<repo>/notebooks`` in a source checkout.

    Raises
    ------
    OutputError
        When this copy of the package came without its notebooks.
    """
    inside = Path(__file__).parents[2] / "notebooks"
    found = inside if inside.is_dir() else Path(__file__).parents[4] / "notebooks"
    if not any(found.glob("*.ipynb")):
        raise OutputError(
            Problem(
                where="the course",
                what="this installation holds no notebooks",
                do="install intimacy-scales again from its wheel, or take the folder notebooks/ of its source",
            )
        )
    return found


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
        write_whole(into / one.name, lambda beside, one=one: beside.write_bytes(one.read_bytes()))  # type: ignore[misc]
        for one in originals
    ]


def _ready(folder: Path, originals: tuple[Path, ...], *, force: bool) -> Path:
    """Return the folder, made if need be; everything that stands in the way is said before anything is written."""
    if folder.exists() and not folder.is_dir():
        raise OutputError(Problem(where=str(folder), what="is a file", allowed="a folder, new or existing"))
    if folder.is_dir() and folder.samefile(originals[0].parent):
        raise OutputError(
            Problem(where=str(folder), what="is the folder of the course itself", do="choose another folder")
        )
    taken = [one.name for one in originals if (folder / one.name).exists()]
    if taken and not force:
        raise OutputError(
            Problem(
                where=str(folder),
                what=f"holds {', '.join(taken)} already",
                do="say --force to replace them (your own work in them is lost), or choose another folder",
            )
        )
    try:
        folder.mkdir(exist_ok=True)
    except OSError as fault:
        raise OutputError(
            Problem(
                where=str(folder),
                what=f"cannot be made ({fault.strerror})",
                do="make the folder above it first, or choose another",
            )
        ) from fault
    return folder
