"""Text that UTF-8 can hold.

JavaScript sends one half of a surrogate pair where it has cut a character in two. JSON can carry such a half in an
escape; UTF-8 has no form for it. Everywhere in Livetail it becomes U+FFFD, the replacement character, and two halves
that belong together become the character that they are.
"""


def well_formed(text: str) -> str:
    """`text` with U+FFFD for each half of a surrogate pair that has no partner."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def utf8(text: str) -> bytes:
    """`text` in UTF-8, made well-formed where that is necessary."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return well_formed(text).encode()
