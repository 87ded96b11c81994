"""Cuts a text into the pieces that a BERT model knows by number.

Source: the tokenization of BERT (Devlin et al., 2018): clean, split at spaces, punctuation and
Chinese characters, then the longest known piece from the left.
"""

import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from bot.semantic.files import BadModel, json_object

_LONGEST_WORD = 100
"""Longer words are one unknown piece, as in the original."""
_PER_PIECE = 24
"""Characters looked at for each piece that is wanted; no real text needs as many."""


class WordPiece:
    """The vocabulary of one model.

    Args:
        numbers: Each piece's number; ``##`` marks one that continues a word. ``[CLS]``,
            ``[SEP]`` and ``[UNK]`` are among them.
        lower: Whether the model knows lower case without accents only.
    """

    def __init__(self, numbers: Mapping[str, int], *, lower: bool = True) -> None:
        self._numbers = numbers
        self._lower = lower
        self._first, self._last, self._unknown = (
            numbers[mark] for mark in ("[CLS]", "[SEP]", "[UNK]")
        )
        self._pieces = lru_cache(maxsize=20_000)(self._cut)

    @classmethod
    def load(cls, folder: Path) -> "WordPiece":
        """Read ``tokenizer.json``, or ``vocab.txt`` where there is none.

        Raises:
            BadModel: Neither can be used.
        """
        whole, plain = folder / "tokenizer.json", folder / "vocab.txt"
        if whole.is_file():
            return cls._from_json(whole)
        if not plain.is_file():
            raise BadModel(f"{folder} has neither tokenizer.json nor vocab.txt")
        try:
            lines = plain.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError as error:
            raise BadModel(f"{plain} is not UTF-8") from error
        settings = json_object(folder / "tokenizer_config.json", optional=True)
        return cls._checked(
            {piece: number for number, piece in enumerate(lines)},
            plain,
            lower=settings.get("do_lower_case", True) is not False,
        )

    @classmethod
    def _from_json(cls, path: Path) -> "WordPiece":
        written = json_object(path)
        model = written.get("model")
        if not isinstance(model, dict) or model.get("type") != "WordPiece":
            raise BadModel(f"{path}: only WordPiece vocabularies (BERT models) can be used")
        vocabulary = model.get("vocab")
        if not isinstance(vocabulary, dict):
            raise BadModel(f"{path} holds no vocabulary")
        how = written.get("normalizer")
        lower = how.get("lowercase", True) if isinstance(how, dict) else False
        return cls._checked(vocabulary, path, lower=bool(lower))

    @classmethod
    def _checked(cls, numbers: Mapping[str, int], path: Path, *, lower: bool) -> "WordPiece":
        for mark in ("[CLS]", "[SEP]", "[UNK]"):
            if mark not in numbers:
                raise BadModel(f"{path}: the piece {mark} is missing")
        return cls(numbers, lower=lower)

    @property
    def highest(self) -> int:
        """The highest number of a piece."""
        return max(self._numbers.values())

    def numbers(self, text: str, most: int) -> list[int]:
        """Return the numbers of *text*'s pieces between the marks of start and end.

        Args:
            text: As typed. Only its beginning is looked at when it is far longer than *most*.
            most: Pieces at the most, the two marks included; at least 2.
        """
        found = [self._first]
        for word in self._words(text[: most * _PER_PIECE]):
            found += self._pieces(word)
            if len(found) >= most:
                del found[most - 1 :]
                break
        found.append(self._last)
        return found

    def _words(self, text: str) -> list[str]:
        if self._lower:
            text = unicodedata.normalize("NFD", text.lower())
        out: list[str] = []
        for character in text:
            kind = unicodedata.category(character)
            if kind == "Mn" and self._lower:
                continue
            if character in "\t\n\r" or kind == "Zs":
                out.append(" ")
            elif kind.startswith("C") or character == "\ufffd":
                continue
            elif _stands_alone(character, kind):
                out.append(f" {character} ")
            else:
                out.append(character)
        return "".join(out).split(" ")

    def _cut(self, word: str) -> tuple[int, ...]:
        if not word:
            return ()
        if len(word) > _LONGEST_WORD:
            return (self._unknown,)
        found, start = [], 0
        while start < len(word):
            end = len(word)
            while end > start:
                piece = word[start:end] if start == 0 else f"##{word[start:end]}"
                if piece in self._numbers:
                    found.append(self._numbers[piece])
                    break
                end -= 1
            else:
                return (self._unknown,)
            start = end
        return tuple(found)


def _stands_alone(character: str, kind: str) -> bool:
    code = ord(character)
    if kind.startswith("P"):
        return True
    if code < 128:
        # Signs such as $ and + count as punctuation too, but in ASCII only.
        return not character.isalnum()
    return (
        0x4E00 <= code <= 0x9FFF
        or 0x3400 <= code <= 0x4DBF
        or 0xF900 <= code <= 0xFAFF
        or 0x20000 <= code <= 0x2CEAF
        or 0x2F800 <= code <= 0x2FA1F
    )
