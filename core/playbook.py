"""What the desk has been taught, as data. Compiled by the deciders, swapped whole."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from core.messages import Button, Content


class Match(StrEnum):
    """When a rule fires. Source: requirement ARP-04."""

    ALL = "all"
    """Every word occurs in the message."""
    ANY = "any"
    """At least one word occurs."""
    EXACT = "exact"
    """The whole message is one of the words."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A keyword rule.

    Args:
        id: Number in storage; 0 before it is stored.
        name: What admins call it.
        match: When it fires.
        words: At least one keyword, as typed; folding happens when it is compiled.
        replies: At least one reply, sent in order.
        accounts: Names of the accounts it works on; empty for all.
        enabled: Whether it fires.
    """

    id: int
    name: str
    match: Match
    words: tuple[str, ...]
    replies: tuple[Content, ...]
    accounts: tuple[str, ...] = ()
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class FaqEntry:
    """A question that the desk can answer.

    Args:
        id: Number in storage; 0 before it is stored.
        category: Path with slashes (``物流/发货``); empty for the root.
        question: The standard question.
        similar: Other ways to ask it.
        keywords: Words that hint at it.
        answer: What is sent.
        enabled: Whether it is offered.
        valid_from: First day on which it is offered, in the tenant's time zone; ``None``: always.
        valid_until: Last day; ``None`` for ever.
        new: Whether it carries the "new" label.
    """

    id: int
    category: str
    question: str
    similar: tuple[str, ...]
    keywords: tuple[str, ...]
    answer: Content
    enabled: bool = True
    valid_from: date | None = None
    valid_until: date | None = None
    new: bool = False

    def offered_on(self, day: date) -> bool:
        """Say whether customers may get this entry on *day* (tenant's time zone)."""
        return (
            self.enabled
            and (self.valid_from is None or self.valid_from <= day)
            and (self.valid_until is None or day <= self.valid_until)
        )


@dataclass(frozen=True, slots=True)
class BannedWords:
    """A list of sensitive words; ``action``: block, warn; ``direction``: staff, customer, both."""

    name: str
    words: tuple[str, ...]
    action: str
    direction: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """A message that the desk sends of its own accord.

    Args:
        kind: ``welcome`` so far.
        account: The account it is for; ``None`` for every account without one of its own.
        enabled: Whether it is sent.
        body: Text of the message.
        menu: Buttons under it, one a row; ``data`` is what pressing one does.
    """

    kind: str
    account: str | None
    enabled: bool
    body: str
    menu: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True)
class Playbook:
    """Everything taught, at one version. Rules stand in the order in which they are tried."""

    version: int = 0
    rules: tuple[Rule, ...] = ()
    faq: tuple[FaqEntry, ...] = ()
    words: tuple[BannedWords, ...] = ()
    prompts: tuple[Prompt, ...] = ()
