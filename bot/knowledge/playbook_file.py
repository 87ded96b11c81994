"""The playbook as a YAML file: what admins export, edit and import."""

from collections.abc import Mapping
from typing import Any

import yaml

from bot.knowledge.mistakes import BadPlaybook, Mistake, shortened
from bot.knowledge.playbook_writing import FILES, FREE_FACTS, write
from bot.knowledge.yaml_tree import Checker, Node, is_null, line_of, tree
from core.messages import NOTHING, Button, Content, Kind, Media
from core.playbook import BannedWords, FaqEntry, Match, Playbook, Prompt, Rule

__all__ = ["BadPlaybook", "Mistake", "read", "write"]

LONGEST_NAME = 100
LONGEST_WORD = 100
LONGEST_QUESTION = 500
LONGEST_TEXT = 4096
"""What the strictest platform takes as one message."""
LONGEST_URL = 2048

_MEDIA_TEXTS = ("account", "file_id", "file_name", "mime")
_MEDIA_NUMBERS = ("size_bytes", "duration_seconds")


def read(text: str | bytes) -> Playbook:
    """Read a playbook file.

    Returns:
        The playbook with version 0 and with 0 for every id; sections that are left out are empty.

    Raises:
        BadPlaybook: The file has mistakes. All of them are told, each with its line; only a file
            that is not readable as YAML at all has a single one.
    """
    return _PlaybookReader().playbook(tree(text))


