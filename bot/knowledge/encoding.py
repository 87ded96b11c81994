"""What a sentence encoder promises the matcher."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    # Only an annotation: a desk without FAQ entries never loads numpy.
    import numpy as np
    from numpy.typing import NDArray


class Encoder(Protocol):
    """Turns sentences into directions: the nearer two of them point, the more alike they mean."""

    @property
    def dimensions(self) -> int:
        """Numbers in the vector of a sentence."""
        ...

    def encode(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """Return one row of length 1 for each of *texts*; the same text gives the same row."""
        ...
