"""Grey of 10, 12 or 14 bits in files of 16: recorded once, and the same pixels everywhere."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.controllers.viewer import load_picture
from core.datasets.manifest import freeze_image, image_line
from core.datasets.manifest_file import open_manifest, write_manifest
from core.datasets.tree import build_tree
from core.domain.imports import ImportSource, Severity
from core.domain.projects import ImageFilter, ImageRecord
from core.domain.snapshots import SnapshotImage, Split
from core.images.reading import decode, read_header
from core.images.thumbnails import ThumbnailCache
from core.images.white import choose_white
from core.imports.service import ImportService
from core.projects.service import ProjectService
from core.registry.database import Registry
from core.registry.stores.images import list_keys
from core.training.freezing import Shapes, frozen_images
from core.training.review.data import ChosenImages


def grey(path: Path, most: int, *, least: int = 0) -> np.ndarray:
    """A ramp from `least` to `most`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    values = np.linspace(least, most, 64 * 48).round().astype(np.uint16).reshape(48, 64)
    Image.fromarray(values).save(path)
    return values


@pytest.mark.parametrize(
    ("brightest", "white"),
    [
        ([], 0),
        ([0], 0),
        ([200, 0], 255),
        ([1000], 1023),
        ([4095], 4095),
        ([4096], 16383),
        ([3900, 70], 4095),
        ([3900, 16384], 0),
        ([65535], 0),
    ],
)
def test_the_fewest_usual_bits_that_hold_all(brightest: list[int], white: int) -> None:
    assert choose_white(brightest) == white


def records(browsing: ProjectService, report) -> dict[str, ImageRecord]:  # type: ignore[no-untyped-def]
    ids = browsing.list_image_ids(ImageFilter(report.project))
    return {item.image.path: item.image for item in browsing.get_annotated(tuple(ids))}


def test_one_stretch_for_all_and_a_remark(imports: ImportService, browsing: ProjectService, pictures: Path) -> None:
    grey(pictures / "a.png", 3900, least=300)
    grey(pictures / "b.tif", 900)
    Image.new("RGB", (9, 9)).save(pictures / "colour.png")
    preview = imports.preview(ImportSource(pictures))
    (remark,) = (problem for problem in preview.problems if problem.kind == "grey-stretched")
    assert remark.severity is Severity.INFO and "2 images hold 12-bit grey" in remark.text and "3900" in remark.text
    assert {example.path: example.white for example in preview.sample} == {
        "a.png": 4095,
        "b.tif": 4095,
        "colour.png": 0,
    }
    report = imports.commit(ImportSource(pictures), project_name="P")
    found = records(browsing, report)
    assert {path: record.white for path, record in found.items()} == {"a.png": 4095, "b.tif": 4095, "colour.png": 0}

    # Once more, after an image of the same camera and one of all 16 bits have come.
    grey(pictures / "c.png", 500)
    again = imports.commit(ImportSource(pictures), project_name="P", into=report.project)
    assert {path: record.white for path, record in records(browsing, again).items()}["c.png"] == 4095
    grey(pictures / "d.png", 60000)
    again = imports.commit(ImportSource(pictures), project_name="P", into=report.project)
    whites = {path: record.white for path, record in records(browsing, again).items()}
    assert whites == {"a.png": 4095, "b.tif": 4095, "c.png": 4095, "d.png": 0, "colour.png": 0}


