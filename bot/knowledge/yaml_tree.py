"""YAML with line numbers, read so that no file can do harm and every mistake is told."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, TypeVar

import yaml
from rapidfuzz import process

from bot.knowledge.mistakes import BadPlaybook, Mistake, shortened

Node = yaml.nodes.Node
T = TypeVar("T")

BIGGEST_BYTES = 10 * 1024 * 1024
MOST_NODES = 200_000
DEEPEST = 20
"""Levels of nesting; a playbook needs nine."""

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TAG = "tag:yaml.org,2002:"
_NUMBER = re.compile(r"[0-9]{1,15}")
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,30})")
_DECIMAL = re.compile(r"[-+]?[0-9]{0,30}\.[0-9]{1,30}([eE][-+]?[0-9]{1,3})?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TEXTLIKE = {f"{_TAG}{name}" for name in ("str", "int", "float", "bool", "timestamp", "value")}


def blank(text: str) -> bool:
    """Tell whether a reader would see nothing of *text*."""
    return all(
        char.isspace() or char in "\ufe0e\ufe0f" or unicodedata.category(char) in ("Cc", "Cf", "Cs")
        for char in unicodedata.normalize("NFKC", text)
    )


def tree(source: str | bytes) -> Node:
    """Parse *source* and return its root.

    Raises:
        BadPlaybook: It is no UTF-8, no YAML, empty, more than 10 MiB, has more than 200,000 nodes
            or 20 levels, or uses anchors (a few of which can stand for billions of nodes).
    """
    raw = source.encode("utf-8", "surrogatepass") if isinstance(source, str) else source
    if len(raw) > BIGGEST_BYTES:
        raise _refused(1, "playbook.too_big", limit_mb=BIGGEST_BYTES // 1024 // 1024)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _refused(raw.count(b"\n", 0, error.start) + 1, "playbook.not_utf8") from error
    try:
        _check_size(text)
        root: Node | None = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark: Any = error.problem_mark or error.context_mark
        raise _refused(
            mark.line + 1 if mark else 1, "playbook.not_yaml", problem=error.problem or ""
        ) from error
    except yaml.reader.ReaderError as error:
        at = error.position if isinstance(error.position, int) else 0
        raise _refused(
            text.count("\n", 0, at) + 1, "playbook.not_yaml", problem=error.reason
        ) from error
    if root is None:
        raise _refused(1, "playbook.empty_file")
    return root


def _check_size(text: str) -> None:
    # Events come one by one and need no stack, so this is safe where composing is not.
    nodes = depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if not isinstance(event, yaml.NodeEvent):
            continue
        line = line_of(event)
        if event.anchor is not None:
            raise _refused(line, "playbook.anchor", name=shortened(event.anchor))
        nodes += 1
        if nodes > MOST_NODES:
            raise _refused(line, "playbook.too_many_nodes", limit=MOST_NODES)
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > DEEPEST:
                raise _refused(line, "playbook.too_deep", limit=DEEPEST)


def _refused(line: int, key: str, **facts: Any) -> BadPlaybook:
    return BadPlaybook([Mistake(line, key, {"line": line, **facts})])


def line_of(part: Any) -> int:
    """Return the line on which a node or an event begins, from 1."""
    return int(part.start_mark.line) + 1


class Checker:
    """Takes values out of a tree and notes what does not fit.

    Every method returns something harmless after a mistake, so that one reading finds them all.
    Paths look like ``rules[2].words[1]``, counted from 1.
    """

    def __init__(self) -> None:
        self.mistakes: list[Mistake] = []

    def note(self, node: Node, key: str, path: str, /, **facts: Any) -> None:
        """Remember a mistake at *node*."""
        line = line_of(node)
        self.mistakes.append(Mistake(line, key, {"line": line, "path": path or "/", **facts}))

    def fields(
        self, node: Node, path: str, known: Iterable[str], required: Iterable[str] = ()
    ) -> dict[str, Node]:
        """Return the values of a mapping by key; unknown, double and missing keys are mistakes."""
        if not isinstance(node, yaml.MappingNode):
            self.note(node, "playbook.expected_mapping", path, found=_shown(node))
            return {}
        known = tuple(known)
        found: dict[str, Node] = {}
        for key, value in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else None
            if name not in known:
                nearest = process.extractOne(name or "", known)
                self.note(
                    key,
                    "playbook.unknown_key",
                    path,
                    key=_shown(key),
                    nearest=nearest[0] if nearest else known[0],
                )
            elif name in found:
                self.note(key, "playbook.duplicate_key", path, key=name)
            else:
                found[name] = value
        for name in required:
            if name not in found:
                self.note(node, "playbook.missing_key", path, key=name)
        return found

    def items(self, node: Node, path: str, *, empty: bool = True) -> list[tuple[Node, str]]:
        """Return the nodes of a list with their paths; *empty* tells whether it may be."""
        if not isinstance(node, yaml.SequenceNode):
            self.note(node, "playbook.expected_list", path, found=_shown(node))
            return []
        if not node.value and not empty:
            self.note(node, "playbook.empty_list", path)
        return [(item, f"{path}[{number}]") for number, item in enumerate(node.value, 1)]

    def text(self, node: Node, path: str, *, longest: int, may_be_blank: bool = False) -> str:
        """Return a text of up to *longest* characters.

        Numbers, dates and ``yes`` without quotes count as they are written: a keyword ``100`` is
        as good as ``"100"``.
        """
        if not isinstance(node, yaml.ScalarNode) or node.tag not in _TEXTLIKE:
            self.note(node, "playbook.expected_text", path, found=_shown(node))
            return ""
        value = str(node.value)
        if not may_be_blank and blank(value):
            self.note(node, "playbook.blank_text", path)
        elif len(value) > longest:
            self.note(node, "playbook.too_long", path, length=len(value), limit=longest)
        return value

    def texts(self, node: Node, path: str, *, longest: int, empty: bool = True) -> tuple[str, ...]:
        """Return a list of texts."""
        return tuple(
            self.text(item, at, longest=longest) for item, at in self.items(node, path, empty=empty)
        )

    def flag(self, node: Node, path: str) -> bool:
        """Return ``true`` or ``false``."""
        if not isinstance(node, yaml.ScalarNode) or node.tag != f"{_TAG}bool":
            self.note(node, "playbook.expected_flag", path, found=_shown(node))
            return False
        return bool(yaml.SafeLoader.bool_values[node.value.lower()])

    def number(self, node: Node, path: str) -> int:
        """Return a whole number that is not negative."""
        if (
            not isinstance(node, yaml.ScalarNode)
            or node.tag != f"{_TAG}int"
            or not _NUMBER.fullmatch(node.value)
        ):
            self.note(node, "playbook.expected_number", path, found=_shown(node))
            return 0
        return int(node.value)

    def choice(self, node: Node, path: str, choices: Iterable[T], name: Callable[[T], str]) -> T:
        """Return the one of *choices* that is written there by its *name*; the first if none is."""
        by_name = {name(choice): choice for choice in choices}
        if not isinstance(node, yaml.ScalarNode) or node.value not in by_name:
            self.note(
                node,
                "playbook.bad_choice",
                path,
                found=_shown(node),
                choices=", ".join(by_name),
            )
            return next(iter(by_name.values()))
        return by_name[node.value]

    def day(self, node: Node, path: str) -> date | None:
        """Return a date, ``None`` for ``null``."""
        if is_null(node):
            return None
        written = node.value if isinstance(node, yaml.ScalarNode) else ""
        day = _day(written) if _DAY.fullmatch(written) else None
        if day is None:
            self.note(node, "playbook.expected_date", path, found=_shown(node))
        return day

    def fact(self, node: Node, path: str) -> Any:
        """Return a text, number, flag or ``None`` as YAML reads it."""
        kind = node.tag.removeprefix(_TAG) if isinstance(node, yaml.ScalarNode) else ""
        value = str(node.value)
        if kind in ("str", "timestamp"):
            return value
        if kind == "null":
            return None
        if kind == "bool":
            return self.flag(node, path)
        # YAML knows 1:30 and .inf as well; those are no facts of anything.
        if kind == "int" and _INTEGER.fullmatch(value):
            return int(value)
        if kind == "float" and _DECIMAL.fullmatch(value):
            return float(value)
        self.note(node, "playbook.expected_fact", path, found=_shown(node))
        return None


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None


def is_null(node: Node) -> bool:
    """Tell whether *node* is ``null``, ``~`` or nothing at all."""
    return isinstance(node, yaml.ScalarNode) and node.tag == f"{_TAG}null"


def _shown(node: Node) -> str:
    if isinstance(node, yaml.ScalarNode):
        return shortened(node.value) or '""'
    return "[…]" if isinstance(node, yaml.SequenceNode) else "{…}"
