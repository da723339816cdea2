"""The right answers, as functions that the trusted process can call.

The package is composed with fill-ins in a temporary folder and imported under a name of its own, beside the
plain `cs231n` of the given code.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Callable, Mapping
from functools import cache
from types import ModuleType

from instructor.core.composition import Fillin, compose
from instructor.core.tasks import code_tasks, todo_modules
from instructor.sandbox.private import PrivateFolder


@cache
def reference() -> ModuleType:
    """The package with every reference fill-in, as the module `cs231n_reference`; made once a process."""
    return load({task.id: "reference" for task in code_tasks()}, "cs231n_reference")


def answer(task: str) -> Callable:
    """The reference's function of a task: `answer("sim")(a, b)`."""
    return function_of(reference(), task)


def function_of(package: ModuleType, task: str) -> Callable:
    """The function or class of a task in a package loaded by `load`."""
    module = next(each.module for each in code_tasks() if each.id == task)
    name = module.removesuffix(".py").replace("/", ".").removeprefix("cs231n")
    return getattr(sys.modules[package.__name__ + name], task)


def load(choice: Mapping[str, str | Fillin | None], name: str) -> ModuleType:
    """Compose the package with the chosen fill-ins and import it, all TODO modules included, as `name`.

    Only for the kit's own code: whatever is imported here runs in the trusted process. A package that was
    loaded as `name` before is replaced.
    """
    for old in [key for key in sys.modules if key == name or key.startswith(f"{name}.")]:
        del sys.modules[old]
    with PrivateFolder("fillins") as folder:
        root = compose(folder, choice)
        spec = importlib.util.spec_from_file_location(
            name, root / "__init__.py", submodule_search_locations=[str(root)]
        )
        package = importlib.util.module_from_spec(spec)
        sys.modules[name] = package
        spec.loader.exec_module(package)
        for path in todo_modules():
            importlib.import_module(name + path.removesuffix(".py").replace("/", ".").removeprefix("cs231n"))
    return package
