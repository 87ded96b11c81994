"""Reads the files of a sentence encoder. Nothing is ever fetched: what is not there is an error."""

import json
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_TYPES = {"F32": "<f4", "F16": "<f2", "F64": "<f8", "I64": "<i8", "I32": "<i4"}
_MOST_HEADER_BYTES = 100_000_000


class BadModel(Exception):
    """The files of a sentence encoder cannot be used.

    Its text is one sentence for the operator; it names the file.
    """


def json_object(path: Path, *, optional: bool = False) -> dict[str, Any]:
    """Return the JSON object that a file holds; an optional file that is missing is empty.

    Raises:
        BadModel: It is missing or holds something else.
    """
    if optional and not path.is_file():
        return {}
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise BadModel(f"{path} is missing") from error
    except (OSError, ValueError) as error:
        raise BadModel(f"{path} is not readable as JSON") from error
    if not isinstance(found, dict):
        raise BadModel(f"{path} must hold a JSON object")
    return found


def takes_first_piece(folder: Path) -> bool:
    """Say whether a model's sentence is its first piece; the mean of all pieces otherwise.

    Raises:
        BadModel: ``1_Pooling/config.json`` is there but not readable.
    """
    pooling = json_object(folder / "1_Pooling" / "config.json", optional=True)
    return bool(pooling.get("pooling_mode_cls_token"))


def tensors(path: Path) -> Mapping[str, NDArray[np.float32]]:
    """Return the arrays of a ``.safetensors`` file by name, as 32-bit floats or integers.

    The format: eight bytes, the length of a JSON header; the header, with every array's type,
    shape and place; the numbers. Source: the safetensors format description.

    Raises:
        BadModel: The file is missing, cut short or holds types that are not known here.
    """
    try:
        with path.open("rb") as file:
            size = struct.unpack("<Q", file.read(8))[0]
            if size > _MOST_HEADER_BYTES:
                raise ValueError
            header = json.loads(file.read(size))
        data = np.memmap(path, dtype=np.uint8, mode="r", offset=8 + size)
        header.pop("__metadata__", None)
        found = {}
        for name, about in header.items():
            start, end = about["data_offsets"]
            numbers = np.frombuffer(data[start:end], dtype=_TYPES[about["dtype"]])
            found[name] = numbers.reshape(about["shape"]).astype(np.float32)
    except FileNotFoundError as error:
        raise BadModel(f"{path} is missing") from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError, struct.error) as error:
        raise BadModel(f"{path} is not a whole safetensors file") from error
    return found
