"""Lists of some images, named one by one: what a check, a bar of the statistics or a search by looks found."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from core.domain.image_ids import ImageIds
from core.domain.projects import ImageFilter
from core.projects.service import ProjectService
from core.registry.database import Registry
from core.registry.stores import images, projects


def test_only_the_named_images_are_listed_in_the_order_wished_and_within_the_other_filters(tmp_path: Path) -> None:
    with Registry(tmp_path / "registry.sqlite", tmp_path / "backups") as registry:
        with registry.write() as session:
            project = projects.insert_project(session, name="Parish", root=tmp_path)
            facts = [images.ImageFacts(path, 4, 3, 1, "0" * 64, 10, 1) for path in ("b/1.png", "a/2.png", "a/3.png")]
            images.insert_images(session, project, facts)
            keys = images.list_keys(session, project)
        service = ProjectService(registry)
        named = [keys["b/1.png"], keys["a/3.png"]]
        only = ImageFilter(project, only=ImageIds.of([str(key) for key in named]), only_words="with a stamp")
        assert [int(id) for id in service.list_image_ids(only)] == [keys["a/3.png"], keys["b/1.png"]]
        assert service.count_images(only) == 2
        assert [int(id) for id in service.list_image_ids(replace(only, folders=("b",)))] == [keys["b/1.png"]]
        assert [int(id) for id in service.list_image_ids(replace(only, name_contains="3"))] == [keys["a/3.png"]]
        assert len(service.list_image_ids(replace(only, only=None))) == 3
