"""What the desk has been taught, as data. Compiled by the deciders, swapped whole."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum

from core.calendar import TENANT, Calendar, of_account, of_group
from core.messages import Button, Content
from core.policy import Policies


class Match(StrEnum):
    """When a rule fires. Source: requirement ARP-04."""

    ALL = "all"
    """Every word occurs in the message."""
    ANY = "any"
    """At least one word occurs."""
    EXACT = "exact"
    """The whole message is one of the words."""


@dataclass(frozen=True, slots=True)
class Hours:
    """Parts of the week, in the tenant's time zone.

    Args:
        weekdays: 0 is Monday; empty for every day.
        spans: First and last moment of each part of a day; a part whose end is not after its
            start runs past midnight and belongs to the day on which it starts. Empty: all day.
    """

    weekdays: frozenset[int] = frozenset()
    spans: tuple[tuple[time, time], ...] = ()

    def cover(self, local: datetime) -> bool:
        """Say whether *local*, a moment by the tenant's clocks, lies in them."""
        clock = local.time()
        today = local.weekday()
        if not self.spans:
            return self._on(today)
        for start, end in self.spans:
            if start < end:
                if start <= clock < end and self._on(today):
                    return True
            elif (clock >= start and self._on(today)) or (clock < end and self._on(today - 1)):
                return True
        return False

    def _on(self, weekday: int) -> bool:
        return not self.weekdays or weekday % 7 in self.weekdays


ALWAYS = Hours()


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
        group: Name of the group of rules that it stands in; empty for none.
        valid_from: First day on which it fires, in the tenant's time zone; ``None``: always.
        valid_until: Last day; ``None`` for ever.
        hours: When of the week it fires.
        uses: How often it has answered; counted within a minute or two.
    """

    id: int
    name: str
    match: Match
    words: tuple[str, ...]
    replies: tuple[Content, ...]
    accounts: tuple[str, ...] = ()
    enabled: bool = True
    group: str = ""
    valid_from: date | None = None
    valid_until: date | None = None
    hours: Hours = ALWAYS
    uses: int = field(default=0, compare=False)

    @property
    def timed(self) -> bool:
        """Whether it fires at some times only."""
        return bool(self.valid_from or self.valid_until or self.hours != ALWAYS)

    def fires_at(self, local: datetime) -> bool:
        """Say whether it may fire at *local*, a moment by the tenant's clocks."""
        return (
            self.enabled
            and (self.valid_from is None or self.valid_from <= local.date())
            and (self.valid_until is None or local.date() <= self.valid_until)
            and self.hours.cover(local)
        )


class Shelf(StrEnum):
    """Whom a part of the knowledge base is for."""

    FAQ = "faq"
    """Customers: the FAQ card, and what the robot answers from."""
    DESK = "desk"
    """Agents: scripts, phrases, links, files and cards; quick replies are those among them."""


class EntryKind(StrEnum):
    """What an entry holds. Source: requirement MAT-24."""

    QA = "qa"
    PHRASE = "phrase"
    LINK = "link"
    FILE = "file"
    CARD = "card"


class Scope(StrEnum):
    """Who sees an entry or a category. Source: requirements MAT-01, MAT-24."""

    PUBLIC = "public"
    GROUP = "group"
    """The service group ``owner_id``."""
    DEPARTMENT = "department"
    """The department ``owner_id``."""
    PERSONAL = "personal"
    """The member of staff ``owner_id``."""


@dataclass(frozen=True, slots=True)
class Category:
    """A node of the knowledge tree; it holds other nodes and entries.

    Args:
        id: Number in storage.
        shelf: Whom it is for.
        parent_id: The node above it; ``None``: it stands on the first level.
        name: At most 30 characters (requirement KBF-03).
        position: Place among its neighbours; equal ones are ordered by id.
        scope: Who sees it and what lies in it.
        owner_id: Whose it is, by ``scope``; ``None`` for everybody's.
    """

    id: int
    shelf: Shelf
    parent_id: int | None
    name: str
    position: int = 0
    scope: Scope = Scope.PUBLIC
    owner_id: int | None = None


