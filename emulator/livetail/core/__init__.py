"""What all other rooms use: time, chance, identifiers, ARNs and the errors of the service.

Nothing here uses sockets, threads or the real time. Time is given as a `Clock`, chance as a seeded `Chance`; both are
created in `livetail.server` and passed on.
"""
