"""The promise that every messaging platform's adapter keeps."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Protocol

from core.messages import InboundMessage, Media, OutboundMessage, Receipt


@dataclass(frozen=True, slots=True)
class Webhook:
    """One webhook call as it arrived: nothing in it is trusted yet.

    Args:
        body: The raw bytes.
        headers: Asked for by lower-case names; the mapping may ignore case.
        query: Decoded exactly once.
    """

    body: bytes
    headers: Mapping[str, str]
    query: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class InboundBatch:
    """What one webhook call held.

    Args:
        messages: Oldest first, possibly none.
        answer: The bytes that the platform wants as its 200.
        cursor: Where the next pull starts; ``None`` for platforms that push whole messages.
    """

    messages: tuple[InboundMessage, ...]
    answer: bytes = b""
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """What a platform lets one account send; ``None`` means no limit of that sort.

    Args:
        per_second: Messages a second for the account.
        per_chat_per_second: Messages a second to one chat.
        per_group_per_minute: Messages a minute to one group chat.
    """

    per_second: float | None = None
    per_chat_per_second: float | None = None
    per_group_per_minute: float | None = None


@dataclass(frozen=True, slots=True)
class FetchedFile:
    """A downloaded file: its bytes and, where the platform told, its name and type."""

    data: bytes
    file_name: str | None = None
    mime: str | None = None


class Channel(Protocol):
    """One account on one messaging platform, seen from us. It translates, it never decides."""

    name: ClassVar[str]
    """The platform: ``telegram``, ``wechat`` ..."""

    account: str
    """Our name for the account."""

    limits: Limits
    max_body_bytes: int
    """The largest webhook body that is read; a larger one is answered 413."""

    async def start(self) -> None:
        """Open connections."""

    async def stop(self) -> None:
        """Close connections."""

    async def connect(self, hook_url: str | None) -> None:
        """Tell the platform where to send webhooks; ``None`` when we poll.

        Raises:
            DeliveryError: The platform refused or could not be reached.
        """

    def read(self, hook: Webhook) -> InboundBatch:
        """Turn one webhook call into messages.

        Raises:
            BadSignature: The body is not from the platform. Answer 403.
            BadPayload: It is from the platform but makes no sense. Answer 400, keep the body.
        """

    def poll(self) -> AsyncIterator[InboundBatch]:
        """Yield what the platform holds for us, for ever; the next step acknowledges the last.

        The caller asks for the next batch only after it has committed the one before.
        """

    async def send(self, message: OutboundMessage, files: Mapping[str, FetchedFile]) -> Receipt:
        """Deliver one message.

        Every kind of content arrives in some form: where the platform has nothing of the sort,
        in words. Of a link the customer gets title, text and address. Only ``FAQ_CARD`` is never
        given to a channel: the desk puts the card in its place.

        Args:
            message: What to say and where.
            files: Files by ``file_id`` that belong to another account and were fetched there.

        Raises:
            TryLater: Rate limit or outage.
            WillNeverArrive: Blocked, unknown recipient, refused content.
        """

    async def fetch(self, media: Media) -> FetchedFile:
        """Download a file that this account's platform holds.

        Raises:
            TryLater: Outage.
            WillNeverArrive: The file is gone or larger than the platform gives out.
        """

    async def acknowledge(self, press_id: str, notice: str) -> None:
        """Stop the spinner of a pressed button and show *notice* (empty for none).

        A press that is too old to be answered is not an error.

        Raises:
            DeliveryError: The platform could not be reached.
        """

    async def address(self) -> str | None:
        """Return the web address that leads customers to the account; ``None``: it has none.

        Raises:
            DeliveryError: The platform refused or could not be reached.
        """

    def is_group(self, chat: str) -> bool:
        """Say whether *chat* is a group, for which other limits hold."""
