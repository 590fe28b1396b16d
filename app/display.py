"""Whether a window can open here, asked before Qt is loaded: Qt itself ends the process, with a guess at the cause."""

from __future__ import annotations

import ctypes
import os
import re
import sys
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path

WITHOUT = "Calque's verbs need no window: calque --help."
# Library, its package on Debian and Ubuntu, on Fedora: what Qt's windows need beyond the C library.
PACKAGES = {
    "libEGL.so.1": ("libegl1", "libglvnd-egl"),
    "libGL.so.1": ("libgl1", "libglvnd-glx"),
    "libX11.so.6": ("libx11-6", "libX11"),
    "libX11-xcb.so.1": ("libx11-xcb1", "libX11-xcb"),
    "libdbus-1.so.3": ("libdbus-1-3", "dbus-libs"),
    "libfontconfig.so.1": ("libfontconfig1", "fontconfig"),
    "libfreetype.so.6": ("libfreetype6", "freetype"),
    "libglib-2.0.so.0": ("libglib2.0-0", "glib2"),
    "libxcb.so.1": ("libxcb1", "libxcb"),
    "libxcb-cursor.so.0": ("libxcb-cursor0", "xcb-util-cursor"),
    "libxcb-icccm.so.4": ("libxcb-icccm4", "xcb-util-wm"),
    "libxcb-image.so.0": ("libxcb-image0", "xcb-util-image"),
    "libxcb-keysyms.so.1": ("libxcb-keysyms1", "xcb-util-keysyms"),
    "libxcb-randr.so.0": ("libxcb-randr0", "libxcb"),
    "libxcb-render.so.0": ("libxcb-render0", "libxcb"),
    "libxcb-render-util.so.0": ("libxcb-render-util0", "xcb-util-renderutil"),
    "libxcb-shape.so.0": ("libxcb-shape0", "libxcb"),
    "libxcb-shm.so.0": ("libxcb-shm0", "libxcb"),
    "libxcb-sync.so.1": ("libxcb-sync1", "libxcb"),
    "libxcb-util.so.1": ("libxcb-util1", "xcb-util"),
    "libxcb-xfixes.so.0": ("libxcb-xfixes0", "libxcb"),
    "libxcb-xkb.so.1": ("libxcb-xkb1", "libxcb"),
    "libxkbcommon.so.0": ("libxkbcommon0", "libxkbcommon"),
    "libxkbcommon-x11.so.0": ("libxkbcommon-x11-0", "libxkbcommon-x11"),
}

Load = Callable[[str], object]


def display_problem(environment: Mapping[str, str], *, platform: str = sys.platform, load: Load = ctypes.CDLL) -> str:
    """Why no window can open here and what to do, "" when one can, as far as this can be known without Qt."""
    named = environment.get("QT_QPA_PLATFORM", "").partition(":")[0].partition(";")[0]
    if not platform.startswith("linux") or named not in ("", "xcb", "wayland"):
        return ""
    has_wayland = bool(environment.get("WAYLAND_DISPLAY"))
    if not has_wayland and not environment.get("DISPLAY"):
        return (
            "Calque's window cannot open: there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set). "
            f"Start it on a desktop, or through “ssh -X”. {WITHOUT}"
        )
    if has_wayland and named != "xcb" and not _missing("libqwayland.so", load):
        return ""
    missing = _missing("libqxcb.so", load)
    if missing:
        return _missing_words(missing)
    display = environment.get("DISPLAY", "")
    return "" if has_wayland or _can_connect(display, load) else _unreachable_words(display)


def _missing(plugin: str, load: Load) -> tuple[str, ...]:
    """The libraries that Qt's plug-in for the display lacks, by their names; () when it can be loaded."""
    try:
        load(str(_platforms() / plugin))
        return ()
    except OSError as error:
        first = _library(str(error)) or plugin
    return tuple(dict.fromkeys((first, *(name for name in PACKAGES if not _is_there(name, load)))))


def _platforms() -> Path:
    spec = find_spec("PySide6")
    assert spec is not None and spec.origin is not None  # a dependency of ours
    return Path(spec.origin).parent / "Qt" / "plugins" / "platforms"


def _library(error: str) -> str:
    """The name in "libxcb-cursor.so.0: cannot open shared object file", where the loader says it in front."""
    found = re.match(r"(?:.*/)?([^/:\s]+\.so[.\d]*): ", error)
    return found.group(1) if found else ""


def _is_there(library: str, load: Load) -> bool:
    try:
        load(library)
    except OSError:
        return False
    return True


def _missing_words(missing: tuple[str, ...]) -> str:
    known = [PACKAGES[name] for name in missing if name in PACKAGES]
    what = "the library" if len(missing) == 1 else "the libraries"
    text = f"Calque's window cannot open: this computer lacks {what} {', '.join(missing)}."
    if known:
        debian, fedora = (" ".join(dict.fromkeys(pair[side] for pair in known)) for side in (0, 1))
        text += f" Install what holds them: “sudo apt install {debian}” (Debian, Ubuntu)"
        text += f" or “sudo dnf install {fedora}” (Fedora)."
    else:
        text += " Install the package of your system that holds it."
    return f"{text} {WITHOUT}"


def _can_connect(display: str, load: Load) -> bool:
    """Whether the X server of that name lets us in, asked as Qt will ask it."""
    xcb = load("libxcb.so.1")
    assert isinstance(xcb, ctypes.CDLL)
    xcb.xcb_connect.restype = ctypes.c_void_p
    connection = ctypes.c_void_p(xcb.xcb_connect(os.fsencode(display), None))
    is_bad = bool(xcb.xcb_connection_has_error(connection))
    xcb.xcb_disconnect(connection)
    return not is_bad


def _unreachable_words(display: str) -> str:
    return (
        f"Calque's window cannot open: the display “{display}” (DISPLAY) does not answer or does not let this user in. "
        f"Start it on a desktop, or through “ssh -X”. {WITHOUT}"
    )
