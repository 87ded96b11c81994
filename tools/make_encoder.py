"""Turn the weights of a BERT sentence encoder into an ONNX graph in 8-bit numbers.

    python tools/make_encoder.py package var/encoder
    python tools/make_encoder.py path/to/a/model var/encoder

Needs ``pip install onnx``; nothing is fetched. Afterwards set ``answering.semantic: var/encoder``.
What it saves: ``python -m bench faq_semantic_banking77``.

Blocks of 128 weights share a scale, and so do the numbers that meet them. Scales for whole
matrices would be a third faster still, but move the vectors ten times as far from the exact ones
(measured: cosines of 0.994 against 0.999) and cost BANKING77 a point.
"""

import argparse
import json
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))

from bot.semantic.files import BadModel, json_object, tensors
from bot.semantic.loading import folder_of

BLOCK = 128
KEPT = ("config.json", "tokenizer.json", "tokenizer_config.json", "vocab.txt")


class _Graph:
    """A graph that grows node by node; a value is known by its name."""

    def __init__(self, weights: dict[str, Any], *, exact: bool) -> None:
        from onnx import helper, numpy_helper

        self._make_node, self._to_tensor = helper.make_node, numpy_helper.from_array
        self._weights = weights
        self._exact = exact
        self.nodes: list[Any] = []
        self.constants: dict[str, Any] = {}

    def constant(self, name: str, value: Any) -> str:
        self.constants.setdefault(name, self._to_tensor(np.ascontiguousarray(value), name))
        return name

    def integers(self, *values: int) -> str:
        return self.constant(f"i{values}", np.array(values, dtype=np.int64))

    def number(self, value: float) -> str:
        return self.constant(f"f{value}", np.array(value, dtype=np.float32))

    def add(self, kind: str, *inputs: str, **settings: Any) -> str:
        name = f"{kind.lower()}{len(self.nodes)}"
        self.nodes.append(self._make_node(kind, list(inputs), [name], name=name, **settings))
        return name

    def dense(self, x: str, stem: str) -> str:
        weight = self._weights[f"{stem}.weight"]
        if self._exact:
            product = self.add("MatMul", x, self.constant(f"{stem}.w", weight.T))
        else:
            block = min(BLOCK, max(16, 1 << (weight.shape[1] - 1).bit_length()))
            numbers, scales = in_blocks(weight, block)
            product = self.add(
                "MatMulNBits",
                x,
                self.constant(f"{stem}.w", numbers),
                self.constant(f"{stem}.s", scales),
                domain="com.microsoft",
                K=weight.shape[1],
                N=weight.shape[0],
                bits=8,
                block_size=block,
                accuracy_level=4,  # multiply in 8 bits as well
            )
        return self.add("Add", product, self.constant(f"{stem}.b", self._weights[f"{stem}.bias"]))

    def rows(self, name: str, table: Any, which: str) -> str:
        """Look rows up in a large table, which needs half the room in 16 bits."""
        from onnx import TensorProto

        if self._exact:
            return self.add("Gather", self.constant(name, table), which)
        found = self.add("Gather", self.constant(name, table.astype(np.float16)), which)
        return self.add("Cast", found, to=TensorProto.FLOAT)

    def norm(self, x: str, stem: str, small: float) -> str:
        scale = self.constant(f"{stem}.w", self._weights[f"{stem}.weight"])
        shift = self.constant(f"{stem}.b", self._weights[f"{stem}.bias"])
        return self.add("LayerNormalization", x, scale, shift, epsilon=small, axis=-1)


