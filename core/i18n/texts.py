"""Every text that a person reads, by language and key.

Texts live in gettext catalogues (``<language>/<area>.po``): the msgid is a key such as
``line.position``, the msgstr the text with named placeholders such as ``{place}``.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po

LANGUAGES = {"zh-CN": "zh_CN", "en": "en"}
"""What the desk speaks, and the folder of each."""


class Texts:
    """The texts of one language.

    Args:
        language: ``zh-CN`` or ``en``.
        messages: Text by key.
    """

    def __init__(self, language: str, messages: Mapping[str, str]) -> None:
        self.language = language
        self._messages = messages

    def __call__(self, key: str, /, **facts: Any) -> str:
        """Return the text of *key* with its placeholders filled.

        Raises:
            KeyError: There is no such text, or a placeholder has no fact.
        """
        words = self._messages[key]
        return words.format_map(facts) if facts else words

    def __contains__(self, key: str) -> bool:
        return key in self._messages

    @property
    def keys(self) -> frozenset[str]:
        """Every key."""
        return frozenset(self._messages)


@cache
def texts(language: str) -> Texts:
    """Return the texts of ``zh-CN`` or ``en``.

    Raises:
        KeyError: We do not speak that language.
        ValueError: Two catalogues hold the same key.
    """
    folder = Path(__file__).parent / LANGUAGES[language]
    messages: dict[str, str] = {}
    for path in sorted(folder.glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, abort_invalid=True):
                if not message.id or message.fuzzy:
                    continue
                key, words = str(message.id), str(message.string)
                if key in messages:
                    raise ValueError(f"{path.name}: {key} stands twice")
                messages[key] = words
    return Texts(language, messages)


def spoken(asked: str | None, otherwise: str) -> Texts:
    """Return the texts for somebody whose platform says they speak *asked*.

    Args:
        asked: A language tag such as ``pt-BR`` or ``zh-hans``; ``None`` when unknown.
        otherwise: The desk's own language, for people who speak neither of ours.
    """
    tag = (asked or "").lower()
    if tag.startswith("zh"):
        return texts("zh-CN")
    if tag.startswith("en"):
        return texts("en")
    return texts(otherwise)
