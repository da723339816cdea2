"""What is charged for: not the time in which a process was ready and had no core, but all of the rest."""

import dataclasses
import os
import time

import pytest

from instructor.sandbox.charge import Account, Stopwatch, wait_for_room
from instructor.sandbox.errors import Starved
from instructor.sandbox.jail import Jail
from instructor.sandbox.limits import Limits
from instructor.sandbox.process_tree import ThreadTimes, own_wait, thread_times
from instructor.sandbox.student import Student, TimedOut
from instructor.tests.toy import toy_package

LIMITS = dataclasses.replace(Limits.load(), call_seconds=1, patience=1_000)
LOOP = "while True: pass"
STEP = 0.125  # seconds between two looks


class Machine:
    """A clock, and the threads that a test says there are; `watch` runs a stopwatch over them."""

    def __init__(self, counts=True):
        self.now, self.own, self.counts = 0.0, 0.0, counts
        self.threads = {}
        self.account = Account(1, lambda: self.now, lambda pids: dict(self.threads))

    def stopwatch(self, seconds, patience=20):
        return Stopwatch(seconds, self.account, patience, lambda: self.now, lambda: self.own)

    def passes(self, seconds, **threads):
        """Time in which each thread uses a share of a core and waits for a share of the time."""
        self.threads = {key: each._replace(is_ready=False) for key, each in self.threads.items()}
        for _ in range(round(seconds / STEP)):
            self.now += STEP
            for number, (used, waited) in enumerate(threads.values()):
                self.adds(number, used * STEP, waited * STEP)
            self.account.look([1])

    def adds(self, number, used, waited):
        old = self.threads.get((1, number), ThreadTimes(0, 0 if self.counts else None, False))
        self.threads[1, number] = ThreadTimes(
            old.used + used, old.waited + waited if self.counts else None, used + waited > 0
        )


@pytest.mark.parametrize("counts", [True, False])
def test_an_endless_loop_is_charged_for_what_it_runs(counts):
    machine = Machine(counts)
    alone = machine.stopwatch(30)
    machine.passes(10, loop=(1.0, 0.0))
    assert alone.charged() == 10
    assert alone.left() == 20
    crowded = machine.stopwatch(30)
    machine.passes(100, loop=(0.25, 0.75))
    assert crowded.charged() == pytest.approx(25)
    assert 0 < crowded.left() < 5
    machine.passes(20, loop=(0.25, 0.75))
    assert crowded.left() == 0


@pytest.mark.parametrize("counts", [True, False])
def test_a_sleep_or_a_deadlock_is_charged_for_all_of_it(counts):
    machine = Machine(counts)
    stopwatch = machine.stopwatch(30)
    machine.passes(30, one=(0.0, 0.0), other=(0.0, 0.0))
    assert stopwatch.charged() == 30
    assert stopwatch.left() == 0


@pytest.mark.parametrize("counts", [True, False])
def test_what_has_no_core_is_not_charged_and_at_the_last_resort_has_starved(counts):
    machine = Machine(counts)
    stopwatch = machine.stopwatch(30, patience=3)
    machine.passes(80, starved=(0.03125, 0.96875))
    assert stopwatch.charged() == pytest.approx(2.5)
    assert stopwatch.left() > 0
    machine.passes(10, starved=(0.03125, 0.96875))
    with pytest.raises(Starved, match=r"too busy: of 90 s that were waited, the code could use 3 s"):
        stopwatch.left()


def test_a_wait_that_is_counted_only_when_it_ends_is_not_charged_and_not_counted_twice():
    machine = Machine()
    machine.passes(1, loop=(1.0, 0.0))
    stopwatch = machine.stopwatch(30)
    machine.passes(4, asleep=(0.0, 0.0))
    before = stopwatch.charged()
    machine.threads[1, 0] = machine.threads[1, 0]._replace(is_ready=True)  # and nothing is counted
    for _ in range(8):
        machine.now += STEP
        machine.account.look([1])
    assert stopwatch.charged() == before
    machine.adds(0, 0.0, 8 * STEP)
    machine.passes(4, loop=(1.0, 0.0))
    assert stopwatch.charged() == before + 4


def test_many_threads_that_wait_for_each_others_cores_are_charged_as_one():
    machine = Machine()
    stopwatch = machine.stopwatch(30)
    machine.passes(30, **{f"thread{n}": (0.25, 0.75) for n in range(8)})  # two cores, all their own
    assert stopwatch.charged() == 30


