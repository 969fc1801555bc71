"""The command and its commands: the folders are the headings of ``--help``, each file a command.

Nothing but this module knows the parser (cyclopts): commands declare :class:`~intimacy_scales.base.options.Option`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any, TypedDict, Unpack, get_args, get_origin, get_type_hints

from cyclopts import App, Group, Parameter, validators

from intimacy_scales.base.options import Option
from intimacy_scales.cli.options import ExportOptions, OutputOptions
from intimacy_scales.reading.options import ReadingOptions

#: folders of commands, in the order in which --help tells them
FOLDERS = ("start", "banks", "reading", "measures", "couples_and_days", "pages", "private")

_HERE, _READING, _OUTPUT = "This command", "Reading the file", "Output"
_ORDER = {_HERE: 1, _READING: 2, _OUTPUT: 3}


def command_modules() -> dict[str, str]:
    """Return the name of every command and the module it stands in."""
    rooms = {folder: import_module(f"intimacy_scales.cli.{folder}") for folder in FOLDERS}
    return {name.replace("_", "-"): f"{room.__name__}.{name}" for room in rooms.values() for name in room.COMMANDS}


def build_app(only: str | None = None) -> App:
    """Return the whole command; with ``only`` that command alone, which is quicker, or none of the options."""
    app = App(
        name="intimacy-scales",
        help="Score questionnaires on closeness from the file your survey platform wrote: "
        "scores, reliability, norms, tips with their evidence, and a report.",
        help_epilogue="intimacy-scales COMMAND -h tells the options of one.\n\n"
        "Nothing leaves this machine. A score describes answers; it is no diagnosis.",
        help_format="plaintext",
        version=_version,
        default_parameter=Parameter(negative=()),
        result_action="return_value",
        suppress_keyboard_interrupt=False,
        group_commands=Group("The command itself", sort_key=99),
    )
    modules = command_modules()
    wanted = {only} if only in modules else set(modules)
    for number, folder in enumerate(FOLDERS):
        room = import_module(f"intimacy_scales.cli.{folder}")
        heading = Group((room.__doc__ or folder).strip().rstrip("."), sort_key=number)
        for place, name in enumerate(room.COMMANDS):
            if (word := name.replace("_", "-")) in wanted:
                module = import_module(modules[word])
                app.command(_command(word, module, heading, place, whole=only in (None, word)))
    if only not in modules:
        app.register_install_completion_command(help="Install completion of commands and options for your shell.")
    return app


def _version() -> str:
    from intimacy_scales.base.version import __version__

    return f"intimacy-scales {__version__}"


def _command(name: str, module: ModuleType, heading: Group, place: int, *, whole: bool) -> App:
    text, examples = _help_of(module.run)
    return App(
        name=name,
        help=text,
        help_epilogue=f"Examples\n\n{examples}" if examples else None,
        help_format="plaintext",
        group=heading,
        sort_key=place,
        group_arguments=_group(_HERE),
        group_parameters=_group(_HERE),
        default_command=_parsed(module.run) if whole else None,
    )


def _group(name: str) -> Group:
    return Group(name, sort_key=_ORDER[name])


def _help_of(function: Callable[..., Any]) -> tuple[str, str]:
    """Return what a command's docstring says, and its examples."""
    text, _, examples = inspect.cleandoc(function.__doc__ or "").partition("\nExamples\n--------\n")
    return text.strip(), "\n".join(f"  {line}" for line in examples.strip().splitlines())


