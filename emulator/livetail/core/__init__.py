"""What every other room stands on: time, chance, identifiers, ARNs and the errors of the service.

Nothing here knows about bytes on a socket, threads or the wall clock. Time comes in as a `Clock`, chance as a seeded
`Chance`; both are made in `livetail.server` and handed down.
"""
