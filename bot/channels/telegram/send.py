"""One call of Telegram's Bot API, its refusals turned into our errors.

The token is a part of every URL, and aiohttp's errors quote URLs: none of them is passed on or
chained, and Telegram's own words are searched for the token before they are kept.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import aiohttp
import orjson
from yarl import URL

from bot.channels.base import FetchedFile
from core.errors import DeliveryError, TryLater, WillNeverArrive

MAX_DOWNLOAD_BYTES = 20 * 1024 * 1024
"""The largest file that the Bot API gives out."""

CALL_SECONDS = 30.0
UPLOAD_SECONDS = 180.0
REFUSED_TOKEN_SECONDS = 60.0
MAX_REASON = 200

_NO_FILES: Mapping[str, FetchedFile] = {}


class Refused(WillNeverArrive):
    """Telegram answered 400 or another final refusal; some callers know what to do about it.

    Args:
        description: Telegram's words, without the token.
        migrate_to: The chat's new id, where it became a supergroup.
    """

    def __init__(self, description: str, *, migrate_to: int | None = None) -> None:
        super().__init__(description)
        self.migrate_to = migrate_to

    def says(self, *phrases: str) -> bool:
        """Say whether the description holds one of *phrases* (lower case)."""
        words = self.reason.lower()
        return any(phrase in words for phrase in phrases)


class Unreadable(TryLater):
    """The answer was no JSON object of the Bot API, most often from a proxy on the way."""

    def __init__(self, reason: str, body: bytes) -> None:
        super().__init__(None, reason)
        self.body = body


class Api:
    """One bot's line to the Bot API.

    Args:
        account: Our name for the bot, for error texts.
        token: The bot's token.
        api_url: Address without a slash at the end.
        session: Used if given, and then never closed here.
    """

    def __init__(
        self, account: str, *, token: str, api_url: str, session: aiohttp.ClientSession | None
    ) -> None:
        self.account = account
        self._token = token
        # Parsed without the token: what is wrong with the address may be shown.
        self._api_url = str(URL(api_url)).rstrip("/")
        self._session = session
        self._ours = session is None

    async def open(self) -> None:
        """Open the connection pool; nothing is sent yet."""
        if self._session is None:
            self._session = aiohttp.ClientSession()

    async def close(self) -> None:
        """Close the connection pool if it is ours."""
        if self._ours and self._session is not None:
            await self._session.close()
            self._session = None

    async def ask(
        self,
        method: str,
        params: Mapping[str, Any],
        uploads: Mapping[str, FetchedFile] = _NO_FILES,
        *,
        seconds: float | None = None,
    ) -> Any:
        """Call *method* and return the ``result`` of its answer.

        Args:
            method: Name in the Bot API.
            params: Parameters as JSON values.
            uploads: Files by the name that *params* use; with any, the body is multipart.
            seconds: When to give up; ``None`` for the usual time.

        Raises:
            TryLater: Rate limit, outage, time-out, or a token that Telegram refuses.
            WillNeverArrive: Any other refusal; ``Refused`` where the words may matter.
        """
        if uploads:
            body: Any = _form(params, uploads)
            headers = None
        else:
            body = orjson.dumps(params)
            headers = {"content-type": "application/json"}
        usual = UPLOAD_SECONDS if uploads else CALL_SECONDS
        status, retry_after, answer = await self._request(
            "POST", f"bot{self._token}/{method}", method, seconds or usual, body, headers
        )
        try:
            envelope = orjson.loads(answer)
        except orjson.JSONDecodeError:
            envelope = None
        if type(envelope) is not dict or type(envelope.get("ok")) is not bool:
            raise Unreadable(f"{method}: HTTP {status} without a Bot API answer", answer)
        if envelope["ok"]:
            return envelope.get("result")
        raise self._refusal(method, status, retry_after, envelope)

    async def download(self, file_id: str) -> tuple[bytes, str]:
        """Return the bytes of a file and its path at Telegram.

        Raises:
            TryLater: Outage.
            WillNeverArrive: The file is gone or larger than the Bot API gives out.
        """
        found = await self.ask("getFile", {"file_id": file_id})
        path = found.get("file_path") if type(found) is dict else None
        if type(path) is not str or not path:
            raise WillNeverArrive("getFile: Telegram has no path for the file")
        size = found.get("file_size")
        if type(size) is int and size > MAX_DOWNLOAD_BYTES:
            raise WillNeverArrive("the file is larger than the 20 MB that Telegram gives out")
        status, retry_after, data = await self._request(
            "GET", f"file/bot{self._token}/{quote(path)}", "download", UPLOAD_SECONDS
        )
        if status == 200:
            if len(data) > MAX_DOWNLOAD_BYTES:
                raise WillNeverArrive("the file is larger than the 20 MB that Telegram gives out")
            return data, path
        if status == 401:
            raise self._refused_token()
        if status == 429:
            raise TryLater(retry_after, "download: too many requests")
        if 400 <= status < 500:
            raise WillNeverArrive(f"download: HTTP {status}, the file is gone")
        raise TryLater(None, f"download: HTTP {status}")

    async def _request(
        self,
        verb: str,
        path: str,
        what: str,
        seconds: float,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[int, float | None, bytes]:
        """Return status, ``Retry-After`` in seconds (``None`` without one) and body."""
        if self._session is None or self._session.closed:
            raise TryLater(None, f"{what}: the channel is not started")
        timeout = aiohttp.ClientTimeout(total=seconds, sock_connect=min(10.0, seconds))
        unreachable = False
        try:
            async with self._session.request(
                verb,
                URL(f"{self._api_url}/{path}", encoded=True),
                data=body,
                headers=headers,
                timeout=timeout,
                # A redirect would carry the token to another host.
                allow_redirects=False,
            ) as answer:
                # One byte more than is allowed tells that a file is too large.
                data = await _at_most(answer, MAX_DOWNLOAD_BYTES + 1)
                return answer.status, _seconds(answer.headers.get("Retry-After")), data
        except (aiohttp.ClientError, OSError) as error:  # a time-out is an OSError
            failure = type(error).__name__
            unreachable = isinstance(error, aiohttp.ClientConnectorError)
        # Outside the except block, so that the error with the URL is not even its context.
        raise TryLater(None, f"{what}: {failure}", account_wide=unreachable)

    def _refusal(
        self, method: str, status: int, retry_after: float | None, envelope: dict[str, Any]
    ) -> DeliveryError:
        code = envelope.get("error_code")
        code = code if type(code) is int else status
        description = str(envelope.get("description") or f"{method}: error {code}")
        description = description.replace(self._token, "***")[:MAX_REASON]
        parameters = envelope.get("parameters")
        parameters = parameters if type(parameters) is dict else {}
        if code == 429:
            # The same words whether the chat or the whole bot was too fast. Only the chat waits:
            # the outbox keeps the bot under its own limit, and a bot that is over it is told so
            # again for the next chat.
            told = _seconds(parameters.get("retry_after"))
            return TryLater(retry_after if told is None else told, description)
        if code == 401:
            return self._refused_token()
        if code == 403:
            return WillNeverArrive(description, blocked=True)
        if code == 409 or code >= 500 or code < 400:
            return TryLater(None, description)
        moved = parameters.get("migrate_to_chat_id")
        return Refused(description, migrate_to=moved if type(moved) is int else None)

    def _refused_token(self) -> TryLater:
        # Later and not never: once the operator has set the right token everything still goes out.
        return TryLater(
            REFUSED_TOKEN_SECONDS,
            f"Telegram refuses the token of account {self.account}; the operator must set it anew",
            account_wide=True,
        )


def _form(params: Mapping[str, Any], uploads: Mapping[str, FetchedFile]) -> aiohttp.FormData:
    form = aiohttp.FormData(quote_fields=False)
    for name, value in params.items():
        words = value if isinstance(value, str) else orjson.dumps(value).decode()
        form.add_field(name, words)
    for name, file in uploads.items():
        form.add_field(
            name,
            file.data,
            filename=_quoted(file.file_name or name),
            content_type=file.mime or "application/octet-stream",
        )
    return form


def _quoted(file_name: str) -> str:
    # Browsers' way of writing a name into a form; Telegram reads it as UTF-8.
    return file_name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


async def _at_most(answer: aiohttp.ClientResponse, most: int) -> bytes:
    parts, size = [], 0
    async for part in answer.content.iter_chunked(65_536):
        parts.append(part)
        size += len(part)
        if size >= most:
            break
    return b"".join(parts)


def _seconds(value: object) -> float | None:
    """Read a number of seconds, as JSON or as a header; ``None`` for anything else."""
    if type(value) is str and value.isascii() and value.isdigit() and len(value) < 8:
        return float(value)
    if type(value) in (int, float) and 0 <= value < 10_000_000:  # type: ignore[operator]
        return float(value)  # type: ignore[arg-type]
    return None
