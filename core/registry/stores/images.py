"""Images: written and read by the hundred thousand, hence without the ORM's objects."""

from __future__ import annotations

import os
import sys
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, LargeBinary, bindparam, cast, func, literal, or_, select, text, update
from sqlalchemy.orm import Session

from core import clock
from core.domain.details import ImageDetails
from core.domain.ids import ImageId, ProjectId
from core.domain.image_ids import ImageIds
from core.domain.image_order import BY_PATH, SortKey, SortOrder
from core.domain.names import shown
from core.domain.projects import ImageFilter, ImageRecord, ImageState, Source
from core.registry.stores.chunks import KEYS_PER_QUERY, ROWS_PER_INSERT, chunked
from core.registry.stores.details import image_details
from core.registry.stores.driver import cursor_of
from core.registry.stores.filters import has_annotation, where
from core.registry.stores.projects import add_folders, get_revision
from core.registry.stores.upkeep import facts_written, images_come, images_move
from core.registry.tables.images import IMAGES, AnnotationRow, ImageRow
from core.registry.tables.judgements import ImageTagRow
from core.registry.tables.projects import FolderRow

_COLUMNS = (
    ImageRow.id,
    ImageRow.project_id,
    ImageRow.path,
    ImageRow.width,
    ImageRow.height,
    ImageRow.orientation,
    ImageRow.sha256,
    ImageRow.n_bytes,
    ImageRow.state,
    ImageRow.damage,
    ImageRow.n_annotations,
    ImageRow.revision,
    ImageRow.white,
    ImageRow.added_at,
)

_INSERT = """
INSERT INTO image (project_id, folder_id, path, search_name, width, height, orientation, sha256, n_bytes, mtime_ns,
state, damage, white, stated_set, details, added_at, n_annotations, is_annotated, revision)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0)
"""

_FACTS = """
SELECT id, path, width, height, orientation, sha256, n_bytes, mtime_ns, state, damage, white FROM image
WHERE project_id = ?
"""
_OF_NAMES = sys.getfilesystemencoding(), sys.getfilesystemencodeerrors()  # as os.fsdecode has it
_STATES = {state.value: state for state in ImageState}


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """What is known of a picture file. `mtime_ns` tells, with the size, whether the file may have changed since.
    `white` is that of `core.images.reading.decode`."""

    path: str
    width: int
    height: int
    orientation: int
    sha256: str
    n_bytes: int
    mtime_ns: int
    state: ImageState = ImageState.OK
    damage: str = ""
    white: int = 0

    @property
    def folder(self) -> str:
        return self.path.rpartition("/")[0]


def insert_images(
    session: Session,
    project: ProjectId,
    images: Sequence[ImageFacts],
    stated_sets: Mapping[str, str] = MappingProxyType({}),
    details: Mapping[str, ImageDetails] = MappingProxyType({}),
) -> None:
    """Paths must be new to the project; all of them came now. Folders are made as needed. `stated_sets` and `details`
    by path, of those that have them."""
    if not images:
        return
    folders = add_folders(session, project, (image.folder for image in images))
    added_at = clock.now().replace(tzinfo=None).isoformat(" ", "microseconds")  # as UtcDateTime stores it
    for chunk in chunked(images, ROWS_PER_INSERT):
        rows = [
            (
                project,
                folders[image.folder],
                os.fsencode(image.path),
                search_name(image.path),
                image.width,
                image.height,
                image.orientation,
                bytes.fromhex(image.sha256) if image.sha256 else None,
                image.n_bytes,
                image.mtime_ns,
                image.state.value,
                image.damage,
                image.white,
                stated_sets.get(image.path, ""),
                details[image.path].to_text() if image.path in details else None,
                added_at,
            )
            for image in chunk
        ]
        with images_come(session, project, (folders[image.folder] for image in chunk)):
            cursor_of(session).executemany(_INSERT, rows)


def update_images(session: Session, images: Mapping[int, ImageFacts]) -> None:
    """New facts by key, for files that changed since they were imported; their paths stay."""
    for chunk in chunked(images.items(), ROWS_PER_INSERT):
        rows = [{f"new_{name}": value for name, value in _to_columns(image).items()} for _, image in chunk]
        for (key, _), row in zip(chunk, rows, strict=True):
            row["key"] = key
        values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in _to_columns(chunk[0][1])}
        session.execute(update(IMAGES).where(IMAGES.c.id == bindparam("key")).values(values), rows)
    facts_written(session, images.keys())


