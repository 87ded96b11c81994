"""One spelling for every way of typing the same words."""

import functools
import re
import unicodedata
from dataclasses import dataclass
from itertools import accumulate

from bot.rules.lookalikes import as_latin
from core.scripts import simplified

_PUNCTUATION = (("，", ","), ("？", "?"), ("！", "!"), ("：", ":"), ("；", ";"))
_MORE_PUNCTUATION = (("（", "("), ("）", ")"), ("…", "..."), ("～", "~"), ("￥", "¥"))
"""What ordinary Chinese messages hold of characters that NFKC changes. Replacing them first spares
most messages the full normalisation, which costs more than searching the message for keywords."""

_UNSEEN = "\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\U000e0100-\U000e01ef"
"""Marks and letters that show nothing though they are no format characters: joiners, fillers,
variation selectors. Source: Unicode's Default_Ignorable_Code_Point."""

_EITHER_SCRIPT = "\u0345\u0370-\u052f\u1c80-\u1c8f\u1f00-\u1fff"
"""Greek and Cyrillic letters, and the mark that becomes one."""

_UNSEEN_MARKS = re.compile(f"[{_UNSEEN}]")
_TRICKY = re.compile(f"[{_UNSEEN}{_EITHER_SCRIPT}]")
_LATIN_LETTER = re.compile("[A-Za-z]")
_LONGEST_STACK = 30
_LATE_MARKS = "\u0f73\u0f75\u0f81\uff9e\uff9f"
"""Characters that are no combining marks themselves but fall apart into some."""


@dataclass(frozen=True, slots=True)
class Squeezed:
    """A folded text without the spaces and punctuation inside it.

    Args:
        text: What is left.
        breaks: Places in ``text`` before which something was taken out, ascending.
    """

    text: str
    breaks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Folding:
    """What does not matter when messages and keywords are compared.

    Args:
        one_script: Traditional and simplified Chinese characters count as the same.
        ignore_spacing: Spaces and punctuation inside words do not count: ``w e i x i n``.
    """

    one_script: bool = True
    ignore_spacing: bool = False

    def fold(self, text: str) -> str:
        """Return the form of *text* that is compared; folding twice changes nothing more."""
        folded = fold(text)
        return simplified(folded) if self.one_script else folded

    def forms(self, word: str) -> tuple[str, ...]:
        """Return the spellings of a keyword that are looked for: folded, and squeezed as well."""
        folded = self.fold(word)
        squeezed = self.squeeze(folded)
        return (folded,) if squeezed is None else (folded, squeezed.text)

    def squeeze(self, folded: str) -> Squeezed | None:
        """Take spaces, punctuation and signs from between the letters of a folded text.

        What stands before the first letter or behind the last one stays: ``c++`` is not ``c``.

        Returns:
            ``None`` where they count, or where nothing is to be taken out.
        """
        if not self.ignore_spacing:
            return None
        parts = _gaps().split(folded)
        if len(parts) == 1:
            return None
        return Squeezed("".join(parts), tuple(accumulate(map(len, parts[:-1]))))


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
    zero-width, direction and emoji style marks, fillers, broken surrogates) are gone, every run of
    white space is one space, and none is left at either end. Greek and Cyrillic letters that look
    Latin are Latin in words that hold a Latin letter. Folding twice changes nothing more.

    Only the first 30 of the combining marks stacked on one letter are sure to be kept, because
    sorting them costs the square of their number.
    """
    if text.isascii():
        folded = text.lower()
    else:
        if _TRICKY.search(text) and (_LATIN_LETTER.search(text) or _UNSEEN_MARKS.search(text)):
            return _fold_thoroughly(text)
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
        text = "".join(filter(_visible, _UNSEEN_MARKS.sub("", text)))
        text = _STACKS.sub(r"\1", text)
        # Decomposed first: folding the case of U+0345 moves it past other marks.
        text = as_latin(unicodedata.normalize("NFKD", text)).casefold()
        # Once more: a capital may look like nothing Latin while its small letter does.
        text = unicodedata.normalize("NFKC", as_latin(text))
        text = " ".join(text.split())
    return text


def _visible(char: str) -> bool:
    if char.isprintable() or char.isspace():
        return True
    return unicodedata.category(char) not in ("Cc", "Cf", "Cs")


@functools.cache
def _gaps() -> re.Pattern[str]:
    """Return what finds the spaces, punctuation and signs between two letters or digits."""
    signs = "".join(
        re.escape(chr(code))
        for code in range(0x20, 0x10000)
        if unicodedata.category(chr(code))[0] in "PSZ"
    )
    return re.compile(f"(?<=[^\\W_])[{signs}\U0001f000-\U0001faff]+(?=[^\\W_])")
