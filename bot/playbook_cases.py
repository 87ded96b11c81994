"""Tries a playbook on messages with known answers, for ``frontdesk playbook test``."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.answering import Answered, Question, answer
from bot.compiled import Compiled
from bot.dialog.requests import Request
from bot.knowledge.answering import Answer, Offer
from bot.knowledge.cases import Case, Expected
from core.i18n.texts import Texts
from core.messages import Content
from core.playbook import FaqEntry, Playbook

_WIDEST = 40


@dataclass(frozen=True, slots=True)
class Tried:
    """A case and what became of it."""

    case: Case
    found: Answered
    met: bool


def numbered(playbook: Playbook) -> Playbook:
    """Return a playbook from a file with numbers, as if it were stored: answers name them."""
    return replace(
        playbook,
        rules=tuple(replace(rule, id=n) for n, rule in enumerate(playbook.rules, 1)),
        faq=tuple(replace(entry, id=n) for n, entry in enumerate(playbook.faq, 1)),
    )


def try_cases(book: Compiled, cases: Sequence[Case], local: datetime) -> list[Tried]:
    """Ask the robot every case; the same playbook, cases and moments give the same results.

    Args:
        book: The playbook.
        cases: Messages and what is expected.
        local: The moment by the tenant's clocks for cases that name none.
    """
    by_moment: dict[datetime, list[int]] = {}
    for number, case in enumerate(cases):
        by_moment.setdefault(case.at or local, []).append(number)
    found: dict[int, Answered] = {}
    for moment, numbers in by_moment.items():
        questions = [Question(cases[n].account, cases[n].say) for n in numbers]
        found |= dict(zip(numbers, answer(book, questions, moment), strict=True))
    return [Tried(case, found[n], _meets(found[n], case.expected)) for n, case in enumerate(cases)]


def table(tried: Sequence[Tried], say: Texts) -> str:
    """Return the results as a table for people, misses marked."""
    head = ["", *(say(f"cases.{name}") for name in ("line", "say", "expected", "found"))]
    rows = [
        [
            say("cases.met") if one.met else say("cases.missed"),
            str(one.case.line),
            one.case.say,
            str(one.case.expected),
            _shown(one.found, say),
        ]
        for one in tried
    ]
    cells = [[_cut(cell) for cell in row] for row in (head, *rows)]
    widths = [max(_width(row[place]) for row in cells) for place in range(len(head))]
    lines = [
        "  ".join(
            cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in cells
    ]
    return "\n".join(lines)


def _meets(found: Answered, expected: Expected) -> bool:
    entry, offered, replies = _parts(found)
    wishes = [
        not expected.rule or (found.hit is not None and found.hit.rule.name == expected.rule),
        not expected.faq or (entry is not None and _is(entry, expected.faq)),
        all(any(_is(one, name) for one in offered) for name in expected.offer),
        not expected.human or (found.asked is not None and found.asked.request is Request.HUMAN),
        not expected.nothing or not (found.asked or found.hit or entry or offered),
        not expected.text or any(expected.text in reply.text for reply in replies),
    ]
    return all(wishes)


def _parts(found: Answered) -> tuple[FaqEntry | None, Sequence[FaqEntry], Sequence[Content]]:
    """Return the entry that is sent, those that are offered, and what is said."""
    if found.asked is not None:
        return None, (), ()
    if found.hit is not None:
        return None, (), found.hit.rule.replies
    if isinstance(found.verdict, Answer):
        return found.verdict.entry, (), (found.verdict.entry.answer,)
    return None, found.verdict.entries if isinstance(found.verdict, Offer) else (), ()


def _is(entry: FaqEntry, name: str) -> bool:
    return name in (entry.question, entry.title)


def _shown(found: Answered, say: Texts) -> str:
    entry, offered, _ = _parts(found)
    if found.asked is not None:
        return found.asked.request.value
    if found.hit is not None:
        return f"rule {found.hit.rule.name}"
    if entry is not None:
        return f"faq {entry.question} ({found.matches[0].score:.2f})"
    near = f" ({found.matches[0].score:.2f})" if found.matches else ""
    if offered:
        return f"offer {', '.join(one.question for one in offered)}{near}"
    return "nothing" + (
        say("cases.nearest", name=found.matches[0].entry.question, score=near) if near else ""
    )


def _cut(cell: str) -> str:
    line = " ".join(cell.split())
    while _width(line) > _WIDEST:
        line = line[: -2 if line.endswith("…") else -1] + "…"
    return line


def _width(words: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in words)
