"""What the emulator costs, beside an application that does nothing on the same server.

`python -m tests.benchmarks` runs all of it, a few minutes; nothing here is a test, and no time is asserted.
"""
