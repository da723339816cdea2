"""What is said of mistakes that the catalogue has not got: each of its own left out in turn, and mutants.

A name is wrong when the mistake that it stands for, in each way in which the catalogue has it, gives
something else than the answer did, in any check, on other inputs. A description counts when it says in what
way the answer differs, and not only that it does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from instructor.core.composition import Fillin, fillins
from instructor.diagnosis.diagnose import diagnose
from instructor.diagnosis.match import accounts_for
from instructor.diagnosis.relations import VAGUE
from instructor.verify.judge import equivalent
from instructor.verify.measure import examine, shared_replay
from instructor.verify.mutants import mutants

OTHER = 0x5EED  # what makes another seed of a seed


@dataclass(frozen=True)
class Told:
    """What is said of one unknown mistake: the wrong names and the names that fit, what describes it."""

    fillin: Fillin
    wrong: tuple[str, ...] = ()
    fitting: tuple[str, ...] = ()
    said: tuple[str, ...] = ()
    failed: bool = True  # by a check that takes no seconds

    @property
    def described(self) -> bool:
        """Whether a sentence names the symptom, or a mistake of the catalogue is the same in effect."""
        return bool(self.fitting) or any(not vague(each) for each in self.said)


@dataclass
class Tally:
    """The two figures over many unknown mistakes, and what falls short."""

    tried: int = 0
    described: int = 0
    misnamed: int = 0
    faults: list[str] = field(default_factory=list)

    def add(self, told: Told) -> None:
        """Count one mistake; one that no light check fails counts nowhere."""
        if not told.failed:
            return
        self.tried += 1
        self.described += told.described
        self.misnamed += bool(told.wrong)
        name = f"{told.fillin.task}, {told.fillin.name}"
        if told.wrong:
            self.faults.append(f"{name}: wrongly named {', '.join(told.wrong)}: {told.fillin.sentence}")
        if not told.described:
            said = " / ".join(told.said) or "nothing was said"
            self.faults.append(f"{name}: {said}: {told.fillin.sentence}")


def vague(sentence: str) -> bool:
    """Whether a description says no more than that the answer is wrong."""
    return not sentence or any(words in sentence for words in VAGUE)


def unknown(task: str) -> Iterator[Fillin]:
    """The mistakes of a task to be held out, and the mutants of its reference that are no right answers."""
    yield from (each for each in fillins(task).values() if each.kind == "wrong" and not each.symptom)
    yield from (each for each in mutants(task) if (task, each.sentence) not in equivalent())


def held_out(fillin: Fillin, seed: int) -> Told:
    """What is said of a mistake, by light checks, when the catalogue has neither it nor its like."""
    choice = {fillin.task: fillin}
    replay = shared_replay()
    results, recordings = examine(choice, [fillin.task], seed)
    if not recordings:
        return Told(fillin, failed=False)
    said, names = [], {}
    for each in diagnose(results, recordings, left_out=_family(fillin), replay=replay):
        if each.outcome == "failed":
            names |= dict.fromkeys(one.fillin for one in each.diagnosis[:1])
            said.append(each.difference or (each.message if _ended(recordings.get(each.name)) else ""))
    if not names:
        return Told(fillin, said=tuple(said))
    _, others = examine(choice, [fillin.task], seed ^ OTHER, keep_all=True)
    every = {**others, **recordings}
    fits = {
        name: any(
            accounts_for({fillin.task: each}, every, replay) for each in _family(fillins(fillin.task)[name])
        )
        for name in names
    }
    wrong = tuple(name for name, good in fits.items() if not good)
    return Told(fillin, wrong, tuple(name for name, good in fits.items() if good), tuple(said))


def _family(fillin: Fillin) -> set[str]:
    """The names of a mistake and of those of the catalogue that are the same one."""
    first = fillin.same_as.partition(" ")[0] or fillin.name
    like = (each for each in fillins(fillin.task).values() if each.same_as.partition(" ")[0] == first)
    return {first, fillin.name, *(each.name for each in like)}


def _ended(recording) -> bool:
    """Whether a check ended by an error of the code, which the check's message names."""
    return recording is not None and any(not isinstance(e.answer, dict) for e in recording.exchanges)
