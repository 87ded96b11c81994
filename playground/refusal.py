"""The errors that the stand-in answers with, in the shape and wording of Telegram's."""

from typing import Any


class Refusal(Exception):
    """Say no to one call of the Bot API.

    ``code`` is both the HTTP status and ``error_code``. ``parameters`` is the object
    ``ResponseParameters`` (``retry_after`` in seconds, ``migrate_to_chat_id``) or ``None``.
    """

    def __init__(
        self, code: int, description: str, parameters: dict[str, Any] | None = None
    ) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def body(self) -> dict[str, Any]:
        """Return the JSON object that a client reads."""
        answer: dict[str, Any] = {
            "ok": False,
            "error_code": self.code,
            "description": self.description,
        }
        if self.parameters is not None:
            answer["parameters"] = self.parameters
        return answer


def bad(text: str, parameters: dict[str, Any] | None = None) -> Refusal:
    """Return a 400: the request itself is wrong and must not be repeated."""
    return Refusal(400, f"Bad Request: {text}", parameters)


def forbidden(text: str) -> Refusal:
    """Return a 403: the person or the group does not let this bot write."""
    return Refusal(403, f"Forbidden: {text}")


def conflict(text: str) -> Refusal:
    """Return a 409: two ways of fetching updates exclude each other."""
    return Refusal(409, f"Conflict: {text}")


def too_many(seconds: int) -> Refusal:
    """Return a 429 that names how many whole seconds to wait."""
    return Refusal(429, f"Too Many Requests: retry after {seconds}", {"retry_after": seconds})
