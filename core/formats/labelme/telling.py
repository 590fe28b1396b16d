"""Tells what LabelMe files say, an image at a time."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterable, Iterator
from pathlib import Path, PurePosixPath

from core.domain.details import ImageDetails
from core.domain.imports import ImportSource, Problem, RawAnnotation, RawImage, Severity
from core.domain.names import one_line, shown
from core.errors import FormatError
from core.formats.base import SizeOf
from core.formats.labelme.files import LabelMeFile, read_labelme
from core.formats.labelme.shapes import PREFIX, ShapesFound, attributes_of, extents, read_shapes
from core.formats.reading.embedded import picture_ending
from core.formats.reading.frames import Frame, judged_frame
from core.formats.reading.image_index import ImageIndex, Match, StatedName, missing_problem
from core.formats.reading.tallies import Remark, Tally

_REMARKS = {
    "shapes-without-area": Remark(
        "line or point has", "lines and points have", " no area and are left out", Severity.WARNING
    ),
    "circles": Remark("circle is", "circles are", " read as polygons of 64 points"),
    "groups-joined": Remark(
        "object is", "objects are", " made of several polygons of the same label and group (group_id)"
    ),
    "scores": Remark(
        "shape has", "shapes have", " a score, so a model made them; they are taken as checked by a person"
    ),
    "values-too-long": Remark("value is", "values are", " too long to be kept and left out", Severity.WARNING),
    "image-size-differs": Remark(
        "picture has", "pictures have", " another size than the file says; the coordinates are taken as they are",
        Severity.WARNING,
    ),
    "image-named-otherwise": Remark(
        "picture is", "pictures are", " not where the file says, but found by name beside it or elsewhere"
    ),
    "annotations-not-read": Remark(
        ".json file is no LabelMe and", ".json files are no LabelMe and", " passed over"
    ),
}  # fmt: skip


class Telling:
    """Of a file or of many. A file that is all there is must be readable, one of many need not. Use it once."""

    def __init__(self, source: ImportSource, folder: Path, root: Path, size_of: SizeOf, *, is_single: bool) -> None:
        self._source = source
        self._folder = folder
        self._size_of = size_of
        self._is_single = is_single
        self._index = ImageIndex(root)
        self._takes_flags = source.option("flags", "attributes") == "classes"
        self._told: dict[str, Path] = {}  # by image, the file that spoke of it
        self._categories: dict[str, None] = {}
        self._tally = Tally(_REMARKS)
        self._embedded: list[Path] = []
        self._is_encoding_told = False

    def items(self, files: Iterable[Path | Problem]) -> Generator[RawImage | Problem, None, Iterable[str]]:
        """Files whose picture is surely known come first, so that no likely match takes a picture from a sure one."""
        waiting: list[Path] = []
        for found in files:
            if isinstance(found, Problem):
                yield found
                continue
            try:
                file = read_labelme(found, self._source.names_encoding)
            except (FormatError, OSError) as error:
                yield self._unreadable(found, error)
                continue
            if file is None:
                self._pass_over(found)
            elif (match := self._sure_match(file)) is not None:
                yield from self._file(file, match)
            else:
                waiting.append(found)
        for path in waiting:
            try:
                file = read_labelme(path, self._source.names_encoding)
            except (FormatError, OSError) as error:
                yield self._unreadable(path, error)
                continue
            if file is not None:
                yield from self._file(file, self._likely_match(file))
        yield from self._tally.problems()
        yield from self._at_end()
        return list(self._categories)

    def _unreadable(self, path: Path, error: Exception) -> Problem:
        if not isinstance(error, FormatError):
            error = FormatError(f'"{shown(path.name)}" cannot be read: {error}.', file=path)
        if self._is_single:
            raise error
        return Problem("annotation-file-unreadable", str(error), str(path), error.line)

    def _pass_over(self, path: Path) -> None:
        if self._is_single:
            text = f'"{shown(path.name)}" is not LabelMe: it has no list of shapes.'
            raise FormatError(text, file=path, hint="Choose another format.")
        self._tally.add("annotations-not-read", path, example=f'"{shown(path.name)}"')

    def _sure_match(self, file: LabelMeFile) -> Match | None:
        """By the name that it states, from its own folder; else by its own name, beside it."""
        place = self._place_of(file)
        if file.image_name:
            match = self._index.match_stated([StatedName(file.image_name, (place,))]).popitem()[1]
            is_bare = not PurePosixPath(file.image_name.replace("\\", "/")).parent.parts
            if match.is_exact and match.path is not None and (not is_bare or _folder_of(match.path) == place):
                return match
        beside = self._index.match_stems([_joined(place, file.path.stem)]).popitem()[1]
        return beside if beside.is_exact and beside.path is not None else None

    def _likely_match(self, file: LabelMeFile) -> Match:
        """Of the pictures that nobody else has: by the end of the stated name, else of the file's own."""
        place = self._place_of(file)
        found: Match | None = None
        if file.image_name:
            stated = StatedName(file.image_name, (place,))
            found = self._free(self._index.match_stated([stated])[stated])
        if found is None or found.path is None:
            key = _joined(place, file.path.stem)
            own = self._free(self._index.match_stems([key])[key])
            found = own if found is None or own.path is not None else found
        return found

    def _free(self, match: Match) -> Match:
        free = tuple(path for path in match.candidates if path not in self._told)
        return Match(free[0] if len(free) == 1 else None, candidates=free)

    def _place_of(self, file: LabelMeFile) -> str:
        """The folder of the file below the folder of all files, which the images' folder is taken to mirror."""
        place = file.path.parent.relative_to(self._folder).as_posix()
        return "" if place == "." else place

    def _file(self, file: LabelMeFile, match: Match) -> Iterator[RawImage | Problem]:
        name = file.image_name or file.path.stem
        if match.path is None:
            if file.picture:
                yield from self._only_inside(file)
            else:
                yield missing_problem(name, match, file=str(file.path))
            return
        if match.path in self._told:
            other = shown(self._told[match.path])
            text = f'"{shown(match.path)}" is already described by "{other}". This file is left out.'
            yield Problem("annotation-file-duplicate", text, str(file.path))
            return
        self._told[match.path] = file.path
        if file.problem is not None and not self._is_encoding_told:
            self._is_encoding_told = True  # of the first; the others will be of the same
            yield file.problem
        if file.image_name and PurePosixPath(match.path).name != _base_name(file.image_name):
            example = f'"{shown(_base_name(file.image_name))}" as "{shown(match.path)}"'
            self._tally.add("image-named-otherwise", file.path, example=example)
        yield from self._image(file, match.path)

    def _image(self, file: LabelMeFile, path: str) -> Iterator[RawImage | Problem]:
        picture = self._size_of(self._index.root / path)
        frame = judged_frame(file.size, picture, extents(file.shapes), self._source.is_drawn_as_stored)
        if file.size and frame.size and file.size != frame.size and not frame.is_upright_known:
            self._tally.add("image-size-differs", file.path, example=f'"{shown(path)}"')
        found = read_shapes(file.shapes, frame.size)
        yield from self._problems(file, found)
        annotations = (*found.annotations, *self._flagged(file))
        self._categories.update((annotation.category or "", None) for annotation in annotations)
        yield _raw_image(file, path, annotations, frame, self._image_details(file))

    def _flagged(self, file: LabelMeFile) -> Iterator[RawAnnotation]:
        """Flags that are set, as classes of the whole image where the person wants that."""
        if self._takes_flags:
            for name, value in file.flags.items():
                if value is True and one_line(name):
                    yield RawAnnotation(one_line(name), None)

    def _image_details(self, file: LabelMeFile) -> ImageDetails | None:
        pairs = [] if self._takes_flags else list(attributes_of(file.flags))
        pairs += attributes_of(file.others.get("attributes"))
        for key, value in file.others.items():
            if key != "attributes" and value not in (None, "", [], {}):
                pairs.append((PREFIX + shown(key), json.dumps(value)))
        kept = {name: value for name, value in pairs if len(value) <= 2000}
        self._tally.add("values-too-long", file.path, n=len(pairs) - len(kept) if len(kept) < len(dict(pairs)) else 0)
        return ImageDetails(attributes=tuple(kept.items())) if kept else None

    def _problems(self, file: LabelMeFile, found: ShapesFound) -> Iterator[Problem]:
        wanted = {index for index, _, _ in found.lost}
        wanted |= {found.first_without_area} if found.first_without_area is not None else set()
        lines = file.lines(wanted)
        for index, kind, text in found.lost:
            yield Problem(kind, text, str(file.path), lines.get(index))
        if found.first_without_area is not None:
            kinds = ", ".join(f"{kind} ({n})" for kind, n in sorted(found.without_area.items()))
            line = lines.get(found.first_without_area)
            n = sum(found.without_area.values())
            example = f'{kinds} in "{shown(file.path.name)}"'
            self._tally.add("shapes-without-area", file.path, line, n=n, example=example)
        self._tally.add("circles", file.path, n=found.n_circles)
        self._tally.add("groups-joined", file.path, n=found.n_joined)
        self._tally.add("scores", file.path, n=found.n_scored)
        self._tally.add("values-too-long", file.path, n=found.n_long)

    def _only_inside(self, file: LabelMeFile) -> Iterator[Problem]:
        if picture_ending(file.picture):
            self._embedded.append(file.path)
        else:
            text = (
                f'"{shown(file.path.name)}" holds something that is no picture, and no picture of its name was found.'
            )
            yield Problem("image-missing", text, str(file.path))

    def _at_end(self) -> Iterator[Problem]:
        if self._embedded:
            yield self._embedded_problem()
        elif not self._told and not self._tally.count("annotations-not-read"):
            text = (
                f'None of the files has its image below "{shown(self._index.root)}". Choose the folder that holds them.'
            )
            yield Problem("images-not-found", text, str(self._source.path), severity=Severity.ERROR)

    def _embedded_problem(self) -> Problem:
        """An error where there is no other picture at all."""
        first, n = self._embedded[0], len(self._embedded)
        of = f'"{shown(first.name)}" is' if n == 1 else f'{n} files, e.g. "{shown(first.name)}", are'
        start = "The picture of" if n == 1 else "The pictures of"
        it, is_it = ("it", "it is") if n == 1 else ("them", "they are")
        text = f"{start} {of} only inside {it}. Say where {is_it} to be unpacked (on the command line: "
        text += "--unpack-to FOLDER)."
        severity = Severity.WARNING if self._told else Severity.ERROR
        return Problem("picture-embedded", text, str(first), severity=severity)


def _raw_image(
    file: LabelMeFile, path: str, annotations: tuple[RawAnnotation, ...], frame: Frame, details: ImageDetails | None
) -> RawImage:
    width, height = frame.size or (None, None)
    return RawImage(
        path,
        annotations,
        width,
        height,
        str(file.path),
        is_explicit_negative=not file.shapes and not annotations and True not in file.flags.values(),
        is_upright_stated=frame.is_upright_known,
        is_as_stored=frame.is_as_stored,
        is_frame_guessed=frame.is_guessed,
        details=details,
    )


def _joined(place: str, name: str) -> str:
    return f"{place}/{name}" if place else name


def _folder_of(path: str) -> str:
    return path.rpartition("/")[0]


def _base_name(name: str) -> str:
    return name.replace("\\", "/").rpartition("/")[2]
