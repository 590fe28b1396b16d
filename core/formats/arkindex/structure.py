"""Finds out what an export's element types are: pages, classes, or folders; and which sets its datasets make."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from core.domain.counting import counted
from core.domain.imports import ImportSource, Problem, Severity
from core.domain.names import listed_names, one_line, shown
from core.domain.set_names import set_named
from core.errors import FormatError
from core.formats.arkindex.database import APPLICATION_ID, Database
from core.formats.arkindex.polygons import covers

NEWEST_VERSION = 12
_SAMPLE = 50  # elements of a type whose outlines are looked at
_DEV = {"dev": "val"}


@dataclass(frozen=True, slots=True)
class Structure:
    """`page_type` "" = no type stands for pages. `names` are the classes of the types that are taken, in order."""

    page_type: str
    names: Mapping[str, str]
    is_ours: bool
    problems: tuple[Problem, ...] = ()


@dataclass(slots=True)
class Sets:
    """`by_image` has "" for an image that several sets name; `members` every image of the dataset."""

    by_image: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


@dataclass(slots=True)
class _Types:
    counts: dict[str, tuple[int, int]] = field(default_factory=dict)  # with an outline: elements, images
    links: Counter[tuple[str, str]] = field(default_factory=Counter)  # of parents' and children's types


def find_structure(database: Database, source: ImportSource) -> Structure:
    """Raises FormatError (E-202) for another SQLite database, and for options that name no type of it."""
    _require_export(database)
    problems = _version_problems(database)
    types = _types_of(database)
    if not types.counts:
        text = f'"{shown(database.path.name)}" has no element on an image.'
        raise FormatError(text, file=database.path, hint="Export the project with its pages.")
    is_ours = database.one("PRAGMA application_id") == (APPLICATION_ID,)
    page_type = _wanted_page(source, types, database.path) or _likeliest_page(database, types)
    taken = _wanted_types(source, types, database.path) or _all_types(types, page_type)
    names = _class_names(database)
    structure = {slug: names.get(slug, one_line(slug) or "element") for slug in taken}
    if not is_ours:
        problems.append(_told(database.path, types, page_type, taken))
    return Structure(page_type, structure, is_ours, tuple(problems))


def find_sets(database: Database, source: ImportSource) -> Sets:
    """Those of the only dataset, or of the one that the option names. Elements may be pages, parts of them, or folders
    of them. Raises FormatError when there is no such dataset."""
    sets = Sets()
    if not (database.has("dataset", "id", "name") and database.has("dataset_element", "dataset_id", "set_name")):
        return sets
    known = {str(row[0]): one_line(str(row[1])) for row in database.rows("SELECT id, name FROM dataset ORDER BY name")}
    wanted = source.option("dataset").strip()
    chosen = [key for key, name in known.items() if wanted in (key, name)] if wanted else list(known)
    if wanted and not chosen:
        hint = f"It has: {listed_names(list(known.values()), 20)}." if known else "It has no dataset."
        raise FormatError(f'There is no dataset "{shown(wanted)}".', file=database.path, hint=hint)
    if len(chosen) > 1:
        text = (
            f"There are {len(chosen)} datasets ({listed_names([known[key] for key in chosen])}); no sets are taken. "
            'Name one with the option "dataset".'
        )
        sets.problems.append(Problem("datasets-not-taken", text, str(database.path)))
    elif chosen:
        _fill_sets(database, chosen[0], sets)
    return sets


def _require_export(database: Database) -> None:
    if not (database.has("element", "id", "type", "image_id", "polygon") and database.has("image", "id", "url")):
        text = f'"{shown(database.path.name)}" is a SQLite database, but not an export of Arkindex.'
        hint = "Choose the database that Arkindex made when the project was exported."
        raise FormatError(text, file=database.path, hint=hint, code="E-202")


def _version_problems(database: Database) -> list[Problem]:
    """Columns are looked up, so no version is refused."""
    row = (
        database.one("SELECT version FROM export_version LIMIT 1")
        if database.has("export_version", "version")
        else None
    )
    version = row[0] if row else None
    if isinstance(version, str) and version.isascii() and version.isdecimal() and len(version) < 10:
        version = int(version)
    if not isinstance(version, int):
        text = "The export does not say of which version it is; what is known of it is read."
        return [Problem("export-version-missing", text, str(database.path))]
    if version <= NEWEST_VERSION:
        return []
    text = (
        f"The export is of version {version}, newer than {NEWEST_VERSION}, the newest that is known here; columns that "
        "are unknown are ignored."
    )
    return [Problem("export-version-newer", text, str(database.path), code="W-203")]


def _types_of(database: Database) -> _Types:
    types = _Types()
    for slug, n, n_images in database.rows(
        "SELECT type, count(*), count(DISTINCT image_id) FROM element WHERE image_id IS NOT NULL"
        " AND polygon IS NOT NULL AND typeof(type) = 'text' GROUP BY type ORDER BY min(rowid)"
    ):
        types.counts[slug] = (n, n_images)
    if database.has("element_path", "parent_id", "child_id"):
        for parent, child, n in database.rows(
            "SELECT p.type, c.type, count(*) FROM element_path l JOIN element c ON c.id = l.child_id"
            " JOIN element p ON p.id = l.parent_id GROUP BY 1, 2"
        ):
            types.links[str(parent), str(child)] = n
    return types


def _likeliest_page(database: Database, types: _Types) -> str:
    """Of the types on images that lie in no other of these, the one in which most elements lie; else the one whose
    outlines cover their images. "" when no type does either."""
    links = types.links
    inner = {child for parent, child in links if parent in types.counts and links[parent, child] > links[child, parent]}
    roots = [slug for slug in types.counts if slug not in inner] or list(types.counts)
    n_inside = {
        slug: sum(n for (parent, child), n in types.links.items() if parent == slug != child and child in types.counts)
        for slug in roots
    }
    share = {slug: _share_covering(database, slug) for slug in roots}
    best = max(roots, key=lambda slug: (n_inside[slug], share[slug], slug == "page", types.counts[slug][1]))
    return best if n_inside[best] or share[best] > 0.5 or best == "page" else ""


def _share_covering(database: Database, slug: str) -> float:
    if not database.has("image", "width", "height"):
        return 0.0
    query = (
        "SELECT e.polygon, i.width, i.height FROM element e JOIN image i ON i.id = e.image_id WHERE e.type = ?"
        f" AND e.polygon IS NOT NULL LIMIT {_SAMPLE}"
    )
    seen = [covers(*row) for row in database.rows(query, (slug,))]
    return sum(seen) / len(seen) if seen else 0.0


def _all_types(types: _Types, page_type: str) -> list[str]:
    """All with outlines but the pages and what holds pages: folders, volumes, double pages."""
    inside = _reached(page_type, list(types.links))
    around = _reached(page_type, [(child, parent) for parent, child in types.links]) - inside
    return [slug for slug in types.counts if slug != page_type and slug not in around]


def _reached(start: str, links: list[tuple[str, str]]) -> set[str]:
    found: set[str] = set()
    waiting = [start] if start else []
    while waiting:
        place = waiting.pop()
        new = {end for begin, end in links if begin == place} - found
        found |= new
        waiting += new
    return found


def _wanted_page(source: ImportSource, types: _Types, path: Path) -> str:
    wanted = source.option("page-type").strip()
    if wanted and wanted not in types.counts:
        raise _no_such_type(wanted, types, path)
    return wanted


def _wanted_types(source: ImportSource, types: _Types, path: Path) -> list[str]:
    wanted = [slug.strip() for slug in source.option("types").split(",") if slug.strip()]
    for slug in wanted:
        if slug not in types.counts:
            raise _no_such_type(slug, types, path)
    return list(dict.fromkeys(wanted))


def _no_such_type(wanted: str, types: _Types, path: Path) -> FormatError:
    text = f'No element on an image is of the type "{shown(wanted)}".'
    return FormatError(text, file=path, hint=f"There are: {listed_names(list(types.counts), 20)}.")


def _class_names(database: Database) -> dict[str, str]:
    """The full names of classes, in files that Calque made."""
    if not database.has("calque_class", "type", "name"):
        return {}
    rows = database.rows("SELECT type, name FROM calque_class ORDER BY rowid")
    return {str(slug): one_line(name) for slug, name in rows if isinstance(name, str) and one_line(name)}


def class_order(database: Database) -> list[str]:
    """Of files that Calque made: also those without an element."""
    return list(_class_names(database).values())


def _told(path: Path, types: _Types, page_type: str, taken: list[str]) -> Problem:
    n = types.counts.get(page_type, (0, 0))[0]
    pages = f'{counted(n, "element")} of the type "{shown(page_type)}" {"is a page" if n == 1 else "are pages"}'
    pages = pages if page_type else "No type of elements stands for pages"
    left = [slug for slug in types.counts if slug not in taken and slug != page_type]
    classes = (
        f"the classes are {listed_names(taken, 20)}" if taken else "no other type has outlines, so there is no class"
    )
    rest = f"; passed over, for they hold pages or were not named: {listed_names(left, 20)}" if left else ""
    return Problem("arkindex-types", f"{pages}; {classes}{rest}.", str(path), severity=Severity.INFO)


def _fill_sets(database: Database, dataset: str, sets: Sets) -> None:
    found: dict[str, set[str]] = {}
    others: Counter[str] = Counter()
    for image, name in _images_of_sets(database, dataset):
        found.setdefault(image, set()).add(name)
    n_several = 0
    for image, names in found.items():
        known = {_set_of(name) for name in names}
        others.update(name for name in names if not _set_of(name))
        n_several += len(known) > 1
        sets.by_image[image] = known.pop() if len(known) == 1 else ""
    file = str(database.path)
    if n_several:
        text = f"{counted(n_several, 'image is', 'images are')} in several sets of the dataset and in none here."
        sets.problems.append(Problem("image-in-several-sets", text, file))
    for name, n in sorted(others.items()):
        text = (
            f'The set "{shown(one_line(name))}" ({counted(n, "image")}) is none of train, val and test; it is not kept.'
        )
        sets.problems.append(Problem("set-unknown", text, file))


def _images_of_sets(database: Database, dataset: str) -> set[tuple[str, str]]:
    of_elements = "FROM dataset_element d JOIN element e ON e.id = d.element_id WHERE d.dataset_id = ?"
    query = f"SELECT DISTINCT e.image_id, d.set_name {of_elements} AND e.image_id IS NOT NULL"
    found = {(str(image), str(name)) for image, name in database.rows(query, (dataset,))}
    folders = database.one(f"SELECT 1 {of_elements} AND e.image_id IS NULL LIMIT 1", (dataset,))
    if folders and database.has("element_path", "parent_id", "child_id"):
        # UNION, not UNION ALL: each place once, so that a circle of elements ends.
        query = (
            f"WITH RECURSIVE inside(id, name) AS (SELECT e.id, d.set_name {of_elements} AND e.image_id IS NULL UNION "
            "SELECT l.child_id, inside.name FROM inside JOIN element_path l ON l.parent_id = inside.id) "
            "SELECT DISTINCT e.image_id, inside.name FROM inside JOIN element e ON e.id = inside.id"
            " WHERE e.image_id IS NOT NULL"
        )
        found |= {(str(image), str(name)) for image, name in database.rows(query, (dataset,))}
    return found


def _set_of(name: str) -> str:
    found = set_named(name)
    return found.value if found is not None else _DEV.get(name.strip().casefold(), "")
