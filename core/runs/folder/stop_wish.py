"""The parent's wish to stop or to kill a run, as a file in its folder. Light: the warden imports it."""

from __future__ import annotations

from enum import StrEnum

from core.files.durable import read_json, write_json
from core.runs.folder.layout import RunLayout


class StopWish(StrEnum):
    NONE = ""
    KEEP = "keep"  # end soon, keep the best
    KILL = "kill"


def read_stop(layout: RunLayout) -> StopWish:
    """A file that cannot be understood still means: stop."""
    if not layout.stop_file.exists():
        return StopWish.NONE
    mode = (read_json(layout.stop_file) or {}).get("mode")
    return StopWish.KILL if mode == StopWish.KILL else StopWish.KEEP


def write_stop(layout: RunLayout, wish: StopWish) -> None:
    write_json(layout.stop_file, {"mode": wish.value})


def clear_stop(layout: RunLayout) -> None:
    layout.stop_file.unlink(missing_ok=True)
