"""The package that Arkindex's own tools read exports with opens ours, and one that it made is read here."""

from __future__ import annotations

from pathlib import Path

from core.domain.imports import ImportSource
from core.formats.arkindex import FORMAT
from core.formats.arkindex.database import open_database
from core.formats.base import PictureSize, gather
from core.formats.testing import IMAGES
from core.formats.writing import write_data_set
from tests.core.formats.arkindex.exports import page_with_lines
from tests.oracles import run_in_oracles

_READS = """
import json, sys
from pathlib import Path
from arkindex_export import *
from arkindex_export import MODELS, open_database, database
from arkindex_export.queries import list_children, list_parents
open_database(Path(sys.argv[1]), minimum_version=12)
missing = {}
for model in MODELS:
    list(model.select())
    columns = {column.name for column in database.get_columns(model._meta.table_name)}
    wanted = {field.column_name for field in model._meta.sorted_fields}
    missing[model._meta.table_name] = sorted(wanted - columns)
assert not list(database.execute_sql("PRAGMA foreign_key_check")), "foreign keys"
assert list(database.execute_sql("PRAGMA integrity_check")) == [("ok",)]
page = Element.select().where(Element.type == "page").get()
children = [[e.id, e.type, json.loads(e.polygon), e.image.url, e.worker_run and e.worker_run.worker_version.name]
            for e in list_children(page.id)]
parents = sorted(e.type for e in list_parents(children[-1][0]))
texts = [[t.element_id, t.text] for t in Transcription.select()]
sets = [[d.dataset.name, d.dataset.sets, d.set_name, d.element_id == page.id] for d in DatasetElement.select()]
classes = sorted([c.class_name, c.confidence, c.element_id == page.id] for c in Classification.select())
print(json.dumps({"version": ExportVersion.select().get().version, "missing": missing, "children": children,
                  "parents": parents, "texts": texts, "sets": sets, "classes": classes,
                  "metadata": [[m.name, m.value] for m in Metadata.select()],
                  "server": page.image.server.url, "n_elements": Element.select().count()}))
"""

_MAKES = """
import json, sys
from pathlib import Path
from arkindex_export import *
from arkindex_export import create_database
create_database(Path(sys.argv[1]), version=12)
server = ImageServer.create(id=1, url="https://x.example.org/iiif/2", display_name="x")
image = Image.create(id="i1", server=server, url="https://x.example.org/iiif/2/page_1.jpg", width=100, height=80)
common = {"image": image, "created": 1.0, "updated": 1.0, "rotation_angle": 0, "mirrored": 0}
page = Element.create(id="p1", name="1", type="page", polygon="[[0,0],[100,0],[100,80],[0,80],[0,0]]", **common)
line = Element.create(id="l1", name="1", type="line", polygon="[[1,1],[9,1],[5,7],[1,1]]", **common)
ElementPath.create(id="e1", parent=page, child=line, ordering=0)
Transcription.create(id="t1", element=line, text="text", orientation="horizontal-lr")
print(json.dumps("made"))
"""


def test_arkindex_export_opens_ours_and_finds_everything(tmp_path: Path) -> None:
    """Their ids are no UUIDs, so they are made anew; everything else is as it was."""
    export = page_with_lines(tmp_path / "export.sqlite")
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "page_1.jpg").write_bytes(b"x")
    read = gather(FORMAT.read(ImportSource(export.path), size_of=lambda _: PictureSize(100, 80)))
    write_data_set(FORMAT, iter(read.images), read.categories, tmp_path / "out")

    seen = run_in_oracles(_READS, tmp_path / "out" / "arkindex.sqlite")

    assert seen["version"] == 12
    assert set(map(tuple, seen["missing"].values())) == {()}, "every table and column that the package knows is there"
    assert sorted((type_, maker or "") for _, type_, _, _, maker in seen["children"]) == [
        ("text_line", ""),
        ("text_line", ""),
        ("text_line", "Lines of 1900"),
        ("zone", ""),
    ]
    assert [[10, 10], [60, 12], [55, 20], [10, 10]] in [child[2] for child in seen["children"]]
    assert {child[3] for child in seen["children"]} == {"https://iiif.example.org/iiif/2/folder%2Fpage_1.jpg"}
    assert {"page"} <= set(seen["parents"])
    assert [text for _, text in seen["texts"]] == ["Été 1901"]
    assert seen["sets"] == [["Calque", "val", "val", True]]
    assert seen["classes"] == [["letter", 1.0, True], ["list", 0.5, True]]
    assert ["hand", "B"] in seen["metadata"] and ["folio", "1r"] in seen["metadata"]
    assert seen["server"] == "https://iiif.example.org/iiif/2"


def test_arkindex_export_reads_any_names_and_shapes(tmp_path: Path) -> None:
    write_data_set(FORMAT, iter(IMAGES), tuple(_categories()), tmp_path / "out")

    seen = run_in_oracles(_READS, tmp_path / "out" / "arkindex.sqlite")

    n_annotations = sum(len(image.annotations) for image in IMAGES)
    n_pages = sum(bool(image.annotations) or image.is_explicit_negative for image in IMAGES)
    assert seen["n_elements"] == n_annotations + n_pages


def test_a_database_that_arkindex_export_made_is_read(tmp_path: Path) -> None:
    path = tmp_path / "made.sqlite"
    assert run_in_oracles(_MAKES, path) == "made"
    (tmp_path / "page_1.jpg").write_bytes(b"x")

    result = gather(FORMAT.read(ImportSource(path), size_of=lambda _: PictureSize(100, 80)))

    ((annotation,),) = [image.annotations for image in result.images]
    assert annotation.category == "line"
    assert annotation.details is not None and annotation.details.text == "text"


def test_our_tables_keep_what_the_package_writes(tmp_path: Path) -> None:
    """Its own tables have the same columns as ours."""
    theirs, ours = tmp_path / "theirs.sqlite", tmp_path / "ours"
    run_in_oracles(_MAKES, theirs)
    write_data_set(FORMAT, iter(IMAGES[:1]), tuple(_categories()), ours)

    with open_database(theirs) as first, open_database(ours / "arkindex.sqlite") as second:
        extra = {"calque_class", "calque_image"}
        assert {name: columns for name, columns in second.tables.items() if name not in extra} == first.tables


def _categories() -> dict[str, None]:
    return {item.category: None for image in IMAGES for item in image.annotations if item.category}
