"""What is mutated: what a format writes itself, with every answer to its questions, and what other programs wrote.

Whoever has a file worth mutating puts it into `tests/fuzz/seeds/<slug of the format>/<any name>/`, as it would lie in a
folder; the pictures that it names need no content.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from core.domain.details import AnnotationDetails, ImageDetails
from core.domain.formats import FormatInfo
from core.domain.geometry import Box, Polygon
from core.domain.imports import RawAnnotation, RawImage
from core.domain.names import is_image_name
from core.errors import CalqueError
from core.files.whole_folder import MARKER
from core.formats.base import AnnotationFormat
from core.formats.catalog import FormatCatalog
from core.formats.writing import write_data_set

REGISTERED = Path(__file__).with_name("seeds")
SIZE = (100, 80)
CATEGORIES = ("text_line", "no", "C#", "été 猫")
_LINE = AnnotationDetails("l1", "z1", 0, "été < & text", (1.0, 9.0, 50.0, 10.0), attributes=(("language", "fr"),))
IMAGES = (
    RawImage(
        "a.jpg",
        (
            RawAnnotation("text_line", Polygon(((1, 2, 50, 2.5, 50, 20, 1, 19),)), details=_LINE),
            RawAnnotation("no", Polygon(((10, 10, 60, 12, 55, 40), (70, 50, 90, 50, 90, 70)))),
            RawAnnotation("C#", Polygon(((30, 10, 50, 30, 40, 40, 20, 20),))),
        ),
        *SIZE,
        stated_set="train",
        details=ImageDetails("i1", "https://example.org/iiif/a.jpg", (("place", "Lyon"),)),
    ),
    RawImage(
        "sub/b c.jpg",
        (RawAnnotation("été 猫", Box(3, 4, 9, 11)), RawAnnotation("no", Box(1, 1, 99, 79), is_crowd=True)),
        *SIZE,
        stated_set="val",
    ),
    RawImage("c.jpg", (RawAnnotation("no", Box(5, 6, 7, 8), made_by="model", confidence=0.75),), *SIZE),
    RawImage("whole.jpg", (RawAnnotation("no", None),), *SIZE, stated_set="test"),
    RawImage("empty.jpg", (), *SIZE, is_explicit_negative=True),
    RawImage("unseen.jpg", (), *SIZE),
)


def make_seeds(slug: str, target: Path, shared: Path | None) -> None:
    """A folder for each seed of a format below `target`. `shared` is a folder of real files, where there is one."""
    catalog = FormatCatalog()
    annotation_format = catalog.get(slug)
    for name, answers in _answers(annotation_format.info):
        _write(annotation_format, target / f"written-{name}", answers)
    for folder in sorted((REGISTERED / slug).glob("*/")):
        shutil.copytree(folder, target / f"registered-{folder.name}")
    if not annotation_format.info.can_write:
        _put_picture(IMAGES[0], target / "pictures" / "a.jpg")
        (target / "pictures" / "notes.txt").write_text("nothing that is read")
    for folder in _shared_folders(shared):
        if annotation_format.detect(folder) > 0:
            _copy_light(folder, target / f"shared-{folder.parent.name}-{folder.name}")


def _answers(info: FormatInfo) -> Iterator[tuple[str, dict[str, str]]]:
    if info.can_write:
        yield "plain", {}
    for option in info.write_options:
        for value, _ in option.choices:
            if value != option.default:
                yield f"{option.name}-{value}", {option.name: value}


def _write(annotation_format: AnnotationFormat, target: Path, answers: dict[str, str]) -> None:
    """All images in one; where the format refuses that, or holds only one kind of shape, those that it takes."""
    put = _put_picture
    for images in (IMAGES, tuple(replace(image, path=image.path.replace("/", "-")) for image in IMAGES)):
        try:
            write_data_set(annotation_format, images, CATEGORIES, target, put_picture=put, answers=answers)
        except CalqueError:
            continue
        (target / MARKER).unlink()
        return
    raise AssertionError(f"{annotation_format.info.slug} writes none of the images of the fuzzing with {answers}.")


def _put_picture(image: RawImage, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")


def _shared_folders(shared: Path | None) -> list[Path]:
    if shared is None:
        return []
    cases = sorted(path for path in (shared / "cases").glob("*/") if path.is_dir())
    return [*cases, *sorted(path for path in (shared / "data").glob("*/*/") if path.is_dir())]


_MOST_FILES = 6
_MOST_BYTES = 300_000


def _copy_light(folder: Path, target: Path) -> None:
    """The first annotation files, and pictures without content."""
    n_files = 0
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        place = target / file.relative_to(folder)
        if is_image_name(file.name):
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(b"x")
        elif n_files < _MOST_FILES:
            n_files += 1
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(file.read_bytes()[:_MOST_BYTES])
