from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from core.formats.reading.image_index import (
    ImageIndex,
    StatedName,
    _longest_tail,
    is_unsafe,
    parts_of,
    strip_containers,
)

Pictures = Callable[..., Path]


def paths(matches: dict[str, object]) -> dict[str, str | None]:
    return {name: match.path for name, match in matches.items()}


def test_exact_names_go_before_similar_ones(tmp_path: Path, pictures: Pictures) -> None:
    index = ImageIndex(pictures(tmp_path, "x/a.jpg", "b.jpg"))
    assert paths(index.match_names(["y/a.jpg", "x/a.jpg", "b.jpg"])) == {
        "y/a.jpg": None,
        "x/a.jpg": "x/a.jpg",
        "b.jpg": "b.jpg",
    }
    assert paths(index.match_names(["y/a.jpg"])) == {"y/a.jpg": "x/a.jpg"}


def test_the_longest_common_ending_decides(tmp_path: Path, pictures: Pictures) -> None:
    index = ImageIndex(pictures(tmp_path, "p/x/a.jpg", "q/y/a.jpg", "r/y/b.jpg", "s/y/b.jpg"))
    matches = index.match_names(["old/y/a.jpg", "old/y/b.jpg", "none.jpg"])
    assert paths(matches) == {"old/y/a.jpg": "q/y/a.jpg", "old/y/b.jpg": None, "none.jpg": None}
    assert matches["old/y/b.jpg"].candidates == ("r/y/b.jpg", "s/y/b.jpg")
    assert matches["none.jpg"].candidates == ()


def test_case_and_composition_count_only_as_a_last_resort(tmp_path: Path, pictures: Pictures) -> None:
    index = ImageIndex(pictures(tmp_path, "A.jpg", "a.jpg", "caf\u00e9.jpg", "cafe\u0301.jpg", "B.JPG"))
    assert paths(index.match_names(["a.jpg", "A.jpg", "cafe\u0301.jpg", "b.jpg"])) == {
        "a.jpg": "a.jpg",
        "A.jpg": "A.jpg",
        "cafe\u0301.jpg": "cafe\u0301.jpg",
        "b.jpg": "B.JPG",
    }


def test_labels_find_pictures_in_mirrored_folders(tmp_path: Path, pictures: Pictures) -> None:
    index = ImageIndex(
        pictures(tmp_path, "images/train/a.jpg", "val/images/a.png", "page.tif.jpeg", "c.jpg", "images/c.jpg")
    )
    matches = index.match_stems(["labels/train/a", "val/labels/a", "labels/page", "c", "labels/c"])
    assert paths(matches) == {
        "labels/train/a": "images/train/a.jpg",
        "val/labels/a": "val/images/a.png",
        "labels/page": "page.tif.jpeg",
        "c": "c.jpg",
        "labels/c": "c.jpg",
    }
    assert len(matches["labels/c"].candidates) == 2


def test_hidden_linked_and_special_files_are_left_out(tmp_path: Path, pictures: Pictures) -> None:
    root = pictures(tmp_path / "root", "a.jpg", ".b.jpg", ".hidden/c.jpg")
    pictures(tmp_path, "outside.jpg")
    (root / "out.jpg").symlink_to(tmp_path / "outside.jpg")
    (root / "in.jpg").symlink_to(root / "a.jpg")
    (root / "loop").symlink_to(root)
    (root / "folder.jpg").mkdir()
    assert ImageIndex(root).paths == ("a.jpg", "in.jpg")
    assert ImageIndex(root, max_entries=2).paths == ()


@pytest.mark.parametrize("name", ["/a", "\\\\server\\a", "C:/a", "c:a", "x/../../a", "..\\a", "a\0b"])
def test_unsafe_names(name: str) -> None:
    assert is_unsafe(name)


def test_parts_and_containers() -> None:
    assert parts_of("C:\\x\\..\\y\\.\\a.jpg") == ["y", "a.jpg"]
    assert parts_of("../..") == []
    assert not is_unsafe("a..b/c.jpg")
    assert strip_containers("train/images/sub/a") == "train/sub/a"
    assert strip_containers("images") == "images"


