"""What people call things and write about them: as it is stored, or refused with a sentence."""

from __future__ import annotations

from core.domain.names import shown
from core.errors import RefusedError

MAX_TITLE = 100
MAX_DESCRIPTION = 10_000


def checked_title(title: str, what: str, *, longest: int = MAX_TITLE) -> str:
    """Without blanks round it; `what` is the thing's word. Raises RefusedError (E-110, E-111)."""
    title = title.strip()
    if not title:
        raise RefusedError(f"Give the {what} a name.", code="E-110")
    if len(title) > longest:
        raise RefusedError(f"The {what}'s name is longer than {longest} characters.", code="E-111")
    if not title.isprintable():
        raise RefusedError(f'The {what}\'s name "{shown(title)}" has characters that cannot be shown.')
    return title


def checked_description(text: str, what: str) -> str:
    """Any number of lines. Raises RefusedError when it is too long, or no text at all."""
    text = text.strip()
    if len(text) > MAX_DESCRIPTION:
        raise RefusedError(f"The {what}'s description is longer than {MAX_DESCRIPTION:,} characters.")
    if any(not sign.isprintable() and sign not in "\n\t" for sign in text):
        raise RefusedError(f"The {what}'s description has characters that cannot be shown.")
    return text
