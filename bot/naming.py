"""What a conversation was about: which categories its group names, and whether it must."""

from bot.telling import Party, Voice
from core.tree import Tree
from storage.repos.categories import Topic
from storage.repos.conversations import Talk
from storage.uow import UnitOfWork


async def nameable(uow: UnitOfWork, talk: Talk) -> tuple[Tree[Topic], frozenset[int]]:
    """Return the tree of categories, and the nodes of it that a conversation may be given.

    Those that are assigned to its group, with all below them (requirement QUE-19). Where there
    are none, the tree is not read and is empty.
    """
    assigned = await uow.categories.of_group(talk.group_id or 0)
    if not assigned:
        return Tree(()), frozenset()
    tree = Tree(await uow.categories.all())
    return tree, tree.whole(assigned)


async def is_owed(uow: UnitOfWork, party: Party, voice: Voice) -> bool:
    """Say whether a conversation must not be ended by its agent as it stands.

    Only where the setting is on and its group has categories; a remark alone will do as well.
    Source: requirements QUE-18, PRM-17.
    """
    if not voice.policy(party).ask_category:
        return False
    _, offered = await nameable(uow, party.talk)
    if not offered:
        return False
    chosen, remark = await uow.categories.of_conversation(party.talk.id)
    return not chosen and not remark
