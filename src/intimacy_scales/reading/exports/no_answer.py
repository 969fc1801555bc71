"""Words by which a survey says "no answer": don't know, refused, not applicable, in the languages of our users.

Words that name an answer in some questionnaires and none in others ("trifft nicht zu", "does not apply", "none") are
left out: who meets them asks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

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
