"""What an export says of an image and its pages, kept for the way back."""

from __future__ import annotations

import json

from core.domain.details import ImageDetails
from core.formats.arkindex.objects import (
    MIRRORED,
    ROTATION,
    STATED_ID,
    Taking,
    is_derived,
    metadata_of,
    storable,
    text_of,
    turning_of,
)
from core.formats.arkindex.polygons import is_rectangle, parse_polygon
from core.formats.arkindex.streams import Element, ImageRows

PAGE = "arkindex:page"
SERVER = "arkindex:server"
IIIF = "arkindex:iiif-version"
TEXT = "arkindex:text"


def image_details(rows: ImageRows, pages: list[Element], taking: Taking) -> ImageDetails | None:
    """None where a file that Calque made says nothing but what it had to make up."""
    attributes: list[tuple[str, str]] = []
    stated_id, url = storable(rows.id), storable(rows.url)
    for page in pages:
        attributes += metadata_of(rows, page.id)
        text = text_of(rows.texts.get(page.id, []), taking.workers)
        attributes += [(TEXT, text[0])] if text is not None else []
        if not (taking.is_ours and is_derived(page.id)):
            attributes.append((PAGE, _page_text(page, rows, is_only=len(pages) == 1)))
    if taking.is_ours:
        given = dict(attributes)
        if is_derived(rows.id):
            stated_id = given.get(STATED_ID, "")
        if url.startswith("images/"):
            url = ""
        attributes = [pair for pair in attributes if pair[0] != STATED_ID]
    if url and isinstance(rows.server, str) and not url.startswith(rows.server.rstrip("/") + "/"):
        attributes.append((SERVER, storable(rows.server)))
    if url and rows.iiif == 3:
        attributes.append((IIIF, "3"))
    if not (stated_id or url or attributes):
        return None
    return ImageDetails(stated_id, url, tuple(attributes))


def _page_text(page: Element, rows: ImageRows, *, is_only: bool) -> str:
    """The page element as JSON, for the way back; its outline where it is not the whole image."""
    content: dict[str, object] = {"id": page.id, "name": page.name if isinstance(page.name, str) else ""}
    ring = parse_polygon(page.polygon) or ()
    width, height = rows.width, rows.height
    is_whole = is_rectangle(ring) and (min(ring), max(ring[0::2]), max(ring[1::2])) == (0, width, height)
    if ring and not (is_only and is_whole) and all(abs(value) < 1e9 for value in ring):
        content["polygon"] = list(ring)
    turning = dict(turning_of(page))
    content |= {name: turning[key] for key, name in ((ROTATION, "rotation"), (MIRRORED, "mirrored")) if key in turning}
    return storable(json.dumps(content, ensure_ascii=True))
