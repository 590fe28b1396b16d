"""What is told once for a whole import."""

from __future__ import annotations

from core.domain.imports import Severity
from core.formats.reading.tallies import Remark

REMARKS = {
    "results-not-read": Remark(
        "result has", "results have", " no area of an image and are left out", Severity.WARNING
    ),
    "ellipses": Remark("ellipse is", "ellipses are", " read as polygons of 64 points"),
    "parts-joined": Remark("object is", "objects are", " made of several polygons whose ids say that they are parts"),
    "labels-several": Remark("region has", "regions have", " several labels and become an object for each"),
    "annotations-several": Remark(
        "task has", "tasks have",
        " several annotations, of which the one marked as ground truth counts, else the newest", Severity.WARNING,
    ),
    "pictures-several": Remark(
        "task shows", "tasks show", " several pictures, of which the first is read", Severity.WARNING
    ),
    "tasks-skipped": Remark("task was", "tasks were", " skipped by the annotator: nothing is taken from there"),
    "tasks-open": Remark("task has", "tasks have", " no annotation yet: nobody has said that nothing is there"),
    "drafts": Remark("task has", "tasks have", " a draft only, which Label Studio does not export", Severity.WARNING),
    "relations": Remark("relation is", "relations are", " left out", Severity.WARNING),
    "values-too-long": Remark("value is", "values are", " too long to be kept and left out", Severity.WARNING),
    "image-form-differs": Remark(
        "picture has", "pictures have", " another form than the file says; shapes may not fit", Severity.WARNING
    ),
    "image-described-twice": Remark(
        "image is", "images are", " described more than once; what comes first counts", Severity.WARNING
    ),
    "picture-embedded": Remark(
        "picture is", "pictures are",
        " only inside the file; say where to unpack them (on the command line: --unpack-to FOLDER)",
        Severity.WARNING,
    ),
}  # fmt: skip