def _parsed(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function with types that the parser understands: every Option as its own Parameter."""
    hints = get_type_hints(function, include_extras=True)
    for name, hint in hints.items():
        if get_origin(hint) is Unpack:
            hints[name] = Unpack[_options_class(get_args(hint)[0])]
        elif name != "return":
            hints[name] = _typed(hint, _HERE)
    function.__annotations__ = hints
    return function


def _options_class(options: type) -> Any:
    """Return a TypedDict of the same fields, typed as they are typed on the command line."""
    fields = {
        name: _typed(hint, _heading(name))
        for name, hint in get_type_hints(options, include_extras=True).items()
        if (option := option_in(hint)) is None or not option.hidden
    }
    return TypedDict(options.__name__, fields, total=False)  # type: ignore[operator]


def _heading(name: str) -> str:
    if name in OutputOptions.__annotations__:
        return _OUTPUT
    return _READING if name in ReadingOptions.__annotations__ or name in ExportOptions.__annotations__ else _HERE


def option_in(hint: Any) -> Option | None:
    """Return the option that an annotated type carries."""
    return next((one for one in get_args(hint)[1:] if isinstance(one, Option)), None)


def _typed(hint: Any, heading: str) -> Any:
    option = option_in(hint)
    if option is None:
        return hint
    kind = get_args(hint)[0] if option.typed is None else option.typed
    return Annotated[kind, _parameter(option, kind, option.group or heading)]


def _parameter(option: Option, kind: Any, heading: str) -> Parameter:
    words: dict[str, Any] = {"help": _help(option), "group": _group(heading)}
    if option.name:
        words["name"] = option.name
    if option.metavar:
        words["metavar"] = option.metavar
    if option.negative:
        words["negative"] = option.negative
    if kind is bool:
        words["show_default"] = False
    if any(get_origin(part) in (list, tuple) for part in (kind, *get_args(kind))):
        words["consume_multiple"] = True
    if option.at_least is not None or option.at_most is not None:
        words["validator"] = validators.Number(gte=option.at_least, lte=option.at_most)
    return Parameter(**words)


def _help(option: Option) -> str:
    told = option.default not in (None, False, ()) and "default" not in option.help
    return f"{option.help} [default: {option.default}]" if told else option.help


def option_names(command: str) -> set[str]:
    """Return every option of a command as it is typed, with the options that say no."""
    return {name for one in _arguments(build_app(command)[command]) for name in one.names if name.startswith("-")}


def _arguments(command: App) -> Any:
    return command.assemble_argument_collection(parse_docstring=False)


def files_first(app: App, words: Sequence[str]) -> list[str]:
    """Return the words with files that stand after ``--bank`` moved to where a command expects them.

    An option of several words takes all that follow; in ``score --bank eis export.csv`` the file is no bank, nor is
    it in ``change before.csv --bank eis after.csv``. Before a command has its file, an option takes one word only.

    Examples
    --------
    >>> files_first(build_app(), ["score", "--bank", "eis", "export.csv", "--out", "s.csv"])
    ['score', 'export.csv', '--bank', 'eis', '--out', 's.csv']
    """
    if len(words) < 2 or words[0] not in app:
        return list(words)
    command = app[words[0]]
    if command.default_command is None:
        return list(words)
    arguments = _arguments(command)
    several = {name for argument in arguments if argument.parameter.consume_multiple for name in argument.names}
    flags = {name for argument in arguments if argument.hint in (bool, bool | None) for name in argument.names}
    return [words[0], *_files_before_options(words[1:], several, flags | {"-h", "--help"})]


def _files_before_options(words: Sequence[str], several: set[str], flags: set[str]) -> Iterator[str]:
    files: list[str] = []
    rest: list[str] = []
    option, taken = "", 0  # the option that is open, and the words it has
    for word in words:
        if word == "-" and option and not taken:
            rest[-1], taken = f"{rest[-1]}=-", 1  # stdout: not the beginning of an option
        elif word.startswith("-") and word != "-" and not _is_number(word):
            name, equals, _ = word.partition("=")
            option, taken = ("" if name in flags or equals else name), 0
            rest.append(word)
        elif not option or (taken and (option not in several or not files or _is_file_of(option, word))):
            files.append(word)
        else:
            taken += 1
            rest.append(word)
    yield from (*files, *rest)


def _is_number(word: str) -> bool:
    return word[1:2].isdigit() or word[1:2] == "."


def _is_file_of(option: str, word: str) -> bool:
    """Whether a word after ``--bank`` is a further file of the command: banks are ids and YAML files."""
    path = Path(word)
    return option == "--bank" and path.suffix.lower() not in ("", ".yaml", ".yml") and path.is_file()
