"""Between bytes and messages: frames of event streams, request bodies, signatures, and the protocols around them.

Nothing here waits or uses a socket. The input is bytes in any portions, the output is bytes ready to be sent.
"""
