"""A module's new text with the student's blocks, imports and helpers in it."""

from difflib import SequenceMatcher

if __package__:
    from cs231n.blocks import Module
else:  # in the zip, which carries it
    from blocks import Module

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
    given = blocks_of(after)
    known = list({**blocks_of(before), **given})
    if problems := Module(text).problems:
        raise CannotMerge(f"{problems[0]}. {REMEDY}")
    own = blocks_of(text, known)
    if lost := [name for name in blocks_of(before) if name not in own]:
        raise CannotMerge(f"lacks the START and END OF YOUR CODE lines of {', '.join(lost)}. {REMEDY}")
    skeleton = merge3(_skeleton(before, known), _skeleton(after, known), _skeleton(text, known))
    merged = "".join(_filled(line, {**given, **own}) for line in skeleton)
    found = blocks_of(merged, known)
    if any(found.get(name) != own.get(name, given.get(name)) for name in functions):
        raise CannotMerge("can't be merged without touching a block. Ask your instructor.")
    return merged.replace("\n", breaks).encode("utf-8")


def blocks_of(text, known=()):
    """{function: its block's lines}; a block in a function within a `known` one is the known one's.

    Raises CannotMerge when a function has two.
    """
    module, found = Module(text), {}
    for block in module.blocks:
        name = _owner(block, known)
        if name in found:
            raise CannotMerge(
                f"has more than one pair of START and END OF YOUR CODE lines in {name}. {REMEDY}"
            )
        found[name] = module.text(block)
    return found


def _owner(block, known):
    """The known function that a block is in, or else the one that is nearest around it."""
    return next((name for name in known if f"{block.name}.".startswith(f"{name}.")), block.name)


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


def _skeleton(text, known):
    """The lines of a module with each block drawn together into its START line, which names it."""
    module = Module(text)
    lines = dict(enumerate(module.lines))
    for block in module.blocks:
        lines[block.start] = f"{lines[block.start].rstrip()}\0{_owner(block, known)}\n"
        for number in range(block.start + 1, block.end):
            del lines[number]
    return list(lines.values())


def _filled(line, blocks):
    """A line of a skeleton, its block in place again."""
    start, mark, name = line.rstrip("\n").partition("\0")
    return f"{start}\n{blocks[name]}" if mark else line
