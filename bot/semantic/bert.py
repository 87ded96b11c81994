"""A BERT sentence encoder in plain numpy: no framework, no graph, nothing to download.

Reads the folder layout of sentence-transformers: ``config.json``, ``model.safetensors``,
``tokenizer.json`` or ``vocab.txt``, and ``1_Pooling/config.json``. Source of the arithmetic:
Devlin et al., 2018; Reimers and Gurevych, 2019 (mean pooling).
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bot.semantic.files import BadModel, json_object, takes_first_piece, tensors
from bot.semantic.passes import MOST_PIECES, Floats, Ints, in_passes, pooled
from bot.semantic.wordpiece import WordPiece


class _Layer:
    """The weights of one layer, laid out for multiplication from the left."""

    def __init__(self, weights: Mapping[str, Floats], number: int) -> None:
        def pair(name: str) -> tuple[Floats, Floats]:
            stem = f"encoder.layer.{number}.{name}"
            return weights[f"{stem}.weight"], weights[f"{stem}.bias"]

        parts = [pair(f"attention.self.{name}") for name in ("query", "key", "value")]
        self.attend = np.ascontiguousarray(np.concatenate([w for w, _ in parts]).T)
        self.attend_bias = np.concatenate([b for _, b in parts])
        self.join, self.join_bias = _turned(pair("attention.output.dense"))
        self.norm = pair("attention.output.LayerNorm")
        self.widen, self.widen_bias = _turned(pair("intermediate.dense"))
        self.narrow, self.narrow_bias = _turned(pair("output.dense"))
        self.last_norm = pair("output.LayerNorm")


class BertEncoder:
    """Turns sentences into vectors of length 1; alike in meaning, near in direction.

    Nothing about it changes after it is loaded, so threads may share it.
    """

    def __init__(
        self,
        config: Mapping[str, Any],
        weights: Mapping[str, Floats],
        pieces: WordPiece,
        *,
        first_piece_only: bool = False,
    ) -> None:
        """Lay the weights out.

        Args:
            config: The model's ``config.json``.
            weights: Arrays by their names in the checkpoint, without a ``bert.`` in front.
            pieces: Its vocabulary.
            first_piece_only: Take the first piece's vector instead of the mean of all.

        Raises:
            KeyError: A setting or an array is missing.
            ValueError: They do not fit together.
        """
        if config.get("hidden_act", "gelu") != "gelu":
            raise ValueError("only models with the activation gelu can be used")
        self.dimensions = int(config["hidden_size"])
        """Length of a vector."""
        self._heads = int(config["num_attention_heads"])
        self._small = np.float32(config.get("layer_norm_eps", 1e-12))
        self._first_piece_only = first_piece_only
        self._pieces = pieces
        self._words = weights["embeddings.word_embeddings.weight"]
        places = weights["embeddings.position_embeddings.weight"]
        self._places = places + weights["embeddings.token_type_embeddings.weight"][0]
        self._norm = (
            weights["embeddings.LayerNorm.weight"],
            weights["embeddings.LayerNorm.bias"],
        )
        self._layers = [_Layer(weights, n) for n in range(int(config["num_hidden_layers"]))]
        self._most = min(MOST_PIECES, len(places))
        if self._words.shape[1] != self.dimensions or self.dimensions % self._heads:
            raise ValueError("config.json and the weights name different dimensions")
        if pieces.highest >= len(self._words):
            raise ValueError("the vocabulary has more pieces than the weights")

    @classmethod
    def load(cls, folder: Path) -> "BertEncoder":
        """Read a model from *folder*.

        Raises:
            BadModel: A file is missing or broken, or it is another sort of model.
        """
        if not folder.is_dir():
            raise BadModel(f"{folder} is not a folder")
        config = json_object(folder / "config.json")
        if config.get("model_type") != "bert":
            raise BadModel(f"{folder / 'config.json'}: only models of the type bert can be used")
        loaded = tensors(folder / "model.safetensors")
        weights = {name.removeprefix("bert."): array for name, array in loaded.items()}
        pieces = WordPiece.load(folder)
        try:
            return cls(
                config,
                weights,
                pieces,
                first_piece_only=takes_first_piece(folder),
            )
        except KeyError as error:
            raise BadModel(f"{folder}: {error.args[0]} is missing from the model") from error
        except (ValueError, TypeError, IndexError, ArithmeticError) as error:
            raise BadModel(f"{folder}: {error}") from error

    def encode(self, texts: Sequence[str]) -> Floats:
        """Return one row of length 1 for each of *texts*, in their order.

        A row does not depend on what is encoded beside it, up to the last digits. Only the
        beginning of a long text is read.
        """
        numbered = [self._pieces.numbers(text, self._most) for text in texts]
        return in_passes(numbered, self.dimensions, self._pass)

    def _pass(self, ids: Ints, there: Floats) -> Floats:
        size, width = ids.shape
        unseen = np.where(there[:, None, None, :] > 0, np.float32(0), np.float32(-1e9))
        x = self._level(self._words[ids] + self._places[:width], self._norm)
        x = x.reshape(size * width, self.dimensions)
        for layer in self._layers:
            x = self._through(layer, x, size, width, unseen)
        x = x.reshape(size, width, self.dimensions)
        return pooled(x, there, first_piece_only=self._first_piece_only)

    def _through(self, layer: _Layer, x: Floats, size: int, width: int, unseen: Floats) -> Floats:
        heads, deep = self._heads, self.dimensions // self._heads
        parts = (x @ layer.attend + layer.attend_bias).reshape(size, width, 3, heads, deep)
        query, key, value = parts.transpose(2, 0, 3, 1, 4)
        scores = query @ key.transpose(0, 1, 3, 2) * np.float32(deep**-0.5) + unseen
        scores -= scores.max(axis=-1, keepdims=True)
        np.exp(scores, out=scores)
        scores /= scores.sum(axis=-1, keepdims=True)
        seen = (scores @ value).transpose(0, 2, 1, 3).reshape(size * width, self.dimensions)
        x = self._level(seen @ layer.join + layer.join_bias + x, layer.norm)
        wide = x @ layer.widen + layer.widen_bias
        return self._level(_gelu(wide) @ layer.narrow + layer.narrow_bias + x, layer.last_norm)

    def _level(self, x: Floats, norm: tuple[Floats, Floats]) -> Floats:
        """Bring every row to mean 0 and variance 1, then to the layer's own scale."""
        x = x - x.mean(axis=-1, keepdims=True)
        variance = np.einsum("...d,...d->...", x, x)[..., None] / np.float32(x.shape[-1])
        x /= np.sqrt(variance + self._small)
        x *= norm[0]
        x += norm[1]
        return x


def _turned(pair: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
    return np.ascontiguousarray(pair[0].T), pair[1]


def _gelu(x: Floats) -> Floats:
    """Return x times the normal distribution's share below x.

    numpy has no error function; this one is Abramowitz and Stegun 7.1.26, off by 1.5e-7 at most,
    which is the last digit of a 32-bit float.
    """
    z = np.abs(x) * np.float32(0.7071067811865476)
    t = 1 / (1 + np.float32(0.3275911) * z)
    tail = t * (
        np.float32(0.254829592)
        + t
        * (
            np.float32(-0.284496736)
            + t
            * (
                np.float32(1.421413741)
                + t * (np.float32(-1.453152027) + t * np.float32(1.061405429))
            )
        )
    )
    tail *= np.exp(-z * z)
    # Below zero the tail is what is left, above it what is missing.
    return x * np.where(x < 0, tail, 2 - tail) * np.float32(0.5)
