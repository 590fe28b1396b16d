"""Attributes of PAGE elements that are kept as they are, and written again where the version has them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from core.domain.details import AnnotationDetails, ImageDetails
from core.formats.layout.xml_text import attribute

_PREFIX = "page:"
CUSTOM = f"{_PREFIX}custom"
UNDATED = "1970-01-01T00:00:00"
"""When a file was made of which nobody knows it: the same annotations give the same file, whenever they are written."""

_LANGUAGES = {"primaryLanguage", "secondaryLanguage"}
_SCRIPTS = {"primaryScript", "secondaryScript"}

# What each may say, so that no file becomes invalid by what another stated.
_NUMBER = re.compile(r"-?\d{1,9}(\.\d{1,9})?")
_NAME = re.compile(r"[A-Z][A-Za-z' (),.-]*")
_SCRIPT = re.compile(r"[A-Z][a-z]{3} - .+|other")
_DIRECTION = re.compile("left-to-right|right-to-left|top-to-bottom|bottom-to-top")
_BOOLEAN = re.compile("true|false|0|1")
_PRODUCTION = re.compile("printed|typewritten|handwritten-cursive|handwritten-printscript|medieval-manuscript|other")
_PAGE_TYPE = re.compile("front-cover|back-cover|title|table-of-contents|index|content|blank|other")
_MAY_SAY = {
    "orientation": _NUMBER,
    "leading": re.compile(r"\d{1,9}"),
    "indented": _BOOLEAN,
    "continuation": _BOOLEAN,
    "readingDirection": _DIRECTION,
    "textLineOrder": _DIRECTION,
    "readingOrientation": _NUMBER,
    "align": re.compile("left|centre|right|justify"),
    "primaryLanguage": _NAME,
    "secondaryLanguage": _NAME,
    "primaryScript": _SCRIPT,
    "secondaryScript": _SCRIPT,
    "production": _PRODUCTION,
    "comments": re.compile("(?s).+"),
    "type": _PAGE_TYPE,
    "imageXResolution": _NUMBER,
    "imageYResolution": _NUMBER,
    "imageResolutionUnit": re.compile("PPI|PPCM|other"),
}
_OF_REGION = {
    *("orientation", "leading", "indented", "readingDirection", "readingOrientation", "align"),
    *("production", "comments", "textLineOrder", "continuation", *_LANGUAGES, *_SCRIPTS),
}
_OF_LINE = {"primaryLanguage", "primaryScript", "secondaryScript", "readingDirection", "production", "comments"}
_OF_PAGE = {
    *("type", "readingDirection", "orientation", "textLineOrder"),
    *("imageXResolution", "imageYResolution", "imageResolutionUnit", *_LANGUAGES, *_SCRIPTS),
}
_KNOWN = _OF_REGION | {"id", "type", "custom"}
_IN_2013 = {
    "region": _OF_REGION - {"textLineOrder", "continuation"},
    "line": {"primaryLanguage", "production", "comments"},
    "page": {"type"},
}
_IN_2019 = {"region": _OF_REGION, "line": _OF_LINE, "page": _OF_PAGE}


def kept_of_element(stated: Mapping[str, str], custom: str) -> tuple[tuple[str, str], ...]:
    """Of a region or line. `custom` are the groups of its custom that nothing else reads."""
    kept = tuple((f"{_PREFIX}{name}", stated[name]) for name in stated if name in _OF_REGION and stated[name])
    return (*kept, (CUSTOM, custom)) if custom else kept


def has_more(stated: Mapping[str, str]) -> bool:
    """Whether a region or line states something that is not kept: rows, columns, colours ..."""
    return not stated.keys() <= _KNOWN


def kept_of_page(stated: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((f"{_PREFIX}{name}", stated[name]) for name in stated if name in _OF_PAGE and stated[name])


def written(details: AnnotationDetails | ImageDetails, element: str, version: str) -> str:
    """The attributes of an element ("region", "line", "page"), each with a space before it."""
    return "".join(f" {name}={attribute(value)}" for name, value in _writable(details, element, version))


def _writable(details: AnnotationDetails | ImageDetails, element: str, version: str) -> Iterator[tuple[str, str]]:
    allowed = (_IN_2013 if version == "2013" else _IN_2019)[element]
    for key, value in details.attributes:
        name = key.removeprefix(_PREFIX)
        if key.startswith(_PREFIX) and name in allowed and _MAY_SAY[name].fullmatch(value):
            yield name, value
