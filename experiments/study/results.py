"""Finished runs as they are kept: a line each in results.jsonl."""

import json
import os

KEY = ("kind", "data", "labels", "images", "seconds", "share", "seed", "rates")


def read_results(file):
    """Return the finished runs; a last line that was cut off is left out, and done again.

    Raises ValueError for another line that is not a finished run.
    """
    if not file.exists():
        return []
    *whole, rest = file.read_bytes().split(b"\n")
    runs = []
    for number, line in enumerate(whole, start=1):
        try:
            run = json.loads(line)
            named = {"top1", "right"} if run["kind"] == "test" else set()
            if not {*KEY, "steps", "cost", "validation", *named} <= run.keys():
                raise ValueError
        except (ValueError, KeyError, TypeError):
            raise ValueError(
                f"{file}, line {number}, is not a finished run. Delete the line; its run is then done again."
            ) from None
        runs.append(run)
    if rest:
        write_whole(file, "".join(json.dumps(run) + "\n" for run in runs))
    return runs


def key_of(run):
    """Return what tells a run from others, whatever came of it."""
    return json.dumps([run[name] for name in KEY])


def write_whole(file, text):
    """Replace a file in one step: whoever is killed while writing leaves the last whole one."""
    unfinished = file.with_name(f".{file.name}.{os.getpid()}")
    unfinished.write_text(text, encoding="utf-8")
    os.replace(unfinished, file)
