"""Where in a block a gradient could be lost: `.detach()` anywhere else gives the same code in other words."""

from __future__ import annotations

import ast
from collections.abc import Iterator

NUMBER, TENSOR, GRAPH = 0, 1, 2  # what a value can be: no tensor, one without a graph, one that may have one
GIVEN = {  # names of the tasks that hold no graph; any other name that a block does not assign may have one
    **dict.fromkeys(("x_i", "x_j", "X", "y"), TENSOR),  # views, images, labels
    **dict.fromkeys(("steps", "learning_rate", "l2_reg", "target_y", "tau", "N", "k"), NUMBER),
    **dict.fromkeys(("self", "torch", "F", "range", "device"), NUMBER),
}
GRADIENTS = "grad"  # torch.autograd.grad gives a tuple of them, which itself is no tensor
WITHOUT_GRAPH = {GRADIENTS, "transform", "eye", "zeros", "zeros_like", "argmax", "argmin", "detach"}


def without_graph(tree: ast.Module) -> set[ast.expr]:
    """The expressions of a block whose value is a tensor without a graph."""
    names: dict[str, int] = {}
    for _ in range(3):  # a name may be used, in a loop, above the line that assigns it
        for targets, value, quiet in _assignments(tree):
            found = min(_kind(value, names, quiet), TENSOR if quiet else GRAPH)
            for name in targets:
                names[name] = max(names.get(name, NUMBER), found)
    return {
        node
        for node, quiet in _walk(tree)
        if isinstance(node, ast.expr) and _kind(node, names, quiet) == TENSOR and _called(node) != GRADIENTS
    }


def _kind(node: ast.AST, names: dict[str, int], quiet: bool) -> int:
    """What the value of an expression can be; `quiet` is one that is computed under `torch.no_grad`."""
    if isinstance(node, ast.Name):
        return min(names.get(node.id, GIVEN.get(node.id, GRAPH)), TENSOR if quiet else GRAPH)
    if isinstance(node, ast.Call):
        called = _called(node)
        if called == "item":
            return NUMBER
        if called in WITHOUT_GRAPH:
            return TENSOR
        if called == "requires_grad_":
            return GRAPH
    parts = [_kind(each, names, quiet) for each in ast.iter_child_nodes(node)]
    return max(parts, default=NUMBER)


def _called(node: ast.AST) -> str:
    """The name of the function or method that a call calls, "" for anything else."""
    if not isinstance(node, ast.Call):
        return ""
    return node.func.attr if isinstance(node.func, ast.Attribute) else ast.unparse(node.func)


def _assignments(tree: ast.Module) -> Iterator[tuple[set[str], ast.expr, bool]]:
    """The names that each statement assigns, what it assigns, and whether under `torch.no_grad`."""
    for node, quiet in _walk(tree):
        if isinstance(node, ast.Assign):
            yield {name for target in node.targets for name in _stored(target)}, node.value, quiet
        elif isinstance(node, ast.For | ast.comprehension):
            yield _stored(node.target), node.iter, quiet


def _stored(target: ast.expr) -> set[str]:
    return {node.id for node in ast.walk(target) if isinstance(node, ast.Name)}


def _walk(node: ast.AST, quiet: bool = False) -> Iterator[tuple[ast.AST, bool]]:
    """Every node, and whether it stands under `torch.no_grad`."""
    yield node, quiet
    quiet = quiet or (isinstance(node, ast.With) and "no_grad" in ast.unparse(node.items[0]))
    for child in ast.iter_child_nodes(node):
        yield from _walk(child, quiet)
