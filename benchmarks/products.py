"""Products of matrices as a training step makes them: torch.mm beside oneDNN.

    python -m benchmarks.products [--pairs 9]

For each linear layer the way there, and back to its input and to its weights. tinygpt.training.by_hand.products leaves
to oneDNN those from a size on, on processors where that is faster; what a library would gain here is printed for all,
whatever is chosen. Measure on an idle machine.
"""

import argparse
from functools import partial
from unittest.mock import patch

import torch
from torch import Tensor

from benchmarks.in_turn import in_turn
from tinygpt.engine.lanes import keep_freed_memory
from tinygpt.randomness import generator
from tinygpt.training.by_hand import products
from tinygpt.training.loop import one_thread

LAYERS = ((256, 32, 128), (256, 64, 192), (512, 64, 256), (768, 128, 384), (768, 128, 512), (768, 512, 128))


def repeated(a: Tensor, b: Tensor, out: Tensor | None, by_onednn: bool, times: int) -> None:
    """The product of these two so many times, by one of the libraries."""
    with torch.inference_mode(), patch.multiple(products, ONEDNN_IS_FASTER=by_onednn, LEAST=0):
        for _ in range(times):
            if out is None:
                products.multiply(a, b)
            else:
                products.multiply_into(out, a, b)


def main() -> None:
    """Measure all, and say what is chosen here."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=9)
    pairs, source = parser.parse_args().pairs, generator(1)
    if not torch.backends.mkldnn.is_available():
        raise SystemExit("This torch has no oneDNN: all products are torch.mm.")
    keep_freed_memory()
    with one_thread():
        for tokens, wide, out_wide in LAYERS:
            x, weight, d_out = (
                torch.randn(shape, generator=source) for shape in ((tokens, wide), (out_wide, wide), (tokens, out_wide))
            )
            ways = {
                "there": (x, weight.t(), None),
                "back to its input": (d_out, weight, None),
                "back to its weights": (d_out.t(), x, torch.empty(out_wide, wide)),
            }
            for way, (a, b, out) in ways.items():
                by = partial(repeated, a, b, out)
                title = f"{tokens} x {wide} x {out_wide}, {way}"
                print(in_turn(title, partial(by, False), partial(by, True), pairs).line(), flush=True)
    chosen = f"from {products.LEAST:,} multiplications on" if products.ONEDNN_IS_FASTER else "never"
    print(f"Here oneDNN is asked {chosen}.")


if __name__ == "__main__":
    main()
