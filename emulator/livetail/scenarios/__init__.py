"""Logs that are made: scenario files, the sources that they describe, and the replay of recordings.

`scenario` reads a file, `player` plays it: it knows when the next events are due and makes them when it is asked, from
nothing but the scenario, an instant and a seed. Nothing here reads a clock, so a day of traffic can be had at once.
"""
