"""Exact plain values as trees of JSON, with their tensors aside; and back, trusting nothing.

None, truth values, whole numbers, floats, texts, lists, tuples, dicts, tensors and recipes cross, and nothing
else. A tree holds tensors by number; each number must be used exactly once.
"""

from __future__ import annotations

import torch

from .bounds import Bounds
from .recipes import Recipe

DTYPES = frozenset(
    {torch.bool, torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64}
    | {torch.float16, torch.bfloat16, torch.float32, torch.float64}
)


class WireError(Exception):
    """A frame that is malformed, oversized, late or not an answer to the question asked."""


class CannotCross(TypeError):  # noqa: N818
    """A value of a type or size that the wire does not carry; the message names the type."""


def encode(value: object, bounds: Bounds) -> tuple[object, list[torch.Tensor]]:
    """The tree of a value, and copies of its tensors. Raises CannotCross."""
    encoder = _Encoder(bounds)
    return encoder.tree(value, 0), encoder.tensors


def decode(tree: object, tensors: list[torch.Tensor], bounds: Bounds) -> object:
    """The value of a tree. Raises WireError for anything that `encode` does not make."""
    decoder = _Decoder(tensors, bounds)
    value = decoder.value(tree, 0)
    if len(decoder.used) != len(tensors):
        raise WireError("a frame carries tensors that its value does not name")
    return value


class _Walker:
    """Bounds the number of nodes and the depth of a tree while it is walked."""

    error: type[Exception]

    def __init__(self, bounds: Bounds) -> None:
        self.bounds, self.left = bounds, bounds.nodes

    def enter(self, depth: int) -> None:
        self.left -= 1
        if self.left < 0 or depth > self.bounds.depth:
            raise self.error("a value with too many parts or nested too deeply")


class _Encoder(_Walker):
    error = CannotCross

    def __init__(self, bounds: Bounds) -> None:
        super().__init__(bounds)
        self.tensors: list[torch.Tensor] = []
        self.bytes = 0

    def tree(self, value: object, depth: int) -> object:
        self.enter(depth)
        if value is None or value is True or value is False:
            return value
        if isinstance(value, torch.Tensor):
            self.tensors.append(self.plain(value))
            return {"x": len(self.tensors) - 1, "g": bool(value.requires_grad)}
        if isinstance(value, int):
            if not -(2**63) <= value < 2**63:
                raise CannotCross("a whole number beyond 64 bits")
            return int(value)
        if isinstance(value, float):
            return {"f": float(value).hex()}
        if isinstance(value, str):
            if len(value) > self.bounds.text:
                raise CannotCross(f"a text of {len(value):,} characters")
            return value.encode("utf-8", "replace").decode("utf-8")
        if isinstance(value, list | tuple):
            kind = "t" if isinstance(value, tuple) else "l"
            return {kind: [self.tree(part, depth + 1) for part in value]}
        if isinstance(value, dict):
            return {"d": [[self.tree(part, depth + 1) for part in pair] for pair in value.items()]}
        if isinstance(value, Recipe):
            return {"r": value.name, "k": self.tree(dict(value.kwargs), depth + 1)}
        raise CannotCross(_describe(value))

    def plain(self, tensor: torch.Tensor) -> torch.Tensor:
        """A dense copy on the CPU that shares no memory with another tensor."""
        if tensor.layout is not torch.strided or tensor.is_meta or tensor.is_quantized:
            raise CannotCross("a tensor that is not dense (sparse, quantized or without data)")
        if tensor.dtype not in DTYPES:
            raise CannotCross(f"a tensor of type {str(tensor.dtype).removeprefix('torch.')}")
        if tensor.dim() > self.bounds.dimensions:
            raise CannotCross(f"a tensor of {tensor.dim()} dimensions")
        self.bytes += tensor.numel() * tensor.element_size()
        if self.bytes > self.bounds.body_bytes:
            raise CannotCross(f"a tensor of shape {tuple(tensor.shape)}, which is too large")
        if len(self.tensors) >= self.bounds.tensors:
            raise CannotCross("too many tensors")
        return tensor.detach().as_subclass(torch.Tensor).cpu().clone(memory_format=torch.contiguous_format)


class _Decoder(_Walker):
    error = WireError

    def __init__(self, tensors: list[torch.Tensor], bounds: Bounds) -> None:
        super().__init__(bounds)
        self.tensors = tensors
        self.used: set[int] = set()

    def value(self, tree: object, depth: int) -> object:
        self.enter(depth)
        if tree is None or tree is True or tree is False:
            return tree
        if type(tree) is int:
            if not -(2**63) <= tree < 2**63:
                raise WireError("a whole number beyond 64 bits")
            return tree
        if type(tree) is str:
            return self.text(tree)
        if type(tree) is dict:
            match tree:
                case {"f": str(number), **rest} if not rest:
                    return self.float(number)
                case {"x": index, "g": bool(grad), **rest} if not rest:
                    return self.tensor(index, grad)
                case {"r": str(name), "k": kwargs, **rest} if not rest:
                    return self.recipe(name, self.value(kwargs, depth + 1))
                case {"l": list(parts), **rest} if not rest:
                    return [self.value(part, depth + 1) for part in parts]
                case {"t": list(parts), **rest} if not rest:
                    return tuple(self.value(part, depth + 1) for part in parts)
                case {"d": list(pairs), **rest} if not rest:
                    return self.dict(pairs, depth)
        raise WireError("a value of a kind that the wire does not carry")

    def text(self, text: str) -> str:
        if len(text) > self.bounds.text or any("\ud800" <= c <= "\udfff" for c in text):
            raise WireError("a text that is too long or not Unicode")
        return text

    def float(self, number: str) -> float:
        try:
            if len(number) <= 64:
                return float.fromhex(number)
        except (ValueError, OverflowError):
            pass
        raise WireError("a malformed number")

    def tensor(self, index: object, grad: bool) -> torch.Tensor:
        if type(index) is not int or not 0 <= index < len(self.tensors) or index in self.used:
            raise WireError("a tensor that the frame does not carry, or that is named twice")
        self.used.add(index)
        tensor = self.tensors[index]
        return tensor.requires_grad_() if grad and tensor.dtype.is_floating_point else tensor

    def dict(self, pairs: list, depth: int) -> dict:
        result: dict = {}
        for pair in pairs:
            if type(pair) is not list or len(pair) != 2:
                raise WireError("a malformed dictionary")
            key, value = (self.value(part, depth + 1) for part in pair)
            if not isinstance(key, str | int | float | None) or key in result:
                raise WireError("a dictionary with a key that is doubled or not plain")
            result[key] = value
        return result

    def recipe(self, name: str, kwargs: object) -> Recipe:
        if not isinstance(kwargs, dict) or not all(type(key) is str for key in kwargs):
            raise WireError("a malformed recipe")
        try:
            return Recipe(self.text(name), **kwargs)
        except ValueError:
            raise WireError("a recipe that there is not") from None


def _describe(value: object) -> str:
    kind = type(value)
    if kind.__module__.partition(".")[0] == "numpy":
        return f"a NumPy value ({kind.__name__}); a torch tensor or a plain number was expected"
    return f"a value of type {kind.__name__}"
