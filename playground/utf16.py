"""Lengths in UTF-16 code units, the unit of Telegram's limits and offsets."""


def units(text: str) -> int:
    """Return how many UTF-16 code units *text* takes."""
    if text.isascii():
        return len(text)
    return len(text) + sum(1 for character in text if character > "\uffff")
