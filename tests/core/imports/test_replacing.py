"""An import that replaces takes the place of earlier imports, of nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.domain.geometry import Box
from core.domain.ids import ProjectId
from core.domain.imports import Difference, ImportSource
from core.domain.projects import ImageFilter, Source
from core.imports.service import ImportService
from core.projects.service import ProjectService
from core.registry.database import Registry
from core.registry.stores import annotations, images, projects
from core.registry.stores.annotations import NewAnnotation

BY_HAND = Box(1, 1, 9, 9)


@pytest.fixture
def parish(imports: ImportService, add_picture, write_coco, pictures: Path) -> ProjectId:
    for name in ("1.png", "2.png"):
        add_picture(name)
    file = write_coco([("1.png", "line", [5, 5, 20, 20]), ("2.png", "line", [6, 6, 20, 20])])
    return imports.commit(ImportSource(file, pictures), project_name="Parish").project


def add(registry: Registry, project: ProjectId, path: str, source: Source, box: Box | None = BY_HAND) -> None:
    with registry.write() as session:
        key = images.list_keys(session, project)[path]
        line = None if box is None else int(projects.add_categories(session, project, ["line"])["line"])
        confidence = 0.5 if source is Source.MODEL else None
        annotations.insert_annotations(session, [NewAnnotation(key, line, box, source=source, confidence=confidence)])


def sources(registry: Registry, project: ProjectId) -> dict[str, int]:
    with registry.read() as session:
        rows = session.execute(annotations.ANNOTATIONS.select()).all()
    found = [row.source for row in rows]
    return {source: found.count(source) for source in set(found)}


def test_what_a_person_drew_and_a_model_predicted_stays(
    registry: Registry, imports: ImportService, browsing: ProjectService, parish: ProjectId, write_coco, contents
) -> None:
    add(registry, parish, "1.png", Source.HUMAN)
    add(registry, parish, "1.png", Source.MODEL, Box(2, 2, 8, 8))
    again = ImportSource(write_coco([("1.png", "line", [30, 5, 20, 20])], name="again.json"))
    imports.commit(again, project_name="", into=parish, replace=True)
    assert contents(parish) == {
        "1.png": [("line", BY_HAND), ("line", Box(30, 5, 50, 25))],
        "2.png": [("line", Box(6, 6, 26, 26))],
    }
    assert sources(registry, parish) == {"human": 1, "import": 2, "model": 1}
    assert browsing.get_project(parish).n_annotations == 3
    assert registry.check() == ()


def test_a_person_s_word_that_there_is_nothing_stays(
    registry: Registry, imports: ImportService, browsing: ProjectService, add_picture, write_coco, pictures: Path
) -> None:
    add_picture("1.png")
    add_picture("2.png")
    first = write_coco([("2.png", "line", [5, 5, 20, 20])])
    id = imports.commit(ImportSource(first, pictures), project_name="P").project
    add(registry, id, "1.png", Source.HUMAN, None)
    file = write_coco([("2.png", "line", [5, 5, 20, 20])], sizes={"1.png": (64, 48)}, name="again.json")
    imports.commit(ImportSource(file), project_name="", into=id, replace=True)
    assert sources(registry, id) == {"human": 1, "import": 1}
    annotated = browsing.get_annotated(browsing.list_image_ids(ImageFilter(id)))
    (image,) = [item for item in annotated if item.image.path == "1.png"]
    assert [item.source for item in image.annotations] == [Source.HUMAN]


def test_a_file_of_which_nothing_of_an_image_can_be_used_replaces_nothing_of_it(
    imports: ImportService, parish: ProjectId, write_coco, contents
) -> None:
    before = contents(parish)
    file = write_coco([("1.png", "line", [500, 500, 20, 20]), ("2.png", "line", [6, 6, 20, 20])], name="again.json")
    report = imports.commit(ImportSource(file), project_name="", into=parish, replace=True)
    assert [problem.kind for problem in report.problems] == ["box-out-of-bounds"]
    assert contents(parish) == before


def test_what_is_left_out_as_chosen_is_not_taken_away(
    imports: ImportService, add_picture, write_coco, contents
) -> None:
    root = add_picture("1.png").parent
    file = write_coco([("1.png", "line", [5, 5, 20, 20]), ("1.png", "word", [30, 5, 9, 9])])
    project = imports.commit(ImportSource(file, root), project_name="P").project
    before = contents(project)
    without = ImportSource(file, root, mapping=(("word", None),))
    preview = imports.preview(without, into=project)
    assert preview.differences is not None and preview.differences.total == Difference(same=1)
    imports.commit(without, project_name="", into=project, replace=True)
    assert contents(project) == before
