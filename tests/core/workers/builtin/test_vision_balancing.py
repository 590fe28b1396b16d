from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.workers.builtin.vision.balancing import balance, in_words

A, B, BOTH, NEITHER = frozenset({0}), frozenset({1}), frozenset({0, 1}), frozenset[int]()


def test_a_rare_class_is_raised_to_the_frequent_one_where_there_is_room() -> None:
    found = balance([A] * 90 + [B] * 10, 2, 2.0)
    assert found.before == (90, 10)
    assert found.after == (90, 90)
    assert found.n_shown == 180


def test_the_longest_epoch_is_kept_to() -> None:
    found = balance([A] * 90 + [B] * 10, 2, 1.1)
    assert found.after == (90, 20)
    assert found.n_shown == 110


def test_no_expansion_changes_nothing() -> None:
    assert balance([A] * 9 + [B], 2, 1.0).repeats == (1,) * 10


def test_images_of_several_classes_and_of_none() -> None:
    found = balance([A] * 8 + [BOTH] * 2 + [NEITHER] * 6, 2, 10.0)
    assert found.repeats[:8] == (1,) * 8
    assert found.repeats[10:] == (1,) * 6
    assert sum(found.repeats[8:10]) == 10
    assert found.after == (18, 10)


def test_words_name_each_class() -> None:
    text = in_words(balance([A] * 9 + [B], 2, 2.0), ["cat", "dog"])
    assert text == "Balanced: 18 images in an epoch instead of 10; cat 9 → 9, dog 1 → 9."


@given(
    st.lists(st.frozensets(st.integers(0, 3), max_size=3), min_size=1, max_size=60),
    st.floats(1.0, 10.0, allow_nan=False),
)
def test_every_image_stays_and_the_budget_holds(labels: list[frozenset[int]], expansion: float) -> None:
    found = balance(labels, 4, expansion)
    assert min(found.repeats) >= 1
    assert found.n_shown <= len(labels) * expansion + 1e-6
    assert all(a >= b for a, b in zip(found.after, found.before, strict=True))
