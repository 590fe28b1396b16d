"""Loaded by every Python that has this folder on its path: a run's child kills itself at a moment that a test names.

CALQUE_TEST_KILL is "events:N" or "files:N": after the N-th event, or before the N-th touch of a file in the store,
since the publication began; or "stored:1": when the version is stored and nobody was told.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

WHAT, _, NUMBER = os.environ.get("CALQUE_TEST_KILL", "").partition(":")
TOUCHES = ("open", "os.rename", "os.link", "os.mkdir", "os.chmod", "os.rmdir", "os.remove")


def _arm() -> None:
    from core.runs.story.event_log import EventWriter
    from core.runs.story.events import StageChanged

    count = 0
    has_begun = False
    write = EventWriter.write

    def hit() -> None:
        nonlocal count
        count += 1
        if count == int(NUMBER):
            os.kill(os.getpid(), signal.SIGKILL)

    def write_and_die(self: EventWriter, body: Any, *, must: bool = False) -> bool:
        nonlocal has_begun
        if WHAT == "stored" and getattr(body, "topic", "") == "published":
            hit()
        done = write(self, body, must=must)
        has_begun |= isinstance(body, StageChanged) and body.stage == "publish"
        if has_begun and WHAT == "events":
            hit()
        return done

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        if has_begun and WHAT == "files" and event in TOUCHES and f"{os.sep}models{os.sep}" in str(arguments[:2]):
            hit()

    EventWriter.write = write_and_die  # type: ignore[method-assign]
    sys.addaudithook(watch)


if WHAT and "--child" in sys.orig_argv:
    _arm()
