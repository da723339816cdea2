"""Pictures put together: rows of panels with titles, as HTML, and as one PIL image."""

import base64
import html
import io
from functools import cache

import matplotlib
import numpy as np
from matplotlib.font_manager import FontProperties, findfont
from matplotlib.text import Text
from PIL import Image, ImageDraw, ImageFont

from ..start import chinese_font
from ..words import in_english, spoken

INK, MUTED, BEFORE, AFTER = "#22303c", "#52606d", "#5b7c99", "#d1495b"
TITLE = 44  # pixels above a panel, for two lines


def row(pictures, side=224):
    """Return the HTML of pictures side by side at a fixed size, with their titles as text above them.

    Inputs: pictures as for `panels`, with None for an empty place; side, height and width of each in pixels.
    The title, and what stands in its second line, is also what a screen reader says.
    """
    figures, titled = [], any(title for title, _ in pictures)
    for title, picture in pictures:
        if picture is None:
            figures.append(f'<figure style="width:{side}px"></figure>')
            continue
        picture = as_image(picture)
        head, _, below = (html.escape(part) for part in title.partition("\n"))
        sharp = ' class="cs231n-pixels"' if min(picture.size) < 100 else ""
        said = f"{head}: {below}" if below else head
        small = ' class="cs231n-small"' if side < 120 else ""
        words = f"<b>{head or '&nbsp;'}</b><br>{below or '&nbsp;'}"
        caption = f"<figcaption{small}>{words}</figcaption>" if titled else ""
        figures.append(
            f'<figure style="width:{side}px">{caption}<img{sharp} width="{side}" height="{side}" '
            f'alt="{said}" src="{data_url(picture)}"></figure>'
        )
    return f'<div class="cs231n-row">{"".join(figures)}</div>'


def drawn(figure, alt):
    """Return the HTML of a matplotlib Figure, drawn twice as fine as it is shown.

    Where there is no font for its words, the browser writes them.
    """
    file, kind = io.BytesIO(), "png" if _has_font() else "svg+xml"
    figure.savefig(file, format=kind[:3], dpi=2 * figure.dpi)
    width, height = (round(inches * figure.dpi) for inches in figure.get_size_inches())
    source = base64.b64encode(file.getvalue()).decode("ascii")
    return (
        f'<div class="cs231n-row"><img width="{width}" height="{height}" alt="{html.escape(alt)}" '
        f'src="data:image/{kind};base64,{source}"></div>'
    )


def data_url(picture):
    """Return a PIL image as the address of an HTML image."""
    return "data:image/png;base64," + base64.b64encode(png(picture)).decode("ascii")


def panels(pictures, side=260, gap=10):
    """Return one picture of many, side by side.

    Inputs: pictures, a list of (title, image): a title of one or two lines and a PIL image or an array of
    colors (H, W, 3), uint8 or float from 0 to 1; side, height and width of each
    in pixels; gap, pixels between them. Where there is no font for the titles, they are in English.
    """
    above, size = TITLE if any(title for title, _ in pictures) else 0, 12 if side < 120 else 14
    whole = Image.new("RGB", (len(pictures) * (side + gap) - gap, side + above), "white")
    draw = ImageDraw.Draw(whole)
    for k, (title, picture) in enumerate(pictures):
        left = k * (side + gap)
        for line, text in enumerate(_writable(title).split("\n")[:2]):
            top = TITLE - 20 * (title.count("\n") + 1 - line)
            ink, shown = MUTED if line else INK, _shortened(text, side, size)
            draw.text((left, top + size), shown, fill=ink, font=font(size, not line), anchor="ls")
        if picture is not None:
            whole.paste(enlarged(picture, side), (left, above))
    return whole


def enlarged(picture, side):
    """Return a picture at side × side; small ones keep their pixels visible."""
    picture = as_image(picture)
    smooth = min(picture.size) >= 100
    return picture.resize((side, side), Image.Resampling.BICUBIC if smooth else Image.Resampling.NEAREST)


def as_image(colors):
    """Return the PIL image of colors (H, W, 3), uint8 or float from 0 to 1 (what lies outside is cut off)."""
    if isinstance(colors, Image.Image):
        return colors.convert("RGB")
    colors = np.asarray(colors)
    if colors.dtype != np.uint8:
        colors = (255 * np.clip(colors, 0, 1) + 0.5).astype(np.uint8)
    return Image.fromarray(colors)


def overlaid(photo, heat, strength, colormap="inferno", signed=False):
    """Return a photo under a map: strength 0 shows the photo alone, 1 the map alone.

    Inputs: photo uint8 (H, W, 3); heat array (H, W), not negative or, when `signed`, of both signs, drawn
    with its largest values, the uppermost half percent, saturated; strength in [0, 1].
    """
    heat = np.asarray(heat, dtype=float)
    top = max(np.quantile(np.abs(heat), 0.995), 1e-12)
    height = 0.5 + 0.5 * heat / top if signed else heat / top
    colors = matplotlib.colormaps[colormap](np.clip(height, 0, 1))[..., :3]
    return (1 - strength) * np.asarray(photo) / 255 + strength * colors


def stacked(*pictures, gap=8):
    """Return PIL images below each other."""
    whole = Image.new(
        "RGB", (max(p.width for p in pictures), sum(p.height + gap for p in pictures) - gap), "white"
    )
    top = 0
    for picture in pictures:
        whole.paste(picture, (0, top))
        top += picture.height + gap
    return whole


def of_figure(figure):
    """Return the PIL image of a matplotlib Figure that belongs to no window; words as in `panels`."""
    file, words = io.BytesIO(), [] if _has_font() else figure.findobj(Text)
    before = [each.get_text() for each in words]
    for each, text in zip(words, before, strict=True):
        each.set_text(in_english(text))
    figure.savefig(file, format="png")
    for each, text in zip(words, before, strict=True):
        each.set_text(text)
    return Image.open(file).convert("RGB")


def png(picture):
    """Return the bytes of a PIL image as PNG."""
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def font(size, bold=False):
    """Return the font of the pictures: the one that matplotlib brings along, or one for Chinese."""
    return _font(size, bold, chinese_font() if spoken() == "zh" else None)


def _has_font():
    """Whether there is a font for the language that is spoken."""
    return spoken() != "zh" or chinese_font() is not None


def _writable(text):
    """The text, in English where there is no font for it."""
    return text if _has_font() else in_english(text)


@cache
def _font(size, bold, name):
    style = FontProperties(family=name or "DejaVu Sans", weight="bold" if bold else "normal")
    return ImageFont.truetype(findfont(style), size)


def _shortened(text, width, size):
    """The text, its end left out when it is wider than `width` pixels."""
    if font(size, True).getlength(text) <= width:
        return text
    while text and font(size, True).getlength(text + "…") > width:
        text = text[:-1]
    return text + "…"
