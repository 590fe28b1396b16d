"""What is said of weights on the shelf."""

from __future__ import annotations

from pathlib import Path

from core.domain.licences import UNKNOWN_LICENCE
from core.domain.names import shown
from core.domain.starts import ShelfItem, ShelfOrigin
from ui.widgets.formatting import NOTHING, moment, size

SUFFIXES = (".pt", ".pth", ".safetensors")

ORIGIN_TITLES = {
    ShelfOrigin.STARTER: "Comes with Calque",
    ShelfOrigin.PACKAGE: "In a package",
    ShelfOrigin.PUBLISHED: "Published",
    ShelfOrigin.VERSION: "Own version",
    ShelfOrigin.FILE: "Other file",
}
ORIGIN_ICONS = {
    ShelfOrigin.STARTER: "sparkles",
    ShelfOrigin.PACKAGE: "package",
    ShelfOrigin.PUBLISHED: "download",
    ShelfOrigin.VERSION: "box",
    ShelfOrigin.FILE: "file-archive",
}


def weights_licence_text(item: ShelfItem) -> str:
    return item.weights_licence or UNKNOWN_LICENCE


def facts_of(item: ShelfItem) -> tuple[tuple[str, str], ...]:
    """Title and text of everything that is known, in reading order."""
    return (
        ("From", f"{ORIGIN_TITLES[item.origin]}. {item.source}".strip()),
        ("Task", ", ".join(item.tasks) or "unknown"),
        ("Method", ", ".join(item.workers) or "unknown"),
        ("Network", shown(item.architecture) or "unknown"),
        ("Classes", ", ".join(shown(name) for name in item.categories) or NOTHING),
        ("Licence of the code", item.code_licence),
        ("Licence of the weights", weights_licence_text(item)),
        ("Size", size(item.n_bytes)),
        ("SHA-256", item.sha256 or "Not known yet; Verify finds it out."),
        *((("Since", moment(item.added_at)),) if item.added_at is not None else ()),
        ("File", shown(item.path) if item.path is not None else NOTHING),
        *((("Note", item.note),) if item.note else ()),
    )


def are_weights(path: Path) -> bool:
    """By the ending of the name; the content has the last word."""
    return path.suffix.lower() in SUFFIXES
