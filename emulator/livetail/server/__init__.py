"""The shell: the only room that knows asyncio, sockets, Starlette and Hypercorn.

http_server    accepts connections, and has Hypercorn's protocol classes handle them
app            the ASGI application: `aws_endpoint` for the AWS API, `control` for the control plane
engine         the pure rooms together, under one clock and one seed
scheduler      runs what is due
tail_writer    writes the messages of one session to its client
control        /_livetail: how tests and people drive and watch the emulator
page           the files of the dashboard
"""
