"""Blocks of images: made once, forgotten when something changes, and never another answer than the rows give."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core.domain.geometry import Box, Polygon
from core.domain.ids import ProjectId
from core.domain.projects import ImageState, Source
from core.domain.selections import Selection
from core.domain.snapshots import Split
from core.registry.blocks import make_blocks
from core.registry.database import Registry
from core.registry.stores import annotations, image_blocks, images, projects, selected_images, selections
from core.registry.stores.annotations import NewAnnotation
from core.registry.stores.image_blocks import BOX, IS_CROWD, IS_POLYGON, NEGATIVE, POLYGON, SHAPES, WHOLE_IMAGE
from core.registry.stores.images import ImageFacts
from core.registry.stores.upkeep import recount

AddProject = Callable[..., ProjectId]


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (selections, image_blocks):
        monkeypatch.setattr(module, "BITS", 2)
        monkeypatch.setattr(module, "IMAGES_PER_BLOCK", 4)


def paths_in(registry: Registry, project: ProjectId, *folders: str) -> list[str]:
    with registry.read() as session:
        keys = [block.keys for block in selections.iter_blocks(session, Selection(project, folders))]
        found = selected_images.paths_of(session, np.concatenate(keys) if keys else np.zeros(0, dtype=np.int64))
    return [found[key] for key in sorted(found)]


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("are_kept", [True, False])
def test_a_selection_has_the_images_in_and_below_its_folders(
    registry: Registry, add_project: AddProject, are_kept: bool
) -> None:
    add_project("Other", {f"a/{i}.jpg": ["line"] for i in range(3)})
    content: dict[str, list[str | None]] = {
        f"{folder}/{i}.jpg": ["line"] for folder in ("a", "a/b", "ab") for i in range(5)
    }
    project = add_project("Pages", {**content, "top.jpg": []})
    if are_kept:
        make_blocks(registry, project)

    assert paths_in(registry, project, "a") == [f"a/{i}.jpg" for i in range(5)] + [f"a/b/{i}.jpg" for i in range(5)]
    assert paths_in(registry, project, "a/b", "ab") == [f"{f}/{i}.jpg" for f in ("a/b", "ab") for i in range(5)]
    assert len(paths_in(registry, project, "")) == 16
    assert paths_in(registry, project) == []
    assert paths_in(registry, project, "nowhere") == []


@pytest.mark.usefixtures("small_blocks")
def test_what_changes_is_forgotten_and_the_rest_is_kept(registry: Registry, add_project: AddProject) -> None:
    project = add_project("Pages", {f"{i}.jpg": ["line"] for i in range(9)})
    make_blocks(registry, project)
    with registry.write() as session:
        before = selections.find_state(session, project)
        assert before is not None
        assert before.n_images == 9
        key = images.list_keys(session, project)["5.jpg"]
        selections.forget_blocks(session, project, [key])
        assert selections.list_missing_blocks(session, project) == (key >> 2,)
        assert selections.find_state(session, project) is None

    make_blocks(registry, project)

    with registry.read() as session:
        after = selections.find_state(session, project)
        assert after is not None
        assert after.newest == before.newest + 1
    with registry.write() as session:
        recount(session, project)
        assert len(selections.list_missing_blocks(session, project)) == 3


@pytest.mark.usefixtures("small_blocks")
def test_images_that_came_are_missed_without_being_told_of(registry: Registry, add_project: AddProject) -> None:
    project = add_project("Pages", {f"{i}.jpg": ["line"] for i in range(3)})
    make_blocks(registry, project)
    with registry.write() as session:
        images.insert_images(session, project, [ImageFacts(f"n/{i}.jpg", 9, 9, 1, "0" * 64, 9, 9) for i in range(6)])

    assert len(paths_in(registry, project, "")) == 9
    make_blocks(registry, project)
    assert len(paths_in(registry, project, "")) == 9
    with registry.read() as session:
        assert selections.list_missing_blocks(session, project) == ()


def test_an_emptied_project_leaves_no_block(registry: Registry, add_project: AddProject) -> None:
    project = add_project("Pages", {"a.jpg": ["line"]})
    make_blocks(registry, project)
    with registry.write() as session:
        projects.remove_project(session, project)
        projects.purge_project(session, project)
        state = selections.find_state(session, project)

    assert state == (0, 0)


def test_annotations_amount_to_flags_and_numbers(registry: Registry, tmp_path: Path) -> None:
    ring = Polygon(((1.0, 1.0, 9.0, 1.0, 9.0, 9.0),))
    flat = Polygon(((1.0, 1.0, 5.0, 5.0, 9.0, 9.0),))
    mixed = Polygon(((1.0, 1.0, 5.0, 5.0), (1.0, 1.0, 9.0, 1.0, 9.0, 9.0)))
    with registry.write() as session:
        project = projects.insert_project(session, name="Pages", root=tmp_path)
        ids = projects.add_categories(session, project, ["line", "map"])
        line, map_ = int(ids["line"]), int(ids["map"])
        facts = [
            ImageFacts("a.JPG", 100, 80, 1, "ab" * 32, 5, 1),
            ImageFacts("b.png", 100, 80, 6, "cd" * 32, 7, 1, ImageState.DAMAGED, "torn"),
        ]
        images.insert_images(session, project, facts)
        keys = images.list_keys(session, project)
        annotations.insert_annotations(
            session,
            [
                NewAnnotation(keys["a.JPG"], line, Box(1, 1, 5, 5)),
                NewAnnotation(keys["a.JPG"], line, Box(2, 2, 5, 5)),
                NewAnnotation(keys["a.JPG"], line, Box(2, 2, 5, 5), is_crowd=True),
                NewAnnotation(keys["a.JPG"], line, Box(200, 2, 500, 5)),
                NewAnnotation(keys["a.JPG"], map_, ring),
                NewAnnotation(keys["a.JPG"], map_, flat),
                NewAnnotation(keys["a.JPG"], map_, mixed, is_crowd=True),
                NewAnnotation(keys["a.JPG"], map_, None),
                NewAnnotation(keys["a.JPG"], map_, ring, source=Source.MODEL, confidence=0.5),
                NewAnnotation(keys["b.png"], None, None),
            ],
        )
    with registry.read() as session:
        (block,) = selections.iter_blocks(session, Selection(project, ("",)))

    assert block.states.tolist() == [0, 1]
    assert block.flags[0] & 31 == SHAPES | BOX | POLYGON | WHOLE_IMAGE
    assert block.flags[1] & 31 == NEGATIVE
    assert (block.n_bad.tolist(), block.n_whole.tolist()) == ([2, 0], [1, 0])
    assert (block.n_bytes.tolist(), block.n_pixels.tolist()) == ([5, 7], [8000, 8000])
    assert block.hashes[0].tobytes().hex() == "ab" * 32
    entries = zip(block.images, block.categories, block.kinds, block.n_shapes, strict=True)
    assert [tuple(int(value) for value in entry) for entry in entries] == [
        (0, line, 0, 2),
        (0, line, IS_CROWD, 1),
        (0, map_, IS_POLYGON, 1),
        (0, map_, IS_POLYGON | IS_CROWD, 1),
    ]


def test_a_block_of_another_format_is_not_guessed_at(registry: Registry, add_project: AddProject) -> None:
    project = add_project("Pages", {"a.jpg": ["line"]})
    with registry.read() as session:
        (block,) = selections.iter_blocks(session, Selection(project, ("",)))
    content = image_blocks.pack(block)

    with pytest.raises(ValueError, match="format 2"):
        image_blocks.unpack(0, b"\2" + content[1:], block.hashes.tobytes())


@pytest.mark.parametrize("names", [[b"b.jpg", b"a.jpg", "é.jpg".encode()], [b"\x80.jpg", "é.jpg".encode(), b"a.jpg"]])
def test_keys_come_in_the_order_of_their_paths_as_texts(
    registry: Registry, add_project: AddProject, names: list[bytes]
) -> None:
    texts = [os.fsdecode(name) for name in names]
    project = add_project("Pages", {text: ["line"] for text in [*texts, "not wanted.jpg"]})
    with registry.read() as session:
        keys = images.list_keys(session, project)
        wanted = np.array(sorted(keys[text] for text in texts), dtype=np.int64)
        ordered = selected_images.keys_by_path(session, project, wanted)
        rows = list(selected_images.iter_frozen(session, ordered))

    assert [row.path for row in rows] == sorted(texts)
    assert [len(row.shapes) for row in rows] == [1] * len(rows)


def test_folders_are_known_when_there_are_images_in_or_below_them(registry: Registry, add_project: AddProject) -> None:
    project = add_project("Pages", {"a/b/1.jpg": [], "c/1.jpg": []})
    with registry.read() as session:
        known = selections.list_known_folders(session, project, ["", "a", "a/b", "b", "c", "a/", "ab"])

    assert known == {"", "a", "a/b", "c"}


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("are_kept", [True, False])
def test_a_stated_set_has_the_images_that_the_import_put_there_in_any_of_the_folders(
    registry: Registry, add_project: AddProject, are_kept: bool
) -> None:
    add_project("Other", {f"a/{i}.jpg": ["line"] for i in range(3)})
    project = add_project("Pages", {f"{folder}/{i}.jpg": ["line"] for folder in ("a", "b") for i in range(6)})
    if are_kept:
        make_blocks(registry, project)
    with registry.write() as session:
        keys = images.list_keys(session, project)
        images.state_sets(session, {keys[f"{folder}/{i}.jpg"]: "val" for folder in ("a", "b") for i in (1, 5)})
        images.state_sets(session, {keys["b/0.jpg"]: "test"})

    def found(split: Split, *folders: str) -> list[str]:
        with registry.read() as session:
            chosen = Selection(project, folders, split)
            keys = [block.keys for block in selections.iter_blocks(session, chosen)]
            paths = selected_images.paths_of(session, np.concatenate(keys) if keys else np.zeros(0, dtype=np.int64))
        return sorted(paths.values())

    assert found(Split.VAL, "") == ["a/1.jpg", "a/5.jpg", "b/1.jpg", "b/5.jpg"]
    assert found(Split.VAL, "b") == ["b/1.jpg", "b/5.jpg"]
    assert found(Split.TEST, "") == ["b/0.jpg"]
    assert found(Split.TRAIN, "") == []
