"""Names of curves and of COCO's measures. The definitions stand beside the names and are what the help shows."""

from __future__ import annotations

from collections.abc import Mapping

from core.domain.evaluation import BOXES, COUNT, MASKS, PIXELS, THRESHOLD, Measure

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
ACCURACY = "accuracy"
TOP5_ACCURACY = "top5_accuracy"
LABEL_PRECISION = "label_precision"
LABEL_RECALL = "label_recall"
LABEL_F1 = "label_f1"
CORRECT = "correct"
LOG_LOSS = "log_loss"
CALIBRATION_ERROR = "calibration_error"
MEAN_AP = "mean_ap"
TAG_PRECISION = "tag_precision"
TAG_RECALL = "tag_recall"
TAG_F1 = "tag_f1"
MICRO_F1 = "micro_f1"
EXACT_MATCH = "exact_match"
TAG_THRESHOLD = "tag_threshold"
WEIGHTED = "weighted_"
"""In front of the name of a mean over classes: the same mean, each class as heavy as its images."""
PIXEL_IOU = "pixel_iou"
PIXEL_PRECISION = "pixel_precision"
PIXEL_RECALL = "pixel_recall"
PIXEL_F1 = "pixel_f1"

MAP50_OF: Mapping[str, str] = {MAP50_95: MAP50, MASK_MAP50_95: MASK_MAP50}
"""Beside each strict measure the lenient one, of the same images."""

LOSS_WORDS: Mapping[str, tuple[str, str]] = {
    "box_loss": ("Box position", "How far the boxes' coordinates are off. Lower is better."),
    "centre_loss": ("Centre", "How badly it is told how near a place lies to its object's centre. Lower is better."),
    "cls_loss": ("Class", "How wrong the classes are. Lower is better."),
    "dfl_loss": ("Box edges", "How unsure the places of the boxes' edges are (DFL). Lower is better."),
    "dfl_loss (L1)": ("Box edges", "Distance of the boxes' edges (L1). Lower is better."),
    "angle_loss": ("Angle", "How far the boxes' directions are off. Lower is better."),
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
    ACCURACY: "Correct / all: how many of the images or regions got their class as the surest. Higher is better.",
    MEAN_AP: "Mean over classes of the average precision of tags. Higher is better.",
    PIXEL_IOU: "Intersection over union of the pixels of a class, all images together; the mean over the classes.",
    PIXEL_PRECISION: "How many of the pixels that were found belong to the class.",
    PIXEL_RECALL: "How many of the class's pixels were found.",
    PIXEL_F1: "2PR / (P + R) of pixels: the same as Dice.",
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

_OF_ALL = "Of all classes: the mean over the classes of this set; a class that was never predicted counts 0 in it."


def _with_weighted(measure: Measure) -> tuple[Measure, Measure]:
    """And its mean with each class as heavy as its images, told in its explanation."""
    help = "The mean over the classes, each as heavy as its images."
    return measure, Measure(WEIGHTED + measure.name, f"Weighted {measure.title}", help, beside=measure.name)


CLASSIFICATION_MEASURES: tuple[Measure, ...] = (
    Measure(ACCURACY, "Accuracy", METRIC_HELP[ACCURACY]),
    Measure(TOP5_ACCURACY, "Top 5", "How many have their class among the five surest. Higher is better."),
    Measure(CORRECT, "Correct", "How many of the class got it as their surest.", kind=COUNT),
    *_with_weighted(Measure(LABEL_RECALL, "Recall", f"TP / (TP + FN): how many of the class got it. {_OF_ALL}")),
    *_with_weighted(
        Measure(LABEL_PRECISION, "Precision", f"TP / (TP + FP): how many that got the class are of it. {_OF_ALL}")
    ),
    *_with_weighted(Measure(LABEL_F1, "F1", f"2PR / (P + R): precision and recall in one. {_OF_ALL}")),
    Measure(
        LOG_LOSS,
        "Log loss",
        "Mean of -log(confidence of the class that it is): sure and wrong costs most. Lower is better. – where it was "
        "not said how sure that is.",
        kind="",
        higher_is_better=False,
    ),
    Measure(
        CALIBRATION_ERROR,
        "Calibration error",
        "How far confidences are from how often they are right (ECE, ten bins). Lower is better.",
        higher_is_better=False,
    ),
)
TAGGING_MEASURES: tuple[Measure, ...] = (
    Measure(
        MEAN_AP,
        "AP",
        "Average precision: precision averaged over recall, at no threshold. Of all classes the mean of those of this "
        "set (mean AP). Higher is better.",
    ),
    *_with_weighted(Measure(TAG_RECALL, "Recall", f"TP / (TP + FN). {_OF_ALL}", at=TAG_THRESHOLD)),
    *_with_weighted(Measure(TAG_PRECISION, "Precision", f"TP / (TP + FP). {_OF_ALL}", at=TAG_THRESHOLD)),
    *_with_weighted(Measure(TAG_F1, "F1", f"2PR / (P + R). {_OF_ALL}", at=TAG_THRESHOLD)),
    Measure(MICRO_F1, "Micro F1", "F1 of all tags together, each class at its threshold. Higher is better."),
    Measure(EXACT_MATCH, "Exact match", "How many have exactly their tags, none more and none less. Higher is better."),
    Measure(TAG_THRESHOLD, "threshold", "The confidence where the F1 of the class is highest.", kind=THRESHOLD),
)


METRIC_NAMES = {
    MAP50: "mAP50",
    MAP50_95: "mAP50-95",
    MASK_MAP50: "mask mAP50",
    MASK_MAP50_95: "mask mAP50-95",
    ACCURACY: "accuracy",
    MEAN_AP: "mean AP",
}


def metric_name(metric: str) -> str:
    """Of a headline, within a sentence; an unknown one's own."""
    return METRIC_NAMES.get(metric, metric)


LABEL_HEADLINES = frozenset({ACCURACY, MEAN_AP})
"""Of tables of tasks that label images and given regions."""
PIXEL_MEASURES = (
    Measure(PIXEL_PRECISION, "P", METRIC_HELP[PIXEL_PRECISION], PIXELS),
    Measure(PIXEL_RECALL, "R", METRIC_HELP[PIXEL_RECALL], PIXELS),
    Measure(PIXEL_F1, "F1", METRIC_HELP[PIXEL_F1], PIXELS),
    Measure(PIXEL_IOU, "IoU", METRIC_HELP[PIXEL_IOU], PIXELS),
)
"""Objects of a class united, from the table's setting `PIXEL_CONFIDENCE` on."""

BEST_F1: Mapping[str, tuple[str, str]] = {
    BOX_THRESHOLD: (PRECISION, RECALL),
    MASK_THRESHOLD: (MASK_PRECISION, MASK_RECALL),
    TAG_THRESHOLD: (TAG_PRECISION, TAG_RECALL),
}
"""Thresholds that are where F1 is highest, with the precision and recall that it is made of."""


PIXEL_CONFIDENCE = "pixel_confidence"
"""Setting: from which predictions count for the measures of pixels."""


def coco_protocol(max_detections: int) -> str:
    """How these measures come about, as a sentence."""
    return f"COCO protocol, at most {max_detections} detections an image and class."


def oriented_protocol(max_detections: int) -> str:
    """The same of boxes that are turned."""
    return (
        f"COCO protocol with the IoU of the boxes as they are turned, exactly; at most {max_detections} detections an "
        f"image and class."
    )
