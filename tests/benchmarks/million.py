"""A registry of as many images as one likes, without image files; and what is measured on it, each in a process of its
own so that its memory can be told: `python tests/benchmarks/million.py ACTION FOLDER` prints JSON."""

from __future__ import annotations

import json
import random
import resource
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.datasets.editing import DatasetEditing
from core.datasets.service import DatasetService
from core.domain.filters import Condition, Group, Operator
from core.domain.geometry import Polygon
from core.domain.ids import DatasetId, ProjectId
from core.domain.project_statistics import Part
from core.domain.snapshots import Split
from core.domain.tagging import TAG_OF, tag_filter
from core.domain.training import SplitFilter, TrainingDraft
from core.home import Home
from core.models.service import ModelService
from core.projects.service import ProjectService
from core.registry.blocks import make_blocks
from core.registry.database import Registry
from core.registry.stores import projects as project_store
from core.registry.stores.shapes import encode
from core.registry.stores.upkeep import recount
from core.runs.service import RunService
from core.statistics.service import StatisticsService
from core.training.service import TrainingService
from core.workers.catalog import WorkerCatalog

N_CLASSES = 80
IMAGES_PER_FOLDER = 1_000
ANNOTATIONS_PER_IMAGE = 10
_AT_ONCE = 20_000
_NAME = "Million"


