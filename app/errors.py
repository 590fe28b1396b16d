"""Where every error that nobody expected ends: in the log, and as a message in the window."""

from __future__ import annotations

import logging
import logging.handlers
import sys
import threading
import traceback
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QMessageLogContext, QObject, QtMsgType, Signal, qInstallMessageHandler

from app.jobs import message_of
from core.domain.messages import UserMessage

logger = logging.getLogger(__name__)

QT_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}
MAX_LOG_BYTES = 5_000_000


def set_up_logging(folder: Path) -> None:
    """A rotating file in `folder`; the console gets warnings only."""
    folder.mkdir(parents=True, exist_ok=True)
    file = logging.handlers.RotatingFileHandler(
        folder / "calque.log", maxBytes=MAX_LOG_BYTES, backupCount=2, encoding="utf-8"
    )
    file.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    console = logging.StreamHandler()
    console.setLevel(logging.WARNING)
    logging.basicConfig(level=logging.INFO, handlers=[file, console], force=True)


class ErrorHooks(QObject):
    """Installs the process's exception hooks; `error_raised` may come from any thread, so connect it queued."""

    error_raised = Signal(object)  # UserMessage

    def install(self) -> None:
        sys.excepthook = self._on_exception
        threading.excepthook = self._on_thread_exception
        qInstallMessageHandler(self._on_qt_message)

    def _on_exception(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        logger.critical("Unexpected error", exc_info=(kind, error, trace))
        self.error_raised.emit(message_of(error))

    def _on_thread_exception(self, arguments: threading.ExceptHookArgs) -> None:
        if arguments.exc_value is not None:
            self._on_exception(arguments.exc_type, arguments.exc_value, arguments.exc_traceback)

    def _on_qt_message(self, kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
        if "propagateSizeHints" in text:
            return  # the offscreen platform says so of every window
        level = QT_LEVELS.get(kind, logging.WARNING)
        logging.getLogger("qt").log(level, "%s", text)
        if kind == QtMsgType.QtFatalMsg:
            self.error_raised.emit(
                UserMessage("Qt reported a fatal error.", details=text + "\n" + "".join(traceback.format_stack()))
            )