def move_images(session: Session, project: ProjectId, moved: Mapping[int, ImageFacts]) -> None:
    """By key, the facts of images that lie elsewhere in the project's folder now, perhaps where another of them lay;
    none that is not among them may be there."""
    if not moved:
        return
    folders = add_folders(session, project, (image.folder for image in moved.values()))
    with images_move(session, project, {key: folders[image.folder] for key, image in moved.items()}):
        _give_up_paths(session, moved)
        for key, image in moved.items():
            values = {"path": image.path, "search_name": search_name(image.path), "folder_id": folders[image.folder]}
            session.execute(update(IMAGES).where(IMAGES.c.id == key).values(values | _to_columns(image)))


def _give_up_paths(session: Session, keys: Iterable[int]) -> None:
    """No two images of a project have one path, not even for a moment; none of a file begins with "/"."""
    cursor = cursor_of(session)
    for chunk in chunked(keys, KEYS_PER_QUERY):
        marks = ",".join("?" * len(chunk))
        cursor.execute(f"UPDATE image SET path = CAST('/' || id AS BLOB) WHERE id IN ({marks})", chunk)


def state_sets(session: Session, stated: Mapping[int, str]) -> None:
    """The sets that an import states for images, by key: they take the place of what an earlier one stated."""
    changed: set[int] = set()
    for chunk in chunked(stated, KEYS_PER_QUERY):
        query = select(ImageRow.id, ImageRow.stated_set).where(ImageRow.id.in_(chunk))
        changed.update(key for key, before in session.execute(query) if stated[key] != before)
    rows = [{"key": key, "new_set": stated[key]} for key in sorted(changed)]
    if rows:
        statement = update(IMAGES).where(IMAGES.c.id == bindparam("key")).values(stated_set=bindparam("new_set"))
        session.execute(statement, rows)
        facts_written(session, changed)


def state_details(session: Session, stated: Mapping[int, ImageDetails]) -> None:
    """What an import says of images, by key: it takes the place of what an earlier one said."""
    changed: dict[int, str] = {}
    cursor = cursor_of(session)
    for chunk in chunked(stated, KEYS_PER_QUERY):
        query = f"SELECT id, details FROM image WHERE id IN ({','.join('?' * len(chunk))})"
        changed |= {
            key: now for key, before in cursor.execute(query, chunk) if (now := stated[key].to_text()) != before
        }
    if changed:
        rows = [(now, key) for key, now in changed.items()]
        cursor.executemany("UPDATE image SET details = ?, revision = revision + 1 WHERE id = ?", rows)
        facts_written(session, changed, is_revised=True)


def list_stated(session: Session, ids: Iterable[ImageId]) -> dict[ImageId, tuple[str, ImageDetails | None]]:
    """Of those of the images of which an import stated a set or details: both."""
    found: dict[ImageId, tuple[str, ImageDetails | None]] = {}
    is_stated = (ImageRow.stated_set != "") | ImageRow.details.is_not(None)
    for chunk in chunked(map(int, ids), KEYS_PER_QUERY):
        query = select(ImageRow.id, ImageRow.stated_set, ImageRow.details).where(ImageRow.id.in_(chunk), is_stated)
        for key, stated_set, details in session.execute(query):
            found[ImageId(str(key))] = (stated_set, image_details(details))
    return found


def count_stated_sets(session: Session, project: ProjectId, *, only_annotated: bool = False) -> dict[str, int]:
    """Images by the set that an import stated for them."""
    query = select(ImageRow.stated_set, func.count()).where(ImageRow.project_id == project, text("stated_set != ''"))
    if only_annotated:
        query = query.where(ImageRow.is_annotated)
    return dict(session.execute(query.group_by(ImageRow.stated_set)).all())


def list_facts(session: Session, project: ProjectId) -> dict[str, tuple[int, ImageFacts]]:
    """By path: the key and the facts of every image of the project."""
    found: dict[str, tuple[int, ImageFacts]] = {}
    for key, name, width, height, turn, sha256, n_bytes, mtime_ns, state, damage, white in cursor_of(session).execute(
        _FACTS, (project,)
    ):
        path, digest = name.decode(*_OF_NAMES), "" if sha256 is None else sha256.hex()
        facts = ImageFacts(path, width, height, turn, digest, n_bytes, mtime_ns, _STATES[state], damage, white)
        found[path] = (key, facts)
    return found


