"""Looks at every picture file once: decodes it whole, hashes it, and remembers the answer while the file stays so."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

from core.domain.imports import Problem, Severity
from core.domain.names import shown
from core.domain.projects import ImageState
from core.formats.base import PictureSize
from core.images.opening import ImageFileError
from core.images.reading import ImageHeader, look_at, read_header
from core.images.scan import ScannedFile
from core.imports.cancelling import ImportCancelledError, IsCancelled, Progress
from core.imports.orientation import is_sideways
from core.registry.stores.images import ImageFacts

_WAITING_PER_THREAD = 8


@dataclass(frozen=True, slots=True)
class Examined:
    """`facts` None = the file cannot be in a project, and `problems` say why. `brightest` is the largest value of
    16-bit grey, None for all other pixels, for damaged files, and where nobody looked."""

    facts: ImageFacts | None
    problems: tuple[Problem, ...] = ()
    brightest: int | None = None


@dataclass(slots=True)
class Memory:
    """What earlier looks found: whole answers by path, and headers. Good as long as size and time of change agree."""

    answers: dict[Path, tuple[int, int, Examined]] = field(default_factory=dict)
    headers: dict[Path, tuple[int, int, ImageHeader | None]] = field(default_factory=dict)

    def recall(self, path: Path, file: ScannedFile) -> Examined | None:
        known = self.answers.get(path)
        return known[2] if known is not None and known[:2] == (file.n_bytes, file.mtime_ns) else None

    def keep(self, path: Path, file: ScannedFile, examined: Examined) -> None:
        self.answers[path] = (file.n_bytes, file.mtime_ns, examined)


class Headers:
    """Sizes of picture files for the formats that need them: those that were looked at, and any other's header, each
    read once."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._root = ""
        self._facts: Mapping[str, ImageFacts] = {}

    def know(self, root: Path, images: Iterable[ImageFacts]) -> None:
        """What was found of the files below the images' folder."""
        self._root = str(root).rstrip(os.sep) + os.sep
        self._facts = {facts.path: facts for facts in images}

    def get(self, path: Path) -> ImageHeader | ImageFacts | None:
        """None when the file cannot be read; its examination says why."""
        text = str(path)
        if self._root and text.startswith(self._root):
            facts = self._facts.get(text[len(self._root) :].replace(os.sep, "/"))
            if facts is not None:
                return facts
        try:
            stat = path.stat()
            known = self._memory.headers.get(path)
            if known is not None and known[:2] == (stat.st_size, stat.st_mtime_ns):
                return known[2]
            header = read_header(path)
        except (OSError, ValueError):  # a name with a NUL is a ValueError
            return None
        except ImageFileError:
            header = None
        self._memory.headers[path] = (stat.st_size, stat.st_mtime_ns, header)
        return header

    def get_below(self, root: str, path: str) -> ImageHeader | ImageFacts | None:
        """Of a folder (with a slash at its end) and a path in it."""
        facts = self._facts.get(path) if root == self._root else None
        return facts if facts is not None else self.get(Path(root) / path)

    def size_of(self, path: Path) -> PictureSize | None:
        return _upright(self.get(path))

    def stored_size_of(self, path: Path) -> PictureSize | None:
        """Of the picture before it is turned upright."""
        return _as_stored(self.get(path))


class Sizes:
    """What formats ask for the sizes of pictures: of the upright ones, or as they are stored."""

    def __init__(self, headers: Headers, *, are_stored: bool = False) -> None:
        self._headers = headers
        self._are_stored = are_stored

    def __call__(self, path: Path, /) -> PictureSize | None:
        return self._headers.stored_size_of(path) if self._are_stored else self._headers.size_of(path)

    def below(self, root: Path) -> Callable[[str], PictureSize | None]:
        get, before = self._headers.get_below, str(root).rstrip(os.sep) + os.sep
        size = _as_stored if self._are_stored else _upright
        return lambda path: size(get(before, path))


def _upright(header: ImageHeader | ImageFacts | None) -> PictureSize | None:
    return None if header is None else _picture_size(header.width, header.height, is_sideways(header.orientation))


