"""A folder of pictures of what a model got wrong: what is asked for, and what was written."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.domain.outcomes import Thresholds


@dataclass(frozen=True, slots=True)
class ErrorReportRequest:
    """`target` is the folder to be made. What is right comes only when it is wished for."""

    target: Path
    thresholds: Thresholds
    with_right: bool = False
    with_images: bool = True  # whole images besides the crops


@dataclass(frozen=True, slots=True)
class ErrorReport:
    target: Path
    n_wrong: int  # false positives
    n_missed: int
    n_right: int
    n_images: int  # whole ones
    n_without_picture: (
        int  # images whose file is gone, changed or unreadable; the table names their objects all the same
    )
