"""Agents look after their messages that were held back."""

from dataclasses import dataclass

from bot import access
from bot.access import Permission
from bot.telling import Party, parties
from core.errors import NotFound
from core.states import State
from storage.repos.staffing import StaffMember
from storage.repos.watch import KeptDraft
from storage.uow import UnitOfWork


@dataclass(frozen=True, slots=True)
class Waiting:
    """A draft and whom it is for; ``open`` tells that its writer serves that conversation now."""

    draft: KeptDraft
    party: Party
    open: bool


async def mine(uow: UnitOfWork, actor: StaffMember) -> list[Waiting]:
    """Return the drafts of *actor*, the newest first.

    Raises:
        NotAllowed: They may not serve customers.
    """
    access.require(actor.role, Permission.SERVE)
    return await _around(uow, actor, await uow.watch.drafts(actor.id))


async def show(uow: UnitOfWork, actor: StaffMember, message_id: str) -> Waiting:
    """Return one draft of *actor*, by the staff chat's id of the message.

    Raises:
        NotAllowed: They may not serve customers.
        NotFound: They have none of that message.
    """
    access.require(actor.role, Permission.SERVE)
    draft = await uow.watch.draft(actor.id, message_id)
    if draft is None:
        raise NotFound("draft.gone")
    (waiting,) = await _around(uow, actor, [draft])
    return waiting


async def throw_away(uow: UnitOfWork, actor: StaffMember, message_id: str) -> Waiting:
    """Forget one draft of *actor* and return what it was; the attempt stays on record.

    Raises:
        NotAllowed: They may not serve customers.
        NotFound: They have none of that message.
    """
    access.require(actor.role, Permission.SERVE)
    waiting = await show(uow, actor, message_id)
    await uow.watch.drop(actor.id, message_id)
    return waiting


async def _around(uow: UnitOfWork, actor: StaffMember, drafts: list[KeptDraft]) -> list[Waiting]:
    talks = await uow.conversations.by_ids({draft.conversation_id for draft in drafts})
    around = await parties(uow, talks.values())
    return [
        Waiting(
            draft,
            party := around[draft.conversation_id],
            party.talk.state is State.SERVING and party.talk.agent_id == actor.id,
        )
        for draft in drafts
    ]
