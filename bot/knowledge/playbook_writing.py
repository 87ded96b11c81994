"""The way a playbook is written down so that a person can read and edit it."""

from typing import Any

import yaml

from core.messages import Button, Content, Kind
from core.playbook import BannedWords, FaqEntry, Playbook, Prompt, Rule

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

    Ids and the version are not written. The same playbook always gives the same text.

    Raises:
        ValueError: A reply is of a kind that nobody can have typed (a poll, a press).
    """
    return yaml.dump(
        {
            "rules": [_rule(rule) for rule in playbook.rules],
            "faq": [_entry(entry) for entry in playbook.faq],
            "words": [_banned(banned) for banned in playbook.words],
            "prompts": [_prompt(prompt) for prompt in playbook.prompts],
        },
        Dumper=_Dumper,
        allow_unicode=True,
        sort_keys=False,
        default_flow_style=False,
        width=100,
    )


def _rule(rule: Rule) -> dict[str, Any]:
    out: dict[str, Any] = {
        "name": rule.name,
        "match": rule.match.value,
        "words": _OnOneLine(rule.words),
        "replies": [_content(reply) for reply in rule.replies],
    }
    if rule.accounts:
        out["accounts"] = _OnOneLine(rule.accounts)
    if not rule.enabled:
        out["enabled"] = False
    return out


def _entry(entry: FaqEntry) -> dict[str, Any]:
    out: dict[str, Any] = {}
    if entry.category:
        out["category"] = entry.category
    out["question"] = entry.question
    if entry.similar:
        out["similar"] = list(entry.similar)
    if entry.keywords:
        out["keywords"] = _OnOneLine(entry.keywords)
    out["answer"] = _content(entry.answer)
    if not entry.enabled:
        out["enabled"] = False
    if entry.valid_from is not None or entry.valid_until is not None:
        out["valid"] = _OnOneLine([entry.valid_from, entry.valid_until])
    if entry.new:
        out["new"] = True
    return out


def _banned(banned: BannedWords) -> dict[str, Any]:
    return {
        "name": banned.name,
        "words": _OnOneLine(banned.words),
        "action": banned.action,
        "direction": banned.direction,
    }


def _prompt(prompt: Prompt) -> dict[str, Any]:
    out: dict[str, Any] = {"kind": prompt.kind}
    if prompt.account is not None:
        out["account"] = prompt.account
    if not prompt.enabled:
        out["enabled"] = False
    out["body"] = prompt.body
    if prompt.menu:
        out["menu"] = [_button(button) for button in prompt.menu]
    return out


def _content(content: Content) -> dict[str, Any]:
    out: dict[str, Any] = {}
    if content.title:
        out["title"] = content.title
    if content.text:
        out["text"] = content.text
    if content.kind in FILES and content.media is not None:
        out[content.kind.value] = content.media.to_json()
    elif content.kind in FREE_FACTS:
        out[content.kind.value] = dict(content.data)
    elif content.kind is not Kind.TEXT:
        raise ValueError(f"a playbook cannot hold a {content.kind.value}")
    if content.data and content.kind not in FREE_FACTS:
        out["data"] = dict(content.data)
    if content.buttons:
        out["buttons"] = [[_button(button) for button in row] for row in content.buttons]
    return out


def _button(button: Button) -> dict[str, Any]:
    out = {"label": button.label}
    if button.data is not None:
        out["data"] = button.data
    if button.url is not None:
        out["url"] = button.url
    return out
