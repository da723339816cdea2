#!/usr/bin/env bash
# Packs your work for hand-in: the four modules with your code and the two notebooks, nothing else.
#
#   bash collect_submission.sh [NAME.zip]     (default: submission.zip, beside this script)
#
# It packs nothing and says why when a file is missing, a marker line was changed or a notebook is damaged. An older
# file of that name is kept as NAME.zip.bak-1, -2, ... Set PYTHON to choose the Python that it uses (3.9 or newer).
set -u

here=$(cd "$(dirname "$0")" && pwd) || exit 1
for python in ${PYTHON:+"$PYTHON"} ${VIRTUAL_ENV:+"$VIRTUAL_ENV/bin/python"} "$here/.venv/bin/python" python3 python; do
  if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 9))' 2>/dev/null; then break; fi
  python=
done
if [ -z "$python" ]; then
  echo "collect_submission.sh: no Python 3.9 or newer was found. Run 'make lab' once, or set PYTHON to its path." >&2
  exit 1
fi
exec "$python" -I -W ignore - "$here" "$@" <<'PROGRAM'
import ast
import hashlib
import json
import os
import re
import sys
import tempfile
import zipfile
from pathlib import Path

TASKS = "cs231n/todo.py"  # it names each task and the file that holds its block
NOTEBOOKS = ("notebooks/NetworkVisualization.ipynb", "notebooks/SelfSupervisedLearning.ipynb")
LANGUAGES = ("zh",)  # a notebook in one of them stands in for the English one when it holds more answers
LARGEST = {".py": 256, ".ipynb": 64 << 10}  # KiB; the grader reads no more
MANIFEST = "MANIFEST.sha256"  # in the zip; `sha256sum -c` reads it
START = "# *****START OF YOUR CODE (DO NOT DELETE/MODIFY THIS LINE)*****"
END = "# *****END OF YOUR CODE (DO NOT DELETE/MODIFY THIS LINE)*****"
DEFINITION = re.compile(r"\s*(?:class|def|async def)\s+(\w+)\s*[(:\[]")
QUESTION = re.compile(r"\*\*(?:Question|问题) ?(\d+)\.?\*\*")
# What an answer cell holds before it is written in, or a part of that which was left standing.
ANSWER = re.compile(
    r"\*\*Your answer:\*\*|\*double-click here and write over this line\.\*"
    r"|\*\*你的回答：\*\*|\*双击这里，用你的回答替换这一行。\*"
)
NOT_STARTED = "raise TaskNotStarted("
RESTORE = "Open and save it in Jupyter, or restore it"


