"""Where a word begins and ends, in scripts that set words apart and in those that do not."""

import re
from collections.abc import Collection

SPELLED = frozenset(
    char
    for char in map(chr, (*range(0x530), *range(0x1E00, 0x2000)))
    if char.isalnum() or "\u0300" <= char < "\u0370"
)
"""Digits and the letters of scripts that set words apart: Latin, Greek, Cyrillic. Chinese,
Japanese and Thai write no spaces, and Korean, Arabic and Hebrew glue particles to a word: there a
keyword is any part of the text."""

TOKEN = re.compile(f"[{re.escape(''.join(sorted(SPELLED)))}]+")
"""Finds the words of those scripts."""

NO_BREAKS: frozenset[int] = frozenset()


def stands_alone(text: str, start: int, end: int, breaks: Collection[int] = NO_BREAKS) -> bool:
    """Tell whether ``text[start:end]`` is no part of a longer word.

    Args:
        text: A folded text.
        start: Where the word begins.
        end: Behind its last character.
        breaks: Places before which something was taken out, so that words end there.
    """
    if start and text[start] in SPELLED and text[start - 1] in SPELLED and start not in breaks:
        return False
    return not (
        end < len(text) and text[end - 1] in SPELLED and text[end] in SPELLED and end not in breaks
    )


def occurs(word: str, text: str, breaks: Collection[int] = NO_BREAKS) -> bool:
    """Tell whether the folded *word* occurs in the folded *text*.

    Where the word begins or ends with a Latin, Greek or Cyrillic letter or a digit, the text must
    not go on with another one there: ``wifi`` occurs in ``wifi密码`` and not in ``wifis``.
    """
    at = text.find(word)
    while at >= 0:
        if stands_alone(text, at, at + len(word), breaks):
            return True
        at = text.find(word, at + 1)
    return False
