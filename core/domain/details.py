"""What a file says of an annotation or an image besides class and shape: kept, and written again where a format can."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from core.domain.geometry import Move, Ring
from core.domain.names import shown

_FORMAT = 1
_LONE = re.compile("[\ud800-\udfff]")
_PLAIN = re.compile(r"[A-Za-z0-9:/._~?=&%+-]*")  # what stands in JSON as it is


@dataclass(frozen=True, slots=True)
class AnnotationDetails:
    """Ids are those of the file, which `parent` refers to: the zone of a line, the page element of a zone.

    `attributes` are what else the file says, in its order; names that only one format knows begin with its slug and a
    colon ("coco:keypoints"), their values are then text in that format's own notation.
    """

    stated_id: str = ""
    parent: str = ""  # stated id of the annotation that this one belongs to
    order: int | None = None  # place in reading order among those of one parent, from 0
    text: str | None = None  # transcription
    baseline: Ring = ()  # open, x0, y0, x1, y1, ..., in pixels of the upright image
    is_baseline_derived: bool = False  # from the outline, for the file had none
    attributes: tuple[tuple[str, str], ...] = ()

    def get(self, name: str) -> str | None:
        """An attribute's value."""
        return next((value for key, value in self.attributes if key == name), None)

    def moved(self, move: Move) -> AnnotationDetails:
        """With the baseline where `move` puts it."""
        if not self.baseline:
            return self
        points = (move(x, y) for x, y in zip(self.baseline[0::2], self.baseline[1::2], strict=True))
        return replace(self, baseline=tuple(value for point in points for value in point))

    def to_text(self) -> str:
        """JSON with a format number, without what is empty."""
        content: dict[str, Any] = {"format": _FORMAT}
        content |= {"id": self.stated_id} if self.stated_id else {}
        content |= {"parent": self.parent} if self.parent else {}
        content |= {"order": self.order} if self.order is not None else {}
        content |= {"text": self.text} if self.text is not None else {}
        content |= {"baseline": [float(value) for value in self.baseline]} if self.baseline else {}
        content |= {"baseline_derived": True} if self.is_baseline_derived else {}
        content |= {"attributes": [list(pair) for pair in self.attributes]} if self.attributes else {}
        return _written(content)

    @classmethod
    def from_text(cls, text: str) -> AnnotationDetails:
        """Raises ValueError when it was not written by `to_text`, or by that of a newer Calque."""
        content = _parsed(text)
        try:
            return cls(
                stated_id=str(content.get("id", "")),
                parent=str(content.get("parent", "")),
                order=_order(content.get("order")),
                text=None if content.get("text") is None else str(content["text"]),
                baseline=_baseline(content.get("baseline", ())),
                is_baseline_derived=bool(content.get("baseline_derived", False)),
                attributes=_pairs(content),
            )
        except (TypeError, ValueError, OverflowError) as error:
            raise ValueError(f"The details of an annotation are damaged: {text[:80]!r}.") from error


@dataclass(frozen=True, slots=True)
class ImageDetails:
    """`url` is where the picture is on a server (an IIIF address, a link), `stated_id` the image's id in the file."""

    stated_id: str = ""
    url: str = ""
    attributes: tuple[tuple[str, str], ...] = ()

    def get(self, name: str) -> str | None:
        """An attribute's value."""
        return next((value for key, value in self.attributes if key == name), None)

    def to_text(self) -> str:
        """JSON with a format number, without what is empty."""
        if (
            not self.attributes and self.stated_id and _PLAIN.fullmatch(self.stated_id + self.url)
        ):  # of a hundred thousand
            url = f',"url":"{self.url}"' if self.url else ""
            return f'{{"format":{_FORMAT},"id":"{self.stated_id}"{url}}}'
        content: dict[str, Any] = {"format": _FORMAT}
        content |= {"id": self.stated_id} if self.stated_id else {}
        content |= {"url": self.url} if self.url else {}
        content |= {"attributes": [list(pair) for pair in self.attributes]} if self.attributes else {}
        return _written(content)

    @classmethod
    def from_text(cls, text: str) -> ImageDetails:
        """Raises ValueError when it was not written by `to_text`, or by that of a newer Calque."""
        content = _parsed(text)
        try:
            return cls(str(content.get("id", "")), str(content.get("url", "")), _pairs(content))
        except (TypeError, ValueError) as error:
            raise ValueError(f"The details of an image are damaged: {text[:80]!r}.") from error


def _written(content: Mapping[str, Any]) -> str:
    """Bytes of a file that are not UTF-8 stand in it as they are shown to people: no database takes lone surrogates."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return _LONE.sub(lambda found: "\\" + shown(found[0]), text)


def _parsed(text: str) -> Mapping[str, Any]:
    content = json.loads(text)
    if not isinstance(content, dict) or content.get("format") != _FORMAT:
        raise ValueError(f"The details are of a form that this Calque does not know: {text[:80]!r}.")
    return content


def _order(value: Any) -> int | None:
    order = None if value is None else int(value)
    if order is not None and not 0 <= order < 2**63:  # as large as a database's numbers
        raise ValueError(f"{order} is no place in an order")
    return order


def _baseline(values: Any) -> Ring:
    baseline = tuple(float(value) for value in values)
    if len(baseline) % 2 or not all(map(math.isfinite, baseline)):
        raise ValueError("these are no points")
    return baseline


def _pairs(content: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((str(name), str(value)) for name, value in content.get("attributes", ()))
