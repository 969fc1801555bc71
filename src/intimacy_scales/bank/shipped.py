"""Where the shipped banks are, and which there are."""

from __future__ import annotations

import os
import re
from pathlib import Path

from intimacy_scales.base.errors import UnknownNameError

_IS_BANK = re.compile(rb"^items:", re.MULTILINE)  # tips and references hold no items


def scales_folder() -> Path:
    """Return the folder of the shipped banks: inside the wheel, or ``<repo>/scales`` in a source checkout."""
    inside = Path(__file__).parents[1] / "scales"
    return inside if inside.is_dir() else Path(__file__).parents[3] / "scales"


def bank_ids() -> tuple[str, ...]:
    """Return the ids of the shipped banks.

    Returns
    -------
    tuple of str
        In alphabetical order; each is what :func:`intimacy_scales.load_bank` and ``--bank`` take.

    Examples
    --------
    >>> "eis" in bank_ids()
    True
    """
    files = sorted(scales_folder().glob("*.yaml"))
    return tuple(file.stem for file in files if _IS_BANK.search(file.read_bytes()))


def bank_path(name_or_path: str | os.PathLike[str]) -> Path:
    """Return the file of a bank, shipped or the user's own."""
    name = os.fspath(name_or_path)
    looks_like_path = not isinstance(name_or_path, str) or Path(name).name != name
    if looks_like_path or name.endswith((".yaml", ".yml")):
        return Path(name)
    known = bank_ids()
    if name.strip().casefold() in known:  # "EIS" is how people write it
        name = name.strip().casefold()
    if name not in known:
        raise UnknownNameError.among("bank", name, known)
    return scales_folder() / f"{name}.yaml"
