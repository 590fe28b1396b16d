"""The ways in which a stated file name may be meant: as it stands, with "/" for "\\", or as part of an address."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote, unquote

_UNSPEAKABLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_QUERY = re.compile(r"[?&]d=([^&#]+)")  # how a labelling server names a file of the disk that it serves
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://[^/?#]*([^?#]*)")
_TASK_PREFIX = re.compile(r"[0-9a-f]{8}-(?=.)")  # what Label Studio puts before the name of a file that is uploaded


def without_task_prefix(name: str) -> str:
    """A file's name without the eight digits by which Label Studio tells uploads apart."""
    return _TASK_PREFIX.sub("", name, count=1) if _TASK_PREFIX.match(name) else name


def spellings(name: str) -> Iterator[str]:
    """The literal name first; each one once. Bytes that are no UTF-8 come as the disk's names have them."""
    found = [name, name.replace("\\", "/")]
    query, address = _QUERY.search(name), _ADDRESS.match(name)
    found += [_decoded(query[1])] if query else []
    found += [_decoded(address[1])] if address else []
    found.append(_decoded(name))
    yield from (spelling for spelling in dict.fromkeys(found) if spelling.strip("/ ") and "\0" not in spelling)


def stated_name(name: str) -> str:
    """A file name for a text that `spellings` reads again: as in an address where it has bytes that are no UTF-8, or
    signs that no text may have; else as it is."""
    return quote(name, safe="/ ", errors="surrogateescape") if _UNSPEAKABLE.search(name) else name


def _decoded(text: str) -> str:
    return unquote(text, errors="surrogateescape") if "%" in text else text
