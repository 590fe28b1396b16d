"""Tells what Label Studio's files say, an image at a time."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from core.domain.details import ImageDetails
from core.domain.imports import ImportSource, Problem, RawImage, Severity
from core.domain.names import one_line, shown
from core.errors import FormatError
from core.formats.base import SizeOf
from core.formats.label_studio.config import labels_beside
from core.formats.label_studio.files import Task, TaskSlice, read_tasks
from core.formats.label_studio.names import Names
from core.formats.label_studio.places import extents, stated_size
from core.formats.label_studio.regions import ResultsFound, read_results
from core.formats.label_studio.remarks import REMARKS
from core.formats.reading.frames import Frame, judged_frame
from core.formats.reading.image_index import ImageIndex, is_unsafe, missing_problem
from core.formats.reading.json_values import as_text
from core.formats.reading.tallies import Tally

_MODEL = "Label Studio prediction"
_MOST_TEXT = 2000


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where a task stands; the line is looked up when it is asked for."""

    file: Path
    line: Callable[[], int | None]


class Telling:
    """Of a file or of many. A file that is all there is must be readable, one of many need not. Use it once."""

    def __init__(self, source: ImportSource, folder: Path, root: Path, size_of: SizeOf, *, is_single: bool) -> None:
        self._source = source
        self._size_of = size_of
        self._is_single = is_single
        self._index = ImageIndex(root)
        self._names = Names(self._index, folder)
        self._told: set[str] = set()
        self._categories: dict[str, None] = {}
        self._tally = Tally(REMARKS)
        self._n_inside = 0

    def items(self, files: Iterable[Path | Problem]) -> Generator[RawImage | Problem, None, Iterable[str]]:
        """The names of all images first, for a sure match must not lose its picture to a likely one."""
        readable: list[Path] = []
        for found in files:
            if isinstance(found, Problem):
                yield found
                continue
            try:
                for tasks in read_tasks(found):
                    for task in tasks.tasks:
                        if task is not None:
                            self._names.hear(found, task)
            except FormatError as error:
                if self._is_single:
                    raise
                yield Problem("annotation-file-unreadable", str(error), str(found), error.line)
                continue
            readable.append(found)
        if not readable:
            path = self._source.path
            raise FormatError(f'"{shown(path)}" holds no file of Label Studio (.json) that can be read.', file=path)
        self._names.match()
        for file in readable:
            self._categories.update(dict.fromkeys(labels_beside(file)))
            for tasks in read_tasks(file):
                yield from self._slice(file, tasks)
        yield from self._tally.problems()
        yield from self._at_end()
        return list(self._categories)

    def _slice(self, file: Path, tasks: TaskSlice) -> Iterator[RawImage | Problem]:
        for number, task in enumerate(tasks.tasks, start=tasks.first):

            def line(index: int = number) -> int | None:
                return tasks.line(index)

            spot = _Spot(file, line)
            if task is None or not task.image:
                what = "is no task" if task is None else "names no image"
                text = f"Entry {number + 1} {what}; it is left out."
                yield Problem("task-invalid", text, str(file), line())
            else:
                yield from self._task(task, spot)

    def _task(self, task: Task, spot: _Spot) -> Iterator[RawImage | Problem]:
        annotation, n_others = _chosen(task.annotations)
        self._tally.add("annotations-several", spot.file, n=int(n_others > 0))
        self._tally.add("pictures-several", spot.file, n=int(task.n_images > 1))
        if annotation is None and not task.predictions:
            kind = "tasks-skipped" if task.annotations else "tasks-open"
            self._tally.add("drafts" if task.n_drafts and kind == "tasks-open" else kind, spot.file)
            return
        if not self._names.is_newest(spot.file, task):
            self._tally.add("annotations-several", spot.file)
            return
        match = self._names.matches[self._names.key(spot.file, task)]
        if match.path is None:
            if task.picture:
                self._n_inside += 1
                self._tally.add("picture-embedded", spot.file, example=f'"{shown(task.image)}"')
            elif is_unsafe(task.image) and not match.candidates and ".." in task.image:
                text = f'"{shown(task.image[:300])}" leads out of the images\' folder; it is left out.'
                yield Problem("path-unsafe", text, str(spot.file), spot.line())
            else:
                yield missing_problem(task.image[:300], match, file=str(spot.file), line=spot.line())
            return
        if match.path in self._told:
            self._tally.add("image-described-twice", spot.file, spot.line(), example=f'"{shown(match.path)}"')
            return
        self._told.add(match.path)
        yield from self._image(task, spot, match.path, annotation)

    def _image(
        self, task: Task, spot: _Spot, path: str, annotation: Mapping[str, Any] | None
    ) -> Iterator[RawImage | Problem]:
        results = annotation.get("result") if annotation is not None else []
        from_models = [prediction.get("result") for prediction in task.predictions]
        size = next((stated for some in (results, *from_models) if (stated := stated_size(some))), None)
        frame = judged_frame(
            size, self._size_of(self._index.root / path), extents(results, size), self._source.is_drawn_as_stored
        )
        self._look_at_size(size, frame, path, spot)
        found = ResultsFound()
        read_results(results, frame.size, found)
        n_seen = found.n_results
        for prediction in task.predictions:
            made_by = one_line(as_text(prediction.get("model_version"))) or _MODEL
            score = prediction.get("score")
            number = float(score) if isinstance(score, (int, float)) and 0 <= score <= 1 else None
            read_results(prediction.get("result"), frame.size, found, made_by=made_by, score=number)
        for kind, text in found.problems:
            yield Problem(kind, text, str(spot.file), spot.line())
        self._count(found, spot)
        is_empty = annotation is not None and n_seen == 0 and isinstance(results, list)
        yield _raw_image(task, path, spot.file, frame, found, is_empty=is_empty)

    def _look_at_size(self, size: tuple[int, int] | None, frame: Frame, path: str, spot: _Spot) -> None:
        """A picture of another size is no trouble, for places are stated in parts of it; one of another form is."""
        if size is None or frame.size is None or frame.is_upright_known:
            return
        across, down = size[0] * frame.size[1], size[1] * frame.size[0]
        if abs(across - down) > 0.02 * across:
            self._tally.add("image-form-differs", spot.file, example=f'"{shown(path)}"')

    def _count(self, found: ResultsFound, spot: _Spot) -> None:
        self._categories.update((one.category or "", None) for one in found.annotations)
        for kind, n in (
            ("ellipses", found.n_ellipses),
            ("parts-joined", found.n_joined),
            ("labels-several", found.n_several),
            ("relations", found.n_relations),
            ("values-too-long", found.n_long),
        ):
            self._tally.add(kind, spot.file, n=n)
        kinds = ", ".join(f"{kind} ({n})" for kind, n in sorted(found.not_read.items()))
        self._tally.add("results-not-read", spot.file, n=found.not_read.total(), example=kinds)

    def _at_end(self) -> Iterator[Problem]:
        if not self._told and self._names.matches:
            root, path = shown(self._index.root), str(self._source.path)
            text = f'None of the images was found below "{root}". Choose the folder that holds them.'
            if self._n_inside:
                text = "The pictures are inside the tasks. Say where they are to be unpacked (on the command line: "
                text += "--unpack-to FOLDER)."
            yield Problem("images-not-found", text, path, severity=Severity.ERROR)


