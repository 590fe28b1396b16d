"""Predictions that annotation files state beside or instead of ground truth, laid beside a project's images.

Any format may state them: an annotation that names who made it, or how sure that one was, is a prediction.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from core.domain.counting import counted
from core.domain.geometry import Polygon
from core.domain.imports import ImportSource, Problem, RawAnnotation, RawImage, Severity
from core.domain.names import listed_names, shown
from core.domain.predictions import PredictedObject
from core.domain.projects import ImageRecord
from core.errors import FormatError
from core.formats.base import AnnotationFormat, PictureSize
from core.formats.catalog import FormatCatalog
from core.imports.class_names import clean_name
from core.imports.orientation import is_sideways, to_upright
from core.predictions.importing import Sorted

_WORDS = {
    "image-not-in-project": "{n} of images that the project does not have",
    "category-not-in-project": "{n} of classes that the project does not have",
    "score-invalid": "{n} with a score that is not from 0 to 1",
    "whole-image": "{n} of whole images, which have no place",
    "box-invalid": "{n} without a sound shape",
}


def read_stated(
    path: Path,
    format: str | None,
    catalog: FormatCatalog,
    root: Path,
    images: Mapping[str, ImageRecord],
    categories: Sequence[str],
) -> Sorted:
    """The predictions of a file or folder that a format reads (None = the one that is surest), its pictures being those
    below `root`; `images` are the project's by path.

    Raises FormatError, NotFoundError for a format that is not known.
    """
    chosen = catalog.get(format) if format is not None else _surest(path, catalog)
    if not chosen.info.holds_predictions:
        text = f'"{shown(path.name)}" is read as {chosen.info.title}, which does not say what a model predicted.'
        raise FormatError(text, file=path, hint="Name another format with --format, or import it as annotations.")

    def size_of(picture: Path) -> PictureSize | None:
        image = images.get(picture.relative_to(root).as_posix()) if picture.is_relative_to(root) else None
        return None if image is None else PictureSize(image.width, image.height, is_sideways(image.orientation))

    source = ImportSource(path, images_root=root, format=chosen.info.slug, takes_model_made=True)
    return _Sorting(path, images, categories).run(chosen.read(source, size_of=size_of))


def _surest(path: Path, catalog: FormatCatalog) -> AnnotationFormat:
    """Of those that hold predictions, else of all. Raises FormatError when nothing is recognised."""
    found = [catalog.get(one.format) for one in catalog.recognise(path)]
    holding = [one for one in found if one.info.holds_predictions]
    return next(iter([*holding, *found]), None) or catalog.detect(path)


class _Sorting:
    def __init__(self, path: Path, images: Mapping[str, ImageRecord], categories: Sequence[str]) -> None:
        self._path = path
        self._images = images
        self._numbers = {name: place for place, name in enumerate(categories)}
        self._left_out: dict[str, list[str]] = {}  # what each stated, by kind
        self._makers: Counter[str] = Counter()
        self._n_unsure = 0
        self._n_human = 0
        self._found = Sorted()

    def run(self, items: Iterable[RawImage | Problem]) -> Sorted:
        for item in items:
            if isinstance(item, Problem):
                self._found.problems.append(item)
            else:
                self._take(item)
        self._say()
        return self._found

    def _take(self, raw: RawImage) -> None:
        image = self._images.get(raw.path)
        predicted = [one for one in raw.annotations if one.made_by or one.confidence is not None]
        self._n_human += len(raw.annotations) - len(predicted)
        self._found.n_read += len(predicted)
        if image is None:
            for _ in predicted:
                self._leave_out("image-not-in-project", raw.path)
            return
        if raw.is_explicit_negative:
            self._found.listed.add(image.path)
        objects = [found for one in predicted if (found := self._object(one, raw, image)) is not None]
        self._found.n_kept += len(objects)
        if objects:
            self._found.listed.add(image.path)
            self._found.objects.setdefault(image.path, []).extend(objects)
        elif not raw.is_explicit_negative and raw.source_file and not self._n_human_of(raw):
            self._found.doubtful.add(image.path)

    @staticmethod
    def _n_human_of(raw: RawImage) -> int:
        return sum(not one.made_by and one.confidence is None for one in raw.annotations)

    def _object(self, one: RawAnnotation, raw: RawImage, image: ImageRecord) -> PredictedObject | None:
        """None for what is left out, which is noted."""
        number = None if one.category is None else self._numbers.get(clean_name(one.category))
        if number is None:
            self._leave_out("category-not-in-project", one.category or "no class")
            return None
        score = 1.0 if one.confidence is None else one.confidence
        if not 0.0 <= score <= 1.0:
            self._leave_out("score-invalid", f"{score:g}")
            return None
        if one.geometry is None:
            self._leave_out("whole-image", one.category or "")
            return None
        shape = one.geometry
        if raw.is_as_stored:
            size = (image.width, image.height)
            stored = size[::-1] if is_sideways(image.orientation) else size
            shape = to_upright(shape, image.orientation, stored) or shape
        inside = shape.inside(image.width, image.height)
        if inside is None:
            self._leave_out("box-invalid", raw.path)
            return None
        self._n_unsure += one.confidence is None
        self._makers[one.made_by] += 1
        self._found.has_masks |= isinstance(inside, Polygon)
        return PredictedObject(number, score, inside.bounds(), inside if isinstance(inside, Polygon) else None)

    def _leave_out(self, kind: str, stated: str) -> None:
        self._left_out.setdefault(kind, []).append(stated)

    def _say(self) -> None:
        for kind, values in self._left_out.items():
            what = _WORDS[kind].format(n=counted(len(values), "prediction"))
            named = listed_names(list(dict.fromkeys(value for value in values if value)))
            self._add(kind, f"Left out: {what}{f' ({named})' if named else ''}.", Severity.WARNING)
        if self._n_unsure:
            what = counted(self._n_unsure, "prediction has", "predictions have")
            self._add("score-missing", f"{what} no score: 1 is taken for it.", Severity.WARNING)
        if len(self._makers) > 1:
            makers = ", ".join(f"{shown(name or 'nobody named')} ({n})" for name, n in self._makers.most_common(5))
            text = f"They were made by {len(self._makers)} programs, and are laid beside the images as one: {makers}."
            self._add("several-programs", text, Severity.WARNING)
        if self._n_human:
            what = counted(self._n_human, "annotation that no program made is", "annotations that no program made are")
            self._add("annotations-left-out", f"{what} left out.", Severity.INFO)

    def _add(self, kind: str, text: str, severity: Severity) -> None:
        self._found.problems.append(Problem(kind, text, str(self._path), severity=severity))
