"""Whoever multiplies, it is the same product; oneDNN is asked where it is faster, and nowhere else."""

import platform
import re

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tinygpt.randomness import generator
from tinygpt.training.by_hand import products
from tinygpt.training.muon import orthogonal

SIZES = st.integers(1, 70)
AMD, INTEL = "vendor_id\t: AuthenticAMD\ncpu family\t: 26\n", "Intel64 Family 6 Model 154 Stepping 3, GenuineIntel"


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
    assert near(products.multiply_each(a, b), a.double() @ b.double())
    assert len(all_by_onednn) == 3


@pytest.mark.parametrize("shape", [(2, 24, 24), (3, 16, 64)])
def test_muon_turns_matrices_the_same_way(monkeypatch, all_by_onednn, shape):
    found = orthogonal(random(*shape))
    monkeypatch.setattr(products, "ONEDNN_IS_FASTER", False)
    assert near(found, orthogonal(random(*shape)))


def test_what_is_small_or_of_64_bits_is_left_to_torch(monkeypatch):
    monkeypatch.setattr(products, "ONEDNN_IS_FASTER", True)
    assert products.is_for_onednn(torch.empty(200, 100), torch.empty(100, 100))
    assert not products.is_for_onednn(torch.empty(199, 100), torch.empty(100, 100))
    assert not products.is_for_onednn(*(torch.empty(2, 200, 200, dtype=torch.float64)))


@pytest.mark.parametrize(
    ("maker", "capability", "mkl", "mkldnn", "faster"),
    [(AMD, "AVX512", True, True, True), (AMD, "AVX2", True, True, False), (INTEL, "AVX512", True, True, False),
     (AMD, "AVX512", False, True, False), (AMD, "AVX512", True, False, False), ("", "AVX512", True, True, False),
     ("AMD64 Family 26 Model 68 Stepping 0, AuthenticAMD", "AVX512", True, True, True)],
)  # fmt: skip
def test_it_is_asked_where_mkl_leaves_half_of_a_processor_idle(monkeypatch, maker, capability, mkl, mkldnn, faster):
    monkeypatch.setattr(products, "processor", lambda: maker)
    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: capability)
    monkeypatch.setattr(torch.backends.mkl, "is_available", lambda: mkl)
    monkeypatch.setattr(torch.backends.mkldnn, "is_available", lambda: mkldnn)
    assert products.onednn_is_faster() == faster


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="other processors do not name a maker")
def test_a_processor_names_its_maker():
    assert re.search("GenuineIntel|AuthenticAMD|HygonGenuine|CentaurHauls", products.processor())
