"""The playbook as a YAML file: what admins export, edit and import."""

import re
from dataclasses import asdict, replace
from datetime import date, time
from typing import Any

import yaml

from bot.knowledge.content_reading import (
    LONGEST_NAME,
    LONGEST_QUESTION,
    LONGEST_TEXT,
    Given,
    button,
    content,
)
from bot.knowledge.mistakes import BadPlaybook, Mistake, shortened
from bot.knowledge.playbook_writing import WEEKDAYS, write
from bot.knowledge.yaml_tree import Checker, Node, blank, is_null, line_of, tree
from core.messages import Content, Kind
from core.playbook import (
    ALWAYS,
    Answering,
    BannedWords,
    EntryKind,
    FaqEntry,
    Hours,
    Match,
    Playbook,
    Prompt,
    Rule,
    Shelf,
    WordAction,
    WordClass,
    WordDirection,
    WordMatch,
)
from core.prompts import KINDS, is_of_group

__all__ = ["BadPlaybook", "Mistake", "read", "write"]

LONGEST_WORD = 100
LONGEST_CATEGORY = 30
"""Characters of one name of the tree (requirement KBF-03)."""
LONGEST_EXPRESSION = 500
LOWEST_PRECISION, HIGHEST_PRECISION = 0.5, 0.999
DEEPEST_TREE = 10
"""What the setting ``depth`` may be at the most."""

