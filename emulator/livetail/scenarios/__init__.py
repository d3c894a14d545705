"""Logs that nobody wrote: scenario files, the sources they describe, and the replay of recordings.

`scenario` reads a file, `player` plays it: it says when the next events are due and makes them when asked to, from
nothing but the scenario, an instant and a seed. Nothing here looks at a clock, so a minute or a day of traffic can be
had at once.
"""
