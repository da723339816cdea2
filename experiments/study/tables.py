"""The tables of docs/fair_comparison.md, in Markdown, from finished runs."""

import math

from .answer import Results, labels_saved
from .cells import Hours, tuned
from .results import key_of
from .tuning import EdgeOfGrid

NAMES = {"fashion": "Fashion-MNIST", "digits": "digits", "tiles": "tiles of photos", "cifar10": "CIFAR-10"}


def parts(question, finished):
    """Return {name: Markdown} of everything on the page that is made here."""
    results = Results(question, finished)
    answers = {cell.name: results.answer(cell) for cell in question.cells}
    equal = [cell for cell in question.cells if cell.images == "labelled" and not cell.rates]
    more = [cell for cell in question.cells if cell.images != "labelled" and not cell.rates]
    return {
        "contrast": contrast_table(question, equal, answers, finished) + "\n",
        "more": contrast_table(question, more, answers, finished) + "\n",
        "shares": shares_table(question, answers) + "\n",
        "saved": saved_table(question, results) + "\n",
        "rates": rates_table(question, results, finished) + "\n",
        "state": state(question, answers, finished) + "\n",
    }


def contrast_table(question, cells, answers, finished):
    """Return the contrast of some cells, a row each; below, why an interval is wider than asked for."""
    told, lines, notes = question.contrast, [], []
    lines.append(
        "| data | labels a class | SimCLR sees | CPU s | best share − share 0, points of top-1 | best share "
        "| seeds | that is |"
    )
    lines.append("|---|---:|---|---:|---:|---:|---:|---|")
    for cell in cells:
        start = f"| {NAMES[cell.data]} | {cell.labels} | {seen(cell)} | {cell.seconds:g} |"
        answer = answers[cell.name]
        if answer is None:
            lines.append(f"{start} | | 0 of {told['seeds']} | {so_far(question, cell, finished)} |")
            continue
        lines.append(
            f"{start} **{interval_text(answer.contrast)}** | {answer.best:g} | {len(answer.seeds)} of "
            f"{told['seeds']} | {answer.verdict} |"
        )
        if answer.contrast.half_width > told["half_width"]:
            notes.append(
                f"{NAMES[cell.data]}, {cell.labels} labels, {seen(cell)}: the half width is "
                f"{answer.contrast.half_width:.1f} points: drawing anew seeds alone "
                f"gives ± {answer.seeds_alone:.1f}, test images alone ± {answer.images_alone:.1f}."
            )
    return "\n".join(lines) + ("\n\n" + "\n".join(f"- {note}" for note in notes) if notes else "")


def so_far(question, cell, finished):
    """Return in words how far a cell has come that no seed is finished of."""
    found = {key_of(run): run for run in finished}
    done = sum(is_of(run, cell, share) for run in finished for share in question.contrast["shares"])
    try:
        tuned(question, cell, lambda wanted: [found[key_of(job)] for job in wanted])
    except EdgeOfGrid as error:
        return f"no answer: {error}"
    except KeyError:
        return f"not answered yet; tuning trials done: {done}" if done else "not answered yet; not begun"
    return "not answered yet; tuned"


def shares_table(question, answers):
    """Return the accuracy of every share, its difference from share 0, and the CPU seconds that it took."""
    shares = question.contrast["shares"]
    lines = ["| data, labels a class, images | " + " | ".join(f"share {share:g}" for share in shares) + " |"]
    lines.append("|---|" + "---:|" * len(shares))
    for cell in question.cells:
        answer = answers[cell.name]
        if answer is None:
            continue
        cells = []
        for share in shares:
            if share not in answer.top1:
                cells.append("")
            elif share in answer.minus:
                cells.append(
                    f"{interval_text(answer.minus[share])}; {answer.seconds[share]:.1f} s of {cell.seconds:g}"
                )
            else:
                cells.append(
                    f"{answer.top1[share].value:.1f} %; {answer.seconds[share]:.1f} s of {cell.seconds:g}"
                )
        lines.append(f"| {NAMES[cell.data]}, {cell.labels}, {seen(cell)} | " + " | ".join(cells) + " |")
    return "\n".join(lines) if len(lines) > 2 else "No cell has been measured yet."


