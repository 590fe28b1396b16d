"""The sets that an import states for its images: kept with them, and replaced by what a later import states."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from core.domain.imports import ImportSource, Problem, RawImage
from core.domain.snapshots import Split
from core.formats.base import AnnotationFormat, Reading, SizeOf
from core.formats.catalog import FormatCatalog
from core.imports.service import ImportService
from core.projects.service import ProjectService
from core.registry.database import Registry


class WithSets:
    """COCO, and beside it what set each image is in."""

    def __init__(self, coco: AnnotationFormat, sets: dict[str, str]) -> None:
        self._coco = coco
        self.sets = sets
        self.info = coco.info
        self.detect = coco.detect
        self.write = coco.write

    def read(self, source: ImportSource, *, size_of: SizeOf) -> Reading:
        reading = self._coco.read(source, size_of=size_of)

        def items() -> Generator[RawImage | Problem, None, Iterable[str]]:
            for item in reading:
                is_image = isinstance(item, RawImage)
                yield replace(item, stated_set=self.sets.get(item.path, "")) if is_image else item
            return reading.categories

        return Reading(reading.images_root, items())


class Catalog(FormatCatalog):
    def __init__(self, only: WithSets) -> None:
        super().__init__()
        self._only = only

    def get(self, slug: str) -> AnnotationFormat:
        return self._only

    def detect(self, path: Path) -> AnnotationFormat:
        return self._only


@pytest.fixture
def format() -> WithSets:
    return WithSets(FormatCatalog().get("coco"), {"1.png": "train", "2.png": "train", "3.png": "val"})


@pytest.fixture
def source(pictures: Path, add_picture: Callable[..., Path], write_coco: Callable[..., Path]) -> ImportSource:
    for number, colour in enumerate(("red", "green", "blue", "white"), start=1):
        add_picture(f"{number}.png", colour=colour)
    return ImportSource(write_coco([(f"{n}.png", "line", [1, 1, 9, 9]) for n in (1, 2, 3, 4)]), pictures)


def test_the_preview_and_the_report_say_the_sets_and_the_project_keeps_them(
    registry: Registry, browsing: ProjectService, format: WithSets, source: ImportSource
) -> None:
    imports = ImportService(registry, Catalog(format))

    preview = imports.preview(source)
    report = imports.commit(source, project_name="P")

    assert preview.stated_sets == report.stated_sets == (("train", 2), ("val", 1))
    assert browsing.count_stated_sets(report.project) == {Split.TRAIN: 2, Split.VAL: 1}


def test_a_later_import_that_states_other_sets_has_the_last_word_and_one_without_sets_has_none(
    registry: Registry, browsing: ProjectService, format: WithSets, source: ImportSource
) -> None:
    imports = ImportService(registry, Catalog(format))
    id = imports.commit(source, project_name="P").project
    before = browsing.get_revision(id)
    format.sets = {"1.png": "test", "3.png": "val"}

    report = imports.commit(source, project_name="", into=id)

    assert browsing.count_stated_sets(id) == {Split.TRAIN: 1, Split.VAL: 1, Split.TEST: 1}
    assert browsing.get_revision(id) > before, "who has counted by sets counts anew"
    assert len(report.changes.images) == 1, "the one whose set is another one now"
    ImportService(registry).commit(source, project_name="", into=id)
    assert browsing.count_stated_sets(id) == {Split.TRAIN: 1, Split.VAL: 1, Split.TEST: 1}