def make_registry(folder: Path, n_images: int) -> None:
    """Images of 640 x 480 in folders of a thousand; ten annotations each, nine boxes and a polygon, a few classes."""
    home = Home(folder / "home")
    home.ensure()
    (folder / "images").mkdir(exist_ok=True)
    with Registry(home.registry_file, home.backups) as registry, registry.write() as session:
        project = project_store.insert_project(session, name=_NAME, root=folder / "images")
        categories = project_store.add_categories(session, project, [f"class {i:02}" for i in range(N_CLASSES)])
        n_folders = -(-n_images // IMAGES_PER_FOLDER)
        paths = [f"part {i // 100:03}/batch {i:05}" for i in range(n_folders)]
        folders = project_store.add_folders(session, project, paths)
        cursor = session.connection().connection.driver_connection.cursor()
        keys = [int(id) for id in categories.values()]
        for start in range(0, n_images, _AT_ONCE):
            numbers = range(start, min(start + _AT_ONCE, n_images))
            cursor.executemany(_INSERT_IMAGE, (_image(number, project, paths, folders) for number in numbers))
            cursor.executemany(_INSERT_ANNOTATION, (row for number in numbers for row in _annotations(number, keys)))
        recount(session, project)


_INSERT_IMAGE = """
INSERT INTO image (id, project_id, folder_id, path, search_name, width, height, orientation, sha256, n_bytes, mtime_ns,
state, damage, n_annotations, is_annotated, revision) VALUES (?, ?, ?, ?, ?, 640, 480, 1, ?, ?, 1, 'ok', '', 0, 0, 0)
"""
_INSERT_ANNOTATION = """
INSERT INTO annotation (image_id, category_id, source, kind, x0, y0, x1, y1, points, confidence, is_crowd)
VALUES (?, ?, 'import', ?, ?, ?, ?, ?, ?, NULL, 0)
"""


def _image(number: int, project: str, paths: list[str], folders: Any) -> tuple[object, ...]:
    folder = paths[number // IMAGES_PER_FOLDER]
    name = f"{number:07}.jpg"
    digest = random.Random(number).randbytes(32)
    return number + 1, project, folders[folder], f"{folder}/{name}".encode(), name, digest, 100_000 + number % 50_000


def _annotations(number: int, keys: list[int]) -> Iterator[tuple[object, ...]]:
    rng = random.Random(-number - 1)
    classes = [keys[min(int(rng.expovariate(0.12)), N_CLASSES - 1)] for _ in range(rng.randint(1, 4))]
    for i in range(ANNOTATIONS_PER_IMAGE):
        x, y = round(rng.uniform(0, 500), 2), round(rng.uniform(0, 400), 2)
        width, height = round(rng.uniform(5, 130), 2), round(rng.uniform(5, 75), 2)
        if i == 0:
            ring = tuple(v for k in range(8) for v in (x + width * (k % 3) / 2, y + height * k / 8))
            shape = encode(Polygon((ring,)))
        else:
            shape = ("box", x, y, round(x + width, 2), round(y + height, 2), None)
        yield number + 1, rng.choice(classes), *shape


class Measured:
    """CPU seconds, seconds of the wall and the highest memory in MB, by what was done."""

    def __init__(self) -> None:
        self.found: dict[str, dict[str, float]] = {}

    @contextmanager
    def measure(self, name: str) -> Iterator[None]:
        cpu, wall = time.process_time(), time.perf_counter()
        yield
        self.found[name] = {
            "cpu_s": time.process_time() - cpu,
            "wall_s": time.perf_counter() - wall,
            "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000,
        }


def prepare(measured: Measured, registry: Registry, project: ProjectId, home: Home) -> None:
    with measured.measure("prepare counting, once at the import"):
        make_blocks(registry, project)


def review(measured: Measured, registry: Registry, project: ProjectId, home: Home) -> None:
    training, draft = _training(registry, home), _draft(project, _n_batches(registry, project))
    with measured.measure("review with folders for each set, first"):
        training.review(draft)
    with measured.measure("review after a change of the name"):
        training.review(replace(draft, name="another"))
    with measured.measure("review after a change of the classes"):
        training.review(replace(draft, categories=("class 01", "class 07")))
    with measured.measure("review with a carved set, first"):
        training.review(replace(draft, train_folders=("",), val_folders=(), test_folders=()))
    with measured.measure("review with a carved set, after a change of the name"):
        training.review(replace(draft, train_folders=("",), val_folders=(), test_folders=(), name="another"))


def choose(measured: Measured, registry: Registry, project: ProjectId, home: Home) -> None:
    """Eight of ten images are tagged, and in sets, to train; one each to validate and to test."""
    training = _training(registry, home)
    dataset = _prepare_choices(registry, project)
    plain = TrainingDraft(project, name="run", worker="fake", new_model_name="Model")
    tagged = replace(plain, filters=tuple(SplitFilter(split, tag_filter(split)) for split in Split))
    many = Group(items=(Condition("label", Operator.EQ, "class 01"), Condition("annotations", Operator.GT, 3)))
    filtered = replace(plain, filters=(SplitFilter(Split.TRAIN, many),))
    of_sets = replace(plain, dataset=dataset)
    for words, draft in (("tags", tagged), ("a filter", filtered), ("sets of a dataset", of_sets)):
        with measured.measure(f"review with {words}, first"):
            assert training.review(draft).splits
        with measured.measure(f"review with {words}, after a change of the name"):
            training.review(replace(draft, name="another"))
    with measured.measure("what a filter finds"):
        training.look_into_filter(project, many)
    with measured.measure("datasets, filters and tags that the wizard offers"):
        training.data_offers(project)


def _prepare_choices(registry: Registry, project: ProjectId) -> DatasetId:
    editing = DatasetEditing(registry)
    known = editing.list_datasets(project)
    if known:
        return known[0].id
    id = editing.create(project, "All").value.dataset
    sets = [item.id for item in editing.get_dataset(id).sets]
    of_image = "CASE image.id % 10 WHEN 0 THEN 1 WHEN 1 THEN 2 ELSE 0 END"
    with registry.write() as session:
        cursor = session.connection().connection.driver_connection.cursor()
        for place, split in enumerate(Split):
            cursor.execute(
                f"INSERT INTO image_tag SELECT id, ?, '', '2026-01-01 00:00:00' FROM image WHERE {of_image} = ?",
                (TAG_OF[split], place),
            )
            cursor.execute(
                f"INSERT INTO dataset_image SELECT ?, id FROM image WHERE {of_image} = ?", (sets[place], place)
            )
    return id


def freeze(measured: Measured, registry: Registry, project: ProjectId, home: Home) -> None:
    training, draft = (
        _training(registry, home),
        replace(_draft(project, _n_batches(registry, project)), train_folders=("",), val_folders=(), test_folders=()),
    )
    gathered = training._gatherer.gather(draft)
    with measured.measure("freeze"):
        training._freeze(gathered)


def statistics(measured: Measured, registry: Registry, project: ProjectId, home: Home) -> None:
    """40 CPU seconds and 500 MB are the most that a count of a million images may take."""
    service = StatisticsService(registry)
    with measured.measure("statistics: all counts"):
        found = service.count(project)
    common = max(found.classes, key=lambda one: one.n_images)
    with measured.measure("statistics: the images behind a class"):
        assert len(service.images_of(project, Part(category=common.id))) == common.n_images


def wizard(measured: Measured, registry: Registry, project: ProjectId, home: Home) -> None:
    projects, models = ProjectService(registry), ModelService(registry, home.models)
    with measured.measure("wizard: project"):
        projects.get_project(project)
    with measured.measure("wizard: folders"):
        projects.list_folders(project)
    with measured.measure("wizard: categories"):
        projects.list_categories(project)
    with measured.measure("wizard: models, versions, workers"):
        models.list_models(project)
        models.list_versions()
        WorkerCatalog().list_workers(include_hidden=True)


ACTIONS: dict[str, Callable[[Measured, Registry, ProjectId, Home], None]] = {
    "prepare": prepare,
    "review": review,
    "freeze": freeze,
    "choose": choose,
    "statistics": statistics,
    "wizard": wizard,
}


def _training(registry: Registry, home: Home) -> TrainingService:
    projects, models = ProjectService(registry), ModelService(registry, home.models)
    runs = RunService(registry, home.runs, home.devices)
    datasets = DatasetService(registry, home.snapshots)
    return TrainingService(registry, projects, datasets, models, runs, WorkerCatalog(), home)


def _draft(project: ProjectId, n_batches: int) -> TrainingDraft:
    """All images: one batch in ten to validate on, and one to test on."""
    folders = [f"part {i // 100:03}/batch {i:05}" for i in range(n_batches)]
    sets = [tuple(folder for i, folder in enumerate(folders) if min(i % 10, 2) == place) for place in range(3)]
    return TrainingDraft(
        project,
        name="run",
        worker="fake",
        new_model_name="Model",
        train_folders=sets[2],
        val_folders=sets[0],
        test_folders=sets[1],
    )


def _n_batches(registry: Registry, project: ProjectId) -> int:
    return -(-ProjectService(registry).get_project(project).n_images // IMAGES_PER_FOLDER)


def main(action: str, folder: Path) -> None:
    home, measured = Home(folder / "home"), Measured()
    with Registry(home.registry_file, home.backups) as registry:
        project = ProjectService(registry).find_project(_NAME)
        assert project is not None
        ACTIONS[action](measured, registry, project.id, home)
    print(json.dumps(measured.found))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
