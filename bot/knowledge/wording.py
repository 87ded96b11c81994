"""What a question says once punctuation, case and politeness are taken away."""

import re
import unicodedata
from collections.abc import Iterable

LONGEST_COMPARED = 500
"""Characters of a message that are compared with questions; nobody asks for longer."""

_UNSPACED = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
"""Japanese and Chinese, which set no space between words."""
_WORDS = re.compile(rf"[{_UNSPACED}]+|[^\W_{_UNSPACED}]+")
_PIECES = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+")

_GREETINGS = """
    你好 您好 哈喽 嗨 早上好 上午好 中午好 下午好 晚上好 打扰了 打扰一下 打扰 不好意思 劳驾 请问
    请问下 请问一下 请问一声 想问 想问下 想问一下 我想问 我想问下 我想问一下 问一下 问下 请教
    请教一下 麻烦问下 麻烦问一下 麻烦您 麻烦你 麻烦 亲亲
"""
_THANKS = """
    谢谢 谢谢你 谢谢您 谢谢啦 谢谢了 谢了 多谢 感谢 拜托 拜托了 辛苦了 麻烦了 在线等 急急急 急急
    请问 尽快回复 快点回复 你好 您好
"""
_SET_APART = "亲 急 很急 着急 客服 在吗 在不在 有人吗"
"""Fillers that are also part of ordinary words, so they count only between spaces."""
_SPACED = (
    "hi|hello|hey|there|please|pls|plz|thanks|thank you|many thanks|thanks a lot|thx|asap|kindly|"
    "thank you very much|thank you so much|good morning|good afternoon|good evening|excuse me|"
    "sorry|sir|urgent|quick question|i need help|help me"
)


def _any_of(words: Iterable[str]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


_APART = rf"(?:{_any_of(_SET_APART.split())}|{_any_of(_SPACED.split('|'))})"
_OPENING = re.compile(rf"(?:(?:{_any_of(_GREETINGS.split())}) ?|{_APART}(?: |$))+")
_CLOSING = re.compile(rf"(?: ?(?:{_any_of(_THANKS.split())})|(?:^| ){_APART})+$")


def plain(text: str) -> str:
    """Return the words of *text* in one form: NFKC, folded case, single spaces, no punctuation.

    A space also stands where Chinese or Japanese meets another script: ``wifi 密码``. Empty when
    there is nothing but punctuation and pictures. Only the first 500 characters count.
    """
    folded = unicodedata.normalize("NFKC", text[:LONGEST_COMPARED]).casefold()
    return " ".join(_WORDS.findall(folded))[:LONGEST_COMPARED].rstrip()


def essence(said: str) -> str:
    """Return the plain *said* without greetings before and thanks after the question.

    *said* itself when nothing would be left.
    """
    opening = _OPENING.match(said)
    rest = said[opening.end() :] if opening else said
    if rest and (closing := _CLOSING.search(rest)):
        rest = rest[: closing.start()]
    return rest.strip() or said


def grams(said: str) -> set[str]:
    """Return the small pieces by which plain texts are found: what they share makes them alike.

    Chinese and Japanese: every character and every two neighbours. Other scripts: every word and
    every three letters of it, its borders included.
    """
    found = set()
    before = ""
    for piece in _PIECES.findall(said):
        if piece >= "\u3040" and len(piece) == 1:
            found.add(piece)
            if before:
                found.add(before + piece)
            before = piece
            continue
        before = ""
        padded = f" {piece} "
        found.add(padded)
        if len(piece) > 2:
            found.update(padded[at : at + 3] for at in range(len(piece)))
    return found
