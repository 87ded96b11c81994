"""The benchmarks: ``make bench``. One JSON object a line; ratios are against the same run.

Name some to run only those: ``python -m bench intake_sqlite match_10k``. A long run of the waiting
line: ``python -m bench line --conversations 1000000``.
"""

import asyncio
import json
import sys
import time
from collections.abc import Callable

from bench import faq, intake, latency, match, memory, semantic
from bench.line import figures
from core import logs

BENCHES: dict[str, Callable[[], list[dict[str, object]]]] = {
    "match_1k": match.match_1k,
    "match_10k": match.match_10k,
    "match_100k": match.match_100k,
    "match_1m": match.match_1m,
    "faq_rank_1k": faq.faq_rank_1k,
    "faq_rank_10k": faq.faq_rank_10k,
    "faq_rank_100k": faq.faq_rank_100k,
    "faq_accuracy": faq.faq_accuracy,
    "faq_semantic_banking77": semantic.faq_semantic_banking77,
    "intake_sqlite": lambda: asyncio.run(intake.intake("sqlite")),
    "intake_postgres": lambda: asyncio.run(intake.intake("postgres")),
    "reply_latency": lambda: asyncio.run(latency.reply_latency()),
    "line": lambda: figures.main(sys.argv[2:]),
    "memory": lambda: asyncio.run(memory.memory()),
}


def main() -> int:
    logs.set_up(level="WARNING")
    names = sys.argv[1:] or list(BENCHES)
    if names[0] == "line":
        names = names[:1]  # the rest are its own options
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        print(f"unknown: {', '.join(unknown)}; there are {', '.join(BENCHES)}", file=sys.stderr)
        return 2
    for name in names:
        started = time.perf_counter()
        for row in BENCHES[name]():
            row["seconds"] = round(time.perf_counter() - started, 1)
            print(json.dumps(row), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
