"""Live Tail itself: which events a session receives, samples and keeps for a slow client, and when it ends.

    Hub.publish(batch) ─▶ Matching (once per pattern) ─▶ Session.offer ─▶ Window
                                              every second, Session.make_update ─▶ Backlog
                                           the writer in livetail.server ◀─ Session.take

Nothing here waits. The caller reads the hub's `next_due`, moves the clock there and calls `run_due`. So a unit test
runs through the three hours of a session as quickly as the processor allows.
"""
