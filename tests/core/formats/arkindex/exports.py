"""Arkindex exports of three ages, written here table by table as each age had them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

OLD = "0.1.9"
MIDDLE = "0.2.0"
NEW = "0.2.5"
AGES = {OLD: 8, MIDDLE: 11, NEW: 12}

_COMMON = (
    "export_version (version)",
    "worker_version (id PRIMARY KEY, slug, name, repository_url, revision, version INTEGER, type)",
    "worker_run (id PRIMARY KEY, worker_version_id, model_version_id, model_id, model_name, configuration_id,"
    " configuration)",
    "image (id PRIMARY KEY, server_id, url UNIQUE, width INTEGER, height INTEGER)",
    "element_path (id PRIMARY KEY, parent_id, child_id, ordering INTEGER DEFAULT 0, UNIQUE (parent_id, child_id))",
)
_TABLES = {
    OLD: (
        "image_server (id INTEGER PRIMARY KEY, url, display_name, max_width, max_height)",
        "element (id PRIMARY KEY, name, type, image_id, polygon, confidence REAL, rotation_angle INTEGER DEFAULT 0,"
        " mirrored INTEGER DEFAULT 0, worker_version_id, worker_run_id, created REAL, updated REAL)",
        "classification (id PRIMARY KEY, class_name, confidence REAL, state DEFAULT 'pending', element_id,"
        " high_confidence DEFAULT 0, moderator, worker_version_id, worker_run_id)",
        "entity (id PRIMARY KEY, name, type_id, metas, moderator, validated, worker_version_id, worker_run_id)",
        "entity_role (id PRIMARY KEY, parent_name, parent_type_id, child_name, child_type_id)",
        "entity_link (id PRIMARY KEY, parent_id, child_id, role_id)",
        "entity_type (id PRIMARY KEY, color, name)",
        "metadata (id PRIMARY KEY, name, value, type, element_id, entity_id, worker_version_id, worker_run_id)",
        "transcription (id PRIMARY KEY, orientation DEFAULT 'horizontal-lr', text, confidence REAL, element_id,"
        " worker_version_id, worker_run_id)",
        "transcription_entity (id INTEGER PRIMARY KEY, entity_id, length, offset, confidence, transcription_id,"
        " worker_version_id, worker_run_id)",
        "dataset (id PRIMARY KEY, name, state DEFAULT 'open', sets)",
        "dataset_element (id PRIMARY KEY, element_id, dataset_id, set_name)",
    ),
    MIDDLE: (
        "image_server (id INTEGER PRIMARY KEY, url, display_name, max_width, max_height)",
        "element (id PRIMARY KEY, name, type, image_id, polygon, confidence REAL, rotation_angle INTEGER DEFAULT 0,"
        " mirrored INTEGER DEFAULT 0, worker_run_id, created REAL, updated REAL)",
        "classification (id PRIMARY KEY, class_name, confidence REAL, state DEFAULT 'pending', element_id,"
        " high_confidence DEFAULT 0, moderator, worker_run_id)",
        "entity_type (id PRIMARY KEY, color, name)",
        "metadata (id PRIMARY KEY, name, value, type, element_id, worker_run_id)",
        "transcription (id PRIMARY KEY, orientation DEFAULT 'horizontal-lr', text, confidence REAL, element_id,"
        " worker_run_id)",
        "transcription_entity (id PRIMARY KEY, type_id, length, offset, confidence, transcription_id, worker_run_id)",
        "dataset (id PRIMARY KEY, name, description, state DEFAULT 'open', sets)",
        "dataset_element (id PRIMARY KEY, element_id, dataset_id, set_name)",
    ),
    NEW: (
        "image_server (id INTEGER PRIMARY KEY, url, display_name, max_width, max_height, version INTEGER DEFAULT 2)",
        "element (id PRIMARY KEY, name, type, image_id, polygon, confidence REAL, rotation_angle INTEGER DEFAULT 0,"
        " mirrored INTEGER DEFAULT 0, worker_run_id, created REAL, updated REAL,"
        " CHECK ((image_id IS NULL) = (polygon IS NULL)))",
        "classification (id PRIMARY KEY, class_name, confidence REAL, element_id, worker_run_id)",
        "entity_type (id PRIMARY KEY, color, name)",
        "metadata (id PRIMARY KEY, name, value, type, element_id, worker_run_id)",
        "transcription (id PRIMARY KEY, orientation DEFAULT 'horizontal-lr', text, confidence REAL, element_id,"
        " worker_run_id)",
        "transcription_entity (id PRIMARY KEY, type_id, length, offset, confidence, transcription_id, worker_run_id)",
        "embedding (id PRIMARY KEY, created REAL, updated REAL, element_id, worker_run_id, value JSON)",
        "dataset (id PRIMARY KEY, name, description, sets)",
        "dataset_element (id PRIMARY KEY, element_id, dataset_id, set_name)",
    ),
}
SERVER = "https://iiif.example.org/iiif/2"


def rectangle(x0: float, y0: float, x1: float, y1: float) -> list[list[float]]:
    """As Arkindex writes one: counter-clockwise, closed."""
    return [[x0, y0], [x0, y1], [x1, y1], [x1, y0], [x0, y0]]


@contextmanager
def _open(path: Path) -> Iterator[sqlite3.Connection]:
    """Without waiting for the disk, which nobody reads these from after a crash."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA synchronous = OFF")
        yield connection


