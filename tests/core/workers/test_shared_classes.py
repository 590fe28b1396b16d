"""What of a start's classes a training keeps."""

from __future__ import annotations

from core.workers.shared_classes import shared_classes


def test_names_that_differ_in_case_alone_are_shared() -> None:
    assert shared_classes(("stamp", "Text line "), ("text line", "seal", "Stamp")) == {0: 1, 2: 0}


def test_two_classes_that_differ_in_case_alone_stay_themselves() -> None:
    assert shared_classes(("Line", "line", "stamp"), ("Line", "line", "stamp")) == {0: 0, 1: 1, 2: 2}
    assert shared_classes(("Line", "line"), ("line", "Line")) == {0: 1, 1: 0}


def test_what_one_class_has_by_its_name_another_does_not_get() -> None:
    assert shared_classes(("line",), ("Line", "line")) == {1: 0}


def test_of_several_that_are_alike_the_first_is_kept() -> None:
    assert shared_classes(("LINE", "Line"), ("line",)) == {0: 0}


def test_nothing_is_shared_by_nobody() -> None:
    assert shared_classes((), ("line",)) == {}
    assert shared_classes(("line",), ()) == {}