@dataclass(frozen=True, slots=True)
class KnownImages:
    """The images of a project by path, their keys and facts; true while the project's revision is the same."""

    revision: int
    by_path: Mapping[str, tuple[int, ImageFacts]]


def list_known(session: Session, project: ProjectId, before: KnownImages | None = None) -> KnownImages:
    """`before` if it is still true. Raises NotFoundError."""
    revision = get_revision(session, project)
    if before is not None and before.revision == revision:
        return before
    return KnownImages(revision, list_facts(session, project))


def list_keys(session: Session, project: ProjectId) -> dict[str, int]:
    """The key of every image of the project by its path."""
    rows = cursor_of(session).execute("SELECT path, id FROM image WHERE project_id = ?", (project,))
    return {name.decode(*_OF_NAMES): key for name, key in rows}


def count_images(session: Session, filter: ImageFilter) -> int:
    """Reads the folders' counts as far as these can tell, i.e. for folders and for what is annotated."""
    is_counted = not (filter.name_contains or filter.categories or filter.tag or filter.is_without_concept)
    if not is_counted or filter.state is not None or filter.where is not None:
        return session.scalar(select(func.count()).select_from(ImageRow).where(*conditions(session, filter))) or 0
    number = {None: FolderRow.n_images, True: FolderRow.n_annotated, False: FolderRow.n_images - FolderRow.n_annotated}
    counted = select(func.sum(number[filter.is_annotated]))
    return session.scalar(counted.where(FolderRow.project_id == filter.project, *_folder_conditions(filter))) or 0


def list_image_ids(
    session: Session, filter: ImageFilter, *, sort: SortOrder = BY_PATH, most: int | None = None
) -> ImageIds:
    """All that match, in order; at most so many of them, from the first."""
    listed = _listed(session, filter, sort, ImageRow.id, most=most).c
    return _to_ids(session.scalar(select(func.group_concat(listed.id))))


def keys_of_folders(session: Session, project: ProjectId, folders: tuple[str, ...]) -> list[int]:
    """The keys of these folders and of all below them, of those that hold images themselves."""
    below = _folder_conditions(ImageFilter(project, folders=folders))
    return list(session.scalars(select(FolderRow.id).where(FolderRow.project_id == project, *below)))


def list_paths(session: Session, filter: ImageFilter) -> tuple[str, ...]:
    """Of all that match, in order."""
    return tuple(session.scalars(select(ImageRow.path).where(*conditions(session, filter)).order_by(ImageRow.path)))


def list_names(session: Session, project: ProjectId) -> tuple[ImageIds, bytes]:
    """Of all images in the order of their paths; the names as searches compare them, in UTF-8, a line each."""
    listed = _listed(session, ImageFilter(project), BY_PATH, ImageRow.id, ImageRow.search_name).c
    names = cast(func.group_concat(listed.search_name, literal("\n")), LargeBinary)
    ids, lines = session.execute(select(func.group_concat(listed.id), names)).one()
    return _to_ids(ids), lines or b""


def _listed(session: Session, filter: ImageFilter, sort: SortOrder, *columns: Any, most: int | None = None) -> Any:
    """Handed on in one piece by group_concat, which keeps the order: Python takes half a second to fetch a million
    rows, and gives way to the window's thread a million times meanwhile."""
    return select(*columns).where(*conditions(session, filter)).order_by(*ordering(sort)).limit(most).subquery()


def ordering(sort: SortOrder) -> tuple[Any, ...]:
    """NULL comes first, as SQLite has it."""
    key = key_of(sort.key)
    directed = key.desc() if sort.is_descending else key
    return (directed,) if sort.key is SortKey.PATH else (directed, ImageRow.path)


def key_of(sort: SortKey) -> Any:
    """What an order compares of a row of an image."""
    keys: dict[SortKey, Any] = {
        SortKey.PATH: ImageRow.path,
        SortKey.NAME: ImageRow.search_name,
        SortKey.SIZE: ImageRow.n_bytes,
        SortKey.PIXELS: ImageRow.width * ImageRow.height,
        SortKey.ANNOTATIONS: ImageRow.n_annotations,
        SortKey.ADDED: ImageRow.added_at,
    }
    return keys[sort]


def _to_ids(numbers: str | None) -> ImageIds:
    import numpy as np  # with the first list of images, not with the services

    return ImageIds(np.fromstring(numbers, dtype=np.int64, sep=",") if numbers else np.empty(0, dtype=np.int64))


