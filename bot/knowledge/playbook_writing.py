"""The way a playbook is written down so that a person can read and edit it."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

import yaml

from core.messages import Button, Content, Kind
from core.playbook import (
    ALWAYS,
    BannedWords,
    EntryKind,
    FaqEntry,
    Hours,
    Playbook,
    Prompt,
    Rule,
    Shelf,
    WordClass,
    WordMatch,
)
from core.prompts import is_of_group

FILES = (
    Kind.PHOTO,
    Kind.VOICE,
    Kind.VIDEO,
    Kind.DOCUMENT,
    Kind.AUDIO,
    Kind.VIDEO_NOTE,
    Kind.ANIMATION,
    Kind.STICKER,
)
"""Kinds of content that consist of a file."""
FREE_FACTS = (Kind.LOCATION, Kind.VENUE, Kind.CONTACT)
"""Kinds of content that say everything in their own facts."""
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class _OnOneLine(list[Any]):
    """A list of short things."""


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        """Write equal things twice: readers refuse anchors."""
        return True


def _write_text(dumper: _Dumper, text: str) -> yaml.nodes.Node:
    style = None
    lines = text.split("\n")
    if not all(line.isprintable() for line in lines):
        # Other line breaks and control characters survive only as escapes.
        style = '"'
    elif len(lines) > 1:
        tidy = not text[:1].isspace() and not any(line[-1:].isspace() for line in lines)
        style = "|" if tidy else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _write_on_one_line(dumper: _Dumper, things: _OnOneLine) -> yaml.nodes.Node:
    return dumper.represent_sequence("tag:yaml.org,2002:seq", things, flow_style=True)


_Dumper.add_representer(str, _write_text)
_Dumper.add_representer(_OnOneLine, _write_on_one_line)


def write(playbook: Playbook) -> str:
    """Return *playbook* as a file that ``read`` turns into the same playbook.

    Ids and the version are not written, nor are prompts of service groups: a group has another
    number on another desk. The same playbook always gives the same text.

    Raises:
        ValueError: A reply is of a kind that nobody can have typed (a poll, a press).
    """
    return yaml.dump(
        {
            "settings": asdict(playbook.answering),
            "categories": {
                shelf.value: list(playbook.nodes[shelf])
                for shelf in Shelf
                if shelf in playbook.nodes
            },
            "rules": [_rule(rule) for rule in playbook.rules],
            "faq": [_entry(entry) for entry in playbook.faq],
            "library": [_entry(entry) for entry in playbook.library],
            "words": [_banned(banned) for banned in playbook.words],
            "prompts": [
                _prompt(prompt) for prompt in playbook.prompts if not is_of_group(prompt.account)
            ],
        },
        Dumper=_Dumper,
        allow_unicode=True,
        sort_keys=False,
        default_flow_style=False,
        width=100,
    )


def _rule(rule: Rule) -> dict[str, Any]:
    out: dict[str, Any] = {"name": rule.name}
    if rule.group:
        out["group"] = rule.group
    out["match"] = rule.match.value
    out["words"] = _OnOneLine(rule.words)
    out["replies"] = [content_mapping(reply) for reply in rule.replies]
    if rule.accounts:
        out["accounts"] = _OnOneLine(rule.accounts)
    if not rule.enabled:
        out["enabled"] = False
    out |= _valid(rule.valid_from, rule.valid_until)
    if rule.hours != ALWAYS:
        out["hours"] = _hours(rule.hours)
    return out


def _hours(hours: Hours) -> dict[str, Any]:
    out: dict[str, Any] = {}
    if hours.weekdays:
        out["days"] = _OnOneLine(WEEKDAYS[day] for day in sorted(hours.weekdays))
    if hours.spans:
        out["times"] = _OnOneLine(
            "-".join(
                clock.isoformat("minutes" if not clock.second else "seconds") for clock in span
            )
            for span in hours.spans
        )
    return out


def _valid(first: date | None, last: date | None) -> dict[str, Any]:
    return {} if first is None and last is None else {"valid": _OnOneLine([first, last])}


def _entry(entry: FaqEntry) -> dict[str, Any]:
    out: dict[str, Any] = {}
    if entry.category:
        out["category"] = entry.category
    if entry.title:
        out["title"] = entry.title
    out["question"] = entry.question
    if entry.similar:
        out["similar"] = list(entry.similar)
    if entry.keywords:
        out["keywords"] = _OnOneLine(entry.keywords)
    if entry.kind is not EntryKind.QA:
        out["kind"] = entry.kind.value
    out["answer"] = content_mapping(entry.answer)
    if not entry.enabled:
        out["enabled"] = False
    out |= _valid(entry.valid_from, entry.valid_until)
    if entry.new:
        out["new"] = True
    return out


def _banned(banned: BannedWords) -> dict[str, Any]:
    out: dict[str, Any] = {
        "name": banned.name,
        "words": _OnOneLine(banned.words),
        "action": banned.action,
        "direction": banned.direction,
    }
    if banned.about != WordClass.NEGATIVE:
        out["class"] = banned.about
    if banned.match != WordMatch.CONTAINS:
        out["match"] = banned.match
    if banned.accounts:
        out["accounts"] = _OnOneLine(banned.accounts)
    out["enabled"] = banned.enabled
    return out


def _prompt(prompt: Prompt) -> dict[str, Any]:
    out: dict[str, Any] = {"kind": prompt.kind}
    if prompt.account is not None:
        out["account"] = prompt.account
    if not prompt.enabled:
        out["enabled"] = False
    if prompt.body:
        out["body"] = prompt.body
    if prompt.menu:
        out["menu"] = _buttons(prompt.menu)
    if prompt.more:
        out["more"] = [content_mapping(content) for content in prompt.more]
    return out


def content_mapping(content: Content) -> dict[str, Any]:
    """Return a message as a playbook file has it.

    Raises:
        ValueError: It is of a kind that nobody can have typed.
    """
    out: dict[str, Any] = {}
    data = dict(content.data)
    if content.title:
        out["title"] = content.title
    if content.text:
        out["text"] = content.text
    if content.kind in FILES and content.media is not None:
        out[content.kind.value] = content.media.to_json()
    elif content.kind in FREE_FACTS:
        out[content.kind.value], data = data, {}
    elif content.kind is Kind.LINK:
        out["link"] = data.pop("url", "")
        if content.media is not None:
            out["cover"] = content.media.to_json()
    elif content.kind is Kind.FAQ_CARD:
        out["faq_card"] = True
    elif content.kind is not Kind.TEXT:
        raise ValueError(f"a playbook cannot hold a {content.kind.value}")
    if data:
        out["data"] = data
    if content.buttons:
        out["buttons"] = [_buttons(row) for row in content.buttons]
    return out


def _buttons(row: Sequence[Button]) -> list[dict[str, Any]]:
    return [_button(button) for button in row]


def _button(button: Button) -> dict[str, Any]:
    out = {"label": button.label}
    if button.data is not None:
        out["data"] = button.data
    if button.url is not None:
        out["url"] = button.url
    return out
