"""Where things lie in a run's folder. Light: the warden imports it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class RunLayout:
    """The folder of one run. Each file has one writer, named beside it."""

    folder: Path

    @property
    def home(self) -> Path:
        """Calque's, in which this folder lies."""
        return self.folder.parent.parent

    @property
    def request_file(self) -> Path:
        """What to do; the parent, once."""
        return self.folder / "request.json"

    @property
    def title_file(self) -> Path:
        """What a person called it since, and wrote about it; the parent, at each change."""
        return self.folder / "title.json"

    @property
    def attempts_file(self) -> Path:
        """The attempts asked for, and where each resumes; the parent, before each further attempt."""
        return self.folder / "attempts.json"

    @property
    def events_file(self) -> Path:
        """What happened, line by line; the child only. Opened by `core.runs.story.event_log` alone."""
        return self.folder / "events.jsonl"

    @property
    def curves_file(self) -> Path:
        """The curves as columns, to be read faster than the events, which are the truth; the child only."""
        return self.folder / "curves.bin"

    @property
    def stop_file(self) -> Path:
        """The wish to stop or to kill; the parent."""
        return self.folder / "stop"

    @property
    def pins_file(self) -> Path:
        """The images that are looked at after every evaluation, where a person chose them; the parent."""
        return self.folder / "pins.json"

    @property
    def looks(self) -> Path:
        """What the network predicted on them, a pack an evaluation; the child."""
        return self.artifacts / "live"

    @property
    def exit_file(self) -> Path:
        """How the child's process ended; the warden."""
        return self.folder / "exit.json"

    @property
    def log_file(self) -> Path:
        """Raw output of the child and everything below it."""
        return self.folder / "log.txt"

    @property
    def old_log_file(self) -> Path:
        """The raw output before the last rotation."""
        return self.folder / "log.1.txt"

    @property
    def lock_file(self) -> Path:
        """Locked while a process works on the run; says which. The warden."""
        return self.folder / "lock"

    @property
    def reserve_file(self) -> Path:
        """Room that is given up when the disk is full, so that the end of the run can still be written."""
        return self.folder / "reserve"

    @property
    def checkpoints(self) -> Path:
        return self.folder / "checkpoints"

    @property
    def artifacts(self) -> Path:
        return self.folder / "artifacts"

    @property
    def work(self) -> Path:
        """Scratch space: the run-private image tree, the engine's own files."""
        return self.folder / "work"

    def ensure(self) -> None:
        """Make the folders, readable by nobody else."""
        for folder in (self.folder, self.checkpoints, self.artifacts, self.work):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def device_lock_file(devices: Path, device: str) -> Path:
    """The lock of "cpu" or "cuda:0" among the home's device locks."""
    return devices / f"{device.replace(':', '-')}.lock"
