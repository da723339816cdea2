"""What a fair comparison found, as tables in Markdown and as a plot."""

import argparse
import math
import statistics
import sys
from pathlib import Path

from scipy import stats

from cs231n.simclr.comparison import ARMS

from .runs import read_study

SCRATCH = [arm for arm in ARMS if not arm.pretrained and not arm.frozen]
PRETRAINED = [arm for arm in ARMS if arm.pretrained]


def interval(values, level=0.95):
    """Return the mean and the half width of its confidence interval (Student's t); None for one value."""
    mean = statistics.fmean(values)
    if len(values) < 2:
        return mean, None
    t = stats.t.ppf((1 + level) / 2, len(values) - 1)
    return mean, t * statistics.stdev(values) / len(values) ** 0.5


def of_arm(finished, arm, labels):
    """Return {seed: run} of an arm's test runs with a label budget; labels do not matter to `data` arms."""
    wanted = None if arm.match == "data" else labels
    runs = [run for run in finished if run["kind"] == "arm" and run["split"] == "test"]
    return {run["seed"]: run for run in runs if run["arm"] == arm.name and run["labels"] == wanted}


def tables(settings, finished):
    """Return Markdown: all accuracies; for each label budget what the arms spent and how they differ."""
    parts = [_settings(settings), _accuracies(finished)]
    for labels in _budgets(finished):
        parts += [f"### {labels} label{'s' * (labels > 1)} a class", _arms(finished, labels)]
        parts += ["Paired differences in accuracy, row minus column:", _differences(finished, labels)]
    parts += ["### Rates that tuning chose", _rates(finished)]
    return "\n\n".join(parts) + "\n"


def _budgets(finished):
    return sorted({run["labels"] for run in finished if run.get("split") == "test" and run["labels"]})


def _settings(settings):
    s, times = settings, settings["seconds"]
    return (
        f"Data: {s['data']}, {s['size']} × {s['size']}; encoder: {s['encoder']}; "
        f"{s['epochs']} epochs of pretraining at batch {s['batch_size']}, temperature {s['temperature']}; "
        f"{s['steps']} steps with labels; "
        f"{s['trials']} tuning trials an arm at {s['tune_at']} labels a class; "
        f"{s['precision']}; torch {s['torch']}. "
        f"One step takes {1000 * times['pretraining_step']:.1f} ms in pretraining and "
        f"{1000 * times['labelled_step']:.1f} ms with labels, on one thread."
    )


def _accuracies(finished):
    budgets = _budgets(finished)
    lines = ["| top-1, %, by labels a class | " + " | ".join(map(str, budgets)) + " |"]
    lines.append("|---|" + "---:|" * len(budgets))
    for arm in ARMS:
        values = [[run["accuracy"] for run in of_arm(finished, arm, n).values()] for n in budgets]
        if any(values):
            lines.append(
                f"| {arm.name} | " + " | ".join(_with_interval(v) if v else "" for v in values) + " |"
            )
    return "\n".join(lines)


def _arms(finished, labels):
    lines = ["| arm | seeds | images seen | steps | TFLOPs | CPU s |", "|---|---:|---:|---:|---:|---:|"]
    for arm in ARMS:
        runs = list(of_arm(finished, arm, labels).values())
        if runs:
            images, steps, flops, cpu = (
                statistics.fmean(run["cost"].get(name, math.nan) for run in runs)
                for name in ("images", "steps", "flops", "cpu_seconds")
            )
            spent = f"{images:,.0f} | {steps:,.0f} | {flops / 1e12:.3g} | {cpu:.3g}"
            lines.append(f"| {arm.name} | {len(runs)} | {spent} |")
    return "\n".join(lines)


