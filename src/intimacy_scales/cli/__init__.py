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
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from intimacy_scales.base.files import Session


def main(argv: list[str] | None = None) -> None:
    """Run the command with these arguments (default: the command line) and exit with its code.

    Whatever ends it early is told in a sentence here, and only here.
    """
    import time

    from intimacy_scales.base.errors import command_line
    from intimacy_scales.base.files import session
    from intimacy_scales.cli.process import (
        begin_quickly,
        finish_output,
        open_streams,
        options_typed,
        progress_told,
        signals_as_stops,
        told,
    )

    words = sys.argv[1:] if argv is None else list(argv)
    open_streams()
    begin_quickly()
    began, code = time.time(), 0
    with signals_as_stops(), session() as run:
        try:
            with command_line(), progress_told():
                from intimacy_scales.cli.app import build_app, files_first

                app = build_app(only=words[0] if words else "")
                ordered = files_first(app, words)
                run.options = options_typed(ordered)
                app(ordered, exit_on_error=False, print_error=False)
                finish_output()
        except BaseException as fault:  # noqa: BLE001 -- signals and the keyboard too: each has its sentence and code
            with command_line():
                code = told(fault)
        code = code if run.log is None else _logged(run, words, code, began)
    sys.exit(code)


def _logged(run: Session, words: list[str], code: int, began: float) -> int:
    """Add a line on this run to its log, however it ended."""
    from intimacy_scales.base.errors import IntimacyScalesError
    from intimacy_scales.cli.process import told
    from intimacy_scales.output.privacy import append_run, log_secret

    log = run.log
    if log is None:
        return code
    try:
        append_run(log, log_secret(log), words=words, session=run, code=code, began=began)
    except IntimacyScalesError as fault:
        return told(fault)
    return code
