"""One window a home: a second start raises the first window and leaves.

A local socket in the home's name, in a folder that is this user's alone: where anybody may make files, anybody could
be first to take the name. The name dies with the process, so a crash leaves nothing that would keep the next start out.
The registry itself allows several programs (the command line works beside the window); this is about people not getting
two windows on the same runs.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import stat
import sys
import tempfile
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

ANSWER_MS = 500


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
        name = "calque-" + hashlib.sha256(str(home).encode("utf-8", "surrogateescape")).hexdigest()[:24]
        self._name = name if sys.platform == "win32" else str(own_folder() / name)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._on_connection)

    def claim(self) -> bool:
        """True when this process is the one window; False when another was raised instead."""
        socket = QLocalSocket()
        socket.connectToServer(self._name)
        if socket.waitForConnected(ANSWER_MS):
            socket.disconnectFromServer()
            return False
        QLocalServer.removeServer(self._name)  # what a crash left behind; nobody answered on it
        return self._server.listen(self._name)

    def release(self) -> None:
        self._server.close()

    def _on_connection(self) -> None:
        connection = self._server.nextPendingConnection()
        connection.disconnected.connect(connection.deleteLater)
        self.raise_requested.emit()
