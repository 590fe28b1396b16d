"""What tests begin with is what the migrations make."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from core.registry.database import Registry
from tests import fresh_registries


def test_a_quick_registry_equals_one_that_the_migrations_made(tmp_path: Path) -> None:
    fresh_registries.remove()
    try:
        migrated = content(tmp_path / "migrated")
    finally:
        fresh_registries.install()
    assert content(tmp_path / "first") == content(tmp_path / "second") == migrated
    assert any("CREATE INDEX" in line for line in migrated) and any("CREATE TRIGGER" in line for line in migrated)


def content(folder: Path) -> list[str]:
    """Everything that is in a new registry, as statements, sorted: migrations make indexes in any order."""
    with Registry(folder / "registry.sqlite", folder / "backups"):
        pass
    with closing(sqlite3.connect(folder / "registry.sqlite")) as connection:
        pragmas = ("application_id", "user_version", "page_size")
        told = [str(connection.execute(f"PRAGMA {name}").fetchone()) for name in pragmas]
        return sorted([*connection.iterdump(), *told])
