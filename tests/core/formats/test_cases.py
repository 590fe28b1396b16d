"""Every one of ../shared/cases is read as its README says is right."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent))

from cases.case import Case
from cases.coco import COCO
from cases.yolo import YOLO

from core.domain.geometry import Box, Geometry, bounds_of
from core.domain.imports import ImportPreview, ImportSource
from core.formats.base import ReadResult
from core.formats.catalog import FormatCatalog
from core.imports.examination import Headers, Memory
from core.imports.reading import read_annotations
from core.imports.service import ImportService
from core.registry.database import Registry

CASES = (*COCO, *YOLO)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_case_is_read_as_a_person_expects(case: Case, shared_cases: Path | None, tmp_path: Path) -> None:
    if shared_cases is None:
        pytest.skip("../shared/cases is not on this machine")
    (folder,) = shared_cases.glob(f"{case.name}-*")
    root = None if case.images_root is None else folder / case.images_root
    source = ImportSource(folder / case.path, root, case.format)
    with Registry(tmp_path / "registry.db", tmp_path / "backups") as registry:
        preview = ImportService(registry).preview(source)
    reading = _read(source)
    assert _kinds(preview) == dict(case.kinds)
    said = "\n".join(problem.text for problem in preview.problems)
    assert not [words for words in case.says if words not in said], said
    assert preview.can_import == case.can_import
    assert preview.n_images == case.n_images
    assert dict(preview.categories) == dict(case.objects)
    assert sum(image.is_explicit_negative for image in reading.images) == case.n_negatives
    assert Counter(image.stated_set for image in reading.images if image.stated_set) == case.sets
    first = {image.path: _bounds(image.annotations[0].geometry) for image in reading.images if image.annotations}
    assert {path: first.get(path) for path in case.boxes} == {path: Box(*box) for path, box in case.boxes.items()}


def test_every_case_has_a_row(shared_cases: Path | None) -> None:
    if shared_cases is None:
        pytest.skip("../shared/cases is not on this machine")
    names = {folder.name.partition("-")[0] for folder in shared_cases.iterdir() if folder.is_dir()}
    assert names == {case.name for case in CASES}


def _read(source: ImportSource) -> ReadResult:
    catalog = FormatCatalog()
    chosen = catalog.get(source.format) if source.format else catalog.detect(source.path)
    return read_annotations(chosen, source, Headers(Memory()))


def _kinds(preview: ImportPreview) -> dict[str, int]:
    return dict(Counter(problem.kind for problem in preview.problems))


def _bounds(shape: Geometry) -> Box | None:
    return None if shape is None else bounds_of(shape, 0, 0)
