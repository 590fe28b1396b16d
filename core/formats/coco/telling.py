"""Tells what COCO documents say, an image at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from itertools import chain

from core.domain.annotation_columns import ColumnAnnotations
from core.domain.counting import counted
from core.domain.details import ImageDetails
from core.domain.geometry import Polygon
from core.domain.imports import ImportSource, Problem, RawAnnotation, RawImage, Severity
from core.domain.names import listed_names, shown
from core.domain.set_names import set_named, set_of_path
from core.formats.base import SizeOf, sizes_below
from core.formats.coco.evidence import Evidence
from core.formats.coco.files import Pictures, folders_in
from core.formats.coco.objects import is_box_outline, to_annotation
from core.formats.coco.objects_of_images import are_boxes
from core.formats.coco.records import CocoDocument, CocoImage
from core.formats.coco.same_images import SameImages
from core.formats.reading.frames import Drawn, Frame, frame_of
from core.formats.reading.image_index import Match, StatedName, is_unsafe, missing_problem


@dataclass(slots=True)
class _Counts:
    """What is told once for all images, with its number."""

    n_images: int = 0
    n_empty: int = 0
    n_repeats: int = 0
    n_with_repeats: int = 0
    n_crowds: int = 0
    elsewhere: list[tuple[str, str]] = field(default_factory=list)  # names and where the pictures are
    turned: list[tuple[int, str]] = field(default_factory=list)  # of a document: entries and names, stated sideways
    resized: list[tuple[int, str]] = field(default_factory=list)
    upright: list[tuple[int, str]] = field(default_factory=list)
    unknown: list[tuple[int, str]] = field(default_factory=list)


class Telling:
    """Of several documents together. Use it once."""

    def __init__(
        self, documents: Sequence[CocoDocument], pictures: Pictures, source: ImportSource, size_of: SizeOf
    ) -> None:
        self._documents = documents
        self._root = pictures.index.root
        self._source = source
        self._size_of = sizes_below(size_of, pictures.index.root)
        stated = [[pictures.stated(document.path, name) for name in document.images] for document in documents]
        found: dict[StatedName, Match] = pictures.index.match_stated(chain.from_iterable(stated))
        self._matches = [{name.name: found[name] for name in names} for names in stated]
        self._sets = [_set_of(document, source) for document in documents]
        self._to_come = Counter(match.path for matches in self._matches for match in matches.values())
        # Of one document there is nothing to compare.
        self._sets_of: dict[str, set[str]] = {}  # by path
        self._files_of: dict[str, set[int]] = {}
        for number, matches in enumerate(self._matches if len(documents) > 1 else ()):
            for path in {match.path for match in matches.values() if match.path is not None}:
                self._files_of.setdefault(path, set()).add(number)
                self._sets_of.setdefault(path, set()).update({self._sets[number]} - {""})
        folder = source.path if source.path.is_dir() else source.path.parent
        self._same = SameImages([document.path for document in documents], self._sets, folder)
        self._open: set[str] = set()  # images of which an object was lost, whatever other entries say of them
        self._counts = _Counts()

    def items(self) -> Generator[RawImage | Problem, None, Iterable[str]]:
        """Images that several entries speak of come when the last of these has been seen."""
        are_boxes = _outlines_are_boxes(self._documents)
        is_any_named = any(document.images for document in self._documents)
        held: dict[str, RawImage] = {}
        for number, document in enumerate(self._documents):
            evidence = Evidence(document, partial(self._is_sideways, number))
            n_unjudged = 0
            for name, entry in document.images.items():
                n_unjudged += bool(document.n_astray) and not document.says_something_of(name)
                image = self._image(number, document, entry, evidence)
                if image is None:
                    continue
                self._to_come[image.path] -= 1
                image = self._joined(held.pop(image.path, None), image)
                if self._to_come[image.path]:
                    held[image.path] = image
                    continue
                self._count(image)
                yield _with_boxes(image) if are_boxes else image
            self._tell_of_document(document, n_unjudged)
            yield from document.problems()
            document.forget()
        yield from self._same.problems()
        yield from self._remarks()
        if is_any_named and not self._counts.n_images:
            text = f'None of the images was found below "{shown(self._root)}". Choose the folder that holds them.'
            yield Problem("images-not-found", text, str(self._source.path), severity=Severity.ERROR)
        if are_boxes:
            text = "Every outline is just the corners of its box, so the objects are taken as boxes."
            yield Problem("outlines-are-boxes", text, str(self._source.path), severity=Severity.INFO)
        return [name for document in self._documents for name in document.names]

    def _image(self, number: int, document: CocoDocument, entry: CocoImage, evidence: Evidence) -> RawImage | None:
        """What an entry and its objects say; None, after reporting it, when the picture was not found."""
        name = entry.name
        match = self._matches[number][name]
        if match.path is None and is_unsafe(name):
            text = f'"{shown(name)}" leads out of the images\' folder; it is left out.'
            document.report("images", entry.index, "path-unsafe", text)
        elif match.path is None:
            problem = missing_problem(name, match, file=str(document.path))
            document.report("images", entry.index, problem.kind, problem.text)
        elif not match.is_exact:
            self._counts.elsewhere.append((name, match.path))
        is_empty = document.says_empty(name)
        frame = self._frame(document, entry, match.path, evidence)
        is_any_stated = name in document.objects
        annotations = _annotations_of(document, entry, frame)
        document.objects.forget(name)
        if match.path is None:
            return None
        if document.is_open(name) or (is_any_stated and not annotations):
            self._open.add(match.path)
        if len(self._files_of.get(match.path, ())) > 1:
            self._same.hear(match.path, number, annotations)
        width, height = frame.size or (None, None)
        sets = self._sets_of.get(match.path, self._sets)
        return RawImage(
            match.path,
            annotations,
            width,
            height,
            str(document.path),
            is_empty,
            stated_set=next(iter(sets)) if len(sets) == 1 else "",
            is_upright_stated=frame.is_upright_known,
            is_as_stored=frame.is_as_stored,
            is_frame_guessed=frame.is_guessed,
            details=ImageDetails(entry.id, entry.url),
        )

    def _frame(self, document: CocoDocument, entry: CocoImage, path: str | None, evidence: Evidence) -> Frame:
        """Of the picture itself where it can be read, else as the file claims. Notes where the two differ."""
        picture = self._size_of(path) if path is not None else None
        stated = (entry.width, entry.height)
        if picture is not None and not picture.is_sideways and picture.size == stated:  # nearly all
            return _plain_frame(picture.size)
        frame = frame_of(entry.size, picture)
        if frame.is_as_stored and frame.size is not None and picture is not None:
            drawn = evidence.judge(entry)
            if drawn is Drawn.UPRIGHT:
                self._counts.upright.append((entry.index, entry.name))
                return Frame(picture.size, is_upright_known=True)
            if drawn is Drawn.UNKNOWN and entry.name in document.objects:
                return self._choose(entry, frame, picture.size)
        elif entry.size and frame.size and frame.size != entry.size:
            is_turned = entry.size == frame.size[::-1]
            (self._counts.turned if is_turned else self._counts.resized).append((entry.index, entry.name))
        return frame

    def _choose(self, entry: CocoImage, frame: Frame, upright: tuple[int, int]) -> Frame:
        """Where nothing tells on which picture shapes were drawn, the person may."""
        if self._source.is_drawn_as_stored is False:
            return Frame(upright, is_upright_known=True)
        self._counts.unknown.append((entry.index, entry.name))
        return replace(frame, is_guessed=True)

    def _is_sideways(self, number: int, name: str) -> bool:
        path = self._matches[number][name].path
        picture = None if path is None else self._size_of(path)
        return frame_of(self._documents[number].images[name].size, picture).is_as_stored

    def _joined(self, before: RawImage | None, image: RawImage) -> RawImage:
        """Several files, or several entries of one, may speak of the same image; equal objects count once."""
        if before is None and isinstance(image.annotations, ColumnAnnotations):
            return image
        together = (*before.annotations, *image.annotations) if before else image.annotations
        kept = tuple(dict.fromkeys(together))
        if len(kept) < len(together):
            self._counts.n_repeats += len(together) - len(kept)
            self._counts.n_with_repeats += 1
        if not before and len(kept) == len(together):
            return image
        is_empty = image.is_explicit_negative or (before is not None and before.is_explicit_negative)
        is_empty = is_empty and not kept and image.path not in self._open
        return replace(image, annotations=kept, is_explicit_negative=is_empty)

    def _count(self, image: RawImage) -> None:
        self._counts.n_images += 1
        self._counts.n_empty += image.is_explicit_negative
        if isinstance(image.annotations, ColumnAnnotations):
            self._counts.n_crowds += image.annotations.n_crowds
        else:
            self._counts.n_crowds += sum(annotation.is_crowd for annotation in image.annotations)

    def _tell_of_document(self, document: CocoDocument, n_unjudged: int) -> None:
        """What concerns many of its images, once, at the line of the first."""
        counts = self._counts
        _tell_extras(document)
        if n_unjudged:
            n, astray = counted(n_unjudged, "image"), counted(document.n_astray, "annotation")
            text = (
                f"{n} listed without annotations, but {astray} could not be given to an image: whether something is "
                "there is not known, and none counts as empty."
            )
            document.report("images", 0, "images-not-judged", text)
        for kind, found, words, severity in (
            ("image-size-differs", counts.resized, "another size than the file says", Severity.WARNING),
            (
                "image-size-turned",
                counts.turned,
                "width and height the other way round than the file says; its annotations may have been made before it "
                "was turned upright",
                Severity.WARNING,
            ),
            (
                "drawn-upright",
                counts.upright,
                "the size of the picture as stored in the file, but shapes that fit the upright picture only",
                Severity.INFO,
            ),
            (
                "drawn-unknown",
                counts.unknown,
                "the size of the picture as stored in the file, and shapes that fit the upright one as well; they are "
                "taken as drawn on the stored one. Look at the pictures",
                Severity.WARNING,
            ),
        ):
            if found:
                index, name = found[0]
                have = counted(len(found), "image has", "images have")
                document.report("images", index, kind, f'{have} {words}, e.g. "{shown(name)}".', severity)
                found.clear()

    def _remarks(self) -> Iterable[Problem]:
        counts, file = self._counts, str(self._source.path)
        if counts.elsewhere:
            name, path = counts.elsewhere[0]
            lie = counted(len(counts.elsewhere), "image lies", "images lie")
            text = f'{lie} elsewhere than the file says, e.g. "{shown(name)}" as "{shown(path)}".'
            yield Problem("image-found-elsewhere", text, file, severity=Severity.INFO)
        if counts.n_repeats:
            images = counted(counts.n_with_repeats, "image")
            text = f"{counted(counts.n_repeats, 'annotation')} of {images} stated twice; each counts once."
            yield Problem("annotation-duplicate", text, file, severity=Severity.INFO)
        if counts.n_crowds:
            text = (
                f"{counted(counts.n_crowds, 'object')} marked as crowds: no training uses them, no measure counts them."
            )
            yield Problem("crowds", text, file, severity=Severity.INFO)
        if counts.n_empty:
            n = f"{counts.n_empty} of {counted(counts.n_images, 'image')}"
            is_one = counts.n_empty == 1
            text = (
                f"{n} {'is' if is_one else 'are'} listed without annotations and {'is' if is_one else 'are'} taken for "
                f"{'one' if is_one else 'ones'} with nothing to find."
            )
            is_most = 2 * counts.n_empty > counts.n_images
            severity = Severity.WARNING if is_most else Severity.INFO
            yield Problem("images-empty", text, file, severity=severity)


@lru_cache(maxsize=1000)
def _plain_frame(size: tuple[int, int]) -> Frame:
    """Of a picture that is stored upright and has the size that the file says."""
    return Frame(size)


def _tell_extras(document: CocoDocument) -> None:
    if document.n_with_keypoints:
        have = counted(document.n_with_keypoints, "object has", "objects have")
        names = f" ({listed_names(list(document.keypoints), 20)})" if document.keypoints else ""
        text = (
            f"{have} keypoints{names}: they are kept and written into COCO again, but not shown, and no model learns "
            "them."
        )
        document.report("annotations", 0, "keypoints-kept", text, Severity.INFO)
    if document.n_turned:
        n = counted(document.n_turned, "box is", "boxes are")
        text = (
            f"{n} taken as not turned, though CVAT's attribute “rotation” says so: COCO states the box before it was "
        )
        report = f"{text}turned. Export CVAT for images, which holds both."
        document.report("annotations", 0, "box-rotation-left-out", report)
    if document.n_supercategories:
        n = counted(document.n_supercategories, "category has a", "categories have a")
        text = f"{n} supercategory, for which there is no place: the classes stand side by side."
        document.report("categories", 0, "supercategories-left-out", text, Severity.INFO)


def _set_of(document: CocoDocument, source: ImportSource) -> str:
    """As the file's name says, or a folder in which it lies below what was pointed at. Of a file alone, its folder
    counts if it stands beside one of another set."""
    path = document.path
    if source.path.is_dir():
        found = set_of_path(path.relative_to(source.path) if path.is_relative_to(source.path) else path.name)
    else:
        found = set_named(path.name)
        siblings = {set_named(folder.name) for folder in folders_in(path.parent.parent)} - {None}
        if found is None and len(siblings) > 1:
            found = set_named(path.parent.name)
    return "" if found is None else found.value


def _outlines_are_boxes(documents: Sequence[CocoDocument]) -> bool:
    """Whether there are outlines, all of them rectangles. Ends at the first that is none."""
    is_any = False
    for document in documents:
        columns = document.objects.columns
        of_columns = (are_boxes(columns),) if columns is not None else ()
        for is_box in chain(of_columns, map(is_box_outline, document.objects.odd_records())):
            if is_box is False:
                return False
            is_any = is_any or is_box is True
    return is_any


def _annotations_of(document: CocoDocument, entry: CocoImage, frame: Frame) -> Sequence[RawAnnotation]:
    """What can be used of an image's objects, after reporting the rest."""
    plain = document.objects.plain(entry.name, frame.size)
    if plain is not None:
        return plain
    objects = document.objects.records(entry.name)
    found = (to_annotation(document, index, record, frame.size, entry.size) for index, record in objects)
    return tuple(annotation for annotation in found if annotation is not None)


def _with_boxes(image: RawImage) -> RawImage:
    if isinstance(image.annotations, ColumnAnnotations):
        return replace(image, annotations=image.annotations.as_boxes())

    def boxed(annotation: RawAnnotation) -> RawAnnotation:
        shape = annotation.geometry
        return replace(annotation, geometry=shape.bounds()) if isinstance(shape, Polygon) else annotation

    return replace(image, annotations=tuple(boxed(annotation) for annotation in image.annotations))