def main(root, words):
    if any(word in ("-h", "--help") for word in words):
        print("usage: bash collect_submission.sh [NAME.zip]")
        return 0
    if len(words) > 1 or not all(word.endswith(".zip") for word in words):
        return complain(["give one file name that ends in .zip, or none"])
    target = Path(words[0]) if words else root / "submission.zip"
    if target.is_dir():
        return complain([f"{target} is a folder"])
    if not target.parent.is_dir():
        return complain([f"there is no folder {target.parent}"])

    contents, problems, warnings, unstarted = {}, [], [], []
    sources, others = {}, {}
    for name in NOTEBOOKS:
        sources[name], others[name] = chosen(root, name)
    try:
        modules = tasks_of((root / TASKS).read_text(encoding="utf-8"))
    except (OSError, ValueError, SyntaxError, StopIteration):
        return complain([f"{TASKS} is missing or damaged. Copy it back from the course's zip"])
    for name in (*modules, *NOTEBOOKS):
        try:
            contents[name] = (root / sources.get(name, name)).read_bytes()
        except OSError as error:
            missing = isinstance(error, FileNotFoundError)
            problems.append(f"{name} is missing" if missing else f"{name} can't be read ({error.strerror})")
            continue
        if len(contents[name]) > LARGEST[Path(name).suffix] << 10:
            remedy = " Clear the outputs of its cells and save it" if name in NOTEBOOKS else ""
            problems.append(f"{name} is larger than {LARGEST[Path(name).suffix]:,} KiB.{remedy}".rstrip("."))
    for name in [name for name in modules if name in contents]:
        found, misplaced = blocks(contents[name].decode("utf-8", errors="replace"))
        problems += [f"{name} {problem}" for problem in misplaced or compare(found, modules[name])]
        unstarted += [block for block, lines in found if any(line.startswith(NOT_STARTED) for line in lines)]
        broken = syntax_problems(contents[name])
        warnings += [f"{name} {problem}. As it is, none of its tasks can earn points" for problem in broken]
    for name in [name for name in NOTEBOOKS if name in contents]:
        problems += [f"{sources[name]} {problem}" for problem in notebook_problems(contents[name])]
    if problems:
        return complain(problems)

    contents[MANIFEST] = "".join(f"{sha256(data)}  {name}\n" for name, data in contents.items()).encode()
    write(target, contents)
    for name, data in contents.items():
        print(f"  {name:<42}{len(data):>9,} bytes  sha256 {sha256(data)[:12]}...")
    for name, source in sources.items():
        if source != name:
            print(f"{name} is your {source}, which holds more answers.")
        for other in others[name]:
            warnings.append(f"{other} holds answers too, and only those of {source} are packed")
    if unstarted:
        total = sum(map(len, modules.values()))
        names = ", ".join(name.partition(".")[0] for name in unstarted)
        print(f"Not started yet ({len(unstarted)} of {total} tasks): {names}")
    for name in NOTEBOOKS:
        if empty := [question for question, given in answers_in(contents[name]) if not given]:
            print(f"Without an answer in {sources[name]}: {', '.join(empty)}. Did you save it in Jupyter?")
    for warning in warnings:
        print(f"Warning: {warning}.")
    return 0


def tasks_of(text):
    """{file: the functions and classes that hold a block}, from the table TASK_FILES of a module."""
    tables = (node.value for node in ast.parse(text).body if isinstance(node, ast.Assign))
    table = next(ast.literal_eval(value) for value in tables if isinstance(value, ast.Dict))
    return {file: [task for task in table if table[task] == file] for file in dict.fromkeys(table.values())}


def blocks(text):
    """[(function, lines between its markers)] in order, and what is wrong with the order of the markers."""
    found, problems = [], []
    scope = []  # (indentation, name) of the classes and functions that are open at this line
    start = None  # (line number, indentation) of a START that has no END yet
    for number, line in enumerate(text.splitlines(), start=1):
        indent = len(line) - len(line.lstrip())
        if definition := DEFINITION.match(line):
            scope = [(at, name) for at, name in scope if at < indent] + [(indent, definition[1])]
            if start and indent < start[1]:
                problems.append(f"has a START OF YOUR CODE line ({start[0]}) without an END in its function")
                start = None
        elif line.strip() == START:
            if start:
                problems.append(
                    f"has a second START OF YOUR CODE line ({number}) before the END of {start[0]}"
                )
            start = (number, indent)
            found.append((".".join(name for at, name in scope if at < indent), []))
        elif line.strip() == END:
            if not start:
                problems.append(f"has an END OF YOUR CODE line ({number}) without a START in its function")
            start = None
        elif start:
            found[-1][1].append(line.strip())
    if start:
        problems.append(f"has a START OF YOUR CODE line ({start[0]}) without an END below it")
    return found, problems


def compare(found, expected):
    """Which functions lack their block, and which hold one that isn't theirs."""
    names = [name.partition(".")[0] for name, _ in found]
    lost = [name for name in expected if name not in names]
    twice = [name for name in expected if names.count(name) > 1]
    extra = [name or "no function" for name in names if name not in expected]
    problems = []
    if lost:
        problems.append(f"lacks the START and END OF YOUR CODE lines of {', '.join(lost)}")
    if twice:
        problems.append(f"has more than one pair of START and END OF YOUR CODE lines in {', '.join(twice)}")
    if extra:
        problems.append(f"has START and END OF YOUR CODE lines in {', '.join(extra)}, where none belong")
    return problems


