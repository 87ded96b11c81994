"""One spelling for every way of typing the same words."""

import re
import unicodedata

_PUNCTUATION = (("，", ","), ("？", "?"), ("！", "!"), ("：", ":"), ("；", ";"))
_MORE_PUNCTUATION = (("（", "("), ("）", ")"), ("…", "..."), ("～", "~"), ("￥", "¥"))
"""What ordinary Chinese messages hold of characters that NFKC changes. Replacing them first spares
most messages the full normalisation, which costs more than searching the message for keywords."""

_EMOJI_STYLE = re.compile("[\ufe0e\ufe0f]")
_LONGEST_STACK = 30
_LATE_MARKS = "\u0f73\u0f75\u0f81\uff9e\uff9f"
"""Characters that are no combining marks themselves but fall apart into some."""


def combining_marks() -> str:
    """Return every character that can stack upon the one before it once it is decomposed."""
    # The last such character stands at U+1E94A; a test looks at the whole of Unicode.
    found = (chr(code) for code in range(0x300, 0x1F000) if unicodedata.combining(chr(code)))
    return "".join(found) + _LATE_MARKS


_STACKS = re.compile(f"([{combining_marks()}]{{{_LONGEST_STACK}}})[{combining_marks()}]+")


def fold(text: str) -> str:
    """Return the form of *text* in which messages and keywords are compared.

    Compatibility forms (NFKC: full-width letters, digits and punctuation become half-width),
    case, invisible characters and white space no longer matter: invisible ones (control,
    zero-width, direction and emoji style marks, broken surrogates) are gone, every run of white
    space is one space, and none is left at either end. Folding twice changes nothing more.

    Only the first 30 of the combining marks stacked on one letter are sure to be kept, because
    sorting them costs the square of their number.
    """
    if text.isascii():
        folded = text.lower()
    else:
        folded = text
        if not unicodedata.is_normalized("NFKC", folded):
            for wide, narrow in _PUNCTUATION:
                folded = folded.replace(wide, narrow)
            if not unicodedata.is_normalized("NFKC", folded):
                for wide, narrow in _MORE_PUNCTUATION:
                    folded = folded.replace(wide, narrow)
                if not unicodedata.is_normalized("NFKC", folded):
                    return _fold_thoroughly(text)
        plain = folded
        folded = plain.casefold()
        if folded != plain and not unicodedata.is_normalized("NFKC", folded):
            return _fold_thoroughly(text)
        if "\ufe0f" in folded or "\ufe0e" in folded:
            return _fold_thoroughly(text)
    if "  " in folded or not folded.isprintable():
        folded = " ".join(folded.split())
        if not folded.isprintable():
            # Private characters are not printable either, but they are somebody's letters.
            return _fold_thoroughly(text)
        return folded
    return folded.strip()


def _fold_thoroughly(text: str) -> str:
    before = None
    while text != before:
        before = text
        text = "".join(filter(_visible, _EMOJI_STYLE.sub("", text)))
        text = _STACKS.sub(r"\1", text)
        # Decomposed first: folding the case of U+0345 moves it past other marks.
        text = unicodedata.normalize("NFKD", text).casefold()
        text = unicodedata.normalize("NFKC", text)
        text = " ".join(text.split())
    return text


def _visible(char: str) -> bool:
    if char.isprintable() or char.isspace():
        return True
    return unicodedata.category(char) not in ("Cc", "Cf", "Cs")
