"""The house stands as docs/design.md draws it: what is below knows nothing of what is above."""

import ast
import sys
from collections import defaultdict
from functools import cache

from instructor.core.tasks import ROOT

HOUSE = ROOT / "instructor"
FLOORS = ("core", "sandbox", "checks", "diagnosis", "grading", "verify", "classroom", "release", "attacks")
FLOORS += ("golden", "cli", "__main__")  # from the bottom up
APART = (
    "sandbox/inside",
    "release/update/in_zip",
)  # run elsewhere, and import themselves alone
DATA = ("tests", "fillins", "attacks/collection", "attacks/weak")
KNOWN: set[str] = set()  # what still runs upward
SAME_NAME: dict[str, str] = {}  # a name of several modules, and why
STANDARD: dict[str, str] = {}  # a name of a module of the standard library, and why
FILES = 198  # Python files of the instructor's side; one more is a decision, and so is one less


@cache
def modules():
    """The code of every module of the instructor's side but data and tests, by its path in instructor/."""
    paths = {path.relative_to(HOUSE).as_posix(): path for path in HOUSE.rglob("*.py")}
    there = {
        name: path for name, path in paths.items() if not name.startswith(tuple(f"{each}/" for each in DATA))
    }
    return {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in sorted(there.items())}


def imported(name, tree):
    """What a module imports anywhere in it, within functions too, as dotted names."""
    package = ["instructor", *name.split("/")[:-1]]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) + 1 - node.level] if node.level else []
            start = ".".join([*above, *([node.module] if node.module else [])])
            yield from (f"{start}.{alias.name}" for alias in node.names)


def floor(name):
    return FLOORS.index(name.removesuffix(".py").split("/")[0])


def test_no_import_runs_upward():
    upward = set()
    for name, tree in modules().items():
        if name == "__init__.py":
            continue
        for target in imported(name, tree):
            parts = target.split(".")
            if parts[0] == "instructor" and len(parts) > 1 and floor(parts[1]) > floor(name):
                upward.add(f"{name} → {parts[1]}")
    assert upward == KNOWN


def test_what_runs_elsewhere_needs_nothing_of_the_instructors_side():
    own = {folder: f"instructor.{folder.replace('/', '.')}" for folder in APART}
    strangers = [
        f"{name}: {target}"
        for name, tree in modules().items()
        for folder in APART
        if name.startswith(f"{folder}/")
        for target in imported(name, tree)
        if target.startswith("instructor") and not target.startswith(own[folder])
    ]
    assert strangers == []


def test_no_two_modules_have_one_name_and_none_has_that_of_the_standard_library():
    places = defaultdict(list)
    for name in modules():
        places[name.rpartition("/")[2].removesuffix(".py")].append(name)
    names = set(places) - {"__init__", "__main__"}
    assert {name: places[name] for name in names if len(places[name]) > 1 and name not in SAME_NAME} == {}
    assert {name: places[name] for name in names & sys.stdlib_module_names if name not in STANDARD} == {}


def test_every_package_says_what_it_is():
    folders = {name.rpartition("/")[0] for name in modules()}
    docs = {
        folder: ast.get_docstring(modules().get(f"{folder}/__init__.py".lstrip("/"), ast.Module([], [])))
        for folder in folders
    }
    assert [folder for folder, doc in docs.items() if not doc] == []


def test_the_number_of_files_is_a_decision():
    assert len(modules()) == FILES


def test_the_list_of_exceptions_holds_none_without_need():
    counted = defaultdict(int)
    for name in modules():
        counted[name.rpartition("/")[2].removesuffix(".py")] += 1
    assert [name for name in SAME_NAME if counted[name] < 2] == []
    assert [name for name in STANDARD if name not in counted] == []
