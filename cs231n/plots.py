"""The pictures of the notebooks (given).

Each function draws a new figure and returns nothing: in a notebook it appears below the cell. Photos are PIL
images or uint8 arrays (H, W, 3).
"""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.ticker import MaxNLocator
from scipy.ndimage import gaussian_filter

from .image_utils import SQUEEZENET_MEAN, SQUEEZENET_STD
from .words import t

INK, MUTED, BEFORE, AFTER = "#22303c", "#8494a3", "#9db4c0", "#d1495b"
WRONG = "#b3263b"  # of words: AFTER is too light to be read on white


def show_images(images, titles=None, columns=5, size=2.2, right=None, heading=None):
    """Show images in a grid.

    Inputs:
    - images: photos. titles: a text for each, of one or more lines.
    - columns: images in a row. size: width of each in inches.
    - right: a bool for each; the title of one that is not right is drawn in red.
    - heading: a line above all of them.
    """
    images = list(images)
    titles = [""] * len(images) if titles is None else titles
    right = [True] * len(images) if right is None else right
    columns = min(columns, len(images))
    lines = max(title.count("\n") + 1 for title in titles) if any(titles) else 0
    above = 0.35 if heading else 0
    figure, axes = _grid(-(-len(images) // columns), columns, size, size + 0.21 * lines, above)
    for ax in axes.flat:
        ax.axis("off")
    for ax, image, title, good in zip(axes.flat, images, titles, right, strict=False):
        pixels = np.asarray(image)
        ax.imshow(pixels, interpolation="nearest" if len(pixels) < 64 else "antialiased")
        ax.set_title(said(title), color=INK if good else WRONG)
    if heading:
        figure.suptitle(t(heading))


def show_saliency(photos, saliency, titles, size=2.2):
    """Show each photo, below it its saliency map, and below that the photo lit by the map, smoothed.

    Inputs: photos; saliency, array or tensor (N, H, W), not negative; titles, a text for each photo.
    """
    _, axes = _grid(3, len(photos), size, size + 0.1)
    rows = (t("photo"), t("saliency"), t("photo, lit by it"))
    for column, (photo, of_photo, title) in enumerate(zip(photos, np.asarray(saliency), titles, strict=True)):
        # A few very large values would leave the rest black.
        bright = np.clip(of_photo / max(np.quantile(of_photo, 0.995), 1e-12), 0, 1)
        lit = lit_by(photo, bright)
        for ax, picture in zip(axes[:, column], (photo, bright, lit), strict=True):
            ax.imshow(np.asarray(picture), cmap="inferno", vmin=0, vmax=1)
            _bare(ax)
        axes[0, column].set_title(said(title))
    for ax, row in zip(axes[:, 0], rows, strict=True):
        ax.set_ylabel(row)


def lit_by(photo, map, dim=0.25):
    """Return a photo as colors (H, W, 3) from 0 to 1, lit by a map (H, W) that is smoothed for it.

    The brightest tenth stands in full light, and no spot is darker than `dim` times what it was.
    """
    light = gaussian_filter(np.asarray(map, dtype=float), sigma=5)
    light = np.clip(light / max(np.quantile(light, 0.9), 1e-12), 0, 1)
    return np.asarray(photo) / 255 * (dim + (1 - dim) * light)[..., None]


def show_shares(pictures, shares, titles, size=2.2):
    """Show pictures, and below each what its pixels have added to a score: red what raised it, blue what not.

    Inputs: pictures; shares, array or tensor (N, H, W), of either sign; titles, a text for each picture.
    """
    _, axes = _grid(2, len(pictures), size, size + 0.1)
    for column, (picture, of_picture, title) in enumerate(
        zip(pictures, np.asarray(shares), titles, strict=True)
    ):
        top = max(np.abs(of_picture).max(), 1e-12)
        axes[0, column].imshow(np.asarray(picture))
        axes[0, column].set_title(said(title))
        axes[1, column].imshow(of_picture, cmap="RdBu_r", vmin=-top, vmax=top)
        for ax in axes[:, column]:
            _bare(ax)
    for ax, row in zip(axes[:, 0], (t("picture"), t("shares")), strict=True):
        ax.set_ylabel(row)


def show_fooling(original, fooled, before, after, class_names, target_y):
    """Show what was done to a photo, and what the network thinks of it before and after.

    Inputs:
    - original, fooled: arrays (H, W, 3), colors from 0 to 1; what lies outside is cut off when shown.
    - before, after: arrays (1000,), probabilities. class_names: a list of 1,000 texts.
    - target_y: int, the class the photo was to be taken for.
    """
    original, fooled, before, after = (np.asarray(x, dtype=float) for x in (original, fooled, before, after))
    change = fooled - original
    # So that all but the largest changes can be told apart.
    magnify = max(1, round(0.5 / max(np.quantile(np.abs(change), 0.995), 1e-3)))
    pictures = {
        t("original"): original,
        t("fooling image"): fooled,
        t("difference"): 0.5 + change,
        t("difference × {magnify}", magnify=magnify): 0.5 + magnify * change,
    }
    figure = plt.figure(figsize=(11, 5.4), layout="constrained")
    top, bottom = figure.subfigures(2, 1, height_ratios=(1.25, 1))
    for ax, (title, picture) in zip(top.subplots(1, 4), pictures.items(), strict=True):
        ax.imshow(np.clip(picture, 0, 1))
        ax.set_title(title)
        _bare(ax)

    # The classes that matter: the best ones before and after, and the target.
    best = np.unique(np.r_[np.argsort(before)[-3:], np.argsort(after)[-3:], target_y])
    best = best[np.argsort(before[best] - after[best])]
    ax, place = bottom.subplots(), np.arange(len(best))
    ax.barh(place + 0.2, before[best], 0.4, color=BEFORE, label=t("before"))
    ax.barh(place - 0.2, after[best], 0.4, color=AFTER, label=t("after"))
    ax.set_yticks(place, [class_names[y] + (f" ({t('target')})" if y == target_y else "") for y in best])
    ax.set_xlim(0, 1)
    ax.set_xlabel(t("probability"))
    ax.legend(frameon=False)
    _light(ax)


def show_curves(curves, xlabel, ylabel, level=None, log=False, log_steps=False):
    """Draw curves of one value a step.

    Inputs:
    - curves: dict from a name to a list of numbers, the first of them at step 1, or to (steps, numbers).
    - xlabel, ylabel: texts at the axes. level: (height, name) of a dashed line to compare with.
    - log: whether equal factors, instead of equal differences, are equally far apart on the vertical axis.
    - log_steps: the same for the horizontal one, which then names the steps of the curves.
    """
    _, ax = plt.subplots(figsize=(6, 3.2), layout="constrained")
    if log:
        ax.set_yscale("log")
    for name, values in curves.items():
        steps, values = values if isinstance(values, tuple) else (range(1, len(values) + 1), values)
        ax.plot(steps, values, marker="o", markersize=4, label=t(name))
    if level is not None:
        ax.axhline(level[0], color=MUTED, linestyle="--", linewidth=1, label=t(level[1]))
    if log_steps:
        ax.set_xscale("log")
        ax.set_xticks(steps, [str(step) for step in steps])
        ax.minorticks_off()
    else:
        ax.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1, steps=[1, 2, 5, 10]))
    ax.set_xlabel(t(xlabel))
    ax.set_ylabel(t(ylabel))
    if len(curves) > 1 or level is not None:
        ax.legend(frameon=False)
    _light(ax)


