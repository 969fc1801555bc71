"""The examples of the docstrings run, and every public name has one; none is skipped."""

from __future__ import annotations

import doctest
import importlib
import inspect
from pathlib import Path

import pytest

import intimacy_scales as ims

SRC = Path(__file__).parents[1] / "src" / "intimacy_scales"
FLAGS = doctest.ELLIPSIS | doctest.IGNORE_EXCEPTION_DETAIL | doctest.NORMALIZE_WHITESPACE
WITH_EXAMPLES = sorted(
    ".".join(file.relative_to(SRC.parent).with_suffix("").parts).removesuffix(".__init__")
    for file in SRC.rglob("*.py")
    if ">>> " in file.read_text(encoding="utf-8")
)
FUNCTIONS = [name for name in ims.__all__ if inspect.isfunction(getattr(ims, name))]
SECTIONS = ("Parameters", "Returns", "Raises", "Examples")


@pytest.mark.parametrize("module", WITH_EXAMPLES)
def test_examples_run(module, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    found = doctest.testmod(importlib.import_module(module), optionflags=FLAGS)
    assert found.attempted
    assert not found.failed, capsys.readouterr().out
    assert not list(tmp_path.iterdir())


def test_no_example_is_skipped():
    assert not [file for file in SRC.rglob("*.py") if "doctest: +SKIP" in file.read_text(encoding="utf-8")]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_public_function_says_everything(name):
    text = inspect.getdoc(getattr(ims, name))
    taken = [one for one in inspect.signature(getattr(ims, name)).parameters if one != "reading"]
    wanted = [one for one in SECTIONS if (taken or one not in ("Parameters", "Raises"))]
    missing = [one for one in wanted if f"\n{one}\n{'-' * len(one)}\n" not in f"\n{text}\n"]
    assert not missing
    assert not [one for one in taken if one not in text]


@pytest.mark.parametrize("name", [name for name in ims.__all__ if inspect.isclass(getattr(ims, name))])
def test_a_public_class_says_what_it_is(name):
    assert len(inspect.getdoc(getattr(ims, name))) > 40
