"""A version measured on a set of a dataset: of a frozen one as it was frozen."""

from __future__ import annotations

import pytest
from evaluation_site import EvaluationSite

from core.datasets.editing import DatasetEditing
from core.datasets.freezing import DatasetFreezing
from core.datasets.frozen_registry import FrozenRegistries
from core.domain.datasets import Dataset
from core.domain.evaluating import EvaluationDraft
from core.domain.ids import DatasetId, ImageId
from core.domain.image_ids import ImageIds
from core.domain.runs import RunStatus
from core.errors import NotFoundError, RefusedError
from core.evaluations.dataset_sets import DatasetSets
from core.evaluations.service import EvaluationService
from core.rebuilding.service import reindex
from core.registry.database import Registry
from core.registry.stores import annotations as annotation_store
from core.registry.stores import images as image_store
from core.registry.stores import snapshots
from core.registry.stores.annotations import NewAnnotation
from core.runs.kinds import RunKindCatalog


def _service(site: EvaluationSite) -> EvaluationService:
    shop = site.shop
    freezing = DatasetFreezing(shop.registry, shop.home.snapshots)
    sets = DatasetSets(shop.registry, freezing, FrozenRegistries(shop.home.frozen, freezing))
    return EvaluationService(
        shop.registry,
        shop.projects,
        shop.datasets,
        shop.models,
        shop.runs,
        site.studies,
        shop.home.predictions,
        sets=sets,
    )


def _dataset(site: EvaluationSite, name: str, *, is_frozen: bool) -> Dataset:
    shop = site.shop
    editing = DatasetEditing(shop.registry)
    id = editing.create(shop.project, name).value.dataset
    with shop.registry.read() as session:
        keys = image_store.list_keys(session, shop.project)
    for item in editing.get_dataset(id).sets:
        own = [ImageId(str(key)) for path, key in sorted(keys.items()) if path.startswith(f"{item.name}/")]
        editing.add_images(id, item.id, ImageIds.of(own))
    if is_frozen:
        return DatasetFreezing(shop.registry, shop.home.snapshots).freeze(id).value
    return editing.get_dataset(id)


def _draft(site: EvaluationSite, dataset: DatasetId, name: str = "") -> EvaluationDraft:
    return EvaluationDraft(site.quick, site.shop.project, dataset=dataset, set_name=name)


def test_a_set_of_an_open_dataset_is_measured_as_it_is_now(fresh: EvaluationSite):
    service = _service(fresh)
    dataset = _dataset(fresh, "Open", is_frozen=False)
    survey = service.survey(_draft(fresh, dataset.id, "test"))
    assert (survey.where, survey.n_images, survey.n_objects) == ("Open test", 3, 6)
    assert service.list_choices(fresh.shop.project).datasets[0].name == "Open"
    whole = service.survey(_draft(fresh, dataset.id))
    assert (whole.n_images, whole.n_unannotated) == (31, 1)


def test_a_set_of_a_frozen_dataset_is_measured_as_it_was_frozen(fresh: EvaluationSite):
    service, shop = _service(fresh), fresh.shop
    dataset = _dataset(fresh, "Frozen", is_frozen=True)
    with shop.registry.write() as session:
        keys = image_store.list_keys(session, shop.project)
        disc = next(int(item.id) for item in shop.projects.list_categories(shop.project) if item.name == "disc")
        new = [NewAnnotation(key, disc, None) for path, key in keys.items() if path.startswith("test/")]
        annotation_store.insert_annotations(session, new)
    draft = _draft(fresh, dataset.id, "test")
    assert service.survey(draft).n_objects == 6
    record = service.submit(draft).value
    shop.runs.carry_out(record.id, lambda _batch: None, lambda: False)
    ended = shop.runs.get_run(record.id)
    assert ended.status is RunStatus.SUCCESS, ended.reason
    assert ended.name.endswith(f" on Frozen ({dataset.version}) test")
    measured = service.list_evaluations(fresh.quick)[-1]
    assert measured.table.overall.n_images == 3
    frozen = list(shop.datasets.open(ended.snapshot).images())
    assert [len(image.objects) for image in frozen] == [2, 2, 2]
    with Registry(shop.home.root / "again.sqlite", shop.home.backups) as lost:
        reindex(shop.home, lost, RunKindCatalog())
        with lost.read() as session:
            listed = snapshots.get_snapshot(session, ended.snapshot)
    assert (listed.label, listed.dataset) == (dataset.version, dataset.label), "as it was before the registry was lost"


def test_what_cannot_be_measured_of_a_dataset_is_refused(fresh: EvaluationSite):
    service = _service(fresh)
    dataset = _dataset(fresh, "Frozen", is_frozen=True)
    with pytest.raises(NotFoundError, match='no set "dev"') as caught:
        service.survey(_draft(fresh, dataset.id, "dev"))
    assert caught.value.code == "E-527"
    empty = DatasetEditing(fresh.shop.registry).create(fresh.shop.project, "Empty").value.dataset
    with pytest.raises(RefusedError) as nothing:
        service.survey(_draft(fresh, empty))
    assert nothing.value.code == "E-523"
    (fresh.shop.images_root / "test/00.jpg").write_bytes(b"changed")
    with pytest.raises(RefusedError, match=r"test/00\.jpg") as changed:
        service.submit(_draft(fresh, dataset.id, "test"))
    assert changed.value.code == "E-223"
