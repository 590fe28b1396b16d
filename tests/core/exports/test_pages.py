"""Pages keep text, ids, order, baselines and zones through the registry, in and out of both forms."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from core.domain.exports import ExportRequest
from core.domain.imports import ImportSource, RawAnnotation
from core.exports.service import ExportService
from core.imports.service import ImportService
from tests.core.formats.layout.drawn_pages import FULL, SIZE, by_id, read, write


@pytest.mark.parametrize(("first", "second"), [("alto", "page"), ("page", "alto")])
def test_a_page_goes_through_a_project(
    tmp_path: Path, exports: ExportService, imports: ImportService, first: str, second: str
) -> None:
    image = replace(FULL, path="f 11.png")
    write(first, tmp_path / "in", image)
    Image.new("L", SIZE).save(tmp_path / "in" / image.path)

    def said(slug: str, folder: Path) -> dict[str, RawAnnotation]:
        (back,) = read(slug, folder, tmp_path / "in").images
        return {key: replace(item, line=None) for key, item in by_id(back).items()}

    project = imports.commit(ImportSource(tmp_path / "in"), project_name="Pages").project
    report = exports.export(ExportRequest(project, second, tmp_path / "out"))
    assert report.problems == (), "baselines that were derived before are taken as they are"
    assert said(second, tmp_path / "out") == said(first, tmp_path / "in")
