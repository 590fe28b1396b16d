"""An import does not bring back images that a person removed from the project, and says so."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from core.domain.imports import ImportSource, Severity
from core.domain.projects import ImageFilter
from core.imports.service import ImportService
from core.projects.service import ProjectService
from core.registry.database import Registry
from core.trash.service import TrashService


def test_removed_images_stay_in_the_trash(
    imports: ImportService,
    browsing: ProjectService,
    registry: Registry,
    add_picture: Callable[..., Path],
    write_coco: Callable[..., Path],
    pictures: Path,
    contents: Callable[..., dict[str, list[object]]],
) -> None:
    for name in ("a.png", "b.png", "c.png"):
        add_picture(name)
    source = ImportSource(write_coco([("a.png", "line", [1, 1, 9, 9]), ("b.png", "line", [2, 2, 9, 9])]), pictures)
    project = imports.commit(source, project_name="P").project
    trash = TrashService(registry)
    ids = {one.path: one.id for one in browsing.get_images(browsing.list_image_ids(ImageFilter(project)))}
    removed = trash.remove_images(project, [ids["a.png"], ids["c.png"]]).value
    assert (pictures / "a.png").is_file()
    add_picture("d.png", colour="red")
    preview = imports.preview(source, into=project)
    (told,) = (problem for problem in preview.problems if problem.kind == "images-in-trash")
    assert told.severity is Severity.INFO
    assert told.text.startswith("2 images are in the trash of the project; left there.")
    imports.commit(source, project_name="", into=project)
    assert contents(project).keys() == {"b.png", "d.png"}
    assert len(trash.restore_images(project, removed).value.images) == 2
    assert contents(project)["a.png"] == [("line", contents(project)["a.png"][0][1])]
    trash.remove_images(project, removed)
    trash.empty(project)
    imports.commit(source, project_name="", into=project)
    assert contents(project).keys() == {"a.png", "b.png", "c.png", "d.png"}
