"""Mutants of a piece of code: the same code with one small change, by operators over its syntax tree."""

from __future__ import annotations

import ast
import copy
import difflib
from collections.abc import Iterator

from instructor.core.composition import Fillin, fillins
from instructor.verify.graphs import without_graph

SWAPPED = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.Pow: ast.Mult,
    ast.MatMult: ast.Mult,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
}
METHODS = {
    "amax": "amin",
    "sum": "mean",
    "mean": "sum",
    "argmax": "argmin",
    "logsumexp": "sum",
    "log": "exp",
    "exp": "log",
}
LIKE = (  # names that stand for things of one kind, so that one can be taken for another
    {"out_left", "out_right"},
    {"x_i", "x_j"},
    {"z_i", "z_j"},
    {"z_k", "z_k_N"},
    {"left", "right"},
    {"numerator", "denominator_left", "denominator_right"},
    {"l2_reg", "learning_rate"},
    {"k", "N"},
)
Change = Iterator[ast.AST | list | None]


def mutants(task: str) -> list[Fillin]:
    """Every mutant of the task's reference, named by its number; the sentence says what was changed."""
    reference = fillins(task)["reference"]
    tree = ast.parse(reference.body)
    before = ast.unparse(tree)
    bodies = dict.fromkeys(body for body in _bodies(tree) if body != before)
    return [
        Fillin(task, f"mutant_{number}", "mutant", _change(before, body), body)
        for number, body in enumerate(bodies, 1)
    ]


def _bodies(tree: ast.Module) -> Iterator[str]:
    """The source of each mutant: every operator at every node."""
    without = without_graph(tree)
    for index, node in enumerate(ast.walk(tree)):
        for operator in (_statement, _operation, _constant, _call, _name, _items, _detached):
            if (operator is _detached and node in without) or (
                operator is _call and _detaches(node, without)
            ):
                continue  # no gradient is lost or kept
            for version in range(len(list(operator(node)))):
                mutant = copy.deepcopy(tree)
                place = list(ast.walk(mutant))[index]
                _put(mutant, place, list(operator(place))[version])
                try:
                    source = ast.unparse(ast.fix_missing_locations(mutant))
                    ast.parse(source)
                except (SyntaxError, ValueError):
                    continue
                yield source


def _statement(node: ast.AST) -> Change:
    """Leave a statement out; go on instead of stopping; take away instead of adding."""
    if isinstance(node, ast.Expr | ast.AugAssign | ast.Break | ast.Delete):
        yield ast.Pass()
    if isinstance(node, ast.Break):
        yield ast.Continue()
    if isinstance(node, ast.With):
        yield node.body
    if isinstance(node, ast.AugAssign) and type(node.op) in SWAPPED:
        yield ast.AugAssign(node.target, SWAPPED[type(node.op)](), node.value)
    if isinstance(node, ast.AugAssign):
        load = ast.Name(node.target.id, ast.Load()) if isinstance(node.target, ast.Name) else node.target
        yield ast.Assign([node.target], ast.BinOp(load, node.op, node.value))


def _operation(node: ast.AST) -> Change:
    """Another operator, or one side alone."""
    if isinstance(node, ast.BinOp):
        if type(node.op) in SWAPPED:
            yield ast.BinOp(node.left, SWAPPED[type(node.op)](), node.right)
        yield node.left
        yield node.right
    if isinstance(node, ast.UnaryOp):
        yield node.operand
    if isinstance(node, ast.Compare) and type(node.ops[0]) in SWAPPED:
        yield ast.Compare(node.left, [SWAPPED[type(node.ops[0])](), *node.ops[1:]], node.comparators)
    if isinstance(node, ast.comprehension) and node.ifs:
        yield ast.comprehension(node.target, node.iter, [], node.is_async)


def _constant(node: ast.AST) -> Change:
    """Another number, the other truth value."""
    if isinstance(node, ast.Constant):
        value = node.value
        if isinstance(value, bool):
            yield ast.Constant(not value)
        elif isinstance(value, int):
            yield from (ast.Constant(other) for other in {value + 1, value - 1, 0} - {value})
        elif isinstance(value, float):
            yield from (ast.Constant(other) for other in (value * 2, value / 2))


def _call(node: ast.AST) -> Change:
    """A method left out or another one, an argument left out, two arguments exchanged."""
    if not isinstance(node, ast.Call):
        return
    if isinstance(node.func, ast.Attribute):
        if not (isinstance(node.func.value, ast.Name) and node.func.value.id in ("torch", "F", "transforms")):
            yield node.func.value
        elif len(node.args) == 1:
            yield node.args[0]
        if node.func.attr in METHODS:
            other = ast.Attribute(node.func.value, METHODS[node.func.attr], ast.Load())
            yield ast.Call(other, node.args, node.keywords)
    for k in range(len(node.keywords)):
        yield ast.Call(node.func, node.args, node.keywords[:k] + node.keywords[k + 1 :])
    if len(node.args) > 1:
        yield ast.Call(node.func, [node.args[1], node.args[0], *node.args[2:]], node.keywords)


def _name(node: ast.AST) -> Change:
    """A name taken for another of its kind."""
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        for kind in LIKE:
            if node.id in kind:
                yield from (ast.Name(other, ast.Load()) for other in sorted(kind - {node.id}))


def _items(node: ast.AST) -> Change:
    """A list with an item left out, or two neighbors exchanged."""
    if isinstance(node, ast.List) and isinstance(node.ctx, ast.Load) and len(node.elts) > 1:
        for k in range(len(node.elts)):
            yield ast.List(node.elts[:k] + node.elts[k + 1 :], ast.Load())
        for k in range(len(node.elts) - 1):
            swapped = [*node.elts[:k], node.elts[k + 1], node.elts[k], *node.elts[k + 2 :]]
            yield ast.List(swapped, ast.Load())


def _detached(node: ast.AST) -> Change:
    """A value through which no gradient flows."""
    if isinstance(node, ast.BinOp | ast.Call) or (isinstance(node, ast.Name) and _is_read(node)):
        yield ast.Call(ast.Attribute(node, "detach", ast.Load()), [], [])


def _detaches(node: ast.AST, without: set[ast.expr]) -> bool:
    """Whether this is `.detach()` of a value without a graph."""
    called = node.func if isinstance(node, ast.Call) else None
    return isinstance(called, ast.Attribute) and called.attr == "detach" and called.value in without


def _is_read(name: ast.Name) -> bool:
    return isinstance(name.ctx, ast.Load) and any(name.id in kind for kind in LIKE[:6])


def _put(tree: ast.AST, place: ast.AST, new: ast.AST | list) -> None:
    """Replace a node of the tree."""
    for parent in ast.walk(tree):
        for field, value in ast.iter_fields(parent):
            if value is place:
                setattr(parent, field, new)
                return
            if isinstance(value, list) and any(each is place for each in value):
                k = next(k for k, each in enumerate(value) if each is place)
                value[k : k + 1] = new if isinstance(new, list) else [new]
                return


def _change(before: str, after: str) -> str:
    """The lines that differ, as `old → new`."""
    lines = list(difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm=""))[2:]
    old, new = ("; ".join(line[1:].strip() for line in lines if line[0] == sign) for sign in "-+")
    return f"{old or 'nothing'} → {new or 'nothing'}"
