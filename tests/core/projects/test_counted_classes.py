"""Classes with counts are read once for all that ask, and are what the registry says after every write."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import event

from core.domain.geometry import Box
from core.domain.ids import ImageId, ProjectId
from core.domain.labelling import NewShape
from core.labelling.service import LabellingService
from core.projects.service import ProjectService
from core.registry.database import Registry
from core.registry.stores import categories, images, projects
from core.registry.stores.annotation_steps import Step
from core.registry.stores.images import ImageFacts
from core.trash.service import TrashService


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    with Registry(tmp_path / "registry.db", tmp_path / "backups") as opened:
        yield opened


@pytest.fixture
def service(registry: Registry) -> ProjectService:
    return ProjectService(registry)


@pytest.fixture
def project(registry: Registry, tmp_path: Path) -> ProjectId:
    with registry.write() as session:
        id = projects.insert_project(session, name="Parish", root=tmp_path)
        projects.add_categories(session, id, ["line", "stamp"])
        images.insert_images(session, id, [ImageFacts(f"a/{n}.png", 10, 10, 1, "00" * 32, 5, 5) for n in range(3)])
    return id


@pytest.fixture
def reads(registry: Registry) -> list[str]:
    """The statements that sum counts of classes."""
    seen: list[str] = []

    def note(connection: object, cursor: object, statement: str, *_: object) -> None:
        if "sum(folder_category" in statement:
            seen.append(statement)

    event.listen(registry._opened(), "before_cursor_execute", note)
    return seen


def true_classes(registry: Registry, project: ProjectId) -> object:
    with registry.read() as session:
        return projects.list_categories(session, project)


def test_they_are_true_after_every_kind_of_write(
    registry: Registry, service: ProjectService, project: ProjectId, tmp_path: Path
) -> None:
    labelling, trash = LabellingService(registry), TrashService(registry)
    line, stamp = (one.id for one in service.list_categories(project))
    image, other, _ = service.find_images(project, [f"a/{n}.png" for n in range(3)]).values()
    steps: list[Step | None] = []

    def draw(of: ImageId) -> None:
        seen = {of: service.get_images([of])[0].revision}
        steps.append(labelling.add([NewShape(of, line, Box(1, 1, 5, 5))], seen=seen, author="me").value.step)

    def take_back() -> None:
        assert steps[0] is not None
        labelling.take_back(steps[0])

    def add() -> None:
        with registry.write() as session:
            categories.insert_category(session, project, "seal")

    def recolour() -> None:
        with registry.write() as session:
            categories.update_category(session, project, stamp, colour="#ff0000")

    def merge() -> None:
        with registry.write() as session:
            categories.merge_categories(session, project, [stamp], line)

    for write in (
        lambda: draw(image.id),
        lambda: draw(other.id),
        take_back,
        add,
        recolour,
        merge,
        lambda: service.rename_project(project, "Parish 2"),
        lambda: trash.remove_images(project, [image.id]),
        lambda: trash.remove_images(project, [other.id]),
        lambda: trash.restore_images(project, [other.id]),
        lambda: service.remove_project(project),
        lambda: trash.restore_project(project),
        lambda: service.recount(),
    ):
        write()
        assert service.list_categories(project) == true_classes(registry, project)
    assert [one.name for one in service.list_categories(project)] == ["line", "seal"]


def test_all_that_ask_at_once_share_one_read(service: ProjectService, project: ProjectId, reads: list[str]) -> None:
    found: list[object] = []
    threads = [threading.Thread(target=lambda: found.append(service.list_categories(project))) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 5
    assert all(one is found[0] for one in found)
    assert len(reads) == 1
