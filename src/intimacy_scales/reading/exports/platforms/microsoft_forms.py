"""Microsoft Forms: ``ID``, ``Start time``, ``Completion time``, ``Email``, ``Name``, then the questions as header."""

from __future__ import annotations

from intimacy_scales.reading.exports.files.containers import FileKind
from intimacy_scales.reading.exports.kinds import kind_of
from intimacy_scales.reading.exports.platform import ExportFile, Options, Recognition
from intimacy_scales.reading.exports.platforms.tabular import Layout, bare, heads, one_row, read_layout
from intimacy_scales.reading.exports.table import ColumnKind, RawTable

NAME = "microsoft_forms"
KINDS: frozenset[FileKind] = frozenset({"text", "workbook"})

_TIMES = frozenset({
    "starttime", "completiontime", "lastmodifiedtime", "startzeit", "fertigstellungszeit", "endzeit", "heurededébut",
    "heuredefin", "horadeinicio", "horadefinalización", "begintijd", "tijdvanvoltooien", "oradiinizio",
    "oradicompletamento",
    "horadeinício", "horadeconclusão", "horadaconclusão", "starttidspunkt", "fuldførelsestidspunkt", "starttid",
    "slutförandetid",
    "開始時刻", "完了時刻", "开始时间", "完成时间",
})  # fmt: skip
_PEOPLE = frozenset({
    "email", "name", "emailaddress", "adressedemessagerie", "nom", "correoelectrónico", "nombre", "naam",
    "postaelettronica", "nome",
    "navn", "namn", "メール", "名前", "电子邮件", "姓名",
})  # fmt: skip
_QUIZ = ("totalpoints", "quizfeedback", "gesamtpunktzahl", "quizkommentare", "gradepostedtime")
_QUIZ_OF = ("points - ", "feedback - ", "punkte - ")
_OWN_COLUMNS = 7


def recognise(file: ExportFile) -> Recognition | None:
    """Return what tells Microsoft Forms: an ID and two times in front."""
    layout = _layout(file)
    return None if layout is None else layout.recognition


def read(file: ExportFile, options: Options, recognition: Recognition) -> RawTable:
    """Read the answers of a Microsoft form.

    E-mail and name are private; points and feedback of a quiz are the platform's own. Nobody is set aside: Forms keeps
    only what was sent.

    Raises
    ------
    ExportError
        Ragged rows, no rows, broken text.
    """
    layout = _layout(file) or one_row(file)
    own = set(layout.names[:_OWN_COLUMNS])
    return read_layout(file, options, recognition, NAME, layout, lambda name: _kind(name, own))


def _layout(file: ExportFile) -> Layout | None:
    head = heads(file)
    if not head or len(head[0]) < 4 or bare(head[0][0]) not in ("id", "kennung"):
        return None
    names = head[0]
    times = [name for name in names[1:_OWN_COLUMNS] if bare(name) in _TIMES]
    people = [name for name in names[1:_OWN_COLUMNS] if bare(name) in _PEOPLE]
    if len(times) < 2 or bare(names[1]) not in _TIMES:
        return None
    own = {names[0], *times, *people}
    return Layout(
        saw=f"columns that Forms adds ({', '.join((names[0], *times, *people))})",
        sure="certain" if people else "likely",
        names=names,
        questions=tuple("" if name in own else name for name in names),
    )


def _kind(name: str, own: set[str]) -> ColumnKind:
    if name in own and bare(name) in _TIMES:
        return "metadata"
    if name in own and bare(name) in _PEOPLE:
        return "personal"
    if bare(name) in _QUIZ or name.casefold().startswith(_QUIZ_OF):
        return "metadata"
    return "id" if bare(name) == "kennung" else kind_of(name)
