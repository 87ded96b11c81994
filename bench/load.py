"""A load generator that costs little: keep-alive connections that speak just enough HTTP."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field


@dataclass(slots=True)
class Result:
    """What a run of load came to; latencies in seconds, in the order of the answers."""

    seconds: float
    answers: int
    failures: int
    latencies: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return self.answers / self.seconds

    def percentile(self, share: float) -> float:
        return percentile(self.latencies, share)


def percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def request(path: str, body: bytes, secret: str) -> bytes:
    """Return one POST as bytes."""
    return (
        f"POST {path} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"
        f"X-Telegram-Bot-Api-Secret-Token: {secret}\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode() + body


class _Connection(asyncio.Protocol):
    """Sends the next request when the answer to the last has come."""

    def __init__(self, next_request: Callable[[], bytes | None], result: Result) -> None:
        self._next = next_request
        self._result = result
        self._started = 0.0
        self._buffer = b""
        self.done = asyncio.get_running_loop().create_future()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._go()

    def _go(self) -> None:
        assert self._transport is not None
        data = self._next()
        if data is None:
            self._transport.close()
            return
        self._started = time.perf_counter()
        self._transport.write(data)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head = self._buffer.find(b"\r\n\r\n")
        if head < 0:
            return
        length = 0
        at = self._buffer.lower().find(b"content-length:", 0, head)
        if at >= 0:
            length = int(self._buffer[at + 15 : self._buffer.find(b"\r", at)])
        if len(self._buffer) < head + 4 + length:
            return
        ok = self._buffer.startswith(b"HTTP/1.1 200")
        self._buffer = b""
        self._result.answers += ok
        self._result.failures += not ok
        self._result.latencies.append(time.perf_counter() - self._started)
        self._go()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_result(None)


async def closed_loop(
    port: int, requests: Sequence[bytes], *, connections: int, seconds: float
) -> Result:
    """Send *requests*, each once, over *connections* until they or *seconds* run out."""
    left = iter(requests)
    end = time.perf_counter() + seconds

    def following() -> bytes | None:
        return next(left, None) if time.perf_counter() < end else None

    result = Result(0.0, 0, 0)
    started = time.perf_counter()
    loop = asyncio.get_running_loop()
    made = [
        await loop.create_connection(lambda: _Connection(following, result), "127.0.0.1", port)
        for _ in range(connections)
    ]
    await asyncio.gather(*(protocol.done for _, protocol in made))
    result.seconds = time.perf_counter() - started
    return result
