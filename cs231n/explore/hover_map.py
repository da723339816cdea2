"""Maps as drawings that answer the mouse by themselves, without a kernel."""

import html

import numpy as np

from ..words import t
from .drawing import INK, as_image, data_url

COLORS = ["#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd"]  # matplotlib's
COLORS += ["#8c564b", "#e377c2", "#7f7f7f", "#bcbd22", "#17becf"]
WIDTH, HEIGHT, THUMB = 410, 360, 64


def hover_maps(places, labels, images, names=None):
    """Return the HTML of maps side by side. Pointing at a dot shows its image, on every map.

    Inputs: places, dict from a name to an array (N, 2); labels, N class numbers; images, uint8 (N, H, W, 3);
    names, a word for each class, which else is called by its number.
    """
    thumbs = [_data_url(image) for image in images]
    words = {y: html.escape(t(names[y]) if names else f"{t('class')} {y}") for y in set(labels)}
    # Styles alone, no script: they work wherever HTML is drawn.
    shown = ",".join(f".cs231n-maps:has(.p{k}:hover) .t{k}" for k in range(len(labels)))
    style = (
        "<style>.cs231n-maps svg{border:1px solid #d7dde2;margin-right:8px;background:white}"
        ".cs231n-maps text{font:12px sans-serif;paint-order:stroke;stroke:white;stroke-width:3px}"
        ".cs231n-maps .t{display:none;pointer-events:none}.cs231n-maps image{image-rendering:pixelated}"
        f"{shown}{{display:block}}</style>"
    )
    drawings = "".join(_drawing(name, place, labels, thumbs, words) for name, place in places.items())
    legend = " ".join(f'<span style="color:{color_of(y)}">●</span> {words[y]}' for y in sorted(words))
    return f'{style}<div class="cs231n-maps">{drawings}<div>{legend}</div></div>'


def marked(k):
    """Return the HTML that shows image k on all maps, as if somebody pointed at it."""
    return f"<style>.cs231n-maps .t{k}{{display:block}}</style>"


def color_of(label):
    """Return the color of a class."""
    return COLORS[label % len(COLORS)]


def _drawing(name, place, labels, thumbs, words):
    low, high = place.min(axis=0), place.max(axis=0)
    at = (place - low) / np.maximum(high - low, 1e-12) * (WIDTH - 40, HEIGHT - 40) + 20
    dots, images = [], []
    for k, ((x, y), label) in enumerate(zip(at.round().astype(int).tolist(), labels, strict=True)):
        dots.append(
            f'<circle class="p{k}" cx="{x}" cy="{y}" r="4.5" fill="{color_of(label)}" opacity="0.75"/>'
        )
        left, top = min(x + 8, WIDTH - THUMB - 4), min(y + 8, HEIGHT - THUMB - 20)
        images.append(
            f'<g class="t t{k}"><circle cx="{x}" cy="{y}" r="8" fill="none" stroke="{INK}" stroke-width="2"/>'
            f'<image x="{left}" y="{top}" width="{THUMB}" height="{THUMB}" href="{thumbs[k]}"/>'
            f'<text x="{left}" y="{top + THUMB + 13}">{k}: {words[label]}</text></g>'
        )
    title = html.escape(name)
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" role="img" '
        f'aria-label="{t("Map of the features")} {title}"><text x="8" y="14">{title}</text>'
        f"{''.join(dots)}{''.join(images)}</svg>"
    )


def _data_url(image):
    small = as_image(image)
    small.thumbnail((THUMB, THUMB))
    return data_url(small)