def test_all_16_bits_stay_as_they_were(imports: ImportService, browsing: ProjectService, pictures: Path) -> None:
    values = grey(pictures / "a.png", 65535)
    report = imports.commit(ImportSource(pictures), project_name="P")
    assert not [problem for problem in report.problems if problem.kind == "grey-stretched"]
    assert records(browsing, report)["a.png"].white == 0
    expected = ((values.astype(np.uint32) + 128) // 257).astype(np.uint8)
    assert (np.asarray(decode(pictures / "a.png"))[..., 0] == expected).all()


def test_viewer_thumbnail_and_training_see_the_same_pixels(
    imports: ImportService, browsing: ProjectService, pictures: Path, tmp_path: Path
) -> None:
    values = grey(pictures / "a.tif", 3900, least=300)
    report = imports.commit(ImportSource(pictures), project_name="P")
    record = records(browsing, report)["a.tif"]
    expected = np.rint(np.minimum(values, 4095) / 4095 * 255).astype(int)

    image = SnapshotImage(record.path, record.sha256, 64, 48, 1, Split.TRAIN, (), record.white)
    written = write_manifest(tmp_path / "snapshots", ("x",), [freeze_image(image)])
    assert b'"white":4095' in written.file.read_bytes()
    manifest = open_manifest(written.file, written.id)
    assert list(manifest.images()) == [image]
    (made,) = build_tree(manifest, (Split.TRAIN,), images_root=pictures, target=tmp_path / "tree")
    trained = np.asarray(Image.open(made.path).convert("RGB"))
    assert (abs(trained[..., 0].astype(int) - expected) <= 1).all() and trained.max() > 240

    shown = load_picture(pictures / "a.tif", record, None).levels[0]
    viewed = np.array([[shown.pixelColor(x, y).red() for x in range(64)] for y in range(48)])
    assert (viewed == trained[..., 0]).all()

    cache = ThumbnailCache(tmp_path / "thumbnails")
    small = cache.get(pictures / "a.tif", record.sha256, 256, record.white)
    assert (abs(small[..., 0].astype(int) - trained[..., 0]) <= 4).all()  # it is a JPEG
    dark = cache.get(pictures / "a.tif", record.sha256, 256)
    assert dark.max() < 30, "a thumbnail of another stretch was taken"


def test_a_manifest_without_a_stretch_is_what_it_was() -> None:
    image = SnapshotImage("a.png", "0" * 64, 9, 9, 1, Split.TRAIN, ())
    assert "white" not in image_line(freeze_image(image))


def test_dim_colour_is_said(imports: ImportService, pictures: Path) -> None:
    """Pillow keeps the high byte of 16-bit colour, which 12 bits hardly reach."""

    def png(value: int) -> bytes:
        def chunk(kind: bytes, data: bytes) -> bytes:
            return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

        row = b"\0" + struct.pack(">H", value) * 3 * 8
        return (
            b"\x89PNG\r\n\x1a\n"
            + chunk(b"IHDR", struct.pack(">IIBBBBB", 8, 8, 16, 2, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(row * 8))
            + chunk(b"IEND", b"")
        )

    pictures.mkdir(exist_ok=True)
    (pictures / "dim.png").write_bytes(png(4000))
    (pictures / "full.png").write_bytes(png(60000))
    problems = [item for item in imports.preview(ImportSource(pictures)).problems if item.kind == "image-dim"]
    assert [item.file for item in problems] == ["dim.png"]


def test_a_dark_tiff_of_8_bits_is_not_taken_for_a_dim_one_of_16(tmp_path: Path) -> None:
    """The numbers that its decoder is told, of a place in the file for one, may have any digits."""
    for side in range(1, 400, 7):
        Image.new("RGB", (side, side), (side % 50, 9, 9)).save(tmp_path / f"{side}.tif", compression="tiff_lzw")
    headers = [read_header(file) for file in tmp_path.iterdir()]
    assert not any(header.is_deep_colour for header in headers)


def test_the_white_goes_from_the_registry_into_a_frozen_dataset(
    imports: ImportService, registry: Registry, pictures: Path
) -> None:
    grey(pictures / "a.png", 3900, least=300)
    Image.new("RGB", (64, 48)).save(pictures / "b.png")
    for name in "ab":
        (pictures / f"{name}.txt").write_text("0 0.5 0.5 0.2 0.2\n")
    report = imports.commit(ImportSource(pictures), project_name="P")
    with registry.read() as session:
        keys = np.array(sorted(list_keys(session, report.project).values()), dtype=np.int64)
        chosen = ChosenImages(keys, np.zeros(len(keys), dtype=np.uint8))
        shapes = Shapes({}, lambda shape, width, height: shape, keeps_boxes=True)
        frozen = {image.path: image.white for image in frozen_images(session, report.project, chosen, shapes)}
    assert frozen == {"a.png": 4095, "b.png": 0}
