"""The command ``intimacy-scales``: parse, call, print. Nothing is computed here.

Results go to stdout, everything said on the way to stderr. Exit codes: 0 done; 1 the input is not usable, said in
plain sentences; 2 wrong usage.

How to add a command
--------------------
1. Write ``cli/FOLDER/NAME.py`` (the folder is its heading in ``--help``) with one function ``run``: what is positional
   before ``/``, options after ``*``, then ``**options: Unpack[ExportOptions]`` when it reads an export (it then takes
   every option of reading, of output, and ``--join --wording --drop-careless``), else ``Unpack[OutputOptions]``.
2. An option is ``Annotated[type, Option(help=..., metavar=...)]`` with its default; it is called like its argument
   (``min_answered`` is ``--min-answered``) unless ``name=`` says otherwise; a ``list`` takes several words. What
   several commands share stands in ``cli/options.py``; an option of reading is **one field** of ``ReadingOptions``.
3. Its docstring is its help: a line, what else there is to say, and ``Examples`` at the end.
4. Imports that are not light (anything but ``base.options`` and ``cli``) stand inside ``run``, so that ``--help`` is
   quick. ``read_answers(export, bank, options)`` reads; ``printer_of("NAME", options, inputs)`` prints: ``.result()``
   on stdout, ``.note()`` on stderr, ``.json()`` for ``--json``.
5. Add its name to ``COMMANDS`` in ``cli/FOLDER/__init__.py``, and a test to ``tests/test_cli*.py``.
"""

from __future__ import annotations

import sys


def main(argv: list[str] | None = None) -> None:
    """Run the command with these arguments (default: the command line) and exit with its code."""
    from cyclopts import CycloptsError

    from intimacy_scales.base.errors import IntimacyScalesError, UsageError
    from intimacy_scales.base.language import command_line
    from intimacy_scales.cli.app import build_app, files_first
    from intimacy_scales.cli.working import stop_all

    words = sys.argv[1:] if argv is None else list(argv)
    _speak_utf8()
    app = build_app(only=words[0] if words else "")
    try:
        with command_line():
            app(files_first(app, words), exit_on_error=False, print_error=False)
        sys.exit(0)
    except CycloptsError as fault:
        print(f"intimacy-scales: {fault}", file=sys.stderr)
        print(f"intimacy-scales {_command_of(fault)}-h tells what it takes", file=sys.stderr)
        sys.exit(2)
    except IntimacyScalesError as fault:
        with command_line():
            for problem in fault.problems:
                print(f"intimacy-scales: {problem}", file=sys.stderr)
        sys.exit(2 if isinstance(fault, UsageError) else 1)
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our pipe has seen enough: no complaint
        sys.exit(0)
    except KeyboardInterrupt:
        print("intimacy-scales: stopped; nothing was left half-written", file=sys.stderr)
        sys.exit(130)
    finally:
        stop_all()


def _command_of(fault: object) -> str:
    chain = getattr(fault, "command_chain", None) or ()
    return "".join(f"{word} " for word in chain)


def _speak_utf8() -> None:
    """Let labels in any language through, whatever the terminal's locale says."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="replace")
