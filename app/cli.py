"""The command line: every verb of the window's services, without a window.

Exit codes: 0 done, 1 refused or failed, 2 usage, 130 stopped. With `--json` one JSON object goes to standard output;
progress always goes to standard error.
"""

from __future__ import annotations

import argparse
import sys
import traceback
from collections.abc import Sequence
from types import TracebackType

from app.paths import resolve_home
from app.verbs.dispatch import dispatch
from app.verbs.output import Console, escaped
from app.verbs.parser import make_parser
from core.errors import CalqueError

DONE, REFUSED, USAGE, STOPPED = 0, 1, 2, 130


def run_verb(arguments: argparse.Namespace) -> int:
    """Carry out the verb and print its result."""
    console = Console(is_json=getattr(arguments, "json", False))
    home = resolve_home(getattr(arguments, "home", None))
    try:
        result = dispatch(arguments, home, console)
    except CalqueError as error:
        console.refuse(error)
        return REFUSED
    except OSError as error:
        console.refuse(CalqueError(f"{error.strerror or error}" + (f": {error.filename}" if error.filename else ".")))
        return REFUSED
    except KeyboardInterrupt:
        console.refuse(CalqueError("Stopped."))
        return STOPPED
    except SystemExit as error:
        console.refuse(CalqueError(f"A plug-in tried to end Calque (SystemExit: {error.code})."))
        return REFUSED
    try:
        console.show(result)
    except KeyboardInterrupt:
        return STOPPED
    except BrokenPipeError:  # the reader has seen enough, as `head` does
        return result.code
    except OSError as error:
        console.note(f"The result could not be written: {error.strerror}.")
        return REFUSED
    return result.code


def report_unexpected(parsed: argparse.Namespace) -> None:
    """From here on an error that nobody expected is a sentence on the terminal, its traceback a file in the logs."""
    console = Console(is_json=getattr(parsed, "json", False))
    logs = resolve_home(getattr(parsed, "home", None)).logs

    def say(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        details = "".join(traceback.format_exception(kind, error, trace))
        file = logs / "command-line-error.txt"
        try:
            logs.mkdir(parents=True, exist_ok=True)
            file.write_text(escaped(details), encoding="utf-8")
            hint = f"This is a defect; {file} holds the details that help to mend it."
        except OSError:
            hint = details
        console.refuse(CalqueError(f"Something in Calque went wrong: {kind.__name__}: {error}", hint=hint))

    sys.excepthook = say


def main(arguments: Sequence[str]) -> int:
    """Parse and run a verb; argparse leaves with 2 for wrong usage."""
    return run_verb(make_parser().parse_args(arguments))
