"""Where a process of a run begins.

`python -m core.runs.processes.entry FOLDER ...`, or `calque --run-child FOLDER ...` frozen.

Nothing heavy is imported before it is known which of the five (warden, child, device probe, timing, trying) this
process is.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import cast

from core.runs.processes.launch import CHILD_FLAG, LOCKS_FLAG, PROBE_FLAG, TIMING_FLAG, TRYING_FLAG

NICENESS = 10
TRYING_NICENESS = 15  # runs go before what is only tried
TIMING = "core.training.child.timing:print_batch_time"  # by name: trainings stand above runs
TRYING = "core.trying.child:answer_questions"


def main(arguments: Sequence[str]) -> int:
    """`arguments` are what follows the program's (or `--run-child`'s) name; returns the exit code."""
    if arguments[0] == PROBE_FLAG:
        from core.runs.processes.device_probe import print_devices

        print_devices()
        return 0
    if arguments[0] == TIMING_FLAG:
        from core.runs.kinds import load_attribute

        _give_way()
        cast(Callable[[Path], None], load_attribute(TIMING))(Path(arguments[1]))
        return 0
    if arguments[0] == TRYING_FLAG:
        from core.runs.kinds import load_attribute

        _give_way(TRYING_NICENESS)
        cast(Callable[[Path], None], load_attribute(TRYING))(Path(arguments[1]))
        return 0
    folder, flags = Path(arguments[0]), arguments[1:]
    if flags and flags[0] == CHILD_FLAG:
        from core.runs.processes.child import leave, run_child

        _give_way()
        code = run_child(folder)
        leave(code)
        return code
    from core.runs.processes.warden import run_warden

    return run_warden(folder, flags[1:] if flags and flags[0] == LOCKS_FLAG else ())


def _give_way(niceness: int = NICENESS) -> None:
    """A run takes what others leave of the processor: the window, and whatever else the person does, go first."""
    if hasattr(os, "nice"):
        with contextlib.suppress(OSError):
            os.nice(niceness)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
