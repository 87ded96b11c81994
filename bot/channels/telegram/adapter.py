"""Telegram, seen from the desk: the parts of this folder tied together."""

import mimetypes
from collections.abc import AsyncIterator, Mapping
from typing import ClassVar

import aiohttp

from bot.channels.base import FetchedFile, InboundBatch, Limits, Webhook
from bot.channels.telegram.deliver import Deliveries
from bot.channels.telegram.parse import ALLOWED_UPDATES, INLINE_UPDATES, read
from bot.channels.telegram.poll import updates
from bot.channels.telegram.render import render
from bot.channels.telegram.send import MAX_DOWNLOAD_BYTES, Api, Refused
from bot.channels.telegram.text import printable, split
from core.clock import Clock, utc_now
from core.errors import WillNeverArrive
from core.messages import Media, OutboundMessage, Receipt

LIMITS = Limits(per_second=30.0, per_chat_per_second=1.0, per_group_per_minute=20.0)
"""What Telegram lets every bot send without paying."""

MAX_NOTICE = 200
MAX_CONNECTIONS = 40


class TelegramChannel:
    """One bot that talks to customers in private chats.

    Args:
        account: Our name for the bot.
        token: The bot's token, from BotFather.
        secret: What Telegram has to send with every webhook call; empty refuses every call.
        api_url: Where the Bot API is.
        limits: Other rate limits than the usual ones, for a bot that pays for more.
        session: Used for every call if given, and then not closed here.
        clock: Tells the time of button presses, which Telegram does not.
        inline: Whether the bot is told what people type behind its name in other chats.
    """

    name: ClassVar[str] = "telegram"

    def __init__(
        self,
        account: str,
        *,
        token: str,
        secret: str,
        api_url: str = "https://api.telegram.org",
        limits: Limits | None = None,
        session: aiohttp.ClientSession | None = None,
        clock: Clock = utc_now,
        inline: bool = False,
    ) -> None:
        self.account = account
        self.limits = limits or LIMITS
        self.max_body_bytes = 1024 * 1024
        self._secret = secret
        self._secret_bytes = secret.encode()
        self._clock = clock
        self._updates = (*ALLOWED_UPDATES, *INLINE_UPDATES) if inline else ALLOWED_UPDATES
        self._api = Api(account, token=token, api_url=api_url, session=session)
        self._deliveries = Deliveries(self._api)
        self._username: str | None = None

    def __repr__(self) -> str:
        return f"<TelegramChannel {self.account}>"

    async def start(self) -> None:
        """Open connections."""
        await self._api.open()

    async def stop(self) -> None:
        """Close connections."""
        await self._api.close()

    async def connect(self, hook_url: str | None) -> None:
        """Tell Telegram where to send webhooks; ``None`` takes the webhook away, for polling.

        Raises:
            DeliveryError: Telegram refused or could not be reached.
        """
        if hook_url is None:
            await self._api.ask("deleteWebhook", {})
            return
        if not self._secret:
            raise WillNeverArrive("the webhook's secret is empty, so every call would be refused")
        await self._api.ask(
            "setWebhook",
            {
                "url": hook_url,
                "secret_token": self._secret,
                "allowed_updates": self._updates,
                "max_connections": MAX_CONNECTIONS,
            },
        )

    def read(self, hook: Webhook) -> InboundBatch:
        """Turn one webhook call into at most one message.

        Raises:
            BadSignature: The secret is missing or wrong.
            BadPayload: The body is not an update.
        """
        return read(hook, account=self.account, secret=self._secret_bytes, now=self._clock())

    def poll(
        self, *, timeout_seconds: int = 50, backoff_seconds: float = 1.0
    ) -> AsyncIterator[InboundBatch]:
        """Yield what Telegram holds for us, for ever; the next step acknowledges the last.

        Args:
            timeout_seconds: How long Telegram may hold a call open while nothing happens.
            backoff_seconds: First pause after a failure; doubled each time up to 30 seconds.
        """
        return updates(
            self._api,
            clock=self._clock,
            timeout_seconds=timeout_seconds,
            backoff_seconds=backoff_seconds,
        )

    async def send(self, message: OutboundMessage, files: Mapping[str, FetchedFile]) -> Receipt:
        """Deliver one message, as several where it is long.

        Safe to call again after an error: pieces that went out are not repeated as long as this
        process lives.

        Raises:
            TryLater: Rate limit or outage.
            WillNeverArrive: Blocked, unknown recipient, refused content.
        """
        return await self._deliveries.deliver(message.key, render(message, files))

    async def fetch(self, media: Media) -> FetchedFile:
        """Download a file of at most 20 MB.

        Raises:
            TryLater: Outage.
            WillNeverArrive: The file is gone or larger.
        """
        if media.size_bytes is not None and media.size_bytes > MAX_DOWNLOAD_BYTES:
            raise WillNeverArrive("the file is larger than the 20 MB that Telegram gives out")
        data, path = await self._api.download(media.file_id)
        file_name = media.file_name or path.rpartition("/")[2]
        return FetchedFile(data, file_name, media.mime or mimetypes.guess_type(file_name)[0])

    async def acknowledge(self, press_id: str, notice: str) -> None:
        """Stop the spinner of a pressed button and show the first 200 characters of *notice*.

        Raises:
            DeliveryError: Telegram could not be reached.
        """
        words = {"text": split(printable(notice), MAX_NOTICE)[0]} if notice.strip() else {}
        try:
            await self._api.ask("answerCallbackQuery", {"callback_query_id": press_id, **words})
        except Refused as refusal:
            if not refusal.says("query is too old", "query id is invalid"):
                raise

    async def address(self) -> str | None:
        """Return ``https://t.me/<username>``; Telegram is asked for the username once.

        Raises:
            DeliveryError: Telegram refused or could not be reached.
        """
        if self._username is None:
            me = await self._api.ask("getMe", {})
            found = me.get("username") if isinstance(me, dict) else None
            self._username = found if isinstance(found, str) else None
        return f"https://t.me/{self._username}" if self._username else None

    def is_group(self, chat: str) -> bool:
        """Say whether *chat* is a group; their ids are negative."""
        return chat.startswith("-")
