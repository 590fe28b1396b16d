"""Label Studio: its full JSON export, its small one (JSON-MIN), and files of a task each as it synchronises them.

Of several annotations of a task one counts, for all of them together would show every object twice: that marked as
ground truth, else the newest. A task that was skipped says nothing; one whose annotation is empty says that nothing is
there. Predictions are a model's, with its version and score. Places are stated in hundredths of the picture, angles
clockwise about the left top corner.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from core.domain.formats import Content, FormatInfo, FormatOption, Loss, ShapeKind
from core.domain.imports import ImportSource, RawImage, Severity
from core.formats.base import AnnotationFormat, Reading, SizeOf, WriteOptions, WriteResult
from core.formats.label_studio.files import (
    embedded_pictures,
    holds_label_studio,
    is_label_studio,
    label_studio_files,
)
from core.formats.label_studio.telling import Telling
from core.formats.label_studio.writing import write_label_studio
from core.formats.reading.images_root import guess_images_root

_ALL_SHAPES = frozenset({ShapeKind.BOX, ShapeKind.POLYGON, ShapeKind.IMAGE})


class LabelStudioFormat:
    """Reads a file or all of Label Studio's below a folder, in slices; writes one file of tasks."""

    info = FormatInfo(
        slug="label-studio",
        title="Label Studio",
        reads="Label Studio (JSON and JSON-MIN, .json)",
        writes="Tasks in tasks.json, the labeling interface in label_config.xml; pictures in images/.",
        shapes_read=_ALL_SHAPES,
        shapes_written=_ALL_SHAPES,
        holds_predictions=True,
        holds_negatives=True,
        losses=(
            Loss(Content.CROWDS, "written as single objects"),
            Loss(Content.WITHOUT_CLASS, "left out, for a region without a label is of no use there"),
            Loss(Content.UNSEEN_IMAGES, "get no task", Severity.INFO),
        ),
        endings=(".json",),
        images_folder="images",
        write_options=(
            FormatOption(
                "images",
                "Where Label Studio finds the images",
                "Its local files need LABEL_STUDIO_LOCAL_FILES_SERVING_ENABLED and the folder as document root.",
                (
                    ("local-files", "On its disk, below the document root"),
                    ("addresses", "At their address on a server, where one is known"),
                ),
                "local-files",
            ),
        ),
        precedence=70,
    )

    def detect(self, path: Path) -> float:
        if path.is_file():
            return 0.95 if is_label_studio(path) else 0.0
        return 0.9 if holds_label_studio(path) else 0.0

    def read(self, source: ImportSource, *, size_of: SizeOf) -> Reading:
        is_single = source.path.is_file()
        folder = source.path.parent if is_single else source.path
        root = source.images_root or guess_images_root(folder, inner="images")
        files = iter([source.path]) if is_single else label_studio_files(folder, source.left_out)
        telling = Telling(source, folder, root, size_of, is_single=is_single)
        return Reading(root, telling.items(files))

    def write(
        self, images: Iterable[RawImage], categories: Sequence[str], folder: Path, *, options: WriteOptions
    ) -> WriteResult:
        return write_label_studio(images, categories, folder, options)

    def embedded_pictures(self, path: Path) -> Iterator[tuple[str, bytes]]:
        """Pictures that are only inside the files (`HoldsPictures`)."""
        return embedded_pictures(path)


FORMAT: AnnotationFormat = LabelStudioFormat()
