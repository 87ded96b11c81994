"""MarkdownV2 and the old Markdown, as far as bots commonly use them."""

import re
from typing import Any

from playground.refusal import Refusal, bad
from playground.utf16 import units

_RESERVED = "_*[]()~`>#+-=|{}.!"
_PAIRS = {
    "*": "bold",
    "_": "italic",
    "__": "underline",
    "~": "strikethrough",
    "||": "spoiler",
}
_OLD_PAIRS = {"*": "bold", "_": "italic"}
_LINK_END = re.compile(r"\]\(((?:\\.|[^\\)])*)\)")


def parse_markdown(source: str, *, strict: bool) -> tuple[str, list[dict[str, Any]]]:
    """Read Markdown into text and entities with UTF-16 offsets.

    Args:
        source: As the caller wrote it.
        strict: MarkdownV2, where every reserved character must be escaped; otherwise the old
            Markdown, where only ``_ * ` [`` mean something.

    Raises:
        Refusal: ``can't parse entities: ...``.
    """
    return _Reader(source, strict).read()


class _Reader:
    def __init__(self, source: str, strict: bool) -> None:
        self.source = source
        self.strict = strict
        self.out: list[str] = []
        self.length = 0
        self.open: list[tuple[str, dict[str, Any]]] = []
        self.entities: list[dict[str, Any]] = []
        self.at = 0

    def read(self) -> tuple[str, list[dict[str, Any]]]:
        source = self.source
        while self.at < len(source):
            if self._code() or self._pair() or self._link() or self._quote():
                continue
            character = source[self.at]
            following = source[self.at + 1 : self.at + 2]
            if character == "\\" and following and ord(following) < 127:
                self._add(following)
                self.at += 2
                continue
            if self.strict and character in _RESERVED:
                raise bad(
                    f"can't parse entities: Character '{character}' is reserved "
                    "and must be escaped with the preceding '\\'"
                )
            if character == "\n":
                self._end_quote()
            self._add(character)
            self.at += 1
        self._end_quote()
        if self.open:
            raise self._unclosed(self.open[-1][1])
        return "".join(self.out), [e for e in self.entities if e["length"]]

    def _add(self, piece: str) -> None:
        self.out.append(piece)
        self.length += units(piece)

    def _begin(self, mark: str, kind: str) -> dict[str, Any]:
        entity = {"type": kind, "offset": self.length, "length": 0}
        self.open.append((mark, entity))
        self.entities.append(entity)
        return entity

    def _end(self) -> None:
        _, entity = self.open.pop()
        entity["length"] = self.length - entity["offset"]

    def _code(self) -> bool:
        for mark, kind in (("```", "pre"), ("`", "code")):
            if not self.source.startswith(mark, self.at):
                continue
            end = self._end_of_code(mark)
            entity: dict[str, Any] = {"type": kind, "offset": self.length, "length": 0}
            if end < 0:
                raise self._unclosed(entity)
            body = self.source[self.at + len(mark) : end]
            if kind == "pre":
                language, line_break, rest = body.partition("\n")
                if line_break and re.fullmatch(r"[\w+-]*", language):
                    body = rest
                    if language:
                        entity["language"] = language
            self._add(re.sub(r"\\([`\\])", r"\1", body))
            entity["length"] = self.length - entity["offset"]
            self.entities.append(entity)
            self.at = end + len(mark)
            return True
        return False

    def _end_of_code(self, mark: str) -> int:
        """Return where the closing *mark* stands, below zero for nowhere."""
        at = self.at + len(mark)
        while at < len(self.source):
            if self.strict and self.source[at] == "\\":
                at += 2
            elif self.source.startswith(mark, at):
                return at
            else:
                at += 1
        return -1

    def _pair(self) -> bool:
        pairs = _PAIRS if self.strict else _OLD_PAIRS
        for mark in sorted(pairs, key=len, reverse=True):
            if not self.source.startswith(mark, self.at):
                continue
            if self.open and self.open[-1][0] == mark:
                self._end()
            else:
                self._begin(mark, pairs[mark])
            self.at += len(mark)
            return True
        return False

    def _link(self) -> bool:
        if self.source[self.at] == "[":
            self._begin("[", "text_link")
            self.at += 1
            return True
        if self.source[self.at] == "]" and self.open and self.open[-1][0] == "[":
            match = _LINK_END.match(self.source, self.at)
            if match is None:
                raise self._unclosed(self.open[-1][1])
            self.open[-1][1]["url"] = re.sub(r"\\(.)", r"\1", match.group(1))
            self._end()
            self.at = match.end()
            return True
        return False

    def _quote(self) -> bool:
        line_start = self.at == 0 or self.source[self.at - 1] == "\n"
        if not (self.strict and line_start and self.source[self.at] == ">"):
            return False
        self._begin(">", "blockquote")
        self.at += 1
        return True

    def _end_quote(self) -> None:
        if self.open and self.open[-1][0] == ">":
            self._end()

    def _unclosed(self, entity: dict[str, Any]) -> Refusal:
        offset = len("".join(self.out).encode())
        name = entity["type"].replace("text_link", "text_url").title().replace("_", "")
        return bad(f"can't parse entities: Can't find end of {name} entity at byte offset {offset}")
