"""What the columns of a table mean: by the names in its first row, or by the first row itself where it has no names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from core.domain.names import is_image_name, one_line
from core.domain.set_names import set_named
from core.formats.reading.spellings import spellings

_ROLES: Mapping[str, str] = {
    name: role
    for role, names in {
        "image": "filename file image imagename imagefile imagefilename imagepath imageuri imageurl path filepath img "
        "imgname imgpath imageid uri gcsuri url fname picture filenames images",
        "width": "imagewidth imgwidth imagew imgw",
        "height": "imageheight imgheight imageh imgh",
        "class": "class label name category classname labelname categoryname labels classes tag tags object "
        "displayname classlabel",
        "x0": "xmin x0 left minx bboxxmin bboxx1 boxxmin",
        "y0": "ymin y0 top miny bboxymin bboxy1 boxymin",
        "x1": "xmax right maxx bboxxmax bboxx2 boxxmax",
        "y1": "ymax bottom maxy bboxymax bboxy2 boxymax",
        "x": "x bboxx boxx",
        "y": "y bboxy boxy",
        "w": "w bboxwidth bboxw boxwidth boxw",
        "h": "h bboxheight bboxh boxheight boxh",
        "cx": "cx xcenter xcentre centerx centrex",
        "cy": "cy ycenter ycentre centery centrey",
        "bbox": "bbox box",
        "outline": "outline polygon segmentation points vertices contour",
        "confidence": "confidence score conf prob probability",
        "madeby": "madeby",
        "set": "set split subset usage mluse mlusage dataset partition",
        "text": "text transcription",
        "crowd": "crowd iscrowd isgroupof",
        "shape": "shape",
        "details": "details",
        "imagedetails": "imagedetails",
    }.items()
    for name in names.split()
}
_EDGES = ("x0", "y0", "x1", "y1")
_VAGUE = frozenset({"name", "type", "object"})  # the class of a box, but of an image anything
_FLAGS = frozenset({"0", "1", "0.0", "1.0", "0,0", "1,0"})
_SETS = frozenset({"train", "validation", "validate", "test", "unassigned", "training"})
_NUMBER = re.compile(r"\s*-?\d+([.,]\d+)?\s*")


@dataclass(frozen=True, slots=True)
class Columns:
    """Places of columns by their role. `is_share` None = the coordinates show whether they are shares of the image."""

    roles: Mapping[str, int]
    others: tuple[tuple[int, str], ...] = ()  # what no role has, kept as attributes
    marks: tuple[tuple[int, str], ...] = ()  # a column for each class: 1 = the image is of it
    more_labels: int | None = None  # where further classes of the image begin
    n_cells: int | None = None  # None = any number
    has_header: bool = True
    is_share: bool | None = None
    is_human: bool = False  # what is called confidence is not that of a model
    edges: tuple[str, ...] = field(default=())  # the four roles of the box: corners, or a corner or centre with size

    @property
    def has_places(self) -> bool:
        return bool(self.edges) or "bbox" in self.roles or "outline" in self.roles

    @property
    def says_empty(self) -> bool:
        """Whether a row that only names its image says that nothing is there: in tables of classes, and in Google's
        (whose boxes are always shares), it says that nobody has labelled it."""
        return bool(self.marks) or (self.has_places and self.is_share is None and "class" in self.roles)


def columns_of(rows: Sequence[Sequence[str]]) -> Columns | None:
    """Of a table that begins with these rows; None when it does not speak of images."""
    if not rows or len(rows[0]) < 2:
        return None
    return _of_header(rows[0], rows[1:]) or _without_header(rows)


def _of_header(names: Sequence[str], rows: Sequence[Sequence[str]]) -> Columns | None:
    plain = [re.sub(r"[^a-z0-9]", "", name.casefold()) for name in names]
    found: dict[str, int] = {}
    for place, name in enumerate(plain):
        role = _ROLES.get(name)
        if role is not None:
            found.setdefault(role, place)
    for role, is_told in (("image", _is_image), ("class", _is_worded)):
        # Of several columns, one of numbers links to another table.
        places = [place for place, name in enumerate(plain) if _ROLES.get(name) == role]
        if len(places) > 1:
            found[role] = next((place for place in places if _holds(rows, place, is_told)), places[0])
    roles = _settled(plain, found)
    if "image" not in roles and "id" in plain and _holds(rows, plain.index("id"), _is_image):
        roles["image"] = plain.index("id")
    if "image" not in roles:
        return None
    edges = _edges(roles)
    has_places = bool(edges) or "bbox" in roles or "outline" in roles
    if not has_places and "class" in roles and plain[roles["class"]] in _VAGUE and "shape" not in roles:
        del roles["class"]
    taken = set(roles.values())
    rest = [(place, one_line(name)) for place, name in enumerate(names) if place not in taken and name.strip()]
    is_marked = not has_places and "class" not in roles and len(rest) > 1 and _is_marked(rows, rest)
    if not has_places and not is_marked and "class" not in roles:
        return None
    is_open_images = {"imageid", "labelname", "xmin"} <= set(plain)
    return Columns(
        roles,
        others=() if is_marked or is_open_images else tuple(rest),
        marks=tuple(rest) if is_marked else (),
        n_cells=len(names),
        is_share=True if is_open_images else None,
        is_human=is_open_images,
        edges=edges,
    )


def _settled(names: Sequence[str], roles: dict[str, int]) -> dict[str, int]:
    """`width` and `height` are the box's beside `x` and `y`, else the image's; x1 is the left border beside x2."""
    by_name = {name: place for place, name in reversed(list(enumerate(names)))}
    if {"x1", "y1", "x2", "y2"} <= by_name.keys():
        roles |= {"x0": by_name["x1"], "y0": by_name["y1"], "x1": by_name["x2"], "y1": by_name["y2"]}
    elif {"x0", "y0", "x1", "y1"} <= by_name.keys():
        roles |= {"x1": by_name["x1"], "y1": by_name["y1"]}
    has_corner = {"x", "y"} <= roles.keys() or {"cx", "cy"} <= roles.keys() or {"x0", "y0"} <= roles.keys()
    is_box = has_corner and not {"x1", "y1"} <= roles.keys() and not {"w", "h"} <= roles.keys()
    for name, own in (("width", "w"), ("height", "h")):
        if name in by_name:
            roles[own if is_box else name] = by_name[name]
    return roles


def _edges(roles: Mapping[str, int]) -> tuple[str, ...]:
    for edges in (_EDGES, ("x", "y", "w", "h"), ("x0", "y0", "w", "h"), ("cx", "cy", "w", "h")):
        if set(edges) <= roles.keys():
            return edges
    return ()


def _without_header(rows: Sequence[Sequence[str]]) -> Columns | None:
    """RetinaNet's path, x1, y1, x2, y2, class; Google's set, address, label, corners; path and labels."""
    first = rows[0]
    at = 1 if first[0].strip().casefold() in _SETS | {""} and len(first) > 2 else 0
    if not _is_image(first[at]):
        return None
    roles = {"image": at} | ({"set": 0} if at else {})
    rest = len(first) - at
    if rest >= 10:
        roles |= {"class": at + 1, "x0": at + 2, "y0": at + 3, "x1": at + 6, "y1": at + 7}
        return Columns(roles, n_cells=len(first), has_header=False, is_share=True, edges=_EDGES)
    filled = next((row for row in rows if any(cell.strip() for cell in row[at + 1 :])), first)
    if rest == 6 and all(_NUMBER.fullmatch(cell) for cell in filled[at + 1 : at + 5]):
        roles |= {"x0": at + 1, "y0": at + 2, "x1": at + 3, "y1": at + 4, "class": at + 5}
        return Columns(roles, n_cells=len(first), has_header=False, edges=_EDGES)
    if any(_NUMBER.fullmatch(cell) for cell in filled[at + 2 :]):
        return None  # numbers of which nothing says what they are
    return Columns(roles | {"class": at + 1}, more_labels=at + 2, has_header=False)


def _is_marked(rows: Sequence[Sequence[str]], rest: Iterable[tuple[int, str]]) -> bool:
    cells = [row[place].strip() for row in rows for place, _ in rest if place < len(row)]
    return bool(cells) and all(cell in _FLAGS for cell in cells)


def _holds(rows: Sequence[Sequence[str]], place: int, is_told: Callable[[str], bool]) -> bool:
    return any(len(row) > place and is_told(row[place]) for row in rows)


def _is_worded(cell: str) -> bool:
    return bool(cell.strip()) and not _NUMBER.fullmatch(cell)


def _is_image(cell: str) -> bool:
    return any(is_image_name(name.rpartition("/")[2]) for name in spellings(cell.strip()))


def set_of(cell: str) -> str:
    """ "train", "val", "test", or "" for none of them."""
    split = set_named(cell.replace("_", " "))
    if cell.strip().casefold() == "validate":
        return "val"
    return split.value if split is not None else ""
