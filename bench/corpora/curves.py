"""Curves of costs over sizes as a picture, both axes logarithmic."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape

WIDTH, HEIGHT, EDGE = 960, 640, 60
NAMES = 280
"""Points at the right, for names."""


def drawn(sizes: Sequence[int], curves: Mapping[str, Sequence[float]], *, least: float) -> str:
    """SVG: a line for each name, over the sizes; seconds below `least` are drawn there."""
    most = max((max(costs) for costs in curves.values()), default=1.0)
    low, high = math.log10(least), math.log10(max(most, 10 * least))
    first, last = math.log10(sizes[0]), math.log10(sizes[-1])

    def x(size: float) -> float:
        share = (math.log10(size) - first) / ((last - first) or 1)
        return EDGE + share * (WIDTH - EDGE - NAMES)

    def y(seconds: float) -> float:
        share = (math.log10(max(seconds, least)) - low) / (high - low)
        return HEIGHT - EDGE - share * (HEIGHT - 2 * EDGE)

    marks = [
        f'<text x="{x(size):.0f}" y="{HEIGHT - EDGE / 2}" text-anchor="middle">{size:,}</text>'
        for size in sizes
    ]
    for power in range(math.ceil(low), math.floor(high) + 1):
        at = y(10.0**power)
        marks.append(
            f'<line x1="{EDGE}" x2="{WIDTH - NAMES}" y1="{at:.0f}" y2="{at:.0f}" stroke="#ddd"/>'
            f'<text x="{EDGE - 6}" y="{at + 4:.0f}" text-anchor="end">{10.0**power:g} s</text>'
        )
    for n, (name, costs) in enumerate(sorted(curves.items(), key=lambda one: -one[1][-1])):
        hue = n * 47 % 360
        points = " ".join(f"{x(s):.1f},{y(c):.1f}" for s, c in zip(sizes, costs, strict=True))
        marks.append(
            f'<polyline points="{points}" fill="none" stroke="hsl({hue} 60% 40%)">'
            f"<title>{escape(name)}</title></polyline>"
        )
        if n < 30:
            marks.append(
                f'<text x="{WIDTH - NAMES + 12}" y="{EDGE + 18 * n}" fill="hsl({hue} 60% 40%)">'
                f"{escape(name[:40])} {costs[-1]:.2f} s</text>"
            )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'font-family="sans-serif" font-size="12">{"".join(marks)}</svg>\n'
    )
