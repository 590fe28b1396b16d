"""Labels of turned boxes as the engine reads them: corners as shares of the image."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from core.domain.geometry import Box, Geometry, Polygon
from core.domain.rotated import in_image

FloatArray = npt.NDArray[np.float32]


def corner_shares(geometry: Geometry, width: int, height: int) -> FloatArray | None:
    """x, y, x, y, ... of a convex shape; None for one without an area in the image.

    The engine drops a whole picture for a label whose bounds are larger than it. Of such a box, a page that lies askew
    and fills the picture, the corners of what the picture shows of it are stated instead: there are more than four
    then, and the engine takes the smallest rectangle around them.
    """
    shape = geometry or Box(0.0, 0.0, float(width), float(height))
    (ring, *_) = shape.outline() or ((),)
    if len(ring) < 6 or not shape.is_finite() or shape.inside(width, height) is None:
        return None
    points = list(zip(ring[0::2], ring[1::2], strict=True))
    visible = in_image(points, width, height)
    if len(visible) < 3:
        return None
    bounds = Polygon((ring,)).bounds()
    is_in_reach = bounds.width <= width and bounds.height <= height
    is_centred = 0 <= bounds.x0 + bounds.x1 <= 2 * width and 0 <= bounds.y0 + bounds.y1 <= 2 * height
    told = points if is_in_reach and is_centred else visible
    return (np.array(told, dtype=np.float64) / (width, height)).astype(np.float32).reshape(-1)
