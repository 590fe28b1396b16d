"""Tells what CVAT's files say, an image at a time."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from pathlib import Path, PurePosixPath

from core.domain.imports import ImportSource, Problem, RawImage, Severity
from core.domain.names import is_image_name, shown
from core.domain.set_names import set_named
from core.errors import FormatError
from core.formats.base import SizeOf
from core.formats.cvat.files import ImageName, Meta, name_of, read_meta, read_names
from core.formats.cvat.shapes import ShapesFound, check_annotation, extents, read_shapes
from core.formats.cvat.tracks import Tracks, frame_pictures
from core.formats.reading.frames import judged_frame
from core.formats.reading.image_index import ImageIndex, Match, StatedName, is_unsafe, missing_problem
from core.formats.reading.json_values import as_size
from core.formats.reading.tallies import Remark, Tally
from core.formats.reading.xml_files import Node, stream_xml

_REMARKS = {
    "shapes-without-area": Remark(
        "line, point, cuboid or skeleton is", "lines, points, cuboids and skeletons are", " left out", Severity.WARNING
    ),
    "ellipses": Remark("ellipse is", "ellipses are", " read as polygons of 64 points"),
    "groups-joined": Remark("object is", "objects are", " made of several polygons of the same label and group"),
    "values-too-long": Remark("value is", "values are", " too long to be kept and left out", Severity.WARNING),
    "image-size-differs": Remark(
        "picture has", "pictures have", " another size than the file says; the coordinates are taken as they are",
        Severity.WARNING,
    ),
    "image-found-elsewhere": Remark("image lies", "images lie", " elsewhere than the file says"),
    "image-described-twice": Remark(
        "image is", "images are", " described more than once; what comes first counts", Severity.WARNING
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
        self._matches: dict[ImageName, Match] = {}
        self._told: set[str] = set()
        self._labels: dict[str, None] = {}
        self._tally = Tally(_REMARKS)
        self._n_empty = 0

    def items(self, files: Iterable[Path | Problem]) -> Generator[RawImage | Problem, None, Iterable[str]]:
        """The names of all images first, for a sure match must not lose its picture to a likely one."""
        names: dict[Path, list[ImageName]] = {}
        for found in files:
            if isinstance(found, Problem):
                yield found
                continue
            try:
                names[found] = read_names(found)
            except FormatError as error:
                if self._is_single:
                    raise
                yield Problem("annotation-file-unreadable", str(error), str(found), error.line)
        if not names:
            path = self._source.path
            raise FormatError(f'"{shown(path)}" holds no CVAT file (.xml) that can be read.', file=path)
        self._match(name for stated in names.values() for name in stated)
        n_tracks = 0
        for file in names:
            n_tracks += yield from self._file(file)
        yield from self._at_end(any(names.values()) or n_tracks > 0)
        return list(self._labels)

    def _match(self, names: Iterable[ImageName]) -> None:
        """By name; those that are not found, by name without an ending: frames of a video are stated without one."""
        wanted = {name: StatedName(name.name, self._places(name)) for name in dict.fromkeys(names) if name.name}
        found = self._index.match_stated(stated for name, stated in wanted.items() if is_image_name(_base(name.name)))
        taken = {match.path for match in found.values()}
        stems = {name: self._stem(name) for name, stated in wanted.items() if not _is_found(found.get(stated))}
        by_stem = self._index.match_stems(stems.values())
        for name, stated in wanted.items():
            match = found.get(stated, Match(None))
            if match.path is None and name in stems and not match.candidates:
                own = by_stem[stems[name]]
                match = own if own.path not in taken else Match(None)
            self._matches[name] = match

    def _places(self, name: ImageName) -> tuple[str, ...]:
        """The folders of an export with images before that of the file."""
        place = self._place_of(name.file)
        inside = ["images", ""]
        if name.subset and not is_unsafe(name.subset):
            inside = [f"images/{name.subset}", name.subset, *inside]
        return tuple("/".join(part for part in (place, folder) if part) for folder in inside)

    def _place_of(self, file: Path) -> str:
        place = file.parent.relative_to(self._folder).as_posix()
        return "" if place == "." else place

    def _stem(self, name: ImageName) -> str:
        stem = name.name.removesuffix(PurePosixPath(name.name).suffix) if is_image_name(_base(name.name)) else name.name
        return "/".join(part for part in (self._place_of(name.file), stem) if part)

    def _file(self, file: Path) -> Generator[RawImage | Problem, None, int]:
        """Returns the number of its tracks."""
        meta = Meta()
        tracks: Tracks | None = None
        frames: dict[int, str] = {}
        for node in stream_xml(file):
            if node.name == "meta":
                meta = read_meta(node)
                self._labels.update(dict.fromkeys(meta.labels))
            elif node.name == "image":
                yield from self._image(file, node, meta)
            elif node.name == "track":
                if tracks is None:
                    frames = frame_pictures(self._index.paths, self._place_of(file))
                    tracks = Tracks(file, frames)
                tracks.add(node)
        if tracks is None:
            return 0
        yield from self._frames(file, tracks, frames, meta)
        return tracks.n

    def _image(self, file: Path, node: Node, meta: Meta) -> Iterator[RawImage | Problem]:
        stated = name_of(file, node.attributes.get("name", ""), node.attributes.get("subset", ""))
        if not stated.name:
            yield Problem("image-missing", "An image has no name; its shapes are left out.", str(file), node.line)
            return
        match = self._matches[stated]
        if match.path is None:
            if is_unsafe(stated.name):
                text = f'"{shown(stated.name)}" leads out of the images\' folder; it is left out.'
                yield Problem("path-unsafe", text, str(file), node.line)
            else:
                yield missing_problem(stated.name, match, file=str(file), line=node.line)
            return
        if match.path in self._told:
            self._tally.add("image-described-twice", file, node.line, example=f'"{shown(match.path)}"')
            return
        self._told.add(match.path)
        if not match.is_exact:
            example = f'"{shown(stated.name)}" as "{shown(match.path)}"'
            self._tally.add("image-found-elsewhere", file, node.line, example=example)
        yield from self._described(file, node, match.path, stated.subset or meta.subset)

    def _described(self, file: Path, node: Node, path: str, subset: str) -> Iterator[RawImage | Problem]:
        size = as_size(node.attributes.get("width"), node.attributes.get("height"))
        picture = self._size_of(self._index.root / path)
        frame = judged_frame(size, picture, extents(node.children), self._source.is_drawn_as_stored)
        if size and frame.size and size != frame.size and not frame.is_upright_known:
            self._tally.add("image-size-differs", file, node.line, example=f'"{shown(path)}"')
        found = ShapesFound(file)
        read_shapes(node.children, frame.size, found)
        yield from self._counted(found)
        self._n_empty += not node.children
        width, height = frame.size or (None, None)
        known_set = set_named(subset)
        yield RawImage(
            path,
            tuple(found.annotations),
            width,
            height,
            str(file),
            is_explicit_negative=not node.children,
            stated_set="" if known_set is None else known_set.value,
            is_upright_stated=frame.is_upright_known,
            is_as_stored=frame.is_as_stored,
            is_frame_guessed=frame.is_guessed,
        )

    def _frames(self, file: Path, tracks: Tracks, frames: dict[int, str], meta: Meta) -> Iterator[RawImage | Problem]:
        problem = tracks.problem()
        if problem is not None:
            yield problem
        set_stated = set_named(meta.subset)
        for number, path in sorted(frames.items()):
            if path in self._told or not tracks.is_frame(number, meta.size):
                continue
            self._told.add(path)
            picture = self._size_of(self._index.root / path)
            size = picture.size if picture is not None else None
            stated = tracks.by_frame.pop(number, [])
            kept = (check_annotation(one, kind, size, tracks.found) for kind, one in stated)
            annotations = tuple(one for one in kept if one is not None)
            self._labels.update(dict.fromkeys(one.category or "" for one in annotations))
            is_empty = not stated and number not in tracks.lost_on
            self._n_empty += is_empty
            width, height = size or (None, None)
            known = "" if set_stated is None else set_stated.value
            yield RawImage(path, annotations, width, height, str(file), is_empty, stated_set=known)
        yield from self._counted(tracks.found)

    def _counted(self, found: ShapesFound) -> Iterator[Problem]:
        yield from found.problems
        self._labels.update(dict.fromkeys(one.category or "" for one in found.annotations))
        kinds = ", ".join(f"{kind} ({n})" for kind, n in sorted(found.without_area.items()))
        example = f'{kinds} in "{shown(found.file.name)}"'
        n = found.without_area.total()
        self._tally.add("shapes-without-area", found.file, found.first_without_area, n=n, example=example)
        self._tally.add("ellipses", found.file, n=found.n_ellipses)
        self._tally.add("groups-joined", found.file, n=found.n_joined)
        self._tally.add("values-too-long", found.file, n=found.n_long)

    def _at_end(self, is_any_named: bool) -> Iterator[Problem]:
        yield from self._tally.problems()
        file, n = str(self._source.path), len(self._told)
        if self._n_empty:
            are = "is" if self._n_empty == 1 else "are"
            text = (
                f"{self._n_empty} of {n} images {are} listed without shapes and taken for images with nothing to find: "
                "CVAT lists every image of a task, also those that nobody has annotated yet."
            )
            severity = Severity.WARNING if 2 * self._n_empty > n else Severity.INFO
            yield Problem("images-empty", text, file, severity=severity)
        if is_any_named and not self._told:
            text = f'None of the images was found below "{shown(self._index.root)}". Choose the folder that holds them.'
            yield Problem("images-not-found", text, file, severity=Severity.ERROR)


def _base(name: str) -> str:
    return name.replace("\\", "/").rpartition("/")[2]


def _is_found(match: Match | None) -> bool:
    return match is not None and match.path is not None
