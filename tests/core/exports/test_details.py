"""What an import found besides classes and shapes reaches the formats of an export."""

from __future__ import annotations

from core.domain.details import AnnotationDetails, ImageDetails
from core.domain.geometry import Box
from core.domain.ids import ProjectId
from core.exports.records import to_raw
from core.registry.database import Registry
from core.registry.stores import annotations, images, projects
from core.registry.stores.annotations import NewAnnotation

LINE = AnnotationDetails("l1", "r1", 0, "fleur", (0.0, 9.0, 30.0, 9.0))
PAGE = ImageDetails("p1", "https://iiif.example.org/p1", (("type", "content"),))


def test_details_are_kept(registry: Registry, tmp_path) -> None:
    with registry.write() as session:
        project: ProjectId = projects.insert_project(session, name="P", root=tmp_path)
        category = int(projects.add_categories(session, project, ["line"])["line"])
        facts = [images.ImageFacts(path, 64, 48, 1, "0" * 64, 10, 1) for path in ("a.png", "b.png")]
        images.insert_images(session, project, facts, {"a.png": "val"}, {"a.png": PAGE})
        keys = images.list_keys(session, project)
        annotations.insert_annotations(
            session, [NewAnnotation(keys["a.png"], category, Box(0, 0, 30, 10), details=LINE)]
        )
        images.state_details(session, {keys["b.png"]: ImageDetails("p2")})
    with registry.read() as session:
        ids = images.list_image_ids(session, images.ImageFilter(project))
        first, second = (
            to_raw(item, {one.id: one.name for one in projects.list_categories(session, project)})
            for item in annotations.get_annotated(session, ids)
        )
    assert (first.details, first.stated_set, first.annotations[0].details) == (PAGE, "val", LINE)
    assert (second.details, second.stated_set) == (ImageDetails("p2"), "")
