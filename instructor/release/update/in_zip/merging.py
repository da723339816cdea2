"""A module's new text with the student's blocks, imports and helpers in it."""

import re
from difflib import SequenceMatcher

START = "# *****START OF YOUR CODE (DO NOT DELETE/MODIFY THIS LINE)*****"
END = "# *****END OF YOUR CODE (DO NOT DELETE/MODIFY THIS LINE)*****"
DEFINITION = re.compile(r"\s*(?:class|def|async def)\s+(\w+)\s*[(:\[]")
REMEDY = "Restore the line as it was given, then run this again."


class CannotMerge(Exception):  # noqa: N818
    """Why a file can't be brought up to date: the rest of a sentence that begins with its name."""


def merge_module(old, new, mine, functions):
    """The bytes of the new module with all that the student wrote.

    Inputs: the old, the new and the student's bytes, and the functions that have a block in the new one. The
    blocks come from the student as they are, and so does what the student changed elsewhere. CannotMerge when
    a block can't be found, or when the update changes the same lines outside the blocks.
    """
    try:
        text = mine.decode("utf-8")
    except UnicodeDecodeError:
        raise CannotMerge("is not UTF-8 text. Save it as UTF-8, then run this again.") from None
    breaks = "\r\n" if "\r\n" in text else "\n"
    text = text.replace("\r\n", "\n")
    before, after = old.decode("utf-8"), new.decode("utf-8")
    own, given = blocks_of(text, strict=True), blocks_of(after)
    lost = [name for name in blocks_of(before) if name not in own]
    if lost:
        raise CannotMerge(f"lacks the START and END OF YOUR CODE lines of {', '.join(lost)}. {REMEDY}")
    skeleton = merge3(_skeleton(before), _skeleton(after), _skeleton(text))
    merged = "".join(_filled(line, {**given, **own}) for line in skeleton)
    found = blocks_of(merged)
    if any(found.get(name) != own.get(name, given.get(name)) for name in functions):
        raise CannotMerge("can't be merged without touching a block. Ask your instructor.")
    return merged.replace("\n", breaks).encode("utf-8")


def blocks_of(text, strict=False):
    """{function: its block's lines}; with `strict`, CannotMerge when the markers are not in pairs."""
    found, scope, start, name = {}, [], None, None
    lines = text.splitlines(keepends=True)
    for number, line in enumerate(lines):
        indent = len(line) - len(line.lstrip())
        if line.strip() == START:
            if strict and start is not None:
                raise CannotMerge(f"has two START OF YOUR CODE lines and no END between. {REMEDY}")
            start, name = number, ".".join(word for at, word in scope if at < indent)
        elif line.strip() == END:
            if strict and (start is None or name in found):
                raise CannotMerge(f"has an END OF YOUR CODE line (line {number + 1}) of its own. {REMEDY}")
            found[name], start = "".join(lines[start + 1 : number]) if start is not None else "", None
        elif start is None and (definition := DEFINITION.match(line)):
            scope = [(at, word) for at, word in scope if at < indent] + [(indent, definition[1])]
    if strict and start is not None:
        raise CannotMerge(f"has a START OF YOUR CODE line (line {start + 1}) and no END. {REMEDY}")
    return found


def merge3(base, theirs, ours):
    """Lines with both sides' changes of `base`; CannotMerge where they touch the same lines."""
    merged, at = [], (0, 0, 0)
    for b, t, o, length in [*_common(base, theirs, ours), (len(base), len(theirs), len(ours), 0)]:
        was, their, our = base[at[0] : b], theirs[at[1] : t], ours[at[2] : o]
        if their == our or our == was:
            merged += their
        elif their == was:
            merged += our
        else:
            place = "".join(our or was).strip().partition("\n")[0]
            raise CannotMerge(
                f"has a change of yours outside the blocks, near {place!r}, where the update changes the "
                "same lines. Put your lines elsewhere, then run this again."
            )
        merged += base[b : b + length]
        at = (b + length, t + length, o + length)
    return merged


def _common(base, theirs, ours):
    """(place in base, in theirs, in ours, length) of the runs of lines that all three share, in order."""
    one = SequenceMatcher(None, base, theirs, autojunk=False).get_matching_blocks()
    two = SequenceMatcher(None, base, ours, autojunk=False).get_matching_blocks()
    runs = []
    for a in one:
        for b in two:
            start, end = max(a.a, b.a), min(a.a + a.size, b.a + b.size)
            if start < end:
                runs.append((start, a.b + start - a.a, b.b + start - b.a, end - start))
    return sorted(runs)


def _skeleton(text):
    """The lines of a module with each block drawn together into its START line, which names it."""
    lines, scope, inside = [], [], False
    for line in text.splitlines(keepends=True):
        indent = len(line) - len(line.lstrip())
        if line.strip() == START:
            inside = True
            lines.append(f"{line.rstrip()}\0{'.'.join(word for at, word in scope if at < indent)}\n")
        elif line.strip() == END:
            inside = False
            lines.append(line)
        elif not inside:
            if definition := DEFINITION.match(line):
                scope = [(at, word) for at, word in scope if at < indent] + [(indent, definition[1])]
            lines.append(line)
    return lines


def _filled(line, blocks):
    """A line of a skeleton, its block in place again."""
    start, mark, name = line.rstrip("\n").partition("\0")
    return f"{start}\n{blocks[name]}" if mark else line
