"""What buttons and people call the customers that a prompt is for: all, an account's, a group's."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from admin_bot.turn import Turn
from bot.dialog.variables import IN_LINE, NAMES
from bot.handlers.teach_prompt import Shown
from core.errors import NotFound
from core.i18n.texts import Texts
from core.playbook import Prompt
from core.prompts import KINDS, WAITING, default_prompt, group_key, group_of
from storage.repos.accounts import AccountFacts
from storage.repos.staffing import ServiceGroup
from storage.uow import UnitOfWork

_REF = re.compile(rf"({'|'.join(KINDS)})\.(?:0|([ag])(\d{{1,12}}))", re.ASCII)


@dataclass(frozen=True, slots=True)
class Spot:
    """One kind of prompt for some customers.

    Args:
        kind: One of ``core.prompts.KINDS``.
        account: What ``Prompt.account`` holds: the name of an account, the key of a group, or
            ``None`` for all.
    """

    kind: str
    account: str | None = None

    @property
    def group_id(self) -> int | None:
        """Number of the group; ``None`` where it is for no group."""
        return group_of(self.account)


@dataclass(frozen=True, slots=True)
class Places:
    """The accounts and groups that a prompt can be for.

    Args:
        accounts: By name.
        groups: By number.
    """

    accounts: Mapping[str, AccountFacts]
    groups: Mapping[int, ServiceGroup]

    def ref(self, spot: Spot) -> str:
        """Return what buttons call a spot: short, for every name, and without a colon."""
        if spot.account is None:
            return f"{spot.kind}.0"
        if spot.group_id is not None:
            return f"{spot.kind}.g{spot.group_id}"
        return f"{spot.kind}.a{self.accounts[spot.account].id}"

    def spot(self, ref: str) -> Spot:
        """Return the spot that a button is about.

        Raises:
            NotFound: Its account or group is gone, or the button is of another making.
        """
        found = _REF.fullmatch(ref)
        if found is None:
            raise NotFound("prompt.place_gone")
        kind, sort, number = found.groups()
        if sort is None:
            return Spot(kind)
        id_ = int(number)
        if sort == "g" and id_ in self.groups:
            return Spot(kind, group_key(id_))
        for account in self.accounts.values():
            if sort == "a" and account.id == id_:
                return Spot(kind, account.name)
        raise NotFound("prompt.place_gone")

    def called(self, say: Texts, spot: Spot) -> str:
        """Return what people call the customers of a spot."""
        if spot.account is None:
            return say("word.all_accounts")
        if spot.group_id is not None:
            return say("prompt.group", name=self.groups[spot.group_id].name)
        return spot.account


async def places(uow: UnitOfWork) -> Places:
    """Return every account, switched off ones too, and every group."""
    return Places(
        {one.name: one for one in await uow.accounts.all()},
        {one.id: one for one in await uow.staffing.groups()},
    )


def default(turn: Turn, kind: str) -> Prompt:
    """Return a prompt in the desk's language: what is stored is the same for every customer."""
    return default_prompt(kind, turn.desk.texts(None))


def title(turn: Turn, spot: Spot, there: Places) -> str:
    """Return the heading of everything about a spot."""
    kind = turn.say(f"prompt.kind.{spot.kind}")
    return turn.say("prompt.title", kind=kind, account=there.called(turn.say, spot))


def variables(spot: Spot) -> str:
    """Return the variables that can stand in a prompt, as they are typed."""
    names = (*NAMES, *IN_LINE) if spot.kind in WAITING else NAMES
    return " ".join(f"#{name}#" for name in names)


def doubts(turn: Turn, spot: Spot, shown: Shown) -> list[str]:
    """Return a warning where something looks like a variable and is none."""
    if not shown.strangers:
        return []
    names = " ".join(shown.strangers)
    return [turn.say("prompt.doubt_variable", names=names, variables=variables(spot))]
