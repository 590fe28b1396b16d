"""Rings as bytes: how the registry keeps a polygon, and how one of a million is carried there.

Little-endian: the number of rings and the number of values of each as uint32, then the values as float32.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

from core.domain.geometry import Ring


def pack(rings: Sequence[Ring]) -> bytes:
    lengths = [len(ring) for ring in rings]
    values = rings[0] if len(lengths) == 1 else [value for ring in rings for value in ring]
    return struct.pack(f"<I{len(lengths)}I{len(values)}f", len(lengths), *lengths, *values)


def unpack(points: bytes) -> tuple[Ring, ...]:
    (n_rings,) = struct.unpack_from("<I", points)
    lengths = struct.unpack_from(f"<{n_rings}I", points, 4)
    values = struct.unpack_from(f"<{sum(lengths)}f", points, 4 + 4 * n_rings)
    if n_rings == 1:
        return (values,)
    rings, start = [], 0
    for length in lengths:
        rings.append(values[start : start + length])
        start += length
    return tuple(rings)
