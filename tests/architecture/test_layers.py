"""The rules of docs/adr/0001, as import-linter contracts and as searches in the source."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def sources(*packages: str) -> Iterator[tuple[str, str]]:
    for package in packages:
        for file in sorted((ROOT / package).rglob("*.py")):
            yield file.relative_to(ROOT).as_posix(), file.read_text(encoding="utf-8")


def files_with(pattern: str, *packages: str) -> set[str]:
    return {name for name, text in sources(*packages) if re.search(pattern, text, re.MULTILINE)}


def checked(*command: str) -> None:
    done = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_import_contracts_hold() -> None:
    code = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout


def test_types_are_strict() -> None:
    checked("mypy")


def test_lint_is_clean() -> None:
    checked("ruff", "check", ".")


def test_format_is_clean() -> None:
    checked("ruff", "format", "--check", ".")


def test_only_launch_starts_processes() -> None:
    starts = files_with(
        r"^\s*(import subprocess|from subprocess|import multiprocessing|from multiprocessing)", "app", "core", "ui"
    )
    assert starts <= {"core/runs/processes/launch.py"}
    assert not files_with(r"QProcess\b|os\.fork\(|os\.system\(|os\.posix_spawn", "app", "core", "ui")


def test_only_the_event_log_opens_events() -> None:
    assert files_with(r"events\.jsonl|events_file", "app", "core", "ui") <= {
        "core/runs/story/event_log.py",
        "core/runs/folder/layout.py",
    }


def test_the_registry_has_one_sqlite_library() -> None:
    """A second SQLite library, or a plain open() of the file, in one process would drop its locks."""
    assert not files_with(r"QtSql|import apsw", "app", "core", "ui")
    registry = {name for name, _text in sources("core/registry")}
    # Exports of Arkindex are SQLite; one that a program has open, as the registry is, is never touched.
    exports = {name for name, _text in sources("core/formats/arkindex")}
    # Thumbnails lie in a file of their own, which nothing but its module opens.
    thumbnails = {"core/images/thumbnail_pack.py"}
    assert files_with(r"^\s*import sqlite3", "app", "core", "ui") <= registry | exports | thumbnails


def test_packaging_does_not_shadow_its_namesake() -> None:
    assert not (ROOT / "packaging" / "__init__.py").exists()


def test_modules_are_named_for_the_thing_they_do() -> None:
    vague = {"utils", "helpers", "common", "manager", "misc"}
    assert not [name for name, _text in sources("app", "core", "ui") if Path(name).stem in vague]


@pytest.mark.parametrize("module", ["app.main", "app.build", "app.cli"])
def test_no_engine_in_the_windows_process(module: str) -> None:
    code = (
        f"import sys, {module}; "
        "found = {'torch', 'torchvision', 'ultralytics', 'cv2'} & set(sys.modules); "
        "print(sorted(found)); sys.exit(bool(found))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