def get_images(session: Session, ids: Sequence[ImageId]) -> tuple[ImageRecord, ...]:
    """In the order of `ids`, without those that are not (or no longer) there."""
    found: dict[str, ImageRecord] = {}
    for chunk in chunked(map(int, ids), KEYS_PER_QUERY):
        for row in session.execute(select(*_COLUMNS).where(ImageRow.id.in_(chunk))):
            record = _to_domain(*row)
            found[record.id] = record
    return tuple(found[id] for id in ids if id in found)


def find_images(session: Session, project: ProjectId, paths: Iterable[str]) -> dict[str, ImageRecord]:
    """By path, those that the project has."""
    found: dict[str, ImageRecord] = {}
    for chunk in chunked(paths, KEYS_PER_QUERY):
        query = select(*_COLUMNS).where(ImageRow.project_id == project, ImageRow.path.in_(chunk))
        for row in session.execute(query):
            record = _to_domain(*row)
            found[record.path] = record
    return found


def find_copies(session: Session, project: ProjectId, sha256: str) -> tuple[ImageRecord, ...]:
    """The project's images with this content, by path."""
    query = select(*_COLUMNS).where(ImageRow.project_id == project, ImageRow.sha256 == sha256)
    return tuple(_to_domain(*row) for row in session.execute(query.order_by(ImageRow.path)))


def search_name(path: str) -> str:
    """The file's name as a person sees it, without regard to case and to how accents are composed."""
    return unicodedata.normalize("NFC", shown(path.rpartition("/")[2])).casefold()


def folded(text: str) -> str:
    """What was typed, as it is compared with `search_name`."""
    return unicodedata.normalize("NFC", text).casefold()


def _folder_conditions(filter: ImageFilter) -> list[ColumnElement[bool]]:
    if not filter.folders or "" in filter.folders:
        return []
    return [
        or_(
            *(
                # Everything from "a/b/" up to, but not with, "a/b0": "0" follows "/" among the bytes.
                or_(FolderRow.path == path, (FolderRow.path >= f"{path}/") & (FolderRow.path < f"{path}0"))
                for path in filter.folders
            )
        )
    ]


def conditions(session: Session, filter: ImageFilter, among: Sequence[int] | None = None) -> list[ColumnElement[bool]]:
    """What a row of an image must be like to match: first, that it is the project's. `among`: it will be asked of these
    images alone, which saves going through all annotations. Raises RefusedError where its `where` names what is not
    there."""
    result: list[ColumnElement[bool]] = [ImageRow.project_id == filter.project]
    below = _folder_conditions(filter)
    if below:
        folders = select(FolderRow.id).where(FolderRow.project_id == filter.project, *below)
        result.append(ImageRow.folder_id.in_(folders))
    if filter.name_contains:
        result.append(ImageRow.search_name.contains(folded(filter.name_contains), autoescape=True))
    if filter.categories:
        is_one = AnnotationRow.category_id.in_([int(id) for id in filter.categories])
        result.append(has_annotation(is_one, AnnotationRow.source != Source.MODEL.value, among=among))
    if filter.is_annotated is not None:
        result.append(ImageRow.is_annotated.is_(filter.is_annotated))
    if filter.is_without_concept:
        result.append(ImageRow.is_annotated & (ImageRow.n_annotations == 0))
    if filter.state is not None:
        result.append(ImageRow.state == filter.state.value)
    if filter.tag:
        result.append(ImageRow.id.in_(select(ImageTagRow.image_id).where(ImageTagRow.tag == filter.tag)))
    if filter.where is not None:
        result.append(where(session, filter.project, filter.where, among))
    return result


def _to_columns(image: ImageFacts) -> dict[str, Any]:
    return {
        "width": image.width,
        "height": image.height,
        "orientation": image.orientation,
        "sha256": image.sha256,
        "n_bytes": image.n_bytes,
        "mtime_ns": image.mtime_ns,
        "state": image.state.value,
        "damage": image.damage,
        "white": image.white,
    }


def _to_domain(key: int, project: str, path: str, *rest: Any) -> ImageRecord:
    width, height, orientation, sha256, n_bytes, state, damage, n_annotations, revision, white, added_at = rest
    return ImageRecord(
        id=ImageId(str(key)),
        project=ProjectId(project),
        path=path,
        width=width,
        height=height,
        orientation=orientation,
        sha256=sha256,
        n_bytes=n_bytes,
        state=ImageState(state),
        damage=damage,
        n_annotations=n_annotations,
        revision=revision,
        white=white,
        added_at=added_at,
    )
