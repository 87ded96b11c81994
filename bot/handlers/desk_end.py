"""What happens when an agent ends a conversation."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot import access
from bot.access import Permission
from bot.closing import close
from bot.dialog.lines import ends
from bot.naming import is_owed, nameable
from bot.telling import Party, Telling, Voice, parties
from core.errors import Conflict, NotFound
from core.messages import Content
from core.states import State
from storage.repos.staffing import StaffMember
from storage.uow import UnitOfWork


@dataclass(frozen=True, slots=True)
class Over:
    """A conversation that is ended now; ``nameable``: it may be given consultation categories."""

    conversation_id: int
    name: str
    nameable: bool = False


class Unnamed(Conflict):
    """A conversation cannot be ended before it has a category or a remark."""

    def __init__(self, number: int) -> None:
        super().__init__("category.needed", number=number)
        self.number = number


async def end(
    uow: UnitOfWork,
    actor: StaffMember,
    conversation_id: int | None,
    *,
    voice: Voice,
    now: datetime,
    goodbye: Callable[[Party], Sequence[Content]] = lambda _: (),
) -> Over:
    """End a conversation that *actor* serves (requirement QUE-15), and tell the customer.

    Args:
        uow: An open unit of work; the caller commits.
        actor: Who ends it.
        conversation_id: Which one; ``None`` for the one in front.
        voice: Texts, time zone, keys.
        now: The moment.
        goodbye: What the customer is told; where it is nothing, that it is over.

    Raises:
        NotAllowed: They may not serve customers.
        NotFound: There is no such conversation, or none is in front.
        Conflict: They do not serve it.
        Unnamed: Its agent must say first what it was about (requirement QUE-18).
    """
    access.require(actor.role, Permission.SERVE)
    me = (await uow.staffing.lock([actor.id]))[actor.id]
    number = me.front_conversation_id if conversation_id is None else conversation_id
    if number is None:
        raise NotFound("desk.none_in_front")
    talk = (await uow.conversations.lock([number])).get(number)
    if talk is None:
        raise NotFound("desk.no_such_conversation", number=number)
    if talk.state is not State.SERVING or talk.agent_id != me.id:
        if conversation_id is None:
            raise NotFound("desk.none_in_front")
        raise Conflict("desk.not_yours", number=number)
    party = (await parties(uow, [talk]))[number]
    if await is_owed(uow, party, voice):
        raise Unnamed(number)
    tell = Telling(uow, voice, now)
    await close(
        uow,
        tell,
        party,
        me,
        line=ends(me.name, now, voice.zone, voice.texts_for(None)),
        goodbye=goodbye(party),
        by=me.id,
    )
    await tell.remember()
    _, offered = await nameable(uow, talk)
    return Over(number, party.person.name, bool(offered))
