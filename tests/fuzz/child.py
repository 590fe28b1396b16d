"""Reads mutated files in a process whose memory and time are limited: `python child.py JOB`, JOB a JSON object.

It prints one JSON object: how many were read, and what went wrong with which. What it is at is kept in a file, so that
it is known also when the process is killed.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[0] = str(ROOT)

from core.domain.imports import ImportSource  # noqa: E402 - the path comes first
from core.domain.names import is_image_name  # noqa: E402
from core.errors import FormatError  # noqa: E402
from core.formats.base import AnnotationFormat, PictureSize, gather  # noqa: E402
from core.formats.catalog import GROUP  # noqa: E402
from tests.fuzz.mutations import change_database, change_place, mutated  # noqa: E402
from tests.fuzz.soundness import check_error, check_result  # noqa: E402

CPU_S = 10  # of one reading
REAL_S = 120  # the same, for what waits
MEMORY = 4 * 2**30  # of addresses
GROWTH_KB = 400_000  # of the memory that is used, over all
MOST_FAILURES = 10
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_FORBIDDEN = ("os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.link", "os.symlink", "os.truncate", "os.chmod",
              "os.system", "os.exec", "os.fork", "subprocess.Popen", "socket.connect", "shutil.rmtree")  # fmt: skip


class TooLongError(BaseException):
    """No format may catch it."""


class Watch:
    """Notes what is written while a format reads."""

    def __init__(self) -> None:
        self._is_on = False
        self._temporary = tempfile.gettempdir()
        self.seen: list[str] = []
        sys.addaudithook(self._heard)

    def _heard(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self._is_on:
            return
        if event == "open":
            path, mode, flags = arguments
            if path == self._temporary:  # a file without a name, which is gone when it is closed
                return
            if (mode and set(mode) & set("wax+")) or (isinstance(flags, int) and flags & _WRITING):
                self.seen.append(f"open {path} {mode} {flags}")
        elif event in _FORBIDDEN:
            self.seen.append(f"{event} {arguments}")

    @contextmanager
    def watching(self) -> Iterator[None]:
        self.seen.clear()
        self._is_on = True
        try:
            yield
        finally:
            self._is_on = False


class Fuzzing:
    def __init__(self, job: dict[str, Any]) -> None:
        self._slug: str = job["slug"]
        self._format = load(self._slug)
        self._work, self._kept = Path(job["work"]), Path(job["kept"])
        self._seeds = sorted(path for path in Path(job["seeds"]).iterdir() if path.is_dir())
        self._folders = [self._laid_out(seed) for seed in self._seeds]
        self._watch = Watch()
        self.failures: list[dict[str, Any]] = []

    def _laid_out(self, seed: Path) -> Path:
        """Beside every seed lies what a name that leads out would find."""
        inside = self._work / seed.name / "inside"
        shutil.copytree(seed, inside)
        (self._work / seed.name / "outside").mkdir()
        (self._work / seed.name / "outside" / "x.jpg").write_bytes(b"x")
        return inside

    def run(self, numbers: range) -> int:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for number in numbers:
            (self._work / "at").write_text(str(number))
            self._one(number)
            grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
            if grown > GROWTH_KB:
                self._fail(number, f"memory grew by {grown // 1000} MB", ())
            if len(self.failures) >= MOST_FAILURES or grown > GROWTH_KB:
                return number - numbers.start + 1
        return len(numbers)

    def _one(self, number: int) -> None:
        inside = self._folders[number % len(self._folders)]
        rng = random.Random(f"{self._slug}/{inside.parent.name}/{number}")
        files = [path for path in sorted(inside.rglob("*")) if path.is_file() and not is_image_name(path.name)]
        files = files or [path for path in sorted(inside.rglob("*")) if path.is_file()]
        chosen = rng.sample(files, min(len(files), rng.choice((1, 1, 1, 2, 3))))
        contents = {file: file.read_bytes() for file in chosen}
        for file, content in contents.items():
            change(file, content, rng)
        try:
            self._read(inside, rng.choice((inside, inside, inside, chosen[0])), rng)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:
            self._fail(number, f"{type(error).__name__}: {error}"[:1000], chosen)
        finally:
            for file, content in contents.items():
                put_back(file, content)

    def _read(self, inside: Path, path: Path, rng: random.Random) -> None:
        before = listing(inside)
        size = rng.choice((PictureSize(100, 80), PictureSize(100, 80), PictureSize(80, 100, is_sideways=True), None))
        source = ImportSource(
            path,
            images_root=rng.choice((None, None, inside)),
            is_drawn_as_stored=rng.choice((None, None, True, False)),
            names_encoding=rng.choice((None, None, "gbk", "cp1252")),
            options=self._answers(rng),
        )
        try:
            with limited(), self._watch.watching():
                if os.path.lexists(path):
                    sure = self._format.detect(path) if path.exists() else 0.0
                    assert 0 <= sure <= 1
                result = gather(self._format.read(source, size_of=lambda _: size))
        except FormatError as error:
            check_error(error)
        else:
            check_result(result, inside)
        assert not self._watch.seen, f"written while reading: {self._watch.seen[:3]}"
        assert listing(inside) == before, "the folder was changed"

    def _answers(self, rng: random.Random) -> tuple[tuple[str, str], ...]:
        answers = []
        for option in self._format.info.read_options:
            values = [value for value, _ in option.choices]
            if rng.randrange(3) == 0:
                answers.append((option.name, rng.choice(values) if values else "x"))
        return tuple(answers)

    def _fail(self, number: int, text: str, files: Any) -> None:
        inside = self._folders[number % len(self._folders)]
        kept = self._kept / f"{self._slug}-{number}"
        shutil.copytree(inside, kept, symlinks=True, dirs_exist_ok=True, ignore=only_plain)
        self.failures.append(
            {
                "case": f"{self._slug}/{inside.parent.name}/{number}",
                "text": text,
                "files": [str(file.relative_to(inside)) for file in files],
                "kept": str(kept),
                "trace": "".join(traceback.format_exc().splitlines(keepends=True)[-24:]),
            }
        )


def load(slug: str) -> AnnotationFormat:
    """Without the other formats, which it must not need."""
    (entry,) = importlib.metadata.entry_points(group=GROUP, name=slug)
    found: AnnotationFormat = entry.load()
    return found


def change(file: Path, content: bytes, rng: random.Random) -> None:
    if rng.randrange(40) == 0:
        change_place(file, rng)
    elif content.startswith(b"SQLite format 3") and rng.randrange(3):
        change_database(file, rng)
    else:
        file.write_bytes(mutated(content, rng))


def put_back(file: Path, content: bytes) -> None:
    if file.is_dir() and not file.is_symlink():
        shutil.rmtree(file)
    else:
        file.unlink(missing_ok=True)
    for other in file.parent.glob(f"{file.name}-*"):  # of a database
        other.unlink()
    file.write_bytes(content)


def listing(folder: Path) -> list[tuple[str, int, int]]:
    facts = ((path, path.lstat()) for path in folder.rglob("*"))
    return sorted((str(path), fact.st_size, fact.st_mtime_ns) for path, fact in facts)


def only_plain(folder: str, names: list[str]) -> list[str]:
    """What cannot be copied."""
    return [name for name in names if not (Path(folder, name).is_symlink() or Path(folder, name).is_file()
                                           or Path(folder, name).is_dir())]  # fmt: skip


@contextmanager
def limited() -> Iterator[None]:
    def too_long(_number: int, _frame: object) -> None:
        raise TooLongError(f"longer than {CPU_S} s")

    signal.signal(signal.SIGPROF, too_long)
    signal.signal(signal.SIGALRM, too_long)
    signal.setitimer(signal.ITIMER_PROF, CPU_S)
    signal.setitimer(signal.ITIMER_REAL, REAL_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)


def main() -> None:
    job = json.loads(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    fuzzing = Fuzzing(job)
    n = fuzzing.run(range(job["first"], job["first"] + job["n"]))
    print(json.dumps({"n": n, "failures": fuzzing.failures}))


if __name__ == "__main__":
    main()
