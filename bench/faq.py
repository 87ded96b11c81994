"""The FAQ matcher: how fast it ranks, beside a scan with rapidfuzz, and how often it is right."""

import gc
import json
import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import quantiles
from typing import Any

from rapidfuzz import fuzz, process

from bench.faq_adapter import DAY, Searcher, entry
from bench.faq_scores import figures

DATA = Path(__file__).parent / "data" / "faq"
ASKED = 1_000
SCANNED = 200
BATCH = 100
SENTENCES_AN_ENTRY = 5
NOISE = ("typo", "filler", "homophone")


def faq_rank_1k() -> list[dict[str, object]]:
    """Measure ``faq_rank_1k``, and ``faq_batch_1k``: 1,000 entries of five sentences."""
    return [*_rank("faq_rank_1k", 1_000, 1), *_batches("faq_batch_1k", 1_000)]


def faq_rank_10k() -> list[dict[str, object]]:
    """Measure ``faq_rank_10k``; ``faq_fit_10k`` and ``faq_update_10k``: 10,000 entries of five."""
    return [*_rank("faq_rank_10k", 10_000, 1), *_fitting("10k", 10_000)]


def faq_rank_100k() -> list[dict[str, object]]:
    """Measure ``faq_rank_100k``."""
    return _rank("faq_rank_100k", 100_000, 1)


def faq_accuracy() -> list[dict[str, object]]:
    """Measure ``faq_<set>_<variant>`` for every question set, five sentences an entry."""
    rows = []
    for path in sorted(DATA.glob("*.json")):
        data = json.loads(path.read_text(encoding="utf-8"))
        name = data["name"].removesuffix("_dev")
        kb = [
            {**one, "similar": one["similar"][: SENTENCES_AN_ENTRY - 1]} for one in data["entries"]
        ]
        variants = [one for one in NOISE if one in data["queries"][0]]
        rows += _accuracy(name, kb, data["queries"], {"plain": "text", **{v: v for v in variants}})
        if out := set(data.get("leave_out", ())):
            left = [one for one in kb if one["id"] not in out]
            asked = [{**one, "ids": sorted(set(one["ids"]) - out)} for one in data["queries"]]
            rows += _accuracy(name, left, asked, {"leave_out": "text"})
    return rows


def _accuracy(
    name: str, kb: list[dict[str, Any]], queries: list[dict[str, Any]], variants: dict[str, str]
) -> list[dict[str, object]]:
    searcher = Searcher(kb)
    sentences = [text for one in kb for text in (one["question"], *one["similar"])]
    owners = [one["id"] for one in kb for _ in (one["question"], *one["similar"])]
    threshold = searcher.matcher.thresholds.answer
    rows: list[dict[str, object]] = []
    for variant, key in variants.items():
        texts = [one[key] for one in queries]
        found = figures(queries, searcher.search(texts), threshold)
        scan = [
            (owners[best[2]], best[1])
            for text in texts
            if (best := process.extractOne(text, sentences, scorer=fuzz.ratio))
        ]
        baseline = figures(queries, [[one] for one in scan], 101.0)
        rows.append(
            {
                "name": f"faq_{name}_{variant}",
                "value": found["top1"],
                "unit": "share right first",
                "ratio": round(found["top1"] / baseline["top1"], 4),
                "ratio_to": "rapidfuzz ratio scan",
                "n": len(queries),
                **found,
            }
        )
    return rows


def _rank(name: str, sentences: int, each: int) -> list[dict[str, object]]:
    say = _speaker(sentences)
    kb = _base(say, sentences // each, each)
    matcher = Searcher(kb).matcher
    asked = [say() for _ in range(ASKED)]
    texts = [text for one in kb for text in (one["question"], *one["similar"])]
    matcher.rank(asked[:50], day=DAY)
    gc.collect()
    gc.freeze()  # as the desk does when a playbook is swapped in
    ours = _times(asked, lambda text: matcher.rank([text], day=DAY))
    theirs = _times(
        asked[:SCANNED], lambda text: process.extractOne(text, texts, scorer=fuzz.ratio)
    )
    gc.unfreeze()
    return [
        {
            "name": name,
            "value": round(_quantile(ours, 50), 3),
            "unit": "ms",
            "p50_ms": round(_quantile(ours, 50), 3),
            "p99_ms": round(_quantile(ours, 99), 3),
            "scan_p50_ms": round(_quantile(theirs, 50), 3),
            "ratio": round(_quantile(theirs, 50) / _quantile(ours, 50), 3),
            "ratio_to": "rapidfuzz extractOne",
            "n": ASKED,
        }
    ]


def _batches(name: str, entries: int) -> list[dict[str, object]]:
    say = _speaker(7)
    kb = _base(say, entries, SENTENCES_AN_ENTRY)
    matcher = Searcher(kb).matcher
    asked = [say() for _ in range(ASKED)]
    matcher.rank(asked[:BATCH], day=DAY)
    batches = [asked[at : at + BATCH] for at in range(0, ASKED, BATCH)]
    alone = _quantile(_times(asked[:300], lambda text: matcher.rank([text], day=DAY)), 50)
    each = _quantile(_times(batches, lambda texts: matcher.rank(texts, day=DAY)), 50) / BATCH
    return [
        {
            "name": name,
            "value": round(each, 4),
            "unit": "ms a message",
            "ratio": round(alone / each, 3),
            "ratio_to": "one message at a time",
            "n": ASKED,
        }
    ]


def _fitting(size: str, entries: int) -> list[dict[str, object]]:
    say = _speaker(11)
    kb = _base(say, entries, SENTENCES_AN_ENTRY)
    started = time.perf_counter()
    searcher = Searcher(kb)
    fit = time.perf_counter() - started
    changed = list(searcher.entries)
    changed[0] = entry({**kb[0], "question": say()}, 0)
    started = time.perf_counter()
    searcher.matcher.updated(changed)
    update = time.perf_counter() - started
    return [
        {
            "name": f"faq_{what}_{size}",
            "value": round(seconds, 3),
            "unit": "s",
            "ratio": round(seconds / fit, 4),
            "ratio_to": "fitting all",
            "n": entries * SENTENCES_AN_ENTRY,
        }
        for what, seconds in (("fit", fit), ("update", update))
    ]


def _speaker(seed: int) -> Callable[[], str]:
    """Return what makes up Chinese questions: halves of real ones, put together at random."""
    rng = random.Random(seed)
    said = [
        one["text"]
        for name in ("crosswoz_dev", "tatoeba_zh_dev")
        for one in json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))["queries"]
    ]

    def say() -> str:
        first, second = rng.choice(said), rng.choice(said)
        return first[: max(2, len(first) // 2)][:12] + second[len(second) // 2 :][:12]

    return say


def _base(say: Callable[[], str], entries: int, each: int) -> list[dict[str, Any]]:
    return [
        {
            "id": number,
            "question": say(),
            "similar": [say() for _ in range(each - 1)],
            "keywords": [],
        }
        for number in range(entries)
    ]


def _times(what: Sequence[Any], work: Callable[[Any], object]) -> list[float]:
    """Return how many milliseconds *work* took for each, sorted."""
    out = []
    for one in what:
        started = time.perf_counter()
        work(one)
        out.append((time.perf_counter() - started) * 1e3)
    return sorted(out)


def _quantile(times: Sequence[float], percent: int) -> float:
    return quantiles(times, n=100, method="inclusive")[percent - 1]
