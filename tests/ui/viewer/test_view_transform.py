from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.viewer.view_transform import MARGIN, MAX_SCALE, ViewTransform, fitted

numbers = st.floats(-5000, 5000)


@given(st.floats(0.05, 20), numbers, numbers, st.floats(0, 1500), st.floats(0, 900), st.floats(0.2, 5))
def test_zooming_keeps_the_point_at_the_cursor(
    scale: float, dx: float, dy: float, x: float, y: float, factor: float
) -> None:
    view = ViewTransform(scale, dx, dy)
    before = view.to_image(x, y)
    after = view.zoomed(factor, x, y, minimum=0.01).to_image(x, y)
    assert after == pytest.approx(before, rel=1e-6, abs=1e-3)


def test_zooming_stops_at_both_ends() -> None:
    view = ViewTransform(1.0)
    assert view.zoomed(1e9, 0, 0, minimum=0.1).scale == MAX_SCALE
    assert view.zoomed(1e-9, 0, 0, minimum=0.1).scale == 0.1


def test_a_fitted_image_is_whole_and_in_the_middle() -> None:
    view = fitted((4000, 1000), (800, 600))
    assert view.to_view(0, 0)[0] == pytest.approx(MARGIN)
    assert view.to_view(4000, 0)[0] == pytest.approx(800 - MARGIN)
    assert view.to_view(2000, 500) == pytest.approx((400, 300))


def test_small_images_are_enlarged_four_times_at_most() -> None:
    assert fitted((10, 10), (800, 600)).scale == 4.0
    assert fitted((10, 10), (800, 600), may_enlarge=False).scale == 1.0


def test_panning_never_loses_the_image() -> None:
    view = ViewTransform(1.0).panned(10_000, -10_000).kept_in_view((400, 300), (800, 600))
    visible = view.visible(800, 600).clipped(400, 300)
    assert visible.width >= 100
    assert visible.height >= 75


def test_the_visible_part_is_in_image_pixels() -> None:
    visible = ViewTransform(2.0, -100, -40).visible(200, 100)
    assert (visible.x0, visible.y0, visible.x1, visible.y1) == (50, 20, 150, 70)
