"""What survey platforms write, read into one plain table.

Everything comes in through :func:`read_table`; each platform is one module with ``NAME``, ``KINDS``, ``recognise`` and
``read``, listed in :mod:`~intimacy_scales.reading.exports.platforms.registry`. No module here knows a bank.

A platform that writes text or sheets looks at ``file.head`` to recognise its header, makes its names different with
:func:`~intimacy_scales.reading.exports.grid.vouch_names`, streams the rows into columns with
``gather``, tells each :class:`Column` what the header said of it, marks private
ones with :func:`~intimacy_scales.reading.exports.kinds.look_inside`, and sets rows aside with
:func:`~intimacy_scales.reading.exports.exclusion.set_aside`; ``qualtrics.py`` is the example to follow.
"""

from __future__ import annotations

from intimacy_scales.reading.exports.export import read_table
from intimacy_scales.reading.exports.joining.joining import Joined, join_tables, read_joined
from intimacy_scales.reading.exports.kinds import guess_id_column
from intimacy_scales.reading.exports.platforms.registry import platform_names
from intimacy_scales.reading.exports.table import (
    Column,
    NumberCells,
    RawTable,
    SetAside,
    Source,
    TextCells,
    text_cells,
)

__all__ = [
    "Column",
    "Joined",
    "NumberCells",
    "RawTable",
    "SetAside",
    "Source",
    "TextCells",
    "guess_id_column",
    "join_tables",
    "platform_names",
    "read_joined",
    "read_table",
    "text_cells",
]
