"""What in a file would not run where it is graded: imports and devices that are not there (given).

Needs nothing but Python, 3.9 or newer: `submit` reads it.
"""

import ast
import re
import sys

DEVICE = re.compile(r"(cuda|mps|xpu|hpu)(:\d+)?")
METHODS = ("cuda", "xpu", "hpu")
PAGE = "docs/student.md"


def complaints(source, module, imports, given):
    """Return a sentence without its point for each import and each device that the grader lacks.

    `source` is the text or bytes of the file that is imported as `module`, `imports` are names of packages
    that the grader has beside Python's own, `given` those of the course's modules. Raises what `ast.parse`
    does.
    """
    tree = ast.parse(source)
    return [*_imports(tree, module, set(imports), set(given)), *_devices(tree)]


def _imports(tree, module, imports, given):
    own = getattr(sys, "stdlib_module_names", None)  # from Python 3.10 on
    found = {}
    for name, line in _imported(tree, module):
        package = name.partition(".")[0]
        if package == module.partition(".")[0]:
            if not _is_given(name, given):
                found.setdefault(name, f"imports {name} (line {line}), which is neither given nor handed in")
        elif own is not None and package not in own and package not in imports:
            told = f"imports {package} (line {line}), which the grader lacks: {PAGE} says what it has"
            found.setdefault(package, told)
    return list(found.values())


def _imported(tree, module):
    """The full name of everything that is imported, and the line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            above = module.split(".")[: -node.level] if node.level else []
            start = ".".join([*above, *([node.module] if node.module else [])])
            if node.module:
                yield start, node.lineno
            else:
                for alias in node.names:  # from . import name: a module, or a name of the package itself
                    yield f"{start}.{alias.name}", node.lineno


def _is_given(name, given):
    """Whether a name is a module of the course's, or something in one that is no folder."""
    above = name.rpartition(".")[0]
    return name in given or (above in given and not any(each.startswith(above + ".") for each in given))


def _devices(tree):
    """Devices that are named outright, and not as in `"cuda" if torch.cuda.is_available() else "cpu"`."""
    found = {}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in METHODS and isinstance(node.func, ast.Attribute):
            found.setdefault(f".{name}()", node.lineno)
        for value in [*node.args, *(each.value for each in node.keywords if each.arg == "device")]:
            text = value.value if isinstance(value, ast.Constant) else None
            takes = name in ("to", "device") or value not in node.args
            if takes and isinstance(text, str) and DEVICE.fullmatch(text):
                found.setdefault(f'"{text}"', node.lineno)
    return [
        f"names the device {what} (line {line}), which the grader lacks: stay on that of what you are given"
        for what, line in found.items()
    ]
