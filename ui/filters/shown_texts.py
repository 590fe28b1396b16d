"""Names as a person reads and writes them in a line, and back: names hold bytes and signs that no line of Qt keeps."""

from __future__ import annotations

from core.domain.names import shown


class ShownTexts:
    """Knows the names that it showed. What is written otherwise is what it says."""

    def __init__(self) -> None:
        self._of: dict[str, str] = {}

    def show(self, name: str) -> str:
        words = shown(name)
        if words == name:
            self._of[words] = name
        else:
            self._of.setdefault(words, name)
        return words

    def read(self, words: str) -> str:
        return self._of.get(words, words)