def saved_table(question, results):
    """Return how many labels from scratch give the accuracy of pretraining with fewer."""
    lines = [
        "| SimCLR sees | labels a class | as good as scratch with | interval | saved a class | utility |"
    ]
    lines.append("|---|---:|---:|---:|---:|---:|")
    for title, cells in curves(question, results):
        for saved in labels_saved(results, cells):
            value, low, high = (
                worth_text(x, saved.ends) for x in (saved.worth.value, saved.worth.low, saved.worth.high)
            )
            less = saved.worth.value - saved.labels
            edge = not saved.ends[0] < saved.worth.value < saved.ends[1]
            gain = " | " if edge else f"{less:+.1f} | {less / saved.labels:+.2f}"
            lines.append(f"| {title} | {saved.labels} | {value} | [{low}, {high}] | {gain} |")
    return (
        "\n".join(lines) if len(lines) > 2 else "Not run yet: it takes the cells with 5 to 50 labels a class."
    )


def curves(question, results):
    """Return [(what SimCLR sees, cells)] of the curves against labels whose cells are all measured."""
    found = []
    for told in dict.fromkeys(cell.rates for cell in question.cells if cell.rates):
        cells = [question.cell(told), *(cell for cell in question.cells if cell.rates == told)]
        if all(results.seeds(cell) for cell in cells):
            found.append((seen(cells[0]), sorted(cells, key=lambda cell: cell.labels)))
    return found


def rates_table(question, results, finished):
    """Return the rates that tuning chose for each arm, and how many trials each had."""
    lines = ["| data, labels a class, images | share | learning rate | of pretraining | decay | trials |"]
    lines.append("|---|---:|---:|---:|---:|---:|")
    for cell in question.cells:
        for share in results.shares(cell) if not cell.rates else ():
            rate, before, decay = next(iter(results.of(cell, share).values()))["rates"]
            trials = [run for run in finished if run["kind"] == "tuning" and is_of(run, cell, share)]
            lines.append(
                f"| {NAMES[cell.data]}, {cell.labels}, {seen(cell)} | {share:g} | {rate:g} | "
                f"{'' if before is None else f'{before:g}'} | {decay:g} | {len(trials)} |"
            )
    return "\n".join(lines) if len(lines) > 2 else "No cell has been tuned to the end yet."


def is_of(run, cell, share):
    """Whether a run is one of an arm of a cell."""
    own = (cell.data, cell.labels, cell.images if share else None, cell.seconds, share)
    return own == tuple(run[name] for name in ("data", "labels", "images", "seconds", "share"))


def state(question, answers, finished):
    """Return how much of the plan is done, what it took, and the command that goes on."""
    seeds = question.contrast["seeds"]
    done = [cell for cell in question.cells if answers[cell.name] and len(answers[cell.name].seeds) == seeds]
    begun = [cell for cell in question.cells if cell not in done and answers[cell.name]]
    spent = sum(run["cost"]["cpu_seconds"] for run in finished) / 3600
    left, all_of_it = Hours(question, finished).of(question.cells), Hours(question, []).of(question.cells)
    lines = [
        f"{len(done)} of {len(question.cells)} cells have all {seeds} seeds, {len(begun)} some of them; "
        f"{len(finished)} runs are finished, in {spent:.2f} CPU hours of training. The whole plan is "
        f"{all_of_it:.1f} CPU hours of training, beside levels that tuning adds; {left:.1f} are left."
    ]
    if left:
        go_on = ["python -m experiments.study --jobs 2", "python -m experiments.study.page --write"]
        lines += [
            "",
            "On the instructor's side it goes on, and then comes onto this page, with:",
            "",
            "```sh",
            *go_on,
            "```",
        ]
    return "\n".join(lines)


def seen(cell):
    """Return in words what SimCLR sees in a cell."""
    return "the labelled images" if cell.images == "labelled" else f"{cell.images:,} images"


def interval_text(estimate):
    """Return an Estimate of a difference as text."""
    if math.isnan(estimate.low):
        return f"{estimate.value:+.1f}"
    return f"{estimate.value:+.1f} [{estimate.low:+.1f}, {estimate.high:+.1f}]"


def worth_text(value, ends):
    """Return a number of labels as text; at an end of what was measured, that it may lie beyond."""
    if math.isnan(value):
        return "?"
    return f"≤ {value:.0f}" if value <= ends[0] else f"≥ {value:.0f}" if value >= ends[1] else f"{value:.1f}"
