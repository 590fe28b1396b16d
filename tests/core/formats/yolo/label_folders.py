"""What the tests of YOLO's dialects share: a folder of files that is read."""

from __future__ import annotations

from pathlib import Path

from core.domain.imports import ImportSource, RawAnnotation
from core.formats.base import PictureSize, ReadResult, gather
from core.formats.yolo import FORMAT

SIZE = (100, 80)
BOX = "0 0.5 0.5 0.2 0.5"


def write(root: Path, files: dict[str, str]) -> Path:
    """Text files, and an empty picture for each name of one."""
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content)
    return root


def read(path: Path, images: Path | None = None, **options: str) -> ReadResult:
    source = ImportSource(path, images_root=images, options=tuple(options.items()))
    return gather(FORMAT.read(source, size_of=lambda _: PictureSize(*SIZE)))


def kinds(result: ReadResult) -> list[str]:
    return [problem.kind for problem in result.problems]


def objects(result: ReadResult) -> list[RawAnnotation]:
    return [annotation for image in result.images for annotation in image.annotations]
