"""The calls that make up one message, done in order, and gone on with where they stopped."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import structlog

from bot.channels.telegram.render import Call, Step
from bot.channels.telegram.send import Api, Refused
from core.errors import DeliveryError
from core.messages import Receipt

REMEMBERED = 10_000
"""Messages whose progress is kept, the latest ones."""

log = structlog.get_logger()


class Deliveries:
    """Delivers messages of several calls without repeating those that went through.

    Telegram has no idempotency keys, so what has been sent is remembered here by the message's
    key: a second try goes on after the last call that worked, and a message that went out whole
    is answered from memory. The memory is this process's own and holds the latest 10,000
    messages; after a crash between Telegram's "ok" and our note of it a piece may come twice.

    Args:
        api: The bot's line to Telegram.
        remembered: How many messages are kept.
    """

    def __init__(self, api: Api, remembered: int = REMEMBERED) -> None:
        self._api = api
        self._remembered = remembered
        self._done: OrderedDict[str, list[tuple[str, ...]]] = OrderedDict()

    async def deliver(self, key: str, calls: Sequence[Call]) -> Receipt:
        """Do *calls* in order, leaving out those that an earlier try under *key* has done.

        Args:
            key: Names the message for ever; empty for a message that nobody repeats.
            calls: What ``render`` made of it, the same at each try.

        Raises:
            TryLater: Rate limit or outage; what went out stays remembered.
            WillNeverArrive: Telegram refuses.
        """
        done = self._progress(key)
        for call in calls[len(done) :]:
            done.append(await self._do(call))
        return Receipt(tuple(message_id for ids in done for message_id in ids))

    def _progress(self, key: str) -> list[tuple[str, ...]]:
        if not key:
            return []
        done = self._done.setdefault(key, [])
        self._done.move_to_end(key)
        if len(self._done) > self._remembered:
            self._done.popitem(last=False)
        return done

    async def _do(self, call: Call) -> tuple[str, ...]:
        """Do one call, mended where Telegram's refusal tells how; return the ids it leaves."""
        try:
            result = await self._ask(call)
        except Refused as refusal:
            return await self._mend(call, refusal)
        return _ids(call, result)

    async def _ask(self, call: Call) -> Any:
        try:
            return await self._api.ask(call.method, call.params, call.uploads)
        except Refused as refusal:
            if refusal.migrate_to is None:
                raise
            moved = refusal.migrate_to
        log.warning(
            "telegram.chat_moved",
            account=self._api.account,
            chat=call.params["chat_id"],
            moved_to=moved,
        )
        return await self._api.ask(call.method, {**call.params, "chat_id": moved}, call.uploads)

    async def _mend(self, call: Call, refusal: Refused) -> tuple[str, ...]:
        if call.step is Step.DELETE and refusal.says("can't be deleted", "to delete not found"):
            return ()
        if call.step is Step.EDIT:
            # A customer who deleted the old version does not want the new one.
            if refusal.says("message is not modified", "message to edit not found"):
                return _ids(call, None)
            if call.instead is not None:
                return await self._replace(call, call.instead)
        if (
            call.step is Step.SEND
            and "reply_parameters" in call.params
            and refusal.says("to be replied not found", "replied message not found")
        ):
            params = {k: v for k, v in call.params.items() if k != "reply_parameters"}
            plain = replace(call, params=params)
            return _ids(plain, await self._ask(plain))
        raise refusal

    async def _replace(self, edit: Call, instead: Call) -> tuple[str, ...]:
        """Send what could not become of the old message, then take the old one away."""
        ids = _ids(instead, await self._ask(instead))
        where = {name: edit.params[name] for name in ("chat_id", "message_id")}
        try:
            await self._do(Call(Step.DELETE, "deleteMessage", where))
        except DeliveryError as error:
            # The new message is out. A repetition would send it twice, which is worse.
            log.warning(
                "telegram.old_message_left",
                account=self._api.account,
                chat=where["chat_id"],
                message=where["message_id"],
                error=error.key,
            )
        return ids


def _ids(call: Call, result: Any) -> tuple[str, ...]:
    match call.step:
        case Step.EDIT:
            return (str(call.params["message_id"]),)
        case Step.DELETE:
            return ()
        case Step.SEND:
            sent = result.get("message_id") if type(result) is dict else None
            return () if sent is None else (str(sent),)
