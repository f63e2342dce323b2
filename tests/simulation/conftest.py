"""Simulations on a real PostgreSQL; the long ones only on request (`make simulate`)."""

from __future__ import annotations

import os

import pytest

from include.sandbox.listing import read_listings

LONG = pytest.mark.skipif(not os.environ.get("SIMULATE"), reason="takes minutes: `make simulate` runs it")

TICKERS = [listing.symbol for listing in read_listings().values() if not listing.delisted]
