"""The scene of lesson 4 about the dot product: a query and its keys as arrows, and the query may be turned."""

from tinygpt.inside.heads import plane_of
from tinygpt.plots.lessons.attention_plane import Aligned, query_plane
from tinygpt.ui import frame
from tinygpt.ui.drag import drag
from tinygpt.ui.lessons.attention.digits import step_of
from tinygpt.ui.lessons.attention.reader import NOTEBOOK, UNTRAINED, Reader
from tinygpt.ui.scene import Showing, explain, picture, scene
from tinygpt.words.storyboard import Scene

TURNS = range(0, 360, 10)  # degrees


@scene("att-4", code=[plane_of])
def turn_the_query(scene: Scene, reader: Reader) -> Showing:
    """The query of one character, its keys, and what comes of turning it."""
    seen, t, names = reader.see(), reader.start, reader.spoken
    flat = plane_of(seen.q[t], seen.k[: t + 1])
    turns = []
    for degrees in TURNS:
        scaled = flat.scores(degrees) * seen.factor
        turns.append(Aligned(flat.query(degrees), scaled, scaled.softmax(-1)))
    first = turns[0]
    most = int(first.weights.argmax())
    shared = {"looker": names[t], "hs": seen.q.shape[1], "kept": flat.kept, "length": flat.length, "seen": t + 1}
    score = float(flat.scores()[most])
    asked = shared | {"most_char": f"{names[most]} at {most}", "score": score, "opposite": -score}
    yield asked if reader.can_choose else None
    letters, pictures = reader.characters[: t + 1], []
    start = "as_it_is" if reader.name in (UNTRAINED, NOTEBOOK) else "trained"
    step = step_of(seen, reader.head.scale)
    for degrees, turned in zip(TURNS, turns, strict=True):
        best = int(turned.weights.argmax())
        score = float(flat.keys[best] @ turned.query)
        facts = shared | {
            "turn": f"{degrees}\u00b0", "best": f"{names[best]} at {best}", "score": score,
            "shadow": score / flat.length, "weight": float(turned.weights[best]),
        }  # fmt: skip
        drawing = query_plane(flat.keys, turned, letters, names[t], frame.mode(), trained=first.query, step=step)
        pictures.append(picture(scene, drawing, facts, "caption" if degrees else start))
    drag(pictures, key="turn", label="Turn the query by", names=[f"{degrees}\u00b0" for degrees in TURNS])
    explain(scene, shared)