def test_pages_that_are_called_the_same_in_every_folder_are_not_all_looked_at(
    tmp_path: Path, pictures: Pictures, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a thousand pages "0001.jpg" each of them would be compared with all, a million times a thousand."""
    names = [f"book{book}/{page}.jpg" for book in range(20) for page in range(3)]
    index = ImageIndex(pictures(tmp_path, *names))
    looked_at: list[int] = []

    def counting(parts: list[str], candidates: list[tuple[str, str]]) -> list[str]:
        looked_at.append(len(candidates))
        return _longest_tail(parts, candidates)

    monkeypatch.setattr("core.formats.reading.image_index._longest_tail", counting)
    stems = [name.removesuffix(".jpg") for name in names]
    assert paths(index.match_names(f"/old/disk/{name}" for name in names)) == {
        f"/old/disk/{name}": name for name in names
    }
    assert paths(index.match_stems(stems)) == dict(zip(stems, names, strict=True))
    assert paths(index.match_stems(f"marks/{stem}" for stem in stems)) == {
        f"marks/{stem}": f"{stem}.jpg" for stem in stems
    }
    assert max(looked_at) == 1


def test_the_place_goes_before_a_longer_ending_elsewhere(tmp_path: Path, pictures: Pictures) -> None:
    index = ImageIndex(pictures(tmp_path, "a/x/1.jpg", "b/y/1.jpg"))
    (match,) = index.match_stated([StatedName("old/y/1.jpg", ("a",))]).values()
    assert match.path == "a/x/1.jpg"


@pytest.fixture
def volumes(tmp_path: Path, pictures: Pictures) -> ImageIndex:
    """Whose pages are called the same, and lie in folders that are called the same."""
    return ImageIndex(pictures(tmp_path, *(f"vol{n}/images/1.jpg" for n in range(150)), "sub/vol7/images/1.jpg"))


def test_longer_ends_decide_among_many_pictures(volumes: ImageIndex) -> None:
    names = {f"/old/VOL{n}/images/1.jpg": f"vol{n}/images/1.jpg" for n in (0, 8, 149)}
    names["/old/sub/vol7/images/1.jpg"] = "sub/vol7/images/1.jpg"
    assert paths(volumes.match_names(names)) == names


def test_of_very_many_pictures_that_a_name_may_mean_some_are_kept(volumes: ImageIndex) -> None:
    (match,) = volumes.match_names(["/old/elsewhere/images/1.jpg"]).values()
    assert match.path is None and len(match.candidates) == 100 and match.n_candidates == "100 or more"


def test_pictures_of_one_end_are_looked_at_once_however_many_names_have_it(
    volumes: ImageIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at: list[int] = []

    def counting(parts: list[str], candidates: list[tuple[str, str]]) -> list[str]:
        looked_at.append(len(candidates))
        return _longest_tail(parts, candidates)

    monkeypatch.setattr("core.formats.reading.image_index._longest_tail", counting)
    volumes.match_names(f"/old/z{n}/images/1.jpg" for n in range(1000))
    assert sum(looked_at) < 1000


def test_places_without_pictures_share_what_is_found_outside(
    tmp_path: Path, pictures: Pictures, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files in a thousand folders that state base names, and pictures in a thousand others."""
    index = ImageIndex(pictures(tmp_path, *(f"img/b{n}/1.jpg" for n in range(60)), "xml/b7/2.jpg"))
    looked_at: list[int] = []

    def counting(parts: list[str], candidates: list[tuple[str, str]]) -> list[str]:
        looked_at.append(len(candidates))
        return _longest_tail(parts, candidates)

    monkeypatch.setattr("core.formats.reading.image_index._longest_tail", counting)
    names = [StatedName("1.jpg", (f"xml/b{n}",)) for n in range(60)]
    lost = StatedName("2.jpg", ("xml/b8",))
    inner = StatedName("2.JPG", ("xml/b7",))
    matches = index.match_stated([*names, lost, inner])

    assert {matches[name].path for name in names} == {None} and len(matches[names[0]].candidates) == 60
    assert matches[inner].path == "xml/b7/2.jpg" and matches[lost].path is None
    assert sum(looked_at) < 200
    # Asked anew, a picture may be somebody else's.
    assert index.match_stated([lost])[lost].path == "xml/b7/2.jpg"
