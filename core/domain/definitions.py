"""Every number of Calque in words: what it says, how it is made, which way is better. One click from the number."""

from __future__ import annotations

from collections.abc import Mapping

from core.domain import metrics
from core.domain.analysis import Definition
from core.domain.metrics import LOSS_WORDS

MASK_WORDS = "Measured on the masks: the pixels of the two shapes are compared instead of the boxes round them."


def find_definition(name: str) -> Definition | None:
    """By the name of a measure, a curve or a kind of error; None for one that a plug-in brought."""
    return DEFINITIONS.get(name)


_OBJECTS = (
    Definition(
        "tp",
        "True positive (TP)",
        "A prediction that is right: it has the class of an object that is there and lies on it well enough, by the "
        "IoU threshold. Each object can be found once; the surest prediction gets it.",
    ),
    Definition(
        "fp",
        "False positive (FP)",
        "A prediction that is wrong. It has the wrong class, lies badly, finds an object a second time, or lies where "
        "nothing is.",
    ),
    Definition(
        "fn",
        "False negative (FN), missed",
        "An object of the ground truth that no prediction found.",
    ),
    Definition(
        "confidence",
        "Confidence",
        "How sure the model says that it is of a prediction, from 0 to 1. It is no probability unless the calibration "
        "shows it to be one.",
    ),
    Definition(
        "confidence_threshold",
        "Confidence threshold",
        "Predictions that are less sure than this count as not made. Higher: fewer predictions, more of them right. "
        "Lower: more objects found, and more errors.",
    ),
    Definition(
        "iou",
        "IoU (overlap)",
        "How well two shapes lie on each other: the area that they share, divided by the area that they cover "
        "together. 0 is no overlap, 1 is the same shape. From 0.50 up, one usually says that the object was found.",
        "IoU = shared area / area of both together",
    ),
    Definition(
        "mean_iou",
        "Mean IoU",
        "How well the right predictions lie on their objects, on the average.",
        "sum of IoU / TP",
    ),
    Definition(
        "crowd",
        "Crowd region",
        "A region in which objects were not drawn one by one. Nothing in it counts: neither found, nor missed, nor "
        "wrong.",
    ),
)

_HEADLINES = (
    Definition(
        metrics.PRECISION,
        "Precision",
        "Of what the model predicted, the share that is right. 0.90 means: of ten predictions, nine are right and one "
        "is not. Higher is better.",
        "Precision = TP / (TP + FP)",
    ),
    Definition(
        metrics.RECALL,
        "Recall",
        "Of the objects that are there, the share that was found. 0.80 means: of ten objects, eight were found and two "
        "were missed. Higher is better.",
        "Recall = TP / (TP + FN)",
    ),
    Definition(
        "class_precision",
        "Precision, mean over classes",
        "Precision of each class for itself, then the mean, so that a rare class counts as much as a common one. It is "
        "what a table of measures states for all classes.",
    ),
    Definition(
        "class_recall",
        "Recall, mean over classes",
        "Recall of each class for itself, then the mean, so that a rare class counts as much as a common one. It is "
        "what a table of measures states for all classes.",
    ),
    Definition(
        "f1",
        "F1",
        "One number for precision and recall together. It is high only when both are. Of a single image without "
        "objects and without predictions it is 1: nothing was to be found, and nothing was. Higher is better.",
        "F1 = 2 x Precision x Recall / (Precision + Recall) = 2 TP / (2 TP + FP + FN)",
    ),
    Definition(
        metrics.BOX_THRESHOLD,
        "Best confidence threshold",
        "The confidence at which F1 is highest: the best balance of finding much and erring little. Chosen on the "
        "validation set, and proposed wherever the version predicts.",
    ),
    Definition(
        "ap",
        "Average precision (AP)",
        "Precision on the average over all levels of recall, of one class. It looks at the whole list of predictions, "
        "from the surest to the least sure, so that no confidence threshold plays a part. COCO's rule: at each of 101 "
        "levels of recall the best precision that is reached there or beyond. Higher is better.",
        "AP = mean of precision at recall 0, 0.01, ... 1",
    ),
    Definition(
        metrics.MAP50,
        "mAP50",
        "The average precision of boxes, averaged over the classes; a prediction is right from an overlap of 0.50 up. "
        "Says whether objects are found and named, not whether the boxes are exact. Classes without an object in the "
        "set are left out. Higher is better.",
        "mean over classes of AP at IoU 0.50",
    ),
    Definition(
        metrics.MAP50_95,
        "mAP50-95",
        "As mAP50, averaged over ten demands on the overlap, from 0.50 to 0.95: high only when boxes are exact as "
        "well. Never higher than mAP50. Higher is better.",
        "mean over classes and over IoU 0.50, 0.55, ... 0.95 of AP",
    ),
    Definition(
        "accuracy",
        "Accuracy",
        "The share of all answers that are right. For images that have one class each: the class that the model is "
        "surest of is the true one.",
        "Accuracy = right / all",
    ),
    Definition(
        "dice",
        "Dice",
        "How well two masks lie on each other: twice the shared area, divided by the sum of both areas. Always at "
        "least as high as the IoU.",
        "Dice = 2 |A and B| / (|A| + |B|)",
    ),
)

