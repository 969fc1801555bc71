"""What a column is for, told by its name and by what stands in it: answers, an id, the platform's own, or private.

Words by which a survey says "no answer": don't know, refused, not applicable, in the languages of our users.

Words that name an answer in some questionnaires and none in others ("trifft nicht zu", "does not apply", "none") are
left out: who meets them asks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from intimacy_scales.reading.exports.arrow_texts import ArrowTexts
from intimacy_scales.reading.exports.grid import is_number
from intimacy_scales.reading.exports.table import Column, ColumnKind, NumberCells, RawTable, TextCells


def _words(*lines: str) -> frozenset[str]:
    return frozenset(" ".join(lines).split())


_IDS = _words(
    "id ids recordid responseid respondentid respondent participant participantid participantno participantnumber",
    "participantcode subject subjectid subj subjid pid person personid personcode user userid uid uuid guid case",
    "caseid casenumber vp vpn vpnr vpcode token session sessionid code codeword studyid prolificpid prolificid",
    "workerid mturkid mturkcode sonaid instanceid submissionid entryid interviewid interviewnumber kennung",
    "participantprivateid participantpublicid probandencode versuchsperson partnerid newid externalid",
)
_GROUPS = _words(
    "couple coupleid dyad dyadid dyadno family familyid household householdid",
)
_PERSONAL = _words(
    "name firstname lastname surname givenname familyname fullname middlename vorname nachname nom prenom nombre",
    "apellido username namefirst namelast recipientfirstname recipientlastname recipientemail recipientname email",
    "emailaddress mail mailadresse correo ip ipaddr ipaddress ipadresse phone phonenumber telephone",
    "telephonenumber mobile mobilephone telefon handy address street streetaddress homeaddress postaladdress",
    "adresse strasse zip zipcode postcode postalcode plz city latitude longitude lat lon lng locationlatitude",
    "locationlongitude locationaccuracy gps geolocation geopoint dob dateofbirth birthdate birthday geburtsdatum",
    "geburtstag familienname rufname wohnort ort hausnummer telefonnummer handynummer handynr faxnummer",
    "nomdefamille prenoms courriel adressemail adresseemail telephone codepostal ville datedenaissance",
    "nombres apellidos correoelectronico telefono movil direccion codigopostal ciudad calle fechadenacimiento",
    "nome cognome indirizzo indirizzoemail cellulare citta datadinascita",
    "naam voornaam achternaam adres woonplaats telefoonnummer mobielnummer geboortedatum straat emailadres",
    "sobrenome endereco cidade telemovel celular datadenascimento imie nazwisko adresemail ulica miasto",
    "dataurodzenia numertelefonu fornamn efternamn telefonnummer fodelsedatum",
    "ssn comment comments bemerkung bemerkungen kommentar feedbacktext freetext imei deviceid",
)
_METADATA = _words(
    "startdate enddate recordeddate submitdate datestamp timestamp startlanguage userlanguage distributionchannel",
    "lastpage seed created modified ended expired browser operatingsystem useragent resolution refurl responseset",
    "externalreference externaldatareference",
)
_TIMING = re.compile(
    r"duration(inseconds)?|interviewtime|timeelapsed|rt|responsetime|reactiontime|totaltime|grouptime\w*|.*(firstclick|lastclick|pagesubmit|clickcount)",
)
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.\w{2,}")
_IP = re.compile(r"(\d{1,3}\.){3}\d{1,3}|[0-9a-f]{1,4}(:[0-9a-f]{0,4}){3,7}", re.IGNORECASE)
_PHONE = re.compile(r"(\+|00)\d[\d ()/.-]{6,}\d")
_LOOKED_AT = 300
_LONG = 40


def kind_of(name: str) -> ColumnKind:
    """Return the kind that a column's name tells; ``answer`` where it tells none.

    Examples
    --------
    >>> kind_of("Participant ID"), kind_of("E-Mail"), kind_of("eis_1")
    ('id', 'personal', 'answer')
    """
    bare = _bare(name)
    if bare in _IDS or bare in _GROUPS:
        return "id"
    if bare in _PERSONAL:
        return "personal"
    if bare in _METADATA:
        return "metadata"
    return "timing" if _TIMING.fullmatch(bare) else "answer"


def names_a_group(name: str) -> bool:
    """Whether a column is named like a couple, a dyad or a family.

    Examples
    --------
    >>> names_a_group("Couple ID"), names_a_group("partner")
    (True, False)
    """
    return _bare(name) in _GROUPS


def _bare(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.casefold())


def look_inside(columns: Sequence[Column]) -> tuple[Column, ...]:
    """Return the columns with those of kind ``answer`` called ``personal`` that hold e-mail, IP, phone or free text.

    Free text are two answers or more of over 40 characters (80 among fewer than ten people) that hardly ever repeat,
    whatever short ones stand beside them. Number columns are not looked at.
    """
    return tuple(replace(one, kind="personal") if one.kind == "answer" and _is_private(one) else one for one in columns)


def _is_private(column: Column) -> bool:
    if isinstance(column.cells, NumberCells) or not column.cells.values:
        return False
    texts = [text.strip() for text in column.cells.values[:_LOOKED_AT]]
    if any(all(form.fullmatch(text) for text in texts) for form in (_MAIL, _IP, _PHONE)):
        return True
    return sum(_MAIL.fullmatch(text) is not None for text in texts) * 2 > len(texts) or _is_free_text(column.cells)


def _is_free_text(cells: TextCells) -> bool:
    """Whether people wrote into a column: long answers that hardly ever repeat, whatever short ones stand by them."""
    given = int(np.count_nonzero(cells.codes >= 0))
    # among few people even the long labels of one item may all differ: there, only very long texts are free
    least = _LONG if given >= 10 else 2 * _LONG
    told = cells.values.longer_than(least) if isinstance(cells.values, ArrowTexts) else enumerate(cells.values)
    long = [at for at, text in told if len(text.strip()) > least and not is_number(text)]
    held = int(np.count_nonzero(np.isin(cells.codes, long))) if long else 0
    return held >= 2 and len(long) > 0.8 * held


def with_boxes(table: RawTable) -> RawTable:
    """Return the table with the boxes of questions with several answers labelled as such, and said.

    KoBo and ODK write such a question (``select_multiple``) as a column with the options that were ticked, and a column
    ``question/option`` of 0 and 1 for each: no code of any scale, although the names may look like items.
    """
    names = set(table.names)
    boxes: dict[str, list[str]] = {}
    for column in table.columns:
        cut = re.fullmatch(r"(.+)[/.]([^/.]+)", column.name)
        if cut is not None and cut[1] in names and column.kind == "answer" and _holds_flags(column):
            boxes.setdefault(cut[1], []).append(column.name)
    own = {name for group in boxes.values() if len(group) > 1 for name in group}
    if not own:
        return table
    labels = {0.0: "not ticked (select_multiple)", 1.0: "ticked (select_multiple)"}
    columns = tuple(replace(c, labels=labels) if c.name in own and not c.labels else c for c in table.columns)
    notes = [
        f"{name} is a question with several answers (select_multiple): {len(group)} boxes {group[0]} ... hold 0 and 1"
        for name, group in boxes.items()
        if len(group) > 1
    ]
    return replace(table, columns=columns, notes=(*table.notes, *notes))


def _holds_flags(column: Column) -> bool:
    """Whether nothing but 0 and 1 (or true and false) stands in a column."""
    texts = {text.casefold() for text in column.known_texts() if text}
    return bool(texts) and texts <= {"0", "1", "0.0", "1.0", "true", "false"}


def guess_id_column(table: RawTable) -> str | None:
    """Return the column that names the rows, ``None`` where none does.

    The first column of kind ``id`` in which every row has an id and no id stands twice; failing that, the first in
    which at least nine rows of ten have one (duplicated ids are for the reader of the answers to name) and which does
    not name a couple or family.
    """
    ids = [column for column in table.columns if column.kind == "id"]
    for column in ids:
        if column.cells.n_filled == column.cells.n_distinct == len(table):
            return column.name
    for column in ids:
        if len(table) and not names_a_group(column.name) and column.cells.n_filled >= 0.9 * len(table):
            return column.name
    return None


_WORDS: Mapping[str, tuple[str, ...]] = {
    "don't know": (
        r"(i )?(don'?t|do not) know( ?/ ?((can'?t|cannot) (answer|say)|not sure))?", "dk", "unknown",
        r"wei(ß|ss) (ich )?nicht", r"ich wei(ß|ss) (es )?nicht", r"(je )?ne sai[st] pas", "nsp",
        r"no (lo )?s[eé]", "no sabe",
        r"no sabe ?/ ?no contesta", "ns ?/ ?nc", "weet (ik )?(het )?niet", "non (lo )?so", "não sei", "nie wiem",
        "vet (ej|inte)", "ved ikke", "vet ikke", "en tiedä", "bilmiyorum", "nevím",
    ),
    "refused": (
        r"(i )?(prefer|would rather|rather) not( to)? (say|answer|disclose)", "refused?( to answer)?",
        r"declined?( to answer)?", r"(i )?(do not|don'?t) (want|wish) to answer", "keine angaben?", r"k\.? ?a",
        "ne souhaite pas répondre", "refus", "prefiero no (decir|responder)", "no contesta",
        "preferisco non rispondere",
        "non risponde", "wil (ik )?niet zeggen", "zeg ik liever niet", "prefiro não (dizer|responder)",
        "odmowa( odpowiedzi)?",
    ),
    "not applicable": (
        "not applicable", "n/?a", r"does not apply( to me)?", "nicht zutreffend", "entfällt", "sans objet",
        "non concernée?", "no aplica", "no procede", "non applicabile", "niet van toepassing", r"n\.?v\.?t",
        "não se aplica",
        "nie dotyczy",
    ),
    "no answer": (
        "no ?answer", "no response", "not answered", "missing", "seen but not answered", "keine antwort",
        "sans réponse",
        "pas de réponse", "sin respuesta", "nessuna risposta", "geen antwoord", "sem resposta", "brak odpowiedzi",
    ),
}  # fmt: skip
_KINDS = {kind: re.compile("|".join(words)) for kind, words in _WORDS.items()}


def missing_kind(label: str) -> str | None:
    """Return the kind of missing that a label names, ``None`` for an answer.

    Examples
    --------
    >>> missing_kind("Prefer not to say"), missing_kind("Not at all")
    ('refused', None)
    """
    said = " ".join(label.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").casefold().split()).strip(" .;:()-")
    return next((kind for kind, form in _KINDS.items() if form.fullmatch(said)), None)
