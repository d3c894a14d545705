"""``python -m livetail`` is the ``livetail`` command."""

import sys

from livetail.cli import main

sys.exit(main())
