"""What a transaction has changed, collected on its session: stores note it beside their SQL, verbs return it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from core.domain.changes import NO_CHANGES, Changes

_KEY = "calque_changes"


def note(session: Session, changes: Changes) -> None:
    """These too. A transaction that is rolled back takes its notes with it."""
    session.info.setdefault(_KEY, []).append(changes)


def noted(session: Session) -> Changes:
    """All that was noted since the session was begun."""
    return NO_CHANGES.merged(*session.info.get(_KEY, ()))
