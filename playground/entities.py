"""Text with formatting, read the way Telegram reads it: HTML, explicit and found entities.

Offsets and lengths are counted in UTF-16 code units, as everywhere in the Bot API.
"""

import re
from typing import Any

from playground.markdown import parse_markdown
from playground.refusal import bad
from playground.utf16 import units

Entity = dict[str, Any]

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
ENTITY_LIMIT = 100

_TAGS = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline",
    "ins": "underline", "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough",
    "tg-spoiler": "spoiler", "span": "spoiler", "a": "text_link", "code": "code", "pre": "pre",
    "blockquote": "blockquote", "tg-emoji": "custom_emoji",
}  # fmt: skip
_CHARACTERS = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_REFERENCE = re.compile(r"&(?:#x([0-9a-fA-F]{1,6})|#(\d{1,7})|(lt|gt|amp|quot));?")
_ATTRIBUTE = re.compile(r"""\s*([a-zA-Z0-9-]+)\s*(?:=\s*("[^"]*"|'[^']*'|[^\s"'>]+))?""")
_FOUND = re.compile(
    r"(?P<url>https?://[^\s<>\"']+[^\s<>\"'.,!?;:)\]])"
    r"|(?P<email>\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
    r"|(?<![\w/])(?P<bot_command>/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?)(?![\w/])"
    r"|(?<!\w)(?P<mention>@[A-Za-z][A-Za-z0-9_]{3,31})\b"
    r"|(?<!\w)(?P<hashtag>#\w*[^\W\d]\w*)"
)
_TYPES = frozenset(_TAGS.values()) | {
    "mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number",
    "expandable_blockquote", "text_mention", "date_time",
}  # fmt: skip


def formatted(
    text: str, parse_mode: str | None, given: list[Entity] | None
) -> tuple[str, list[Entity]]:
    """Return what is shown and its entities.

    Args:
        text: As the caller wrote it.
        parse_mode: ``HTML``, ``MarkdownV2``, ``Markdown`` in any letter case, or ``None``.
        given: Entities that the caller states; used only without *parse_mode*.

    Raises:
        Refusal: Wrong markup, an unknown parse mode, an entity outside the text.
    """
    entities: list[Entity] = []
    mode = (parse_mode or "").lower()
    if mode == "html":
        if "<" in text or "&" in text:
            text, entities = parse_html(text)
    elif mode in ("markdownv2", "markdown"):
        text, entities = parse_markdown(text, strict=mode == "markdownv2")
    elif mode not in ("", "none"):
        raise bad("unsupported parse_mode")
    elif given:
        entities = _stated(text, given)
    text, entities = _trimmed(text, entities)
    if any(mark in text for mark in "/@#:"):
        entities += _found(text, entities)
    if len(entities) > 1:
        entities.sort(key=lambda e: (e["offset"], -e["length"]))
    return text, entities[:ENTITY_LIMIT]


def parse_html(source: str) -> tuple[str, list[Entity]]:
    """Read Telegram's HTML subset.

    Raises:
        Refusal: ``can't parse entities: ...`` with the byte offset, in Telegram's words.
    """
    out: list[str] = []
    length = 0
    entities: list[Entity] = []
    open_tags: list[tuple[str, Entity | None]] = []
    at = 0

    def byte(position: int) -> int:
        return len(source[:position].encode())

    def add(piece: str) -> None:
        nonlocal length
        out.append(piece)
        length += units(piece)

    for match in re.finditer(r"<[^>]*>?", source):
        add(_unescape(source[at : match.start()]))
        at = match.end()
        tag = match.group()
        where = byte(match.start())
        if not tag.endswith(">"):
            raise _unreadable(f"Unclosed start tag at byte offset {where}")
        name = re.match(r"</?([^\s>/]*)", tag)
        word = name.group(1).lower() if name else ""
        if tag.startswith("</"):
            if not open_tags:
                raise _unreadable(f"Unexpected end tag at byte offset {where}")
            expected, entity = open_tags.pop()
            if word and word != expected:
                raise _unreadable(
                    f"Unmatched end tag at byte offset {where}, "
                    f'expected "</{expected}>", found "</{word}>"'
                )
            if entity is not None:
                entity["length"] = length - entity["offset"]
            continue
        if word not in _TAGS:
            raise _unreadable(f'Unsupported start tag "{word}" at byte offset {where}')
        entity = _opened(word, tag, length, open_tags, where)
        open_tags.append((word, entity))
        if entity is not None:
            entities.append(entity)
    add(_unescape(source[at:]))
    if open_tags:
        raise _unreadable(f'Can\'t find end tag corresponding to start tag "{open_tags[-1][0]}"')
    text = "".join(out)
    for entity in entities:
        if entity["type"] == "text_link" and not entity["url"]:
            entity["url"] = text.encode("utf-16-le")[
                entity["offset"] * 2 : (entity["offset"] + entity["length"]) * 2
            ].decode("utf-16-le")
    return text, [e for e in entities if e["length"] > 0]


