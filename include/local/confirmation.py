"""What a command says on the terminal, and a question that a person answers there with yes or no."""

from __future__ import annotations

import sys

from rich.console import Console

YES = {"1", "y", "yes", "true", "on"}


def say(console: Console, *lines: str) -> None:
    """Print lines as they are: no part of one is taken for markup, and none is broken."""
    for line in lines:
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def is_agreed(console: Console, question: str, yes: str | None) -> bool:
    """Tell whether a person agrees: by what the command line says, or else by an answer on a terminal.

    :param yes: what the command line says; None where it says nothing.
    """
    if yes is not None or not sys.stdin.isatty():
        return (yes or "").lower() in YES
    return is_confirmed(console, question)


def is_confirmed(console: Console, question: str) -> bool:
    """Ask a person; anything but a yes, and no answer, is a no."""
    try:
        return console.input(f"{question} (y/N) ", markup=False).strip().lower() in YES
    except EOFError:
        return False