def show_vectors(vectors, names, groups):
    """Draw vectors of the plane as arrows from the center of a circle of radius 1.

    Inputs: vectors, tensor or array (M, 2); names, a text for each; groups, an int for each: its color.
    """
    _, ax = plt.subplots(figsize=(6.5, 3.2), layout="constrained")
    ax.add_patch(plt.Circle((0, 0), 1, fill=False, color=MUTED, linewidth=0.8, linestyle="--"))
    for (x, y), name, group in zip(np.asarray(vectors), names, groups, strict=True):
        color = f"C{group}"
        ax.annotate("", (x, y), (0, 0), arrowprops={"arrowstyle": "-|>", "color": color, "linewidth": 2})
        ax.text(1.08 * x, 1.08 * y, t(name), color=INK, ha="left" if x >= 0 else "right", va="center")
    ax.set(xlim=(-2.0, 2.0), ylim=(-0.2, 1.2), aspect="equal")
    _bare(ax)


def show_maps(places, labels, names=None, columns=2):
    """Draw maps, one for each name: a dot an image, its color the class.

    Inputs: places, dict from a title to a tensor or array (N, 2); labels, N class numbers; names, a word for
    each class; columns, maps in a row.
    """
    labels, columns = np.asarray(labels), min(columns, len(places))
    _, axes = _grid(-(-len(places) // columns), columns, 4.4, 3.9)
    for ax in axes.flat:
        _bare(ax)
    for ax, (title, place) in zip(axes.flat, places.items(), strict=False):
        place = np.asarray(place)
        for label in np.unique(labels):
            word = t(names[label]) if names else str(label)
            ax.scatter(*place[labels == label].T, s=9, alpha=0.7, color=f"C{label}", label=word)
        ax.set_title(said(title))
    axes[0, -1].legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False, markerscale=2)


def show_matrix(matrix, names=None, title=None):
    """Show a matrix of similarities, from -1 (blue) to 1 (red), with its values where they fit.

    Inputs: matrix, array or tensor (M, M); names, a text for each row; title, a line above.
    """
    matrix = np.asarray(matrix)
    side = min(6.0, 1.2 + 0.55 * len(matrix))
    figure, ax = plt.subplots(figsize=(side + 0.8, side), layout="constrained")
    drawn = ax.imshow(matrix, cmap="RdBu_r", vmin=-1, vmax=1)
    figure.colorbar(drawn, ax=ax, shrink=0.8)
    if len(matrix) <= 10:
        for (row, column), value in np.ndenumerate(matrix):
            ink = "white" if abs(value) > 0.6 else INK
            ax.text(column, row, f"{value:.2f}", ha="center", va="center", fontsize=8, color=ink)
    names = names or [str(k) for k in range(len(matrix))] if len(matrix) <= 10 else []
    ax.set_xticks(range(len(names)), names)
    ax.set_yticks(range(len(names)), names)
    ax.set_title(t(title) if title else "")


def show_bars(values, xlabel, highlight=(), unit="%", guesses=None):
    """Draw a horizontal bar for each named value, the first on top.

    Inputs: values, dict from a name to a number; xlabel, the text below; highlight, names to draw in red;
    guesses, dict from a name to a number, drawn as a diamond on its bar, or to None.
    """
    _, ax = plt.subplots(figsize=(7, 0.6 + 0.38 * len(values)), layout="constrained")
    colors = [AFTER if name in highlight else BEFORE for name in values]
    bars = ax.barh(list(values), list(values.values()), color=colors)
    ax.bar_label(bars, [f"{value:.1f} {unit}" for value in values.values()], padding=4, color=INK)
    ax.invert_yaxis()
    guessed = {name: guess for name, guess in (guesses or {}).items() if guess is not None}
    ax.set_xlim(0, 1.2 * max([*values.values(), *guessed.values()]) or 1)
    ax.set_xlabel(t(xlabel))
    _light(ax)
    if guessed:
        ax.scatter(guessed.values(), guessed.keys(), marker="D", color=INK, edgecolors="white", zorder=3)
        ax.scatter([], [], marker="D", color=INK, label=t("your guess"))
        ax.legend(frameon=False, loc="upper left", bbox_to_anchor=(1, 1))


def show_spread(values, xlabel, level=None):
    """Draw, for each name, a dot for each of its values, and a line over one standard deviation each way.

    Inputs: values, dict from a name to a list of numbers, the first on top; xlabel, the text below; level,
    the name whose mean a dashed line carries on to the others.
    """
    _, ax = plt.subplots(figsize=(7, 0.8 + 0.45 * len(values)), layout="constrained")
    for place, numbers in enumerate(values.values()):
        mean, deviation = np.mean(numbers), np.std(numbers, ddof=1) if len(numbers) > 1 else 0
        ax.scatter(numbers, [place + 0.15] * len(numbers), s=14, color=BEFORE)
        ax.errorbar(mean, place - 0.15, xerr=deviation, fmt="D", color=AFTER, markersize=5, capsize=3)
    ax.axvline(0, color=MUTED, linewidth=1)
    if level is not None:
        ax.axvline(np.mean(values[level]), color=AFTER, linestyle="--", linewidth=1)
    ax.set_yticks(range(len(values)), [t(name) for name in values])
    ax.set_ylim(len(values) - 0.5, -0.5)
    ax.set_xlabel(t(xlabel))
    _light(ax)


def said(title):
    """Return a title of one or more lines, each of them in the chosen language."""
    return "\n".join(t(line) if line else "" for line in title.split("\n"))


def to_colors(X, mean=SQUEEZENET_MEAN, std=SQUEEZENET_STD):
    """Undo a normalization: return the colors (H, W, 3) of X (3, H, W), from 0 to 1 but not cut off there.

    Inputs: X, float tensor on any device; mean and std, three numbers each, those of ImageNet by default.
    """
    return X.detach().cpu().permute(1, 2, 0).numpy() * np.asarray(std) + np.asarray(mean)


def _grid(rows, columns, width, height, above=0):
    size = (width * columns, height * rows + above)
    return plt.subplots(rows, columns, figsize=size, squeeze=False, layout="constrained")


def _bare(ax):
    ax.set_xticks([])
    ax.set_yticks([])
    for spine in ax.spines.values():
        spine.set_visible(False)


def _light(ax):
    ax.spines[["top", "right"]].set_visible(False)
    ax.grid(axis="both", alpha=0.2)
    ax.set_axisbelow(True)
