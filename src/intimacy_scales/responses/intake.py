"""Whatever a user hands in, made one thing: banks, a table, a map."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Literal, TypedDict

import numpy as np

from intimacy_scales.bank.model import ItemBank
from intimacy_scales.bank.strict import Page
from intimacy_scales.errors import Problem, ResponseError
from intimacy_scales.exports import read_joined, read_table
from intimacy_scales.exports.joining import How
from intimacy_scales.exports.table import RawTable
from intimacy_scales.responses.map_reading import map_of
from intimacy_scales.responses.mapping import ColumnMap, load_map
from intimacy_scales.responses.person import table_of_array, table_of_person


class ReadingOptions(TypedDict, total=False):
    """What is handed on to :func:`intimacy_scales.exports.read_table` when the data are a file."""

    platform: str | None
    sheet: str | None
    progress: bool | None
    include_set_aside: Collection[str] | bool
    keep_unfinished: bool
    survey: str | os.PathLike[str] | None
    encoding: str | None
    separator: str | None
    join: str | Sequence[str] | bool
    """Data are several files or frames to be joined: by this column (one name, or one a file), ``True``: recognised."""
    join_as: Literal["waves", "partners"] | Sequence[str] | None
    """What the files are, or the suffixes of their columns; by default parts of one sitting, without suffixes."""
    join_how: How


def banks_of(
    banks: ItemBank | str | os.PathLike[str] | Iterable[ItemBank | str | os.PathLike[str]],
) -> tuple[ItemBank, ...]:
    """Return banks given as one or several, each an :class:`ItemBank`, an id or a path.

    Raises
    ------
    ResponseError
        When there is none, or two different ones have the same id.
    """
    from intimacy_scales.bank import load_bank

    given = [banks] if isinstance(banks, (ItemBank, str, os.PathLike)) else list(banks)
    found: dict[str, ItemBank] = {}
    for one in given:
        bank = one if isinstance(one, ItemBank) else load_bank(one)
        if bank.id in found and found[bank.id] != bank:
            raise ResponseError(
                Problem(where=f"bank {bank.id}", what="was given twice, and differently", allowed="one bank an id")
            )
        found[bank.id] = bank
    if not found:
        raise ResponseError(
            Problem(where="banks", what="none was given", do="name the questionnaire, as in --bank eis")
        )
    return tuple(found.values())


def table_of(data: Any, banks: Sequence[ItemBank], options: ReadingOptions) -> RawTable:
    """Return a file, frame, table, dictionary, list or array as a table.

    Raises
    ------
    ExportError
        When a file or frame cannot be read.
    ResponseError
        When one person's answers name no item.
    """
    given: dict[str, Any] = {**options}
    join, suffixes, how = given.pop("join", False), given.pop("join_as", None), given.pop("join_how", "outer")
    if join:
        if not isinstance(data, (list, tuple)):
            raise ResponseError(Problem(where="join", what="is of one file", allowed="a list of files or frames"))
        return read_joined(data, None if join is True else join, suffixes=suffixes, how=how, **given)
    if isinstance(data, RawTable):
        return data
    if isinstance(data, (str, os.PathLike)) or _are_paths(data):
        return read_table(data, **given)
    if getattr(data, "ndim", None) == 1 and hasattr(data, "items"):  # one row of a frame: a pandas Series
        data = dict(data.items())
    if isinstance(data, (Mapping, list, tuple)):
        return table_of_person(data, banks)
    if isinstance(data, np.ndarray):
        return table_of_person(data.tolist(), banks) if data.ndim == 1 else table_of_array(data, banks)
    return read_table(data, progress=options.get("progress"))


def _are_paths(data: Any) -> bool:
    """Return whether data are several files: paths as such, since a list of texts is one person's answers."""
    return isinstance(data, (list, tuple)) and bool(data) and all(isinstance(one, os.PathLike) for one in data)


def map_from(mapping: ColumnMap | str | os.PathLike[str] | Mapping[str, Any] | None) -> ColumnMap:
    """Return a map given as such, as a file, as a dictionary shaped like the file, or not at all."""
    if mapping is None:
        return ColumnMap()
    if isinstance(mapping, ColumnMap):
        return mapping
    if isinstance(mapping, Mapping):
        return map_of(Page(name="map", value={"format": 1, **_frozen(mapping)}, lines={}, raw={}, problems=()))
    return load_map(mapping)


def _frozen(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _frozen(inner) for key, inner in value.items()}
    return tuple(_frozen(inner) for inner in value) if isinstance(value, (list, tuple)) else value