def test_a_crowd_that_wakes_at_one_moment_and_sleeps_otherwise_is_no_excuse():
    """Sixty threads, each of which runs for a moment and waits for half of the others meanwhile."""
    machine = Machine()
    stopwatch = machine.stopwatch(30)
    machine.passes(40, **{f"thread{n}": (0.001, 0.03) for n in range(60)})
    assert stopwatch.charged() > 30
    assert stopwatch.left() == 0


def test_waits_of_before_are_not_saved_up():
    machine = Machine()
    machine.passes(1_000, **{f"thread{n}": (0.25, 0.75) for n in range(8)})
    stopwatch = machine.stopwatch(30)
    machine.passes(45, asleep=(0.0, 0.0))
    assert stopwatch.left() == 0


def test_what_the_trusted_side_waits_for_a_core_is_not_charged():
    machine = Machine()
    stopwatch = machine.stopwatch(30)
    machine.passes(31, asleep=(0.0, 0.0))
    machine.own += 5
    assert stopwatch.charged() == 26
    assert stopwatch.left() > 0


def test_room_is_waited_for_and_not_for_ever():
    slept = []
    busy = iter([99, 0, 0, 99, 0, 0, 0])
    assert wait_for_room(60, lambda: next(busy), slept.append)
    assert slept == [1.0] * 6
    assert not wait_for_room(60, lambda: 99, slept.append)
    assert len(slept) == 66


def test_the_kernel_says_what_this_process_used_and_waited():
    before = thread_times([os.getpid()])[os.getpid(), os.getpid()]
    while (after := thread_times([os.getpid()])[os.getpid(), os.getpid()]).used < before.used + 0.05:
        pass
    assert after.is_ready
    assert after.waited is None or after.waited >= before.waited
    assert own_wait() >= 0.0
    assert thread_times([2**30]) == {}


@pytest.fixture
def jail(tmp_path):
    with Jail(toy_package(tmp_path), "bwrap", LIMITS) as running:
        yield running


@pytest.mark.parametrize(
    "code",
    [
        "import time; time.sleep(1_000)",
        "import threading; lock = threading.Lock(); lock.acquire(); lock.acquire()",
        LOOP,
        f"import threading as t\nfor _ in range(8): t.Thread(target=exec, args=({LOOP!r},)).start()\n{LOOP}",
    ],
    ids=["sleep", "deadlock", "loop", "threads"],
)
def test_code_that_does_not_end_is_still_late(jail, code):
    with Student(jail) as student, pytest.raises(TimedOut, match=r"within 1 s \(in sim\)"):
        student.sim(code)
    with Student(jail) as student:
        assert student.sim("result = 7") == 7


class NoCore:
    """The account of processes that had no core from the start."""

    processor = 0.0

    def __init__(self, clock):
        self._clock, self._began = clock, clock()

    @property
    def held_up(self):
        return self._clock() - self._began

    def look(self, pids=None):
        pass


def test_a_call_that_had_no_core_is_no_error_of_the_students_and_the_next_one_works(tmp_path):
    noted = []
    limits = dataclasses.replace(LIMITS, call_seconds=0.1, patience=10)
    with Jail(toy_package(tmp_path), "bwrap", limits) as jail:
        with Student(jail, record=lambda *pair: noted.append(pair)) as student:
            student.call("sim", "result = 7", timeout=100)
            account, jail.worker._watch.account = jail.worker._watch.account, NoCore(time.monotonic)
            with pytest.raises(Starved):
                student.sim("while True: pass")
            jail.worker._watch.account = account
        assert [answer.get("ok") for _, answer in noted] == [True]
        assert not jail.imports.are_to_be_tried()
        with Student(jail) as student:
            assert student.call("sim", "result = 7", timeout=100).value == 7


def test_a_submission_is_charged_for_its_calls_and_not_for_the_time_between_them(tmp_path, monkeypatch):
    limits = dataclasses.replace(LIMITS, call_seconds=100, submission_seconds=50)
    with Jail(toy_package(tmp_path), "bwrap", limits) as jail, Student(jail) as student:
        student.sim("result = 7")
        before = jail.remaining()
        assert before < 50
        assert jail.remaining() == before
        monkeypatch.setattr(Stopwatch, "charged", lambda stopwatch: 7.0)
        student.sim("result = 7")
        assert jail.remaining() == before - 7
        jail.charge(50)
        with pytest.raises(TimedOut, match="whole submission"):
            student.sim("result = 7")
