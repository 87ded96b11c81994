"""Greek and Cyrillic letters that pass for Latin ones inside a Latin word."""

import re

_CYRILLIC_CAPITALS = {
    "А": "A", "В": "B", "С": "C", "Е": "E", "Ԍ": "G", "Н": "H", "І": "I", "Ӏ": "I", "Ј": "J",
    "К": "K", "М": "M", "О": "O", "Р": "P", "Ԛ": "Q", "Ѕ": "S", "Т": "T", "Ѵ": "V", "Ԝ": "W",
    "Х": "X", "У": "Y", "Ү": "Y",
}  # fmt: skip
_CYRILLIC = {
    "а": "a", "в": "b", "с": "c", "ԁ": "d", "е": "e", "ԍ": "g", "һ": "h", "н": "h", "і": "i",
    "ј": "j", "к": "k", "ӏ": "l", "м": "m", "о": "o", "р": "p", "ԛ": "q", "г": "r", "ѕ": "s",
    "т": "t", "ѵ": "v", "ԝ": "w", "х": "x", "у": "y", "ү": "y",
}  # fmt: skip
_GREEK_CAPITALS = {
    "Α": "A", "Β": "B", "Ε": "E", "Η": "H", "Ι": "I", "Κ": "K", "Μ": "M", "Ν": "N", "Ο": "O",
    "Ρ": "P", "Τ": "T", "Χ": "X", "Υ": "Y", "Ζ": "Z",
}  # fmt: skip
_GREEK = {
    "α": "a", "ι": "i", "ϳ": "j", "κ": "k", "ο": "o", "σ": "o", "ρ": "p", "τ": "t", "υ": "u",
    "ν": "v", "χ": "x", "γ": "y",
}  # fmt: skip
_LATIN = str.maketrans({**_CYRILLIC_CAPITALS, **_CYRILLIC, **_GREEK_CAPITALS, **_GREEK})
"""Source: Unicode's confusables (UTS #39), the letters that people use for this."""

_WORD = re.compile("[A-Za-z\u00c0-\u052f]+")
_PLAIN_LETTER = re.compile("[A-Za-z]")


def as_latin(text: str) -> str:
    """Return *text* with Latin letters for their look-alikes in words that mix the scripts.

    A word without any Latin letter is real Greek or Russian and stays as it is.
    """
    return _WORD.sub(_one_script, text) if _PLAIN_LETTER.search(text) else text


def _one_script(word: re.Match[str]) -> str:
    letters = word[0]
    if letters.isascii() or not _PLAIN_LETTER.search(letters):
        return letters
    return letters.translate(_LATIN)
