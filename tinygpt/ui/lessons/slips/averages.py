"""A slip about averages: equal numbers are asked for equal bits."""

import torch

from tinygpt.averaging import ATOL, RTOL, agreement, mean_by_loop, mean_by_tril
from tinygpt.plots.lessons import averaging as figures
from tinygpt.randomness import generator
from tinygpt.ui import frame
from tinygpt.ui.drag import still
from tinygpt.ui.scene import Showing, alt, choose, lecture, scene
from tinygpt.words.storyboard import Scene


@scene("slip-3", code=[mean_by_loop, mean_by_tril, agreement])
def almost_equal(scene: Scene) -> Showing:
    """Loop and product, bit by bit."""
    seed = choose("Seed of the study notebook", ("1337", "666"), "1337", key="slip_seed")
    x = torch.randn(4, 8, 2, generator=generator(int(seed)))  # (B, T, C), as in both study notebooks
    loop, tril = mean_by_loop(x), mean_by_tril(x)
    found = agreement(loop, tril)
    by_loop, by_product, equal = float(loop[found.worst]), float(tril[found.worst]), int(found.equal.sum())
    facts = {
        "says": str(found.close), "entries": found.entries, "equal": equal, "unequal": found.entries - equal,
        "largest": found.largest, "place": str(list(found.worst)), "by_loop": by_loop, "by_product": by_product,
        "apart": abs(by_loop - by_product), "size": abs(by_product), "tolerance": found.tolerance, "atol": ATOL,
        "rtol": RTOL, "seed": seed,
    }  # fmt: skip
    yield facts
    still(figures.equal_cells(loop, tril, frame.mode()), key=scene.key, alt=alt(scene, facts))
    why = "" if found.close else scene.write("why", facts)
    frame.caption(scene.write("caption", facts) + why)
    lecture(scene, facts, "wrong")
