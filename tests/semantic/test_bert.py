"""The sentence encoder, against the same arithmetic written out with loops."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bot.semantic.bert import BertEncoder
from bot.semantic.files import BadModel
from bot.semantic.wordpiece import WordPiece
from tests.semantic import tiny

TEXTS = ["refund my orders", "can't ship?", "退款", "", "my my my my my word"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tiny.write(tmp_path / "model")


@pytest.mark.parametrize("first", [False, True], ids=["mean of the pieces", "first piece"])
def test_a_vector_is_what_the_definition_of_the_model_says(tmp_path: Path, first: bool) -> None:
    folder = tiny.write(tmp_path, first=first)
    pieces = WordPiece.load(folder)

    found = BertEncoder.load(folder).encode(TEXTS)

    wanted = [tiny.slowly(tiny.weights(), pieces.numbers(t, 16), first=first) for t in TEXTS]
    np.testing.assert_allclose(found, wanted, atol=2e-5)


def test_every_vector_has_length_one_and_the_promised_size(folder: Path) -> None:
    encoder = BertEncoder.load(folder)

    found = encoder.encode(TEXTS)

    assert found.shape == (len(TEXTS), encoder.dimensions) == (5, tiny.HIDDEN)
    assert found.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)


def test_a_vector_does_not_depend_on_its_neighbours(folder: Path) -> None:
    encoder = BertEncoder.load(folder)
    many = [text + " order" * (n % 5) for n in range(20) for text in TEXTS]

    together = encoder.encode(many)

    alone = np.concatenate([encoder.encode([text]) for text in many])
    np.testing.assert_allclose(together, alone, atol=2e-5)


def test_no_texts_give_no_rows(folder: Path) -> None:
    assert BertEncoder.load(folder).encode([]).shape == (0, tiny.HIDDEN)


def test_a_text_longer_than_the_model_knows_places_for_is_read_to_there(folder: Path) -> None:
    encoder = BertEncoder.load(folder)
    words = "refund my order ship " * 50

    long, cut = encoder.encode([words, " ".join(words.split()[: tiny.PLACES - 2])])

    np.testing.assert_allclose(long, cut, atol=1e-5)


def test_a_checkpoint_of_half_precision_with_a_prefix_is_read(tmp_path: Path) -> None:
    half = {f"bert.{name}": a.astype(np.float16) for name, a in tiny.weights().items()}

    found = BertEncoder.load(tiny.write(tmp_path, half)).encode(TEXTS)

    exact = BertEncoder.load(tiny.write(tmp_path)).encode(TEXTS)
    np.testing.assert_allclose(found, exact, atol=0.02)


def without(name: str) -> tiny.Arrays:
    return {n: a for n, a in tiny.weights().items() if n != name}


@pytest.mark.parametrize(
    ("config", "arrays", "why"),
    [
        pytest.param({"model_type": "roberta"}, None, "of the type bert", id="another family"),
        pytest.param({"hidden_act": "relu"}, None, "gelu", id="another activation"),
        pytest.param({"hidden_size": 24}, None, "dimensions", id="another size"),
        pytest.param({"hidden_size": "many"}, None, "many", id="a size that is no number"),
        pytest.param({"num_attention_heads": 5}, None, "dimensions", id="heads do not divide"),
        pytest.param({"num_attention_heads": 0}, None, "zero", id="no heads"),
        pytest.param({"num_hidden_layers": 3}, None, "encoder.layer.2", id="a layer is missing"),
        pytest.param(
            {},
            without("embeddings.LayerNorm.bias"),
            "embeddings.LayerNorm.bias is missing",
            id="an array is missing",
        ),
        pytest.param(
            {},
            {
                **tiny.weights(),
                "embeddings.word_embeddings.weight": np.zeros((3, tiny.HIDDEN), np.float32),
            },
            "vocabulary",
            id="a vocabulary of another model",
        ),
        pytest.param(
            {},
            {"embeddings.word_embeddings.weight": np.zeros((3, 2), np.int8)},
            "safetensors",
            id="numbers of an unknown type",
        ),
    ],
)
def test_a_model_that_cannot_be_used_says_why(
    tmp_path: Path, config: dict[str, Any], arrays: tiny.Arrays | None, why: str
) -> None:
    tiny.write(tmp_path, arrays)
    (tmp_path / "config.json").write_text(json.dumps({**tiny.CONFIG, **config}))

    with pytest.raises(BadModel, match=why) as caught:
        BertEncoder.load(tmp_path)

    assert str(tmp_path) in str(caught.value)


@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "vocab.txt"])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()

    with pytest.raises(BadModel, match=name.replace(".", r"\.")):
        BertEncoder.load(folder)


@pytest.mark.parametrize("size", [0, 7, 8, 100, 3000])
def test_weights_that_were_cut_short_are_refused(folder: Path, size: int) -> None:
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:size])

    with pytest.raises(BadModel, match=r"model\.safetensors is not a whole"):
        BertEncoder.load(folder)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadModel, match="nowhere is not a folder"):
        BertEncoder.load(tmp_path / "nowhere")
