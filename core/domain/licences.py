"""Under which licences the parts are that weights were made from."""

from __future__ import annotations

from dataclasses import dataclass

UNKNOWN_LICENCE = "unknown"
"""What is said of a licence that nobody told."""


@dataclass(frozen=True, slots=True)
class LicenceLine:
    """Of one part: a network and its engine, or weights that others were trained from. SPDX names where there are
    such; "" = there is nothing of the kind in this part."""

    of: str
    code: str = ""
    weights: str = ""
