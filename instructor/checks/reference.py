"""The right answers, as functions that the trusted process can call.

The package is imported under a name of its own, beside the plain `cs231n` of the given code: its TODO modules
are composed with fill-ins in memory, all others are the files as they are given.
"""

from __future__ import annotations

import ast
import importlib
import importlib.abc
import importlib.util
import sys
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from importlib.machinery import ModuleSpec
from types import CodeType, ModuleType

from instructor.core.composition import PACKAGE, Fillin, filled
from instructor.core.tasks import code_tasks, todo_modules


@cache
def reference() -> ModuleType:
    """The package with every reference fill-in, as the module `cs231n_reference`; made once a process."""
    return load({task.id: "reference" for task in code_tasks()}, "cs231n_reference")


def answer(task: str) -> Callable:
    """The reference's function of a task: `answer("sim")(a, b)`."""
    return function_of(reference(), task)


def function_of(package: ModuleType, task: str) -> Callable:
    """The function or class of a task in a package loaded by `load`."""
    path = next(each.module for each in code_tasks() if each.id == task)
    return getattr(sys.modules[module_of(package.__name__, path)], task)


def load(choice: Mapping[str, str | Fillin | None], name: str) -> ModuleType:
    """Compose the package with the chosen fill-ins and import it, all TODO modules included, as `name`.

    Only for the kit's own code: whatever is imported here runs in the trusted process. A package that was
    loaded as `name` before is replaced.
    """
    texts = {module_of(name, path): text for path, text in filled(choice).items()}
    unload(name)
    _FILLED.sources |= texts
    if _FILLED not in sys.meta_path:
        sys.meta_path.insert(0, _FILLED)
    spec = importlib.util.spec_from_file_location(
        name, PACKAGE / "__init__.py", submodule_search_locations=[str(PACKAGE)]
    )
    package = importlib.util.module_from_spec(spec)
    sys.modules[name] = package
    spec.loader.exec_module(package)
    for path in todo_modules():
        importlib.import_module(module_of(name, path))
    return package


def unload(name: str) -> None:
    """Forget a package loaded by `load`; nothing happens when there is none."""
    for known in (sys.modules, _FILLED.sources):
        for old in [key for key in known if key == name or key.startswith(f"{name}.")]:
            del known[old]


def module_of(package: str, path: str) -> str:
    """The module of a file of the package: "cs231n/simclr/utils.py" is `package`.simclr.utils."""
    return package + path.removesuffix(".py").replace("/", ".").removeprefix("cs231n")


class _Filled(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Finds and loads the TODO modules of loaded packages: `sources` has their text by full name."""

    def __init__(self) -> None:
        self.sources: dict[str, str] = {}

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """The spec of a module that is composed, with a file name of its own, else None."""
        if fullname not in self.sources:
            return None
        spec = importlib.util.spec_from_loader(fullname, self, origin=_file_name(fullname))
        spec.has_location = True  # checks look for functions by the file that they are of
        return spec

    def get_source(self, fullname: str) -> str:
        """The text, also for tracebacks. Raises ImportError where there is none any more."""
        if fullname not in self.sources:
            raise ImportError(f"{fullname} is not loaded", name=fullname)
        return self.sources[fullname]

    def get_code(self, fullname: str) -> CodeType:
        """The compiled text."""
        return self.source_to_code(_parsed(self.get_source(fullname)), _file_name(fullname))


_FILLED = _Filled()


def _file_name(module: str) -> str:
    return f"filled/{module.replace('.', '/')}.py"


@lru_cache(maxsize=512)  # a diagnosis loads the same files again and again
def _parsed(source: str) -> ast.Module:
    return ast.parse(source)
