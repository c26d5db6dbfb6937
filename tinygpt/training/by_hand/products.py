"""Products of matrices, by whichever of torch's two libraries is the faster one here.

On Intel's and AMD's processors torch.mm is Intel's MKL. Where one of AMD can work on 16 numbers at once (AVX-512), MKL
works on 8; oneDNN, which comes with torch as well, asks what a processor can do and not who has made it. There, a large
product is with it about twice as fast (benchmarks.products). Everywhere else, and for small matrices, it is torch.mm.
"""

import platform
from pathlib import Path

import torch
from torch import Tensor

LEAST = 2_000_000  # multiplications from which on oneDNN's dearer call pays for itself


def onednn_is_faster() -> bool:
    """Whether large products are left to oneDNN on this machine."""
    if not (torch.backends.mkl.is_available() and torch.backends.mkldnn.is_available()):
        return False
    return torch.backends.cpu.get_cpu_capability() == "AVX512" and "AuthenticAMD" in processor()


def processor() -> str:
    """What this processor says of itself, its maker among it; "" where nobody tells."""
    linux = Path("/proc/cpuinfo")
    return linux.read_text(encoding="utf-8", errors="replace") if linux.exists() else platform.processor()


ONEDNN_IS_FASTER = onednn_is_faster()


def multiply(a: Tensor, b: Tensor, bias: Tensor | None = None) -> Tensor:
    """a b, and `bias` added to each row: (M, K) x (K, N) -> (M, N)."""
    if is_for_onednn(a, b):
        return _onednn_product(a, b, bias)
    return torch.mm(a, b) if bias is None else torch.addmm(bias, a, b)


def multiply_each(a: Tensor, b: Tensor) -> Tensor:
    """A product for each pair of matrices: (n, M, K) x (n, K, N) -> (n, M, N)."""
    return torch.stack([*map(multiply, a, b)]) if is_for_onednn(a[0], b[0]) else torch.bmm(a, b)


def multiply_into(out: Tensor, a: Tensor, b: Tensor) -> None:
    """a b, written to `out`: (M, K) x (K, N) -> (M, N)."""
    if not is_for_onednn(a, b):
        torch.mm(a, b, out=out)
    elif len(out) <= out.shape[1]:
        out.copy_(_onednn_product(a, b))
    else:  # the first factor is a view with its numbers in another order, so better the narrower one
        out.copy_(_onednn_product(b.t(), a.t()).t())


def is_for_onednn(a: Tensor, b: Tensor) -> bool:
    """Whether oneDNN multiplies these two: it would be faster, and it knows their numbers."""
    return a.dtype == torch.float32 and goes_to_onednn(len(a) * b.numel())


def goes_to_onednn(multiplications: int) -> bool:
    """Whether a product of so many is one for oneDNN."""
    return ONEDNN_IS_FASTER and multiplications >= LEAST


def _onednn_product(a: Tensor, b: Tensor, bias: Tensor | None = None) -> Tensor:
    # torch has no other way to it for 32 bits: all public ones take MKL, or round to 16 bits.
    return torch.ops.mkldnn._linear_pointwise(a, b.t(), bias, "none", [], "")