@dataclass(frozen=True, slots=True)
class FaqEntry:
    """An entry of the knowledge base; those for customers are what the robot answers from.

    Args:
        id: Number in storage; 0 before it is stored.
        category: Path with slashes (``物流/发货``); empty for "uncategorised".
        question: The standard question; what a phrase, link, file or card is called.
        similar: Other ways to ask it.
        keywords: Words that hint at it.
        answer: What is sent.
        enabled: Whether it is offered.
        valid_from: First day on which it is offered, in the tenant's time zone; ``None``: always.
        valid_until: Last day; ``None`` for ever.
        new: Whether it carries the "new" label.
        category_id: The node it lies in; ``None``: none yet, or "uncategorised".
        shelf: Whom it is for.
        kind: What it holds.
        title: A short heading for lists and cards; empty: the question serves.
        scope: Who sees it.
        owner_id: Whose it is, by ``scope``; ``None`` for everybody's.
        uses: How often it was sent; automatic uses are counted within a minute or two.
        created_at: When it was added; ``None`` before it is stored.
        updated_at: When it was last changed; ``None`` before it is stored.
        added_by: Name of who added it; empty when unknown.
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
    category_id: int | None = field(default=None, compare=False)
    shelf: Shelf = Shelf.FAQ
    kind: EntryKind = EntryKind.QA
    title: str = ""
    scope: Scope = Scope.PUBLIC
    owner_id: int | None = None
    uses: int = field(default=0, compare=False)
    created_at: datetime | None = field(default=None, compare=False)
    updated_at: datetime | None = field(default=None, compare=False)
    added_by: str = field(default="", compare=False)

    @property
    def heading(self) -> str:
        """What it is called in lists and on cards."""
        return self.title or self.question

    def offered_on(self, day: date) -> bool:
        """Say whether anybody may get this entry on *day* (tenant's time zone)."""
        return (
            self.enabled
            and (self.valid_from is None or self.valid_from <= day)
            and (self.valid_until is None or day <= self.valid_until)
        )


class WordAction(StrEnum):
    """What happens to a message with a sensitive word. Source: requirement SEN-07."""

    BLOCK = "block"
    """It is not sent, and recorded. What customers write is never kept from agents."""
    WARN = "warn"
    """It is sent, and recorded."""


class WordDirection(StrEnum):
    """Whose messages are looked at."""

    STAFF = "staff"
    CUSTOMER = "customer"
    BOTH = "both"


class WordClass(StrEnum):
    """What a list of words is about. Source: requirement SEN-03."""

    POSITIVE = "positive"
    NEUTRAL = "neutral"
    NEGATIVE = "negative"


class WordMatch(StrEnum):
    """How a sensitive word is found. Source: requirement SEN-04."""

    CONTAINS = "contains"
    EQUALS = "equals"
    """The whole message is the word."""


@dataclass(frozen=True, slots=True)
class BannedWords:
    """A list of sensitive words.

    Args:
        name: At most 10 characters where admins type it (requirement SEN-02).
        words: At most 500 characters in all (requirement SEN-02).
        action: ``block`` or ``warn``.
        direction: ``staff``, ``customer`` or ``both``.
        id: Number in storage; 0 before it is stored.
        about: Its class.
        match: How its words are found.
        accounts: Names of the accounts it works on; empty for all.
        enabled: Whether it is watched; a new list is not (requirement SEN-05).
        hits: How often it was found.
        added_by: Name of who added it; empty when unknown.
        created_at: When; ``None`` before it is stored.
    """

    name: str
    words: tuple[str, ...]
    action: str
    direction: str
    id: int = field(default=0, compare=False)
    about: str = WordClass.NEGATIVE.value
    match: str = WordMatch.CONTAINS.value
    accounts: tuple[str, ...] = ()
    enabled: bool = False
    hits: int = field(default=0, compare=False)
    added_by: str = field(default="", compare=False)
    created_at: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Prompt:
    """A message that the desk sends of its own accord.

    Args:
        kind: One of ``core.prompts.KINDS``.
        account: The account it is for, or ``group:<id>`` for a service group; ``None`` for
            everybody without one of their own.
        enabled: Whether it is sent.
        body: Text of the message.
        menu: Buttons under it, one a row; ``data`` is what pressing one does.
        more: Messages of any kind that follow it, in order (requirement ARP-10).
    """

    kind: str
    account: str | None
    enabled: bool
    body: str
    menu: tuple[Button, ...] = ()
    more: tuple[Content, ...] = ()


@dataclass(frozen=True, slots=True)
class GroupFace:
    """What customers see of a service group. Source: requirements QUE-03, QUE-22.

    Args:
        id: Its number.
        name: What they read.
        phone: Its phone number; empty for none.
        shown: Whether customers of other groups get a button into it.
    """

    id: int
    name: str
    phone: str = ""
    shown: bool = False


@dataclass(frozen=True, slots=True)
class Answering:
    """How the desk answers by itself: what admins change with ``/setting``.

    Args:
        precision: Share of the robot's own answers that shall be right; 0.5 to 0.999.
        quiet_online: Rules and FAQ are silent while an agent of the group is online
            (requirement ARP-16); what customers ask of the desk itself is always served.
        one_script: Traditional and simplified Chinese characters count as the same.
        ignore_spacing: Spaces and punctuation inside words do not count: ``w e i x i n``.
        mask_phone: Expression for what phone apps hide (requirement SEN-28); empty: nothing.
        mask_wechat: The same for WeChat.
        mask_desk: The same for what agents see in the staff bot.
        depth: Levels that the knowledge tree may have (requirement KBF-27).
    """

    precision: float = 0.95
    quiet_online: bool = False
    one_script: bool = True
    ignore_spacing: bool = False
    mask_phone: str = ""
    mask_wechat: str = ""
    mask_desk: str = ""
    depth: int = 4


@dataclass(frozen=True, slots=True)
class Playbook:
    """Everything taught, at one version. Rules stand in the order in which they are tried.

    Args:
        version: Counts the changes.
        rules: Keyword rules.
        faq: Entries for customers, in the order of the list.
        words: Lists of sensitive words.
        prompts: Messages that the desk sends of its own accord.
        categories: Nodes of the customers' part of the knowledge tree, parents before children.
        assigned: By group id, the nodes that were assigned to it; a group that does not stand
            here sees everything (requirements KBF-16, KBF-24).
        answering: How the desk answers.
        library: Public entries for agents; held by playbooks that come from a file or go into
            one, nobody is answered from them.
        nodes: By shelf, the paths of its public nodes, neighbours in their order, parents before
            children; for files too.
        settings: What a file says about ``answering``, by name of the field; what it leaves out
            stays as it is on the desk.
        calendars: By owner (see ``core.calendar``), when the desk is open; ``calendar_for`` reads
            them. Files hold none.
        front_group: The oldest service group, which serves accounts without one of their own;
            ``None`` where there is none yet.
        policies: How customers are received. Files hold none.
        groups: What customers see of the service groups, oldest first. Files hold none.
    """

    version: int = 0
    rules: tuple[Rule, ...] = ()
    faq: tuple[FaqEntry, ...] = ()
    words: tuple[BannedWords, ...] = ()
    prompts: tuple[Prompt, ...] = ()
    categories: tuple[Category, ...] = ()
    assigned: Mapping[int, frozenset[int]] = field(default_factory=dict)
    answering: Answering = Answering()
    library: tuple[FaqEntry, ...] = ()
    nodes: Mapping[Shelf, tuple[str, ...]] = field(default_factory=dict)
    settings: Mapping[str, bool | int | float | str] = field(default_factory=dict)
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    front_group: int | None = None
    policies: Policies = field(default_factory=Policies)
    groups: tuple[GroupFace, ...] = ()


def calendar_for(playbook: Playbook, account: str, group_id: int | None) -> Calendar:
    """Return the calendar by which customers are served: the group's over the account's over all.

    A desk that never set hours is always open; an override holds only what differs.

    Args:
        playbook: Everything taught.
        account: Name of the account.
        group_id: The service group; ``None`` where none is concerned.
    """
    owners = [TENANT, of_account(account)]
    if group_id is not None:
        owners.append(of_group(group_id))
    found = Calendar()
    for owner in owners:
        own = playbook.calendars.get(owner)
        if own is not None:
            found = own.above(found)
    return found