class _PlaybookReader:
    def __init__(self) -> None:
        self.check = Checker()
        self._first: dict[tuple[str, ...], Node] = {}

    def playbook(self, root: Node) -> Playbook:
        sections = self.check.fields(root, "", ("rules", "faq", "words", "prompts"))

        def each(name: str) -> list[tuple[Node, str]]:
            node = sections.get(name)
            return [] if node is None or is_null(node) else self.check.items(node, name)

        rules = tuple(self._rule(node, path) for node, path in each("rules"))
        faq = tuple(self._entry(node, path) for node, path in each("faq"))
        words = tuple(self._banned(node, path) for node, path in each("words"))
        prompts = tuple(self._prompt(node, path) for node, path in each("prompts"))
        if self.check.mistakes:
            raise BadPlaybook(self.check.mistakes)
        return Playbook(rules=rules, faq=faq, words=words, prompts=prompts)

    def _rule(self, node: Node, path: str) -> Rule:
        given = self.check.fields(
            node,
            path,
            ("name", "match", "words", "replies", "accounts", "enabled"),
            ("name", "match", "words", "replies"),
        )
        name = self._text(given, "name", path, LONGEST_NAME)
        if "name" in given:
            self._once(given["name"], f"{path}.name", "playbook.duplicate_rule", name)
        match = Match.ALL
        if "match" in given:
            match = self.check.choice(given["match"], f"{path}.match", Match, lambda one: one.value)
        return Rule(
            id=0,
            name=name,
            match=match,
            words=self._texts(given, "words", path, LONGEST_WORD, empty=False),
            replies=self._replies(given, path),
            accounts=self._texts(given, "accounts", path, LONGEST_NAME),
            enabled=self._flag(given, "enabled", path, default=True),
        )

    def _replies(self, given: Mapping[str, Node], path: str) -> tuple[Content, ...]:
        if "replies" not in given:
            return ()
        listed = self.check.items(given["replies"], f"{path}.replies", empty=False)
        return tuple(self._content(node, at) for node, at in listed)

    def _entry(self, node: Node, path: str) -> FaqEntry:
        given = self.check.fields(
            node,
            path,
            (
                *("category", "question", "similar", "keywords"),
                *("answer", "enabled", "valid", "new"),
            ),
            ("question", "answer"),
        )
        category = ""
        if "category" in given:
            category = self.check.text(
                given["category"], f"{path}.category", longest=LONGEST_TEXT, may_be_blank=True
            )
        question = self._text(given, "question", path, LONGEST_QUESTION)
        if "question" in given:
            self._once(
                given["question"],
                f"{path}.question",
                "playbook.duplicate_question",
                question,
                category,
            )
        start, end = None, None
        if "valid" in given:
            where = f"{path}.valid"
            days = self.check.items(given["valid"], where)
            if len(days) == 2:
                start, end = (self.check.day(day, at) for day, at in days)
                if start and end and start > end:
                    self.check.note(
                        given["valid"],
                        "playbook.period_reversed",
                        where,
                        start=start.isoformat(),
                        end=end.isoformat(),
                    )
            elif isinstance(given["valid"], yaml.SequenceNode):
                self.check.note(given["valid"], "playbook.expected_period", where)
        answer = Content(Kind.TEXT)
        if "answer" in given:
            answer = self._content(given["answer"], f"{path}.answer")
        return FaqEntry(
            id=0,
            category=category,
            question=question,
            similar=self._texts(given, "similar", path, LONGEST_QUESTION),
            keywords=self._texts(given, "keywords", path, LONGEST_WORD),
            answer=answer,
            enabled=self._flag(given, "enabled", path, default=True),
            valid_from=start,
            valid_until=end,
            new=self._flag(given, "new", path, default=False),
        )

    def _banned(self, node: Node, path: str) -> BannedWords:
        keys = ("name", "words", "action", "direction")
        given = self.check.fields(node, path, keys, keys)
        name = self._text(given, "name", path, LONGEST_NAME)
        if "name" in given:
            self._once(given["name"], f"{path}.name", "playbook.duplicate_words", name)
        return BannedWords(
            name=name,
            words=self._texts(given, "words", path, LONGEST_WORD, empty=False),
            action=self._one_of(given, "action", path, ("block", "warn")),
            direction=self._one_of(given, "direction", path, ("staff", "customer", "both")),
        )

    def _prompt(self, node: Node, path: str) -> Prompt:
        given = self.check.fields(
            node, path, ("kind", "account", "enabled", "body", "menu"), ("kind", "body")
        )
        kind = self._one_of(given, "kind", path, ("welcome",))
        account = None
        if "account" in given and not is_null(given["account"]):
            account = self._text(given, "account", path, LONGEST_NAME)
        if "kind" in given:
            self._once(node, path, "playbook.duplicate_prompt", kind, account or "")
        menu = []
        if "menu" in given:
            menu = self.check.items(given["menu"], f"{path}.menu")
        return Prompt(
            kind=kind,
            account=account,
            enabled=self._flag(given, "enabled", path, default=True),
            body=self._text(given, "body", path, LONGEST_TEXT),
            menu=tuple(self._button(button, at) for button, at in menu),
        )

    def _content(self, node: Node, path: str) -> Content:
        kinds = {kind.value: kind for kind in (*FILES, *FREE_FACTS)}
        given = self.check.fields(node, path, ("text", *kinds, "title", "buttons", "data"))
        named = [name for name in kinds if name in given]
        silent = isinstance(node, yaml.MappingNode) and not named and "text" not in given
        if silent or len(named) > 1:
            self.check.note(node, "playbook.content_kind", path, kinds=", ".join(("text", *kinds)))
        kind = kinds[named[0]] if named else Kind.TEXT
        media, data = None, NOTHING
        if kind in FILES:
            media = self._media(given[kind.value], f"{path}.{kind.value}")
        holder = kind.value if kind in FREE_FACTS else "data"
        if holder in given:
            data = self._facts(given[holder], f"{path}.{holder}")
        if holder != "data" and "data" in given:
            self.check.note(given["data"], "playbook.duplicate_key", path, key=holder)
        rows = []
        if "buttons" in given:
            rows = self.check.items(given["buttons"], f"{path}.buttons")
        return Content(
            kind=kind,
            text=self._text(given, "text", path, LONGEST_TEXT),
            media=media,
            buttons=tuple(self._row(row, at) for row, at in rows),
            title=self._text(given, "title", path, LONGEST_QUESTION),
            data=data,
        )

    def _media(self, node: Node, path: str) -> Media:
        given = self.check.fields(
            node, path, (*_MEDIA_TEXTS, *_MEDIA_NUMBERS), ("account", "file_id")
        )
        texts = {name: self._text(given, name, path, LONGEST_URL) for name in _MEDIA_TEXTS}
        numbers = {
            name: self.check.number(given[name], f"{path}.{name}") if name in given else None
            for name in _MEDIA_NUMBERS
        }
        return Media(
            account=texts["account"],
            file_id=texts["file_id"],
            file_name=texts["file_name"] or None,
            mime=texts["mime"] or None,
            size_bytes=numbers["size_bytes"],
            duration_seconds=numbers["duration_seconds"],
        )

    def _facts(self, node: Node, path: str) -> Mapping[str, Any]:
        if not isinstance(node, yaml.MappingNode):
            # Says what was expected.
            self.check.fields(node, path, ())
            return NOTHING
        names = {key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)}
        given = self.check.fields(node, path, names or ("latitude", "longitude"))
        return {name: self.check.fact(value, f"{path}.{name}") for name, value in given.items()}

    def _row(self, node: Node, path: str) -> tuple[Button, ...]:
        if isinstance(node, yaml.MappingNode):
            return (self._button(node, path),)
        listed = self.check.items(node, path, empty=False)
        return tuple(self._button(button, at) for button, at in listed)

    def _button(self, node: Node, path: str) -> Button:
        given = self.check.fields(node, path, ("label", "data", "url"), ("label",))
        if isinstance(node, yaml.MappingNode) and ("data" in given) == ("url" in given):
            self.check.note(node, "playbook.button_target", path)
        label = self._text(given, "label", path, LONGEST_NAME)
        data = self._text(given, "data", path, LONGEST_URL) if "data" in given else None
        url = self._text(given, "url", path, LONGEST_URL) if "url" in given else None
        return Button(label, data, url)

    def _text(self, given: Mapping[str, Node], name: str, path: str, longest: int) -> str:
        if name not in given:
            return ""
        return self.check.text(given[name], f"{path}.{name}", longest=longest)

    def _texts(
        self,
        given: Mapping[str, Node],
        name: str,
        path: str,
        longest: int,
        *,
        empty: bool = True,
    ) -> tuple[str, ...]:
        if name not in given:
            return ()
        return self.check.texts(given[name], f"{path}.{name}", longest=longest, empty=empty)

    def _flag(self, given: Mapping[str, Node], name: str, path: str, *, default: bool) -> bool:
        return self.check.flag(given[name], f"{path}.{name}") if name in given else default

    def _one_of(
        self, given: Mapping[str, Node], name: str, path: str, choices: tuple[str, ...]
    ) -> str:
        if name not in given:
            return choices[0]
        return self.check.choice(given[name], f"{path}.{name}", choices, str)

    def _once(self, node: Node, path: str, key: str, *what: str) -> None:
        """Note a mistake when the same thing stood further up."""
        first = self._first.setdefault((key, *what), node)
        if first is not node:
            self.check.note(node, key, path, name=shortened(what[0]), first_line=line_of(first))
