"""Whether the person has asked the system for less motion on the screen."""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import QSettings


def wants_less_motion() -> bool:
    """As Windows, macOS, GNOME or KDE says; False where nothing can be found out."""
    if sys.platform == "win32":
        return _windows()
    if sys.platform == "darwin":
        value = QSettings("com.apple.universalaccess", "").value("reduceMotion", 0)
        return str(value).lower() in ("1", "true")
    return _kde() or _portal()


def _windows() -> bool:
    import ctypes

    get_client_area_animation = 0x1042
    has_animation = ctypes.c_int(1)
    # Looked up by name: the type checker of another system knows no windll.
    windll = getattr(ctypes, "windll", None)
    if windll is not None:
        windll.user32.SystemParametersInfoW(get_client_area_animation, 0, ctypes.byref(has_animation), 0)
    return not has_animation.value


def _kde() -> bool:
    path = Path.home() / ".config" / "kdeglobals"
    if not path.is_file():
        return False
    factor = QSettings(str(path), QSettings.Format.IniFormat).value("KDE/AnimationDurationFactor", "1")
    return str(factor) in ("0", "0.0")


def _portal() -> bool:
    """GNOME's switch, through the desktop portal; a portal that does not answer at once is not waited for."""
    from PySide6.QtDBus import QDBus, QDBusConnection, QDBusMessage

    bus = QDBusConnection.sessionBus()
    if not bus.isConnected():
        return False
    call = QDBusMessage.createMethodCall(
        "org.freedesktop.portal.Desktop",
        "/org/freedesktop/portal/desktop",
        "org.freedesktop.portal.Settings",
        "ReadOne",
    )
    call.setArguments(["org.gnome.desktop.interface", "enable-animations"])
    reply = bus.call(call, QDBus.CallMode.Block, 200)
    answers = reply.arguments() if reply.type() == QDBusMessage.MessageType.ReplyMessage else []
    return bool(answers) and answers[0] is False
