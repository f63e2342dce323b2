"""Bring a warehouse to today's schema.

WAREHOUSE_URL=postgresql://... python -m include.warehouse.migrations
"""

from __future__ import annotations

import argparse
import os
import sys

from sqlalchemy import create_engine

from include.exceptions import OriginMismatch
from include.warehouse.connections import connect_to
from include.warehouse.migrations.upgrade import upgrade
from include.warehouse.origins import ORIGINS, claim_origin


def main() -> int:
    """Upgrade, and where ``--origin`` is given record whose data the warehouse may hold."""
    parser = argparse.ArgumentParser(prog="python -m include.warehouse.migrations", description=__doc__)
    parser.add_argument("--origin", choices=ORIGINS, help="whose data the warehouse may hold")
    arguments = parser.parse_args()
    url = os.environ.get("WAREHOUSE_URL")
    if not url:
        parser.error("WAREHOUSE_URL is not set: postgresql://user:password@host:port/database")
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))
    with engine.begin() as connection:
        upgrade(connection)
    if arguments.origin:
        try:
            with connect_to(url) as warehouse:
                claim_origin(warehouse, arguments.origin)
        except OriginMismatch as error:
            print(error, file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
