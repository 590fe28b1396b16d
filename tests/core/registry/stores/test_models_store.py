"""Models, versions that never change their number."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.domain.ids import ProjectId, SnapshotId, VersionId
from core.domain.metrics import MAP50_95
from core.domain.models import Headline, Model, VersionStatus
from core.domain.snapshots import SnapshotInfo
from core.errors import NotFoundError, RefusedError
from core.registry.database import Registry
from core.registry.stores import models, projects, snapshots
from core.tasks.detection import DETECTION
from core.tasks.segmentation import SEGMENTATION


@pytest.fixture
def project(registry: Registry, tmp_path: Path) -> ProjectId:
    with registry.write() as session:
        return projects.insert_project(session, name="P", root=tmp_path)


@pytest.fixture
def model(registry: Registry, project: ProjectId) -> Model:
    with registry.write() as session:
        return models.insert_model(
            session, project=project, name="Lines", task=SEGMENTATION.slug, categories=("line", "a"), description="*x*"
        )


def publish(session, id: VersionId, content: str = "cd" * 32) -> None:
    models.publish_version(
        session,
        id,
        folder=Path("/models") / content,
        content_sha256=content,
        weights_sha256="ef" * 32,
        architecture="yolo11n-seg",
        headline=Headline(MAP50_95, 0.61, "test"),
        duration_s=12.5,
        is_partial=True,
    )


def insert(session, model: Model, **fields):
    return models.insert_version(session, model=model.id, worker="w", worker_version="1", **fields)


def test_a_model_keeps_the_order_of_its_categories(registry: Registry, model: Model, project: ProjectId) -> None:
    assert model.categories == ("line", "a")
    assert model.project_name == "P"
    with registry.read() as session:
        assert models.get_model(session, model.id) == model
        assert models.list_models(session, project) == (model,)
        assert models.list_models(session) == (model,)
        assert models.list_models(session, ProjectId("other")) == ()
        assert models.find_model(session, project, "Lines") == model
        assert models.find_model(session, project, "lines?") is None


def test_a_second_model_of_the_name_is_refused_in_the_project_only(
    registry: Registry, model: Model, project: ProjectId, tmp_path: Path
) -> None:
    with pytest.raises(RefusedError) as caught, registry.write() as session:
        models.insert_model(session, project=project, name="Lines", task=DETECTION.slug, categories=())
    assert caught.value.code == "E-230"
    with registry.write() as session:
        other = projects.insert_project(session, name="Q", root=tmp_path)
        models.insert_model(session, project=other, name="Lines", task=DETECTION.slug, categories=())


def test_numbers_are_not_given_again_after_a_deletion(registry: Registry, model: Model) -> None:
    with registry.write() as session:
        first, second = insert(session, model), insert(session, model, name="best")
        models.delete_version(session, second.id)
        third = insert(session, model)
        assert [version.label for version in (first, second, third)] == ["V001", "V002 (best)", "V003"]
        assert [version.id for version in models.list_versions(session, model.id)] == [third.id, first.id]
        assert models.get_model(session, model.id).n_versions == 2


def test_a_deleted_parent_is_still_named(registry: Registry, model: Model) -> None:
    with registry.write() as session:
        parent = insert(session, model, name="old")
        child = insert(session, model, parent=parent.id)
        models.delete_version(session, parent.id)
        assert models.get_version(session, child.id).parent_label == "V001 (old)"
        assert models.get_version(session, parent.id).label == "V001 (old)"
        assert [version.id for version in models.list_children(session, parent.id)] == [child.id]
        assert models.find_version(session, parent.id) is None


def test_publishing_twice_is_once_and_never_something_else(registry: Registry, model: Model) -> None:
    with registry.write() as session:
        version = insert(session, model)
        assert version.status is VersionStatus.CREATED
        publish(session, version.id)
        published = models.get_version(session, version.id)
        publish(session, version.id)
        models.fail_version(session, version.id)
        assert models.get_version(session, version.id) == published
    assert published.status is VersionStatus.AVAILABLE
    assert published.headline == Headline(MAP50_95, 0.61, "test")
    assert (published.folder, published.duration_s, published.is_partial) == (Path("/models") / ("cd" * 32), 12.5, True)
    with pytest.raises(RefusedError, match="V001 is published"), registry.write() as session:
        publish(session, version.id, content="00" * 32)
    with registry.read() as session:
        assert models.get_version(session, version.id) == published
        assert models.count_users_of_content(session, "cd" * 32) == 1


def test_a_failed_version_can_be_tried_again(registry: Registry, model: Model) -> None:
    with registry.write() as session:
        version = insert(session, model)
        models.fail_version(session, version.id)
        assert models.get_version(session, version.id).status is VersionStatus.ERROR
        models.reopen_version(session, version.id)
        assert models.get_version(session, version.id).status is VersionStatus.CREATED


def test_a_version_is_found_by_a_clear_beginning_of_its_id(registry: Registry, model: Model) -> None:
    with registry.write() as session:
        first, second = insert(session, model), insert(session, model)
        assert models.find_version(session, first.id) == first
        assert models.find_version(session, second.id[:28].upper()) == second
        assert models.find_version(session, first.id[:4]) is None, "too short to mean it"
        assert models.find_version(session, "%%%%%%%") is None


def test_unknown_ids_are_named(registry: Registry) -> None:
    with registry.write() as session:
        for get in (models.get_model, models.get_version, models.fail_version, models.delete_version):
            with pytest.raises(NotFoundError, match='"nothing"'):
                get(session, "nothing")
        with pytest.raises(NotFoundError):
            insert(session, Model("nothing", "", "", "", DETECTION.slug, (), None))  # type: ignore[arg-type]


def test_a_version_names_its_frozen_dataset(registry: Registry, model: Model, project: ProjectId) -> None:
    content = SnapshotInfo(SnapshotId("ab" * 32), project, "", model.created_at, ("x",), (), ())
    with registry.write() as session:
        snapshots.insert_snapshot(session, content)
        version = insert(session, model, snapshot=content.id)
    assert version.snapshot_label == "V001"
