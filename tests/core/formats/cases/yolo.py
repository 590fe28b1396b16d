from __future__ import annotations

from cases.case import Case

YOLO: tuple[Case, ...] = ()
