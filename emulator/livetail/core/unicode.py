"""Text that UTF-8 can hold.

JavaScript programs send half a surrogate pair when they cut a string inside a character. JSON can carry such a half in
an escape; UTF-8 has no form for it. Everywhere in Livetail it becomes U+FFFD, the replacement character, and two
matching halves become their character.
"""


def well_formed(text: str) -> str:
    """`text` with U+FFFD for each half of a surrogate pair without its other half."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def utf8(text: str) -> bytes:
    """`text` in UTF-8, made well-formed where that is necessary."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return well_formed(text).encode()
