"""What a file looks like is told from its beginning, where looking does no harm."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from core.formats.sights import sight_of


@pytest.mark.parametrize("log", ["-wal", "-shm"])
def test_a_database_that_a_program_has_open_is_not_opened(
    tmp_path: Path, log: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Closing any handle of the file drops the locks that this process holds on it."""
    file = tmp_path / "registry.db"
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE image (id)")
    connection.close()
    closed = sight_of(file)
    assert closed is not None and "open" not in closed.words
    (tmp_path / f"registry.db{log}").write_bytes(b"")
    file.chmod(0)
    monkeypatch.setattr("core.formats.sights.head_of", lambda *_: pytest.fail("it was looked into"))
    in_use = sight_of(file)
    assert in_use is not None and "a program has open" in in_use.words


@pytest.mark.parametrize("sign", ["datasetId", "itemMetadata", "annotationsCount"])
def test_an_item_of_dataloop_is_no_file_of_createml(tmp_path: Path, sign: str) -> None:
    file = tmp_path / "a.json"
    file.write_text(json.dumps({sign: 1, "annotations": [{"coordinates": [{"x": 1, "y": 2}]}]}))
    sight = sight_of(file)
    assert sight is not None and sight.slug == "dataloop"
