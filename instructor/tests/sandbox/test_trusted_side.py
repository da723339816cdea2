"""The trusted side never turns what comes from a student into code or objects of the student's making."""

import ast

import pytest

from instructor.core.tasks import ROOT

TRUSTED = [
    path
    for path in sorted((ROOT / "instructor").rglob("*.py"))
    if not {"tests", "attacks", "fillins"} & set(path.relative_to(ROOT).parts)
    and path.parent.name != "inside"
]
UNPICKLERS = {
    "pickle",
    "_pickle",
    "cPickle",
    "cloudpickle",
    "dill",
    "joblib",
    "marshal",
    "shelve",
    "jsonpickle",
}
CALLS = {"eval", "exec", "compile", "__import__", "torch.load", "numpy.load", "np.load", "runpy.run_path"}
IMPORTERS = {"importlib.import_module", "spec_from_file_location", "exec_module", "sys.path.insert"}
MAY_PICKLE = {
    "instructor/classroom/cluster.py": frozenset({"cloudpickle"})
}  # the kit's own function, for a worker
MAY_IMPORT = {  # what each of these imports is the kit's own
    "instructor/checks/reference.py",  # the reference, composed of the kit's files and fill-ins
    "instructor/checks/marking.py",  # the hidden checks, by the names in their folder
    "instructor/classroom/work.py",  # libraries, before a process forks
}


def findings(source: str, may_import: bool = False, allowed: frozenset[str] = frozenset()) -> list[str]:
    """The lines of a module that could run or build what a student made."""
    found = []
    for node in ast.walk(ast.parse(source)):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        if {name.partition(".")[0] for name in names} & (UNPICKLERS - allowed):
            found.append(f"line {node.lineno} imports {', '.join(names)}")
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        short = called.rpartition(".")[2]
        keywords = {each.arg: ast.unparse(each.value) for each in node.keywords}
        if called in CALLS and keywords.get("weights_only") != "True":
            found.append(f"line {node.lineno} calls {called}")
        if keywords.get("allow_pickle") == "True" or keywords.get("shell") == "True":
            found.append(f"line {node.lineno} calls {called} unsafely")
        if (called in IMPORTERS or short in IMPORTERS) and not may_import:
            found.append(f"line {node.lineno} calls {called}")
    return found


@pytest.mark.parametrize("path", TRUSTED, ids=lambda path: str(path.relative_to(ROOT / "instructor")))
def test_no_trusted_module_can_run_or_unpickle_what_a_student_made(path):
    name = str(path.relative_to(ROOT))
    allowed = MAY_PICKLE.get(name, frozenset())
    assert findings(path.read_text(encoding="utf-8"), name in MAY_IMPORT, allowed) == []


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "from dill import loads",
        "import torch\ntorch.load(path)",
        "torch.load(path, weights_only=False)",
        "np.load(path, allow_pickle=True)",
        "eval(answer)",
        "subprocess.run(answer, shell=True)",
        "importlib.import_module(answer)",
        "sys.path.insert(0, folder)",
        "spec.loader.exec_module(module)",
    ],
)
def test_the_search_finds_what_it_looks_for(source):
    assert findings(source)
