"""Packs submission.zip: the files with your code and the notebooks, as tasks.json lists them (given).

`collect_submission.sh` finds a Python for it. Needs nothing but Python, 3.9 or newer.
"""

import ast
import contextlib
import hashlib
import json
import os
import sys
import tempfile
import warnings
import zipfile
from pathlib import Path

from .answer_cells import answers_in, chosen, notebook_problems
from .blocks import BROKEN, Module
from .portable import complaints

PROGRAM = "collect_submission.sh"  # what a student has called
TABLE = "cs231n/tasks.json"
LARGEST = {".py": 256, ".ipynb": 64 << 10}  # KiB; the grader reads no more
DATE = (2026, 1, 1, 0, 0, 0)  # of all files in the zip, so that equal work gives equal bytes
MANIFEST = "MANIFEST.sha256"  # in the zip; `sha256sum -c` reads it
HELP_USED = "help_used.txt"  # in the folder and in the zip: what help was used, in the student's words
HELP_OPTION, HELP_LONGEST = "--help-used", 4000
NO_HELP = "none"
ASKED = """\
Which help did you use: people, web pages, an assistant, and for what? One line; it lowers no grade.
{}> """
NOT_STARTED = "raise TaskNotStarted("


class NotPackedError(Exception):
    """Nothing was packed; its argument is a list of sentences without their last point."""


def main(words, root=None):
    """Pack the folder `root` into the zip that `words` name, or into its submission.zip.

    Prints what was packed and what is still empty, or on stderr why nothing was, and returns 0 or 1 for the
    exit status. An older file of that name is kept as NAME.zip.bak-1, -2, ...
    """
    if any(word in ("-h", "--help") for word in words):
        print(f'usage: bash {PROGRAM} [NAME.zip] [{HELP_OPTION} "what help you used"]')
        return 0
    root = Path(__file__).parents[1] if root is None else root
    try:
        words, told = _own_work(words)
        said = _pack(root, words, told)
    except NotPackedError as error:
        return _complain(error.args[0])
    except OSError as error:
        return _complain([f"{error.filename or 'the zip'} can't be written ({error.strerror})"])
    for line in said:
        print(line)
    return 0


def _pack(root, words, told):
    """Write the zip and return the lines to print. `told` is what was said of help on the command line."""
    target = _target(root, words)
    tasks, packed, notebooks, portable = _table(root)
    sources, others = {}, {}
    for name, languages in notebooks.items():
        sources[name], others[name] = chosen(root, name, languages)
    contents, problems = _read(root, packed, sources)
    unstarted, warned = [], []
    for file in [name for name in contents if name not in notebooks]:
        blocks = {task: entry["block"] for task, entry in tasks.items() if entry["file"] == file}
        module = Module(contents[file].decode("utf-8", errors="replace"))
        problems += [f"{file} {problem}" for problem in module.problems or misplaced(module, blocks.values())]
        unstarted += [task for task, block in blocks.items() if _is_unstarted(module, block)]
        broken = [f"{file} {problem}" for problem in _syntax_problems(contents[file])]
        warned += [f"{problem}. As it is, none of its tasks can earn points" for problem in broken]
        if not broken and portable:
            module = file.removesuffix(".py").replace("/", ".")
            warned += [f"{file} {told_of}" for told_of in complaints(contents[file], module, *portable)]
    for name in [name for name in notebooks if name in contents]:
        problems += [f"{sources[name]} {problem}" for problem in notebook_problems(contents[name])]
    if problems:
        raise NotPackedError(problems)

    declared = _declared(root, told)
    if declared:
        contents[HELP_USED] = f"{declared}\n".encode()
    manifest = "".join(f"{_sha256(data)}  {name}\n" for name, data in contents.items())
    said = [_write(target, {**contents, MANIFEST: manifest.encode()})]
    for name, data in [*contents.items(), (MANIFEST, manifest.encode())]:
        said.append(f"  {name:<42}{len(data):>9,} bytes  sha256 {_sha256(data)[:12]}...")
    for name, source in sources.items():
        if source != name:
            said.append(f"{name} is your {source}, which holds more answers.")
        for other in others[name]:
            warned.append(f"{other} holds answers too, and only those of {source} are packed")
    if unstarted:
        said.append(f"Not started yet ({len(unstarted)} of {len(tasks)} tasks): {', '.join(unstarted)}")
    for name in notebooks:
        if empty := [question for question, given in answers_in(contents[name]) if not given]:
            said.append(
                f"Without an answer in {sources[name]}: {', '.join(empty)}. Did you save it in Jupyter?"
            )
    if declared:
        said.append(f"Help used, as you say in {HELP_USED}: {declared}")
    else:
        said.append(
            f'Nothing is said of help used: run this in a terminal, or give {HELP_OPTION} "what it was".'
        )
    return said + [f"Warning: {warning}." for warning in warned]


def _own_work(words):
    """The words without what --help-used says, and that; None where it is not given."""
    rest, told = [], None
    words = list(words)
    while words:
        word = words.pop(0)
        if word == HELP_OPTION:
            if not words:
                raise NotPackedError([f'{HELP_OPTION} has to be followed by a text, or by "{NO_HELP}"'])
            told = words.pop(0)
        elif word.startswith(HELP_OPTION + "="):
            told = word.partition("=")[2]
        else:
            rest.append(word)
    return rest, told


