"""Tells what the pages of some files say, of whichever form the files are.

The names of the pictures stand at the beginning of the files; they are all looked at first, for a sure match must not
lose its picture to a likely one. Then each page is read and told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from core.domain.counting import counted
from core.domain.formats import FormatOption
from core.domain.imports import ImportSource, Problem, RawImage, Severity
from core.domain.names import shown
from core.errors import FormatError
from core.formats.base import Reading, SizeOf
from core.formats.layout.content import ParsedPage
from core.formats.layout.labels import TEXT_LINE
from core.formats.layout.page_files import PageForm
from core.formats.reading.frames import frame_of, judged_frame
from core.formats.reading.image_index import ImageIndex, Match, StatedName, is_unsafe
from core.formats.reading.images_root import guess_images_root

LINES_OPTION = FormatOption(
    "lines",
    "Text lines",
    f"One class “{TEXT_LINE}”, each line's type kept with it; or a class for each type of line (HeadingLine ...).",
    (("one-class", "One class for all lines"), ("by-type", "A class for each type of line")),
    "one-class",
)


# Pages of one set are measured on pictures of one kind.
_ONCE = {
    "page-scaled": "were measured on pictures of another size; the coordinates were scaled.",
    "image-size-differs": "were measured on pictures of another shape; the coordinates were taken as they are.",
}


def read_pages(form: PageForm, source: ImportSource, size_of: SizeOf) -> Reading:
    """Of a file, which must be readable, or of all files of the form below a folder. Raises FormatError."""
    is_single = source.path.is_file()
    files, problems = ([source.path], []) if is_single else form.files_below(source.path)
    if not files:
        raise FormatError(f'"{shown(source.path)}" holds no {form.title} file (.xml).', file=source.path)
    folder = source.path.parent if is_single else source.path
    root = source.images_root or guess_images_root(folder)
    telling = _Telling(form, folder, root, size_of, problems, source.is_drawn_as_stored, is_single=is_single)
    return Reading(root, telling.items(files, source))


class _Telling:
    """Tells the pages of some files. A file that is all there is must be readable, one of many need not."""

    def __init__(
        self,
        form: PageForm,
        folder: Path,
        root: Path,
        size_of: SizeOf,
        problems: Sequence[Problem],
        is_drawn_as_stored: bool | None,
        *,
        is_single: bool,
    ) -> None:
        """`problems` are those of the search for the files, `is_drawn_as_stored` the person's word on pictures that are
        stored turned."""
        self._is_drawn_as_stored = is_drawn_as_stored
        self._form = form
        self._problems = problems
        self._folder = folder
        self._root = root
        self._size_of = size_of
        self._is_single = is_single
        self._categories: set[str] = set()
        self._line_types: Counter[str] = Counter()
        self._numbered: Counter[str] = Counter()
        self._unkept: Counter[str] = Counter()
        self._n_from_strings = 0
        self._once: dict[str, Problem] = {}  # the first of each kind
        self._n_once: Counter[str] = Counter()

    def items(self, files: Sequence[Path], source: ImportSource) -> Generator[RawImage | Problem, None, Iterable[str]]:
        yield from self._problems
        by_type = source.option(LINES_OPTION.name, LINES_OPTION.default) == "by-type"
        names: dict[Path, str] = {}
        for file in files:
            try:
                names[file] = self._form.read_image_name(file)
            except FormatError as error:
                yield self._unreadable(file, error)
        matches = self._match(names)
        told: dict[str, Path] = {}  # by image, the file that spoke of it
        for file, match in matches.items():
            try:
                page = self._form.read(file)
            except FormatError as error:
                yield self._unreadable(file, error)
                continue
            if match.path is None:
                yield _missing(page, match)
            elif match.path in told:
                other = shown(told[match.path])
                text = f'"{shown(match.path)}" is already described by "{other}". This file is left out.'
                yield Problem("annotation-file-duplicate", text, str(file))
            else:
                told[match.path] = file
                yield from self._page(page, match.path, by_type=by_type)
        if not told:
            text = f'None of the pages has its image below "{shown(self._root)}". Choose the folder that holds them.'
            yield Problem("images-not-found", text, str(source.path), severity=Severity.ERROR)
        yield from self._remarks(source)
        return [TEXT_LINE] * (TEXT_LINE in self._categories) + sorted(self._categories - {TEXT_LINE})

    def _unreadable(self, file: Path, error: FormatError) -> Problem:
        if self._is_single:
            raise error
        return Problem("annotation-file-unreadable", str(error), str(file), error.line)

    def _page(self, file: ParsedPage, path: str, *, by_type: bool) -> Iterator[RawImage | Problem]:
        picture = self._size_of(self._root / path)
        frame = frame_of(file.stated_size, picture)
        if frame.is_as_stored:
            drawn = file.content(None, lines_by_type=by_type).annotations
            extents = (item.geometry.bounds() for item in drawn if item.geometry is not None)
            frame = judged_frame(file.stated_size, picture, extents, self._is_drawn_as_stored)
        size = frame.size
        content = file.content(size, lines_by_type=by_type)
        for problem in content.problems:
            if problem.kind in _ONCE:
                self._once.setdefault(problem.kind, problem)
                self._n_once[problem.kind] += 1
            else:
                yield problem
        self._line_types.update(content.line_types)
        self._numbered.update(content.numbered)
        self._unkept.update(content.unkept)
        self._n_from_strings += content.n_from_strings
        self._categories.update(annotation.category or "" for annotation in content.annotations)
        is_empty = content.n_stated == 0 and all(problem.severity is Severity.INFO for problem in content.problems)
        width, height = size or (None, None)
        yield RawImage(
            path,
            tuple(content.annotations),
            width,
            height,
            str(file.path),
            is_empty,
            is_upright_stated=frame.is_upright_known,
            is_as_stored=frame.is_as_stored,
            is_frame_guessed=frame.is_guessed,
            details=content.details,
        )

    def _match(self, names: Mapping[Path, str]) -> dict[Path, Match]:
        """The image of each file, those of the surest matches first.

        By the path that the page states, where the form has paths; by the file name that it states, looked for beside
        the XML first; else by that name with another ending (a master's name beside a smaller copy); else by the XML's
        own name. What lies in the folder around one of XML files only (Transkribus' "page") lies beside them too.
        """
        index = ImageIndex(self._root)
        stated = {file: self._beside(file, name) for file, name in names.items()}
        stems = {file: _bare(name) for file, name in stated.items()}
        own = {file: self._beside(file, file.stem) for file in names}
        around = self._folders_around(index, names)
        above = {file: _joined(around[file], _base(names[file])) for file in around if names[file]}
        above_own = {file: _joined(around[file], file.stem) for file in around}
        above_stems = {file: _bare(name) for file, name in above.items()}
        by_own = index.match_stems(own.values())
        result = self._by_path(index, names)
        for keys, matches, is_around in (
            (above, index.match_names(above.values()), True),
            (above_stems, index.match_stems(above_stems.values()), True),
            (stated, index.match_names(name for name in stated.values() if name), False),
            (stems, index.match_stems(stem for stem in stems.values() if stem), False),
            (above_own, index.match_stems(above_own.values()), True),
            (own, by_own, False),
        ):
            taken = {match.path for match in result.values()}
            for file, key in keys.items():
                match = matches.get(key)
                if match is None or match.path is None or file in result or (is_around and not match.is_exact):
                    continue
                if match.is_exact or match.path not in taken:
                    result[file] = match
        return result | {file: by_own[own[file]] for file in names if file not in result}

    def _folders_around(self, index: ImageIndex, files: Iterable[Path]) -> dict[Path, str]:
        """Of the files in whose own folder, and below it, there is no picture."""
        folders = {path.rpartition("/")[0] for path in index.paths}
        with_pictures = folders | {parent.as_posix() for folder in folders for parent in PurePosixPath(folder).parents}
        places = {file: self._place(file) for file in files}
        return {
            file: place.rpartition("/")[0] for file, place in places.items() if place and place not in with_pictures
        }

    def _by_path(self, index: ImageIndex, names: Mapping[Path, str]) -> dict[Path, Match]:
        """Only pictures that lie exactly where a page says, below the XML's folder or the images' folder."""
        if not self._form.is_path:
            return {}
        keys = {
            file: StatedName(name, (self._place(file),))
            for file, name in names.items()
            if "/" in name and not is_unsafe(name) and "://" not in name
        }
        found = index.match_stated(keys.values())
        return {file: found[key] for file, key in keys.items() if found[key].path is not None and found[key].is_exact}

    def _place(self, file: Path) -> str:
        folder = file.parent.relative_to(self._folder).as_posix()
        return "" if folder == "." else folder

    def _beside(self, file: Path, name: str) -> str:
        """The name as a path below the folder of the XML files, which the images' folder is taken to mirror."""
        name = _base(name)
        return _joined(self._place(file), name) if name else ""

    def _remarks(self, source: ImportSource) -> Iterator[Problem]:
        for kind, first in self._once.items():
            n = self._n_once[kind]
            yield (
                first if n == 1 else replace(first, text=f"{counted(n, 'page')} {_ONCE[kind]} The first: {first.text}")
            )
        if self._n_from_strings:
            text = f"{counted(self._n_from_strings, 'line')} without a place of their own: the boxes of their words "
            text += "(String) were put together."
            yield Problem("lines-from-strings", text, str(source.path), severity=Severity.INFO)
        for kind, counts, words in (
            ("line-types-merged", self._line_types, f'Lines of these types are all read as the class "{TEXT_LINE}"'),
            ("zone-numbers-dropped", self._numbered, "The numbers of these zones are left off"),
            ("details-not-kept", self._unkept, "Not kept of these pages"),
        ):
            if counts:
                listed = ", ".join(f"{shown(label)} ({count})" for label, count in counts.most_common())
                yield Problem(kind, f"{words}: {listed}.", str(source.path), severity=Severity.INFO)


def _base(name: str) -> str:
    return name.replace("\\", "/").rpartition("/")[2]


def _bare(name: str) -> str:
    """Without its ending."""
    return name[: len(name) - len(PurePosixPath(name).suffix)]


def _joined(place: str, name: str) -> str:
    return f"{place}/{name}" if place else name


def _missing(file: ParsedPage, match: Match) -> Problem:
    told = f'"{shown(file.image_name)}"' if file.image_name else "of the same name"
    rest = f"could be any of {match.n_candidates} files" if match.candidates else "was not found"
    text = f"The image {told} of the page {rest}; the page is left out."
    return Problem("image-ambiguous" if match.candidates else "image-missing", text, str(file.path))
