"""What happens when an agent puts another of their conversations in front."""

from bot import access
from bot.access import Permission
from core.errors import Conflict, NotFound
from core.states import State
from storage.repos.staffing import StaffMember
from storage.uow import UnitOfWork


async def switch(uow: UnitOfWork, actor: StaffMember, conversation_id: int) -> str:
    """Put a conversation in front, so that what *actor* writes goes there.

    Returns:
        What the customer is called.

    Raises:
        NotAllowed: They may not serve customers.
        NotFound: There is no such conversation.
        Conflict: They do not serve it.
    """
    access.require(actor.role, Permission.SERVE)
    me = (await uow.staffing.lock([actor.id]))[actor.id]
    talk = (await uow.conversations.lock([conversation_id])).get(conversation_id)
    if talk is None:
        raise NotFound("desk.no_such_conversation", number=conversation_id)
    if talk.state is not State.SERVING or talk.agent_id != me.id:
        raise Conflict("desk.not_yours", number=conversation_id)
    await uow.staffing.change(me.id, front_conversation_id=talk.id)
    return (await uow.people.by_ids([talk.identity_id]))[talk.identity_id].name
