"""Databases that are damaged or made to harm: a sentence, never a crash, never without end."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from core.domain.imports import ImportSource
from core.errors import FormatError, StorageError
from core.formats.arkindex import FORMAT, writing
from core.formats.arkindex import database as database_module
from core.formats.base import PictureSize, ReadResult, gather
from core.formats.writing import write_data_set
from tests.core.formats.arkindex.exports import Export, page_with_lines, rectangle

_ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"


def _read(path: Path, root: Path) -> ReadResult:
    return gather(FORMAT.read(ImportSource(path, images_root=root), size_of=lambda _: PictureSize(100, 80)))


def _sentence(path: Path, root: Path) -> str:
    """What reading says; a result is as good as an error."""
    assert 0 <= FORMAT.detect(path) <= 1
    try:
        result = _read(path, root)
    except FormatError as error:
        assert error.text.endswith(".") and error.text.isprintable()
        return error.text
    for problem in result.problems:
        assert problem.text.endswith(".") and problem.text.isprintable()
    for image in result.images:
        assert all(item.geometry is None or item.geometry.is_finite() for item in image.annotations)
    return ""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    (folder / "page_1.jpg").write_bytes(b"x")
    return folder


def test_views_in_place_of_tables_are_no_tables(tmp_path: Path, root: Path) -> None:
    export = page_with_lines(tmp_path / "export.sqlite")
    export.run("DROP TABLE element")
    export.run(
        f"CREATE VIEW element AS {_ENDLESS} SELECT i AS id, 'page' AS type, 'x' AS image_id, '[]' AS polygon FROM n"
    )

    assert "not an export of Arkindex" in _sentence(export.path, root)


def test_a_view_of_texts_is_passed_over(tmp_path: Path, root: Path) -> None:
    export = page_with_lines(tmp_path / "export.sqlite")
    export.run("DROP TABLE transcription")
    export.run(f"CREATE VIEW transcription AS {_ENDLESS} SELECT 'line-1' AS element_id, 'x' AS text FROM n")

    (image,) = _read(export.path, root).images

    assert {item.details.text for item in image.annotations if item.details} == {None}


def test_triggers_and_other_tables_do_nothing(tmp_path: Path, root: Path) -> None:
    export = page_with_lines(tmp_path / "export.sqlite")
    export.run("CREATE TABLE [odd name; DROP TABLE element] (a)")
    export.run("CREATE TRIGGER t AFTER INSERT ON element BEGIN DELETE FROM element; END")

    assert len(_read(export.path, root).images[0].annotations) == 6


def test_circles_of_elements_end(tmp_path: Path, root: Path) -> None:
    export = page_with_lines(tmp_path / "export.sqlite")
    export.element("folder-2", "folder", None, None, "folder-1")
    for parent, child in (
        ("folder-2", "folder-1"),
        ("folder-1", "folder-1"),
        ("line-1", "page-1"),
        ("line-1", "line-1"),
    ):
        export.link(parent, child)
    export.run("UPDATE dataset_element SET element_id = 'folder-2'")

    (image,) = _read(export.path, root).images

    assert image.stated_set == "val", "the page lies in a folder that lies in itself"
    assert len(image.annotations) == 6


def test_a_query_without_end_is_broken_off(tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_module, "_FREE_STEPS", 2)
    export = page_with_lines(tmp_path / "export.sqlite")

    with database_module.open_database(export.path) as database, pytest.raises(FormatError, match="comes to no end"):
        list(database.rows(f"{_ENDLESS} SELECT max(i) FROM n"))


def test_values_without_end_are_not_read(tmp_path: Path, root: Path) -> None:
    export = page_with_lines(tmp_path / "export.sqlite")
    export.run("UPDATE element SET polygon = zeroblob(40000000) WHERE id = 'line-1'")

    assert "a value that is too large" in _sentence(export.path, root)


@pytest.mark.parametrize(
    "column", ["id", "name", "type", "image_id", "polygon", "confidence", "rotation_angle", "mirrored"]
)
@pytest.mark.parametrize("value", [b"\xff\xfe\0", -(2**63), 1e308, "\udcff".encode("utf-8", "surrogateescape"), ""])
def test_values_of_another_kind_give_a_sentence(tmp_path: Path, root: Path, column: str, value: object) -> None:
    export = page_with_lines(tmp_path / "export.sqlite", "0.2.0")
    export.run(f"UPDATE element SET {column} = ? WHERE id = 'line-2'", (value,))
    export.run(f"UPDATE element SET {column} = CAST(? AS TEXT) || 'x' WHERE id = 'line-3'", (value,))

    _sentence(export.path, root)


@pytest.mark.parametrize(
    ("table", "column"),
    [
        *(("image", "url"), ("image", "width"), ("image", "server_id"), ("image_server", "url"), ("metadata", "value")),
        *(("metadata", "name"), ("transcription", "text"), ("transcription", "confidence"), ("dataset", "name")),
        *(("classification", "class_name"), ("dataset_element", "set_name"), ("element_path", "ordering")),
        *(("worker_run", "model_name"), ("worker_version", "name"), ("export_version", "version")),
    ],
)
def test_wrong_values_in_any_table_give_a_sentence(tmp_path: Path, root: Path, table: str, column: str) -> None:
    for number, value in enumerate((b"\xff\0\xfe", 2**62, float("inf"), "x\0\x07y", None)):
        export = page_with_lines(tmp_path / f"{number}.sqlite")
        export.run(f"UPDATE {table} SET {column} = ?", (value,))
        _sentence(export.path, root)


def test_texts_with_halves_of_signs_can_be_kept(tmp_path: Path, root: Path) -> None:
    export = page_with_lines(tmp_path / "export.sqlite")
    export.run("UPDATE transcription SET text = CAST(x'61ff62' AS TEXT)")
    export.run("UPDATE metadata SET value = CAST(x'edb080' AS TEXT)")

    (image,) = _read(export.path, root).images

    for annotation in image.annotations:
        assert annotation.details is None or annotation.details.to_text().encode()
    assert image.details is not None and image.details.to_text().encode()


@pytest.mark.parametrize("url", ["../../etc/passwd", "https://[", "//", "%00", "file:///etc/passwd", "a" * 5000, "\0"])
def test_addresses_lead_nowhere(tmp_path: Path, root: Path, url: str) -> None:
    export = page_with_lines(tmp_path / "export.sqlite")
    export.run("UPDATE image SET url = ?, id = 'other'", (url,))
    export.run("UPDATE element SET image_id = 'other', name = '../../../etc/passwd' WHERE image_id IS NOT NULL")

    assert "not found in the folder" in " ".join(problem.text for problem in _read(export.path, root).problems)


def test_pieces_and_flipped_bits_give_a_sentence(tmp_path: Path, root: Path) -> None:
    """A sample; tests/fuzz has thousands."""
    good = page_with_lines(tmp_path / "good.sqlite").path.read_bytes()
    path = tmp_path / "bad.sqlite"
    for n_bytes in (16, 99, 100, 512, 4096, 5000, len(good) // 2, len(good) - 1):
        path.write_bytes(good[:n_bytes])
        _sentence(path, root)
    for content in mutations(good, 60):
        path.write_bytes(content)
        _sentence(path, root)


def mutations(good: bytes, n: int) -> list[bytes]:
    chance = random.Random(8)
    found = []
    for _ in range(n):
        content = bytearray(good)
        for _ in range(chance.choice((1, 3, 30))):
            content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
        found.append(bytes(content))
    return found


def test_pages_that_point_at_themselves_end(tmp_path: Path, root: Path) -> None:
    """Inner pages of a tree that point at one and the same page make a small file seem endless."""
    export = Export(tmp_path / "export.sqlite")
    export.image("image-1", "page_1.jpg")
    with closing(sqlite3.connect(export.path)) as connection, connection:
        text = str(rectangle(0, 0, 50, 50))
        rows = [(f"e{number}", "x" * 200, "line", "image-1", text) for number in range(2000)]
        connection.executemany("INSERT INTO element (id, name, type, image_id, polygon) VALUES (?, ?, ?, ?, ?)", rows)
    content = bytearray(export.path.read_bytes())
    size = int.from_bytes(content[16:18], "big")
    for start in range(size, len(content), size):
        if content[start] == 0x05:  # an inner page of a table: all its cells point where the first does
            n_cells = int.from_bytes(content[start + 3 : start + 5], "big")
            places = [int.from_bytes(content[start + 12 + 2 * i : start + 14 + 2 * i], "big") for i in range(n_cells)]
            first = content[start + places[0] : start + places[0] + 4]
            for place in places:
                content[start + place : start + place + 4] = first
    export.path.write_bytes(content)

    _sentence(export.path, root)


def test_what_the_database_refuses_to_write_is_said_and_nothing_stays(
    tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    images = _read(page_with_lines(tmp_path / "export.sqlite").path, root).images
    monkeypatch.setattr(writing, "TABLES", (*writing.TABLES, "export_version (a)"))

    with pytest.raises(StorageError, match=r'"arkindex\.sqlite" cannot be written: table'):
        write_data_set(FORMAT, iter(images), ("zone", "text_line", "letter", "list"), tmp_path / "out")
    assert not (tmp_path / "out").exists()
