"""What the person says of classes, options and of what models made."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.categories.service import CategoryService
from core.domain.imports import ImportPreview, ImportSource, Problem, Severity, SourceClass
from core.errors import RefusedError
from core.imports.service import ImportService
from core.projects.service import ProjectService
from core.registry.database import Registry
from core.registry.stores.import_reports import list_reports
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


@pytest.fixture
def source(tell: Tell) -> ImportSource:
    return tell(
        {
            "1.png": [{"name": "cat", "box": [1, 1, 9, 9]}, {"name": "Cat", "box": [20, 1, 29, 9]}],
            "2.png": [{"name": "junk", "box": [1, 1, 9, 9]}],
            "3.png": [{"name": "dog", "box": [1, 1, 9, 9]}, {"name": "junk", "box": [20, 1, 29, 9]}],
        }
    )


def problem(preview: ImportPreview, kind: str) -> Problem:
    (found,) = (one for one in preview.problems if one.kind == kind)
    return found


def test_several_classes_become_one_and_some_are_left_out(
    imports: ImportService, source: ImportSource, contents: Callable[..., Any]
) -> None:
    source = replace(source, mapping=(("Cat", "cat"), ("dog", "hound"), ("junk", None)))
    preview = imports.preview(source)
    assert preview.categories == (("cat", 2), ("hound", 1))
    assert preview.classes == (
        SourceClass("Cat", 1, "cat"),
        SourceClass("cat", 1, "cat"),
        SourceClass("dog", 1, "hound"),
        SourceClass("junk", 2, None),
    )
    assert '2 annotations are left out as chosen, by class: "junk" 2.' in problem(preview, "classes-left-out").text
    project = imports.commit(source, project_name="P").project
    assert {name for rows in contents(project).values() for name, _ in rows} == {"cat", "hound"}


def test_an_image_all_of_whose_objects_are_left_out_stays_open_and_is_no_negative(
    imports: ImportService, source: ImportSource, contents: Callable[..., Any]
) -> None:
    source = replace(source, mapping=(("junk", None),))
    preview = imports.preview(source)
    assert preview.n_annotated == 2
    assert "1 image has only annotations that are left out" in problem(preview, "images-left-open").text
    assert contents(imports.commit(source, project_name="P").project)["2.png"] == []


def test_a_mapping_of_what_no_file_names_is_refused(imports: ImportService, source: ImportSource) -> None:
    with pytest.raises(RefusedError, match='No class of the files is called "horse"') as caught:
        imports.preview(replace(source, mapping=(("horse", "cat"),)))
    assert "Cat, cat, dog, junk" in caught.value.hint
    with pytest.raises(RefusedError, match="without a name"):
        imports.preview(replace(source, mapping=(("cat", "  "),)))


def test_a_class_that_is_to_become_two_things_is_refused(imports: ImportService, source: ImportSource) -> None:
    with pytest.raises(RefusedError, match='"cat" cannot become two things'):
        imports.preview(replace(source, mapping=(("cat", "animal"), ("cat", None))))
    assert imports.preview(replace(source, mapping=(("cat", "Cat"), ("cat", "Cat"), ("Cat", "cat")))).can_import


def test_what_models_made_is_left_out_unless_asked_for(imports: ImportService, tell: Tell) -> None:
    source = tell(
        {
            "1.png": [
                {"name": "cat", "box": [1, 1, 9, 9]},
                {"name": "cat", "box": [20, 1, 29, 9], "by": "yolo"},
                {"name": "cat", "box": [40, 1, 49, 9], "by": "doc-ufcn"},
            ],
            "2.png": [{"name": "cat", "box": [1, 1, 9, 9], "by": "yolo"}],
        }
    )
    preview = imports.preview(source)
    assert (preview.n_annotations, preview.n_annotated) == (1, 1), "what only models spoke of is no negative"
    assert preview.makers == (("yolo", 2), ("doc-ufcn", 1))
    told = problem(preview, "model-made-left-out")
    assert told.severity is Severity.WARNING
    assert "3 annotations were made by models (yolo 2, doc-ufcn 1) and are left out" in told.text
    assert "1 image has nothing else" in told.text
    taken = imports.preview(replace(source, takes_model_made=True))
    assert (taken.n_annotations, taken.n_annotated) == (4, 2)
    assert "taken as ground truth, as chosen" in problem(taken, "model-made-taken").text


def test_options_reach_the_format_and_unknown_ones_are_refused(imports: ImportService, source: ImportSource) -> None:
    preview = imports.preview(replace(source, options=(("prefix", "x-"),)))
    assert [name for name, _ in preview.categories] == ["x-Cat", "x-cat", "x-dog", "x-junk"]
    with pytest.raises(RefusedError, match='has no option "depth"') as caught:
        imports.preview(replace(source, options=(("depth", "1"),)))
    assert "prefix" in caught.value.hint
    with pytest.raises(RefusedError, match='"y-" is no answer'):
        imports.preview(replace(source, options=(("prefix", "y-"),)))


def test_the_same_holds_of_formats_that_read_in_columns(
    registry: Registry, add_picture: Callable[..., Path], write_coco: Callable[..., Path], pictures: Path
) -> None:
    coco = ImportService(registry)
    for number, colour in enumerate(("red", "green", "blue"), start=1):
        add_picture(f"{number}.png", colour=colour)
    boxes = [("1.png", "cat", [1, 1, 8, 8]), ("1.png", "Cat", [20, 1, 8, 8]), ("2.png", "junk", [1, 1, 8, 8])]
    file = write_coco([*boxes, ("3.png", "cat", [1, 1, 8, 8])])
    preview = coco.preview(ImportSource(file, pictures, mapping=(("Cat", "cat"), ("junk", None))))
    assert preview.categories == (("cat", 3),)
    assert preview.n_annotated == 2
    assert "1 image has only annotations that are left out" in problem(preview, "images-left-open").text
    assert [(one.name, one.n_annotations) for one in preview.classes] == [("cat", 2), ("Cat", 1), ("junk", 1)]


def test_predictions_beside_a_file_of_ground_truth_are_no_version_of_it(
    registry: Registry, add_picture: Callable[..., Path], write_coco: Callable[..., Path], pictures: Path
) -> None:
    add_picture("1.png")
    write_coco([("1.png", "cat", [1, 1, 8, 8])]).rename(pictures / "truth.json")
    found = json.loads((pictures / "truth.json").read_text())
    found["annotations"] = [dict(found["annotations"][0], bbox=[2, 1, 8, 8], score=0.75)]
    (pictures / "found.json").write_text(json.dumps(found))
    preview = ImportService(registry).preview(ImportSource(pictures))
    assert preview.can_import and preview.n_annotations == 1
    assert preview.makers and "1 annotation was made by models" in problem(preview, "model-made-left-out").text


def test_an_import_again_begins_with_what_became_of_the_classes_before(
    imports: ImportService, source: ImportSource, contents: Callable[..., Any]
) -> None:
    chosen = replace(source, mapping=(("dog", "hound"), ("junk", None)))
    project = imports.commit(chosen, project_name="P").project
    before = contents(project)
    again = imports.preview(source, into=project)
    assert again.source.mapping == chosen.mapping
    assert again.differences is not None and (again.differences.total.new, again.differences.total.gone) == (0, 0)
    told = problem(again, "mapping-remembered").text
    assert '"dog" becomes "hound"' in told and '"junk" is left out' in told
    imports.commit(source, project_name="", into=project)
    assert contents(project) == before
    as_they_are = imports.preview(replace(source, is_mapping_chosen=True), into=project)
    assert as_they_are.differences is not None and as_they_are.differences.total.new == 3
    assert not as_they_are.source.mapping


def test_an_import_again_follows_the_classes_that_were_renamed_and_merged_since(
    imports: ImportService, source: ImportSource, registry: Registry, contents: Callable[..., Any]
) -> None:
    chosen = replace(source, mapping=(("dog", "hound"),))
    project = imports.commit(chosen, project_name="P").project
    classes = CategoryService(registry)

    def ids() -> dict[str, Any]:
        return {one.name: one.id for one in ProjectService(registry).list_categories(project)}

    def reports() -> list[dict[str, Any]]:
        with registry.read() as session:
            return [one.content for one in list_reports(session, project)]

    before = reports()
    renamed = classes.rename(project, ids()["hound"], "big dog").value
    merged = classes.merge(project, [ids()["Cat"]], ids()["cat"]).value.done
    left = contents(project)
    again = imports.preview(source, into=project)
    assert dict(again.source.mapping) == {"dog": "big dog", "Cat": "cat"}
    assert again.differences is not None and again.differences.total.new == 0
    imports.commit(source, project_name="", into=project)
    assert contents(project) == left
    imports.commit(source, project_name="", into=project, replace=True)
    assert contents(project) == left
    merged_again = classes.undo(classes.undo(merged).value).value
    classes.undo(merged_again)
    classes.undo(renamed)
    assert reports()[-1] == before[0]
    assert list(reports()[-1]) == list(before[0])
    assert dict(imports.preview(source, into=project).source.mapping)["dog"] == "hound"


def test_a_name_that_a_class_had_for_a_while_only_is_forgotten(
    imports: ImportService, source: ImportSource, registry: Registry
) -> None:
    project = imports.commit(source, project_name="P").project
    classes, id = CategoryService(registry), ProjectService(registry).list_categories(project)[0].id
    name = ProjectService(registry).list_categories(project)[0].name
    classes.rename(project, id, "mistaken")
    classes.rename(project, id, name)
    assert imports.preview(source, into=project).source.mapping == ()


def test_an_image_of_two_classes_that_became_one_is_of_it_once(
    imports: ImportService, tell: Tell, registry: Registry, contents: Callable[..., Any]
) -> None:
    source = tell({"1.png": [{"name": "cat"}, {"name": "kitten"}, {"name": "cat", "box": [1, 1, 9, 9]}]})
    project = imports.commit(source, project_name="P").project
    ids = {one.name: one.id for one in ProjectService(registry).list_categories(project)}
    CategoryService(registry).merge(project, [ids["kitten"]], ids["cat"])
    merged = contents(project)
    report = imports.commit(source, project_name="", into=project)
    assert (report.differences.same, report.differences.new) == (2, 0)
    assert contents(project) == merged
    mapped = replace(source, mapping=(("kitten", "cat"),))
    assert contents(imports.commit(mapped, project_name="Q").project) == merged
