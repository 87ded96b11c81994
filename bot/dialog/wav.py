"""Reads how long a recording in a wav file is."""

import struct

_CHUNK = 8


def seconds_of(data: bytes) -> float | None:
    """Return the length of a wav file in seconds; ``None`` when *data* is none.

    Only the headers are looked at, so the time is short whatever the file says of itself.

    Args:
        data: The whole file.
    """
    if len(data) < 12 or data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        return None
    rate = 0
    at = 12
    while at + _CHUNK <= len(data):
        name = data[at : at + 4]
        (size,) = struct.unpack_from("<I", data, at + 4)
        body = at + _CHUNK
        if name == b"fmt " and size >= 16 and body + 16 <= len(data):
            (rate,) = struct.unpack_from("<I", data, body + 8)
        elif name == b"data":
            # A recorder that was cut off, or streamed, leaves a size that is not true.
            there = min(size, len(data) - body)
            return there / rate if rate else None
        # A chunk of odd length is followed by a byte that does not count.
        at = body + size + size % 2
    return None
