"""One line of a `ChoiceList`."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt

CHOICE_ROLE = Qt.ItemDataRole.UserRole + 1  # the Choice itself
SEARCH_ROLE = Qt.ItemDataRole.UserRole + 2  # the text that a search looks in


@dataclass(frozen=True, slots=True)
class Choice:
    """`note` stands at the right in the colours of `tone`; a choice may be listed yet not free to choose."""

    key: str
    title: str
    subtitle: str = ""
    note: str = ""
    tone: str = "neutral"  # neutral, info, success, warning, error
    icon_name: str = ""
    is_enabled: bool = True
    tool_tip: str = ""
