"""Durable, fully decided customer messages a second, over a handler that does nothing."""

from statistics import median

from bench.desks import CUSTOMERS, SECRET, fresh_database, messages, started, update
from bench.load import Result, closed_loop, request

ROUNDS = 5
SECONDS = 4.0
CONNECTIONS = 64
MOST = 200_000


async def intake(kind: str) -> list[dict[str, object]]:
    """Measure ``intake_sqlite`` or ``intake_postgres``, round by round beside the bare handler."""
    ratios: list[float] = []
    results: list[Result] = []
    number = 0
    with (
        fresh_database(kind) as url,
        started("intake", url) as (desk, _),
        started("bare") as (bare, _),
    ):
        texts = messages(20_000, 7)
        # Everybody's first contact, and both servers warm, before anything is counted.
        first = [_post(i, i % CUSTOMERS + 1, texts[i]) for i in range(CUSTOMERS)]
        number = CUSTOMERS
        await closed_loop(desk, first, connections=CONNECTIONS, seconds=60)
        await closed_loop(bare, first, connections=CONNECTIONS, seconds=5)
        for _ in range(ROUNDS):
            wanted = 40_000
            batch = [
                _post(number + i, (number + i) % CUSTOMERS + 1, texts[i % len(texts)])
                for i in range(wanted)
            ]
            number += wanted
            ours = await closed_loop(desk, batch, connections=CONNECTIONS, seconds=SECONDS)
            theirs = await closed_loop(bare, batch, connections=CONNECTIONS, seconds=SECONDS / 2)
            assert ours.failures == 0, f"{ours.failures} messages were refused"
            ratios.append(ours.rate / theirs.rate)
            results.append(ours)
    return [
        {
            "name": f"intake_{kind}",
            "value": round(median(r.rate for r in results), 1),
            "unit": "messages/s",
            "ratio": round(median(ratios), 4),
            "ratio_to": "bare aiohttp handler",
            "n": sum(r.answers for r in results),
            "p50_ms": round(median(r.percentile(0.5) for r in results) * 1000, 2),
            "p99_ms": round(median(r.percentile(0.99) for r in results) * 1000, 2),
        }
    ]


def _post(number: int, customer: int, text: str) -> bytes:
    return request("/hooks/shop", update(number + 1, customer, text), SECRET)
