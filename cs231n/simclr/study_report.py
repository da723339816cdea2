"""What a fair comparison found, as tables in Markdown and as a plot (given)."""

import statistics

from scipy import stats

from .arms import ARMS

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
    """Return Markdown: for each label budget the arms with accuracy and cost, and the paired differences."""
    budgets = sorted({run["labels"] for run in finished if run.get("split") == "test" and run["labels"]})
    parts = [_settings(settings)]
    for labels in budgets:
        parts += [f"### {labels} label{'s' * (labels > 1)} a class", _arms(finished, labels)]
        parts += ["Paired differences in accuracy, row minus column:", _differences(finished, labels)]
    parts += ["### Rates that tuning chose", _rates(finished)]
    return "\n\n".join(parts) + "\n"


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


def _arms(finished, labels):
    lines = [
        "| arm | seeds | top-1, % | images seen | steps | TFLOPs | CPU s |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for arm in ARMS:
        runs = list(of_arm(finished, arm, labels).values())
        if runs:
            accuracy = _with_interval([run["accuracy"] for run in runs])
            images, steps, flops, cpu = (
                statistics.fmean(run["cost"][name] for run in runs)
                for name in ("images", "steps", "flops", "cpu_seconds")
            )
            spent = f"{images:,.0f} | {steps:,.0f} | {flops / 1e12:.3g} | {cpu:.3g}"
            lines.append(f"| {arm.name} | {len(runs)} | {accuracy} | {spent} |")
    return "\n".join(lines)


def _differences(finished, labels):
    columns = [arm for arm in SCRATCH if of_arm(finished, arm, labels)]
    lines = ["| | " + " | ".join(arm.name for arm in columns) + " |", "|---|" + "---:|" * len(columns)]
    for arm in PRETRAINED:
        own = of_arm(finished, arm, labels)
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


def plot(settings, finished, file=None):
    """Draw accuracy against labels a class, a line for each arm; write it to `file` or return the figure."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    budgets = sorted({run["labels"] for run in finished if run.get("split") == "test" and run["labels"]})
    figure = Figure(figsize=(8, 5), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    for number, arm in enumerate(ARMS):
        values = [[run["accuracy"] for run in of_arm(finished, arm, labels).values()] for labels in budgets]
        if not all(values):
            continue
        means, halves = zip(*(interval(v) for v in values), strict=True)
        style = "-" if arm.pretrained else ":" if arm.frozen or arm.match == "data" else "--"
        color = f"C{number % 10}" if number < 10 else "black"
        axes.errorbar(
            budgets,
            means,
            [half or 0 for half in halves],
            fmt=style,
            marker="o",
            capsize=3,
            color=color,
            label=arm.name,
        )
    axes.set(
        xscale="log",
        xlabel="labels a class",
        ylabel="top-1 on the test images, %",
        title=f"{settings['data']}",
    )
    axes.set_xticks(budgets, [str(n) for n in budgets])
    axes.minorticks_off()
    axes.grid(alpha=0.3)
    axes.legend(fontsize=8)
    if file is not None:
        figure.savefig(file, dpi=120)
    return figure
