"""Which two rows (or which two halves of a row) are a couple, and every row of which that cannot be said.

Which column tells the occasions of couples apart that have more than two rows each.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Unpack

import numpy as np

from intimacy_scales.analysis.couples.couples import Couples, Unmatched, distinct_labels, unmatched_notes
from intimacy_scales.analysis.couples.wide_form import differing_notes, joined, swapped_notes, wide_couples
from intimacy_scales.analysis.dyads import MOST_ROLES, NEUTRAL, Pairing, pair_up, says_nothing
from intimacy_scales.bank.model import Banks
from intimacy_scales.base.errors import Problem, ResponseError
from intimacy_scales.base.wording import counted, some
from intimacy_scales.reading.exports.table import RawTable
from intimacy_scales.reading.options import ReadingOptions
from intimacy_scales.reading.responses.questions import word
from intimacy_scales.scoring import Scores, as_scores

SHOWN_VALUES = 5


def couples_of(
    data: Any,
    bank: Banks | None = None,
    *,
    couple: str | None = None,
    partner: str | None = None,
    exchangeable: bool | None = None,
    variables: Sequence[str] = (),
    min_answered: int | None = None,
    **reading: Unpack[ReadingOptions],
) -> Couples:
    """Match partners: from a file with a row a person, or with a row a couple.

    Parameters
    ----------
    data
        An export's path, a frame, vouched answers, or scores, whose own rule is kept. A row a person: ``couple`` names
        the couple's column, ``partner`` the column that says which partner the row is. A row a couple: items
        carry a partner (``eis_1_a``, ``eis_1_b``, or as a map says), and ``couple``, where given, names the couple.
    bank
        One bank or several; not needed for responses and scores, which know theirs.
    couple, partner
        Columns of the file. Without ``partner``, a couple's two rows are taken in their order: such partners are
        exchangeable.
    exchangeable
        Whether nothing tells the partners apart. Default: so when their labels say nothing (a and b, 1 and 2). Any
        other labels are roles, and what they say of both is the couple's composition (``w-m``, ``w-w``); couples whose
        partners say the same are exchangeable whatever is given here.
    variables
        Columns besides the items that will be asked for (``emotional`` for ``emotional_w`` and ``emotional_m``); they
        tell the partners of a file with a row a couple and no items.

    min_answered
        As in :func:`intimacy_scales.score`, of answers that are yet to be scored.
    **reading
        Options of :func:`intimacy_scales.read_export` (``mapping``, ``missing_codes`` ...).

    Returns
    -------
    Couples
        A row a couple in the order of the source, with its composition. Rows in no couple stand in ``unmatched``, each
        with its reason: no couple named, a couple of one, three in a couple, the same person twice, a partner without a
        label, no answer of one partner. Nothing is dropped unsaid, and no couple because its partners say the same.

    Raises
    ------
    ResponseError
        When the partner column holds what are no labels of partners, when a column tells occasions apart that no
        option names, or when no couple can be matched, with all reasons.
    UnknownNameError
        When there is no such column.

    Notes
    -----
    *Swapped partners* are a suspicion, and only with evidence: a column of two values (gender) that goes with the
    partners in at least nine of ten couples, and the other way round in some.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = {f"eis_{j}": [2, 4, 3, 3, 4, 5] for j in range(1, 6)}
    >>> frame = pd.DataFrame({"couple": [1, 1, 2, 2, 3, 3], "role": ["woman", "man"] * 3, **answers})
    >>> couples = couples_of(frame, "eis", couple="couple", partner="role")
    >>> len(couples), sorted(couples.labels)
    (3, ['man', 'woman'])
    """
    scores = as_scores(data, bank, reading, min_answered=min_answered)
    paired = any(part.administration.partner for part in scores.parts)
    if paired or couple is None or _is_wide(scores, variables):
        return wide_couples(scores, couple, partner, exchangeable=exchangeable, variables=variables)
    matched = _match(scores, couple, partner, exchangeable)
    _refuse_none(scores, matched.pairs, matched.unmatched, couple)
    pairs, pairing = np.array(matched.pairs, dtype=np.int64), matched.pairing
    one = pairing.compositions[0] if len(pairing.compositions) == 1 else None
    keys, labels = (one.keys, distinct_labels(one.labels)) if one is not None else (("a", "b"), ("a", "b"))
    made = joined(scores, pairs, keys, couple)
    keep, silent = made.speaking(labels, scores.row_numbers[pairs])
    unmatched = (*matched.unmatched, *silent)
    pairs = pairs[keep]
    _refuse_none(scores, pairs.tolist(), unmatched)
    alike = one is None or one.exchangeable
    skip = {couple, partner}
    return Couples(
        scores=made.only(keep),
        ids=tuple(made.ids[row] for row in keep),
        partners=keys,
        labels=labels,
        rows=scores.row_numbers[pairs],
        person_ids=_person_ids(scores, pairs),
        exchangeable=alike,
        unmatched=tuple(sorted(unmatched, key=lambda one: one.row)),
        notes=(
            *matched.notes,
            *(differing_notes(scores.table_read, pairs, skip) if alike and one is not None else ()),
            *(() if alike else swapped_notes(scores.table_read, pairs, labels, skip)),
            *unmatched_notes(unmatched),
        ),
        pairing=pairing.only(keep),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Matched:
    """Rows of partners side by side, in the order of their labels."""

    pairs: list[tuple[int, int]]
    pairing: Pairing
    unmatched: tuple[Unmatched, ...]
    notes: tuple[str, ...]


def _is_wide(scores: Scores, variables: Sequence[str]) -> bool:
    """Whether a file without items has the variables asked for as pairs of columns only."""
    names = set(scores.other_columns)
    return not scores.parts and bool(variables) and not any(name in names for name in variables)


def _match(scores: Scores, couple: str, partner: str | None, exchangeable: bool | None) -> _Matched:
    couples = [text.strip() for text in scores.texts(couple)]
    notes: tuple[str, ...] = ()
    labels: tuple[str, ...] = ("1", "2")
    if partner is None:
        says = _in_order(couples)
        notes = (
            "no partner column was named: the two of a couple are taken in the order of their rows, as exchangeable",
        )
    else:
        says = [text.strip() for text in scores.other_column(partner).labelled_texts()]
        labels = _labels(partner, says)
    neutral = partner is None or says_nothing(partner, labels)
    apart = neutral and exchangeable is False  # a and b were said to be roles: then a couple needs both
    persons, members = _persons(scores), dict[str, list[int]]()
    for row, name in enumerate(couples):
        if name:
            members.setdefault(name, []).append(row)
    question = occasion_problem(scores.table_read, list(members.values()), says, {couple, partner, scores.id_column})
    if question is not None:
        raise ResponseError(question)
    why = {row: f"{couple} is empty" for row, name in enumerate(couples) if not name}
    for rows in members.values():
        reason = _why_no_couple(persons, rows, [says[row] for row in rows], labels, partner, apart=apart)
        why |= dict.fromkeys(rows, reason) if reason else {}
    pairs = [(rows[0], rows[1]) for rows in members.values() if rows[0] not in why]
    pairing = pair_up([(says[a], says[b]) for a, b in pairs], labels, neutral=neutral, exchangeable=exchangeable)
    pairs = [pair[::-1] if turn else pair for pair, turn in zip(pairs, pairing.turned.tolist(), strict=True)]
    unmatched = [
        Unmatched(row=int(scores.row_numbers[row]), couple=couples[row], why=reason) for row, reason in why.items()
    ]
    notes += _same_person_notes(persons, couples, pairs)
    same = [says[a] for a, b in pairs if neutral and says[a] == says[b]]
    if same:
        both = f"both rows say {partner} {some(sorted(set(same)))}"
        notes += (f"in {counted(len(same), 'couple')} {both}: taken as exchangeable",)
    return _Matched(pairs=pairs, pairing=pairing, unmatched=tuple(unmatched), notes=notes)


def _in_order(couples: Sequence[str]) -> list[str]:
    seen: Counter[str] = Counter()
    says = []
    for name in couples:
        seen[name] += 1
        says.append("1" if seen[name] == 1 else "2")
    return says


def _labels(column: str, says: Sequence[str]) -> tuple[str, ...]:
    """Return the labels of partners in the order in which the file has them."""
    counts = Counter(text for text in says if text)
    roles = len(counts) <= MOST_ROLES and not any(word(text) in NEUTRAL or _is_number(text) for text in counts)
    if counts and (len(counts) <= 2 or roles):
        return tuple(counts)
    shown = some([f"{value!r} ({counted(n, 'row')})" for value, n in counts.most_common()], shown=SHOWN_VALUES)
    raise ResponseError(
        Problem(
            where=f"column {column}",
            what=f"holds {counted(len(counts), 'value')}{': ' if counts else ''}{shown}",
            allowed="a label for each partner: two that name no role (a, b), or roles (woman, man)",
            do="name the column that says which partner a row is (--partner), or mend the values",
        )
    )


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _why_no_couple(
    persons: tuple[str, ...] | None,
    rows: Sequence[int],
    says: Sequence[str],
    labels: Sequence[str],
    column: str | None,
    *,
    apart: bool,
) -> str | None:
    """Return why these rows of one couple are no couple, ``None`` when they are.

    ``persons``: ids that name persons; ``apart``: labels without a role were said to tell partners apart.
    """
    if len(rows) == 1:
        missing = [label for label in labels if label != says[0]] if says[0] and len(labels) == 2 else []
        return "a couple of one" + (f": {missing[0]} is missing" if column is not None and missing else "")
    if len(rows) > 2:
        return f"{len(rows)} in a couple: which two belong together is not said"
    if not all(says):
        return f"{column} is empty for one of the two"
    if apart and says[0] == says[1]:
        return f"both rows of the couple say {column} {says[0]}, which was said to tell partners apart"
    if persons is not None and persons[rows[0]] and persons[rows[0]] == persons[rows[1]]:
        return f"both rows carry the same id {persons[rows[0]]}"
    return None


def _persons(scores: Scores) -> tuple[str, ...] | None:
    """Return the ids of the rows where they name persons (most stand once), not couples."""
    ids = [name for name in scores.ids or () if name]
    return tuple(scores.ids or ()) if ids and len(set(ids)) > 0.75 * len(ids) else None


def _same_person_notes(
    persons: tuple[str, ...] | None, couples: Sequence[str], pairs: Sequence[tuple[int, int]]
) -> tuple[str, ...]:
    """Tell persons who stand in two couples."""
    where: dict[str, list[str]] = {}
    for row in (row for pair in pairs for row in pair):
        if persons is not None and persons[row]:
            where.setdefault(persons[row], []).append(couples[row])
    twice = [f"id {name} stands in couples {some(named)}" for name, named in where.items() if len(named) > 1]
    more = f"; and {len(twice) - SHOWN_VALUES} more persons" if len(twice) > SHOWN_VALUES else ""
    return (f"{'; '.join(twice[:SHOWN_VALUES])}{more}: every couple is kept",) if twice else ()


def _person_ids(scores: Scores, pairs: np.ndarray) -> tuple[tuple[str, str], ...] | None:
    ids = scores.ids
    return None if ids is None else tuple((ids[first], ids[second]) for first, second in pairs.tolist())


def _refuse_none(
    scores: Scores, pairs: Sequence[object], unmatched: Sequence[Unmatched], couple: str | None = None
) -> None:
    if len(pairs):
        return
    blank = sum(not one.couple for one in unmatched)
    if couple is not None and len(scores) > blank >= len(scores) / 3:
        do = f"if each stands once for the rows below it, say --fill-down {couple}"
        what = f"stands in {len(scores) - blank} of {len(scores)} rows only, and no two rows hold the same couple"
        raise ResponseError(Problem(where=f"column {couple}", what=what, allowed="every row's couple", do=do))
    said = [Problem(where=f"row {one.row}", what=one.why) for one in unmatched[:SHOWN_VALUES]]
    more = [Problem(where="", what=f"and {len(unmatched) - len(said)} more rows")] if len(unmatched) > len(said) else []
    raise ResponseError(
        [
            Problem(
                where="couples",
                what=f"none could be matched among {len(scores)} rows",
                allowed="two rows a couple, one of each partner",
                do="check the columns named by --couple and --partner",
            ),
            *said,
            *more,
        ]
    )


MOST = 60  # more different values are no occasions of couples (days of a diary are fewer)
CLEAR = 0.8  # share of couples in which the column tells all rows of a partner apart
_CALLED = re.compile(r"wave|time|occasion|welle|zeit|measure|month|day|session|visit", re.IGNORECASE)


def occasion_problem(
    table: RawTable, members: Sequence[Sequence[int]], says: Sequence[str], skip: set[str | None]
) -> Problem | None:
    """Return the question for a file of couples x occasions; ``None`` where nothing speaks for occasions.

    ``members``: the rows of every couple; ``says``: what each row says of its partner.
    """
    several = [rows for rows in members if len(rows) > 2]
    if len(several) < max(2, len(members) / 4):
        return None
    found = [name for name in table.names if name not in skip and _tells(table, name, several, says)]
    if not found:
        return None
    found.sort(key=lambda name: not _CALLED.search(name))
    best = found[0]
    values = list(dict.fromkeys(text.strip() for text in table.column(best).cells.texts() if text.strip()))
    return Problem(
        where="couples",
        what=f"{len(several)} of {len(members)} couples have more than two rows, and column {best} tells them apart "
        f"({some(values)})" + (f"; so would {some(found[1:])}" if found[1:] else ""),
        allowed="two rows a couple, or a column that says which occasion a row is of",
        do=f"say --occasion {best} for models over time, or take one occasion: --where \"{best} == '{values[0]}'\"",
    )


def _tells(table: RawTable, name: str, couples: Sequence[Sequence[int]], says: Sequence[str]) -> bool:
    """Whether a column has a value of its own for every row of a partner, and the same few values in most couples."""
    column = table.column(name)
    if column.kind == "personal":
        return False
    texts = [text.strip() for text in column.cells.texts()]
    if not 2 <= len({text for text in texts if text}) <= MOST:
        return False
    clear = 0
    for rows in couples:
        counts = Counter((says[row], texts[row]) for row in rows)
        by_value = Counter(texts[row] for row in rows)
        clear += all(n == 1 for n in counts.values()) and "" not in by_value and max(by_value.values()) <= 2
    each = Counter(text for rows in couples for text in {texts[row] for row in rows})
    common = sum(n >= len(couples) / 4 for n in each.values())
    return clear >= CLEAR * len(couples) and common >= 2 and common >= len(each) / 2
