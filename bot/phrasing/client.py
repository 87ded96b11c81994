"""Asks an OpenAI-compatible endpoint to word an answer.

Whatever goes wrong here is no error of the desk: the entry's own answer is sent. So nothing is
raised, and the log says why, without the customer's words and without the key.
"""

import asyncio
from collections.abc import Sequence

import aiohttp
import structlog
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt, wait_fixed
from yarl import URL

from bot.phrasing.wording import Nonsense, Phrased, Source, reply, request

log = structlog.get_logger(__name__)

TRIES = 2
"""A busy endpoint is asked once more, if the time allows."""
PAUSE_SECONDS = 0.2
MOST_BYTES = 262_144
"""Of an answer; a longer one is not read to its end."""


class _Refusal(Exception):
    """The endpoint did not answer the question; asking again will not help."""


class _Busy(Exception):
    """It may answer a moment later."""


class Phraser:
    """One line to the endpoint.

    Args:
        url: Its address up to ``/chat/completions``, such as ``https://api.example.com/v1``.
        key: Sent as a bearer token; empty for an endpoint that wants none.
        model: Name of the model there.
        seconds: How long one answer may take, both tries together.
        session: Used if given, and then never closed here.
    """

    def __init__(
        self,
        *,
        url: str,
        key: str,
        model: str,
        seconds: float = 4.0,
        session: aiohttp.ClientSession | None = None,
    ) -> None:
        self._url = URL(f"{url.rstrip('/')}/chat/completions")
        self._headers = {"content-type": "application/json"}
        if key:
            self._headers["authorization"] = f"Bearer {key}"
        self._model = model
        self._seconds = seconds
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

    async def phrase(
        self, message: str, sources: Sequence[Source], *, seconds: float | None = None
    ) -> Phrased | None:
        """Word the answer to *message* from *sources* alone.

        Args:
            message: What the customer wrote. It leaves the house, so does every source.
            sources: The entries that were found, best first.
            seconds: How long it may take here, if that is less than usual.

        Returns:
            The answer with the entries it was made from; ``None`` when the endpoint is not there,
            too slow, refuses or talks nonsense, and when there is no source or no time.
        """
        allowed = self._seconds if seconds is None else min(seconds, self._seconds)
        if not sources or allowed <= 0 or self._session is None:
            return None
        body = request(self._model, message, sources)
        try:
            async with asyncio.timeout(allowed):
                return reply(await self._ask(self._session, body), message, sources)
        except TimeoutError:
            why = "too slow"
        except (Nonsense, _Refusal, _Busy) as error:
            why = str(error)
        log.warning("phrasing.not_used", why=why, entries=[s.id for s in sources])
        return None

    async def _ask(self, session: aiohttp.ClientSession, body: bytes) -> bytes:
        async for attempt in AsyncRetrying(
            retry=retry_if_exception_type(_Busy),
            stop=stop_after_attempt(TRIES),
            wait=wait_fixed(PAUSE_SECONDS),
            reraise=True,
        ):
            with attempt:
                return await self._post(session, body)
        raise AssertionError("unreachable")

    async def _post(self, session: aiohttp.ClientSession, body: bytes) -> bytes:
        try:
            async with session.post(
                self._url,
                data=body,
                headers=self._headers,
                # A redirect would carry the key and the customer's words to another host.
                allow_redirects=False,
            ) as answer:
                if answer.status == 429 or answer.status >= 500:
                    raise _Busy(f"HTTP {answer.status}")
                if answer.status != 200:
                    raise _Refusal(f"HTTP {answer.status}")
                data = bytearray()
                async for part in answer.content.iter_any():
                    data += part
                    if len(data) > MOST_BYTES:
                        raise _Refusal("too much")
                return bytes(data)
        except (aiohttp.ClientError, OSError) as error:
            if isinstance(error, TimeoutError):
                raise
            # Its text may quote the address.
            raise _Busy(f"no connection: {type(error).__name__}") from None
