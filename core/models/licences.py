"""The licences of a version: of its network's code, and of all weights that it descends from. For its card and exports.

They are written down when a version is published (`licences` in model.json), and handed on to what starts from it: a
version's own files tell its whole lineage, wherever they are taken.
"""

from __future__ import annotations

import importlib.metadata
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from core.domain.licences import UNKNOWN_LICENCE, LicenceLine

NOTICE_FILE = "NOTICE.txt"

_ROOT = Path(__file__).resolve().parents[2]
_RULE = "\n" + "-" * 72 + "\n\n"
_SCRATCH = "scratch"


def licences_of(model: Mapping[str, Any]) -> tuple[LicenceLine, ...]:
    """As a model.json states them; of a version of before they were stated, what can be told without guessing."""
    stated = model.get("licences")
    if isinstance(stated, Sequence) and not isinstance(stated, str):
        return tuple(_line(item) for item in stated if isinstance(item, Mapping))
    start = str(model.get("start") or "")
    network = LicenceLine(_network(str(model.get("architecture") or "its network")), code=UNKNOWN_LICENCE)
    inherited = (LicenceLine(start, weights=UNKNOWN_LICENCE),) if start and start != _SCRATCH else ()
    return (network, *inherited)


def network_line(architecture: str, licence: str) -> LicenceLine:
    """Of the code that trained a version. `licence` "" = not known."""
    return LicenceLine(_network(architecture), code=licence or UNKNOWN_LICENCE)


def with_start(network: LicenceLine, start: Iterable[LicenceLine]) -> tuple[LicenceLine, ...]:
    """The licences of what is trained with a network from a start; each part once."""
    return tuple(dict.fromkeys((network, *start)))


def to_json(lines: Iterable[LicenceLine]) -> list[dict[str, str]]:
    return [{"of": line.of, "code": line.code, "weights": line.weights} for line in lines]


def from_json(value: Iterable[Mapping[str, Any]]) -> tuple[LicenceLine, ...]:
    """Raises AttributeError, TypeError for what is no list of licences."""
    return tuple(_line(item) for item in value)


def notice(model: Mapping[str, Any]) -> str:
    """The text that goes out with a version: each part with its licences, then the texts of those that are known."""
    lines = licences_of(model)
    parts = ["What these weights were made with and from, and the licence of each part.\n\n"]
    parts += [f"* {line.of}: {_words(line)}\n" for line in lines]
    if any(UNKNOWN_LICENCE in (line.code, line.weights) for line in lines):
        parts.append("\nUnknown means that nobody told Calque: ask the makers before you hand these weights on.\n")
    names = dict.fromkeys(name for line in lines for name in (line.code, line.weights) if name)
    texts = {name: text for name in names if (text := licence_text(name))}
    parts += [f"{_RULE}{name}\n\n{text}" for name, text in _each_once(texts).items()]
    return "".join(parts).rstrip("\n") + "\n"


def licence_text(name: str) -> str:
    """The whole text of a licence that parts of Calque are under; "" for one that Calque has no text of."""
    if name.startswith("AGPL-3.0"):
        return _own_text()
    file = _ROOT / "resources" / "licences" / f"{name}.txt"
    return file.read_text(encoding="utf-8") if "/" not in name and "\0" not in name and file.is_file() else ""


def _own_text() -> str:
    """Of the installed distribution; in a checkout, which may have none, of the repository."""
    try:
        text = importlib.metadata.distribution("calque").read_text("licenses/LICENSE")
    except importlib.metadata.PackageNotFoundError:
        text = None
    file = _ROOT / "LICENSE"
    is_checkout = (_ROOT / "pyproject.toml").is_file() and file.is_file()
    return text or (file.read_text(encoding="utf-8") if is_checkout else "")


def _each_once(texts: Mapping[str, str]) -> dict[str, str]:
    """Names of one text joined: "AGPL-3.0, AGPL-3.0-or-later"."""
    names: dict[str, list[str]] = {}
    for name, text in texts.items():
        names.setdefault(text, []).append(name)
    return {", ".join(same): text for text, same in names.items()}


def _words(line: LicenceLine) -> str:
    told = (("code", line.code), ("weights", line.weights))
    return ", ".join(f"{what} {licence}" for what, licence in told if licence) or UNKNOWN_LICENCE


def _network(architecture: str) -> str:
    return f"network {architecture} and the engine that trained it"


def _line(item: Mapping[str, Any]) -> LicenceLine:
    return LicenceLine(str(item.get("of", "")), str(item.get("code", "")), str(item.get("weights", "")))
