"""Messages a second through the rules, beside a plain pyahocorasick loop."""

import random
import time
from collections.abc import Callable
from statistics import median

import ahocorasick

from bench.desks import keywords, words
from bot.rules.automaton import RuleBook
from core.messages import Content, Kind
from core.playbook import Match, Rule

ROUNDS = 7
MESSAGES = 20_000


def match_10k() -> list[dict[str, object]]:
    """Measure ``match_10k``: 10,000 keywords, messages of 20 to 200 characters, a tenth hit."""
    rng = random.Random(5)
    keys = keywords()
    book = RuleBook.compile(
        [
            Rule(n, key, Match.ANY, (key,), (Content(Kind.TEXT, "."),))
            for n, key in enumerate(keys, 1)
        ]
    )
    plain = ahocorasick.Automaton()
    for n, key in enumerate(keys):
        plain.add_word(key, n)
    plain.make_automaton()
    texts = []
    for _ in range(MESSAGES):
        text = words(rng, 20, 200)
        texts.append(text[:10] + rng.choice(keys) + text[10:] if rng.random() < 0.1 else text)

    def ours() -> None:
        for text in texts:
            book.match("shop", text)

    def theirs() -> None:
        for text in texts:
            last = None
            for _, last in plain.iter(text):  # noqa: B007  the loop is the work
                pass

    ratios, rates = [], []
    for _ in range(ROUNDS):
        mine, baseline = _rate(ours), _rate(theirs)
        ratios.append(mine / baseline)
        rates.append(mine)
    return [
        {
            "name": "match_10k",
            "value": round(median(rates), 1),
            "unit": "messages/s",
            "ratio": round(median(ratios), 4),
            "ratio_to": "plain pyahocorasick loop",
            "n": MESSAGES * ROUNDS,
        }
    ]


def _rate(work: Callable[[], None]) -> float:
    started = time.perf_counter()
    work()
    return MESSAGES / (time.perf_counter() - started)
