#!/usr/bin/env python3
"""The two commands of the README, with nothing but Python 3.11+ on the machine.

    python3 packaging/dev.py sample    make the environment, then train on the sample project and show the result
    python3 packaging/dev.py test      make the environment, then run the test suite (further arguments go to pytest)
    python3 packaging/dev.py env       make the environment only
    python3 packaging/dev.py lock      write packaging/requirements.lock anew from pyproject.toml (needs uv)

The environment is `.venv` of the checkout, made from `packaging/requirements.lock`: exact versions with hashes.
uv does it when it is on the PATH, else venv and pip. Standard library only.
"""

from __future__ import annotations

import ctypes.util
import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
LOCK = ROOT / "packaging" / "requirements.lock"
STAMP = VENV / "calque-environment"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
MINIMUM = (3, 11)

# What Qt, OpenCV and the fonts of a page need beyond Python's wheels: library -> Debian package.
LINUX_LIBRARIES = {
    "EGL": "libegl1",
    "GL": "libgl1",
    "dbus-1": "libdbus-1-3",
    "fontconfig": "libfontconfig1",
    "xkbcommon": "libxkbcommon0",
    "glib-2.0": "libglib2.0-0",
}
# What a real window under X11 needs on top; a machine without a screen does without.
X11_LIBRARIES = {
    "xkbcommon-x11": "libxkbcommon-x11-0",
    "xcb-cursor": "libxcb-cursor0",
    "xcb-icccm": "libxcb-icccm4",
    "xcb-image": "libxcb-image0",
    "xcb-keysyms": "libxcb-keysyms1",
    "xcb-randr": "libxcb-randr0",
    "xcb-render-util": "libxcb-render-util0",
    "xcb-shape": "libxcb-shape0",
    "xcb-xkb": "libxcb-xkb1",
}
FONT_FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".local/share/fonts")


class SetupError(Exception):
    """Something that this script cannot do by itself; the text says what to do."""


def say(text: str) -> None:
    print(f"[calque] {text}", file=sys.stderr, flush=True)


def has_screen() -> bool:
    if os.name == "nt" or sys.platform == "darwin":
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


# --- system libraries ------------------------------------------------------------------------------------------


def missing_packages() -> list[str]:
    """Debian packages whose library is not on this machine; empty on systems other than Linux."""
    if not sys.platform.startswith("linux"):
        return []
    wanted = dict(LINUX_LIBRARIES)
    if os.environ.get("DISPLAY"):
        wanted |= X11_LIBRARIES
    missing = [package for library, package in wanted.items() if ctypes.util.find_library(library) is None]
    has_font = any(next(folder.rglob("*.[to]t[fc]"), None) for folder in FONT_FOLDERS if folder.is_dir())
    return missing if has_font else [*missing, "fonts-dejavu-core"]


def ensure_system_libraries() -> None:
    """Install what is missing with apt where that is allowed, else say exactly what is missing."""
    missing = missing_packages()
    if not missing:
        return
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        raise SetupError(
            "These system libraries are missing: " + ", ".join(missing) + ".\n"
            "Install them (Debian and Ubuntu: sudo apt-get install " + " ".join(missing) + ") and run this again."
        )
    say("installing system libraries: " + ", ".join(missing))
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run([apt, "update", "-qq"], env=environment, stdout=sys.stderr, check=False)
    install = [apt, "install", "-y", "-qq", "--no-install-recommends", *missing]
    done = subprocess.run(install, env=environment, stdout=sys.stderr, check=False)
    still = missing_packages()
    if done.returncode or still:
        raise SetupError("apt-get could not install: " + ", ".join(still or missing) + ". Its messages stand above.")


# --- the environment -------------------------------------------------------------------------------------------


def fingerprint() -> str:
    """What the environment was made from: when it changes, the environment is brought up to date."""
    digest = hashlib.sha256()
    for file in (LOCK, ROOT / "pyproject.toml"):
        digest.update(file.read_bytes())
    digest.update(f"{sys.version_info[:2]}{ROOT}".encode())
    return digest.hexdigest()


