"""Every metric has a pane, a name and a look, and no two of a pane look alike."""

from __future__ import annotations

import itertools

import pytest

from core.domain import metrics
from ui.charts.curve_styles import DARK_COLOURS, LIGHT_COLOURS, PANES, pane_of, style_of

SET_METRICS = (
    metrics.MAP50,
    metrics.MAP50_95,
    metrics.MASK_MAP50,
    metrics.MASK_MAP50_95,
    metrics.PRECISION,
    metrics.RECALL,
    metrics.MASK_PRECISION,
    metrics.MASK_RECALL,
    metrics.LOSS_TOTAL,
    metrics.PIXEL_IOU,
    metrics.ACCURACY,
    metrics.MEAN_AP,
)


def test_an_engines_names_stand_in_the_help_only() -> None:
    style = style_of("dfl_loss", "batch")
    assert "dfl" not in style.label
    assert '"dfl_loss"' in style.help and "Lower is better" in style.help


@pytest.mark.parametrize(
    ("name", "split", "label"),
    [
        ("loss", "batch", "Total loss (batch)"),
        ("lr", "batch", "Learning rate"),
        ("loss", "train", "Total loss (train set)"),
        ("loss", "val", "Total loss (val set)"),
        ("map50", "train", "Accuracy (train set): mAP50"),
        ("map50", "val", "Accuracy (val set): mAP50"),
        ("accuracy", "train", "Accuracy (train set)"),
        ("accuracy", "val", "Accuracy (val set)"),
        ("pixel_iou", "val", "Accuracy (val set): pixel IoU"),
        ("dfl_loss (L1)", "batch", "Box edges (batch)"),
        ("centre_loss", "batch", "Centre (batch)"),
        ("seg_loss", "val", "Mask (val set)"),
        ("something/new", "val", "something/new (val set)"),
    ],
)
def test_the_curves_have_their_names(name: str, split: str, label: str) -> None:
    assert style_of(name, split).label == label


@pytest.mark.parametrize(
    ("name", "split", "pane"),
    [
        ("lr", "train", "lr"),
        ("lr/group 1", "batch", "lr"),
        ("box_loss", "batch", "loss-batch"),
        ("box_loss", "val", "components"),
        ("mask_map50", "val", "mask-accuracy"),
        ("recall", "val", "precision"),
        ("accuracy", "val", "label-accuracy"),
        ("pixel_iou", "train", "mask-accuracy"),
        ("images per second", "batch", "other"),
        ("dice", "val", "other"),
    ],
)
def test_each_goes_to_its_pane(name: str, split: str, pane: str) -> None:
    assert pane_of(name, split) == style_of(name, split).pane == pane
    assert pane in {spec.key for spec in PANES}


def test_no_two_curves_of_a_pane_share_colour_and_line() -> None:
    styles = [style_of(name, split) for name in SET_METRICS for split in ("train", "val", "test")]
    styles += [style_of(name, "batch", rank) for rank, name in enumerate(("box_loss", "cls_loss", "dfl_loss"))]
    styles += [style_of("loss", "batch")]
    names = ("box_loss", "cls_loss", "dfl_loss", "seg_loss")
    styles += [style_of(name, split, rank) for rank, name in enumerate(names) for split in ("train", "val")]
    for one, other in itertools.combinations(styles, 2):
        if one.pane == other.pane:
            assert (one.colour_index, one.line) != (other.colour_index, other.line), (one.label, other.label)


def test_components_of_the_batch_loss_wait_for_a_click() -> None:
    assert style_of("loss", "batch").is_shown
    assert not style_of("box_loss", "batch").is_shown
    assert style_of("box_loss", "val").is_shown


def test_what_is_known_is_explained() -> None:
    for name in (*SET_METRICS, "box_loss", "cls_loss", "dfl_loss", "dfl_loss (L1)", "lr"):
        assert style_of(name, "val").help, name
    assert "focal" not in style_of("dfl_loss (L1)", "val").help


def test_colours_differ_between_the_themes_and_repeat_when_they_run_out() -> None:
    style = style_of("loss", "batch")
    assert (style.colour(False), style.colour(True)) == (LIGHT_COLOURS[0], DARK_COLOURS[0])
    assert style_of("a_loss", "batch", 30).colour(False) in LIGHT_COLOURS
