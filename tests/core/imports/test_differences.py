"""An import into a project says what would change before anything does, and changes only what was agreed to."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.domain.details import AnnotationDetails
from core.domain.geometry import Box
from core.domain.ids import AnnotationId, CategoryId, ImageId, ProjectId
from core.domain.imports import Difference, ImportSource, RawAnnotation
from core.domain.projects import Annotation, Source
from core.imports.cancelling import ImportCancelledError
from core.imports.comparison import compare
from core.imports.matching import Cells
from core.imports.service import ImportService
from core.registry.database import Registry
from core.registry.stores import annotations, images, projects
from tests.core.imports.told_format import told_catalog

Tell = Callable[[dict[str, list[dict[str, Any]]]], ImportSource]


@pytest.fixture
def imports(registry: Registry) -> ImportService:
    return ImportService(registry, told_catalog())


@pytest.fixture
def tell(pictures: Path, add_picture: Callable[..., Path]) -> Tell:
    for number, colour in enumerate(("red", "green", "blue"), start=1):
        add_picture(f"{number}.png", colour=colour)

    def write(content: dict[str, list[dict[str, Any]]]) -> ImportSource:
        (pictures / "all.told").write_text(json.dumps(content))
        return ImportSource(pictures / "all.told", pictures)

    return write


BEFORE = {
    "1.png": [{"name": "a", "box": [1, 1, 11, 11], "id": "x"}, {"name": "a", "box": [30, 1, 40, 11]}],
    "2.png": [{"name": "b", "box": [1, 1, 11, 11], "text": "Anno"}, {"name": "b", "box": [30, 1, 40, 11]}],
}
AFTER = {
    "1.png": [
        {"name": "a", "box": [1, 20, 11, 30], "id": "x"},  # far away, of the same id
        {"name": "a", "box": [31, 1, 41, 11]},  # moved a little
        {"name": "c", "box": [1, 35, 11, 45]},  # new
    ],
    "2.png": [{"name": "b", "box": [1, 1, 11, 11], "text": "Anno Domini"}],  # other words, and one less
    "3.png": [{"name": "a", "box": [1, 1, 11, 11]}],
}


@pytest.fixture
def project(imports: ImportService, tell: Tell) -> ProjectId:
    return imports.commit(tell(BEFORE), project_name="P").project


def test_the_same_data_again_changes_nothing(imports: ImportService, tell: Tell, project: ProjectId, contents) -> None:
    before = contents(project)
    preview = imports.preview(tell(BEFORE), into=project)
    assert preview.differences is not None
    assert preview.differences.total == Difference(same=4) and not preview.differences.images
    for replaces in (False, True):
        report = imports.commit(tell(BEFORE), project_name="", into=project, replace=replaces)
        assert (report.n_new_annotations, report.differences) == (0, Difference(same=4))
        assert contents(project) == before


def test_differences_are_counted_and_shown_by_image(imports: ImportService, tell: Tell, project: ProjectId) -> None:
    found = imports.preview(tell(AFTER), into=project).differences
    assert found is not None
    assert found.total == Difference(same=0, new=2, changed=3, gone=1, only_details=1)
    assert dict(found.classes) == {
        "a": Difference(new=1, changed=2),
        "b": Difference(changed=1, gone=1),
        "c": Difference(new=1),
    }
    assert [image.path for image in found.images] == ["1.png", "2.png", "3.png"] and found.n_images == 3
    first = found.images[0]
    assert [one.geometry for one in first.before] == [Box(1, 1, 11, 11), Box(30, 1, 40, 11)]
    assert len(first.after) == 3


def test_by_default_only_what_is_new_is_added(imports: ImportService, tell: Tell, project: ProjectId, contents) -> None:
    report = imports.commit(tell(AFTER), project_name="", into=project)
    assert report.n_new_annotations == 2 and not report.is_replacing
    boxes = {path: [shape for _, shape in rows] for path, rows in contents(project).items()}
    assert boxes == {
        "1.png": [Box(1, 1, 11, 11), Box(30, 1, 40, 11), Box(1, 35, 11, 45)],
        "2.png": [Box(1, 1, 11, 11), Box(30, 1, 40, 11)],
        "3.png": [Box(1, 1, 11, 11)],
    }


def test_changes_are_taken_over_when_wanted_and_a_person_s_own_stays(
    imports: ImportService, registry: Registry, tell: Tell, project: ProjectId, contents, browsing
) -> None:
    own = Box(45, 30, 60, 45)
    with registry.write() as session:
        key = images.list_keys(session, project)["2.png"]
        category = int(projects.add_categories(session, project, ["b"])["b"])
        drawn = annotations.NewAnnotation(key, category, own, source=annotations.Source.HUMAN)
        annotations.insert_annotations(session, [drawn])
    imports.commit(tell(AFTER), project_name="", into=project, replace=True)
    boxes = {path: {shape for _, shape in rows} for path, rows in contents(project).items()}
    assert boxes == {
        "1.png": {Box(1, 20, 11, 30), Box(31, 1, 41, 11), Box(1, 35, 11, 45)},
        "2.png": {Box(1, 1, 11, 11), own},
        "3.png": {Box(1, 1, 11, 11)},
    }
    assert registry.check() == ()
    again = imports.preview(tell(AFTER), into=project).differences
    assert again is not None and again.total == Difference(same=5)


def test_the_report_of_each_import_stays_with_its_project(
    imports: ImportService, tell: Tell, project: ProjectId, pictures: Path
) -> None:
    report = imports.commit(tell(AFTER), project_name="", into=project, replace=True)
    newest, first = imports.list_reports(project)
    assert newest.id == report.id and imports.get_report(first.id) == first
    assert (first.format, first.source, first.n_new_images, first.n_new_annotations) == (
        "told",
        pictures / "all.told",
        3,
        4,
    )
    assert first.content["format"] == 1 and first.content["categories"] == {"a": 2, "b": 2}
    assert first.content["differences"] is None
    assert newest.content["differences"] == {"same": 0, "new": 2, "changed": 3, "gone": 1, "only_details": 1}
    assert newest.content["is_replacing"] is True


def test_an_import_that_fails_leaves_no_report(imports: ImportService, tell: Tell, project: ProjectId) -> None:
    with pytest.raises(ImportCancelledError):
        imports.commit(tell(AFTER), project_name="", into=project, is_cancelled=lambda: True)
    assert len(imports.list_reports(project)) == 1


def test_a_comparison_can_be_stopped_at_each_image(imports: ImportService, tell: Tell, project: ProjectId) -> None:
    told: list[str] = []
    asked: list[str] = []

    def is_second_comparison() -> bool:
        asked.extend(text for text in told[-1:] if text == "Comparing with the project")
        return len(asked) == 2

    with pytest.raises(ImportCancelledError):
        imports.preview(
            tell(AFTER),
            into=project,
            progress=lambda _done, _total, text: told.append(text),
            is_cancelled=is_second_comparison,
        )


def test_thousands_of_objects_on_an_image_are_compared() -> None:
    names = {CategoryId("1"): "a"}
    boxes = [Box(x * 20, y * 20, x * 20 + 10, y * 20 + 10) for x in range(60) for y in range(60)]
    known = [
        Annotation(AnnotationId(str(n)), ImageId("1"), CategoryId("1"), box, Source.IMPORT)
        for n, box in enumerate(boxes)
    ]
    moved = [RawAnnotation("a", Box(box.x0 + 2, box.y0, box.x1 + 2, box.y1)) for box in reversed(boxes)]
    comparison = compare(moved, known, names)
    assert comparison.difference == Difference(changed=len(boxes))
    assert all(now.geometry.x0 == before.geometry.x0 + 2 for now, before in comparison.changed)  # type: ignore[union-attr]
    assert compare([RawAnnotation("a", box) for box in boxes], known, names).difference == Difference(same=len(boxes))


def test_an_object_is_found_in_a_column_without_a_look_at_the_others() -> None:
    cells = Cells()
    boxes = [Box(10, 10 * n, 200, 10 * n + 8) for n in range(1000)]
    for number, box in enumerate(boxes):
        cells.add(number, box)
        cells.add(1000 + number, boxes[7])
    cells.take_out(7, boxes[7])
    looked: list[int] = []
    assert cells.first(Box(9.98, 70.02, 200, 78), lambda number: looked.append(number) is None) == 1000
    assert len(looked) == 1


def test_objects_that_all_overlap_are_told_apart() -> None:
    names = {CategoryId("1"): "a"}
    known = [
        Annotation(AnnotationId(str(n)), ImageId("1"), CategoryId("1"), Box(n, 0, n + 9000, 9), Source.IMPORT)
        for n in range(2000)
    ]
    comparison = compare([RawAnnotation("a", Box(n + 0.2, 0, n + 9000.2, 9)) for n in range(2000)], known, names)
    assert [int(before.id) for _, before in comparison.changed] == list(range(2000))


def test_the_best_of_several_that_overlap_is_taken() -> None:
    known = [
        Annotation(AnnotationId(str(n)), ImageId("1"), CategoryId("1"), box, Source.IMPORT)
        for n, box in enumerate((Box(0, 0, 100, 100), Box(30, 0, 130, 100), Box(6, 0, 106, 100)))
    ]
    comparison = compare([RawAnnotation("a", Box(8, 0, 108, 100))], known, {CategoryId("1"): "a"})
    assert [before.id for _, before in comparison.changed] == [AnnotationId("2")]
    other_class = compare([RawAnnotation("b", Box(8, 0, 108, 100))], known, {CategoryId("1"): "a"})
    assert other_class.difference == Difference(new=1, gone=3)


def test_attributes_in_another_order_are_no_change() -> None:
    known = Annotation(
        AnnotationId("k"),
        ImageId("i"),
        CategoryId("c"),
        Box(1, 1, 9, 9),
        details=AnnotationDetails(attributes=(("truncated", "1"), ("difficult", "1"))),
    )
    stated = RawAnnotation(
        "a", Box(1, 1, 9, 9), details=AnnotationDetails(attributes=(("difficult", "1"), ("truncated", "1")))
    )
    other = replace(stated, details=AnnotationDetails(attributes=(("difficult", "0"), ("truncated", "1"))))
    names = {CategoryId("c"): "a"}
    assert len(compare([stated], [known], names).same) == 1
    assert len(compare([other], [known], names).changed) == 1


def test_what_a_person_drew_is_neither_changed_nor_gone() -> None:
    drawn = Annotation(AnnotationId("1"), ImageId("1"), CategoryId("1"), Box(0, 0, 100, 100), Source.HUMAN)
    names = {CategoryId("1"): "a"}
    assert compare([RawAnnotation("a", Box(8, 0, 108, 100))], [drawn], names).difference == Difference(new=1)
    assert compare([], [drawn], names).difference == Difference()
