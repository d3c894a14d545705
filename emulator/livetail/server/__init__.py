"""Input and output: the only room that imports asyncio, sockets, Starlette and Hypercorn.

http_server    accepts connections; Hypercorn's protocol classes, subclassed, handle them
app            the ASGI application: `aws_endpoint` for the AWS API, `control` for the control plane
emulator       the pure rooms with one clock and one seed, and their scheduler
server         an emulator on a socket; `runner` runs it, in the foreground or in a thread
scheduler      runs what is due
tail_writer    writes the messages of one session to its client
control        /_livetail: shows and changes the state of the emulator, for tests and people
page           the files of the dashboard
"""
