"""What tests import: `LiveTailEmulator`, the handle of a running server, and the pytest plugin."""
