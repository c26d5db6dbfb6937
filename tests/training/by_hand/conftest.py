"""Products by oneDNN, which leaves to torch.mm what is small, and everything where it is not faster."""

import pytest
import torch

from tinygpt.training.by_hand import products


@pytest.fixture
def all_by_onednn(monkeypatch: pytest.MonkeyPatch) -> None:
    """oneDNN makes every product of 32 bits, on any processor that torch has it for."""
    if not torch.backends.mkldnn.is_available():
        pytest.skip("this torch has no oneDNN")
    monkeypatch.setattr(products, "BY_ONEDNN", True)
    monkeypatch.setattr(products, "LEAST", 0)
