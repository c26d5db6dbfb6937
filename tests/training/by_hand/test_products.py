"""Whoever multiplies, it is the same product; oneDNN is asked where it is faster, and nowhere else."""

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tinygpt.randomness import generator
from tinygpt.training.by_hand import products
from tinygpt.training.muon import orthogonal

SIZES = st.integers(1, 70)
AMD, INTEL = "vendor_id : AuthenticAMD", "vendor_id : GenuineIntel"


def random(*shape: int, turned: bool = False) -> torch.Tensor:
    """A matrix of that shape, or many; `turned`: its columns lie side by side in memory."""
    drawn = torch.randn(shape, generator=generator(7))
    return drawn.mT.contiguous().mT if turned else drawn


def near(found: torch.Tensor, wanted: torch.Tensor) -> bool:
    return bool((found - wanted).abs().max() <= 1e-5 * wanted.abs().max().clamp(min=1))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # that all go to oneDNN is so for all of them
@given(SIZES, SIZES, SIZES, st.booleans(), st.booleans(), st.booleans())
def test_it_is_the_same_product(all_by_onednn, M, K, N, turned_a, turned_b, biased):
    a, b = random(M, K, turned=turned_a), random(K, N, turned=turned_b)
    bias, wanted = (random(1, N)[0] if biased else None), a.double() @ b.double()
    with torch.inference_mode():
        found, out = products.multiply(a, b, bias), torch.empty(M, N)
        products.multiply_into(out, a, b)
    assert near(found, wanted if bias is None else wanted + bias) and near(out, wanted)
    assert found.is_contiguous()


def test_many_at_once_are_each_alone(all_by_onednn):
    a, b = random(3, 5, 7), random(3, 7, 4)
    assert torch.equal(
        products.multiply_each(a, b), torch.stack([products.multiply(*each) for each in zip(a, b, strict=True)])
    )


@pytest.mark.parametrize("shape", [(2, 24, 24), (3, 16, 64)])
def test_muon_turns_matrices_the_same_way(monkeypatch, all_by_onednn, shape):
    found = orthogonal(random(*shape))
    monkeypatch.setattr(products, "BY_ONEDNN", False)
    assert near(found, orthogonal(random(*shape)))


def test_what_is_small_or_of_64_bits_is_left_to_torch(monkeypatch):
    monkeypatch.setattr(products, "BY_ONEDNN", True)
    assert products.is_large(torch.empty(200, 100), torch.empty(100, 100))
    assert not products.is_large(torch.empty(199, 100), torch.empty(100, 100))
    assert not products.is_large(*(torch.empty(2, 200, 200, dtype=torch.float64)))


@pytest.mark.parametrize(
    ("maker", "capability", "mkl", "faster"),
    [(AMD, "AVX512", True, True), (AMD, "AVX2", True, False), (INTEL, "AVX512", True, False),
     (AMD, "AVX512", False, False), ("", "AVX512", True, False)],
)  # fmt: skip
def test_it_is_asked_where_mkl_leaves_half_of_a_processor_idle(monkeypatch, maker, capability, mkl, faster):
    monkeypatch.setattr(products, "processor", lambda: maker)
    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: capability)
    monkeypatch.setattr(torch.backends.mkl, "is_available", lambda: mkl)
    monkeypatch.setattr(torch.backends.mkldnn, "is_available", lambda: True)
    assert products.onednn_is_faster() == faster


def test_a_processor_is_asked_for_its_name():
    assert products.processor()