_COCO = (
    Definition("ap50", "AP50", "Average precision where an overlap of 0.50 is enough, averaged over the classes."),
    Definition("ap75", "AP75", "Average precision where an overlap of 0.75 is needed, averaged over the classes."),
    Definition(
        "ap_small",
        "AP of small objects",
        "As mAP50-95, of objects of up to 32 x 32 pixels. Larger ones are left out of account.",
    ),
    Definition(
        "ap_medium",
        "AP of medium objects",
        "As mAP50-95, of objects from 32 x 32 to 96 x 96 pixels. Others are left out of account.",
    ),
    Definition(
        "ap_large",
        "AP of large objects",
        "As mAP50-95, of objects from 96 x 96 pixels up. Smaller ones are left out of account.",
    ),
    Definition(
        "ar1",
        "AR1",
        "The share of objects found when only the surest prediction of each image and class is looked at, averaged "
        "over the classes and over IoU 0.50 to 0.95.",
    ),
    Definition("ar10", "AR10", "As AR1, with the ten surest predictions of each image and class."),
    Definition("ar100", "AR100", "As AR1, with the hundred surest predictions of each image and class."),
    Definition("ar_small", "AR of small objects", "As AR100, of objects of up to 32 x 32 pixels."),
    Definition("ar_medium", "AR of medium objects", "As AR100, of objects from 32 x 32 to 96 x 96 pixels."),
    Definition("ar_large", "AR of large objects", "As AR100, of objects from 96 x 96 pixels up."),
)

_ERRORS = (
    Definition(
        "error_cost",
        "What an error costs",
        "How much AP50 would be won if all errors of this kind were mended and nothing else changed. The largest is "
        "where work on data or settings pays most. The costs do not add up to what is missing to 1.",
        "AP50 with the errors mended - AP50",
    ),
    Definition(
        "cls",
        "Wrong class",
        "It lies on an object (IoU of the threshold or more), but calls it something else.",
    ),
    Definition(
        "loc",
        "Badly placed",
        "The right class, and near the object, but the overlap is below the IoU threshold (and 0.10 or more).",
    ),
    Definition("both", "Wrong class and badly placed", "Near an object of another class, with too little overlap."),
    Definition("dupe", "Found twice", "The object had been found by a surer prediction already."),
    Definition("bkg", "Nothing is there", "It overlaps no object, or by less than 0.10."),
    Definition("miss", "Missed", "An object that was not found, not as another class and not badly placed either."),
)

_CURVES = (
    Definition(
        "threshold_curves",
        "Precision, recall and F1 over confidence",
        "How the three change when the confidence threshold is moved: precision mostly rises with it, recall falls. "
        "The mark is where F1 is highest.",
    ),
    Definition(
        "precision_recall",
        "Precision over recall",
        "What has to be paid in precision for finding more. The further the curve reaches to the upper right, the "
        "better; the area under it is the average precision.",
    ),
    Definition(
        "score_histogram",
        "Confidence of right and wrong predictions",
        "How many predictions there are of each confidence, right and wrong ones. A good model has the wrong ones on "
        "the left and the right ones on the right; a threshold between the two hills parts them.",
    ),
    Definition(
        "iou_histogram",
        "Overlap of right predictions",
        "How exactly right predictions lie on their objects. Much near the IoU threshold means that boxes are often "
        "just good enough.",
    ),
    Definition(
        "calibration",
        "Calibration",
        "Whether confidence means what it says: of predictions with confidence 0.80, 80 in 100 should be right. Bars "
        "below the line: the model is too sure of itself. Above: it is too modest.",
    ),
    Definition(
        "ece",
        "Expected calibration error (ECE)",
        "How far confidence and the share of right predictions are apart, on the average over all predictions. 0 is a "
        "model whose confidence can be taken at its word. Lower is better.",
        "ECE = sum over bins of n / N x |mean confidence - share of right ones|",
    ),
    Definition(
        "confusion_matrix",
        "Confusion matrix",
        "Which class was taken for which. A row for each class that is there, a column for each that was predicted; "
        "right predictions lie on the diagonal. The last column holds objects that were missed, the last row "
        "predictions where no such object was left to find.",
    ),
)

