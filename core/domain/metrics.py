"""Names of curves and of COCO's measures. The definitions stand beside the names and are what the help shows."""

from __future__ import annotations

from collections.abc import Mapping

from core.domain.evaluation import BOXES, MASKS, THRESHOLD, Measure

LOSS_TOTAL = "loss"
LEARNING_RATE = "lr"
MAP50 = "map50"
MAP50_95 = "map50_95"
MASK_MAP50 = "mask_map50"
MASK_MAP50_95 = "mask_map50_95"
PRECISION = "precision"
RECALL = "recall"
BOX_THRESHOLD = "threshold"
MASK_PRECISION = "mask_precision"
MASK_RECALL = "mask_recall"
MASK_THRESHOLD = "mask_threshold"

MAP50_OF: Mapping[str, str] = {MAP50_95: MAP50, MASK_MAP50_95: MASK_MAP50}
"""Beside each strict measure the lenient one, of the same images."""

LOSS_WORDS: Mapping[str, tuple[str, str]] = {
    "box_loss": ("Box position", "How far the boxes' coordinates are off. Lower is better."),
    "cls_loss": ("Class", "How wrong the classes are. Lower is better."),
    "dfl_loss": ("Box edges", "How unsure the places of the boxes' edges are (DFL). Lower is better."),
    "dfl_loss (L1)": ("Box edges", "Distance of the boxes' edges (L1). Lower is better."),
    "seg_loss": ("Mask", "How far the masks are off. Lower is better."),
    "sem_loss": ("Pixel class", "How wrong the classes of single pixels are. Lower is better."),
}
"""Parts of a loss by the name that the engine gives them: what a person calls it, and what it says."""

METRIC_HELP: Mapping[str, str] = {
    LOSS_TOTAL: "Sum of the loss components of a batch. Lower is better.",
    LEARNING_RATE: "Step size of the optimizer.",
    MAP50: "Mean over classes of the average precision of boxes at IoU 0.50. Higher is better.",
    MAP50_95: "Mean over classes and over IoU 0.50 to 0.95 in steps of 0.05 of the average precision of boxes.",
    MASK_MAP50: "As mAP50, measured on masks.",
    MASK_MAP50_95: "As mAP50-95, measured on masks.",
    PRECISION: "TP / (TP + FP): how many of the found objects are right.",
    RECALL: "TP / (TP + FN): how many of the objects were found.",
    MASK_PRECISION: "As precision, measured on masks.",
    MASK_RECALL: "As recall, measured on masks.",
}


def _measures(
    group: str, precision: str, recall: str, map50: str, map50_95: str, threshold: str
) -> tuple[Measure, ...]:
    help = METRIC_HELP
    return (
        Measure(precision, "P", help[precision], group, at=threshold),
        Measure(recall, "R", help[recall], group, at=threshold),
        Measure(map50, "mAP50", help[map50], group),
        Measure(map50_95, "mAP50-95", help[map50_95], group),
        Measure(threshold, "threshold", "The confidence where the row's F1 is highest.", group, THRESHOLD),
    )


BOX_MEASURES = _measures(BOXES, PRECISION, RECALL, MAP50, MAP50_95, BOX_THRESHOLD)
MASK_MEASURES = _measures(MASKS, MASK_PRECISION, MASK_RECALL, MASK_MAP50, MASK_MAP50_95, MASK_THRESHOLD)
BEST_F1: Mapping[str, tuple[str, str]] = {
    BOX_THRESHOLD: (PRECISION, RECALL),
    MASK_THRESHOLD: (MASK_PRECISION, MASK_RECALL),
}
"""Thresholds that are where F1 is highest, with the precision and recall that it is made of."""


def coco_protocol(max_detections: int) -> str:
    """How these measures come about, as a sentence."""
    return f"COCO protocol, at most {max_detections} detections an image and class."


def oriented_protocol(max_detections: int) -> str:
    """The same of boxes that are turned."""
    return (
        f"COCO protocol with the IoU of the boxes as they are turned, exactly; at most {max_detections} detections an "
        f"image and class."
    )
