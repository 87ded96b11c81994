"""A sentence encoder as an ONNX graph: in 8-bit numbers a fifth of what plain numpy costs.

Reads ``model.onnx`` beside the same ``tokenizer.json`` or ``vocab.txt``. ``tools/make_encoder.py``
writes such a folder from the weights that ``BertEncoder`` reads.
"""

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from bot.semantic.files import BadModel, json_object, takes_first_piece
from bot.semantic.passes import MOST_PIECES, Floats, Ints, in_passes, pooled
from bot.semantic.wordpiece import WordPiece

FILE = "model.onnx"
_IDS, _MASK, _TYPES = "input_ids", "attention_mask", "token_type_ids"


class OnnxEncoder:
    """Turns sentences into vectors of length 1; alike in meaning, near in direction.

    Nothing about it changes after it is loaded, so threads may share it.
    """

    def __init__(
        self, session: Any, pieces: WordPiece, *, most: int, first_piece_only: bool
    ) -> None:
        """Try the graph on one text to learn the length of its vectors.

        Args:
            session: An onnxruntime session over the graph.
            pieces: The model's vocabulary.
            most: Pieces of a text that the model has places for.
            first_piece_only: Take the first piece's vector instead of the mean of all.

        Raises:
            ValueError: The graph takes or gives something else than a BERT model does.
        """
        self._session = session
        self._pieces = pieces
        self._most = min(MOST_PIECES, most)
        self._first_piece_only = first_piece_only
        self._inputs = {i.name for i in session.get_inputs()}
        if _IDS not in self._inputs or not self._inputs <= {_IDS, _MASK, _TYPES}:
            raise ValueError(f"the graph wants {', '.join(sorted(self._inputs))}")
        self._output = session.get_outputs()[0].name
        ids = np.array([pieces.numbers("a", 3)], dtype=np.int64)
        self.dimensions = int(self._pass(ids, np.ones(ids.shape, np.float32)).shape[1])
        """Length of a vector."""

    @classmethod
    def load(cls, folder: Path) -> "OnnxEncoder":
        """Read a model from *folder*.

        Raises:
            BadModel: onnxruntime is not installed, a file is missing or broken, or it is another
                sort of model.
        """
        path = folder / FILE
        if not path.is_file():
            raise BadModel(f"{path} is missing")
        config = json_object(folder / "config.json", optional=True)
        pieces = WordPiece.load(folder)
        first = takes_first_piece(folder)
        try:
            encoder = cls(
                _session(path),
                pieces,
                most=int(config.get("max_position_embeddings", MOST_PIECES)),
                first_piece_only=first,
            )
        except BadModel:
            raise
        except Exception as error:
            # onnxruntime raises classes of its own, and its texts run over many lines.
            why = (str(error).splitlines() or [type(error).__name__])[0]
            raise BadModel(f"{path} cannot be used: {why}") from error
        if (size := config.get("hidden_size", encoder.dimensions)) != encoder.dimensions:
            raise BadModel(f"{path} gives {encoder.dimensions} dimensions, config.json says {size}")
        return encoder

    def encode(self, texts: Sequence[str]) -> Floats:
        """Return one row of length 1 for each of *texts*, in their order.

        Only the beginning of a long text is read. In 8-bit numbers a row depends a little on what
        is encoded beside it: each pass has a scale of its own.
        """
        numbered = [self._pieces.numbers(text, self._most) for text in texts]
        return in_passes(numbered, self.dimensions, self._pass)

    def _pass(self, ids: Ints, there: Floats) -> Floats:
        everything = {_IDS: ids, _MASK: there.astype(np.int64), _TYPES: np.zeros_like(ids)}
        feed = {name: array for name, array in everything.items() if name in self._inputs}
        (x,) = self._session.run([self._output], feed)
        if x.ndim == 2 and len(x) == len(ids):
            return np.asarray(x, dtype=np.float32)
        if x.ndim != 3 or x.shape[:2] != ids.shape:
            raise ValueError(f"the graph gives an array of the shape {x.shape}")
        return pooled(x.astype(np.float32), there, first_piece_only=self._first_piece_only)


def _session(path: Path) -> Any:
    try:
        runtime = import_module("onnxruntime")
    except ImportError as error:
        raise BadModel("onnxruntime is not installed: pip install frontdesk[semantic]") from error
    options = runtime.SessionOptions()
    # A message has a dozen pieces: sharing that between threads costs more than it saves, and the
    # other cores are other processes'.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return runtime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
