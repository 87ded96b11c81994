"""A BERT model small enough to write in a test, and a second, slow way to work it out."""

import json
import struct
from math import erf, exp, sqrt
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "refund", "my", "order", "##s", "ship", "##ping"]
WORDS += ["?", "!", "wo", "##rd", "退", "款", "cafe", "$", "5", "'", "t", "can"]
HIDDEN, HEADS, LAYERS, WIDE, PLACES = 12, 3, 2, 20, 16
CONFIG = {
    "model_type": "bert",
    "hidden_size": HIDDEN,
    "num_attention_heads": HEADS,
    "num_hidden_layers": LAYERS,
    "hidden_act": "gelu",
    "layer_norm_eps": 1e-12,
    "max_position_embeddings": PLACES,
}
Arrays = dict[str, NDArray[np.float32]]


def weights(seed: int = 7) -> Arrays:
    """Return random weights under the names of a BERT checkpoint."""
    rng = np.random.default_rng(seed)
    shapes: dict[str, tuple[int, ...]] = {
        "embeddings.word_embeddings.weight": (len(WORDS), HIDDEN),
        "embeddings.position_embeddings.weight": (PLACES, HIDDEN),
        "embeddings.token_type_embeddings.weight": (2, HIDDEN),
        "embeddings.LayerNorm.weight": (HIDDEN,),
        "embeddings.LayerNorm.bias": (HIDDEN,),
    }
    for n in range(LAYERS):
        stem = f"encoder.layer.{n}"
        for name, out, into in (
            ("attention.self.query", HIDDEN, HIDDEN),
            ("attention.self.key", HIDDEN, HIDDEN),
            ("attention.self.value", HIDDEN, HIDDEN),
            ("attention.output.dense", HIDDEN, HIDDEN),
            ("intermediate.dense", WIDE, HIDDEN),
            ("output.dense", HIDDEN, WIDE),
        ):
            shapes[f"{stem}.{name}.weight"] = (out, into)
            shapes[f"{stem}.{name}.bias"] = (out,)
        for name in ("attention.output.LayerNorm", "output.LayerNorm"):
            shapes[f"{stem}.{name}.weight"] = (HIDDEN,)
            shapes[f"{stem}.{name}.bias"] = (HIDDEN,)
    return {name: rng.normal(0, 0.7, shape).astype(np.float32) for name, shape in shapes.items()}


def write(folder: Path, arrays: Arrays | None = None, *, first: bool = False) -> Path:
    """Write a whole model into *folder*, in the layout of sentence-transformers."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(CONFIG))
    (folder / "vocab.txt").write_text("\n".join(WORDS), encoding="utf-8")
    (folder / "1_Pooling").mkdir(exist_ok=True)
    (folder / "1_Pooling" / "config.json").write_text(json.dumps({"pooling_mode_cls_token": first}))
    write_tensors(folder / "model.safetensors", weights() if arrays is None else arrays)
    return folder


def write_tensors(path: Path, arrays: Arrays) -> None:
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    place = 0
    for name, array in arrays.items():
        header[name] = {
            "dtype": {"float32": "F32", "float16": "F16", "int8": "I8"}[str(array.dtype)],
            "shape": list(array.shape),
            "data_offsets": [place, place + array.nbytes],
        }
        place += array.nbytes
    head = json.dumps(header).encode()
    body = b"".join(array.tobytes() for array in arrays.values())
    path.write_bytes(struct.pack("<Q", len(head)) + head + body)


def slowly(arrays: Arrays, numbers: list[int], *, first: bool = False) -> list[float]:
    """Work out one sentence's vector with loops and ``math``, straight from the definition."""
    w = {name: array.astype(float).tolist() for name, array in arrays.items()}

    def dense(x: list[float], name: str) -> list[float]:
        rows, bias = w[f"{name}.weight"], w[f"{name}.bias"]
        return [
            sum(a * b for a, b in zip(r, x, strict=True)) + c
            for r, c in zip(rows, bias, strict=True)
        ]

    def norm(x: list[float], name: str) -> list[float]:
        mean = sum(x) / len(x)
        spread = sqrt(sum((v - mean) ** 2 for v in x) / len(x) + 1e-12)
        scale, shift = w[f"{name}.weight"], w[f"{name}.bias"]
        return [(v - mean) / spread * s + b for v, s, b in zip(x, scale, shift, strict=True)]

    def plus(a: list[float], b: list[float]) -> list[float]:
        return [p + q for p, q in zip(a, b, strict=True)]

    rows = [
        norm(
            plus(
                plus(
                    w["embeddings.word_embeddings.weight"][n],
                    w["embeddings.position_embeddings.weight"][at],
                ),
                w["embeddings.token_type_embeddings.weight"][0],
            ),
            "embeddings.LayerNorm",
        )
        for at, n in enumerate(numbers)
    ]
    deep = HIDDEN // HEADS
    for layer in range(LAYERS):
        stem = f"encoder.layer.{layer}"
        q, k, v = (
            [dense(x, f"{stem}.attention.self.{name}") for x in rows]
            for name in ("query", "key", "value")
        )
        seen = [[0.0] * HIDDEN for _ in rows]
        for head in range(HEADS):
            part = slice(head * deep, (head + 1) * deep)
            for i in range(len(rows)):
                scores = [
                    exp(
                        sum(a * b for a, b in zip(q[i][part], k[j][part], strict=True)) / sqrt(deep)
                    )
                    for j in range(len(rows))
                ]
                for d in range(deep):
                    seen[i][head * deep + d] = sum(
                        s * v[j][head * deep + d] for j, s in enumerate(scores)
                    ) / sum(scores)
        rows = [
            norm(
                plus(dense(s, f"{stem}.attention.output.dense"), x),
                f"{stem}.attention.output.LayerNorm",
            )
            for s, x in zip(seen, rows, strict=True)
        ]
        wide = [
            [u * (1 + erf(u / sqrt(2))) / 2 for u in dense(x, f"{stem}.intermediate.dense")]
            for x in rows
        ]
        rows = [
            norm(plus(dense(u, f"{stem}.output.dense"), x), f"{stem}.output.LayerNorm")
            for u, x in zip(wide, rows, strict=True)
        ]
    pooled = rows[0] if first else [sum(column) / len(rows) for column in zip(*rows, strict=True)]
    length = sqrt(sum(v * v for v in pooled))
    return [v / length for v in pooled]
