"""From a webhook's arrival to its reply's arrival at the platform, at a steady offered load."""

import asyncio
import time

import aiohttp

from bench.desks import (
    CUSTOMERS,
    SECRET,
    TOKEN,
    fresh_database,
    keywords,
    started,
    update,
)
from bench.load import percentile, request

RATE = 500
SECONDS = 20.0
WARM_SECONDS = 3.0
CONNECTIONS = 64


class _Sender(asyncio.Protocol):
    def __init__(self, free: asyncio.Queue["_Sender"]) -> None:
        self._free = free

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.Transport = transport  # type: ignore[assignment]
        self._free.put_nowait(self)

    def data_received(self, data: bytes) -> None:
        if not data.startswith(b"HTTP/1.1 200"):
            raise AssertionError(data[:80])
        self._free.put_nowait(self)


async def reply_latency() -> list[dict[str, object]]:
    """Measure ``reply_latency`` at 500 messages/s, open loop: the load never waits."""
    keys = keywords()
    sent: dict[int, list[float]] = {}
    with (
        fresh_database("sqlite") as url,
        started("stand-in") as (stand_in, _),
        started("desk", url, f"http://127.0.0.1:{stand_in}") as (desk, _),
    ):
        free: asyncio.Queue[_Sender] = asyncio.Queue()
        loop = asyncio.get_running_loop()
        for _ in range(CONNECTIONS):
            await loop.create_connection(lambda: _Sender(free), "127.0.0.1", desk)
        number = 0

        async def offer(count: int, *, keep: bool) -> None:
            nonlocal number
            began = time.monotonic()
            for i in range(count):
                wait = began + i / RATE - time.monotonic()
                if wait > 0:
                    await asyncio.sleep(wait)
                number += 1
                customer = number % CUSTOMERS + 1
                body = update(number, customer, f"请问{keys[number % len(keys)]}呢")
                sender = await free.get()
                if keep:
                    sent.setdefault(customer, []).append(time.monotonic())
                sender.transport.write(request("/hooks/shop", body, SECRET))

        await offer(max(CUSTOMERS, int(RATE * WARM_SECONDS)), keep=False)  # first contacts
        await asyncio.sleep(2.0)
        async with aiohttp.ClientSession(f"http://127.0.0.1:{stand_in}") as http:
            await http.delete("/control/calls")
            await offer(int(RATE * SECONDS), keep=True)
            await asyncio.sleep(2.0)
            query = {"bot": TOKEN, "method": "sendMessage", "last": "20000"}
            async with http.get("/control/calls", params=query) as answer:
                calls = (await answer.json())["calls"]
    arrived: dict[int, list[float]] = {}
    for call in calls:
        arrived.setdefault(int(call["params"]["chat_id"]), []).append(call["at"])
    wanted = sum(map(len, sent.values()))
    latencies = [
        there - here
        for customer, times in sent.items()
        for here, there in zip(times, arrived.get(customer, ()), strict=False)
    ]
    assert len(latencies) == wanted, f"{wanted - len(latencies)} replies are missing"
    return [
        {
            "name": "reply_latency",
            "value": round(percentile(latencies, 0.5) * 1000, 2),
            "unit": "ms",
            "ratio": round(len(latencies) / SECONDS / RATE, 4),
            "ratio_to": "offered load of 500 messages/s",
            "n": len(latencies),
            "p50_ms": round(percentile(latencies, 0.5) * 1000, 2),
            "p99_ms": round(percentile(latencies, 0.99) * 1000, 2),
        }
    ]
