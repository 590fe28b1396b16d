"""The formats say what they said under contract 1, in one reading instead of two, an image at a time instead of all.

The oracle (`contract_1`) is the implementation as it was. Where the two differ on purpose, a test says so. COCO is not
compared any more: what it says has changed.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

sys.path.append(str(Path(__file__).parent))

from contract_1.alto import AltoFormat
from contract_1.image_folder import ImageFolderFormat
from contract_1.import_reading import read_annotations as read_twice
from contract_1.yolo import YoloFormat

from core.domain.imports import ImportSource, RawImage
from core.errors import FormatError
from core.formats.base import ReadResult
from core.formats.catalog import FormatCatalog
from core.formats.testing import CATEGORIES, HOSTILE, IMAGES
from core.formats.writing import write_data_set
from core.imports.examination import Headers, Memory
from core.imports.reading import read_annotations

CATALOG = FormatCatalog()
# Of .xml files beside the pages, which were passed over without a word.
NEWLY_TOLD = ("annotation-file-unreadable", "annotations-not-read")
BEFORE = {item.slug: item for item in (YoloFormat(), AltoFormat(), ImageFolderFormat())}


class OldHeaders(Headers):
    """Sizes as contract 1 wanted them."""

    def size_of(self, path: Path) -> tuple[int, int] | None:  # type: ignore[override]
        found = super().size_of(path)
        return found.size if found else None


def before(slug: str, source: ImportSource) -> ReadResult | str:
    try:
        reading = read_twice(BEFORE[slug], source, OldHeaders(Memory()))
    except FormatError as error:
        return str(error)
    images = tuple(replace(item, is_as_stored=item.path in reading.turned) for item in reading.result.images)
    result = reading.result
    return ReadResult(result.images_root, images, result.categories, result.problems)


def now(slug: str, source: ImportSource) -> ReadResult | str:
    try:
        return read_annotations(CATALOG.get(slug), source, Headers(Memory()))
    except FormatError as error:
        return str(error)


def assert_same(slug: str, source: ImportSource, *, in_order: bool = True) -> ReadResult | str:
    old, new = before(slug, source), now(slug, source)
    if isinstance(old, str) or isinstance(new, str):
        assert new == old
        return new
    assert new.images_root == old.images_root
    assert new.categories == old.categories
    assert by_path(new) == by_path(old)
    told = [
        problem for problem in new.problems if in_order or problem in old.problems or problem.kind not in NEWLY_TOLD
    ]
    assert sorted(told, key=repr) == sorted(old.problems, key=repr)
    if in_order:
        assert [plain(image) for image in new.images] == [plain(image) for image in old.images]
        assert new.problems == old.problems
    return new


def by_path(result: ReadResult) -> dict[str, RawImage]:
    assert len({image.path for image in result.images}) == len(result.images)
    return {image.path: plain(image) for image in result.images}


def plain(image: RawImage) -> RawImage:
    """Without what contract 1 did not know."""
    annotations = tuple(replace(annotation, details=None) for annotation in image.annotations)
    return replace(image, annotations=annotations, is_upright_stated=False, details=None)


def detected(path: Path) -> list[str]:
    old = {slug: item.detect(path) for slug, item in BEFORE.items()}
    assert old == {slug: CATALOG.get(slug).detect(path) for slug in BEFORE}
    return [slug for slug, score in old.items() if score]


@pytest.mark.parametrize("slug", ["yolo", "alto"])
def test_the_images_of_the_contract(tmp_path: Path, slug: str) -> None:
    root, target = tmp_path / "pictures", tmp_path / "out"
    for image in IMAGES:
        (root / image.path).parent.mkdir(parents=True, exist_ok=True)
        Image.new("L", (100, 80)).save(root / image.path, "PNG")
    write_data_set(CATALOG.get(slug), IMAGES, CATEGORIES, target)
    assert slug in detected(target)
    # ALTO files name their pictures now, the surest matches of which come first.
    result = assert_same(slug, ImportSource(target, root), in_order=slug != "alto")
    assert isinstance(result, ReadResult) and len(result.images) == len(IMAGES) - 1
    file = next(path for path in sorted(target.rglob("*")) if path.suffix in (".json", ".txt", ".xml"))
    for content in HOSTILE:
        file.write_bytes(content)
        # Of ALTO, files that cannot be read are told when their turn comes, not before all others, and that pages were
        # measured on pictures of another size once, after all others.
        assert_same(slug, ImportSource(target, root), in_order=slug != "alto")
        assert_same(slug, ImportSource(file, root), in_order=slug != "alto")


def test_photographs(voc100: Path | None) -> None:
    if voc100 is None:
        return
    for root in (voc100 / "images", None):
        assert_same("yolo", ImportSource(voc100 / "yolo", root))


def test_pages(pages18c: Path | None) -> None:
    if pages18c is None:
        return
    assert detected(pages18c) == ["alto", "images"]
    assert_same("alto", ImportSource(pages18c))


def test_broken_pages_among_good_ones(tmp_path: Path) -> None:
    """At the beginning, in the middle, at the end; names stated, similar and taken."""
    for name in ("a.png", "b.png", "sub/c.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        Image.new("L", (100, 80)).save(tmp_path / name)
    page = (
        "<alto><Description><MeasurementUnit>pixel</MeasurementUnit><sourceImageInformation><fileName>{}</fileName>"
        '</sourceImageInformation></Description><Layout><Page WIDTH="100" HEIGHT="80"><PrintSpace>'
        '<TextLine ID="l" HPOS="1" VPOS="2" WIDTH="30" HEIGHT="10"/></PrintSpace></Page></Layout></alto>'
    )
    contents = {
        "1.xml": page.format("a.png"),
        "2.xml": page.format("a.png"),
        "3.xml": page.format("b.png")[:20],
        "4.xml": page.format("B.PNG")[:-30],
        "5.xml": page.format("c.png"),
        "6.xml": page.format("nowhere.png"),
        "7.xml": "<alto><Description/></alto>",
        "8.xml": page.format("b.png").replace("pixel", "parsec"),
        "b.xml": page.format("").replace("<Description>", "<!-- x --><Description>"),
        "9.xml": page.replace("<alto>", "<Layout><alto>").format("b.png") + "</Layout>",
    }
    for name, content in contents.items():
        (tmp_path / name).write_text(content)
        assert_same("alto", ImportSource(tmp_path / name))
    assert_same("alto", ImportSource(tmp_path), in_order=False)