def _as_stored(header: ImageHeader | ImageFacts | None) -> PictureSize | None:
    if header is None:
        return None
    size = (header.width, header.height)
    return PictureSize(*(size[::-1] if is_sideways(header.orientation) else size))


@lru_cache(maxsize=1000)
def _picture_size(width: int, height: int, is_sideways: bool) -> PictureSize:
    """Nearly all pictures of a folder have one of a few sizes."""
    return PictureSize(width, height, is_sideways)


def examine_all(
    root: Path,
    files: Iterable[ScannedFile],
    *,
    known: Mapping[str, ImageFacts],
    memory: Memory,
    total: int,
    progress: Progress,
    is_cancelled: IsCancelled,
) -> Iterator[tuple[ScannedFile, Examined]]:
    """In the order of `files`. `known` are facts of the registry by path, taken for true while the file looks the same.

    Raises ImportCancelledError.
    """
    n_threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    waiting: deque[tuple[ScannedFile, Future[Examined] | Examined]] = deque()
    n_done = 0
    pool = ThreadPoolExecutor(n_threads, thread_name_prefix="calque-import")
    try:
        for file in files:
            if is_cancelled():
                raise ImportCancelledError
            answer = _recall(root, file, known, memory)
            if answer is not None and not waiting:  # nearly all, in a project that has the pictures
                yield file, answer
                n_done += 1
                progress(n_done, total, "Checking images")
                continue
            waiting.append((file, answer if answer is not None else pool.submit(examine, root, file)))
            if len(waiting) >= n_threads * _WAITING_PER_THREAD:
                yield _finish(root, *waiting.popleft(), memory)
                n_done += 1
                progress(n_done, total, "Checking images")
        while waiting:
            if is_cancelled():
                raise ImportCancelledError
            yield _finish(root, *waiting.popleft(), memory)
            n_done += 1
            progress(n_done, total, "Checking images")
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def examine(root: Path, file: ScannedFile) -> Examined:
    """Facts for every file that is a picture, however damaged; only problems for one that is none."""
    try:
        look = look_at(root / file.path)
    except ImageFileError as error:
        return Examined(None, (error.to_problem(file.path),))
    header, light, damage = look.header, look.light, look.damage
    facts = ImageFacts(
        path=file.path,
        width=header.width,
        height=header.height,
        orientation=header.orientation,
        sha256=look.sha256,
        n_bytes=file.n_bytes,
        mtime_ns=file.mtime_ns,
    )
    problems: list[Problem] = []
    if damage is not None:
        facts = replace(facts, state=ImageState.DAMAGED, damage=damage.text)
        text = f"{damage.text} It is imported, but no training uses it."
        problems.append(Problem(damage.kind, text, file=file.path))
    if header.n_frames > 1:
        text = f'"{shown(file.path)}" has {header.n_frames} pages or frames; the first one is used.'
        problems.append(Problem("image-several-frames", text, file=file.path, severity=Severity.INFO))
    if light.is_dim:
        text = (
            f'"{shown(file.path)}" uses a small part of its 16 bits for each colour and is read nearly black. Save it '
            "with 8 bits for each colour."
        )
        problems.append(Problem("image-dim", text, file=file.path))
    return Examined(facts, tuple(problems), light.brightest)


def _recall(root: Path, file: ScannedFile, known: Mapping[str, ImageFacts], memory: Memory) -> Examined | None:
    remembered = memory.recall(root / file.path, file) if memory.answers else None
    if remembered is not None:
        return remembered
    facts = known.get(file.path)
    looks_the_same = facts is not None and (facts.n_bytes, facts.mtime_ns) == (file.n_bytes, file.mtime_ns)
    # What was damaged or missing then deserves another look.
    return Examined(facts) if looks_the_same and facts is not None and facts.state is ImageState.OK else None


def _finish(
    root: Path, file: ScannedFile, answer: Future[Examined] | Examined, memory: Memory
) -> tuple[ScannedFile, Examined]:
    if isinstance(answer, Examined):
        return file, answer
    examined = answer.result()
    memory.keep(root / file.path, file, examined)
    return file, examined
