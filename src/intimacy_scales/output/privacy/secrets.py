"""Keyed hashes: the same person gets the same pseudonym under one secret, and nobody without it can tell who it is."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from intimacy_scales.base.errors import ExportError, Problem
from intimacy_scales.base.files import may_write, reason, write_bytes
from intimacy_scales.base.session import note_read

SHORTEST = 16
"""Bytes of a secret: fewer could be tried out."""
LENGTH = 32
PSEUDONYM = 16
"""Letters of a pseudonym: 64 bits."""


def read_secret(path: str | os.PathLike[str]) -> bytes:
    """Return the secret that a file holds: its bytes, without line ends around them.

    Raises
    ------
    ExportError
        When there is no such file, or it is too short to be a secret.
    """
    shown = os.fspath(path)
    try:
        body = Path(path).read_bytes().strip()
    except (OSError, ValueError) as fault:
        raise ExportError(Problem(where=shown, what=f"cannot be read as a secret ({reason(fault)})",
                                  allowed=f"a file of at least {SHORTEST} bytes that only you have",
                                  do="say --new-secret to make one there")) from fault  # fmt: skip
    if len(body) < SHORTEST:
        raise ExportError(Problem(where=shown, what=f"holds {len(body)} bytes", allowed=f"at least {SHORTEST}",
                                  do="say --new-secret and another name to make one"))  # fmt: skip
    note_read(path)
    return body


def new_secret(path: str | os.PathLike[str]) -> bytes:
    """Make a secret by chance and keep it in a new file that only its owner can read; never replace one.

    Raises
    ------
    OutputError
        When a file of this name exists: with its secret, the pseudonyms made under it would be lost.
    """
    made = secrets.token_hex(LENGTH).encode("ascii")
    write_bytes(may_write(path), made + b"\n", force=False, share=False)
    return made


def keyed_hash(secret: bytes, kind: str, text: str) -> str:
    """Return ``HMAC-SHA256(secret, kind : text)`` in hexadecimal; ``kind`` keeps ids and dates apart."""
    return hmac.new(secret, f"{kind}:{text}".encode("utf-8", "backslashreplace"), hashlib.sha256).hexdigest()


def pseudonym(secret: bytes, text: str) -> str:
    """Return the pseudonym of an id: it begins with a letter, so that no spreadsheet takes it for a number."""
    return f"p{keyed_hash(secret, 'id', text)[: PSEUDONYM - 1]}"
