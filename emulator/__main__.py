"""``python -m emulator`` is the ``livetail`` command."""

import sys

from emulator.cli import main

sys.exit(main())