def syntax_problems(data):
    try:
        ast.parse(data)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = f" (line {error.lineno})" if getattr(error, "lineno", None) else ""
        return [f"is not valid Python{line}"]
    return []


def notebook_problems(data):
    try:
        notebook = json.loads(data)
    except (ValueError, RecursionError) as error:
        return [f"is not a valid notebook ({str(error)[:80]}). {RESTORE}"]
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list) or not isinstance(notebook.get("nbformat"), int):
        return [f"is not a valid notebook (no nbformat or no cells). {RESTORE}"]
    if not all(isinstance(cell, dict) and {"cell_type", "source"} <= cell.keys() for cell in cells):
        return [f"is not a valid notebook (a cell has no type or no source). {RESTORE}"]
    return []


def chosen(root, name):
    """The notebook to pack under this name, of all languages the one with most answers, and others with any."""
    folder, _, file = name.rpartition("/")
    answers = {}
    for path in (name, *(f"{folder}/{language}/{file}" for language in LANGUAGES)):
        try:
            data = (root / path).read_bytes()
        except OSError:
            continue
        if notebook_problems(data):
            return path, []  # which is then said
        answers[path] = sum(given for _, given in answers_in(data))
    best = max(answers, key=answers.get, default=name)
    return best, [path for path, number in answers.items() if path != best and number]


def answers_in(data):
    """[(question, whether its answer cell holds anything of the student's)] of a notebook."""
    question, found = "a question", []
    for cell in json.loads(data)["cells"]:
        text = "".join(map(str, cell["source"])) if isinstance(cell["source"], (str, list)) else ""
        if asked := QUESTION.search(text):
            question = f"Question {asked[1]}"
        metadata = cell.get("metadata")
        tags = metadata.get("tags") if isinstance(metadata, dict) else None
        if isinstance(tags, list) and "answer" in tags:
            found.append((question, bool(ANSWER.sub("", text).strip())))
    return found


def write(target, contents):
    """Write the zip and say so. Equal contents give equal bytes, so an equal older file is left alone."""
    descriptor, beside = tempfile.mkstemp(dir=target.parent, prefix=target.name + ".", suffix=".part")
    try:
        with os.fdopen(descriptor, "wb") as file, zipfile.ZipFile(file, "w") as archive:
            for name, data in contents.items():
                member = zipfile.ZipInfo(name)  # dated 1980
                member.create_system, member.external_attr = 3, 0o100644 << 16
                archive.writestr(member, data, zipfile.ZIP_DEFLATED)
        os.chmod(beside, 0o644)
        if target.exists() and target.read_bytes() == Path(beside).read_bytes():
            print(f"{target} is up to date. It holds")
        elif target.exists():
            older = free_name(target)
            target.rename(older)
            os.replace(beside, target)
            print(f"Packed into {target} (the older one is now {older.name})")
        else:
            os.replace(beside, target)
            print(f"Packed into {target}")
    finally:
        if os.path.exists(beside):
            os.remove(beside)


def free_name(target):
    number = 1
    while (name := target.with_name(f"{target.name}.bak-{number}")).exists():
        number += 1
    return name


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def complain(problems):
    for problem in problems:
        print(f"collect_submission.sh: {problem}.", file=sys.stderr)
    print("collect_submission.sh: nothing was packed.", file=sys.stderr)
    return 1


try:
    status = main(Path(sys.argv[1]), sys.argv[2:])
except OSError as error:
    status = complain([f"{error.filename or 'the zip'} can't be written ({error.strerror})"])
sys.exit(status)
PROGRAM
