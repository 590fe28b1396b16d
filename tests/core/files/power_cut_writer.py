"""Writes without end into a folder, and says on standard output what it holds for safe, a line each.

python power_cut_writer.py FOLDER registry|file|publication|events|everything [LOST]

LOST is a number: of each step that fsync is left out. For the registry it leaves out the one of every commit.
"""

from __future__ import annotations

import os
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from core.files.durable import write_json
from core.models.publish import Published, publish
from core.registry.database import Registry
from core.registry.stores import models, projects
from core.runs.folder.layout import RunLayout
from core.runs.story.event_log import EventWriter
from core.runs.story.events import Log

MOST_PAUSE_S = 0.01  # after each step: a cut there finds what the last step had to make safe


class Writer:
    def __init__(self, folder: Path, lost: int) -> None:
        self._folder = folder
        self._lost = lost
        self._n_synced = 0
        self._registry = Registry(folder / "registry.db", folder / "backups")
        self._registry.open()
        self._events: EventWriter | None = None
        real = os.fsync

        def fsync(handle: int) -> None:
            self._n_synced += 1
            if self._n_synced != self._lost:
                real(handle)

        os.fsync = fsync

    def run(self, what: str) -> None:
        steps: dict[str, Callable[[int], str]] = {
            "registry": self._commit,
            "file": self._replace,
            "publication": lambda number: self._publish(number).content_sha256,
            "events": self._append,
            "everything": self._version,
        }
        number = 0
        while True:
            number += 1
            self._n_synced = 0
            print(steps[what](number), flush=True)
            time.sleep(random.uniform(0, MOST_PAUSE_S))

    def _commit(self, number: int) -> str:
        with self._registry.write(durable=not self._lost) as session:
            projects.insert_project(session, name=f"p{number}", root=self._folder)
        return str(number)

    def _replace(self, number: int) -> str:
        write_json(self._folder / "state.json", {"number": number, "filling": "x" * 20_000})
        return str(number)

    def _publish(self, number: int) -> Published:
        weights = self._folder / "work.safetensors"
        save_file({"layer": np.full((90, 90), number, np.float32)}, weights)
        return publish(weights=weights, model={"number": number}, store=self._folder / "models", card=f"# {number}\n")

    def _append(self, number: int) -> str:
        if self._events is None:
            layout = RunLayout(self._folder / "run")
            layout.ensure()
            self._events = EventWriter(layout, 1)
        self._events.write(Log("said" * 50), must=True)
        return str(number)

    def _version(self, number: int) -> str:
        """As an import does it: the files, then all rows in one commit; and an event and a file beside."""
        published = self._publish(number)
        with self._registry.write(durable=True) as session:
            project = projects.insert_project(session, name=f"p{number}", root=self._folder)
            model = models.insert_model(session, project=project, name="m", task="detection", categories=("line",))
            version = models.insert_version(session, model=model.id, worker="w", worker_version="1")
            models.publish_version(
                session,
                version.id,
                folder=published.folder,
                content_sha256=published.content_sha256,
                weights_sha256=published.weights_sha256,
                architecture="a",
                headline=None,
                duration_s=None,
                is_partial=False,
            )
        self._append(number)
        self._replace(number)
        return f"{number} {version.id}"


if __name__ == "__main__":
    Writer(Path(sys.argv[1]), int(sys.argv[3]) if len(sys.argv) > 3 else 0).run(sys.argv[2])
