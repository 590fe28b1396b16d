"""Makes annotations of the results of an annotation: what is sound is kept, the rest is reported or counted."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.domain.details import AnnotationDetails
from core.domain.imports import RawAnnotation
from core.domain.names import one_line, shown
from core.formats.label_studio.places import Size, geometry_of, size_of
from core.formats.parts import PartsFound
from core.formats.reading.geometry_checks import check_shape
from core.formats.reading.json_values import as_name, as_number, as_text, storable

PART = "label-studio:part"
NOTE = "label-studio:note"
META = "label-studio:meta."
_PART = re.compile(r"(.{1,80})-part\d{1,6}")
_SHAPES = frozenset({"rectangle", "polygon", "ellipse", "brush", "bitmask"})
_SAID = frozenset({"choices", "taxonomy", "rating", "number", "datetime", "textarea"})
_MOST_TEXT = 2000


@dataclass(slots=True)
class ResultsFound:
    """Of one task. `problems` are kinds and texts; the numbers are told for the whole import."""

    annotations: list[RawAnnotation] = field(default_factory=list)
    problems: list[tuple[str, str]] = field(default_factory=list)
    attributes: dict[str, str] = field(default_factory=dict)  # of the image
    not_read: Counter[str] = field(default_factory=Counter)  # kinds of results that are no shapes of an image
    n_results: int = 0
    n_ellipses: int = 0
    n_joined: int = 0
    n_relations: int = 0
    n_several: int = 0  # regions with several labels
    n_long: int = 0


@dataclass(slots=True)
class _Region:
    """Results that share an id."""

    stated_id: str
    kind: str = ""  # of its shape
    drawn: Mapping[str, Any] = field(default_factory=dict)
    labels: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    said: list[tuple[str, str, list[str]]] = field(default_factory=list)  # kind, name of the control, words
    meta: Mapping[str, Any] = field(default_factory=dict)
    score: float | None = None


def read_results(
    results: Any, size: Size | None, found: ResultsFound, *, made_by: str = "", score: float | None = None
) -> None:
    """`size` is that of the picture (None = unknown: then what a result states counts). With `made_by`, a model's."""
    parts = PartsFound(PART)
    for region in _regions(results if isinstance(results, list) else [], found):
        if region.kind:
            for annotation in _annotations(region, size, found, made_by, score):
                parts.add(annotation, is_part=True)
        else:
            for annotation in _of_image(region, found, made_by, score):
                parts.add(annotation, is_part=False)
    found.annotations += parts.annotations
    found.n_joined += parts.n_joined


def _regions(results: Iterable[Any], found: ResultsFound) -> Iterable[_Region]:
    regions: dict[str, _Region] = {}
    for number, result in enumerate(results):
        if not isinstance(result, dict):
            found.problems.append(("result-invalid", f"Result {number + 1} is no record; it is left out."))
            continue
        found.n_results += 1
        kind = as_text(result.get("type")).lower()
        if kind == "relation":
            found.n_relations += 1
            continue
        stated = as_text(result.get("id"))[:100]
        region = regions.setdefault(stated or f"\0{number}", _Region(stated))
        _take(region, kind, result, found)
    return regions.values()


def _take(region: _Region, kind: str, result: Mapping[str, Any], found: ResultsFound) -> None:
    value = result.get("value")
    value = value if isinstance(value, dict) else {}
    shape = _kind_of(kind, value)
    said = kind if kind in _SAID else ""
    if shape and not region.kind and not said:
        region.kind, region.drawn = shape, result
    if said:
        _hear(region, kind, result, value)
    elif shape or kind == "labels":
        keys = [kind, *(key for key in value if isinstance(key, str) and key.endswith("labels"))]
        names: list[Any] = next((value[key] for key in keys if isinstance(value.get(key), list)), [])
        region.labels += [name for stated in names if (name := as_name(stated))]
    else:
        found.not_read[shown(kind) or "unknown"] += 1
    texts = result.get("texts")
    region.texts += [storable(text) for text in texts if isinstance(text, str)] if isinstance(texts, list) else []
    region.meta = result["meta"] if isinstance(result.get("meta"), dict) else region.meta
    number = as_number(result.get("score"))
    region.score = number if number is not None and 0 <= number <= 1 else region.score


