#!/usr/bin/env python3
"""The two commands of the README, with nothing but Python 3.11+ on the machine.

    python3 packaging/dev.py sample    make the environment, then train on the sample project and show the result
    python3 packaging/dev.py test      make the environment, then run the test suite (further arguments go to pytest)
    python3 packaging/dev.py env       make the environment only
    python3 packaging/dev.py oracles   make that, and the environment of the programs that tests ask for their opinion
    python3 packaging/dev.py lock      write both locks anew from pyproject.toml and packaging/oracles.in (needs uv)

The environment is `.venv` of the checkout, made from `packaging/requirements.lock`: exact versions with hashes.
uv does it when it is on the PATH, else venv and pip. Standard library only.

`.venv-oracles` holds other programs that read and write the formats Calque does (`packaging/oracles.lock`), apart
from `.venv` since they must neither change its versions nor be imported by Calque. What they share with it (numpy,
PyTorch, OpenCV) they take from there.
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
ORACLES = ROOT / ".venv-oracles"
ORACLES_LIST = ROOT / "packaging" / "oracles.in"
ORACLES_LOCK = ROOT / "packaging" / "oracles.lock"
ORACLES_STAMP = ORACLES / "calque-environment"
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


def fingerprint(*files: Path) -> str:
    """What an environment was made from: when it changes, the environment is brought up to date."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
    digest.update(f"{sys.version_info[:2]}{ROOT}".encode())
    return digest.hexdigest()


def python_of(environment: Path) -> Path:
    return environment / BIN.name / PYTHON.name


def run(command: list[str | Path], **environment: str) -> None:
    done = subprocess.run(
        [str(part) for part in command], cwd=ROOT, env=os.environ | environment, stdout=sys.stderr, check=False
    )
    if done.returncode:
        raise SetupError(f"this command failed with {done.returncode}: {' '.join(map(str, command))}")


def ensure_environment() -> None:
    """Make `.venv`, or bring it up to date; does nothing when it fits."""
    wanted = fingerprint(LOCK, ROOT / "pyproject.toml")
    if STAMP.is_file() and STAMP.read_text(encoding="utf-8") == wanted and PYTHON.exists():
        return
    started = time.monotonic()
    say("making the environment in .venv (about 6 GB the first time; PyTorch is the larger part)")
    STAMP.unlink(missing_ok=True)
    install(VENV, "--require-hashes", "-r", LOCK)
    install(VENV, "--no-deps", "--no-build-isolation", "-e", ".")
    STAMP.write_text(wanted, encoding="utf-8")
    say(f"the environment is ready ({time.monotonic() - started:.0f} s)")


def ensure_oracles() -> None:
    """Make `.venv-oracles`, or bring it up to date; does nothing when it fits. `.venv` is there already."""
    wanted = fingerprint(ORACLES_LOCK, LOCK)
    python = python_of(ORACLES)
    if ORACLES_STAMP.is_file() and ORACLES_STAMP.read_text(encoding="utf-8") == wanted and python.exists():
        return
    started = time.monotonic()
    say("making the environment of the oracles in .venv-oracles (about 250 MB)")
    ORACLES_STAMP.unlink(missing_ok=True)
    install(ORACLES, "--no-deps", "--only-binary", ":all:", "--require-hashes", "-r", ORACLES_LOCK)
    # A folder named so is searched after the oracles' own, and `.pth` files in it are not followed: what is
    # installed in `.venv` is shared, Calque itself (installed there by such a file) is not seen.
    (packages_of(python) / "shared-with-calque.pth").write_text(f"{packages_of(PYTHON)}\n", encoding="utf-8")
    ORACLES_STAMP.write_text(wanted, encoding="utf-8")
    say(f"the oracles are ready ({time.monotonic() - started:.0f} s)")


def packages_of(python: Path) -> Path:
    command = [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    return Path(subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip())


def install(environment: Path, *what: str | Path) -> None:
    """Have pip or uv install `what` in `environment`, which is made where it is not there."""
    uv = shutil.which("uv")
    python = python_of(environment)
    if uv:
        if not python.exists():
            run([uv, "venv", "--python", sys.executable, environment])
        run([uv, "pip", "install", "--python", python, *what])
        return
    if not python.exists():
        make_with_venv(environment)
    if subprocess.run([str(python), "-m", "pip", "--version"], capture_output=True, check=False).returncode:
        run([python, "-m", "ensurepip", "--upgrade"])
    pip = [python, "-m", "pip", "install", "--disable-pip-version-check", "--progress-bar", "off", "-q"]
    run([*pip, *what])


def make_with_venv(environment: Path) -> None:
    import venv

    try:
        venv.EnvBuilder(with_pip=True, clear=True).create(environment)
    except (OSError, subprocess.CalledProcessError) as error:
        raise SetupError(
            f"the virtual environment could not be made ({error}). On Debian and Ubuntu: apt-get install python3-venv"
        ) from error


# --- the commands ----------------------------------------------------------------------------------------------


def sample(arguments: list[str]) -> int:
    ensure_system_libraries()
    ensure_environment()
    extra = [] if has_screen() else ["--headless"]
    return subprocess.run([str(BIN / "calque"), "sample", *extra, *arguments], cwd=ROOT, check=False).returncode


def test(arguments: list[str]) -> int:
    ensure_system_libraries()
    ensure_environment()
    ensure_oracles()
    # Tests draw off screen whatever the machine has, so that they are the same everywhere and nothing pops up.
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    # The whole suite uses every core; a chosen part (benchmarks, long tests, one file) runs as it is asked for.
    spread = [] if arguments else ["-n", "auto", "--dist", "worksteal"]
    command = [str(PYTHON), "-m", "pytest", *spread, *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


def environment_only(arguments: list[str]) -> int:
    take_no_arguments("env", arguments)
    ensure_system_libraries()
    ensure_environment()
    return 0


def oracles(arguments: list[str]) -> int:
    take_no_arguments("oracles", arguments)
    ensure_system_libraries()
    ensure_environment()
    ensure_oracles()
    return 0


def take_no_arguments(command: str, arguments: list[str]) -> None:
    if arguments:
        raise SetupError(f"{command} takes no arguments, got: {' '.join(arguments)}")


def lock(arguments: list[str]) -> int:
    uv = shutil.which("uv")
    if uv is None:
        raise SetupError("uv is needed to write the lock: python3 -m pip install uv")
    compiling = [uv, "pip", "compile", "--universal", "--python-version", "3.11", "--generate-hashes", "--no-header"]
    compiling += ["--no-emit-index-url", "--no-emit-find-links", "--quiet", *arguments]
    run([*compiling, "pyproject.toml", "--extra", "export", "--group", "dev", "-o", LOCK])
    # What the oracles need besides stands in their list, or is in `.venv`.
    run([*compiling, "--no-deps", ORACLES_LIST.relative_to(ROOT), "-o", ORACLES_LOCK])
    return 0


COMMANDS = {"sample": sample, "test": test, "env": environment_only, "oracles": oracles, "lock": lock}


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