def _differences(finished, labels):
    columns = [arm for arm in SCRATCH if of_arm(finished, arm, labels)]
    lines = ["| | " + " | ".join(arm.name for arm in columns) + " |", "|---|" + "---:|" * len(columns)]
    for arm in PRETRAINED:
        own = of_arm(finished, arm, labels)
        if not own:
            continue
        cells = []
        for column in columns:
            other = of_arm(finished, column, labels)
            both = sorted(own.keys() & other.keys())
            pairs = [own[seed]["accuracy"] - other[seed]["accuracy"] for seed in both]
            cells.append(_with_interval(pairs, sign="+") if pairs else "")
        lines.append(f"| {arm.name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _rates(finished):
    lines = ["| arm | learning rate | weight decay | of pretraining |", "|---|---:|---:|---:|"]
    for arm in ARMS:
        runs = [run for run in finished if run.get("arm") == arm.name and run["split"] == "test"]
        if runs:
            (rate, decay), before = runs[0]["rates"], runs[0]["pretraining_rates"]
            lines.append(f"| {arm.name} | {rate:g} | {decay:g} | {f'{before[0]:g}' if before else ''} |")
    return "\n".join(lines)


def _with_interval(values, sign=""):
    mean, half = interval(values)
    return f"{mean:{sign}.1f}" if half is None else f"{mean:{sign}.1f} ± {half:.1f}"


def plot(studies, file=None):
    """Draw accuracy against labels a class, a panel for each study and a line for each of its arms.

    - studies: list of (settings, finished), as tuning.study returns them.
    - file: where the picture goes; None returns the figure only.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(1.5 + 4 * len(studies), 6.5), layout="constrained")
    FigureCanvasAgg(figure)
    lines = {}
    for axes, (settings, finished) in zip(
        figure.subplots(1, len(studies), squeeze=False)[0], studies, strict=True
    ):
        lines |= _panel(axes, settings, finished)
    shown = [arm.name for arm in ARMS if arm.name in lines]
    figure.legend([lines[name] for name in shown], shown, loc="outside lower center", ncols=2, fontsize=9)
    if file is not None:
        figure.savefig(file, dpi=120)
    return figure


def _panel(axes, settings, finished):
    """Draw one study; return {name of an arm: its line}."""
    budgets, lines = _budgets(finished), {}
    for number, arm in enumerate(ARMS):
        values = [[run["accuracy"] for run in of_arm(finished, arm, labels).values()] for labels in budgets]
        found = [(labels, *interval(v)) for labels, v in zip(budgets, values, strict=True) if v]
        if found:
            labels, means, halves = zip(*found, strict=True)
            halves = [half or 0 for half in halves]
            style = "-" if arm.pretrained else ":" if arm.frozen or arm.match == "data" else "--"
            color, marker = _look(arm)
            # A little to the side of each other, so that no interval hides another.
            places = [n * 1.02 ** (number - len(ARMS) / 2) for n in labels]
            lines[arm.name] = axes.errorbar(
                places, means, halves, fmt=style, marker=marker, capsize=3, color=color
            )
    axes.set(xscale="log", xlabel="labels a class", ylabel="top-1 on the test images, %")
    axes.set_title(f"{settings['data']}, {settings['epochs']} epochs of pretraining")
    axes.set_xticks(budgets, [str(n) for n in budgets])
    axes.minorticks_off()
    axes.grid(alpha=0.3)
    return lines


def _look(arm):
    """Return the arm's color and marker: reds for what is pretrained, blues for what starts from scratch."""
    from matplotlib import colormaps

    alike, colors = (PRETRAINED, "autumn") if arm.pretrained else (SCRATCH, "winter")
    if arm not in alike:
        return "gray", "x"
    place = alike.index(arm)
    return colormaps[colors](0.8 * place / (len(alike) - 1)), "osD^vP<>"[place]


def main(arguments=None):
    """Draw the studies of several folders side by side; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m experiments.study.findings", description=main.__doc__)
    parser.add_argument("folders", type=Path, nargs="+", help="each the --results of a fair comparison")
    parser.add_argument("--plot", required=True, help="file for the picture")
    options = parser.parse_args(arguments)
    try:
        plot([read_study(folder) for folder in options.folders], options.plot)
    except (OSError, ValueError) as error:
        print(f"findings: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
