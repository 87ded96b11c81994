"""A playbook and what the deciders made of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType

import structlog

from bot.knowledge.encoding import Encoder
from bot.knowledge.matcher import FaqMatcher
from bot.knowledge.visible import hidden_from
from bot.rules.automaton import RuleBook
from bot.rules.folding import Folding
from bot.rules.masking import Mask
from bot.rules.sensitive import WordBook
from core.errors import BadRequestText
from core.playbook import FaqEntry, Playbook, Prompt
from core.prompts import group_key

log = structlog.get_logger(__name__)

SMALL_BASE = 300
"""Sentences up to which the FAQ is fitted anew at once: it takes a moment, and what few sentences
tell about each other changes with every one of them."""
MOST_PATCHED = 500
"""Changed rules or entries that are laid over what was compiled; more of them and all of it is
compiled anew at once."""
NOBODY: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Compiled:
    """A playbook, ready to answer by; never changed after it is built.

    Args:
        playbook: As data.
        rules: The keyword rules.
        faq: The questions.
        words: The sensitive words.
        mask: What agents do not see of customers' messages; ``None``: they see everything.
        encoder: Compares meanings as well as letters; ``None``: letters only.
        hidden: By group, the entries that its customers do not get.
        entries: The questions by number.
    """

    playbook: Playbook
    rules: RuleBook
    faq: FaqMatcher
    words: WordBook
    mask: Mask | None
    encoder: Encoder | None = None
    hidden: Mapping[int, frozenset[int]] = field(default_factory=lambda: MappingProxyType({}))
    entries: Mapping[int, FaqEntry] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def build(cls, playbook: Playbook, encoder: Encoder | None = None) -> "Compiled":
        """Compile *playbook*; takes up to seconds for a large one, so call it in a thread."""
        answering = playbook.answering
        folding = folding_of(playbook)
        return cls(
            playbook=playbook,
            rules=RuleBook.compile(playbook.rules, folding),
            faq=FaqMatcher.fit(playbook.faq, precision=answering.precision, encoder=encoder),
            words=WordBook.compile(playbook.words, folding),
            mask=mask_of(answering.mask_desk),
            encoder=encoder,
            hidden={group: hidden_from(group, playbook) for group in playbook.assigned},
            entries={entry.id: entry for entry in playbook.faq},
        )

    def updated(self, playbook: Playbook) -> "Compiled":
        """Return what *playbook* compiles to, with as little work as what has changed needs.

        A few changed rules and entries are laid over what is compiled already (see ``stale``);
        what a change of the settings touches is compiled anew.
        """
        before, now = self.playbook.answering, playbook.answering
        folding = folding_of(playbook)
        same_folding = folding == folding_of(self.playbook)
        rules = self.rules
        if not same_folding:
            rules = RuleBook.compile(playbook.rules, folding)
        elif playbook.rules != self.playbook.rules:
            rules = rules.updated(playbook.rules)
            if rules.stale > MOST_PATCHED:
                rules = RuleBook.compile(playbook.rules, folding)
        faq = self.faq
        if before.precision != now.precision:
            faq = self._fitted(playbook)
        elif playbook.faq != self.playbook.faq:
            faq = self._fitted(playbook) if _is_small(playbook) else faq.updated(playbook.faq)
            if faq.stale > MOST_PATCHED:
                faq = self._fitted(playbook)
        words = self.words
        if not same_folding or playbook.words != self.playbook.words:
            words = WordBook.compile(playbook.words, folding)
        mask = self.mask
        if before.mask_desk != now.mask_desk:
            mask = mask_of(now.mask_desk)
        return replace(
            self,
            playbook=playbook,
            rules=rules,
            faq=faq,
            words=words,
            mask=mask,
            hidden={group: hidden_from(group, playbook) for group in playbook.assigned},
            entries={entry.id: entry for entry in playbook.faq},
        )

    def _fitted(self, playbook: Playbook) -> FaqMatcher:
        precision = playbook.answering.precision
        return FaqMatcher.fit(playbook.faq, precision=precision, encoder=self.encoder)

    @property
    def stale(self) -> int:
        """How many rules and entries were laid over what was compiled; 0 after ``build``."""
        return self.rules.stale + self.faq.stale

    def prompt(self, kind: str, account: str, group_id: int | None = None) -> Prompt | None:
        """Return the prompt for a customer: the group's, else the account's, else the common one.

        Args:
            kind: One of ``core.prompts.KINDS``.
            account: Name of the account by which the customer comes.
            group_id: The service group that serves them; ``None``: groups are not asked.

        Returns:
            ``None`` where nothing is stored: then ``core.prompts.default_prompt`` is told.
        """
        found = {p.account: p for p in self.playbook.prompts if p.kind == kind}
        own = found.get(group_key(group_id)) if group_id is not None else None
        return own or found.get(account) or found.get(None)

    def hidden_for(self, group_id: int | None) -> frozenset[int]:
        """Return the entries that customers of a group do not get.

        Args:
            group_id: ``None`` for accounts without a group of their own.
        """
        return self.hidden.get(group_id or self.playbook.front_group or 0, NOBODY)

    def entry(self, entry_id: int, group_id: int | None, local: datetime) -> FaqEntry | None:
        """Return an entry if customers of a group may get it now; ``None`` if they may not.

        Args:
            entry_id: Its number, from a button that may be old or made up.
            group_id: See ``hidden_for``.
            local: The moment by the tenant's clocks.
        """
        found = self.entries.get(entry_id)
        if found is None or not found.offered_on(local.date()):
            return None
        return None if entry_id in self.hidden_for(group_id) else found


def mask_of(expression: str) -> Mask | None:
    """Return what is hidden by an admin's expression; ``None`` for nothing."""
    if not expression:
        return None
    try:
        return Mask.compile(expression)
    except BadRequestText:
        # It was checked when it was saved; should a later version refuse it, agents see nothing
        # of a message rather than what was to be hidden.
        log.error("mask.refused")
        return Mask.compile("(?s).+")


def _is_small(playbook: Playbook) -> bool:
    return sum(1 + len(entry.similar) for entry in playbook.faq) <= SMALL_BASE


def folding_of(playbook: Playbook) -> Folding:
    """Return how messages and words are compared on this desk."""
    answering = playbook.answering
    return Folding(answering.one_script, answering.ignore_spacing)
