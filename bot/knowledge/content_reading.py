"""The messages in a playbook file: texts, files, links, cards, and the buttons under them."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import yaml

from bot.knowledge.playbook_writing import FILES, FREE_FACTS
from bot.knowledge.yaml_tree import Checker, Node
from core.messages import NOTHING, Button, Content, Kind, Media

LONGEST_NAME = 100
LONGEST_QUESTION = 500
LONGEST_TEXT = 4096
"""What the strictest platform takes as one message."""
LONGEST_URL = 2048

_SCHEMES = ("http", "https", "tg")
_MEDIA_TEXTS = ("account", "file_id", "file_name", "mime")
_MEDIA_NUMBERS = ("size_bytes", "duration_seconds")


class Given:
    """The values of one mapping, read by name.

    Args:
        check: Notes what does not fit.
        values: As ``Checker.fields`` returns them.
        path: Where the mapping stands.
    """

    def __init__(self, check: Checker, values: Mapping[str, Node], path: str) -> None:
        self._check = check
        self.values = values
        self.path = path

    def __contains__(self, name: str) -> bool:
        return name in self.values

    def at(self, name: str) -> str:
        """Return the path of a value."""
        return f"{self.path}.{name}" if self.path else name

    def text(self, name: str, longest: int) -> str:
        """Return a text; empty where it is left out."""
        if name not in self.values:
            return ""
        return self._check.text(self.values[name], self.at(name), longest=longest)

    def texts(self, name: str, longest: int, *, empty: bool = True) -> tuple[str, ...]:
        """Return a list of texts; none where it is left out."""
        if name not in self.values:
            return ()
        return self._check.texts(self.values[name], self.at(name), longest=longest, empty=empty)

    def flag(self, name: str, *, default: bool) -> bool:
        """Return ``true`` or ``false``; *default* where it is left out."""
        if name not in self.values:
            return default
        return self._check.flag(self.values[name], self.at(name))

    def one_of(self, name: str, choices: tuple[str, ...]) -> str:
        """Return one of *choices*; the first where it is left out."""
        if name not in self.values:
            return choices[0]
        return self._check.choice(self.values[name], self.at(name), choices, str)

    def items(self, name: str, *, empty: bool = True) -> list[tuple[Node, str]]:
        """Return the nodes of a list with their paths; none where it is left out."""
        if name not in self.values:
            return []
        return self._check.items(self.values[name], self.at(name), empty=empty)


def content(check: Checker, node: Node, path: str) -> Content:
    """Read a message."""
    kinds = {kind.value: kind for kind in (*FILES, *FREE_FACTS, Kind.LINK, Kind.FAQ_CARD)}
    known = ("text", *kinds, "title", "cover", "buttons", "data")
    given = Given(check, check.fields(node, path, known), path)
    named = [name for name in kinds if name in given]
    silent = isinstance(node, yaml.MappingNode) and not named and "text" not in given
    if silent or len(named) > 1:
        check.note(node, "playbook.content_kind", path, kinds=", ".join(("text", *kinds)))
    kind = kinds[named[0]] if named else Kind.TEXT
    media: Media | None = None
    if kind in FILES:
        media = _media(check, given.values[kind.value], f"{path}.{kind.value}")
    elif kind is Kind.LINK and "cover" in given:
        media = _media(check, given.values["cover"], f"{path}.cover")
    if "cover" in given and kind is not Kind.LINK:
        check.note(given.values["cover"], "playbook.cover_without_link", path)
    holder = kind.value if kind in FREE_FACTS else "data"
    data: Mapping[str, Any] = NOTHING
    if holder in given:
        data = _facts(check, given.values[holder], f"{path}.{holder}")
    if holder != "data" and "data" in given:
        check.note(given.values["data"], "playbook.duplicate_key", path, key=holder)
    if kind is Kind.LINK:
        if "url" in data:
            check.note(given.values["data"], "playbook.duplicate_key", path, key="url")
        data = {"url": _address(check, given), **data}
    if kind is Kind.FAQ_CARD and not given.flag("faq_card", default=True):
        check.note(node, "playbook.content_kind", path, kinds=", ".join(("text", *kinds)))
    return Content(
        kind=kind,
        text=given.text("text", LONGEST_TEXT),
        media=media,
        buttons=tuple(_row(check, row, at) for row, at in given.items("buttons")),
        title=given.text("title", LONGEST_QUESTION),
        data=data,
    )


def button(check: Checker, node: Node, path: str) -> Button:
    """Read a button."""
    given = Given(check, check.fields(node, path, ("label", "data", "url"), ("label",)), path)
    if isinstance(node, yaml.MappingNode) and ("data" in given) == ("url" in given):
        check.note(node, "playbook.button_target", path)
    return Button(
        given.text("label", LONGEST_NAME),
        given.text("data", LONGEST_URL) if "data" in given else None,
        given.text("url", LONGEST_URL) if "url" in given else None,
    )


def is_address(written: str) -> bool:
    """Say whether a link may lead to *written*: an address of the web, or of Telegram."""
    try:
        parts = urlsplit(written)
    except ValueError:
        return False
    return parts.scheme in _SCHEMES and bool(parts.netloc) and not any(map(str.isspace, written))


def _address(check: Checker, given: Given) -> str:
    written = given.text("link", LONGEST_URL)
    if written and not is_address(written):
        check.note(given.values["link"], "playbook.bad_address", f"{given.path}.link")
    return written


def _row(check: Checker, node: Node, path: str) -> tuple[Button, ...]:
    if isinstance(node, yaml.MappingNode):
        return (button(check, node, path),)
    return tuple(button(check, one, at) for one, at in check.items(node, path, empty=False))


def _media(check: Checker, node: Node, path: str) -> Media:
    known = (*_MEDIA_TEXTS, *_MEDIA_NUMBERS)
    given = Given(check, check.fields(node, path, known, ("account", "file_id")), path)
    numbers = {
        name: check.number(given.values[name], f"{path}.{name}") if name in given else None
        for name in _MEDIA_NUMBERS
    }
    return Media(
        account=given.text("account", LONGEST_URL),
        file_id=given.text("file_id", LONGEST_URL),
        file_name=given.text("file_name", LONGEST_URL) or None,
        mime=given.text("mime", LONGEST_URL) or None,
        size_bytes=numbers["size_bytes"],
        duration_seconds=numbers["duration_seconds"],
    )


def _facts(check: Checker, node: Node, path: str) -> Mapping[str, Any]:
    if not isinstance(node, yaml.MappingNode):
        # Says what was expected.
        check.fields(node, path, ())
        return NOTHING
    names = {key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)}
    given = check.fields(node, path, names or ("latitude", "longitude"))
    return {name: check.fact(value, f"{path}.{name}") for name, value in given.items()}
