"""Notebooks exported before the charts of losses moved look for their curve here: this tells them where it is."""

raise ImportError(
    "This notebook was exported by an earlier tinygpt, whose loss chart has moved. Replace this cell by these two "
    "lines, and run all cells again:\n\n"
    "    from IPython.display import SVG\n"
    "    from tinygpt.plots.losses.curve import curve_svg; SVG(curve_svg(points, spec))\n"
)
