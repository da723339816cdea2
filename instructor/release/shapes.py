"""Code with the names of its variables taken away: what remains of an answer after it was disguised."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache

from instructor.core.composition import fillins
from instructor.core.tasks import code_tasks

Shape = tuple[tuple[str, ...], str]  # the kinds of the statements, and what they do
NODES = 25  # a smaller answer has the shape of much ordinary code


@cache
def answers() -> dict[Shape, str]:
    """The shapes, with their files, of all right answers large enough to be told from ordinary code."""
    found = {}
    for task in code_tasks():
        for name, fillin in fillins(task.id).items():
            body = ast.parse(fillin.body).body
            if fillin.kind != "wrong" and sum(1 for node in body for _ in ast.walk(node)) >= NODES:
                found[shape(body)] = f"instructor/fillins/{task.id}/{name}.py"
    return found


def disguised(module: ast.Module) -> Iterator[str]:
    """The files of the answers that stand somewhere in the code, whatever its variables are called."""
    kinds = {key[0] for key in answers()}
    for node in ast.walk(module):
        for body in (getattr(node, field, None) for field in ("body", "orelse", "finalbody")):
            for length in {len(kind) for kind in kinds} if isinstance(body, list) else ():
                for start in range(len(body) - length + 1):
                    run = body[start : start + length]
                    if _kind(run) in kinds and (source := answers().get(shape(run))):
                        yield source


def shape(statements: list[ast.stmt]) -> Shape:
    """The statements with each variable named by the place of its first use; attributes keep their names."""
    names: dict[str, str] = {}
    dumps = []
    for statement in statements:
        copy = ast.parse(ast.unparse(statement))  # without positions and parentheses
        for node in ast.walk(copy):
            if isinstance(node, ast.Name):
                node.id = names.setdefault(node.id, f"v{len(names)}")
            elif isinstance(node, ast.arg):
                node.arg = names.setdefault(node.arg, f"v{len(names)}")
            elif isinstance(node, ast.FunctionDef):
                node.name = names.setdefault(node.name, f"v{len(names)}")
        dumps.append(ast.dump(copy))
    return _kind(statements), "\n".join(dumps)


def _kind(statements: list[ast.stmt]) -> tuple[str, ...]:
    return tuple(type(statement).__name__ for statement in statements)
