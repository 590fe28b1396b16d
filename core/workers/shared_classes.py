"""Which classes two lists have in common: what a start knows of them is kept (W-141)."""

from __future__ import annotations

from collections.abc import Sequence


def shared_classes(known: Sequence[str], wanted: Sequence[str]) -> dict[int, int]:
    """Places in `wanted`, in its order, to places in `known`: of the same name; where there is none, of the first that
    differs in upper and lower case or in spaces around it, unless another of `wanted` has that name exactly."""
    exact = {name: place for place, name in reversed(list(enumerate(known)))}
    spoken_for = {exact[name] for name in wanted if name in exact}
    alike: dict[str, int] = {}
    for place, name in enumerate(known):
        if place not in spoken_for:
            alike.setdefault(_plain(name), place)
    found = ((place, exact.get(name, alike.get(_plain(name)))) for place, name in enumerate(wanted))
    return {place: other for place, other in found if other is not None}


def _plain(name: str) -> str:
    return name.strip().casefold()
