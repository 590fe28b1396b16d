from __future__ import annotations

from cases.case import Case

COCO: tuple[Case, ...] = (
    Case("42", n_images=6, objects={"thing": 2}, n_negatives=4),
    Case("45", n_images=4, objects={"thing": 4}),
)