def _declared(root, told):
    """What the student says of help used: on the command line, in the terminal, or before, in help_used.txt.

    It is asked for only where somebody can answer; "" where nothing is said.
    """
    file = root / HELP_USED
    try:
        before = _one_line(file.read_text(encoding="utf-8", errors="replace"))
    except OSError:
        before = ""
    if told is None and not os.environ.get("CI") and _is_terminal(sys.stdin) and _is_terminal(sys.stdout):
        kept = f"Enter keeps: {before}" if before else f"Enter says: {NO_HELP}"
        with contextlib.suppress(EOFError):
            told = input(ASKED.format(f"{kept}\n")) or before or NO_HELP
    declared = before if told is None else _one_line(told)
    if declared and declared != before:
        file.write_text(f"{declared}\n", encoding="utf-8")
    return declared


def _is_terminal(stream):
    return stream is not None and stream.isatty()


def _one_line(text):
    return " ".join(text.split())[:HELP_LONGEST]


def _target(root, words):
    if len(words) > 1 or not all(word.endswith(".zip") for word in words):
        raise NotPackedError(["give one file name that ends in .zip, or none"])
    target = Path(words[0]) if words else root / "submission.zip"
    if target.is_dir():
        raise NotPackedError([f"{target} is a folder"])
    if not target.parent.is_dir():
        raise NotPackedError([f"there is no folder {target.parent}"])
    return target


def _table(root):
    """The tasks with a block, the files to pack, {notebook: its languages beside English}, what is there.

    The last, names that can be imported where it is graded, is empty in a table of an older release.
    """
    try:
        table = json.loads((root / TABLE).read_text(encoding="utf-8"))
        tasks = {task: entry for task, entry in table["tasks"].items() if "block" in entry}
        tasks = {task: {key: str(entry[key]) for key in ("file", "block")} for task, entry in tasks.items()}
        notebooks = {name: list(entry["languages"]) for name, entry in table["notebooks"].items()}
        portable = [table["imports"], table["given"]] if "given" in table else []
        return tasks, [str(name) for name in table["packed"]], notebooks, portable
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise NotPackedError([f"{TABLE} is missing or damaged. Copy it back from the course's zip"]) from None


def _read(root, packed, sources):
    """{name: the file's bytes}, and what is wrong with those that can't be had."""
    contents, problems = {}, []
    for name in packed:
        try:
            contents[name] = (root / sources.get(name, name)).read_bytes()
        except OSError as error:
            missing = isinstance(error, FileNotFoundError)
            problems.append(f"{name} is missing" if missing else f"{name} can't be read ({error.strerror})")
            continue
        largest = LARGEST[".ipynb" if name in sources else ".py"]
        if len(contents[name]) > largest << 10:
            remedy = ". Clear the outputs of its cells and save it" if name in sources else ""
            problems.append(f"{name} is larger than {largest:,} KiB{remedy}")
    return contents, problems


def misplaced(module, expected):
    """Return which of the functions `expected` lack their block, and which others hold one, in sentences."""
    lost = [name for name in expected if not module.inside(name)]
    twice = [name for name in expected if len(module.inside(name)) > 1]
    known = [block for name in expected for block in module.inside(name)]
    extra = [block.name or "no function" for block in module.blocks if block not in known]
    problems = []
    if lost:
        problems.append(f"lacks the START and END OF YOUR CODE lines of {', '.join(lost)}")
    if twice:
        problems.append(f"has more than one pair of START and END OF YOUR CODE lines in {', '.join(twice)}")
    if extra:
        problems.append(f"has START and END OF YOUR CODE lines in {', '.join(extra)}, where none belong")
    return problems


def _is_unstarted(module, name):
    lines = [line for block in module.inside(name) for line in module.code(block)]
    return any(line.startswith(NOT_STARTED) for line in lines)


def _syntax_problems(data):
    """As the grader will find them: of the bytes, whose encoding counts too."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(data)
    except BROKEN as error:
        line = f" (line {error.lineno})" if getattr(error, "lineno", None) else ""
        return [f"is not valid Python{line}"]
    return []


def _write(target, contents):
    """Write the zip and return what to say. Equal contents give equal bytes, so an equal older file stays."""
    descriptor, beside = tempfile.mkstemp(dir=target.parent, prefix=target.name + ".", suffix=".part")
    try:
        with os.fdopen(descriptor, "wb") as file, zipfile.ZipFile(file, "w") as archive:
            for name, data in contents.items():
                member = zipfile.ZipInfo(name, DATE)
                member.create_system, member.external_attr = 3, 0o100644 << 16
                archive.writestr(member, data, zipfile.ZIP_DEFLATED)
        os.chmod(beside, 0o644)
        if target.exists() and target.read_bytes() == Path(beside).read_bytes():
            return f"{target} is up to date. It holds"
        if target.exists():
            older = _free_name(target)
            target.rename(older)
            os.replace(beside, target)
            return f"Packed into {target} (the older one is now {older.name})"
        os.replace(beside, target)
        return f"Packed into {target}"
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.remove(beside)


def _free_name(target):
    number = 1
    while (name := target.with_name(f"{target.name}.bak-{number}")).exists():
        number += 1
    return name


def _sha256(data):
    return hashlib.sha256(data).hexdigest()


def _complain(problems):
    for problem in problems:
        print(f"{PROGRAM}: {problem}.", file=sys.stderr)
    print(f"{PROGRAM}: nothing was packed.", file=sys.stderr)
    return 1
