"""Lengths of time that are only guessed, in words."""

from __future__ import annotations


def about(seconds: float) -> str:
    """No more exact than it is: "about 40 seconds", "about 3 minutes", "about 2.5 hours"."""
    if seconds < 90:
        return f"about {max(10, round(seconds / 10) * 10)} seconds"
    if seconds < 5400:
        return f"about {round(seconds / 60)} minutes"
    return f"about {seconds / 3600:.1f} hours"


def in_minutes(minutes: float) -> str:
    """A limit as a person set it: "1 minute", "90 minutes", "0.5 minutes"."""
    return f"{minutes:g} {'minute' if minutes == 1 else 'minutes'}"
