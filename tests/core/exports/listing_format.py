"""A format that holds everything an export can hand it, as JSON lines that a test can look at."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterable, Sequence
from pathlib import Path

from core.domain.formats import Content, FormatInfo, FormatOption, Loss, ShapeKind
from core.domain.imports import ImportSource, Problem, RawImage, Severity
from core.formats.base import Reading, SizeOf, WriteOptions, WriteResult
from core.formats.writing import write_file


class Listing:
    info = FormatInfo(
        "listing",
        "Listing",
        writes="One file.",
        shapes_written=frozenset(ShapeKind),
        holds_predictions=True,
        holds_splits=True,
        holds_negatives=True,
        losses=(Loss(Content.UNSEEN_IMAGES, "listed as any other", Severity.INFO),),
        images_folder="pictures",
        write_options=(FormatOption("order", "Order", choices=(("up", "Up"), ("down", "Down")), default="up"),),
    )

    def detect(self, path: Path) -> float:
        return 0.0

    def read(self, source: ImportSource, *, size_of: SizeOf) -> Reading:
        def nothing() -> Generator[RawImage | Problem, None, Iterable[str]]:
            yield from ()
            return ()

        return Reading(source.path, nothing())

    def write(
        self, images: Iterable[RawImage], categories: Sequence[str], folder: Path, *, options: WriteOptions
    ) -> WriteResult:
        rows = [self._row(image) for image in images]
        if options.option("order", "up") == "down":
            rows.reverse()
        write_file(folder / "listing.jsonl", "".join(f"{json.dumps(row)}\n" for row in rows))
        return WriteResult(len(rows), sum(len(row["objects"]) for row in rows))

    def _row(self, image: RawImage) -> dict:
        objects = [
            [item.category, repr(item.geometry), item.made_by, item.confidence, item.is_crowd]
            for item in image.annotations
        ]
        return {
            "path": image.path,
            "set": image.stated_set,
            "negative": image.is_explicit_negative,
            "size": [image.width, image.height],
            "objects": objects,
        }


FORMAT = Listing()
