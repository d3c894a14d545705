"""The shell: the only room that knows asyncio, sockets, Starlette and Hypercorn.

runner     starts and stops Hypercorn, in the foreground or in a thread
engine     puts the pure rooms together under one clock and one seed
aws        POST /: a request of the AWS API, from bytes to an answer
tail       the writer of a session: the only place that waits for a client
control    /_livetail: what tests and people use to drive and to watch the emulator
"""
