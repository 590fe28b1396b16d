"""A file of weights from elsewhere: looked at before anything reads it whole."""

from __future__ import annotations

import struct
from pathlib import Path

from safetensors import SafetensorError, safe_open

from core.domain.counting import in_bytes
from core.domain.names import shown
from core.errors import WeightsError

MAX_HEADER_BYTES = 10_000_000
"""Of the list of tensors. The largest networks need a hundredth of it; parsing is slow, and done again at each use."""

_EXPORT_AGAIN = "Export the version again, or copy the file again."


def require_weights(file: Path) -> None:
    """Raises WeightsError when it is no file of weights, or one with nothing in it."""
    try:
        n_header = _header_bytes(file)
        if MAX_HEADER_BYTES < n_header < file.stat().st_size:
            text = f'"{shown(file.name)}" has a list of tensors of {in_bytes(n_header)}, which no network needs.'
            raise WeightsError(text, hint="Use what Calque has exported.")
        with safe_open(file, framework="np") as weights:
            names = list(weights.keys())
            is_empty = not any(all(weights.get_slice(name).get_shape()) for name in names)
    except (SafetensorError, OSError, ValueError, OverflowError) as error:
        text = f'"{shown(file.name)}" is not a file of weights ({shown(str(error))}).'
        raise WeightsError(text, hint=_EXPORT_AGAIN) from error
    if is_empty:
        raise WeightsError(f'There are no weights in "{shown(file.name)}".', hint=_EXPORT_AGAIN)


def _header_bytes(file: Path) -> int:
    with file.open("rb") as content:
        first = content.read(8)
    return int(struct.unpack("<Q", first)[0]) if len(first) == 8 else 0