def in_blocks(weight: Any, block: int) -> tuple[Any, Any]:
    """Return *weight* in 8-bit numbers around 128, and the scale of each block of a row.

    The layout is that of onnxruntime's ``MatMulNBits``: ``(rows, blocks, block)``.
    """
    out, into = weight.shape
    blocks = -(-into // block)
    padded = np.zeros((out, blocks * block), dtype=np.float32)
    padded[:, :into] = weight
    padded = padded.reshape(out, blocks, block)
    scales = np.abs(padded).max(axis=2) / 127
    steps = np.rint(padded / np.maximum(scales, 1e-12)[:, :, None])
    return (steps + 128).astype(np.uint8), scales.astype(np.float32).reshape(-1)


def build(config: dict[str, Any], weights: dict[str, Any], *, exact: bool = False) -> Any:
    """Return the ONNX model that does what ``BertEncoder`` does up to the pooling."""
    from onnx import TensorProto, helper

    size, heads = config["hidden_size"], config["num_attention_heads"]
    small = config.get("layer_norm_eps", 1e-12)
    g = _Graph(weights, exact=exact)
    places = weights["embeddings.position_embeddings.weight"]
    places = places + weights["embeddings.token_type_embeddings.weight"][0]
    words = g.rows("words", weights["embeddings.word_embeddings.weight"], "input_ids")
    width = g.add("Shape", "input_ids", start=1, end=2)
    here = g.add("Slice", g.constant("places", places), g.integers(0), width, g.integers(0))
    x = g.add("Add", words, here)
    x = g.norm(x, "embeddings.LayerNorm", small)
    there = g.add("Cast", "attention_mask", to=TensorProto.FLOAT)
    there = g.add("Unsqueeze", there, g.integers(1, 2))
    unseen = g.add("Mul", g.add("Sub", there, g.number(1.0)), g.number(1e9))
    for number in range(config["num_hidden_layers"]):
        stem = f"encoder.layer.{number}"

        def split(name: str, *order: int, x: str = x, stem: str = stem) -> str:
            parts = g.dense(x, f"{stem}.attention.self.{name}")
            parts = g.add("Reshape", parts, g.integers(0, 0, heads, size // heads))
            return g.add("Transpose", parts, perm=list(order))

        scores = g.add("MatMul", split("query", 0, 2, 1, 3), split("key", 0, 2, 3, 1))
        scores = g.add("Mul", scores, g.number((size // heads) ** -0.5))
        scores = g.add("Softmax", g.add("Add", scores, unseen), axis=-1)
        seen = g.add("MatMul", scores, split("value", 0, 2, 1, 3))
        seen = g.add("Transpose", seen, perm=[0, 2, 1, 3])
        seen = g.add("Reshape", seen, g.integers(0, 0, size))
        joined = g.add("Add", g.dense(seen, f"{stem}.attention.output.dense"), x)
        x = g.norm(joined, f"{stem}.attention.output.LayerNorm", small)
        wide = g.add("Gelu", g.dense(x, f"{stem}.intermediate.dense"))
        x = g.norm(
            g.add("Add", g.dense(wide, f"{stem}.output.dense"), x),
            f"{stem}.output.LayerNorm",
            small,
        )
    g.nodes.append(helper.make_node("Identity", [x], ["last_hidden_state"]))
    graph = helper.make_graph(
        g.nodes,
        "encoder",
        [
            helper.make_tensor_value_info(name, TensorProto.INT64, ["texts", "pieces"])
            for name in ("input_ids", "attention_mask")
        ],
        [
            helper.make_tensor_value_info(
                "last_hidden_state", TensorProto.FLOAT, ["texts", "pieces", size]
            )
        ],
        list(g.constants.values()),
    )
    sets = [helper.make_opsetid("", 20), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(graph, opset_imports=sets, ir_version=10)


def convert(source: Path, target: Path, *, exact: bool = False) -> None:
    """Write ``model.onnx`` and the vocabulary to *target*.

    Args:
        source: A folder that ``BertEncoder.load`` reads.
        target: Made where it is not there.
        exact: Keep 32-bit numbers.
    """
    import onnx

    config = json_object(source / "config.json")
    loaded = tensors(source / "model.safetensors")
    weights = {name.removeprefix("bert."): array for name, array in loaded.items()}
    target.mkdir(parents=True, exist_ok=True)
    onnx.save(build(config, weights, exact=exact), str(target / "model.onnx"))
    for name in KEPT:
        if (source / name).is_file():
            shutil.copyfile(source / name, target / name)
    (target / "1_Pooling").mkdir(exist_ok=True)
    pooling = json_object(source / "1_Pooling" / "config.json", optional=True)
    (target / "1_Pooling" / "config.json").write_text(json.dumps(pooling), encoding="utf-8")


def main() -> int:
    """Convert, or say what is wrong."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("source", help="'package', or a folder with model.safetensors")
    parser.add_argument("target", type=Path, help="folder to write")
    parser.add_argument("--exact", action="store_true", help="keep 32-bit numbers")
    asked = parser.parse_args()
    try:
        convert(folder_of(asked.source), asked.target, exact=asked.exact)
    except BadModel as error:
        print(error, file=sys.stderr)
        return 1
    size = (asked.target / "model.onnx").stat().st_size / 1e6
    print(f"{asked.target / 'model.onnx'}: {size:.0f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
