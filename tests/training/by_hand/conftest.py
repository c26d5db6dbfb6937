"""For tests of products: oneDNN makes all of them, although these are small, and whatever processor this is."""

import pytest
import torch

from tinygpt.training.by_hand import products


@pytest.fixture
def all_by_onednn(monkeypatch: pytest.MonkeyPatch) -> list[torch.Size]:
    """oneDNN makes every product of 32 bits; the shapes of what it has made."""
    if not torch.backends.mkldnn.is_available():
        pytest.skip("this torch has no oneDNN")
    made: list[torch.Size] = []
    multiply = products._onednn_product

    def overheard(*factors: torch.Tensor | None) -> torch.Tensor:
        product = multiply(*factors)
        made.append(product.shape)
        return product

    monkeypatch.setattr(products, "ONEDNN_IS_FASTER", True)
    monkeypatch.setattr(products, "LEAST", 0)
    monkeypatch.setattr(products, "_onednn_product", overheard)
    return made