_SURENESS = (
    Definition(
        "interval",
        "95 % interval",
        "How far chance in the choice of images may have moved the number: of sets of as many images of the same kind, "
        "about 95 in 100 would give a number in it. Made by drawing images of the set at random, again and again. "
        "With fewer than 30 images it is wide and itself uncertain.",
    ),
    Definition(
        "difference",
        "Difference of two versions",
        "The number of the second less that of the first, on the same images. When the interval holds 0, these images "
        "do not show which of the two is better.",
    ),
    Definition(
        "fixed_broken",
        "Fixed, broken, both wrong, both right",
        "An image is right when everything in it was found and nothing else. Fixed: wrong with the first version, "
        "right with the second. Broken: the other way round.",
    ),
)

_OWN_WORDS = (
    Definition(
        metrics.ACCURACY,
        "Accuracy",
        "How many of the images or regions got their own class as the surest one. Classes with many images decide it; "
        "the means over classes do not let them.",
        "correct / all",
    ),
    Definition(
        metrics.LOG_LOSS,
        "Log loss",
        "What wrong confidence costs: nothing for who is sure and right, most for who is sure and wrong. Lower is "
        "better.",
        "mean of -log(confidence of the class that it is)",
    ),
    Definition(
        metrics.CALIBRATION_ERROR,
        "Calibration error (ECE)",
        "Whether confidences can be believed: of images with a confidence near 0.8, about 80 % should be right. The "
        "mean distance from that, over ten bins. Lower is better.",
    ),
    Definition(
        metrics.MEAN_AP,
        "Average precision of tags (AP), mean AP",
        "How well a class is ranked, at no threshold: precision averaged over recall, from the surest image down. The "
        "mean over the classes is the headline of a tagger.",
        "AP = sum over confidences of (recall won there) x precision",
    ),
    Definition(
        metrics.MICRO_F1,
        "Micro F1",
        "F1 of all tags together, whichever class they are of: frequent classes decide it.",
        "2 TP / (2 TP + FP + FN)",
    ),
    Definition(
        metrics.EXACT_MATCH,
        "Exact match",
        "How many images have exactly their own tags: none too many and none missing.",
    ),
)
_LABELS = (
    *_OWN_WORDS,
    *(
        Definition(one.name, f"{one.title} (of labels)", one.help)
        for one in (*metrics.CLASSIFICATION_MEASURES, *metrics.TAGGING_MEASURES)
        if one.name not in {known.name for known in _OWN_WORDS}
    ),
)

_PIXELS = (
    Definition(
        metrics.PIXEL_PRECISION,
        "Pixel precision",
        "Of the pixels that were found, the share that belongs to the class. The objects of a class in an image are "
        "united; predictions count from the confidence on that the table states; the images are added up.",
        "common pixels / found pixels",
    ),
    Definition(
        metrics.PIXEL_RECALL,
        "Pixel recall",
        "Of the class's pixels, the share that was found.",
        "common pixels / the class's pixels",
    ),
    Definition(
        metrics.PIXEL_F1,
        "Pixel F1 (Dice)",
        "Precision and recall of pixels in one number. The mean is over the classes.",
        "2 x common pixels / (found pixels + the class's pixels)",
    ),
    Definition(
        metrics.PIXEL_IOU,
        "Pixel IoU (Jaccard)",
        "How well the areas of a class agree, wherever one object ends and the next begins: two lines that melted into "
        "one cost nothing here, and much in mAP. Higher is better.",
        "common pixels / pixels found or of the class",
    ),
)

_TRAINING = (
    Definition(
        metrics.LOSS_TOTAL,
        "Loss",
        "What the training makes small: the sum of its parts, of one batch of images. Its size cannot be compared "
        "between methods, only its course. Lower is better.",
    ),
    Definition(
        metrics.LEARNING_RATE,
        "Learning rate",
        "How large the steps are by which the training changes the model. It rises at the beginning and falls to the "
        "end.",
    ),
    *(Definition(name, title, text) for name, (title, text) in LOSS_WORDS.items()),
)

_MASKS = tuple(
    Definition(mask, f"{of.title} of masks", f"{MASK_WORDS} {of.text}", of.formula)
    for of in _HEADLINES
    for mask in (
        {
            metrics.PRECISION: metrics.MASK_PRECISION,
            metrics.RECALL: metrics.MASK_RECALL,
            metrics.MAP50: metrics.MASK_MAP50,
            metrics.MAP50_95: metrics.MASK_MAP50_95,
            metrics.BOX_THRESHOLD: metrics.MASK_THRESHOLD,
        }.get(of.name),
    )
    if mask is not None
)

DEFINITIONS: Mapping[str, Definition] = {
    definition.name: definition
    for definition in (
        *_HEADLINES, *_LABELS, *_MASKS, *_PIXELS, *_COCO, *_OBJECTS, *_ERRORS, *_CURVES, *_SURENESS, *_TRAINING,
    )
}  # fmt: skip
"""By name, in the order in which a person may want to read them."""