def _raw_image(task: Task, path: str, file: Path, frame: Frame, found: ResultsFound, *, is_empty: bool) -> RawImage:
    width, height = frame.size or (None, None)
    return RawImage(
        path,
        tuple(found.annotations),
        width,
        height,
        str(file),
        is_explicit_negative=is_empty,
        is_upright_stated=frame.is_upright_known,
        is_as_stored=frame.is_as_stored,
        is_frame_guessed=frame.is_guessed,
        details=_details(task, found),
    )


def _details(task: Task, found: ResultsFound) -> ImageDetails | None:
    """The other columns of the data, and what was said of the whole image besides classes."""
    pairs = {shown(name): text for name, value in task.columns.items() if (text := as_text(value))} | found.attributes
    kept = tuple((name, value) for name, value in pairs.items() if len(value) <= _MOST_TEXT)
    has_address = "://" in task.image[:12] and len(task.image) <= _MOST_TEXT
    url = as_text(task.image) if has_address and PurePosixPath(task.image).name else ""
    return ImageDetails(url=url, attributes=kept) if kept or url else None


def _chosen(annotations: Iterable[Mapping[str, Any]]) -> tuple[Mapping[str, Any] | None, int]:
    """The one that is marked as ground truth, else the newest; and how many others were not skipped either."""
    done = [one for one in annotations if not one.get("was_cancelled")]
    if not done:
        return None, 0
    numbered = list(enumerate(done))
    best = max(numbered, key=lambda pair: (pair[1].get("ground_truth") is True, _when(pair[1]), pair[0]))
    return best[1], len(done) - 1


def _when(annotation: Mapping[str, Any]) -> str:
    return as_text(annotation.get("updated_at") or annotation.get("created_at"))[:40]
