"""``python -m include.installation``: see :mod:`include.installation.install`."""

import sys

from include.installation.install import main

sys.exit(main())
