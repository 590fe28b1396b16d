"""Pascal VOC: an XML file for each image, and lists of images in ImageSets.

Coordinates are taken as the numbers that stand there, whose right and bottom border is where the box ends: so labelImg,
CVAT and Roboflow write them, and so VOC's own boxes are read by other programs. An option counts pixels from 1, as
VOC's development kit does. "difficult", "truncated", "occluded" and "pose" are kept and written again; difficult
objects are taken like any other. A file without objects says "nothing here".
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from pathlib import Path

from core.domain.counting import counted
from core.domain.formats import Content, FormatInfo, FormatOption, Loss, ShapeKind
from core.domain.imports import ImportSource, Problem, RawImage, Severity
from core.domain.names import shown
from core.errors import FormatError
from core.formats.base import AnnotationFormat, Reading, SizeOf, WriteOptions, WriteResult
from core.formats.reading.image_index import ImageIndex, missing_problem
from core.formats.reading.stated_sizes import StatedSizes
from core.formats.reading.voc_objects import VocDocument, extents_of, read_objects, read_voc
from core.formats.voc.files import (
    PICTURES,
    NamedFile,
    base_of,
    find_named,
    guess_images_root,
    holds_voc,
    is_voc,
    name_in,
)
from core.formats.voc.matching import match_files
from core.formats.voc.sets import ListedSets, key_of, missing_problems, read_lists, sets_of_folders
from core.formats.voc.writing import write_voc

PIXELS, PLAIN, FROM_1 = "pixels", "plain", "from-1"
_COUNTING = ((PLAIN, "Plain numbers"), (FROM_1, "Pixels counted from 1"))


class VocFormat:
    """Reads a file or all VOC files below a folder; writes Annotations, and ImageSets where sets are stated."""

    info = FormatInfo(
        slug="voc",
        title="Pascal VOC",
        reads="Pascal VOC (.xml, with or without ImageSets)",
        writes="An .xml file for each image in “Annotations”, and lists of the sets in “ImageSets”.",
        shapes_read=frozenset({ShapeKind.BOX, ShapeKind.POLYGON}),
        shapes_written=frozenset({ShapeKind.BOX, ShapeKind.POLYGON}),
        holds_splits=True,
        holds_negatives=True,
        losses=(
            Loss(Content.WHOLE_IMAGES, "written as boxes of the whole image"),
            Loss(Content.WITHOUT_CLASS, "left out, for every object of Pascal VOC has a name"),
            Loss(Content.UNSEEN_IMAGES, "get no .xml file", Severity.INFO),
        ),
        endings=(".xml",),
        images_folder=PICTURES,
        read_options=(
            FormatOption(
                PIXELS,
                "Coordinates",
                "Most programs write plain numbers. VOC's own development kit counts pixels from 1.",
                _COUNTING,
                PLAIN,
            ),
        ),
        write_options=(
            FormatOption(
                PIXELS,
                "Coordinates",
                "Programs that follow VOC's development kit, as supervision does, count pixels from 1.",
                _COUNTING,
                PLAIN,
            ),
        ),
        precedence=25,
    )

    def detect(self, path: Path) -> float:
        if path.is_file():
            return float(is_voc(path))
        return 0.9 if holds_voc(path) else 0.0

    def read(self, source: ImportSource, *, size_of: SizeOf) -> Reading:
        problems: list[Problem] = []
        is_single = source.path.is_file()
        folder = source.path.parent if is_single else source.path
        files = [name_in(source.path)] if is_single else list(find_named(folder, problems))
        files = [file for file in files if file.file not in source.left_out]
        if not files:
            hint = problems[0].text if problems else ""
            raise FormatError(f'"{shown(source.path)}" holds no Pascal VOC file (.xml).', file=source.path, hint=hint)
        bases = {place: base_of(place, folder) for place in {file.file.parent for file in files}}
        root = source.images_root or guess_images_root(folder, sorted(set(bases.values())))
        telling = _Telling(source, folder, root, size_of)
        return Reading(root, telling.items(files, bases, problems))

    def write(
        self, images: Iterable[RawImage], categories: Sequence[str], folder: Path, *, options: WriteOptions
    ) -> WriteResult:
        return write_voc(images, folder, is_from_1=options.option(PIXELS, PLAIN) == FROM_1)


class _Telling:
    """Tells the files of an import. A file that is all there is must be readable, one of many need not."""

    def __init__(self, source: ImportSource, folder: Path, root: Path, size_of: SizeOf) -> None:
        self._source = source
        self._folder = folder
        self._root = root
        self._size_of = size_of
        self._is_from_1 = source.option(PIXELS, PLAIN) == FROM_1
        self._sizes = StatedSizes(is_drawn_as_stored=source.is_drawn_as_stored)
        self._categories: dict[str, None] = {}
        self._n_parts = self._n_swapped = self._n_deleted = self._n_turned = 0
        self._by_own_name: list[tuple[str, Path]] = []
        self._of_others: list[tuple[str, str, Path]] = []

    def items(
        self, files: Sequence[NamedFile], bases: dict[Path, Path], problems: list[Problem]
    ) -> Generator[RawImage | Problem, None, Iterable[str]]:
        """`bases` are the data sets' folders by the folders of the files."""
        yield from problems
        index = ImageIndex(self._root)
        before = {place: key_of(place, base) for place, base in bases.items()}
        keys = {file.file: f"{before[file.file.parent]}{file.file.stem}" for file in files}
        known: dict[Path, set[str]] = {}
        for xml, key in keys.items():
            known.setdefault(bases[xml.parent], set()).add(key)
        lists = {base: read_lists(base, known[base]) for base in sorted(known)}
        yield from (problem for found in lists.values() for problem in found.problems)
        has_lists = any(found.sets for found in lists.values())
        by_folder = {} if has_lists else sets_of_folders({place: place.relative_to(self._folder) for place in bases})
        names = {file.file: file for file in files}
        told: dict[str, Path] = {}
        for file, found in match_files(files, self._folder, index).items():
            name = names[file].name or names[file].path or file.stem
            stated_set = lists[bases[file.parent]].take(keys[file]) or by_folder.get(file.parent, "")
            path = found.match.path
            if path is None:
                yield missing_problem(name, found.match, file=str(file))
            elif path in told:
                text = f'"{shown(path)}" is already described by "{shown(told[path])}". This file is left out.'
                yield Problem("annotation-file-duplicate", text, str(file))
            else:
                told[path] = file
                if found.other:
                    self._of_others.append((path, found.other, file))
                if found.is_by_own_name:
                    self._by_own_name.append((name, file))
                yield from self._image(file, path, stated_set)
        if not told:
            text = f'None of the files has its image below "{shown(self._root)}". Choose the folder that holds them.'
            yield Problem("images-not-found", text, str(self._source.path), severity=Severity.ERROR)
        for listed in lists.values():
            yield from self._listed_only(listed, index, told)
        yield from self._remarks()
        return sorted(self._categories)

    def _image(self, file: Path, path: str, stated_set: str) -> Iterator[RawImage | Problem]:
        try:
            document = read_voc(file)
        except FormatError as error:
            if self._source.path == file:
                raise
            yield Problem("annotation-file-unreadable", str(error), str(file), error.line)
            return
        picture = self._size_of(self._root / path)
        extents = extents_of(document, float(self._is_from_1))
        frame = self._sizes.frame(document.size, picture, extents, path=path, file=str(file))
        content = read_objects(document, frame.size, is_from_1=self._is_from_1)
        yield from content.problems
        self._n_parts += content.n_parts
        self._n_swapped += content.n_swapped
        self._n_deleted += content.n_deleted
        self._n_turned += content.n_turned
        self._categories.update(dict.fromkeys(item.category or "" for item in content.annotations))
        width, height = frame.size or (None, None)
        yield RawImage(
            path,
            tuple(content.annotations),
            width,
            height,
            str(file),
            _is_empty(document, content.n_stated - content.n_deleted),
            stated_set,
            is_upright_stated=frame.is_upright_known,
            is_as_stored=frame.is_as_stored,
            is_frame_guessed=frame.is_guessed,
            details=document.details,
        )

    def _listed_only(
        self, listed: ListedSets, index: ImageIndex, told: dict[str, Path]
    ) -> Iterator[RawImage | Problem]:
        """Images of the lists that no file speaks of."""
        keys = [key for key, sets in listed.sets.items() if len(sets) == 1]
        stems = index.match_stems(keys)
        names = index.match_names(key for key in keys if stems[key].path is None)
        missing: dict[str, list[str]] = {}
        for key in keys:
            path = stems[key].path or names[key].path
            name = next(iter(listed.sets[key]))
            if path is None:
                missing.setdefault(name, []).append(key)
            elif path not in told:
                told[path] = listed.lists[name]
                yield RawImage(path, (), stated_set=name)
        yield from missing_problems(missing, listed.lists)

    def _remarks(self) -> Iterator[Problem]:
        yield from self._sizes.problems()
        place = str(self._source.path)
        if self._by_own_name:
            name, file = self._by_own_name[0]
            files = counted(len(self._by_own_name), "file names a picture that is", "files name pictures that are")
            text = f'{files} not there, e.g. "{shown(name)}" in "{shown(file.name)}"; '
            text += "the picture called like the file itself was taken."
            yield Problem("image-name-differs", text, str(file), severity=Severity.INFO)
        if self._of_others:
            path, other, file = self._of_others[0]
            files = counted(len(self._of_others), "file states another picture", "files state other pictures")
            text = f"{files} than the one called like the file, which is there too, e.g. "
            text += f'"{shown(path)}" and not "{shown(other)}" in "{shown(file.name)}"; the stated one was taken. '
            yield Problem("image-name-differs", f"{text}Look at the pictures, if some were renamed.", str(file))
        if self._n_turned:
            boxes = counted(self._n_turned, "box is", "boxes are")
            text = (
                f"{boxes} taken as not turned, though CVAT's attribute “rotation” says so: Pascal VOC states the box "
            )
            text += "before it was turned. Export CVAT for images, which holds both."
            yield Problem("box-rotation-left-out", text, place)
        for kind, n, one, many, words in (
            ("parts-left-out", self._n_parts, "part of an object", "parts of objects", "left out: objects alone count"),
            ("box-swapped", self._n_swapped, "box", "boxes", "stated with swapped corners, which were put right"),
            ("object-deleted", self._n_deleted, "object", "objects", "marked as deleted and left out"),
        ):
            if n:
                text = f"{counted(n, one, many)} {'is' if n == 1 else 'are'} {words}."
                yield Problem(kind, text, place, severity=Severity.INFO)


def _is_empty(document: VocDocument, n_objects: int) -> bool:
    return n_objects == 0 and any(node.name in ("filename", "size", "path") for node in document.root.children)


FORMAT: AnnotationFormat = VocFormat()
