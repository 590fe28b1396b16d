"""Opening, listing and editing the registry of `million.py`, in a process of its own so that its memory can be told:
`python tests/benchmarks/listing_at_size.py FOLDER` prints JSON."""

from __future__ import annotations

import json
import sqlite3
import sys
from pathlib import Path
from typing import Any

from million import Measured

from core.domain.filters import Condition, Group, Joint, Operator
from core.domain.geometry import Box
from core.domain.ids import ImageId, ProjectId
from core.domain.image_order import SortKey, SortOrder
from core.domain.labelling import NewShape
from core.domain.projects import ImageFilter
from core.home import Home
from core.labelling.service import LabellingService
from core.projects.service import ProjectService
from core.registry.database import Registry

FIRST = 500


def measure_lists(measured: Measured, service: ProjectService, project: ProjectId, how: str) -> None:
    """Every order and every kind of filter, once: what is kept of one is no help to the next."""
    everything = ImageFilter(project)
    for key in SortKey:
        for is_descending in (False, True):
            name = f"{how}: sort by {key.value}{', descending' if is_descending else ''}"
            with measured.measure(name):
                service.list_image_ids(everything, sort=SortOrder(key, is_descending))
    categories = service.list_categories(project)
    for name, filter in filters(project, categories[0].id, categories[0].name).items():
        with measured.measure(f"{how}: {name}"):
            service.list_image_ids(filter)
            service.count_images(filter)


def filters(project: ProjectId, category: Any, name: str) -> dict[str, ImageFilter]:
    def where(*conditions: Condition) -> ImageFilter:
        return ImageFilter(project, where=Group(Joint.OR, conditions))

    of_class, large = Condition("label", Operator.EQ, name), Condition("size", Operator.GT, 140_000)
    return {
        "folder": ImageFilter(project, folders=("part 000",)),
        "class": ImageFilter(project, categories=(category,)),
        "not annotated": ImageFilter(project, is_annotated=False),
        'search "1"': ImageFilter(project, name_contains="1"),
        'search "0012"': ImageFilter(project, name_contains="0012"),
        "tag": ImageFilter(project, tag="hard"),
        "class or size": where(of_class, large),
        "no class of a name": where(Condition("label", Operator.NE, name)),
        "imported": where(Condition("source", Operator.EQ, "import")),
        "drawn by a person": where(Condition("source", Operator.EQ, "human")),
        "any author": where(Condition("author", Operator.EXISTS, value=True)),
        "without concept": where(Condition("withoutConcept", Operator.EQ, value=True)),
        "name by a pattern": where(Condition("name", Operator.MATCH, "*12*")),
        "file changed after a day": where(Condition("updatedAt", Operator.GT, "2020-01-01")),
    }


def measure_edits(measured: Measured, registry: Registry, service: ProjectService, project: ProjectId) -> None:
    """A box on one image, and taken back; each with the lists and counts that are then read anew."""
    labelling = LabellingService(registry)
    category = service.list_categories(project)[0].id
    for n in range(3):
        image = ImageId(str(4_000 + n))
        (before,) = service.get_images([image])
        with measured.measure(f"edit {n + 1}"):
            done = labelling.add(
                [NewShape(image, category, Box(1, 2, 30, 40))], seen={image: before.revision}, author=""
            )
        with measured.measure(f"refresh after edit {n + 1}"):
            refresh(service, project, category, image)
        with measured.measure(f"undo {n + 1}"):
            assert done.value.step is not None
            labelling.take_back(done.value.step)
        with measured.measure(f"refresh after undo {n + 1}"):
            refresh(service, project, category, image)


def refresh(service: ProjectService, project: ProjectId, category: Any, image: ImageId) -> None:
    service.list_image_ids(ImageFilter(project, categories=(category,)))
    service.get_project(project)
    service.list_folders(project, with_categories=False)
    service.list_categories(project)
    service.get_annotated([image])


def measure_floor(measured: Measured, file: Path, project: ProjectId) -> None:
    """Plain Python: the rows of a statement as a list."""
    connection = sqlite3.connect(file)
    for name, order in (("path", "path"), ("name", "search_name, path"), ("annotations", "n_annotations, path")):
        with measured.measure(f"plain SQL: sort by {name}"):
            connection.execute(f"SELECT id FROM image WHERE project_id = ? ORDER BY {order}", (project,)).fetchall()
    with measured.measure("plain SQL: class"):
        of_class = "SELECT image_id FROM annotation WHERE category_id = 1"
        query = f"SELECT id FROM image WHERE project_id = ? AND id IN ({of_class}) ORDER BY path"
        connection.execute(query, (project,)).fetchall()
    with measured.measure('plain SQL: search "1"'):
        query = "SELECT id FROM image WHERE project_id = ? AND search_name LIKE '%1%' ORDER BY path"
        connection.execute(query, (project,)).fetchall()
    connection.close()


def main(folder: Path) -> None:
    home, measured = Home(folder / "home"), Measured()
    registry = Registry(home.registry_file, home.backups)
    with measured.measure("Registry.open"):
        registry.open()
    service = ProjectService(registry)
    with measured.measure("project, folders, classes"):
        (project,) = (one.id for one in service.list_projects())
        service.list_folders(project, with_categories=False)
        service.list_categories(project)
    with measured.measure("first page by path"):
        page = service.list_first_image_ids(ImageFilter(project), most=FIRST)
        service.get_annotated(page[:40])
    for key in SortKey:
        with measured.measure(f"first page by {key.value}, before memory"):
            service.list_first_image_ids(ImageFilter(project), sort=SortOrder(key), most=FIRST)
    with measured.measure("all by path, before memory"):
        service.list_image_ids(ImageFilter(project))
    with measured.measure("reading into memory, in the background"):
        service.prepare_lists(project)
    measure_lists(measured, service, project, "from memory")
    with measured.measure("next page: records of 40 images"):
        service.get_annotated(service.list_image_ids(ImageFilter(project))[500_000:500_040])
    measure_edits(measured, registry, service, project)
    measure_floor(measured, home.registry_file, project)
    registry.close()
    print(json.dumps(measured.found))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
