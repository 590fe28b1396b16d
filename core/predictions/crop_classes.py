"""What model.json says of a version that labels crops."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

CROPS, OF, MARGIN = "crops", "of", "margin"
"""Keys of model.json: what was cut out to be labelled, and how much of its surroundings."""


def crop_of(model: Mapping[str, Any]) -> tuple[str, ...]:
    """The classes whose shapes the version labels; () = it labels whole images."""
    stated = model.get(CROPS)
    names = stated.get(OF) if isinstance(stated, Mapping) else None
    return tuple(str(name) for name in names) if isinstance(names, list | tuple) else ()
