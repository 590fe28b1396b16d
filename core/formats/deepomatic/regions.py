"""Makes annotations of Deepomatic's regions, of whichever of its forms. Coordinates are shares of the image."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.domain.details import AnnotationDetails
from core.domain.geometry import Box, Polygon
from core.domain.imports import RawAnnotation
from core.domain.names import shown
from core.domain.set_names import set_named
from core.formats.deepomatic.files import Views
from core.formats.reading.geometry_checks import check_shape
from core.formats.reading.json_values import as_name, as_number, as_text

THRESHOLD = "deepomatic:threshold"
_MODEL = "a model of Deepomatic"
_SIDES = ("xmin", "ymin", "xmax", "ymax")


@dataclass(slots=True)
class RegionsFound:
    """Of one image. `lost` are kind and text of what is left out or changed. `says_nothing_there`: a region of the
    whole image has no tag, on purpose."""

    annotations: list[RawAnnotation] = field(default_factory=list)
    lost: list[tuple[str, str]] = field(default_factory=list)
    says_nothing_there: bool = False
    n_regions: int = 0
    n_denied: int = 0  # concepts that are said not to be there
    n_several: int = 0  # regions of several tags


def read_regions(content: Mapping[str, Any], size: tuple[int, int] | None, views: Views) -> RegionsFound:
    """`size` is that of the picture; without it no place on it is known, and what has one is left out."""
    found = RegionsFound()
    maker = as_name(content.get("model")) or as_name(content.get("model_name")) or _MODEL
    for index, region in enumerate(regions_of(content)):
        found.n_regions += 1
        if not isinstance(region, dict):
            found.lost.append(("region-invalid", f"Region {index + 1} is no object; it is left out."))
            continue
        _read_one(index, region, size, views, maker, found)
    if found.says_nothing_there:
        found.says_nothing_there = not found.annotations and not found.lost
    return found


def regions_of(content: Mapping[str, Any]) -> Iterator[Any]:
    """Of all forms: `annotated_regions`, `annotations`, or the predicted labels of `outputs`."""
    for key in ("annotated_regions", "annotations"):
        regions = content.get(key)
        if isinstance(regions, list):
            yield from regions
            return
    outputs = content.get("outputs")
    for output in outputs if isinstance(outputs, list) else []:
        labels = output.get("labels") if isinstance(output, dict) else None
        predicted = labels.get("predicted") if isinstance(labels, dict) else None
        yield from predicted if isinstance(predicted, list) else []


def set_of(content: Mapping[str, Any]) -> str:
    """ "train", "val" or "test" where one is stated, and one only."""
    if content.get("is_test") is True:
        return "test"
    stated: list[Any] = [content.get("stage"), content.get("split")]
    splits = content.get("splits")
    for split in splits if isinstance(splits, list) else [splits]:
        stated += [name for name, value in split.items() if value is not False] if isinstance(split, dict) else [split]
    named = {meant.value for name in stated if isinstance(name, str) and (meant := set_named(name)) is not None}
    return named.pop() if len(named) == 1 else ""


def _read_one(
    index: int,
    region: Mapping[str, Any],
    size: tuple[int, int] | None,
    views: Views,
    maker: str,
    found: RegionsFound,
) -> None:
    names = _names(region, found)
    called = f'Region {index + 1} ("{shown(", ".join(names)[:60])}")' if names else f"Region {index + 1}"
    place = "has no label" if not names and "score" in region and "tags" not in region else _place(region)
    if isinstance(place, str):
        found.lost.append(("region-invalid", f"{called} {place}; it is left out."))
        return
    is_whole = place is None or (_is_all(place) and _speaks_of_all(names, region, views))
    if is_whole and not names:
        found.says_nothing_there = True
        return
    shape: Box | Polygon | None = None
    if not is_whole and place is not None:
        if size is None:
            text = f"{called} cannot be placed, for the size of its picture is not known; it is left out."
            found.lost.append(("image-size-unknown", text))
            return
        width, height = size
        checked = check_shape(place.moved(lambda x, y: (x * width, y * height)), width, height)
        if checked.kind:
            rest = "; it is left out." if checked.shape is None else "."
            found.lost.append((checked.kind, f"{called} {checked.text}{rest}"))
        if checked.shape is None:
            return
        shape = checked.shape
    found.n_several += len(names) > 1
    score = as_number(region.get("score"))
    made_by = maker if score is not None else ""
    confidence = score if score is not None and 0 <= score <= 1 else None
    details = _details(region)
    categories: list[str | None] = [*names] or [None]
    found.annotations += [RawAnnotation(name, shape, False, None, details, made_by, confidence) for name in categories]


def _names(region: Mapping[str, Any], found: RegionsFound) -> list[str]:
    """Tags, concepts but for those that are said not to be there, or the label of a prediction; each once."""
    if "label_name" in region:
        return [name for name in (as_name(region["label_name"]),) if name]
    names = []
    for key in ("tags", "concepts"):
        values = region.get(key)
        for value in values if isinstance(values, list) else []:
            if isinstance(value, dict) and value.get("bool") is False:
                found.n_denied += 1
                continue
            names.append(as_name(value.get("name") if isinstance(value, dict) else value))
    return list(dict.fromkeys(name for name in names if name))


def _place(region: Mapping[str, Any]) -> Box | Polygon | str | None:
    """In shares of the image; None = all of it; a text = why there is none, as the end of a sentence."""
    kind = region.get("region_type")
    where = region.get("region", region.get("roi"))
    if kind == "Whole" or (kind is None and not where):
        return None
    if not isinstance(where, dict):
        return "has no place"
    points = where.get("points") or where.get("polygon")
    if isinstance(points, list):
        ring = [value for point in points for value in _pair(point)]
        return Polygon((tuple(ring),)) if len(ring) == 2 * len(points) else "has points that are not pairs of numbers"
    sides = where.get("bbox") if isinstance(where.get("bbox"), dict) else where
    numbers = [as_number(sides.get(name)) for name in _SIDES] if isinstance(sides, dict) else []
    known = [number for number in numbers if number is not None]
    if len(known) != 4:
        return "has a place without xmin, xmax, ymin and ymax"
    return Box(*known)


def _pair(point: Any) -> list[float]:
    values = [point.get("x"), point.get("y")] if isinstance(point, dict) else point
    numbers = [as_number(value) for value in values] if isinstance(values, list) and len(values) == 2 else []
    return [number for number in numbers if number is not None]


def _is_all(place: Box | Polygon) -> bool:
    return isinstance(place, Box) and (place.x0, place.y0, place.x1, place.y1) == (0, 0, 1, 1)


def _speaks_of_all(names: list[str], region: Mapping[str, Any], views: Views) -> bool:
    """A box of the whole image in lines: they have no other way to speak of it."""
    is_of_lines = region.get("region_type") is None and "label_name" not in region
    return is_of_lines and all(name in views.whole and name not in views.detected for name in names)


def _details(region: Mapping[str, Any]) -> AnnotationDetails | None:
    threshold = as_text(region.get("threshold"))
    stated_id = as_name(region.get("id"))
    attributes = ((THRESHOLD, threshold),) if threshold else ()
    return AnnotationDetails(stated_id, attributes=attributes) if stated_id or attributes else None
