"""Between bytes and messages: frames of event streams, request bodies, signatures, and the protocols around them.

Nothing here waits or uses a socket. The input is bytes in chunks of any size, the output is bytes ready to be sent.
"""
