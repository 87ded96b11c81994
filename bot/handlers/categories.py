"""Owners arrange the consultation categories (咨询分类) and say which group names which."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from bot import access
from bot.access import Permission
from bot.knowledge.visible import with_node, without_node
from core.errors import BadRequestText, Conflict, NotFound
from core.tree import ROOT, Tree
from storage.repos.audit import Change
from storage.repos.categories import Topic
from storage.repos.staffing import ServiceGroup, StaffMember
from storage.uow import UnitOfWork

LONGEST_TITLE = 64
"""Characters."""
MOST_LEVELS = 5
"""Deeper than that nobody finds anything with buttons."""
SUBJECT, ASSIGNMENT = "consult_category", "consult_assignment"
"""What the record of changes calls a category, and what is assigned to a group."""


@dataclass(frozen=True, slots=True)
class Holding:
    """A category and what deleting it would take along.

    Args:
        topic: The category.
        below: All that stand below it.
        uses: Conversations that name one of these; they keep it.
        groups: Groups to which it or one below it is assigned.
    """

    topic: Topic
    below: tuple[Topic, ...]
    uses: int
    groups: int


@dataclass(frozen=True, slots=True)
class GroupTopics:
    """What one group names: ``chosen`` nodes, each with all below it."""

    group: ServiceGroup
    tree: Tree[Topic]
    chosen: frozenset[int]

    @property
    def named(self) -> frozenset[int]:
        """Every category that its agents may name."""
        return self.tree.whole(self.chosen)


async def tree(uow: UnitOfWork, actor: StaffMember) -> Tree[Topic]:
    """Return every category.

    Raises:
        NotAllowed: The actor is no owner (requirement QUE-19).
    """
    access.require(actor.role, Permission.STAFF)
    return Tree(await uow.categories.all())


async def holding(uow: UnitOfWork, actor: StaffMember, number: int) -> Holding:
    """Return a category with what hangs on it.

    Raises:
        NotAllowed: The actor is no owner.
        NotFound: There is none of that number.
    """
    access.require(actor.role, Permission.STAFF)
    topics = await tree(uow, actor)
    topic = _known(topics, number)
    nodes = topics.whole([number])
    assigned = (await uow.categories.assigned()).values()
    return Holding(
        topic,
        tuple(topics.below(number)),
        await uow.categories.uses(nodes),
        sum(bool(nodes & chosen) for chosen in assigned),
    )


async def add(uow: UnitOfWork, actor: StaffMember, above: int, title: str, now: datetime) -> Topic:
    """Add a category.

    Args:
        uow: An open unit of work; the caller commits.
        actor: Who adds it.
        above: The one above it; ``ROOT`` for the first level.
        title: 1 to 64 characters.
        now: The moment.

    Raises:
        NotAllowed: The actor is no owner.
        NotFound: There is none of that number above it.
        BadRequestText: The title does not fit, or the tree would get too deep.
        Conflict: A neighbour has that title.
    """
    access.require(actor.role, Permission.STAFF)
    topics = await tree(uow, actor)
    if above != ROOT:
        _known(topics, above)
    title = _title(title)
    if topics.level(above) + 1 > MOST_LEVELS:
        raise BadRequestText("category.too_deep", limit=MOST_LEVELS)
    _refuse_twin(topics, above, title)
    topic = Topic(0, above or None, title)
    topic = replace(topic, id=await uow.categories.add(topic, now))
    await _record(uow, actor, "add", topic.id, now, after=_facts(topic))
    return topic


async def rename(
    uow: UnitOfWork, actor: StaffMember, number: int, title: str, now: datetime
) -> Topic:
    """Give a category another title.

    Raises:
        NotAllowed: The actor is no owner.
        NotFound: There is none of that number.
        BadRequestText: The title does not fit.
        Conflict: A neighbour has that title.
    """
    access.require(actor.role, Permission.STAFF)
    topics = await tree(uow, actor)
    before = _known(topics, number)
    after = replace(before, name=_title(title))
    if after == before:
        return before
    _refuse_twin(topics, before.parent_id or ROOT, after.name)
    await uow.categories.rename(number, after.name)
    facts = _facts(before), _facts(after)
    await _record(uow, actor, "change", number, now, before=facts[0], after=facts[1])
    return after


async def shift(uow: UnitOfWork, actor: StaffMember, number: int, up: bool, now: datetime) -> bool:
    """Let a category trade places with a neighbour; say whether there was one.

    Raises:
        NotAllowed: The actor is no owner.
        NotFound: There is none of that number.
    """
    access.require(actor.role, Permission.STAFF)
    topics = await tree(uow, actor)
    topic = _known(topics, number)
    before = [one.id for one in topics.children(topic.parent_id or ROOT)]
    here = before.index(number)
    there = here - 1 if up else here + 1
    if not 0 <= there < len(before):
        return False
    after = list(before)
    after[here], after[there] = after[there], after[here]
    await uow.categories.order(after)
    await _record(uow, actor, "move", number, now, before={"order": before}, after={"order": after})
    return True


async def delete(uow: UnitOfWork, actor: StaffMember, number: int, now: datetime) -> Holding:
    """Delete a category with all below it; conversations that name one keep it.

    Raises:
        NotAllowed: The actor is no owner.
        NotFound: There is none of that number.
    """
    access.require(actor.role, Permission.STAFF)
    held = await holding(uow, actor, number)
    gone = (held.topic, *held.below)
    await uow.categories.delete((topic.id for topic in gone), now)
    for topic in gone:
        await _record(uow, actor, "delete", topic.id, now, before=_facts(topic))
    return held


async def groups(uow: UnitOfWork, actor: StaffMember) -> list[GroupTopics]:
    """Return what each group names, oldest group first.

    Raises:
        NotAllowed: The actor is no owner.
    """
    access.require(actor.role, Permission.STAFF)
    topics = await tree(uow, actor)
    assigned = await uow.categories.assigned()
    return [
        GroupTopics(group, topics, assigned.get(group.id, frozenset()))
        for group in await uow.staffing.groups()
    ]


async def toggle(
    uow: UnitOfWork, actor: StaffMember, group_id: int, number: int, now: datetime
) -> GroupTopics:
    """Assign a node with all below it to a group, or take it away where the group has it.

    Raises:
        NotAllowed: The actor is no owner.
        NotFound: There is no such group or category.
    """
    access.require(actor.role, Permission.STAFF)
    before = await of_group(uow, actor, group_id)
    _known(before.tree, number)
    change: Callable[[Tree[Topic], frozenset[int], int], frozenset[int]] = (
        without_node if number in before.named else with_node
    )
    chosen = change(before.tree, before.chosen, number)
    await uow.categories.assign(group_id, chosen)
    await uow.audit.record(
        Change(
            *(now, actor.id, actor.name, "change", ASSIGNMENT, str(group_id)),
            before={"nodes": sorted(before.chosen)},
            after={"nodes": sorted(chosen)},
        )
    )
    return replace(before, chosen=chosen)


async def of_group(uow: UnitOfWork, actor: StaffMember, group_id: int) -> GroupTopics:
    """Return what one group names.

    Raises:
        NotAllowed: The actor is no owner.
        NotFound: There is no such group.
    """
    access.require(actor.role, Permission.STAFF)
    for one in await groups(uow, actor):
        if one.group.id == group_id:
            return one
    raise NotFound("desk.no_such_group")


def _known(topics: Tree[Topic], number: int) -> Topic:
    topic = topics.get(number)
    if topic is None:
        raise NotFound("category.unknown", number=number)
    return topic


def _title(title: str) -> str:
    title = " ".join(title.split())
    if not title:
        raise BadRequestText("category.no_title")
    if len(title) > LONGEST_TITLE:
        raise BadRequestText("category.long_title", count=len(title), limit=LONGEST_TITLE)
    return title


def _refuse_twin(topics: Tree[Topic], above: int, title: str) -> None:
    if any(topic.name == title for topic in topics.children(above)):
        raise Conflict("category.taken", name=title)


def _facts(topic: Topic) -> dict[str, object]:
    return {"parent": topic.parent_id, "name": topic.name}


async def _record(
    uow: UnitOfWork,
    actor: StaffMember,
    action: str,
    number: int,
    now: datetime,
    *,
    before: dict[str, object] | None = None,
    after: dict[str, object] | None = None,
) -> None:
    await uow.audit.record(
        Change(
            *(now, actor.id, actor.name, action, SUBJECT, str(number)), before=before, after=after
        )
    )
