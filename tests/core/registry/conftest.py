"""A registry in a private folder, and child processes that do things to it."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.registry.database import Registry
from tests import fresh_registries

RunChild = Callable[..., subprocess.Popen[str]]


@pytest.fixture(autouse=True)
def made_by_migrations() -> Iterator[None]:
    fresh_registries.remove()
    yield
    fresh_registries.install()


@pytest.fixture
def registry_file(tmp_path: Path) -> Path:
    return tmp_path / "home" / "registry.sqlite"


@pytest.fixture
def registry_backups(tmp_path: Path) -> Path:
    return tmp_path / "home" / "backups"


@pytest.fixture
def registry(registry_file: Path, registry_backups: Path) -> Iterator[Registry]:
    with Registry(registry_file, registry_backups, busy_timeout_s=0.3) as opened:
        yield opened


@pytest.fixture
def start_child() -> Iterator[RunChild]:
    """Start Python code in a process of its own; its arguments are in sys.argv. Whatever is left is killed."""
    children: list[subprocess.Popen[str]] = []

    def start(code: str, *arguments: object) -> subprocess.Popen[str]:
        child = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        children.append(child)
        return child

    yield start
    for child in children:
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout, child.stderr):
            if pipe is not None:
                pipe.close()
