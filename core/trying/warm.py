"""The parent's side of a warm process: asked one picture at a time, ended when it hangs or nobody needs it."""

from __future__ import annotations

import json
import os
import queue
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from core.errors import CalqueError, RunError, WorkerError
from core.runs.processes.launch import Answering, end_answering, release_answering, start_answering
from core.trying.child import MARK

START_S, ANSWER_S = 120.0, 120.0  # a method's libraries on a cold disk; an enormous picture on a slow processor


class WarmProcess:
    """Of one version on one device. Used by one thread at a time, but `close`, which any may call."""

    def __init__(self, setup: Mapping[str, Any], environment: Mapping[str, str], folder: Path) -> None:
        """`folder` is its own, and goes with it. Raises RunError when it cannot be started."""
        self._folder = folder
        file = folder / "setup.json"
        file.write_text(json.dumps(setup), encoding="utf-8")
        self._answering: Answering = start_answering(file, environment)
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._is_ready = False
        self._is_closed = False
        self._closing = threading.Lock()
        self._reader = threading.Thread(target=self._read, name="trying", daemon=True)
        self._reader.start()

    @property
    def is_alive(self) -> bool:
        return not self._is_closed and self._answering.process.poll() is None

    @property
    def pid(self) -> int:
        return self._answering.process.pid

    def ask(self, question: Mapping[str, Any], check: Callable[[], None], *, timeout_s: float = ANSWER_S) -> Any:
        """The answer. `check` is called meanwhile, and may raise to give up; then, and when it hangs, the process is
        ended. Raises WorkerError for what it says of the picture, RunError when it ends or hangs."""
        try:
            if not self._is_ready:
                self._answer(START_S, check)
                self._is_ready = True
            self._write(question)
            return self._answer(timeout_s, check)
        except _Said as said:
            raise said.error from None
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        with self._closing:
            if self._is_closed:
                return
            self._is_closed = True
            end_answering(self._answering)
            self._reader.join(5)
            release_answering(self._answering)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _write(self, question: Mapping[str, Any]) -> None:
        stream = self._answering.process.stdin
        assert stream is not None
        try:
            stream.write(json.dumps(question).encode() + b"\n")
            stream.flush()
        except OSError as error:
            raise self._ended() from error

    def _answer(self, timeout_s: float, check: Callable[[], None]) -> Any:
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            check()
            try:
                line = self._lines.get(timeout=0.05)
            except queue.Empty:
                continue
            if line is None:
                raise self._ended()
            answer = json.loads(line)
            if "error" in answer:
                raise _Said(WorkerError(answer["error"], hint=answer["hint"], code=answer["code"]))
            return answer
        raise RunError(
            f"The model did not answer within {timeout_s:g} seconds; its process was ended.",
            hint="Try again, or try a smaller picture.",
        )

    def _ended(self) -> CalqueError:
        code = self._answering.process.poll()
        last = next((line for line in reversed(self._answering.errors().splitlines()) if line.strip()), "")
        how = f"exit code {code}" if code is not None and code >= 0 else "it was ended by the system or by you"
        return RunError(
            f"The process that tries the model has ended ({how}). {last}".strip(),
            hint="Try again; it is started anew. If the memory is full, close other programs.",
        )

    def _read(self) -> None:
        stream = self._answering.process.stdout
        assert stream is not None
        for raw in stream:
            line = raw.decode("utf-8", "replace").strip()
            if line.startswith(MARK):
                self._lines.put(line.removeprefix(MARK))
        self._lines.put(None)


class _Said(Exception):  # noqa: N818 - an answer, not a fault of the process
    def __init__(self, error: WorkerError) -> None:
        super().__init__(error.text)
        self.error = error


def new_folder(parent: Path) -> Path:
    parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(prefix=f"try-{os.getpid()}-", dir=parent))
