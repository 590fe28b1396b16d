"""What names and folders tell of books and films, and what they do not."""

from __future__ import annotations

import pytest

from core.checks.grouping import NO_GROUP, find_grouping, source_of_folder, source_of_name


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("train/Book 12_p003.jpg", "book 12"),
        ("bpt6k1281160s_f11.tif.jpeg", "bpt6k1281160s"),
        ("btv1b8613380t-page-7.png", "btv1b8613380t"),
        ("ms 42 fol. 12v.tif", "ms 42"),
        ("clip-a_frame_000123.png", "clip-a"),
        ("Candide, ou l'optimisme (12).jpg", "candide, ou l'optimisme"),
        ("val/fol. 001r - Emile.jpg", "emile"),
        ("page 3_Book 12.png", "book 12"),
        ("10_left.jpeg", ""),
        ("photo (3).jpg", "photo"),
        ("000000397133.jpg", ""),
        ("2007_000027.jpg", ""),
        ("portrait.jpg", ""),
    ],
)
def test_what_stands_before_the_number_of_a_page(path: str, source: str) -> None:
    assert source_of_name(path) == source


def test_folders_without_those_that_are_called_like_a_set() -> None:
    assert source_of_folder("train/Book 12/images/3.jpg") == "book 12"
    assert source_of_folder("images/train/3.jpg") == ""


def test_names_of_cameras_and_of_classes_tell_nothing() -> None:
    assert find_grouping([f"IMG_{n:04}.jpg".encode() for n in range(9)]) is None
    classes = [f"train/{name}_{n}.jpg".encode() for name in ("cat", "dog") for n in range(5)]
    assert find_grouping(classes, ["Cat", "dog"]) is None
    assert (
        find_grouping([f"{name}/{n}.jpg".encode() for name in ("cat", "dog") for n in range(5)], ["cat", "dog"]) is None
    )
    assert find_grouping([]) is None


def test_one_book_alone_is_nothing_to_keep_apart() -> None:
    assert find_grouping([f"book_{n}.jpg".encode() for n in range(9)]) is None


def test_the_finer_of_two_groupings_is_taken() -> None:
    paths = [f"library {b // 2}/book{b}_p{n}.jpg".encode() for b in range(4) for n in range(3)] + [b"cover.jpg"]
    found = find_grouping(paths)
    assert found is not None
    assert (found.is_by_folder, len(found.names)) == (False, 4)
    assert found.numbers.tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, NO_GROUP]
    assert found.words == 'File names such as "book0_p0.jpg"'


def test_books_among_many_other_pictures_are_told_and_a_few_pairs_are_not() -> None:
    others = [f"picture of {word}.jpg".encode() for word in map(chr, range(97, 123))] * 2
    books = [f"{name} ({n}).jpg".encode() for name in ("Candide", "Emile") for n in range(8)]
    found = find_grouping(others + books)
    assert found is not None
    assert found.names == ("candide", "emile")
    assert find_grouping(others + books[::4]) is None
    assert find_grouping([f"photo ({n}).jpg".encode() for n in range(20)]) is None