def run(command: list[str | Path], **environment: str) -> None:
    done = subprocess.run(
        [str(part) for part in command], cwd=ROOT, env=os.environ | environment, stdout=sys.stderr, check=False
    )
    if done.returncode:
        raise SetupError(f"this command failed with {done.returncode}: {' '.join(map(str, command))}")


def ensure_environment() -> None:
    """Make `.venv`, or bring it up to date; does nothing when it fits."""
    if STAMP.is_file() and STAMP.read_text(encoding="utf-8") == fingerprint() and PYTHON.exists():
        return
    started = time.monotonic()
    say("making the environment in .venv (about 6 GB the first time; PyTorch is the larger part)")
    STAMP.unlink(missing_ok=True)
    uv = shutil.which("uv")
    if uv:
        make_with_uv(uv)
    else:
        make_with_pip()
    STAMP.write_text(fingerprint(), encoding="utf-8")
    say(f"the environment is ready ({time.monotonic() - started:.0f} s)")


def make_with_uv(uv: str) -> None:
    if not PYTHON.exists():
        run([uv, "venv", "--python", sys.executable, VENV])
    install = [uv, "pip", "install", "--python", PYTHON]
    run([*install, "--require-hashes", "-r", LOCK])
    run([*install, "--no-deps", "--no-build-isolation", "-e", "."])


def make_with_pip() -> None:
    if not PYTHON.exists():
        import venv

        try:
            venv.EnvBuilder(with_pip=True, clear=True).create(VENV)
        except (OSError, subprocess.CalledProcessError) as error:
            raise SetupError(
                f"the virtual environment could not be made ({error}). "
                "On Debian and Ubuntu: apt-get install python3-venv"
            ) from error
    if subprocess.run([str(PYTHON), "-m", "pip", "--version"], capture_output=True, check=False).returncode:
        run([PYTHON, "-m", "ensurepip", "--upgrade"])
    install = [PYTHON, "-m", "pip", "install", "--disable-pip-version-check", "--progress-bar", "off", "-q"]
    run([*install, "--require-hashes", "-r", LOCK])
    run([*install, "--no-deps", "--no-build-isolation", "-e", "."])


# --- the commands ----------------------------------------------------------------------------------------------


def sample(arguments: list[str]) -> int:
    ensure_system_libraries()
    ensure_environment()
    extra = [] if has_screen() else ["--headless"]
    return subprocess.run([str(BIN / "calque"), "sample", *extra, *arguments], cwd=ROOT, check=False).returncode


def test(arguments: list[str]) -> int:
    ensure_system_libraries()
    ensure_environment()
    # Tests draw off screen whatever the machine has, so that they are the same everywhere and nothing pops up.
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    # The whole suite uses every core; a chosen part (benchmarks, long tests, one file) runs as it is asked for.
    spread = [] if arguments else ["-n", "auto", "--dist", "worksteal"]
    command = [str(PYTHON), "-m", "pytest", *spread, *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


def environment_only(arguments: list[str]) -> int:
    if arguments:
        raise SetupError(f"env takes no arguments, got: {' '.join(arguments)}")
    ensure_system_libraries()
    ensure_environment()
    return 0


def lock(arguments: list[str]) -> int:
    uv = shutil.which("uv")
    if uv is None:
        raise SetupError("uv is needed to write the lock: python3 -m pip install uv")
    command = [uv, "pip", "compile", "pyproject.toml", "--extra", "export", "--group", "dev", "--universal"]
    command += ["--python-version", "3.11", "--generate-hashes", "--no-header", "--no-emit-index-url"]
    command += ["--no-emit-find-links", "--quiet"]
    run([*command, "-o", LOCK, *arguments])
    return 0


COMMANDS = {"sample": sample, "test": test, "env": environment_only, "lock": lock}


def main() -> int:
    if sys.version_info < MINIMUM:
        print(f"Calque needs Python 3.11 or newer; this is {sys.version.split()[0]}.", file=sys.stderr)
        return 2
    if len(sys.argv) < 2 or sys.argv[1] not in COMMANDS:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        return COMMANDS[sys.argv[1]](sys.argv[2:])
    except SetupError as error:
        say(str(error))
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
