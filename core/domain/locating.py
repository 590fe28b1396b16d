"""What was found of a project's images in a folder that may be the one that was moved."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.domain.counting import counted
from core.domain.names import shown


@dataclass(frozen=True, slots=True)
class FolderMatch:
    """`folder` is where the project's folder would be: the chosen one, or one beside or in it that fits better.

    An image counts as there when a file of its path and size is. Of those, some were hashed (`n_hashed`): a sample,
    and files whose time is another one. `missing` and `different` name the first ones.
    """

    folder: Path
    n_images: int
    n_missing: int
    n_different: int  # of another size, or of another content
    n_hashed: int
    missing: tuple[str, ...] = ()
    different: tuple[str, ...] = ()

    @property
    def n_there(self) -> int:
        return self.n_images - self.n_missing - self.n_different

    @property
    def is_whole(self) -> bool:
        return self.n_there == self.n_images

    @property
    def refusal(self) -> str:
        """Why this cannot be the project's folder, "" when it can."""
        return "" if self.n_there else f"None of the project's {counted(self.n_images, 'image')} is in there."


def match_text(match: FolderMatch) -> str:
    """What was found and what was not, in a few sentences."""
    if match.is_whole:
        return f"All {counted(match.n_images, 'image')} are there." if match.n_images != 1 else "Its image is there."
    parts = [f"{match.n_there} of {counted(match.n_images, 'image')} are there."]
    for names, n, what in (
        (match.missing, match.n_missing, "missing"),
        (match.different, match.n_different, "another picture than before"),
    ):
        if n:
            more = ", …" if n > len(names[:3]) else ""
            listed = ", ".join(shown(name) for name in names[:3])
            parts.append(f"{n} {'is' if n == 1 else 'are'} {what}: {listed}{more}.")
    return " ".join(parts)


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What tells a picture file from others. `path` is relative to the project's folder."""

    path: str
    n_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class MovedImages:
    """Of a project's images that are not where they were: those found elsewhere in its folder, as (old path, new
    path), and how many were not."""

    moved: tuple[tuple[str, str], ...]
    n_missing: int

    @property
    def text(self) -> str:
        if not self.moved and not self.n_missing:
            return "No image is missing."
        parts = []
        if self.moved:
            old, new = self.moved[0]
            such_as = ":" if len(self.moved) == 1 else ", such as"
            parts.append(
                f"{counted(len(self.moved), 'moved image was', 'moved images were')} found{such_as}"
                f' "{shown(old)}", which is "{shown(new)}" now.'
            )
        return " ".join([*parts, *self._not_found()])

    @property
    def text_when_taken(self) -> str:
        """Short: the person has seen before which they are."""
        n = len(self.moved)
        places = "its new place" if n == 1 else "their new places"
        taken = f"{counted(n, 'moved image is', 'moved images are')} known at {places}."
        return " ".join([taken, *self._not_found()])

    def _not_found(self) -> list[str]:
        text = f"{counted(self.n_missing, 'missing image was', 'missing images were')} not found in the folder."
        return [text] if self.n_missing else []


def match_renamed(known: Sequence[FileFacts], found: Sequence[FileFacts]) -> tuple[tuple[str, str], ...]:
    """(old path, new path) of the `known` files that lie elsewhere among all that was `found`: those that are missing,
    and those whose names were passed on among them (a is b now, and b is c). A file that has another content and
    whose name no known one has taken was changed, wherever a copy of it may lie."""
    here = {file.path: file for file in found}
    there = {file.path for file in known}
    missing = [file for file in known if file.path not in here]
    other = [file for file in known if file.sha256 and file.sha256 != here.get(file.path, file).sha256]
    moved = match_moved((*missing, *other), (file for file in found if file.path not in there))
    olds = {old for old, _ in moved}
    onto = match_moved(
        (file for file in (*missing, *other) if file.path not in olds), (here[one.path] for one in other)
    )
    pairs = (*moved, *onto)
    while True:
        olds, news = {old for old, _ in pairs}, {new for _, new in pairs}
        sound = tuple((a, b) for a, b in pairs if (b not in there or b in olds) and (a not in here or a in news))
        if len(sound) == len(pairs):
            return tuple(sorted(sound))
        pairs = sound


def match_moved(missing: Iterable[FileFacts], found: Iterable[FileFacts]) -> tuple[tuple[str, str], ...]:
    """(old path, new path) of the missing files whose content lies elsewhere. Of several files with that content one
    of the same name is taken first."""
    places: dict[tuple[int, str], list[str]] = {}
    for file in found:
        if file.sha256:
            places.setdefault((file.n_bytes, file.sha256), []).append(file.path)
    moved: list[tuple[str, str]] = []
    waiting = [file for file in missing if (file.n_bytes, file.sha256) in places]
    for is_same_name in (True, False):
        left: list[FileFacts] = []
        for file in waiting:
            candidates = places[file.n_bytes, file.sha256]
            name = file.path.rpartition("/")[2]
            fitting = [path for path in candidates if not is_same_name or path.rpartition("/")[2] == name]
            if fitting:
                candidates.remove(fitting[0])
                moved.append((file.path, fitting[0]))
            else:
                left.append(file)
        waiting = left
    return tuple(sorted(moved))
