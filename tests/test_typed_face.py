"""The public names have types, for mypy and editors; what a function does not take is refused in both worlds."""

from __future__ import annotations

import importlib
import inspect
import subprocess
import sys
import typing
from pathlib import Path

import pytest

import intimacy_scales as ims
from intimacy_scales.base.errors import UnknownNameError, command_line, spoken
from intimacy_scales.base.options import Option, options_of
from intimacy_scales.reading.options import ReadingOptions

REPO = Path(__file__).parents[1]
FUNCTIONS = [name for name in ims.__all__ if inspect.isfunction(getattr(ims, name))]


@pytest.mark.slow  # mypy reads the whole package: 20 s without its cache
def test_a_users_script_is_typed(tmp_path):
    pytest.importorskip("mypy")
    options = ("--strict", "--warn-unused-ignores", "--config-file", str(REPO / "pyproject.toml"))
    script = str(REPO / "tests" / "users_script.py")
    command = [sys.executable, "-m", "mypy", *options, "--cache-dir", str(tmp_path), script]
    said = subprocess.run(command, capture_output=True, text=True, check=False, cwd=REPO)
    assert said.returncode == 0, said.stdout + said.stderr


def test_there_are_public_functions():
    assert len(FUNCTIONS) >= 20


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_public_function_refuses_an_unknown_keyword(name):
    function = getattr(ims, name)
    known = [one.name for one in inspect.signature(function).parameters.values() if one.kind is one.KEYWORD_ONLY]
    with pytest.raises(TypeError, match=rf"{name}\(\): keyword 'no_such_thing'.*none of this name") as fault:
        function(no_such_thing=1)
    assert isinstance(fault.value, UnknownNameError)
    for keyword in known[:1]:
        with pytest.raises(UnknownNameError, match=f"did you mean '{keyword}'"):
            function(**{f"{keyword}_": 1})


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_keyword_of_a_public_function_has_a_type(name):
    function = inspect.unwrap(getattr(ims, name))
    hints = function.__annotations__
    assert set(inspect.signature(function).parameters) <= set(hints)
    assert hints["return"] not in ("Any", typing.Any)
    for one in inspect.signature(function).parameters.values():
        if one.kind is one.VAR_KEYWORD:
            assert "ReadingOptions" in str(one.annotation), f"{name} takes whatever it is given"


def test_two_unknown_keywords_are_told_at_once():
    with pytest.raises(UnknownNameError) as fault:
        ims.score({1: 4}, "eis", bnk=3, mising_codes=[3])
    assert len(fault.value.problems) == 2
    assert "did you mean 'missing_codes'" in str(fault.value)


def test_names_for_type_checkers_are_the_names_at_run_time():
    source = (REPO / "src" / "intimacy_scales" / "__init__.py").read_text(encoding="utf-8")
    for name, room in ims._ROOMS.items():
        assert f"from intimacy_scales.{room} import {name} as {name}" in source
        module = importlib.import_module(f"intimacy_scales.{room}")
        public = getattr(ims, name)
        assert getattr(public, "__wrapped__", public) is getattr(module, name)


def test_every_option_of_reading_carries_its_help():
    hints = typing.get_type_hints(ReadingOptions, include_extras=True)
    assert set(options_of(ReadingOptions)) == set(hints)
    for option in options_of(ReadingOptions).values():
        assert isinstance(option, Option)
        assert option.help.endswith(".")


def test_errors_speak_the_language_of_their_door():
    with pytest.raises(ims.ResponseError, match=r"missing_codes=\[9\]"):
        ims.read_export({1: 9, 2: 4, 3: 4, 4: 4, 5: 4}, "eis")
    with command_line(), pytest.raises(ims.ResponseError, match="--missing-code 9"):
        ims.read_export({1: 9, 2: 4, 3: 4, 4: 4, 5: 4}, "eis")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("say --shift +1", "say shift=+1"),
        ("say --map map.yaml", 'say mapping="map.yaml"'),
        ("leave --sheet out", "leave sheet out"),
        ("say --couple COLUMN --partner COLUMN", "say couple=COLUMN partner=COLUMN"),
        ("say --force to replace it", "say force=True to replace it"),
        ("say --id COLUMN", "say id_column=COLUMN"),
        ("--keep-unfinished keeps them", "keep_unfinished=True keeps them"),
        ("a - b -- c", "a - b -- c"),
    ],
)
def test_options_are_said_as_keywords(typed, said):
    assert spoken(typed) == said
    with command_line():
        assert spoken(typed) == typed
