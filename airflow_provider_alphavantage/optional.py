"""Libraries that come with an extra of this package."""

from __future__ import annotations

from importlib import import_module

_EXTRA_OF = {"pandas": "pandas", "pyarrow": "arrow"}


def require(library: str) -> None:
    """Import a library that an extra installs.

    :raises ImportError: it is not there; the error names the extra.
    """
    try:
        import_module(library)
    except ImportError as exc:
        package = f"airflow-provider-alphavantage[{_EXTRA_OF[library]}]"
        what = f"This needs {library}, which cannot be imported: pip install '{package}'."
        raise ImportError(what, name=library) from exc
