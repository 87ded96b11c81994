"""Memory of the whole process tree of ``make run``, at rest and after 100,000 messages."""

import asyncio
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil
import yaml

from bench.desks import CUSTOMERS, messages, update
from bench.load import closed_loop, request

MESSAGES = 100_000
REST_SECONDS = 6.0
ROOT = Path(__file__).parent.parent


async def memory() -> list[dict[str, object]]:
    """Measure ``memory_rest`` and ``memory_after_100k``: resident memory, shared pages once."""
    with tempfile.TemporaryDirectory(prefix="fdbench") as folder:
        config = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
        config["storage"]["url"] = f"sqlite:///{folder}/bench.db"
        config["server"]["port"] = 0
        path = Path(folder) / "config.yaml"
        path.write_text(yaml.safe_dump(config), encoding="utf-8")
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", "serve"],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT), "FRONTDESK_CONFIG": str(path)},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            port = int(line.split("http://127.0.0.1:")[1].split("/")[0])
            await asyncio.sleep(REST_SECONDS)
            rest = _tree_mb(process.pid)
            secret = config["accounts"]["shop"]["secret"]
            texts = messages(10_000, 3)
            posts = [
                request(
                    "/hooks/shop", update(i + 1, i % CUSTOMERS + 5_000, texts[i % 10_000]), secret
                )
                for i in range(MESSAGES)
            ]
            result = await closed_loop(port, posts, connections=64, seconds=600)
            assert result.failures == 0, f"{result.failures} messages were refused"
            await asyncio.sleep(2.0)
            after = _tree_mb(process.pid)
        finally:
            process.terminate()
            process.wait(20)
    return [
        {
            "name": name,
            "value": round(value, 1),
            "unit": "MB",
            "ratio": round(value / rest, 3),
            "ratio_to": "at rest",
            "n": count,
        }
        for name, value, count in (
            ("memory_rest", rest, 0),
            ("memory_after_100k", after, result.answers),
        )
    ]


def _tree_mb(pid: int) -> float:
    root = psutil.Process(pid)
    return (
        sum(process.memory_full_info().pss for process in [root, *root.children(recursive=True)])
        / 1e6
    )
