"""One window a home: a second start raises the first window and leaves.

A lock decides who is first, also of two that start at the same moment; through a local socket beside it the second
raises the first. Both lie in a folder that is this user's alone: where anybody may make files, anybody could be first
to take the name. They die with the process, so a crash leaves nothing that would keep the next start out. The registry
itself allows several programs (the command line works beside the window); this is about people not getting two windows
on the same runs, so where nothing can be told of others the window opens.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import logging
import os
import stat
import sys
import tempfile
import time
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from core.files.locks import try_lock

logger = logging.getLogger(__name__)

ANSWER_MS = 500
LISTEN_S = 2.0
"""How long the first may take from its lock to its socket."""


def own_folder() -> Path:
    """Of this user and closed to all others: the session's, else one in the folder for temporary files.

    Raises OSError when somebody else has taken its place.
    """
    session = Path(os.environ.get("XDG_RUNTIME_DIR") or os.devnull)
    if _is_own(session):
        return session
    folder = Path(tempfile.gettempdir(), f"calque-{os.getuid()}")
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    if not _is_own(folder):
        raise PermissionError(errno.EPERM, "This folder is open to others, or somebody else's", str(folder))
    return folder


def _is_own(folder: Path) -> bool:
    try:
        facts = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(facts.st_mode) and facts.st_uid == os.getuid() and not facts.st_mode & 0o077


class SingleInstance(QObject):
    raise_requested = Signal()

    def __init__(self, home: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        name = "calque-" + hashlib.sha256(str(home.resolve()).encode("utf-8", "surrogateescape")).hexdigest()[:24]
        self._name = name
        if sys.platform != "win32":
            try:
                self._name = str(own_folder() / name)
            except OSError as error:
                self._name = ""
                logger.warning("Nothing can be told of other windows on this home: %s", error)
        self._handle: int | None = None
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._on_connection)

    def claim(self) -> bool:
        """True when this process is the one window, as far as can be told; False when another was raised instead."""
        if not self._name:
            return True
        if not self._is_first():
            until = time.monotonic() + LISTEN_S
            while not self._knock() and time.monotonic() < until:
                time.sleep(0.02)
            return False
        if self._knock():
            return False
        QLocalServer.removeServer(self._name)  # what a crash left behind; nobody answered on it
        if not self._server.listen(self._name):
            logger.warning("A second start cannot raise this window: %s", self._server.errorString())
        return True

    def release(self) -> None:
        self._server.close()
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def _is_first(self) -> bool:
        """On Windows the system itself keeps a second from listening."""
        if sys.platform == "win32":
            return True
        try:
            self._handle = try_lock(Path(f"{self._name}.lock"))
        except OSError as error:
            logger.warning("Two windows may open on this home: %s", error)
            return True
        return self._handle is not None

    def _knock(self) -> bool:
        """Whether a window answered, which raises it."""
        socket = QLocalSocket()
        socket.connectToServer(self._name)
        is_answered = socket.waitForConnected(ANSWER_MS)
        if is_answered:
            socket.disconnectFromServer()
        return is_answered

    def _on_connection(self) -> None:
        connection = self._server.nextPendingConnection()
        connection.disconnected.connect(connection.deleteLater)
        self.raise_requested.emit()
