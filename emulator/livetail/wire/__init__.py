"""Between bytes and messages: the frames of an event stream, and the bodies of requests and answers.

Nothing here waits or knows a socket. What comes in is bytes in any portions, what goes out is bytes ready to be sent.
"""
