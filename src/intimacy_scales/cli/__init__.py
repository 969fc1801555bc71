"""The command ``intimacy-scales``: parse, call, print. Nothing is computed here.

Results go to stdout, everything said on the way to stderr. Exit codes: 0 done; 1 the input is not usable, said in
plain sentences; 2 wrong usage.
"""

from __future__ import annotations

import sys


def main(argv: list[str] | None = None) -> None:
    """Run the command with these arguments (default: the command line) and exit with its code."""
    from intimacy_scales.base.errors import IntimacyScalesError
    from intimacy_scales.cli.app import app
    from intimacy_scales.cli.arguments import spread

    given = sys.argv[1:] if argv is None else argv
    _speak_utf8()
    try:
        app(args=spread(given), prog_name="intimacy-scales")
    except IntimacyScalesError as fault:
        for problem in fault.problems:
            print(f"intimacy-scales: {problem}", file=sys.stderr)
        sys.exit(1)
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our pipe has seen enough: no complaint
        sys.exit(0)
    except KeyboardInterrupt:
        print("intimacy-scales: stopped; nothing was left half-written", file=sys.stderr)
        sys.exit(130)


def _speak_utf8() -> None:
    """Let labels in any language through, whatever the terminal's locale says."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="replace")
