"""Whether anything that students receive holds a line of an answer, of a hidden check, or of a known mistake.

Both sides are brought to one form first: words and signs with one space between them, without quotes,
comment signs, capitals and invisible characters. So a line is found wherever it stands: in code, wrapped or
indented in another way, in a comment, a docstring, Markdown, a notebook's source, output or metadata, or
packed as base64. A whole answer is also found when its variables have other names.

Lines that say nothing, such as imports and those of three words, don't count. A line that a student needs and
an answer holds as well is allowed by name in `given_lines.txt`; an entry there that is of no use is a fault.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from instructor.core.tasks import ROOT
from instructor.release import reading, shapes
from instructor.release.must_not_leak import Secret, secrets

GIVEN = ROOT / "instructor" / "release" / "given_lines.txt"
ANY = "any file"


@dataclass(frozen=True)
class Leak:
    """A secret in a member; `str()` is the sentence."""

    member: str
    secret: Secret

    def __str__(self) -> str:
        return f"{self.member} holds {self.secret.what} of {self.secret.source}: {self.secret.text}"


def leaks(members: Mapping[str, bytes], given: Path = GIVEN) -> list[str]:
    """A sentence for each secret in a member, and for each line that is allowed without need."""
    allowed, used, sentences = _allowed(given), set(), []
    for leak in (*_lines(members), *_answers(members)):
        text = reading.normal(leak.secret.text)
        entries = {(leak.member, text), (ANY, text)} & allowed
        used |= entries
        if not entries:
            sentences.append(str(leak))
    stale = sorted(allowed - used)
    return sentences + [f"{given.name} allows what is no leak: {member}:{text}" for member, text in stale]


def _lines(members: Mapping[str, bytes]) -> Iterator[Leak]:
    texts = {name: reading.normal(reading.text(name, data)) for name, data in members.items()}
    everything = "\n".join(texts.values())
    for secret in secrets():
        needle = reading.normal(secret.text)
        if needle in everything:
            yield from (Leak(name, secret) for name, text in texts.items() if needle in text)


def _answers(members: Mapping[str, bytes]) -> Iterator[Leak]:
    """Whole answers under other names."""
    for name, data in members.items():
        for code in reading.code(name, data):
            for source in shapes.disguised(code):
                yield Leak(name, Secret("the answer, under other names,", source, "the whole block"))


def _allowed(path: Path) -> set[tuple[str, str]]:
    """The entries `MEMBER: line` of the file, the lines in normal form."""
    lines = path.read_text(encoding="utf-8").splitlines()
    entries = [line.partition(": ") for line in lines if line.strip() and not line.startswith("#")]
    return {(member, reading.normal(text)) for member, _, text in entries}
