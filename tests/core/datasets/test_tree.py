"""The private tree: same pixels, safe names, nothing of the user's touched, nothing changed taken."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.datasets.manifest import freeze_image
from core.datasets.manifest_file import ManifestFile, open_manifest, write_manifest
from core.datasets.tree import build_tree, check_source
from core.domain.snapshots import Split
from core.errors import RefusedError, StorageError
from core.images.reading import decode


def _pixels(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


def _freeze(images, folder: Path) -> ManifestFile:
    written = write_manifest(folder, ["a"], map(freeze_image, sorted(images, key=lambda image: image.path)))
    return open_manifest(written.file, written.id)


def _build(images, root: Path, target: Path, splits=(Split.TRAIN, Split.VAL)):
    manifest = _freeze(images, root.parent / "snapshots")
    return build_tree(manifest, splits, images_root=root, target=target)


def test_a_plain_jpeg_is_copied_byte_by_byte(make_image, images_root, tmp_path):
    image = make_image("a b/ü#1.jpg", quality=90)

    (made,) = _build([image], images_root, tmp_path / "tree")

    source = images_root / image.path
    assert made.path == tmp_path / "tree" / "images" / "train" / f"{image.sha256}.jpg"
    assert made.path.read_bytes() == source.read_bytes()
    assert made.path.stat().st_ino != source.stat().st_ino
    assert made.path.stat().st_mode & 0o777 == 0o444
    assert (made.key, made.width, made.height, made.objects) == (image.path, 40, 30, image.objects)


@pytest.mark.parametrize(
    ("path", "options"),
    [
        ("tail.jpg", {"tail": b"\0\0 made by a phone"}),
        ("cmyk.jpg", {"mode": "CMYK"}),
        ("palette.png", {"mode": "P"}),
        ("bitonal.tif", {"mode": "1"}),
        ("alpha.png", {"mode": "RGBA"}),
        ("photo.webp", {"lossless": True}),
    ],
)
def test_everything_else_becomes_an_upright_png_with_the_viewers_pixels(
    path, options, make_image, images_root, tmp_path
):
    image = make_image(path, **options)

    (made,) = _build([image], images_root, tmp_path / "tree")

    assert made.path.name == f"{image.sha256}.png"
    np.testing.assert_array_equal(_pixels(made.path), np.asarray(decode(images_root / path)))


def test_a_turned_photograph_stands_upright(images_root, tmp_path, freeze_file):
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(np.arange(40 * 30 * 3, dtype=np.uint8).reshape(30, 40, 3)).save(images_root / "t.jpg", exif=exif)
    image = freeze_file("t.jpg", Split.TRAIN)

    (made,) = _build([image], images_root, tmp_path / "tree")

    assert (made.width, made.height) == (30, 40)
    assert _pixels(made.path).shape == (40, 30, 3)
    np.testing.assert_array_equal(_pixels(made.path), np.asarray(decode(images_root / "t.jpg")))


def test_only_the_splits_that_were_asked_for_are_in_the_tree(make_image, images_root, tmp_path):
    images = [make_image(f"{split}.jpg", split=split, seed=i) for i, split in enumerate(Split)]

    made = _build(images, images_root, tmp_path / "tree")

    assert [image.split for image in made] == [Split.TRAIN, Split.VAL]
    names = {path.stem for path in (tmp_path / "tree").rglob("*") if path.is_file()}
    assert names == {images[0].sha256, images[1].sha256}
    (test,) = _build(images, images_root, tmp_path / "tree", [Split.TEST])
    assert made[0].path.is_file()
    assert test.path.parent.name == "test"


def test_two_copies_of_a_picture_keep_their_own_objects(make_image, images_root, tmp_path):
    images = [make_image("one/x.jpg"), make_image("two/x.jpg")]
    assert images[0].sha256 == images[1].sha256

    first, second = _build(images, images_root, tmp_path / "tree")

    assert first.path != second.path
    assert first.path.read_bytes() == second.path.read_bytes()
    assert (first.key, second.key) == ("one/x.jpg", "two/x.jpg")


def test_changed_and_missing_sources_are_refused_by_name(make_image, images_root, tmp_path):
    images = [make_image(f"{i}.jpg", seed=i) for i in range(8)]
    for i in range(6):
        file = images_root / f"{i}.jpg"
        content = bytearray(file.read_bytes())
        content[40] ^= 1
        file.write_bytes(content)
    (images_root / "6.jpg").unlink()

    with pytest.raises(RefusedError) as refusal:
        _build(images, images_root, tmp_path / "tree")

    assert refusal.value.code == "E-223"
    assert "7 files changed" in refusal.value.text
    assert "0.jpg" in refusal.value.text
    assert "and 2 more" in refusal.value.text


def test_one_byte_of_difference_is_found_whatever_the_file_says_of_its_age(make_image, images_root):
    image = make_image("a.png")
    file = images_root / "a.png"
    facts = file.stat()
    file.write_bytes(file.read_bytes()[:-1] + b"\x83")
    os.utime(file, ns=(facts.st_atime_ns, facts.st_mtime_ns))

    assert check_source(image.path, image.sha256, images_root).kind == "image-changed"


def test_a_path_that_leads_out_of_the_project_is_refused(make_image, images_root, tmp_path):
    image = make_image("a.jpg")
    outside = tmp_path / "outside.jpg"
    (images_root / "a.jpg").rename(outside)
    (images_root / "a.jpg").symlink_to(outside)

    with pytest.raises(RefusedError):
        _build([image], images_root, tmp_path / "tree")


def test_the_users_folder_stays_as_it_was(make_image, images_root, tmp_path):
    images = [make_image("tail.jpg", tail=b"\0\0"), make_image("b.png", seed=1), make_image("c.jpg", seed=2)]

    def fingerprint() -> dict[str, tuple[str, int]]:
        return {
            str(p): (hashlib.sha256(p.read_bytes()).hexdigest(), p.stat().st_mtime_ns)
            for p in sorted(images_root.rglob("*"))
            if p.is_file()
        }

    before = fingerprint()
    _build(images, images_root, tmp_path / "tree")

    assert fingerprint() == before


def test_building_again_replaces_what_an_earlier_attempt_left(make_image, images_root, tmp_path):
    image = make_image("a.jpg")
    _build([image], images_root, tmp_path / "tree")
    (tmp_path / "tree" / "images" / "train" / "left.part").write_bytes(b"torn")

    (made,) = _build([image], images_root, tmp_path / "tree")

    assert [p.name for p in made.path.parent.iterdir()] == [made.path.name]


def test_progress_counts_the_images_and_can_give_up(make_image, images_root, tmp_path):
    manifest = _freeze([make_image(f"{i}.jpg", seed=i) for i in range(5)], tmp_path / "snapshots")
    seen = []

    build_tree(
        manifest,
        [Split.TRAIN],
        images_root=images_root,
        target=tmp_path / "tree",
        progress=lambda done, total: seen.append((done, total)),
    )
    assert seen == [(i, 5) for i in range(6)]

    class GaveUpError(Exception):
        pass

    def give_up(done: int, total: int) -> None:
        if done == 2:
            raise GaveUpError

    with pytest.raises(GaveUpError):
        build_tree(manifest, [Split.TRAIN], images_root=images_root, target=tmp_path / "t2", progress=give_up)


def test_a_tree_that_cannot_be_written_is_a_sentence(make_image, images_root, tmp_path):
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(StorageError, match="could not be stored"):
        _build([make_image("a.jpg")], images_root, tmp_path / "file" / "tree")
