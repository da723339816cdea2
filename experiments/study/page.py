"""The figures of docs/fair_comparison.md from the committed results: printed, compared or written.

    python -m experiments.study.page            # make fair-answer
    python -m experiments.study.page --write    # after new runs

What stands between `<!-- fair-answer: NAME -->` and `<!-- end -->` is made here; the other text holds no
figure.
"""

import argparse
import json
import re
import sys
from pathlib import Path

from .contrast import FILE, read_question
from .picture import draw, stale_picture
from .results import read_results, write_whole
from .tables import parts

ROOT = Path(__file__).parents[2]
RESULTS = Path(__file__).parents[1] / "fair_comparison"
PAGE, PICTURE = ROOT / "docs" / "fair_comparison.md", ROOT / "docs" / "pictures" / "fair_comparison.svg"
PART = re.compile(r"(<!-- fair-answer: (\w+) -->\n)(.*?)(<!-- end -->)", re.DOTALL)


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


if __name__ == "__main__":
    sys.exit(main())
