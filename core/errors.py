"""Every error we raise on purpose.

DeskError                    .key names the text in core/i18n, .facts fill its placeholders
├── RejectedInput            the sender's fault; safe to show
│   ├── BadSignature         answer 403
│   ├── BadPayload           answer 400, keep the body for us
│   └── BadRequestText       a command or a file that does not fit; show how to use it
├── NotAllowed               the actor lacks a permission
├── NotFound                 nothing is there under that number or name
├── Conflict                 somebody else was first, or it is in use
├── Overloaded               intake is full; answer 503 and ask for a retry in .seconds
└── DeliveryError            leaves ``channel.send``, nothing else does
    ├── TryLater             .seconds
    └── WillNeverArrive      .reason; tell the agent, stop
"""

from typing import Any


class DeskError(Exception):
    """Base of every error that we raise on purpose.

    Args:
        key: Message key in ``core/i18n``.
        facts: Values for the placeholders of that text.
    """

    def __init__(self, key: str, **facts: Any) -> None:
        super().__init__(key, facts)
        self.key = key
        self.facts = facts


class RejectedInput(DeskError):
    """What arrived cannot be accepted; the sender may be told why."""


class BadSignature(RejectedInput):
    """The body does not come from the platform."""

    def __init__(self) -> None:
        super().__init__("error.bad_signature")


class BadPayload(RejectedInput):
    """The body comes from the platform but makes no sense.

    Args:
        why: What is wrong, for the log and the dead letter; holds no message text.
    """

    def __init__(self, why: str) -> None:
        super().__init__("error.bad_payload", why=why)
        self.why = why


class BadRequestText(RejectedInput):
    """A command or a file of a member of staff does not fit."""


class NotAllowed(DeskError):
    """The actor lacks the permission."""

    def __init__(self) -> None:
        super().__init__("error.not_allowed")


class NotFound(DeskError):
    """Nothing is there under that number or name."""


class Conflict(DeskError):
    """Somebody else was first, or the thing is in use."""


class Overloaded(DeskError):
    """Intake cannot take more now.

    Args:
        seconds: When to try again.
    """

    def __init__(self, seconds: int) -> None:
        super().__init__("error.overloaded", seconds=seconds)
        self.seconds = seconds


class DeliveryError(DeskError):
    """A message could not be delivered now."""


class TryLater(DeliveryError):
    """Rate limit or outage.

    Args:
        seconds: How long to wait, or ``None`` when the platform did not say.
        reason: Short cause for the log, without message text.
        account_wide: Whether the whole account must wait, not only this chat.
    """

    def __init__(self, seconds: float | None, reason: str, *, account_wide: bool = False) -> None:
        super().__init__("error.try_later", reason=reason)
        self.seconds = seconds
        self.reason = reason
        self.account_wide = account_wide


class WillNeverArrive(DeliveryError):
    """Blocked, unknown recipient, refused content. Do not retry.

    Args:
        reason: Short cause; shown to the agent and kept with the dead letter.
        blocked: Whether the recipient has shut us out, so that later messages fail as well.
    """

    def __init__(self, reason: str, *, blocked: bool = False) -> None:
        super().__init__("error.will_never_arrive", reason=reason)
        self.reason = reason
        self.blocked = blocked