def _kind_of(kind: str, value: Mapping[str, Any]) -> str:
    """Of the shape that a result has; "" = none that is read."""
    plain = kind.removesuffix("labels")
    if plain in _SHAPES:
        return plain
    if plain:
        return ""
    if "points" in value:
        return "polygon"
    if "rle" in value:
        return "brush"
    if "radiusX" in value:
        return "ellipse"
    return "rectangle" if "width" in value and "height" in value else ""


def _hear(region: _Region, kind: str, result: Mapping[str, Any], value: Mapping[str, Any]) -> None:
    name = one_line(as_text(result.get("from_name"))) or kind
    stated = value.get("text" if kind == "textarea" else kind)
    parts = stated if isinstance(stated, list) else [stated]
    if kind == "textarea":
        region.texts += [storable(text) for text in parts if isinstance(text, str)]
    if kind == "taxonomy":
        parts = [" / ".join(map(as_text, part)) if isinstance(part, list) else part for part in parts]
    words = [word for part in parts if (word := one_line(as_text(part)))]
    if words:
        region.said.append((kind, name, words))


def _of_image(region: _Region, found: ResultsFound, made_by: str, score: float | None) -> Iterator[RawAnnotation]:
    """Choices without a region are classes of the whole image, all else is kept as its attribute."""
    for kind, name, words in region.said:
        if kind in ("choices", "taxonomy"):
            confidence = (region.score if region.score is not None else score) if made_by else None
            for word in words:
                yield RawAnnotation(word, None, made_by=made_by, confidence=confidence)
        elif not made_by:
            found.attributes[name] = "\n".join(words)[:_MOST_TEXT]


def _annotations(
    region: _Region, size: Size | None, found: ResultsFound, made_by: str, score: float | None
) -> Iterator[RawAnnotation]:
    labels = list(dict.fromkeys(region.labels))
    called = f'The {region.kind} "{shown(labels[0])}"' if labels else f"A {region.kind}"
    if not labels:
        found.problems.append(("class-missing", f"{called} has no label; it is left out."))
        return
    shape = geometry_of(region.kind, region.drawn, size)
    if isinstance(shape, str):
        kind = "mask-invalid" if region.kind in ("brush", "bitmask") else "coordinates-invalid"
        found.problems.append((kind, f"{called} {shape}; it is left out."))
        return
    own = size or size_of(region.drawn)
    checked = check_shape(shape, *(own or (None, None)))
    if checked.kind:
        rest = "; it is left out." if checked.shape is None else "."
        found.problems.append((checked.kind, f"{called} {checked.text}{rest}"))
    if checked.shape is None:
        return
    found.n_ellipses += region.kind == "ellipse"
    found.n_several += len(labels) > 1
    confidence = (region.score if region.score is not None else score) if made_by else None
    for label in labels:
        yield RawAnnotation(
            label, checked.shape, details=_details(region, found), made_by=made_by, confidence=confidence
        )


def _details(region: _Region, found: ResultsFound) -> AnnotationDetails | None:
    pairs: list[tuple[str, str]] = []
    stated_id = region.stated_id
    part = _PART.fullmatch(stated_id)
    if part:
        stated_id = part[1]
        pairs.append((PART, stated_id))
    pairs += [(name, ", ".join(words)) for kind, name, words in region.said if kind != "textarea"]
    pairs += _meta(region.meta)
    found.n_long += sum(len(value) > _MOST_TEXT for _, value in pairs)
    kept = {name: value for name, value in pairs if len(value) <= _MOST_TEXT}
    text = "\n".join(region.texts) if region.texts else None
    details = AnnotationDetails(stated_id, text=text, attributes=tuple(kept.items()))
    return details if stated_id or kept or text is not None else None


def _meta(meta: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in meta.items():
        if key == "text" and isinstance(value, list):
            yield NOTE, "\n".join(map(as_text, value))
        elif key == "attributes" and isinstance(value, dict):
            yield from ((shown(name), as_text(one)) for name, one in value.items() if name.strip())
        elif value not in (None, "", [], {}):
            yield META + shown(key), json.dumps(value)
