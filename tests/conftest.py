"""What every test gets: a private home, no network, and failure on anything unexpected.

Python warnings and Qt messages fail a test through pyproject.toml; here unexpected log lines, leaked threads and
any attempt to reach the network do.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import fresh_registries

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

fresh_registries.install()

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def voc100() -> Path | None:
    """Real photographs with the same boxes in three formats, where this machine has them."""
    folder = SHARED_DATA / "voc100"
    return folder if folder.is_dir() else None


@pytest.fixture(scope="session")
def pages18c() -> Path | None:
    """Thirty real scanned pages in ALTO, where this machine has them."""
    folder = SHARED_DATA / "pages18c"
    return folder if folder.is_dir() else None


@pytest.fixture(scope="session")
def shared_cases() -> Path | None:
    """Small inputs in the shape that people brought, a folder each, where this machine has them."""
    folder = SHARED_DATA.parent / "cases"
    return folder if folder.is_dir() else None


class _UnexpectedLog(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.name}: {record.levelname}: {record.getMessage()}")


@pytest.fixture(autouse=True)
def fail_on_unexpected_log(request: pytest.FixtureRequest) -> Iterator[None]:
    """A warning or error in the log fails the test unless it reads `caplog`, i.e. expects it."""
    handler = _UnexpectedLog()
    logging.getLogger().addHandler(handler)
    yield
    logging.getLogger().removeHandler(handler)
    if handler.lines and "caplog" not in request.fixturenames:
        pytest.fail("unexpected log lines:\n" + "\n".join(handler.lines))


@pytest.fixture(autouse=True)
def fail_on_leaked_threads() -> Iterator[None]:
    """Every thread that a test starts ends with it."""
    before = set(threading.enumerate())
    yield
    deadline = time.monotonic() + 5
    while True:
        # Qt's pool threads show up as dummies once Python code ran on them; the pools are drained by their owners.
        leaked = [
            thread
            for thread in threading.enumerate()
            if thread not in before and thread.is_alive() and not isinstance(thread, threading._DummyThread)
        ]
        if not leaked:
            return
        if time.monotonic() > deadline:
            pytest.fail(f"leaked threads: {[thread.name for thread in leaked]}")
        time.sleep(0.02)


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing in Calque reaches for the network unless the person asked; in tests nobody asks."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        if self.family == socket.AF_UNIX:
            connect(self, address)  # type: ignore[arg-type]
            return
        raise AssertionError(f"a test tried to reach the network: {address!r}")

    monkeypatch.setattr(socket.socket, "connect", guarded)
