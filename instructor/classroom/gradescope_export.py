"""Who handed in what, from the metadata in a Gradescope export."""

from __future__ import annotations

from pathlib import Path

import yaml

from instructor.core.text import clean

METADATA = "submission_metadata.yml"
BYTES = 256 << 20  # it holds the results of earlier runs, too


class _Reader(yaml.SafeLoader):
    """Reads plain data; what is marked as an object of Ruby becomes the plain data that it is made of."""


def submitters(folder: Path) -> dict[str, list[dict[str, str]]]:
    """`name`, `sid` and `email` of each submission's people, by its folder; empty when there is no metadata.

    Raises ValueError with a sentence for metadata that can't be read.
    """
    path = folder / METADATA
    if not path.is_file():
        return {}
    try:
        if path.stat().st_size > BYTES:
            raise ValueError(f"{METADATA} is larger than {BYTES >> 20} MiB.")
        with path.open(encoding="utf-8") as file:
            content = yaml.load(file, _Reader)
    except (yaml.YAMLError, OSError, UnicodeError, RecursionError) as error:
        raise ValueError(
            f"{METADATA} can't be read ({type(error).__name__}); export the submissions again."
        ) from None
    found = {}
    for name, entry in (content if isinstance(content, dict) else {}).items():
        people = entry.get(":submitters") if isinstance(entry, dict) else None
        people = people if isinstance(people, list) else []
        found[str(name)] = [_person(person) for person in people if isinstance(person, dict)] or [
            _person({":name": str(name)})
        ]
    return found


def _person(fields: dict) -> dict[str, str]:
    return {key: clean(str(fields.get(f":{key}") or ""), 200) for key in ("name", "sid", "email")}


def _plain(loader: yaml.SafeLoader, _: str, node: yaml.Node) -> object:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_scalar(node)


_Reader.add_multi_constructor("!", _plain)
