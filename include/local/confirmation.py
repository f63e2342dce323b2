"""A question that a person answers on the terminal with yes or no."""

from __future__ import annotations

from rich.console import Console

YES = {"1", "y", "yes", "true", "on"}


def is_confirmed(console: Console, question: str) -> bool:
    """Ask a person; anything but a yes, and no answer, is a no."""
    try:
        return console.input(f"{question} (y/N) ", markup=False).strip().lower() in YES
    except EOFError:
        return False
