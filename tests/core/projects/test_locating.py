"""A project whose folder was moved is found again by what lies in it, and never by its name alone."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.domain.ids import ProjectId
from core.errors import NotFoundError, RefusedError
from core.projects.locating import MAX_HASHED
from core.projects.service import ProjectService
from core.registry.database import Registry
from core.registry.stores import images, projects
from core.registry.stores.images import ImageFacts

N_IMAGES = 60


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    with Registry(tmp_path / "registry.sqlite", tmp_path / "backups") as opened:
        yield opened


@pytest.fixture
def service(registry: Registry) -> ProjectService:
    return ProjectService(registry)


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return tmp_path / "old place" / "parish"


@pytest.fixture
def project(registry: Registry, old: Path) -> ProjectId:
    """Sixty files of one size in two folders, whose contents differ."""
    facts = []
    for number in range(N_IMAGES):
        path = f"{'train' if number % 2 else 'val'}/page {number:03d}.png"
        file = old / path
        file.parent.mkdir(parents=True, exist_ok=True)
        content = f"picture {number:03d}".encode()
        file.write_bytes(content)
        look = file.stat()
        sha256 = hashlib.sha256(content).hexdigest()
        facts.append(ImageFacts(path, 10, 10, 1, sha256, look.st_size, look.st_mtime_ns))
    with registry.write() as session:
        id = projects.insert_project(session, name="Parish", root=old)
        images.insert_images(session, id, facts)
    return id


def test_a_moved_folder_is_found_and_taken(service: ProjectService, project: ProjectId, old: Path) -> None:
    new = old.parents[1] / "new place"
    shutil.move(old, new)
    told: list[tuple[int, int]] = []
    match = service.match_folder(project, new, told=lambda done, total: told.append((done, total)))
    assert (match.folder, match.is_whole, match.n_there) == (new, True, N_IMAGES)
    assert 20 <= match.n_hashed < N_IMAGES, "a sample, for the times of the files are as they were"
    assert told[-1] == (N_IMAGES, N_IMAGES)
    assert service.get_project(project).is_root_missing, "looking changes nothing"
    revision = service.get_revision(project)
    changes = service.move_root(match, project)
    assert project in changes.projects and project in changes.image_lists
    assert (service.get_project(project).root, service.get_project(project).is_root_missing) == (new, False)
    assert service.get_revision(project) > revision


@pytest.mark.parametrize("chosen", ["new place", "new place/parish", "new place/parish/train"])
def test_the_folder_above_or_in_it_will_do(service: ProjectService, project: ProjectId, old: Path, chosen: str) -> None:
    new = old.parents[1] / "new place"
    new.mkdir()
    shutil.move(old, new / "parish")
    (new / "other" / "train").mkdir(parents=True)
    assert service.match_folder(project, old.parents[1] / chosen).folder == new / "parish"


def test_a_folder_that_was_renamed_too_is_found(service: ProjectService, project: ProjectId, old: Path) -> None:
    new = old.parents[1] / "new place"
    new.mkdir()
    shutil.move(old, new / "Parish of 1702")
    assert service.match_folder(project, new).folder == new / "Parish of 1702"


def test_what_is_missing_or_another_picture_is_named(service: ProjectService, project: ProjectId, old: Path) -> None:
    new = old.parents[1] / "new place"
    shutil.move(old, new)
    (new / "val" / "page 000.png").unlink()
    (new / "train" / "page 001.png").write_bytes(b"picture of another size")
    other = new / "val" / "page 002.png"
    other.write_bytes(b"picture 2OO")
    os.utime(other, ns=(1, 1))
    match = service.match_folder(project, new)
    assert (match.missing, match.different) == (("val/page 000.png",), ("train/page 001.png", "val/page 002.png"))
    assert (match.n_missing, match.n_different, match.n_there) == (1, 2, N_IMAGES - 3)
    assert not match.is_whole and not match.refusal
    service.move_root(match, project)
    assert service.get_project(project).root == new


def test_the_same_names_over_other_pictures_are_refused(service: ProjectService, project: ProjectId, old: Path) -> None:
    new = old.parents[1] / "new place"
    for file in [*old.rglob("*.png")]:
        target = new / file.relative_to(old)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.read_bytes()[::-1])  # as large, and newer
    match = service.match_folder(project, new)
    assert (match.n_there, match.n_hashed) == (0, N_IMAGES)
    with pytest.raises(RefusedError, match="None of the project's 60 images"):
        service.move_root(match, project)
    assert service.get_project(project).root == old


def test_a_copy_without_its_times_is_not_hashed_without_end(
    service: ProjectService, project: ProjectId, old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.projects.locating.MAX_HASHED", 30)
    for file in old.rglob("*.png"):
        os.utime(file, ns=(1, 1))
    assert service.match_folder(project, old).n_hashed <= 30 + N_IMAGES // 2
    assert MAX_HASHED == 200


def test_looking_can_be_given_up_and_needs_a_folder_and_a_project(
    service: ProjectService, project: ProjectId, old: Path
) -> None:
    def give_up(done: int, total: int) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        service.match_folder(project, old, told=give_up)
    with pytest.raises(RefusedError, match="not a folder"):
        service.match_folder(project, old / "nowhere")
    with pytest.raises(NotFoundError):
        service.match_folder(ProjectId("nothing"), old)
