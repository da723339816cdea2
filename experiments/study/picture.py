"""The picture of docs/fair_comparison.md: accuracy against labels, as text (SVG) that keeps its figures."""

import json
from xml.sax.saxutils import escape

from .answer import Results
from .tables import curves, seen


def stale_picture(question, finished, file):
    """Return a sentence when the picture was drawn from other results."""
    if not file.exists():
        return [f"{file} is not there."]
    drawn = escape(described(question, finished)) in file.read_text(encoding="utf-8")
    return [] if drawn else [f"{file.name} was drawn from other results."]


def described(question, finished):
    """Return the figures that the picture shows, as text that is kept in it."""
    return json.dumps(picture_lines(question, Results(question, finished)))


def picture_lines(question, results):
    """Return {title: [[labels, accuracy, low, high]]}, from scratch and for each kind of SimCLR's images."""
    lines, minus = {}, question.contrast["minus"]
    groups = curves(question, results) or [
        (seen(cell), [cell])
        for cell in question.cells
        if cell.data == "fashion" and not cell.rates and cell.labels != "all" and results.seeds(cell)
    ]
    for title, cells in groups:
        for cell in cells:
            answer = results.answer(cell)
            best = results.best_pretrained(cell, answer.seeds)
            for name, share in (("from scratch", minus), (f"SimCLR on {title}", best)):
                point = answer.top1[share]
                row = [cell.labels, *(round(x, 2) for x in (point.value, point.low, point.high))]
                if row[0] not in [other[0] for other in lines.setdefault(name, [])]:
                    lines[name].append(row)
    return lines


def draw(question, finished, file):
    """Draw accuracy against labels a class, from scratch and pretrained, with the intervals."""
    from matplotlib import rc_context
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4.2), layout="constrained")
    FigureCanvasSVG(figure)
    axes = figure.subplots()
    lines = picture_lines(question, Results(question, finished))
    for place, (name, points) in enumerate(lines.items()):
        labels, values, low, high = zip(*sorted(points), strict=True)
        labels = [n * 1.02 ** (place - 1) for n in labels]  # so that no interval hides another
        far = [[max(v - end, 0) for v, end in zip(values, low, strict=True)]]
        far += [[max(end - v, 0) for v, end in zip(values, high, strict=True)]]
        style = "--" if name == "from scratch" else "-"
        axes.errorbar(labels, values, far, fmt=style, marker="osD"[place % 3], capsize=3, label=name)
    budgets = sorted({point[0] for points in lines.values() for point in points})
    axes.set(xscale="log", xlabel="labels a class", ylabel="top-1 on the test images, %")
    axes.set_title("Fashion-MNIST, equal CPU time")
    if budgets:
        axes.set_xticks(budgets, [str(n) for n in budgets])
        axes.legend(fontsize=9)
    else:
        axes.text(0.5, 0.5, "not measured yet", transform=axes.transAxes, ha="center", color="gray")
    axes.minorticks_off()
    axes.grid(alpha=0.3)
    told = {"Description": described(question, finished), "Date": None}  # no date: the same file each time
    with rc_context({"svg.hashsalt": "fair comparison", "svg.fonttype": "none"}):
        figure.savefig(file, format="svg", metadata=told)
