"""Shares as a person writes them; images shared out by class, seed and group; classes that would be lacking."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest

from core.datasets.sharing import (
    complement,
    count_classes,
    find_missing,
    group_by_folder,
    group_by_pattern,
    read_shares,
    share_out,
)
from core.datasets.split_units import Shown


def shown_of(labels: list[list[int]], contents: list[int] | None = None) -> Shown:
    rng = np.random.default_rng(1)
    hashes = rng.integers(0, 255, (len(labels), 32), np.uint8)
    if contents is not None:
        hashes = hashes[contents]
    pairs = [(image, label) for image, of in enumerate(labels) for label in of]
    images, categories = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    return Shown(hashes, images, categories)


def parts(*texts: str) -> tuple[Decimal, ...]:
    return tuple(Decimal(text) for text in texts)


@pytest.mark.parametrize(
    ("texts", "is_ratio", "code"),
    [
        (["70", "15", "15"], False, ""),
        (["33.33333", "66.66667", "0"], False, ""),
        (["0.8", "0.2"], True, ""),
        (["0.12345", "0.87655"], True, ""),
        (["0,99999", "0.00001"], True, ""),
        (["0.123456", "0.876544"], True, "E-441"),
        (["70.123456", "29.876544"], False, "E-441"),
        (["seventy", "30"], False, "E-441"),
        (["1e99", "30"], False, "E-441"),
        (["NaN", "30"], False, "E-441"),
        (["1", "0"], True, "E-440"),
        (["0", "1"], True, "E-440"),
        (["0.8", "0.3"], True, "E-520"),
        (["70", "15", "14"], False, "E-520"),
        (["110", "-10", "0"], False, "E-441"),
        (["100", "-10", "10"], False, "E-520"),
    ],
)
def test_shares_are_read_as_they_are_written(texts, is_ratio, code):
    shares = read_shares(texts, is_ratio=is_ratio)
    assert [issue.code for issue in shares.issues] == ([code] if code else [])
    if not code:
        assert sum(shares.parts) == 1
        assert not any("e" in text for text in map(str, shares.parts))


def test_the_other_number_follows():
    assert complement("0.8", is_ratio=True) == "0.2"
    assert complement("0.12345", is_ratio=True) == "0.87655"
    assert complement("70", is_ratio=False) == "30"
    assert complement("1.5", is_ratio=True) == ""
    assert complement("x", is_ratio=True) == ""


def test_classes_keep_their_shares_in_all_sets():
    rng = np.random.default_rng(0)
    labels = [sorted({int(label) for label in rng.integers(0, 5, 2)}) for _ in range(1000)]
    labels += [[5]] * 20
    data = shown_of(labels)
    of_image = share_out(data, parts("0.7", "0.15", "0.15"), 7, 6)
    assert np.bincount(of_image).tolist() == [714, 153, 153]
    counts = count_classes(data, of_image, 3, 6)
    wanted = counts.sum(axis=0) * np.array([[0.7], [0.15], [0.15]])
    assert np.abs(counts - wanted).max() < 4
    assert counts[:, 5].tolist() == [14, 3, 3]


def test_a_seed_has_one_split_whatever_the_order():
    labels = [[i % 3] for i in range(60)]
    data = shown_of(labels)
    shares = parts("0.8", "0.1", "0.1")
    first = share_out(data, shares, 3, 3)
    assert (share_out(data, shares, 3, 3) == first).all()
    assert (share_out(data, shares, 4, 3) != first).any()
    order = np.random.default_rng(2).permutation(60)
    other = Shown(data.hashes[order], np.arange(60), data.categories[order])
    assert (share_out(other, shares, 3, 3) == first[order]).all()


def test_copies_and_groups_stay_together():
    contents = [*range(30), 0, 1, 2]  # the last three are copies
    paths = [f"book{i // 6}/page{i}.png" for i in range(30)] + ["copies/a.png", "copies/b.png", "copies/c.png"]
    data = shown_of([[i % 2] for i in range(33)], contents)
    shares = parts("0.5", "0.25", "0.25")
    alone = share_out(data, shares, 1, 2)
    assert (alone[:3] == alone[30:]).all()
    groups = group_by_folder(paths)
    of_image = share_out(data, shares, 1, 2, groups=groups)
    assert all(len(set(of_image[groups == group].tolist())) == 1 for group in range(6))
    assert of_image[0] == of_image[30]  # the copies' folder is joined to the first book's by its content
    assert set(of_image.tolist()) == {0, 1, 2}


def test_as_many_groups_as_sets_leave_none_empty():
    """Three books, of which each has a class of its own: no set may end up without a book."""
    labels = [[0, 1 + image // 10] for image in range(30)]
    groups = np.repeat([0, 1, 2], 10)
    for seed in range(4):
        of_image = share_out(shown_of(labels), parts("70", "15", "15"), seed, 4, groups=groups)
        assert sorted(np.bincount(of_image, minlength=3).tolist()) == [10, 10, 10]


def test_groups_follow_from_names():
    paths = ["a/ms12_p1.png", "b/ms12_p22.png", "ms13_p1.png", "cover.png", "back.png"]
    assert group_by_pattern(paths, r"(.*)_p\d+").tolist() == [0, 0, 1, 2, 3]
    with pytest.raises(ValueError, match="needs a group in brackets"):
        group_by_pattern(paths, r".*_p\d+")
    with pytest.raises(ValueError, match=r"is no pattern: .* at position 1"):
        group_by_pattern(paths, "(")


def test_a_set_that_lacks_classes_is_named():
    data = shown_of([[0]] * 5 + [[1]])
    of_image = share_out(data, parts("0.8", "0.2"), 0, 2)
    counts = count_classes(data, of_image, 2, 2)
    (issue,) = find_missing(counts, ["disc", "bar"], ["train", "val"], ["0.8", "0.2"], is_error=True)
    assert issue.code == "E-440"
    assert issue.is_error
    assert issue.text.startswith("With ratio 0.")
    assert 'class "bar" would have no image in the set' in issue.text
    assert counts[:, 0].min() >= 1


def test_nothing_is_carved_out_of_one_group():
    data = shown_of([[0]] * 4)
    of_image = share_out(data, parts("0.5", "0.5"), 0, 1, groups=np.zeros(4, dtype=int))
    assert of_image.tolist() == [0, 0, 0, 0]


def test_no_share_is_no_image():
    data = shown_of([[0]] * 10)
    assert set(share_out(data, parts("0", "0.5", "0.5"), 0, 1).tolist()) == {1, 2}
