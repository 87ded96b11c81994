"""What a question says once punctuation, case and politeness are taken away.

A *unit* is one character of a script that is written without spaces (Han, kana, Hangul, Thai) or
one word of any other.
"""

import re
import unicodedata
from dataclasses import dataclass

from bot.knowledge.small_words import in_one_form
from core.scripts import simplified

LONGEST_COMPARED = 600
"""Characters of a message that are compared with questions: half from either end of it."""
MOST_UNITS = 256
"""Units that are compared, likewise."""
LONGEST_UNIT = 40

_DENSE = "\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff"
_UNIT = re.compile(rf"[{_DENSE}]|[^\W_{_DENSE}]+")
_DENSE_ONLY = re.compile(rf"[{_DENSE}]+")
FIRST_DENSE = "\u0e00"
"""A unit of one character from here on belongs to a script without spaces."""

_UNSPACED = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_WORDS = re.compile(rf"[{_UNSPACED}]+|[^\W_{_UNSPACED}]+")
_HAN = re.compile("[\u3400-\u9fff]")
_SLIPS = re.compile("['\u2019\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
"""Apostrophes, and marks that nobody sees: what they stand in is one word all the same."""

# Greetings, thanks and urging carry no question. They are taken off both ends, and only while
# something remains: "你好" alone may be an entry. Atomic groups and possessive repeats keep every
# expression from backtracking, whatever the text.
_BLANKS = r"[\s,.:;!?~-]*+"
_OPENING = re.compile(
    r"(?>(?:hi|hello|hey|dear|sir|madam|there|good (?:morning|afternoon|evening|day)|"
    r"please help(?: me)?|quick question|excuse me|sorry to bother you|thanks|thank you)\b"
    + _BLANKS
    + ")++"
)
_CLOSING = re.compile(
    r"(?>"
    + _BLANKS
    + r"\b(?:thanks|thank you|thx|cheers|in advance|so much|very much|please help(?: me)?|please|"
    r"pls|plz|asap|urgent)\b)++" + _BLANKS + "$"
)
_BLANKS_ZH = r"[\s,。、.!?~:;…-]*+"
_OPENING_ZH = re.compile(
    r"(?>(?:(?:亲爱的|客服|亲们?)(?=[\s,。、.!?~:;…]|[你您]们?好|在[吗么不]|请问|麻烦|有人)|"
    r"[你您]们?好(?![像多])|在[吗么]|在不在|有人[吗么]|哈喽|哈啰|嗨|[早晚]上好|下午好|"
    r"(?:请问|麻烦|我想|想|打扰)问一?下|请问(?:一下)?|麻烦(?:您|你)?|不好意思|打扰(?:一下|了))"
    + _BLANKS_ZH
    + ")++"
)
_CLOSING_ZH = re.compile(
    r"(?>"
    + _BLANKS_ZH
    + r"(?:谢谢(?:[您你]|啦|了)?|多谢|感谢|急|在线等|怎么办[呀啊呢]?|拜托了?|麻烦了|"
    r"[呢啊呀吧哦噢哈啦]|(?<![什怎这那多要])[么嘛]))++" + _BLANKS_ZH + "$"
)
_LAST = frozenset(("you", "thanks", "thx", "cheers", "advance", "much", "me")) | frozenset(
    ("please", "pls", "plz", "asap", "urgent")
)
_LAST_ZH = frozenset("谢您你啦了激急等办呀啊呢托吧哦噢哈么嘛")
_STOPS = " \t\n,.:;!?~-。、…"
"""How a closing ends: looking here first spares most messages the search."""
_REACH = 80
"""Characters at either end in which politeness is looked for."""


@dataclass(frozen=True, slots=True)
class Said:
    """A message or a question, made comparable.

    Args:
        typed: As typed; of a long text both ends.
        whole: In one form.
        core: The same without courtesy.
        units: Of ``core``.
    """

    typed: str
    whole: str
    core: str
    units: list[str]

    @classmethod
    def of(cls, text: str) -> "Said":
        """Prepare *text* as typed."""
        whole = normalised(text)
        core = without_courtesy(whole)
        return cls(_ends(text), whole, core, units(core))

    @property
    def words(self) -> str:
        """The units in one line: equal for texts that say the same in the same words."""
        return " ".join(self.units)


def plain(text: str) -> str:
    """Return the words of *text* in one form: NFKC, folded case, single spaces, no punctuation.

    A space also stands where Chinese or Japanese meets another script: ``wifi 密码``. Empty when
    there is nothing but punctuation and pictures. Of a long text both ends count.
    """
    folded = unicodedata.normalize("NFKC", _ends(text)).casefold()
    return _ends(" ".join(_WORDS.findall(folded))).rstrip()


def normalised(text: str) -> str:
    """Return *text* in one form: NFKC, lower case, simplified characters, no apostrophes.

    Marks that nobody sees are taken out as well, and Chinese words that only ask or point have one
    spelling each, see ``small_words``.

    Of a text longer than ``LONGEST_COMPARED`` only the two ends are kept.
    """
    folded = _ends(unicodedata.normalize("NFKC", _ends(text))).lower()
    said = simplified(_SLIPS.sub("", folded)).strip()
    return said if said.isascii() else in_one_form(said)


def without_courtesy(said: str) -> str:
    """Take greetings, thanks and urging off both ends of a normalised text.

    *said* itself when less than two letters or digits would be left.
    """
    if _HAN.search(said):
        rest = _cut_opening(_OPENING_ZH, _cut_opening(_OPENING, said))
        if rest.rstrip(_STOPS)[-1:] in _LAST_ZH:
            rest = _cut_closing(_CLOSING_ZH, rest)
    else:
        rest = _cut_opening(_OPENING, said)
        if rest.rstrip(_STOPS).rpartition(" ")[2] in _LAST:
            rest = _cut_closing(_CLOSING, rest)
    return rest if rest is said or sum(map(str.isalnum, rest)) >= 2 else said


def units(said: str) -> list[str]:
    """Split a normalised text into units, ``MOST_UNITS`` at most: half from either end."""
    found = list(said) if _DENSE_ONLY.fullmatch(said) else _UNIT.findall(said)
    if len(found) > MOST_UNITS:
        found = found[: MOST_UNITS // 2] + found[-MOST_UNITS // 2 :]
    if len(said) > LONGEST_UNIT:
        found = [unit[:LONGEST_UNIT] for unit in found]
    return found


def is_dense(unit: str) -> bool:
    """Say whether *unit* is a character of a script that is written without spaces."""
    return len(unit) == 1 and unit >= FIRST_DENSE


def _ends(text: str) -> str:
    if len(text) <= LONGEST_COMPARED:
        return text
    half = LONGEST_COMPARED // 2
    return f"{text[: half - 1]} {text[-half:]}"


def _cut_opening(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.match(text, 0, _REACH)
    return text[found.end() :] if found else text


def _cut_closing(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text, max(0, len(text) - _REACH))
    return text[: found.start()] if found else text
