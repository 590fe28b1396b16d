"""Where the program starts: a child of a run, a verb of the command line, or the window."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence

RUN_CHILD = "--run-child"


def main(arguments: Sequence[str] | None = None) -> int:
    """`arguments` without the program's name; None takes those of the process. Returns the exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] == [RUN_CHILD]:
        from core.runs.processes.entry import main as run_main  # before any Qt import: a run's processes never see Qt

        return run_main(given[1:])
    home = _plain_window(given)
    if home is not None:
        return _open_window(home or None)
    from app.cli import report_unexpected, run_verb
    from app.verbs.parser import make_parser

    parsed = make_parser().parse_args(given)
    if parsed.is_version_wanted:
        from importlib.metadata import version

        print(version("calque"))  # noqa: T201 - the answer that was asked for
        return 0
    if parsed.verb and not (parsed.verb == "sample" and not parsed.headless):
        report_unexpected(parsed)
        return run_verb(parsed)
    return _open_window(getattr(parsed, "home", None), theme=parsed.theme, trains_sample=parsed.verb == "sample")


def _plain_window(given: list[str]) -> str | None:
    """The home (or "") when nothing but a window is asked for, else None. What reads verbs and their options is then
    not loaded: it would be an eighth of the time to the first paint."""
    if not given:
        return ""
    is_home = len(given) == 2 and given[0] == "--home" and given[1] and not given[1].startswith("-")
    return given[1] if is_home else None


def _open_window(home: str | None, *, theme: str | None = None, trains_sample: bool = False) -> int:
    from app.display import display_problem

    problem = display_problem(os.environ)
    if problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    # Loading makes hundreds of thousands of objects that stay: searching them for garbage meanwhile is an eighth of
    # the start. `app.window` lets it be searched again, on its own thread.
    gc.disable()
    from app.window import run_window

    return run_window(home, theme=theme, trains_sample=trains_sample)


if __name__ == "__main__":
    sys.exit(main())
