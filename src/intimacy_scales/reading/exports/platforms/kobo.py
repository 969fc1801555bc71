"""KoBoToolbox and ODK: ``group/field`` or ``group.field`` headers, ``start``, ``end``, ``_uuid``, ``instanceID``."""

from __future__ import annotations

import re
from collections.abc import Sequence

from intimacy_scales.reading.exports.exclusion import REASONS, repeats, set_aside
from intimacy_scales.reading.exports.files.containers import FileKind
from intimacy_scales.reading.exports.kinds import kind_of
from intimacy_scales.reading.exports.platform import ExportFile, Options, Recognition
from intimacy_scales.reading.exports.platforms.tabular import Layout, heads, one_row, read_layout
from intimacy_scales.reading.exports.table import ColumnKind, RawTable

NAME = "kobo"
KINDS: frozenset[FileKind] = frozenset({"text", "workbook"})

_OWN: dict[str, ColumnKind] = {
    **dict.fromkeys((
        "start", "end", "today", "_submission_time", "_validation_status", "_notes", "_status", "_submitted_by",
        "__version__", "_tags",
        "_index", "_xform_id_string", "formhub/uuid", "_attachments", "_geolocation", "_bamboo_dataset_id", "_version_",
        "submissiondate", "submitterid", "submittername", "attachmentspresent", "attachmentsexpected", "status",
        "reviewstate", "edits",
        "formversion", "meta/instancename", "meta-instancename", "audit", "background-audio", "meta/rootuuid",
        "meta/deprecatedid",
    ), "metadata"),
    **dict.fromkeys(("_id", "_uuid", "instanceid", "key", "meta/instanceid", "meta-instanceid",
    "meta.instanceid"), "id"),
    **dict.fromkeys(("deviceid", "device_id", "imei", "subscriberid", "simserial", "phonenumber", "username",
    "email"), "personal"),
}  # fmt: skip
_TELLING = frozenset({
    "_uuid", "_submission_time", "__version__", "instanceid", "meta/instanceid", "meta-instanceid",
    "meta.instanceid", "formhub/uuid",
    "_validation_status", "submissiondate",
})  # fmt: skip
_PATH = re.compile(r"[^\W\d][\w-]*([/.][\w-]+)+")
_IDS = ("_uuid", "instanceid", "meta/instanceid", "meta-instanceid", "key")
_REJECTED = frozenset({"validation_status_not_approved", "not approved", "rejected"})
_NOT_PUT = ("n/a", "NA", "N/A")


def recognise(file: ExportFile) -> Recognition | None:
    """Return what tells KoBo or ODK: their own columns, and names that are paths through groups."""
    layout = _layout(file)
    return None if layout is None else layout.recognition


def read(file: ExportFile, options: Options, recognition: Recognition) -> RawTable:
    """Read an export of KoBoToolbox, ODK Central or ODK Briefcase.

    A column keeps its whole path as name; the field at its end is another name, where it ends only one path. ``n/a``
    and ``NA`` are questions that were not shown. Set aside: submissions that were not approved or rejected, and
    those sent twice.

    Raises
    ------
    ExportError
        Ragged rows, no rows, broken text.
    """
    layout = _layout(file) or one_row(file)
    table = read_layout(file, options, recognition, NAME, layout, _kind, not_shown=_NOT_PUT)
    rejected: dict[int, str] = {}
    for column in table.columns:
        if column.name.casefold() in ("_validation_status", "reviewstate"):
            rejected |= {
                at: f"{REASONS['rejected']} ({column.name}: {text})"
                for at, text in enumerate(column.cells.texts())
                if text.strip().casefold() in _REJECTED
            }
    ids = [column for name in _IDS for column in table.columns if column.name.casefold() == name]
    again = repeats(ids[0], table.row_numbers, rejected) if ids else {}
    return set_aside(table, [("rejected", rejected), ("duplicate", again)], options.include)


def _layout(file: ExportFile) -> Layout | None:
    head = heads(file)
    names = head[0] if head else ()
    own = [name for name in names if name.casefold() in _OWN]
    telling = [name for name in own if name.casefold() in _TELLING]
    paths = [name for name in names if _PATH.fullmatch(name)]
    if len(own) < 3 or not telling:
        return None
    saw = f"columns that KoBo or ODK adds ({', '.join(own[:5])}{' ...' if len(own) > 5 else ''})"
    if paths:
        saw += f", {len(paths)} names that are paths ({paths[0]})"
    return Layout(
        saw=saw, sure="certain" if paths or len(telling) > 1 else "likely", names=names, others=_fields(names)
    )


def _fields(names: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Return the field at the end of every path, where no other path or name ends in it."""
    ends = [re.split(r"[/.]", name)[-1] if _PATH.fullmatch(name) else name for name in names]
    return tuple((end,) if end != name and ends.count(end) == 1 else () for name, end in zip(names, ends, strict=True))


def _kind(name: str) -> ColumnKind:
    own = _OWN.get(name.casefold())
    return own or kind_of(re.split(r"[/.]", name)[-1] if _PATH.fullmatch(name) else name)
