"""SPSS and Stata files: labels of variables and codes, declared missing answers, and what made the file.

Names of columns as SPSS and Stata allow them; what had to change is told in the column's label.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from textwrap import wrap
from typing import Any

import numpy as np

from intimacy_scales.base.errors import OutputError, Problem
from intimacy_scales.output.writing.sheet import Sheet

STATA_LENGTH = 28  # Stata allows 32 characters; pyreadstat names value labels by the column and up to four digits
SPSS_LENGTH = 64  # bytes
_SPSS_SIGNS = "_.$#@"
_SPSS_WORDS = frozenset(["ALL", "AND", "BY", "EQ", "GE", "GT", "LE", "LT", "NE", "NOT", "OR", "TO", "WITH"])


def stata_names(names: Sequence[str]) -> dict[str, str]:
    """Return names of at most 28 letters, digits and underscores, each unique, for names that may be longer.

    Letters of any script stay (Stata 14 and later).

    Examples
    --------
    >>> stata_names(["Q1[SQ001]", "1st", "eis_total"])
    {'Q1[SQ001]': 'Q1_SQ001', '1st': 'v1st', 'eis_total': 'eis_total'}
    """
    return _unique(names, _stata, lambda name, length: name[:length], STATA_LENGTH)


def spss_names(names: Sequence[str]) -> dict[str, str]:
    """Return names of at most 64 bytes without spaces and brackets, no reserved words, unique whatever their case.

    Examples
    --------
    >>> spss_names(["Duration (in seconds)", "1_Q2", "by", "Q3"])
    {'Duration (in seconds)': 'Duration_in_seconds', '1_Q2': 'v1_Q2', 'by': 'by_', 'Q3': 'Q3'}
    """
    return _unique(names, _spss, _cut_bytes, SPSS_LENGTH)


def _unique(
    names: Sequence[str], allowed: Callable[[str], str], cut: Callable[[str, int], str], longest: int
) -> dict[str, str]:
    entries: dict[str, str] = {}
    taken: set[str] = {name.casefold() for name in names if allowed(name) == name}  # a name that may stay, stays
    for name in names:
        short = allowed(name)
        if short != name or name in entries:
            number, plain = 2, short
            while short.casefold() in taken:
                ending = f"_{number}"
                short, number = cut(plain, longest - len(ending)) + ending, number + 1
        entries[name] = short
        taken.add(short.casefold())
    return entries


def _stata(name: str) -> str:
    plain = _joined(name, "_")
    plain = plain if plain[:1].isalpha() or plain[:1] == "_" else f"v{plain}"
    return plain if len(plain) <= STATA_LENGTH else _shortened(plain)


def _spss(name: str) -> str:
    plain = _joined(name, _SPSS_SIGNS).rstrip(".") or "v"
    plain = plain if plain[0].isalpha() else f"v{plain}"
    plain = f"{plain}_" if plain.upper() in _SPSS_WORDS else plain
    return _cut_bytes(plain, SPSS_LENGTH).rstrip(".")


def _joined(name: str, signs: str) -> str:
    """Return a name with an underscore for each run of signs that are not allowed, none at its ends."""
    kept = "".join(c if c.isalnum() or c in signs else " " for c in name)
    return "_".join(kept.split())


def _cut_bytes(name: str, length: int) -> str:
    return name.encode("utf-8")[:length].decode("utf-8", "ignore")


def _shortened(name: str) -> str:
    """Return a long score name with its ending kept: ``pair_style_expected_..._answered`` says what it is."""
    words = name.replace("_answered", "_n").split("_")
    while len("_".join(words)) > STATA_LENGTH and max(map(len, words)) > 1:
        longest = max(range(len(words)), key=lambda j: len(words[j]))
        words[longest] = words[longest][:-1]
    return "_".join(words)[:STATA_LENGTH]


SPSS_NOTE_LENGTH = 80  # of one line of the notes
SPSS_LABEL_LENGTH = 250
STATA_LABEL_LENGTH = 80
FILE_LABEL_LENGTH = 60
SPSS_DISCRETE = 3  # codes that SPSS lets a variable declare as missing one by one
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def _frame(columns: Mapping[str, Sequence[Any]]) -> Any:
    import pandas as pd

    return pd.DataFrame(
        {name: column if isinstance(column, np.ndarray) else list(column) for name, column in columns.items()}
    )


def _write(writer: Callable[..., None], frame: Any, path: str, **said: Any) -> None:
    """Call a writer of pyreadstat; what it cannot write is told in our words."""
    import pyreadstat

    try:
        writer(frame, path, **said)
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError) as fault:
        if "Unable to write" in str(fault):  # the system's refusal, which the library does not name
            raise OSError(errno.ENOSPC, "the disk took no more of it") from fault
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


def _holds_decimals(column: Any) -> bool:
    """Whether a column of numbers holds any that is not whole."""
    if not _is_number(column):
        return False
    numbers = np.asarray(column, dtype=np.float64)
    return bool(np.any(np.isfinite(numbers) & (numbers != np.rint(numbers))))


def write_dta(sheet: Sheet, path: Path) -> None:
    """Write a Stata file; long names are shortened, the label says the whole name.

    Codes of missing become the letters ``.a`` to ``.z``, whose labels say the meaning and the code.
    """
    import pyreadstat

    short = stata_names(list(sheet.columns))
    columns = {short[name]: column for name, column in sheet.columns.items()}
    values: dict[str, dict[Any, str]] = {
        short[name]: {code: label for code, label in own.items() if isinstance(code, int)}
        for name, own in sheet.value_labels.items()
        if not _holds_decimals(sheet.columns[name])  # Stata labels whole numbers alone
    }
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
