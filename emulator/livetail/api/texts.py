"""Text as the service can keep it."""

__all__ = ["well_formed"]


def well_formed(text: str) -> str:
    """`text` without half surrogate pairs, each of which becomes U+FFFD.

    JavaScript sends such halves when it has cut a character in two; JSON can carry them and UTF-8 cannot.
    """
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
