"""What a person looked at last in a project, as a text: read back at the next start, or not at all."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from core.domain.image_order import SortKey, SortOrder

FORMAT = 1


@dataclass(frozen=True, slots=True)
class LastView:
    """Ids as text: what is gone meanwhile is not found, and that harms nothing."""

    project: str
    tab: str = ""
    folder: str = ""
    categories: tuple[str, ...] = ()
    name_contains: str = ""
    is_annotated: bool | None = None
    tag: str = ""
    where: str = ""  # a filter in its stored form, "" = none
    sort: str = SortKey.PATH.value
    is_descending: bool = False
    top: str = ""  # the image at the top of the screen
    current: str = ""  # the image that is current
    is_without_concept: bool = False

    @property
    def order(self) -> SortOrder:
        return SortOrder(SortKey(self.sort), self.is_descending)


def to_text(view: LastView) -> str:
    return json.dumps({"format": FORMAT, **asdict(view)})


def read_view(text: str) -> LastView | None:
    """None for what is none of ours, or of another Calque."""
    try:
        found = json.loads(text)
    except ValueError:
        return None
    if not isinstance(found, dict) or found.get("format") != FORMAT or not _is_text(found.get("project")):
        return None
    if not all(_is_text(found.get(name, "")) for name in _TEXTS):
        return None
    categories, is_annotated = found.get("categories", []), found.get("is_annotated")
    if not isinstance(categories, list) or not all(map(_is_text, categories)):
        return None
    if is_annotated is not None and not isinstance(is_annotated, bool):
        return None
    if found.get("sort", SortKey.PATH) not in set(SortKey):
        return None
    return LastView(
        categories=tuple(categories),
        is_annotated=is_annotated,
        is_without_concept=found.get("is_without_concept") is True,
        is_descending=found.get("is_descending") is True,
        **{name: found.get(name, "") for name in _TEXTS if name != "sort"},
        sort=found.get("sort", SortKey.PATH.value),
    )


_TEXTS = ("project", "tab", "folder", "name_contains", "tag", "where", "sort", "top", "current")


def _is_text(value: Any) -> bool:
    return isinstance(value, str)
