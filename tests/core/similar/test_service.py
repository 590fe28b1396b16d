"""On real pictures: with the network in its process, and by small grey pictures where there is none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from core.domain.geometry import Box
from core.domain.ids import ImageId, ProjectId
from core.errors import NotFoundError, RefusedError
from core.fingerprints.service import FingerprintService
from core.images.hashing import sha256_of
from core.images.thumbnails import ThumbnailCache
from core.registry.database import Registry
from core.registry.stores import annotations, images, projects
from core.registry.stores.annotations import NewAnnotation
from core.similar.looking import METHOD
from core.similar.service import BY_FINGERPRINTS, SimilarService
from core.stopping import StoppedError

N_EACH = 4


def draw(path: Path, kind: str, seed: int) -> None:
    """Pages of lines, round faces, or chequered floors: alike within a kind."""
    rng = np.random.default_rng(seed)
    image = Image.new("RGB", (200, 160), (235, 228, 210))
    pen = ImageDraw.Draw(image)
    if kind == "page":
        for row in range(15, 150, 12):
            pen.line((15, row, 150 + int(rng.integers(35)), row), fill=(40, 30, 20), width=3)
    elif kind == "face":
        image.paste((30, 60, 120), (0, 0, 200, 160))
        x, y = (int(value) for value in rng.integers(30, 60, 2))
        pen.ellipse((x, y - 20, x + 90, y + 70), fill=(230, 180, 150))
        pen.ellipse((x + 20, y + 10, x + 32, y + 22), fill=(20, 20, 20))
        pen.ellipse((x + 58, y + 10, x + 70, y + 22), fill=(20, 20, 20))
    else:
        for column in range(0, 200, 20):
            for row in range(0, 160, 20):
                if (column + row) // 20 % 2:
                    pen.rectangle((column, row, column + 19, row + 19), fill=(20, 120, 40 + int(rng.integers(40))))
    image.save(path)


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    with Registry(tmp_path / "registry.sqlite", tmp_path / "backups") as opened:
        yield opened


@pytest.fixture
def project(registry: Registry, tmp_path: Path) -> ProjectId:
    """Pages are labelled; faces and floors are not; face_9 is a copy of face_0 in another format."""
    root = tmp_path / "pictures"
    root.mkdir()
    for kind in ("page", "face", "floor"):
        for seed in range(N_EACH):
            draw(root / f"{kind}_{seed}.png", kind, seed)
    Image.open(root / "face_0.png").save(root / "face_9.jpg", quality=70)
    with registry.write() as session:
        project = projects.insert_project(session, name="Parish", root=root)
        line = int(projects.add_categories(session, project, ["line"])["line"])
        facts = []
        for path in sorted(root.iterdir()):
            stat = path.stat()
            facts.append(images.ImageFacts(path.name, 200, 160, 1, sha256_of(path), stat.st_size, stat.st_mtime_ns))
        images.insert_images(session, project, facts)
        keys = images.list_keys(session, project)
        rows = [NewAnnotation(key, line, Box(1, 1, 9, 9)) for path, key in keys.items() if path.startswith("page")]
        annotations.insert_annotations(session, rows)
    return project


def service(registry: Registry, tmp_path: Path, **options: object) -> SimilarService:
    fingerprints = FingerprintService(registry, ThumbnailCache(tmp_path / "thumbnails"), tmp_path / "cache")
    return SimilarService(registry, fingerprints, tmp_path / "cache", tmp_path / "scratch", **options)  # type: ignore[arg-type]


def names(registry: Registry, project: ProjectId) -> dict[ImageId, str]:
    with registry.read() as session:
        return {ImageId(str(key)): path for path, key in images.list_keys(session, project).items()}


@pytest.mark.parametrize("has_network", [True, False])
def test_unlabelled_images_unlike_all_others_are_proposed_first(
    registry: Registry, project: ProjectId, tmp_path: Path, has_network: bool
) -> None:
    found = service(registry, tmp_path, uses_network=lambda: has_network).label_next(project, n=2)
    by_id = names(registry, project)
    assert found.method == (METHOD if has_network else BY_FINGERPRINTS)
    assert (found.n_labelled, found.n_unlabelled) == (N_EACH, 2 * N_EACH + 1)
    assert {by_id[one.image].partition("_")[0] for one in found.images} == {"face", "floor"}
    for one in found.images:
        kind = by_id[one.image].partition("_")[0]
        assert {by_id[other].partition("_")[0] for other in one.like_it} == {kind}
    assert sum(one.n_like_it for one in found.images) == 2 * N_EACH + 1 - 2


def test_images_are_looked_at_once_and_the_nearest_show_the_same(
    registry: Registry, project: ProjectId, tmp_path: Path
) -> None:
    by_id = names(registry, project)
    face = next(id for id, path in by_id.items() if path == "face_0.png")
    said: list[str] = []

    def told(done: int, total: int, text: str) -> None:
        said.append(text)

    first = service(registry, tmp_path).nearest(project, face, n=4, progress=told)
    assert "face_9.jpg" in [by_id[id] for id in first.images]
    assert first.likeness == tuple(sorted(first.likeness, reverse=True))
    assert first.likeness[-1] > 0.9
    assert {by_id[id].partition("_")[0] for id in first.images} == {"face"}
    assert any("looking at 13 images" in text for text in said)
    said.clear()
    service(registry, tmp_path).nearest(project, face, progress=told)
    assert not said, "what was found out before is kept"


def test_copies_are_grouped(registry: Registry, project: ProjectId, tmp_path: Path) -> None:
    found = service(registry, tmp_path).find_alike(project)
    by_id = names(registry, project)
    groups = [sorted(by_id[id] for id in group.images) for group in found.groups]
    assert ["face_0.png", "face_9.jpg"] in groups
    assert not next(group for group in found.groups if len(group.images) == 2).is_exact


def test_an_image_that_cannot_be_read_is_named(registry: Registry, project: ProjectId, tmp_path: Path) -> None:
    (tmp_path / "pictures" / "floor_1.png").write_bytes(b"no picture")
    found = service(registry, tmp_path).label_next(project)
    assert [text for text in found.problems if text.startswith("floor_1.png: ")]
    gone = next(id for id, path in names(registry, project).items() if path == "floor_1.png")
    with pytest.raises(RefusedError, match="cannot be compared"):
        service(registry, tmp_path).nearest(project, gone)
    with pytest.raises(NotFoundError):
        service(registry, tmp_path).nearest(project, ImageId("999"))


def test_looking_is_stopped_when_it_is_no_longer_wanted(registry: Registry, project: ProjectId, tmp_path: Path) -> None:
    with pytest.raises(StoppedError):
        service(registry, tmp_path).label_next(project, is_cancelled=lambda: True)
    assert not list((tmp_path / "scratch").glob("try-*")), "the process and its folder are gone"


@pytest.mark.parametrize("has_network", [True, False])
def test_a_cache_that_cannot_be_written_takes_nothing_away(
    registry: Registry, project: ProjectId, tmp_path: Path, has_network: bool
) -> None:
    (tmp_path / "cache").write_bytes(b"in the way")
    asked = service(registry, tmp_path, uses_network=lambda: has_network)
    assert len(asked.label_next(project, n=2).images) == 2
    assert asked.find_alike(project).n_compared == 3 * N_EACH + 1
