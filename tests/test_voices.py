"""Messages speak the language of the door they leave by: keywords in Python, options on the command line."""

from __future__ import annotations

import ast
import inspect
import json
import re
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import intimacy_scales as ims
from intimacy_scales.base.errors import command_line, spoken
from intimacy_scales.base.options import _known

SRC = Path(ims.__file__).parent
OPTION = re.compile(r"(?<![\w-])--(?P<name>[a-z][a-z-]+)")
KEYWORD = re.compile(r"(?<![\w<.])(?P<name>[a-z_]+)=(?:\.\.\.|\[|[\"']|True|False|[A-Z]{2,}|[-+]?\d)")
NO_DOOR = {
    "drop-careless": "a function of its own in Python: analysis.careless.drop_careless",
    "new-secret": "a function of its own in Python: output.privacy.new_secret",
    "rewrite": "a keyword of output.privacy.forget",
    "keep-text": "a keyword of output.privacy.pseudonymise",
    "log": "the command line only",
    "row": "of a bank's draft, which only the command line makes",
}
PAGES = ("output/report/", "output/tables/", "pictures/")  # HTML and SVG: attributes, no keywords
ELSEWHERE = {"statistics/sem/setup.py": "speaks to who calls the kernel", "output/privacy/run_log.py": "names options",
             "reading/options.py": "help of the command line"}  # fmt: skip


def keywords() -> set[str]:
    """Return every keyword that a public function takes."""
    functions = [inspect.unwrap(one) for one in map(ims.__dict__.get, ims.__all__) if inspect.isfunction(one)]
    return {name for one in functions for name in _known(one)}


def texts_of(file: Path) -> Iterator[tuple[int, str]]:
    """Yield every text of a module with its line, but for docstrings."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    bodies = [node.body for node in ast.walk(tree) if isinstance(getattr(node, "body", None), list)]
    told = {id(line.value) for body in bodies for line in body if isinstance(line, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):  # told as one: what stands between backticks may be in pieces
            told |= {id(part) for part in node.values}
            yield node.lineno, "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node.lineno, node.value


def messages() -> Iterator[tuple[str, str]]:
    """Yield every text below the command line with where it stands."""
    for file in sorted(SRC.rglob("*.py")):
        name = file.relative_to(SRC).as_posix()
        if not name.startswith("cli/") and name not in ELSEWHERE:
            yield from ((f"{name}:{number}", text) for number, text in texts_of(file))


def test_every_option_that_a_message_names_is_a_keyword_in_python():
    for name in ims.__all__:
        getattr(ims, name)
    known, strange = keywords(), set()
    for where, text in messages():
        for found in OPTION.finditer(re.sub(r"`[^`]*`", "", text)):
            said = re.match(r"\w+", spoken(f"--{found['name']} 1"))
            if found["name"] not in NO_DOOR and (said is None or said[0] not in known):
                strange.add(f"{where}: {found[0]}")
    assert strange == set()


def test_no_message_names_a_keyword_of_python():
    for name in ims.__all__:
        getattr(ims, name)
    known = keywords()
    found = [f"{where}: {text!r}" for where, text in messages() if not where.startswith(PAGES)
             for one in KEYWORD.finditer(text) if one["name"] in known]  # fmt: skip
    assert found == []


def families() -> pd.DataFrame:
    """Two members of each of 30 families, a row each, who answer alike: a column that clusters persons."""
    rng = np.random.default_rng(3)
    shared = np.repeat(rng.integers(1, 6, size=30), 2)
    answers = {f"eis_{k}": np.clip(shared + rng.integers(-1, 2, size=60), 1, 5) for k in range(1, 6)}
    return pd.DataFrame({"couple": np.repeat(np.arange(30), 2), **answers})


@pytest.mark.parametrize("typed", [False, True])
def test_a_result_says_its_notes_as_they_are_typed_where_it_was_made(typed):
    """The same figures, made at both doors: the note on clustered rows names ``cluster`` or ``--cluster``."""
    if typed:
        with command_line():
            found = ims.reliability(families(), "eis", bootstrap=0)
            said = [str(found), *found.notes, json.dumps(found.to_dict())]
    else:
        found = ims.reliability(families(), "eis", bootstrap=0)
        said = [str(found), *found.notes, json.dumps(found.to_dict()), found._repr_html_()]
    texts = "\n".join(said)
    assert "couple" in texts
    assert ("--c" in texts) is typed


@pytest.mark.parametrize("typed", [False, True])
def test_answers_and_pages_speak_the_door_too(typed):
    with command_line() if typed else nullcontext():
        answers = ims.read_export(families(), "eis")
        noted = replace(answers, notes=("say --encoding if they are wrong",)).notes[0]
        page = re.sub(r"<(style|script|svg)\b.*?</\1>", "", ims.report(answers).html, flags=re.DOTALL)
    assert ("--encoding" in noted) is typed
    assert ("--wording FILE" in page, "wording=FILE" in page) == (typed, not typed)