_CLOCK = re.compile(r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?")
_SECTIONS = ("settings", "categories", "rules", "faq", "library", "words", "prompts")
_ENTRY = (
    *("category", "title", "question", "similar", "keywords", "kind"),
    *("answer", "enabled", "valid", "new"),
)
_WORDS = ("name", "words", "action", "direction", "class", "match", "accounts", "enabled")


def read(text: str | bytes, *, depth: int | None = None) -> Playbook:
    """Read a playbook file.

    Args:
        text: The file.
        depth: Levels that the knowledge tree may have; ``None`` for the usual. What the file's
            own settings say comes first.

    Returns:
        The playbook with version 0 and with 0 for every id; sections that are left out are empty.

    Raises:
        BadPlaybook: The file has mistakes. All of them are told, each with its line; only a file
            that is not readable as YAML at all has a single one.
    """
    return _PlaybookReader(Answering().depth if depth is None else depth).playbook(tree(text))


class _PlaybookReader:
    def __init__(self, depth: int) -> None:
        self.check = Checker()
        self.depth = depth
        self._first: dict[tuple[str, ...], Node] = {}

    def playbook(self, root: Node) -> Playbook:
        sections = self.check.fields(root, "", _SECTIONS)
        sections = {name: node for name, node in sections.items() if not is_null(node)}

        def each(name: str) -> list[tuple[Node, str]]:
            return self.check.items(sections[name], name) if name in sections else []

        settings: dict[str, bool | int | float | str] = {}
        if "settings" in sections:
            settings = self._settings(sections["settings"])
            self.depth = int(settings.get("depth", self.depth))
        nodes = self._nodes(sections["categories"]) if "categories" in sections else {}
        values: dict[str, Any] = {**settings}
        playbook = Playbook(
            rules=tuple(self._rule(node, path) for node, path in each("rules")),
            faq=tuple(self._entry(node, path, Shelf.FAQ) for node, path in each("faq")),
            library=tuple(self._entry(node, path, Shelf.DESK) for node, path in each("library")),
            words=tuple(self._banned(node, path) for node, path in each("words")),
            prompts=tuple(self._prompt(node, path) for node, path in each("prompts")),
            answering=replace(Answering(), **values),
            nodes=nodes,
            settings=settings,
        )
        if self.check.mistakes:
            raise BadPlaybook(self.check.mistakes)
        return playbook

    # -- settings and the tree -------------------------------------------------------------------

    def _settings(self, node: Node) -> dict[str, bool | int | float | str]:
        usual = asdict(Answering())
        given = self._given(node, "settings", tuple(usual))
        found: dict[str, bool | int | float | str] = {}
        for name, value in given.values.items():
            path = f"settings.{name}"
            if name == "precision":
                share = self.check.fact(value, path)
                fits = type(share) is float and LOWEST_PRECISION <= share <= HIGHEST_PRECISION
                if not fits:
                    low, high = LOWEST_PRECISION, HIGHEST_PRECISION
                    self.check.note(value, "playbook.out_of_range", path, low=low, high=high)
                found[name] = share if fits else usual[name]
            elif name == "depth":
                levels = self.check.number(value, path)
                if not 1 <= levels <= DEEPEST_TREE:
                    self.check.note(value, "playbook.out_of_range", path, low=1, high=DEEPEST_TREE)
                    # One mistake is enough: the categories are not to be told off as well.
                    levels = DEEPEST_TREE
                found[name] = levels
            elif isinstance(usual[name], bool):
                found[name] = self.check.flag(value, path)
            else:
                found[name] = self.check.text(
                    value, path, longest=LONGEST_EXPRESSION, may_be_blank=True
                )
        return found

    def _nodes(self, node: Node) -> dict[Shelf, tuple[str, ...]]:
        given = self._given(node, "categories", tuple(shelf.value for shelf in Shelf))
        found: dict[Shelf, tuple[str, ...]] = {}
        for shelf in Shelf:
            # A dictionary keeps the order; who names a path twice has not broken anything.
            paths = {self._category(one, path): None for one, path in given.items(shelf.value)}
            if shelf.value in given:
                found[shelf] = tuple(path for path in paths if path)
        return found

    def _category(self, node: Node, path: str) -> str:
        written = self.check.text(node, path, longest=LONGEST_TEXT, may_be_blank=True)
        names = [name.strip() for name in written.split("/") if name.strip()]
        for name in names:
            if blank(name):
                self.check.note(node, "playbook.blank_text", path)
            elif len(name) > LONGEST_CATEGORY:
                self.check.note(
                    node,
                    "playbook.long_category",
                    path,
                    name=shortened(name),
                    length=len(name),
                    limit=LONGEST_CATEGORY,
                )
        if len(names) > self.depth:
            self.check.note(
                node, "playbook.deep_category", path, levels=len(names), limit=self.depth
            )
        return "/".join(names)

    # -- rules -----------------------------------------------------------------------------------

    def _rule(self, node: Node, path: str) -> Rule:
        given = self._given(
            node,
            path,
            (
                *("name", "match", "words", "replies", "accounts", "enabled"),
                *("group", "valid", "hours"),
            ),
            ("name", "match", "words", "replies"),
        )
        name = given.text("name", LONGEST_NAME)
        if "name" in given:
            self._once(given.values["name"], f"{path}.name", "playbook.duplicate_rule", name)
        since, until = self._valid(given)
        enabled = given.flag("enabled", default=True)
        return Rule(
            id=0,
            name=name,
            match=Match(given.one_of("match", tuple(Match))),
            words=given.texts("words", LONGEST_WORD, empty=False),
            # A rule that is being made step by step has none yet, and is off.
            replies=tuple(
                content(self.check, one, at)
                for one, at in given.items("replies", empty=not enabled)
            ),
            accounts=given.texts("accounts", LONGEST_NAME),
            enabled=enabled,
            group=given.text("group", LONGEST_NAME),
            valid_from=since,
            valid_until=until,
            hours=self._hours(given),
        )

    def _valid(self, given: Given) -> tuple[date | None, date | None]:
        if "valid" not in given:
            return None, None
        node, path = given.values["valid"], f"{given.path}.valid"
        days = self.check.items(node, path)
        if len(days) != 2:
            if isinstance(node, yaml.SequenceNode):
                self.check.note(node, "playbook.expected_period", path)
            return None, None
        start, end = (self.check.day(day, at) for day, at in days)
        if start and end and start > end:
            self.check.note(
                node,
                "playbook.period_reversed",
                path,
                start=start.isoformat(),
                end=end.isoformat(),
            )
        return start, end

    def _hours(self, given: Given) -> Hours:
        if "hours" not in given:
            return ALWAYS
        path = f"{given.path}.hours"
        inner = self._given(given.values["hours"], path, ("days", "times"))
        days = [
            self.check.choice(node, at, tuple(WEEKDAYS), str) for node, at in inner.items("days")
        ]
        spans = [self._span(node, at) for node, at in inner.items("times")]
        return Hours(
            frozenset(WEEKDAYS.index(day) for day in days),
            tuple(span for span in spans if span is not None),
        )

    def _span(self, node: Node, path: str) -> tuple[time, time] | None:
        written = self.check.text(node, path, longest=LONGEST_NAME)
        start, _, end = written.partition("-")
        clocks = _clock(start.strip()), _clock(end.strip())
        if clocks[0] is None or clocks[1] is None:
            if written:
                self.check.note(node, "playbook.expected_times", path, found=shortened(written))
            return None
        return clocks[0], clocks[1]

    # -- the knowledge base ----------------------------------------------------------------------

    def _entry(self, node: Node, path: str, shelf: Shelf) -> FaqEntry:
        given = self._given(node, path, _ENTRY, ("question", "answer"))
        category = ""
        if "category" in given:
            category = self._category(given.values["category"], f"{path}.category")
        question = given.text("question", LONGEST_QUESTION)
        answer = Content(Kind.TEXT)
        if "answer" in given:
            answer = content(self.check, given.values["answer"], f"{path}.answer")
        if "question" in given:
            # Agents may keep several phrases under one name; customers' questions are told apart.
            more = () if shelf is Shelf.FAQ else (str(answer.to_json()),)
            self._once(
                given.values["question"],
                f"{path}.question",
                "playbook.duplicate_question",
                question,
                shelf.value,
                category,
                *more,
            )
        since, until = self._valid(given)
        return FaqEntry(
            id=0,
            category=category,
            question=question,
            similar=given.texts("similar", LONGEST_QUESTION),
            keywords=given.texts("keywords", LONGEST_WORD),
            answer=answer,
            enabled=given.flag("enabled", default=True),
            valid_from=since,
            valid_until=until,
            new=given.flag("new", default=False),
            shelf=shelf,
            kind=EntryKind(given.one_of("kind", tuple(EntryKind))),
            title=given.text("title", LONGEST_QUESTION),
        )

    # -- sensitive words and prompts -------------------------------------------------------------

    def _banned(self, node: Node, path: str) -> BannedWords:
        given = self._given(node, path, _WORDS, _WORDS[:4])
        name = given.text("name", LONGEST_NAME)
        if "name" in given:
            self._once(given.values["name"], f"{path}.name", "playbook.duplicate_words", name)
        about = WordClass.NEGATIVE.value
        if "class" in given:
            about = given.one_of("class", tuple(one.value for one in WordClass))
        return BannedWords(
            name=name,
            words=given.texts("words", LONGEST_WORD, empty=False),
            action=given.one_of("action", tuple(one.value for one in WordAction)),
            direction=given.one_of("direction", tuple(one.value for one in WordDirection)),
            about=about,
            match=given.one_of("match", tuple(one.value for one in WordMatch)),
            accounts=given.texts("accounts", LONGEST_NAME),
            enabled=given.flag("enabled", default=False),
        )

    def _prompt(self, node: Node, path: str) -> Prompt:
        given = self._given(
            node, path, ("kind", "account", "enabled", "body", "menu", "more"), ("kind",)
        )
        kind = given.one_of("kind", KINDS)
        account = None
        if "account" in given and not is_null(given.values["account"]):
            account = given.text("account", LONGEST_NAME)
            if is_of_group(account):
                # Groups have other numbers on another desk.
                where = given.values["account"]
                self.check.note(where, "playbook.prompt_of_group", f"{path}.account")
        if "kind" in given:
            self._once(node, path, "playbook.duplicate_prompt", kind, account or "")
        more = tuple(content(self.check, one, at) for one, at in given.items("more"))
        if "body" not in given and not more and isinstance(node, yaml.MappingNode):
            self.check.note(node, "playbook.missing_key", path, key="body")
        return Prompt(
            kind=kind,
            account=account,
            enabled=given.flag("enabled", default=True),
            body=given.text("body", LONGEST_TEXT),
            menu=tuple(button(self.check, one, at) for one, at in given.items("menu")),
            more=more,
        )

    def _given(
        self,
        node: Node,
        path: str,
        known: tuple[str, ...],
        required: tuple[str, ...] = (),
    ) -> Given:
        return Given(self.check, self.check.fields(node, path, known, required), path)

    def _once(self, node: Node, path: str, key: str, *what: str) -> None:
        """Note a mistake when the same thing stood further up."""
        first = self._first.setdefault((key, *what), node)
        if first is not node:
            self.check.note(node, key, path, name=shortened(what[0]), first_line=line_of(first))


def _clock(written: str) -> time | None:
    if written == "24:00":
        # A part of the day that ends where it begins the next one runs to midnight.
        return time()
    if not _CLOCK.fullmatch(written):
        return None
    hours, minutes, *seconds = map(int, written.split(":"))
    try:
        return time(hours, minutes, seconds[0] if seconds else 0)
    except ValueError:
        return None
