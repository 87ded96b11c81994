"""The knowledge base as an Excel sheet: a template to fill in, a list to read, and both ways back.

An answer is the text that is sent. What is no plain text (a picture, a link with a cover, buttons)
is written as its entry in a playbook file has it, on one line, and read back from that.
"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from enum import StrEnum
from typing import Any, TypeVar

from bot.knowledge.content_reading import LONGEST_QUESTION, LONGEST_TEXT, content, is_address
from bot.knowledge.excel import BadSheet, Column, Row, read_rows, template, write_rows
from bot.knowledge.excel import heading as column_heading
from bot.knowledge.mistakes import BadPlaybook, Mistake, shortened
from bot.knowledge.playbook_file import LONGEST_CATEGORY, LONGEST_WORD
from bot.knowledge.playbook_writing import content_mapping
from bot.knowledge.yaml_tree import Checker, blank, tree
from core.i18n.texts import LANGUAGES, Texts, texts
from core.messages import Content, Kind
from core.messages import text as plain_text
from core.playbook import EntryKind, FaqEntry, Playbook, Shelf

COLUMNS = (
    Column("category"),
    Column("title", longest=LONGEST_QUESTION),
    Column("question", required=True, longest=LONGEST_QUESTION),
    Column("similar"),
    Column("keywords"),
    Column("answer", required=True),
    Column("kind"),
    Column("shelf"),
    Column("enabled"),
    Column("valid_from"),
    Column("valid_until"),
    Column("new"),
)
COUNTED = (Column("uses"), Column("updated"))
"""Columns of an export that an import passes over."""
_UNSAID = frozenset(
    {"title", "similar", "keywords", "kind", "enabled", "valid_from", "valid_until", "new"}
)
"""Columns, and fields of an entry, whose absence leaves an entry on the desk as it is there."""
_BETWEEN_QUESTIONS = re.compile(r"[|｜\n]")
_BETWEEN_KEYWORDS = re.compile(r"[\s,，、;；]+")
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?: 00:00)?")
_YES = frozenset({"1", "true", "yes", "y", "on", "是", "启用", "开", "√", "✓"})
_NO = frozenset({"0", "false", "no", "n", "off", "否", "停用", "关", "×", "✗"})

Choice = TypeVar("Choice", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class KnowledgeSheet:
    """What a sheet says.

    Args:
        playbook: The entries of the rows without mistakes, and nothing else.
        mistakes: What is wrong with the others, from the top to the bottom.
        unsaid: Fields of entries for which the sheet has no column.
    """

    playbook: Playbook
    mistakes: tuple[Mistake, ...]
    unsaid: frozenset[str]

    @property
    def good(self) -> int:
        """How many rows have no mistake."""
        return len(self.playbook.faq) + len(self.playbook.library)


def read_sheet(data: bytes, *, depth: int, most_rows: int = 10_000) -> KnowledgeSheet:
    """Read a sheet of the knowledge base; never refuses, but tells what is wrong.

    Args:
        data: An .xlsx file.
        depth: Levels that the knowledge tree may have.
        most_rows: Rows that it may have.
    """
    mistakes: list[Mistake] = []
    try:
        rows: Sequence[Row] = read_rows(data, (*COLUMNS, *COUNTED), most_rows=most_rows)
    except BadSheet as bad:
        mistakes += bad.mistakes
        rows = bad.rows
    reader = _SheetReader(depth)
    entries = [entry for row in rows if (entry := reader.entry(row)) is not None]
    mistakes += reader.mistakes
    missing = rows[0].missing if rows else frozenset()
    return KnowledgeSheet(
        Playbook(
            faq=tuple(entry for entry in entries if entry.shelf is Shelf.FAQ),
            library=tuple(entry for entry in entries if entry.shelf is Shelf.DESK),
        ),
        tuple(sorted(mistakes, key=lambda mistake: mistake.line)),
        _UNSAID & missing,
    )


def knowledge_template(say: Texts) -> bytes:
    """Return the sheet that admins fill in, with two examples in the language of *say*."""
    examples = [
        {
            "category": say(f"sheet.example.{shelf.value}.category"),
            "question": say(f"sheet.example.{shelf.value}.question"),
            "similar": say(f"sheet.example.{shelf.value}.similar"),
            "keywords": say(f"sheet.example.{shelf.value}.keywords"),
            "answer": say(f"sheet.example.{shelf.value}.answer"),
            "kind": _named(say, kind),
            "shelf": _named(say, shelf),
            "enabled": say("sheet.yes"),
            "new": say("sheet.no"),
        }
        for shelf, kind in ((Shelf.FAQ, EntryKind.QA), (Shelf.DESK, EntryKind.PHRASE))
    ]
    return template(say("sheet.title"), COLUMNS, examples, say=say)


def knowledge_excel(entries: Iterable[FaqEntry], say: Texts, zone: tzinfo) -> bytes:
    """Return entries as a sheet that ``read_sheet`` reads again.

    Args:
        entries: In their order.
        say: Texts of the reader.
        zone: In which the moments of the last update are written.
    """
    headings = [column_heading(column.name, say) for column in (*COLUMNS, *COUNTED)]

    def flag(on: bool) -> str:
        return say("sheet.yes") if on else say("sheet.no")

    def day(one: date | None) -> str:
        return one.isoformat() if one else ""

    rows = [
        (
            *(entry.category, entry.title, entry.question),
            "\n".join(entry.similar),
            _keywords(entry.keywords),
            _written(entry),
            *(_named(say, entry.kind), _named(say, entry.shelf), flag(entry.enabled)),
            *(day(entry.valid_from), day(entry.valid_until), flag(entry.new)),
            entry.uses,
            entry.updated_at.astimezone(zone).strftime("%Y-%m-%d %H:%M")
            if entry.updated_at
            else "",
        )
        for entry in entries
    ]
    return write_rows(say("sheet.title"), headings, rows)


class _SheetReader:
    def __init__(self, depth: int) -> None:
        self.depth = depth
        self.mistakes: list[Mistake] = []
        self._first: dict[tuple[str, ...], int] = {}

    def entry(self, row: Row) -> FaqEntry | None:
        """Return the entry that a row describes; ``None``: it has a mistake, which is noted."""
        before = len(self.mistakes)
        values = row.values
        shelf = self._choice(row, "shelf", Shelf, Shelf.FAQ)
        kind = self._choice(row, "kind", EntryKind, EntryKind.QA)
        category = self._category(row)
        similar = self._parts(row, "similar", _BETWEEN_QUESTIONS, LONGEST_QUESTION)
        since, until = self._day(row, "valid_from"), self._day(row, "valid_until")
        if since and until and since > until:
            self._note(row, "sheet.period_reversed", start=since.isoformat(), end=until.isoformat())
        entry = FaqEntry(
            id=0,
            category=category,
            question=values["question"],
            similar=similar,
            keywords=self._parts(
                row,
                "keywords",
                # They may hold blanks where each stands on a line of its own, or before a bar.
                _BETWEEN_QUESTIONS
                if _BETWEEN_QUESTIONS.search(values.get("keywords", ""))
                else _BETWEEN_KEYWORDS,
                LONGEST_WORD,
            ),
            answer=self._answer(row, kind),
            enabled=self._flag(row, "enabled", default=True),
            valid_from=since,
            valid_until=until,
            new=self._flag(row, "new", default=False),
            shelf=shelf,
            kind=kind,
            title=values.get("title", ""),
        )
        for name in ("question", "answer"):
            if blank(values[name]):
                self._note(row, "sheet.blank", column=_headings(name))
        more = () if shelf is Shelf.FAQ else (values["answer"],)
        told_by = (shelf.value, category, entry.question, *more)
        first = self._first.setdefault(told_by, row.number)
        if first != row.number:
            self._note(row, "sheet.duplicate", name=shortened(entry.question), first=first)
        return entry if len(self.mistakes) == before else None

    def _note(self, row: Row, key: str, /, **facts: Any) -> None:
        self.mistakes.append(Mistake(row.number, key, {"line": row.number, **facts}))

    def _category(self, row: Row) -> str:
        names = [name.strip() for name in row.values.get("category", "").split("/")]
        names = [name for name in names if name]
        for name in names:
            if len(name) > LONGEST_CATEGORY:
                self._note(
                    row,
                    "sheet.long_category",
                    name=shortened(name),
                    length=len(name),
                    limit=LONGEST_CATEGORY,
                )
        if len(names) > self.depth:
            self._note(row, "sheet.deep_category", levels=len(names), limit=self.depth)
        return "/".join(names)

    def _parts(
        self, row: Row, name: str, between: "re.Pattern[str]", longest: int
    ) -> tuple[str, ...]:
        parts = [part.strip() for part in between.split(row.values.get(name, ""))]
        for part in parts:
            if len(part) > longest:
                self._note(
                    row,
                    "sheet.too_long",
                    column=_headings(name),
                    length=len(part),
                    limit=longest,
                )
        return tuple(part for part in parts if part)

    def _choice(self, row: Row, name: str, kinds: type[Choice], default: Choice) -> Choice:
        written = row.values.get(name, "").casefold()
        if not written:
            return default
        for kind in kinds:
            known = {kind.value, *(_named(texts(one), kind).casefold() for one in LANGUAGES)}
            if written in known:
                return kind
        here = " / ".join(
            ", ".join(_named(texts(one), kind) for kind in kinds) for one in LANGUAGES
        )
        self._note(
            row,
            "sheet.bad_choice",
            column=_headings(name),
            found=shortened(row.values[name]),
            choices=here,
        )
        return default

    def _flag(self, row: Row, name: str, *, default: bool) -> bool:
        written = row.values.get(name, "").casefold()
        if not written:
            return default
        if written not in _YES | _NO:
            self._note(row, "sheet.bad_flag", column=_headings(name), found=shortened(written))
        return written in _YES

    def _day(self, row: Row, name: str) -> date | None:
        written = row.values.get(name, "")
        if not written:
            return None
        match = _DAY.fullmatch(written)
        try:
            if match is None:
                raise ValueError
            return date(*map(int, match.groups()))
        except ValueError:
            self._note(row, "sheet.bad_day", column=_headings(name), found=shortened(written))
            return None

    def _answer(self, row: Row, kind: EntryKind) -> Content:
        written = row.values["answer"]
        if _is_mapping(written):
            check = Checker()
            try:
                answer = content(check, tree(written), "answer")
            except BadPlaybook as bad:
                check.mistakes += bad.mistakes
            for mistake in check.mistakes:
                self._note(row, mistake.key, **{**mistake.facts, "line": row.number})
            return Content(Kind.TEXT) if check.mistakes else answer
        if len(written) > LONGEST_TEXT:
            self._note(
                row,
                "sheet.too_long",
                column=_headings("answer"),
                length=len(written),
                limit=LONGEST_TEXT,
            )
        if kind is EntryKind.LINK:
            if not is_address(written):
                self._note(row, "sheet.bad_address", found=shortened(written))
            return _link(row.values["question"], written)
        return plain_text(written)


def _keywords(words: Sequence[str]) -> str:
    alone = len(words) == 1 and _BETWEEN_KEYWORDS.search(words[0])
    return f"{words[0]}|" if alone else "\n".join(words)


def _written(entry: FaqEntry) -> str:
    """Return an answer as its cell has it."""
    answer = entry.answer
    if answer == plain_text(answer.text) and not _is_mapping(answer.text):
        if entry.kind is not EntryKind.LINK and answer.text == answer.text.strip():
            return answer.text
    elif entry.kind is EntryKind.LINK:
        address = str(answer.data.get("url", ""))
        if answer == _link(entry.question, address):
            return address
    return json.dumps(content_mapping(answer), ensure_ascii=False)


def _link(title: str, address: str) -> Content:
    return Content(Kind.LINK, title=title, data={"url": address})


def _is_mapping(written: str) -> bool:
    if not written.startswith("{"):
        return False
    try:
        return isinstance(json.loads(written), dict)
    except (ValueError, RecursionError):
        return False


def _named(say: Texts, one: StrEnum) -> str:
    """Return what a kind or a shelf is called in a sheet."""
    return say(f"sheet.{type(one).__name__.lower()}.{one.value}")


def _headings(name: str) -> str:
    return " / ".join(column_heading(name, texts(language)) for language in LANGUAGES)
