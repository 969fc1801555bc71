"""SPSS and Stata files: labels of variables and codes, declared missing answers, and what made the file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from textwrap import wrap
from typing import Any

import numpy as np

from intimacy_scales.errors import OutputError, Problem
from intimacy_scales.writing import Sheet
from intimacy_scales.writing.names import spss_names, stata_names

SPSS_NOTE_LENGTH = 80  # of one line of the notes
SPSS_LABEL_LENGTH = 250
STATA_LABEL_LENGTH = 80
FILE_LABEL_LENGTH = 60
SPSS_DISCRETE = 3  # codes that SPSS lets a variable declare as missing one by one
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def _frame(columns: Mapping[str, Sequence[Any]]) -> Any:
    import pandas as pd

    return pd.DataFrame({name: list(column) for name, column in columns.items()})


def _write(writer: Callable[..., None], frame: Any, path: str, **said: Any) -> None:
    """Call a writer of pyreadstat; what it cannot write is told in our words."""
    import pyreadstat

    try:
        writer(frame, path, **said)
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError) as fault:
        raise OutputError(
            Problem(
                where="writing the scored file",
                what=f"this format cannot hold it ({fault})",
                do="keep fewer columns, or write .csv, .xlsx or .parquet",
            )
        ) from fault


def _file_label(sheet: Sheet) -> str:
    banks = [
        f"{key.removeprefix('bank ')} {said.split(',')[0]}" for key, said in sheet.about.items() if key[:5] == "bank "
    ]
    return "; ".join([sheet.about.get("software", "intimacy-scales"), *banks])[:FILE_LABEL_LENGTH]


def _column_labels(sheet: Sheet, named: Mapping[str, str]) -> dict[str, str]:
    """Return the labels by new name; a name that had to change stands whole before its label."""
    return {
        new: sheet.labels.get(old, "") if old == new else f"{old}: {sheet.labels.get(old, '')}"
        for old, new in named.items()
    }


def spss_missing(codes: Sequence[float], answers: Sequence[float]) -> list[Any]:
    """Return how SPSS can be told these codes of missing: three one by one, or a range that holds no answer.

    Examples
    --------
    >>> spss_missing([99.0], [1.0, 5.0])
    [99.0]
    >>> spss_missing([95.0, 96.0, 97.0, 98.0], [1.0, 5.0])
    [{'lo': 95.0, 'hi': 98.0}]
    """
    if len(codes) <= SPSS_DISCRETE:
        return list(codes)
    low, high = min(codes), max(codes)
    if not any(low <= answer <= high for answer in answers):
        return [{"lo": low, "hi": high}]
    return list(codes[:SPSS_DISCRETE])


def _with_codes(sheet: Sheet, name: str, said: Mapping[float | str, Any], dtype: Any) -> Any:
    """Return a column with the codes of missing (translated by ``said``) where a row holds one."""
    own = np.asarray(sheet.columns[name], dtype=np.float64).astype(dtype)  # as objects: plain floats for Stata
    for row, code in enumerate(sheet.unanswered[name]):
        if code is not None and code in said:
            own[row] = said[code]
    return own


def _is_number(column: Sequence[Any]) -> bool:
    return isinstance(column, np.ndarray) and column.dtype.kind in "iuf"


def write_sav(sheet: Sheet, path: Path) -> None:
    """Write an SPSS file: variable and value labels, user-missing codes, and what made it in the file's notes.

    Codes of missing are written and declared where the column is of numbers: three one by one or one range, which is
    what SPSS allows; what does not fit is system-missing.
    """
    import pyreadstat

    notes = [line for key, value in sheet.about.items() for line in wrap(f"{key}: {value}", SPSS_NOTE_LENGTH)]
    columns, named = dict(sheet.columns), spss_names(list(sheet.columns))
    labels: dict[str, dict[float, str]] = {
        name: {float(code): label for code, label in own.items()} for name, own in sheet.value_labels.items()
    }
    ranges: dict[str, list[Any]] = {}
    for name, kinds in sheet.missing.items():
        codes = [code for code in kinds if not isinstance(code, str)]
        if not codes or not _is_number(sheet.columns[name]):
            continue
        numbers = np.asarray(sheet.columns[name], dtype=np.float64)
        ranges[name] = spss_missing(codes, [*np.unique(numbers[~np.isnan(numbers)]).tolist(), *labels.get(name, ())])
        kept = codes if isinstance(ranges[name][0], dict) else ranges[name]
        columns[name] = _with_codes(sheet, name, {code: code for code in kept}, np.float64)
        labels[name] = {**labels.get(name, {}), **{code: kinds[code] for code in kept}}
    _write(
        pyreadstat.write_sav,
        _frame({named[name]: column for name, column in columns.items()}),
        str(path),
        file_label=_file_label(sheet),
        column_labels={new: label[:SPSS_LABEL_LENGTH] for new, label in _column_labels(sheet, named).items()},
        variable_value_labels={named[name]: own for name, own in labels.items()},
        missing_ranges={named[name]: own for name, own in ranges.items()},
        note=notes,
    )


def stata_letters(codes: Sequence[float | str]) -> dict[float | str, str]:
    """Return a letter of missing for each code: its own where it has one, else the first that is free.

    Examples
    --------
    >>> stata_letters([98.0, 99.0, ".a"])
    {'.a': 'a', 98.0: 'b', 99.0: 'c'}
    """
    said: dict[float | str, str] = {code: code[1] for code in codes if isinstance(code, str)}
    free = (letter for letter in LETTERS if letter not in said.values())
    numbers = [code for code in codes if not isinstance(code, str)]
    return said | dict(zip(numbers, free, strict=False))


def write_dta(sheet: Sheet, path: Path) -> None:
    """Write a Stata file; long names are shortened, the label says the whole name.

    Codes of missing become the letters ``.a`` to ``.z``, whose labels say the meaning and the code.
    """
    import pyreadstat

    short = stata_names(list(sheet.columns))
    columns = {short[name]: column for name, column in sheet.columns.items()}
    values: dict[str, dict[Any, str]] = {short[name]: dict(own) for name, own in sheet.value_labels.items()}
    letters: dict[str, list[str]] = {}
    for name, kinds in sheet.missing.items():
        if not _is_number(sheet.columns[name]):
            continue
        said, new = stata_letters(list(kinds)), short[name]
        letters[new] = sorted(said.values())
        columns[new] = _with_codes(sheet, name, said, object)
        meant = {said[code]: f"{kind} ({code:g})" if not isinstance(code, str) else kind for code, kind in kinds.items()
                 if code in said}  # fmt: skip
        values[new] = {**values.get(new, {}), **meant}
    _write(
        pyreadstat.write_dta,
        _frame(columns),
        str(path),
        file_label=_file_label(sheet),
        column_labels={new: label[:STATA_LABEL_LENGTH] for new, label in _column_labels(sheet, short).items()},
        variable_value_labels=values,
        missing_user_values=letters,
    )
