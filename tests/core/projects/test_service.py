"""Browsing a project, and what may be done to it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.datasets.editing import DatasetEditing
from core.domain.changes import Changes
from core.domain.geometry import Box
from core.domain.ids import ImageId, ProjectId, RunId
from core.domain.image_ids import ImageIds
from core.domain.image_order import SortKey, SortOrder
from core.domain.projects import ImageFilter, ImageState, Source
from core.domain.runs import RunRecord, RunStatus
from core.errors import NotFoundError, RefusedError
from core.projects.service import ProjectService
from core.registry.database import Registry
from core.registry.stores import annotations, images, projects, runs
from core.registry.stores.annotations import NewAnnotation
from core.registry.stores.images import ImageFacts


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    with Registry(tmp_path / "registry.sqlite", tmp_path / "backups") as opened:
        yield opened


@pytest.fixture
def service(registry: Registry) -> ProjectService:
    return ProjectService(registry)


@pytest.fixture
def project(registry: Registry, tmp_path: Path) -> ProjectId:
    """Three images in two folders, one of them damaged, with a label by hand, one by import and one by a model."""
    with registry.write() as session:
        id = projects.insert_project(session, name="Parish", root=tmp_path)
        categories = projects.add_categories(session, id, ["line"])
        facts = [ImageFacts(path, 10, 10, 1, "00" * 32, 5, 5) for path in ("a/1.png", "a/b/2.png")]
        damaged = ImageFacts("c/3.png", 10, 10, 1, "00" * 32, 5, 5, ImageState.DAMAGED, "It ends too early.")
        images.insert_images(session, id, [*facts, damaged])
        keys = images.list_keys(session, id)
        line = int(categories["line"])
        box = Box(0, 0, 5, 5)
        annotations.insert_annotations(
            session,
            [
                NewAnnotation(keys["a/1.png"], line, box, source=Source.HUMAN),
                NewAnnotation(keys["a/1.png"], line, box),
                NewAnnotation(keys["a/b/2.png"], line, box, source=Source.MODEL, confidence=0.5),
            ],
        )
    return id


def add_run(registry: Registry, project: ProjectId, status: RunStatus) -> None:
    record = RunRecord(
        id=RunId("ab" * 16),
        name="Night run",
        kind="training",
        project=project,
        project_name="",
        worker="w",
        worker_version="1",
        model=None,
        model_name="",
        version=None,
        version_label="",
        snapshot=None,
        status=status,
        reason="",
        stage=None,
        progress=0.0,
        device="cpu",
        attempt=1,
        created_at=datetime.now(UTC),
    )
    with registry.write() as session:
        runs.insert_run(session, record)


def test_a_project_is_listed_found_and_browsed(service: ProjectService, project: ProjectId) -> None:
    listed = service.get_project(project)
    assert service.list_projects() == (listed,)
    assert service.find_project("parish") == listed
    assert (listed.n_images, listed.n_annotated, listed.n_annotations) == (3, 1, 2)
    assert [folder.path for folder in service.list_folders(project)] == ["", "a", "a/b", "c"]
    (line,) = service.list_categories(project)
    assert (line.name, line.n_annotations, line.n_images) == ("line", 2, 1)
    ids = service.list_image_ids(ImageFilter(project, folders=("a",)))
    assert service.count_images(ImageFilter(project, folders=("a",))) == 2
    assert [image.path for image in service.get_images(ids)] == ["a/1.png", "a/b/2.png"]
    assert [len(item.annotations) for item in service.get_annotated(ids)] == [2, 0]
    assert service.list_image_ids(ImageFilter(project), sort=SortOrder(SortKey.NAME)) == service.list_image_ids(
        ImageFilter(project)
    )


def test_opening_a_project_puts_it_first(service: ProjectService, registry: Registry, project: ProjectId) -> None:
    with registry.write() as session:
        newer = projects.insert_project(session, name="Newer", root=Path("/nowhere"))
    assert [found.id for found in service.list_projects()] == [newer, project]
    assert service.get_project(newer).is_root_missing
    assert service.mark_opened(project) == Changes.of(projects=[project])
    assert [found.id for found in service.list_projects()] == [project, newer]
    assert not service.get_project(project).is_root_missing


def test_renaming_takes_a_free_and_decent_name_only(
    service: ProjectService, registry: Registry, project: ProjectId
) -> None:
    with registry.write() as session:
        projects.insert_project(session, name="Other", root=Path("/nowhere"))
    assert service.rename_project(project, "  Books of 1750 ") == Changes.of(projects=[project], renamed=[project])
    assert service.get_project(project).name == "Books of 1750"
    service.rename_project(project, "Books of 1750")
    for name, said in (("", "a name"), ("x" * 101, "longer than 100"), ("Other", "already exists"), ("a\nb", "shown")):
        with pytest.raises(RefusedError, match=said):
            service.rename_project(project, name)
    assert service.get_project(project).name == "Books of 1750"
    with pytest.raises(NotFoundError):
        service.rename_project(ProjectId("nothing"), "Free")


@pytest.mark.parametrize("status", [RunStatus.PENDING, RunStatus.IN_PROGRESS, RunStatus.STOPPING, RunStatus.RERUN])
def test_a_project_whose_run_is_not_ended_stays(
    service: ProjectService, registry: Registry, project: ProjectId, status: RunStatus
) -> None:
    add_run(registry, project, status)
    with pytest.raises(RefusedError, match="Night run") as caught:
        service.remove_project(project)
    assert caught.value.code == "E-550"
    assert service.get_project(project).n_images == 3


def test_a_removed_project_leaves_its_runs_and_files(
    service: ProjectService, registry: Registry, project: ProjectId, tmp_path: Path
) -> None:
    picture = tmp_path / "a.png"
    picture.write_bytes(b"mine")
    add_run(registry, project, RunStatus.SUCCESS)
    assert service.remove_project(project) == Changes.whole_project(project).merged(Changes.of(trash=[project]))
    assert service.list_projects() == ()
    assert service.find_project("Parish") is None
    with registry.read() as session:
        assert [run.project_name for run in runs.list_runs(session)] == ["Parish"]
    assert picture.read_bytes() == b"mine"
    with pytest.raises(NotFoundError):
        service.remove_project(project)


def test_images_say_when_they_came(service: ProjectService, registry: Registry, project: ProjectId) -> None:
    first = service.get_images(service.list_image_ids(ImageFilter(project)))
    assert all(image.added_at is not None and image.added_at.tzinfo is not None for image in first)
    with registry.write() as session:
        images.insert_images(session, project, [ImageFacts("a/0.png", 10, 10, 1, "11" * 32, 5, 5)])
    newest = service.list_image_ids(ImageFilter(project), sort=SortOrder(SortKey.ADDED, is_descending=True))
    (latest,) = service.get_images(newest[:1])
    assert latest.path == "a/0.png"
    assert latest.added_at is not None and latest.added_at > max(one.added_at for one in first if one.added_at)


def test_chosen_images_are_summed_alike_from_the_registry_and_from_memory(
    service: ProjectService, project: ProjectId
) -> None:
    ids = service.list_image_ids(ImageFilter(project))
    asked = service.sum_images(project, ids)
    assert (asked.n_images, asked.n_annotated, asked.n_annotations, asked.n_bytes) == (3, 1, 2, 15)
    assert (asked.n_damaged, asked.n_missing, asked.least_pixels) == (1, 0, (10, 10))
    service.prepare_lists(project)
    assert service.sum_images(project, ids) == asked
    some = ImageIds.of([ids[1], ImageId("9999")])
    assert service.sum_images(project, some).n_images == 1, "what is gone does not count"
    assert service.sum_images(project, ImageIds.of(())).most_pixels == (0, 0)


def test_an_image_says_which_sets_it_is_in(registry: Registry, service: ProjectService, project: ProjectId) -> None:
    editing = DatasetEditing(registry)
    first, second, _ = service.list_image_ids(ImageFilter(project))
    dataset = editing.get_dataset(editing.create(project, "Pages").value.dataset)
    editing.add_images(dataset.id, dataset.sets[0].id, ImageIds.of([first]))
    assert service.get_use(first).sets == (("Pages", dataset.sets[0].name),)
    assert service.get_use(second).sets == ()
    with pytest.raises(NotFoundError):
        service.get_use(ImageId("9999"))