def _opened(
    word: str, tag: str, offset: int, around: list[tuple[str, Entity | None]], where: int
) -> Entity | None:
    """Return the entity that a start tag begins; ``None`` for a tag that only adds a detail."""
    inside = tag[1 + len(word) : -1]
    attributes = {
        key.lower(): _unescape(value.strip("\"'")) for key, value in _ATTRIBUTE.findall(inside)
    }
    entity: Entity = {"type": _TAGS[word], "offset": offset, "length": 0}
    if word == "span" and attributes.get("class") != "tg-spoiler":
        raise _unreadable(f'Tag "span" must have class "tg-spoiler" at byte offset {where}')
    if word == "a":
        entity["url"] = attributes.get("href", "")
    if word == "tg-emoji":
        if not attributes.get("emoji-id", "").isdigit():
            raise _unreadable("Invalid custom emoji identifier specified")
        entity["custom_emoji_id"] = attributes["emoji-id"]
    if word == "blockquote" and "expandable" in attributes:
        entity["type"] = "expandable_blockquote"
    if word == "code" and attributes.get("class", "").startswith("language-"):
        parent = around[-1] if around else None
        if parent and parent[0] == "pre" and parent[1] and parent[1]["offset"] == offset:
            parent[1]["language"] = attributes["class"].removeprefix("language-")
            return None
    return entity


def _unescape(text: str) -> str:
    if "&" not in text:
        return text

    def one(match: re.Match[str]) -> str:
        sixteen, ten, name = match.groups()
        if name:
            return _CHARACTERS[name]
        code = int(sixteen, 16) if sixteen else int(ten)
        readable = 0 < code < 0x110000 and not 0xD800 <= code < 0xE000
        return chr(code) if readable else match.group()

    return _REFERENCE.sub(one, text)


def _stated(text: str, given: list[Entity]) -> list[Entity]:
    end = units(text)
    for entity in given:
        if entity["type"] not in _TYPES:
            raise bad(f'can\'t parse entities: unsupported entity type "{entity["type"]}"')
        start, stop = entity["offset"], entity["offset"] + entity["length"]
        if start < 0 or entity["length"] < 0 or stop > end:
            raise bad(
                f"can't parse entities: Entity beginning at UTF-16 offset {start} "
                f"ends after the end of the text at UTF-16 offset {stop}"
            )
    return [dict(entity) for entity in given if entity["length"]]


def _trimmed(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    """Drop white space around the text, as Telegram does, and move the entities along."""
    bare = text.strip()
    if bare == text:
        return text, entities
    gone = units(text[: len(text) - len(text.lstrip())])
    end = units(bare)
    kept: list[Entity] = []
    for entity in entities:
        start = max(entity["offset"] - gone, 0)
        stop = min(entity["offset"] + entity["length"] - gone, end)
        if stop > start:
            kept.append({**entity, "offset": start, "length": stop - start})
    return bare, kept


def _found(text: str, taken: list[Entity]) -> list[Entity]:
    """Return links, mentions, commands and hashtags that stand in plain text."""
    solid = [
        (e["offset"], e["offset"] + e["length"])
        for e in taken
        if e["type"] in ("code", "pre", "text_link", "url", "mention", "bot_command", "email")
    ]
    found: list[Entity] = []
    for match in _FOUND.finditer(text):
        offset, length = units(text[: match.start()]), units(match.group())
        if any(start < offset + length and offset < stop for start, stop in solid):
            continue
        found.append({"type": match.lastgroup, "offset": offset, "length": length})
    return found


def _unreadable(why: str) -> Exception:
    return bad(f"can't parse entities: {why}")
