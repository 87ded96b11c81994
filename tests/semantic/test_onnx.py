"""The encoder as an ONNX graph, and the tool that makes one."""

import json
from pathlib import Path

import numpy as np
import pytest

from bot.semantic.bert import BertEncoder
from bot.semantic.files import BadModel
from bot.semantic.loading import open_encoder
from bot.semantic.onnx import OnnxEncoder
from tests.semantic import tiny
from tools.make_encoder import convert

TEXTS = ["refund my orders", "can't ship?", "退款", "", "my my my my my word"]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return tiny.write(tmp_path / "source")


@pytest.fixture
def exact(source: Path, tmp_path: Path) -> Path:
    convert(source, tmp_path / "exact", exact=True)
    return tmp_path / "exact"


@pytest.mark.parametrize("first", [False, True], ids=["mean of the pieces", "first piece"])
def test_a_converted_model_gives_the_vectors_of_its_source(tmp_path: Path, first: bool) -> None:
    source = tiny.write(tmp_path / "source", first=first)
    convert(source, tmp_path / "target", exact=True)

    found = OnnxEncoder.load(tmp_path / "target").encode(TEXTS)

    np.testing.assert_allclose(found, BertEncoder.load(source).encode(TEXTS), atol=1e-4)
    assert found.dtype == np.float32


def test_in_8_bit_numbers_the_vectors_point_almost_the_same_way(
    source: Path, tmp_path: Path
) -> None:
    convert(source, tmp_path / "small")

    found = OnnxEncoder.load(tmp_path / "small").encode(TEXTS)

    likeness = (found * BertEncoder.load(source).encode(TEXTS)).sum(axis=1)
    assert likeness.min() > 0.998
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)


def test_a_folder_with_a_graph_is_opened_as_one(exact: Path) -> None:
    encoder = open_encoder(str(exact))

    assert isinstance(encoder, OnnxEncoder)
    assert encoder.dimensions == tiny.HIDDEN
    assert encoder.encode([]).shape == (0, tiny.HIDDEN)


def test_a_text_longer_than_the_model_knows_places_for_is_read_to_there(exact: Path) -> None:
    words = "refund my order ship " * 50

    long, cut = OnnxEncoder.load(exact).encode([words, " ".join(words.split()[: tiny.PLACES - 2])])

    np.testing.assert_allclose(long, cut, atol=1e-4)


def test_other_dimensions_than_the_configuration_says_are_refused(exact: Path) -> None:
    (exact / "config.json").write_text(json.dumps({**tiny.CONFIG, "hidden_size": 24}))

    with pytest.raises(BadModel, match=r"gives 12 dimensions, config\.json says 24"):
        OnnxEncoder.load(exact)


def test_a_graph_that_is_broken_says_so(exact: Path) -> None:
    (exact / "model.onnx").write_bytes(b"nothing")

    with pytest.raises(BadModel, match=r"model\.onnx cannot be used"):
        OnnxEncoder.load(exact)


def test_a_graph_that_wants_something_else_is_refused(exact: Path) -> None:
    import onnx

    model = onnx.load(str(exact / "model.onnx"))
    for node in model.graph.node:
        node.input[:] = ["pixels" if name == "input_ids" else name for name in node.input]
    model.graph.input[0].name = "pixels"
    onnx.save(model, str(exact / "model.onnx"))

    with pytest.raises(BadModel, match="the graph wants attention_mask, pixels"):
        OnnxEncoder.load(exact)


@pytest.mark.parametrize("name", ["model.onnx", "vocab.txt"])
def test_a_missing_file_is_named(exact: Path, name: str) -> None:
    (exact / name).unlink()

    with pytest.raises(BadModel, match=name.replace(".", r"\.")):
        OnnxEncoder.load(exact)
