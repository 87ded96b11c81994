"""Messages a second through the rules, beside a plain pyahocorasick loop over the same texts."""

import asyncio
import gc
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from itertools import islice
from statistics import median
from typing import Any

import ahocorasick
import psutil

from bot.rules.automaton import RuleBook
from core.messages import Content, Kind
from core.playbook import Match, Rule

ROUNDS = 5
MESSAGES = 5_000
HITS = 0.1
CJK = [chr(code) for code in range(0x4E00, 0x4E00 + 3_000)]
LATIN = "abcdefghijklmnopqrstuvwxyz"
REPLIES = (Content(Kind.TEXT, "."),)


def match_1k() -> list[dict[str, object]]:
    """Measure ``match_1k``: messages of 20 to 200 characters, a keyword put into a tenth."""
    return _match("match_1k", 1_000)


def match_10k() -> list[dict[str, object]]:
    """Measure ``match_10k``, and the same with English words as ``match_10k_latin``."""
    return [*_match("match_10k", 10_000), *_match("match_10k_latin", 10_000, latin=True)]


def match_100k() -> list[dict[str, object]]:
    """Measure ``match_100k``."""
    return _match("match_100k", 100_000)


def match_1m() -> list[dict[str, object]]:
    """Measure ``match_1m``, and what building and changing a book of that size costs others."""
    return [*_match("match_1m", 1_000_000), *_change(1_000_000)]


def keywords(count: int, *, latin: bool = False) -> list[str]:
    """Return distinct words: two to five Chinese characters, or three to nine Latin letters."""
    rng = random.Random(1)
    low, high = (3, 9) if latin else (2, 5)
    found: dict[str, None] = {}
    while len(found) < count:
        letters = "".join(rng.choices(LATIN if latin else CJK, k=high * count))
        for start in range(0, len(letters), high):
            found[letters[start : start + rng.randint(low, high)]] = None
    return list(islice(found, count))


def texts(keys: list[str], *, latin: bool) -> list[str]:
    """Return messages of 20 to 200 characters."""
    rng = random.Random(5)
    found = []
    for _ in range(MESSAGES):
        length = rng.randint(20, 200)
        if latin:
            words = ["".join(rng.choices(LATIN, k=rng.randint(2, 9))) for _ in range(40)]
            if rng.random() < HITS:
                words[1] = rng.choice(keys)
            found.append(" ".join(words)[:length])
        else:
            text = "".join(rng.choices(CJK, k=length))
            found.append(text[:10] + rng.choice(keys) + text[10:] if rng.random() < HITS else text)
    return found


def rules(keys: list[str]) -> tuple[Rule, ...]:
    """Return a rule for each keyword."""
    return tuple(Rule(n, key, Match.ANY, (key,), REPLIES) for n, key in enumerate(keys, 1))


def plain_automaton(keys: list[str]) -> Any:
    """Return what the rules are compared with."""
    plain = ahocorasick.Automaton(ahocorasick.STORE_INTS)
    for number, key in enumerate(keys):
        plain.add_word(key, number)
    plain.make_automaton()
    return plain


def _match(name: str, count: int, *, latin: bool = False) -> list[dict[str, object]]:
    keys = keywords(count, latin=latin)
    taught = rules(keys)
    book, build_seconds = _timed(lambda: RuleBook.compile(taught))
    plain, plain_build_seconds = _timed(lambda: plain_automaton(keys))
    # As the desk does after it has swapped a playbook in.
    gc.collect()
    gc.freeze()
    messages = texts(keys, latin=latin)

    def ours(text: str) -> None:
        book.match("shop", text)

    def theirs(text: str) -> None:
        for _ in plain.iter(text):
            pass

    ratios, rates = [], []
    each: list[list[float]] = [[] for _ in messages]
    for _ in range(ROUNDS):
        mine, single = _run(ours, messages)
        baseline, _ = _run(theirs, messages)
        ratios.append(baseline / mine)
        rates.append(MESSAGES / mine)
        for times, seconds in zip(each, single, strict=True):
            times.append(seconds)
    gc.unfreeze()
    usual = sorted(map(median, each))
    row: dict[str, object] = {
        "name": name,
        "value": round(median(rates), 1),
        "unit": "messages/s",
        "ratio": round(median(ratios), 4),
        "ratio_to": "plain pyahocorasick loop",
        "n": MESSAGES * ROUNDS,
        "p50_us": round(usual[len(usual) // 2] * 1e6, 1),
        "p99_us": round(usual[len(usual) * 99 // 100] * 1e6, 1),
        "build_seconds": round(build_seconds, 2),
        "plain_build_seconds": round(plain_build_seconds, 2),
    }
    if count >= 100_000:
        mine, baseline = (_memory(kind, count) for kind in ("rules", "plain"))
        row |= {"memory_mb": round(mine / 1e6, 1), "memory_ratio": round(mine / baseline, 3)}
    return [row]


def _change(count: int) -> list[dict[str, object]]:
    """Measure how long a change of one rule takes, and how long builds hold up the event loop."""
    taught = rules(keywords(count))
    book = RuleBook.compile(taught)
    gc.collect()
    gc.freeze()
    edited = list(taught)
    edited[count // 2] = Rule(0, "new", Match.ANY, ("新词",), REPLIES)
    moved = tuple(edited[:10] + edited[11:] + edited[10:11])
    update = median(_timed(lambda: book.updated(moved))[1] for _ in range(ROUNDS))
    full, compile_stall = asyncio.run(_stall(lambda: RuleBook.compile(taught)))
    _, plain_stall = asyncio.run(_stall(lambda: plain_automaton([r.words[0] for r in taught])))
    gc.unfreeze()
    return [
        {
            "name": "rule_change_1m",
            "value": round(update * 1e3, 1),
            "unit": "ms",
            "ratio": round(update / full, 4),
            "ratio_to": "compiling all rules in a thread",
            "n": ROUNDS,
            "loop_stall_ms": round(compile_stall * 1e3, 1),
            "plain_loop_stall_ms": round(plain_stall * 1e3, 1),
        }
    ]


async def _stall(work: Callable[[], object]) -> tuple[float, float]:
    """Do *work* in a thread; return its seconds, and the longest that the loop stood still."""
    longest = 0.0
    thread = threading.Thread(target=work)
    started = last = time.perf_counter()
    thread.start()
    while thread.is_alive():
        await asyncio.sleep(0.001)
        now = time.perf_counter()
        longest, last = max(longest, now - last), now
    return time.perf_counter() - started, longest


def _run(work: Callable[[str], None], messages: list[str]) -> tuple[float, list[float]]:
    """Return the seconds of all messages and of each."""
    clock = time.perf_counter
    single = []
    for text in messages:
        started = clock()
        work(text)
        single.append(clock() - started)
    return sum(single), single


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    started = time.perf_counter()
    result = work()
    return result, time.perf_counter() - started


def _memory(kind: str, count: int) -> float:
    """Return the bytes that a process grows by when it builds *kind*."""
    command = [sys.executable, "-m", "bench.match", kind, str(count)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return float(done.stdout)


def main() -> None:
    kind, count = sys.argv[1], int(sys.argv[2])
    keys = keywords(count)
    taught = rules(keys) if kind == "rules" else ()
    RuleBook.compile(rules(keys[:1])).match("shop", keys[0])
    gc.collect()
    process = psutil.Process(os.getpid())
    before = process.memory_info().rss
    built: object = RuleBook.compile(taught) if kind == "rules" else plain_automaton(keys)
    gc.collect()
    print(process.memory_info().rss - before)
    del built


if __name__ == "__main__":
    main()
