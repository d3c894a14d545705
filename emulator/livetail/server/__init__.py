"""The shell: the only room that knows asyncio, sockets, Starlette and Hypercorn.

http_server    accepts connections, and has Hypercorn's protocol classes handle them
app            the ASGI application: `aws_endpoint` for the AWS API, `control` for the control plane
emulator       the pure rooms under one clock and one seed, and what makes them go on by themselves
server         an emulator on a socket; `runner` runs it, in the foreground or in a thread
scheduler      runs what is due
tail_writer    writes the messages of one session to its client
control        /_livetail: how tests and people drive and watch the emulator
page           the files of the dashboard
"""