class Export:
    """A database to fill. Ids are what is passed."""

    def __init__(self, path: Path, age: str = NEW, *, version: Any = None, content: bytes = b"") -> None:
        self.path = path
        self.age = age
        self._n_paths = 0
        if content:
            path.write_bytes(content)
            self._n_paths = 100
            return
        with _open(path) as connection:
            for table in (*_COMMON, *_TABLES[age]):
                connection.execute(f"CREATE TABLE {table}")
        self.run("INSERT INTO export_version VALUES (?)", (AGES[age] if version is None else version,))
        self.insert("image_server", id=1, url=SERVER, display_name="A server")

    def run(self, statement: str, values: Sequence[object] = ()) -> None:
        with _open(self.path) as connection:
            connection.execute(statement, values)

    def insert(self, table: str, **row: Any) -> None:
        """Without the columns that this age has not."""
        with _open(self.path) as connection:
            known = {found[1] for found in connection.execute(f"PRAGMA table_info({table})")}
            kept = {name: value for name, value in row.items() if name in known}
            marks = ", ".join("?" * len(kept))
            connection.execute(f"INSERT INTO {table} ({', '.join(kept)}) VALUES ({marks})", tuple(kept.values()))

    def image(self, id: str, url: str, width: int = 100, height: int = 80) -> None:
        self.insert("image", id=id, server_id=1, url=f"{SERVER}/{url}", width=width, height=height)

    def element(
        self, id: str, type: str, image: str | None = None, polygon: Any = None, parent: str = "", **more: Any
    ) -> None:
        row: dict[str, Any] = {"id": id, "name": id, "type": type, "image_id": image, "created": 1.0, "updated": 1.0}
        text = str(polygon).replace("'", '"') if isinstance(polygon, list) else polygon
        self.insert("element", **(row | {"polygon": text} | more))
        if parent:
            self.link(parent, id)

    def link(self, parent: str, child: str, ordering: int | None = None) -> None:
        self._n_paths += 1
        order = self._n_paths if ordering is None else ordering
        self.insert("element_path", id=f"path{self._n_paths}", parent_id=parent, child_id=child, ordering=order)

    def worker(self, run: str, name: str, model: str | None = None) -> None:
        self.insert("worker_version", id=f"version of {run}", slug="w", name=name, version=1, type="recogniser")
        ids = {"model_version_id": "m", "model_id": "m", "model_name": model} if model else {}
        self.insert("worker_run", id=run, worker_version_id=f"version of {run}", **ids)


def page_with_lines(path: Path, age: str = NEW, *, version: Any = None) -> Export:
    """One page of a folder, a zone with two lines by a person, one by a worker, a text, a class, a set."""
    content = _MADE.get((age, version))
    if content:
        return Export(path, age, content=content)
    export = Export(path, age, version=version)
    export.image("image-1", "folder%2Fpage_1.jpg")
    export.worker("run-1", "Line finder", "Lines of 1900")
    export.element("folder-1", "folder")
    export.element("page-1", "page", "image-1", rectangle(0, 0, 100, 80), "folder-1", name="f. 1r")
    export.element("zone-1", "zone", "image-1", rectangle(5, 5, 95, 70), "page-1")
    export.element("line-1", "text_line", "image-1", [[10, 10], [60, 12], [55, 20], [10, 10]], name="first")
    export.link("zone-1", "line-1", 0)
    export.element("line-2", "text_line", "image-1", [[10, 30], [60, 32], [55, 40], [10, 30]])
    export.link("zone-1", "line-2", 1)
    made = {"worker_run_id": "run-1", "confidence": 0.75}
    export.element("line-3", "text_line", "image-1", [[10, 50], [60, 52], [55, 60], [10, 50]], "page-1", **made)
    export.insert(
        "transcription", id="t1", text="by a worker", confidence=0.9, element_id="line-1", worker_run_id="run-1"
    )
    export.insert("transcription", id="t2", text="Été 1901", element_id="line-1")
    export.insert("metadata", id="m1", name="hand", value="B", type="text", element_id="line-1")
    export.insert("metadata", id="m2", name="folio", value="1r", type="text", element_id="page-1")
    export.insert("classification", id="c1", class_name="letter", confidence=1.0, element_id="page-1")
    more = {"confidence": 0.5, "element_id": "page-1", "worker_run_id": "run-1"}
    export.insert("classification", id="c2", class_name="list", **more)
    export.insert("dataset", id="d1", name="Lines", description="", sets="train,dev")
    export.insert("dataset_element", id="de1", element_id="page-1", dataset_id="d1", set_name="dev")
    _MADE[age, version] = path.read_bytes()
    return export


_MADE: dict[tuple[str, Any], bytes] = {}  # to make one takes twenty transactions
