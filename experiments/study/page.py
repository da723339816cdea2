"""The figures of docs/fair_comparison.md from the committed results: printed, compared or written.

    python -m experiments.study.page            # make fair-answer
    python -m experiments.study.page --write    # after new runs

What stands between `<!-- fair-answer: NAME -->` and `<!-- end -->` is made here; the other text holds no
figure.
"""

import argparse
import json
import math
import re
import sys
from pathlib import Path
from xml.sax.saxutils import escape

from .answer import Results, labels_saved
from .cells import Hours, tuned
from .contrast import FILE, read_question
from .results import key_of, read_results, write_whole
from .tuning import EdgeOfGrid

ROOT = Path(__file__).parents[2]
RESULTS = Path(__file__).parents[1] / "fair_comparison"
PAGE, PICTURE = ROOT / "docs" / "fair_comparison.md", ROOT / "docs" / "pictures" / "fair_comparison.svg"
PART = re.compile(r"(<!-- fair-answer: (\w+) -->\n)(.*?)(<!-- end -->)", re.DOTALL)
NAMES = {"fashion": "Fashion-MNIST", "digits": "digits", "tiles": "tiles of photos", "cifar10": "CIFAR-10"}


def main(arguments=None):
    """Print the answer and compare the page with it; return 0, 1 where it differs, 2 if it can't be done."""
    p = argparse.ArgumentParser(prog="python -m experiments.study.page", description=main.__doc__)
    p.add_argument("--question", type=Path, default=FILE)
    p.add_argument("--results", type=Path, default=RESULTS, help="folder of results.jsonl")
    p.add_argument("--page", type=Path, default=PAGE)
    p.add_argument("--picture", type=Path, default=PICTURE)
    p.add_argument("--write", action="store_true", help="put the figures into the page and draw the picture")
    options = p.parse_args(arguments)
    try:
        question = read_question(options.question)
        finished = read_committed(question, options.results)
        made = parts(question, finished)
        text = options.page.read_text(encoding="utf-8")
        print(made["contrast"])
        if options.write:
            write_whole(options.page, filled(text, made))
            draw(question, finished, options.picture)
            return 0
        wrong = differences(text, made) + stale_picture(question, finished, options.picture)
    except (OSError, ValueError) as error:
        print(f"fair-answer: {error}", file=sys.stderr)
        return 2
    for line in wrong:
        print(f"fair-answer: {line}", file=sys.stderr)
    if wrong:
        print("fair-answer: after new runs: python -m experiments.study.page --write", file=sys.stderr)
        return 1
    print(f"Every figure of {options.page.name} is that of {len(finished)} finished runs.")
    return 0


def read_committed(question, folder):
    """Return the finished runs of a folder. Raises ValueError when they are of another question."""
    file = folder / "settings.json"
    if not file.exists():
        return []
    try:
        asked = json.loads(file.read_bytes())["question"]
    except (ValueError, KeyError, TypeError):
        raise ValueError(f"{file} can't be read as the settings of a study.") from None
    if asked != question.fingerprint:
        raise ValueError(f"{folder} holds results of another question ({asked}, not {question.fingerprint}).")
    return read_results(folder / "results.jsonl")


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


def filled(text, made):
    """Return the page with what was made in its places. Raises ValueError when the places are not those."""
    places = [name for _, name, _, _ in PART.findall(text)]
    if sorted(places) != sorted(made):
        raise ValueError(
            f"the page has places for {', '.join(places) or 'nothing'}, not for {', '.join(made)}."
        )
    return PART.sub(lambda match: match[1] + made[match[2]] + match[4], text)


def differences(text, made):
    """Return a sentence for what is not as the results give it, and for each figure elsewhere."""
    wrong = []
    for is_now, should in zip(text.splitlines(), filled(text, made).splitlines(), strict=False):
        if is_now != should:
            wrong.append(f"the page has\n    {is_now}\n  and the results give\n    {should}")
            break
    if not wrong and text != filled(text, made):
        wrong.append("the page has other lines than the results give.")
    for line in PART.sub("", text).splitlines():
        if re.search(r"\d\.\d|\d %|[+−±] ?\d", re.sub(r"arXiv:\S+|`[^`]*`|\([^)]*\)", "", line)):
            wrong.append(f"a figure stands where none is computed: {line}")
    return wrong


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
    with rc_context({"svg.hashsalt": "fair comparison"}):
        figure.savefig(file, format="svg", metadata=told)


if __name__ == "__main__":
    sys.exit(main())
