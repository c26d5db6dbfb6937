"""Everything on a page can be read: contrast, the size of labels, no label under another one or under a button.

axe-core judges the contrast of words (WCAG 2.2, 1.4.3: at least 4.5 : 1). It does not look into pictures, so labels in
them are looked at here.
"""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import wait_run
from tests.waiting import PATIENCE
from tinygpt.words.storyboard import every_page

LEARN = [f"{one.name}?reveal=all" for one in every_page()]
WRITTEN = "generate?run=layer-norm&against=bigram&written=40"
PAGES = ["", *LEARN, "train", "compare", "inside", "inside?run=bigram", WRITTEN]
SCREENS = ((1280, "light"), (390, "dark"))

LABELS = """
() => {
  const roots = [document, ...[...document.querySelectorAll("*")].map((e) => e.shadowRoot).filter(Boolean)];
  const all = (css) => roots.flatMap((root) => [...root.querySelectorAll(css)]);
  const place = (e) => {
    for (let n = e; n; n = n.parentElement || n.getRootNode().host) {
      const key = n.className?.baseVal === undefined && /st-key-(scene_|still_|drag_)?\\S+/.exec(n.className || "");
      if (key) return key[0];
    }
    return "";
  };
  const seen = (e) => e.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  const leaves = all("svg text")
    .flatMap((text) => text.childElementCount ? [...text.querySelectorAll("tspan")] : [text])
    .filter((e) => !e.childElementCount && e.textContent.trim() && seen(e));
  const boxes = leaves.map((e) => {
    const box = e.getBoundingClientRect();
    let svg = e.ownerSVGElement;
    while (svg.ownerSVGElement) svg = svg.ownerSVGElement;  // a chart as wide as its column has others inside
    const scale = svg.viewBox.baseVal?.width ? svg.getBoundingClientRect().width / svg.viewBox.baseVal.width : 1;
    const turned = (e.closest("[transform*=rotate]")?.getAttribute("transform") || "").includes("rotate");
    return { e, svg, box, size: parseFloat(getComputedStyle(e).fontSize) * scale, turned };
  }).filter(({ box }) => box.width && box.height);
  const told = ({ e, size }) => `${place(e)}: “${e.textContent.trim().slice(0, 30)}” ${size.toFixed(1)} px`;
  const common = (a, b) => Math.max(0, Math.min(a.right, b.right) - Math.max(a.left, b.left))
    * Math.max(0, Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top));
  const small = boxes.filter(({ size }) => size < 11.95).map(told);
  const covered = [];
  for (const [i, one] of boxes.entries()) {
    if (one.turned) continue;
    for (const other of boxes.slice(i + 1)) {
      if (other.svg !== one.svg || other.turned) continue;
      const area = Math.min(one.box.width * one.box.height, other.box.width * other.box.height);
      if (common(one.box, other.box) > 0.3 * area) covered.push(told(one) + " and " + told(other));
    }
  }
  const buttons = all(".modebar-btn").map((e) => e.getBoundingClientRect()).filter((box) => box.width);
  const under = boxes.filter(({ box }) => buttons.some((button) => common(box, button) > 4)).map(told);
  return { small, covered, under };
}
"""


@pytest.mark.slow
@pytest.mark.parametrize("path", PAGES)
def test_everything_can_be_read(browser, base_url, path):
    page = browser.new_context().new_page()
    page.set_default_timeout(PATIENCE * 1000)
    found = {}
    for width, scheme in SCREENS:
        page.set_viewport_size({"width": width, "height": 844})
        page.emulate_media(color_scheme=scheme)
        if not found:
            page.goto(f"{base_url}/{path}")
        wait_run(page)
        page.wait_for_function("document.getAnimations().every((one) => one.playState !== 'running')")  # fading in
        found[f"{width} px, {scheme}"] = {"faint": faint(page), **page.evaluate(LABELS)}
    page.context.close()
    nothing = {"faint": [], "small": [], "covered": [], "under": []}
    assert found == dict.fromkeys(found, nothing)


def faint(page):
    """Words below 4.5 : 1."""
    found = Axe().run(page, context={"exclude": [["svg"]]}, options={"runOnly": ["color-contrast"]})
    nodes = [node for rule in found.response["violations"] for node in rule["nodes"]]
    return [f"{node['any'][0]['data']['contrastRatio']}: {node['html'][:80]}" for node in nodes]
