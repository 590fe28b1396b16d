"""Goes through all tables once first: which images they name, and what only all rows together show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from core.domain.imports import ImportSource, Problem, Severity
from core.domain.names import shown
from core.domain.set_names import set_of_path
from core.formats.reading.image_index import StatedName, is_unsafe
from core.formats.reading.picture_folders import pictures_of
from core.formats.reading.spellings import spellings
from core.formats.reading.text_files import is_plain_file
from core.formats.table.files import Row, Table, read_rows, unguarded
from core.formats.table.rows import extent_of

COORDINATES, AUTO, IN_PIXELS, AS_SHARES = "coordinates", "auto", "pixels", "shares"
_MOST_SHARE = 1.5  # of an image; no box of pixels ends before
_MOSTLY = 0.9
_SAMPLE = 1000  # names of images that are looked for
_ENOUGH = 10_000  # places without a share among them


@dataclass(slots=True)
class Survey:
    """`keys` are the images as the tables name them (the number of the table's folder, the name), in their order."""

    tables: Sequence[Table]
    folders: list[Path] = field(default_factory=list)
    folder_of: list[int] = field(default_factory=list)  # by table, an index into `folders`
    keys: dict[tuple[int, str], int] = field(default_factory=dict)
    n_rows: int = 0
    is_scattered: bool = False
    is_share: list[bool] = field(default_factory=list)  # by table
    problems: list[Problem] = field(default_factory=list)

    def key_of(self, table: int, row: Row) -> tuple[int, str]:
        return self.folder_of[table], unguarded(row.cell(self.tables[table].columns.roles["image"]))


def survey(tables: Sequence[Table], source: ImportSource) -> Survey:
    """Rows that cannot be read are passed over here; they are told when the tables are read again."""
    folders = {folder: n for n, folder in enumerate(dict.fromkeys(table.file.parent for table in tables))}
    found = Survey(tables, list(folders), [folders[table.file.parent] for table in tables])
    answer = source.option(COORDINATES, AUTO)
    for number, table in enumerate(tables):
        if table.columns.has_places and "class" not in table.columns.roles:
            text = f'"{shown(table.file.name)}" has no column of classes: nothing of it is taken but the images.'
            found.problems.append(Problem("annotation-without-category", text, str(table.file)))
        n_places = n_shares = 0
        last: tuple[int, str] | None = None
        asks = table.columns.has_places and table.columns.is_share is None and answer == AUTO
        for row in read_rows(table):
            if isinstance(row, Problem):
                continue
            found.n_rows += 1
            key = found.key_of(number, row)
            if key != last and key in found.keys:
                found.is_scattered = True
            found.keys.setdefault(key, len(found.keys))
            last = key
            extent = extent_of(row, table) if asks else None
            if extent is not None:
                n_places += 1
                n_shares += max(extent.x1, extent.y1) <= _MOST_SHARE
                asks = n_shares > 0 or n_places < _ENOUGH
        is_share = n_places > 0 and n_shares >= _MOSTLY * n_places
        if is_share:
            text = (
                f'The coordinates of "{shown(table.file.name)}" are from 0 to 1: they are taken as shares of the image.'
            )
            found.problems.append(Problem("coordinates-shares", text, str(table.file), severity=Severity.INFO))
        stated = answer == AS_SHARES if answer != AUTO else table.columns.is_share or is_share
        found.is_share.append(stated)
    return found


def images_root(found: Survey, source: ImportSource, folder: Path) -> Path:
    """The folder "images" beside the tables, unless they name it themselves; else the folder that has pictures."""
    if source.images_root is not None:
        return source.images_root
    root = pictures_of(folder)
    names_it = any(root.name.casefold() in name.replace("\\", "/").casefold().split("/")[:1] for _, name in found.keys)
    if root.parent != folder or not names_it:
        return root
    # A folder of that name may lie in it once more.
    some = [name for _, name in islice(found.keys, _SAMPLE)]
    return root if _n_there(root, some) > _n_there(folder, some) else folder


def _n_there(folder: Path, names: Sequence[str]) -> int:
    return sum(any(is_plain_file(folder / one) for one in spellings(name) if not is_unsafe(one)) for name in names)


def stated_names(found: Survey, root: Path) -> dict[tuple[int, str], StatedName]:
    """Each looked for beside its table first."""
    places = [
        "" if folder == root or not folder.is_relative_to(root) else folder.relative_to(root).as_posix()
        for folder in found.folders
    ]
    return {key: StatedName(key[1], (places[key[0]],) if places[key[0]] else ()) for key in found.keys}


def set_of_file(table: Table, tables: Sequence[Table], folder: Path) -> str:
    """What a file or its folder below the chosen one is called by, when several files are of different sets."""
    sets = {one.file: set_of_path(one.file.relative_to(folder).with_suffix("")) for one in tables}
    found = sets[table.file]
    return found.value if found is not None and len({*sets.values()} - {None}) > 1 else ""
