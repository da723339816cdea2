"""Results as plain data that JSON can hold, and back."""

from __future__ import annotations

import dataclasses
import types
import typing


def to_plain(value: object) -> object:
    """A dataclass, and all that is in it, as dicts, lists, strings, numbers."""
    if dataclasses.is_dataclass(value):
        return {field.name: to_plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {key: to_plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [to_plain(each) for each in value]
    return value


def from_plain(kind: object, data: object) -> typing.Any:
    """What `to_plain` took apart, put together as `kind`; fields that are missing keep their defaults.

    Raises TypeError or ValueError for data of another shape.
    """
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if dataclasses.is_dataclass(kind):
        if not isinstance(data, dict):
            raise TypeError(f"{kind.__name__} is not a {type(data).__name__}")
        hints = typing.get_type_hints(kind)
        return kind(**{name: from_plain(hints[name], each) for name, each in data.items() if name in hints})
    if origin in (types.UnionType, typing.Union):
        return data
    if origin is dict:
        return {key: from_plain(arguments[1], each) for key, each in _is(data, dict).items()}
    if origin is tuple:
        each_kind = arguments[:1] * len(data) if arguments[1:] == (...,) else arguments
        return tuple(from_plain(kind, each) for kind, each in zip(each_kind, _is(data, list), strict=True))
    if origin is list:
        return [from_plain(arguments[0], each) for each in _is(data, list)]
    if kind is float:
        return float(data)
    return _is(data, kind) if isinstance(kind, type) and kind is not object else data


def _is(data: object, kind: type) -> typing.Any:
    if not isinstance(data, kind):
        raise TypeError(f"{data!r} is no {kind.__name__}"[:200])
    return data
