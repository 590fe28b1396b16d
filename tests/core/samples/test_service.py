from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path

import pytest

from core.domain.geometry import Polygon
from core.domain.ids import ProjectId
from core.domain.imports import ImportSource
from core.domain.snapshots import Split
from core.errors import RefusedError, StorageError
from core.formats.base import gather
from core.formats.catalog import FormatCatalog
from core.images.reading import read_header
from core.samples import service
from core.samples.drawing import CATEGORIES
from core.samples.service import make_sample, sample_draft


@pytest.fixture
def short_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "N_IMAGES", {Split.TRAIN: 2, Split.VAL: 1, Split.TEST: 1})


def contents(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_whole_sample_is_what_it_promises(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    path = make_sample(tmp_path / "sample", progress=lambda done, total, _: told.append((done, total)))
    assert told == [(number, 76) for number in range(1, 77)]
    assert sum(file.stat().st_size for file in path.parent.rglob("*") if file.is_file()) < 12_000_000
    assert FormatCatalog().detect(path.parent).info.slug == "coco"
    result = gather(FormatCatalog().detect(path).read(ImportSource(path), size_of=lambda _: None))
    assert result.images_root == path.parent
    assert result.categories == CATEGORIES
    assert result.problems == ()
    sets = Counter(image.path.partition("/")[0] for image in result.images)
    assert sets == {"train": 48, "val": 12, "test": 16}
    for split, least in (("train", 25), ("val", 6), ("test", 8)):
        counts = Counter(
            item.category for image in result.images if image.path.startswith(split) for item in image.annotations
        )
        assert min(counts[category] for category in CATEGORIES) >= least, (split, counts)
    assert all(isinstance(item.geometry, Polygon) for image in result.images for item in image.annotations)
    assert all(image.annotations for image in result.images)
    hashes = [digest for name, digest in contents(path.parent).items() if name.endswith(".jpg")]
    assert len(set(hashes)) == 76


@pytest.mark.usefixtures("short_sample")
def test_made_twice_it_is_the_same_and_finished_it_is_left_alone(tmp_path: Path) -> None:
    make_sample(tmp_path / "one")
    make_sample(tmp_path / "two")
    assert contents(tmp_path / "one") == contents(tmp_path / "two")
    page = tmp_path / "one" / "train" / "page_001.jpg"
    header = read_header(page)
    assert (header.width, header.height, header.format) == (640, 900, "JPEG")
    page.unlink()
    make_sample(tmp_path / "one")
    assert not page.exists()


@pytest.mark.usefixtures("short_sample")
def test_unfinished_sample_is_completed(tmp_path: Path) -> None:
    path = make_sample(tmp_path / "sample")
    whole = contents(path.parent)
    path.unlink()
    (path.parent / "val" / "page_001.jpg").write_bytes(b"half")
    make_sample(path.parent)
    assert contents(path.parent) == whole


@pytest.mark.usefixtures("short_sample")
def test_folder_of_somebody_else_is_refused_untouched(tmp_path: Path) -> None:
    (tmp_path / "annotations.json").write_text("mine")
    with pytest.raises(RefusedError, match="not empty"):
        make_sample(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["annotations.json"]


@pytest.mark.usefixtures("short_sample")
def test_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StorageError, match="cannot be written"):
        make_sample(tmp_path / "file" / "sample")


def test_draft_names_the_sample_s_folders() -> None:
    draft = sample_draft(ProjectId("p"))
    assert (draft.train_folders, draft.val_folders, draft.test_folders) == (("train",), ("val",), ("test",))
    assert (draft.worker, draft.configuration_name) == ("yolo-detect", "Fast on small data")
