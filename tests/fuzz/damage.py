"""Ways in which a file may be damaged, drawn by a seeded generator: each is named by seed and number, and made again."""

from __future__ import annotations

import gzip
import io
import random
import zipfile

ODD = (b"\x00", b"\xff", b'"', b",", b"\n", b"\r", b"\\", b"{", b"]", b"9" * 40, b"\x1b[2J", b"\xed\xa0\x80", b"-1e999",
       b"\xef\xbb\xbf", b"PK\x03\x04", b"\x1f\x8b", b"NaN", b"=1+1", b"\xe2\x80\xae")  # fmt: skip


def damaged(body: bytes, random_: random.Random) -> bytes:
    """Return the bytes after one to six wounds; what is packed is damaged inside, too, and packed again."""
    if body[:2] in (b"PK", b"\x1f\x8b") and random_.random() < 0.8:
        return _damaged_inside(body, random_)
    held = bytearray(body)
    for _ in range(random_.choice((1, 1, 1, 1, 1, 2, 3, 6))):
        wound(held, random_)
    return bytes(held)


def _damaged_inside(body: bytes, random_: random.Random) -> bytes:
    if body[:2] == b"\x1f\x8b":
        return gzip.compress(damaged(gzip.decompress(body), random_), mtime=0)
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body)) as old, zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as new:
        chosen = random_.choice(old.namelist())
        for name in old.namelist():
            inner = bytearray(old.read(name))
            if name == chosen:
                wound(inner, random_)
            new.writestr(name, bytes(inner))
    return held.getvalue()


def wound(held: bytearray, random_: random.Random) -> None:
    """Flip a bit, set a byte, cut, cut out, double, move, or put in something odd."""
    size = max(len(held), 1)
    at, length = random_.randrange(size), random_.choice((1, 1, 2, 4, 8, 64, size // 3 + 1))
    kind = random_.choice((0, 0, 1, 1, 1, 2, 3, 4, 5, 5, 6, 7))
    if kind == 0 and held:
        held[at % len(held)] ^= 1 << random_.randrange(8)
    elif kind == 1 and held:
        held[at % len(held)] = random_.randrange(256)
    elif kind == 2:
        del held[at:]
    elif kind == 3:
        del held[at : at + length]
    elif kind == 4:
        held[at:at] = held[at : at + length]
    elif kind == 5:
        held[at:at] = random_.choice(ODD)
    elif kind == 6:
        held[at : at + 4] = random_.choice((0, 1, 255, 2**31 - 1, 2**32 - 1)).to_bytes(
            4, random_.choice(("little", "big"))
        )
    else:
        there = random_.randrange(size)
        held[there : there + length] = held[at : at + length]
