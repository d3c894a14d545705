"""Live Tail itself: which events a session receives, samples and keeps for a slow client, and when it ends.

    publish(batch) ─▶ Hub ─▶ Channel (one per group and filter) ─▶ Session.offer ─▶ Window
                                                        every second, Session.tick ─▶ Backlog
                                                     the writer in livetail.server ◀─ Session.take

Nothing here waits. Whoever drives the hub asks it when something is due next, moves its clock there and calls
`run_due`; so three hours of a session pass in a unit test as quickly as the processor allows.
"""
