"""Which picture file each image of an export is: its address is that of a server, the files lie in some folder."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from core.domain.counting import counted
from core.domain.imports import ImportSource, Problem
from core.domain.names import listed_names
from core.errors import FormatError
from core.formats.arkindex.database import Database
from core.formats.reading.image_index import ImageIndex, Match, is_unsafe

_GUESSED_ENTRIES = 50_000
_TAIL = re.compile(
    r"/(?:(?:full|square|\d+,\d+,\d+,\d+|pct:[\d.,]+)/[^/]+/!?[\d.]+/(?:default|native|color|gray|bitonal)\.\w+|info\.json)$"
)
"""What follows the identifier in the address of a picture or of its description (IIIF Image API 1 to 3)."""

USED = "SELECT image_id FROM element WHERE image_id IS NOT NULL AND polygon IS NOT NULL"


@dataclass(frozen=True, slots=True)
class Pictures:
    """`paths` are relative to `root`, by image id; an image that is not found is not among them."""

    root: Path
    paths: Mapping[str, str]
    problems: tuple[Problem, ...] = ()


def find_pictures(database: Database, source: ImportSource, page_type: str) -> Pictures:
    """Below the folder that the person named, else beside the database. Raises FormatError (W-204) when none is
    there and none was named."""
    names = _Names(database, page_type)
    if not names.n_images:
        return Pictures(source.images_root or database.path.parent, {})
    if source.images_root is not None:
        paths, n_unclear = names.match(ImageIndex(source.images_root))
        return Pictures(source.images_root, paths, tuple(_missing(names, paths, n_unclear, database.path)))
    beside = database.path.parent
    for folder in (beside / "images", beside / database.path.stem, beside):
        if folder.is_dir():
            paths, n_unclear = names.match(ImageIndex(folder, max_entries=_GUESSED_ENTRIES))
            if paths:
                return Pictures(folder, paths, tuple(_missing(names, paths, n_unclear, database.path)))
    text = f"The export names {counted(names.n_images, 'image')}{names.whereabouts()}, and none lies beside it."
    hint = (
        "Choose the folder that holds them; they are found by the last part of their address, their id or their name."
    )
    raise FormatError(text, file=database.path, hint=hint, code="W-204")


def identifier(url: str) -> str:
    """The decoded path of an address without what IIIF puts behind the identifier: "iiif/2/folder/page.jpg"."""
    try:
        path = urlsplit(url).path
    except ValueError:
        path = url
    return unquote(_TAIL.sub("", path), errors="surrogateescape").lstrip("/")


class _Names:
    """What an image may be called, the surest first."""

    def __init__(self, database: Database, page_type: str) -> None:
        self._database = database
        self._page_type = page_type
        self._urls = {
            image: url
            for image, url in database.rows(f"SELECT id, url FROM image WHERE id IN ({USED}) ORDER BY url, id")
            if isinstance(image, str) and isinstance(url, str)
        }
        self.n_images = len(self._urls)

    def whereabouts(self) -> str:
        """The servers, as a part of a sentence; "" when the addresses name none."""
        found = Counter(_host(url) for url in self._urls.values())
        hosts = [host for host, _ in found.most_common() if host]
        return f" on remote servers ({listed_names(hosts, 3)})" if hosts else ""

    def url(self, image: str) -> str:
        return self._urls[image]

    def missing(self, paths: Mapping[str, str]) -> list[str]:
        return [image for image in self._urls if image not in paths]

    def match(self, index: ImageIndex) -> tuple[dict[str, str], int]:
        """Paths by image id, and how many images could be any of several files."""
        paths: dict[str, str] = {}
        taken: set[str] = set()
        unclear: set[str] = set()
        for named, find in self._ways(index):
            by_name: dict[str, list[str]] = {}
            for image, name in named:
                if image not in paths and name.strip("/") and not is_unsafe(name):
                    by_name.setdefault(name, []).append(image)
            ends = Counter(name.rsplit("/", 1)[-1].casefold() for name in by_name)
            for name, match in find(by_name).items():
                images = by_name[name]
                if match.path is None or match.path in taken:
                    unclear.update(images if match.candidates else ())
                elif len(images) > 1 or (ends[name.rsplit("/", 1)[-1].casefold()] > 1 and not _ends_alike(name, match)):
                    unclear.update(images)
                else:
                    paths[images[0]] = match.path
                    taken.add(match.path)
        return paths, len(unclear - paths.keys())

    def _ways(self, index: ImageIndex) -> Iterator[tuple[Iterable[tuple[str, str]], Callable[..., dict[str, Match]]]]:
        if not index.paths:
            return
        if self._database.has("calque_image", "image_id", "path"):
            rows = self._database.rows("SELECT image_id, path FROM calque_image")
            ours = [(str(image), unquote(str(path), errors="surrogateescape")) for image, path in rows]
            yield [(image, path) for image, path in ours if image in self._urls], index.match_names
        identifiers = [(image, identifier(url)) for image, url in self._urls.items()]
        yield identifiers, index.match_names
        yield [(image, _without_ending(name)) for image, name in identifiers], index.match_stems
        yield ((image, image) for image in self._urls), index.match_stems
        names = [(image, name) for image, name in self._page_names() if image in self._urls]
        yield names, index.match_names
        yield names, index.match_stems

    def _page_names(self) -> Iterator[tuple[str, str]]:
        if not self._page_type or not self._database.has("element", "name"):
            return
        query = "SELECT image_id, name FROM element WHERE type = ? AND image_id IS NOT NULL"
        for image, name in self._database.rows(query, (self._page_type,)):
            if isinstance(image, str) and isinstance(name, str):
                yield image, name


def _missing(names: _Names, paths: Mapping[str, str], n_unclear: int, file: Path) -> Iterator[Problem]:
    missing = names.missing(paths)
    if missing:
        some = listed_names([identifier(names.url(image)) or names.url(image) for image in missing])
        text = (
            f"{counted(len(missing), 'image')} of the {names.n_images}{names.whereabouts()} not found in the folder: "
            f"{some}; what was annotated on them is left out."
        )
        text += f" {counted(n_unclear, 'image')} could be any of several files." if n_unclear else ""
        yield Problem("image-missing", text, str(file), code="W-204")


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _without_ending(name: str) -> str:
    folders, slash, last = name.rpartition("/")
    stem, dot, ending = last.rpartition(".")
    return f"{folders}{slash}{stem}" if dot and stem and len(ending) <= 5 else name


def _ends_alike(name: str, match: Match) -> bool:
    """In their folder too: pages are called the same in thousands of them."""
    theirs, ours = name.split("/"), (match.path or "").split("/")
    return match.is_exact or (len(ours) > 1 and len(theirs) > 1 and ours[-2].casefold() == theirs[-2].casefold())
