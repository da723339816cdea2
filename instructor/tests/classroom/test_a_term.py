"""A term of thirty students on each platform: release, hand-in, late, extended, adjusted, marked, regraded.

Every step goes through the commands that an instructor types, and each archive is laid out as its platform
exports it. The suite has twelve students and grades equal code once, for all who handed it in;
`make test-term` has thirty, and grades each of the 116 submissions for itself.
"""

import contextlib
import csv
import hashlib
import io
import json
import os
import zipfile
from datetime import datetime, timedelta

import pytest

from cs231n import submit
from instructor.__main__ import main
from instructor.classroom.journal import Journal
from instructor.classroom.pool import Event
from instructor.cli import grade_class, new_term
from instructor.core.composition import compose
from instructor.core.questions import load_written
from instructor.core.tasks import TASKS_FILE, code_tasks, load_tasks, notebooks, todo_modules
from instructor.core.term import load_term, read_zone
from instructor.core.whole_grade import LATE
from instructor.release.student_zip import FOLDER, student_zip
from instructor.tests.classroom.test_adjustments import save
from instructor.tests.classroom.test_classroom import rows

EACH = bool(os.environ.get("TERM_TESTS"))  # make test-term: thirty students, every submission for itself
FEW = (0, 1, 2, 3, 5, 7, 9, 11, 13, 14, 15, 29)
TASKS = ("sim", "sim_positive_pairs", "compute_sim_matrix")
ZONE = read_zone("Europe/Berlin")
DUE = datetime(2030, 2, 1, 23, 59, 59, tzinfo=ZONE)
PER_DAY, CAP = 2, 5
RIGHT = dict.fromkeys((task.id for task in code_tasks()), "reference")
PACKAGES = [
    RIGHT,
    RIGHT | {"sim": "wrong_dot_product"},
    {"compute_sim_matrix": "reference", "sim_positive_pairs": "wrong_detached"},
    {},
]
FIRST = [
    "Ada",
    "Ben",
    "Chloé",
    "Dov",
    "Eiji",
    "Fatma",
    "Gül",
    "Hana",
    "Igor",
    "Jörg",
    "Kofi",
    "Lin",
    "Mei",
    "Noor",
    "Ola",
    "Paz",
    "Quinn",
    "Rui",
    "Siân",
    "Tao",
    "Uma",
    "Vlad",
]
LAST = ["Adams", "Müller", "张", "O'Neil", "Núñez", "Łucki", "Иванов", "Nguyễn"]
LATER = {3: timedelta(minutes=20), 5: timedelta(days=1, hours=5), 7: timedelta(days=2), 11: timedelta(days=9)}
EXTENDED, ABSENT = 7, 29
ADJUSTED = [  # student, task, points, change, reason
    (9, "sim", "5", "", "Appeal: the axis was not stated"),
    (14, "sim_positive_pairs", "", "1", "Partial credit"),
    (13, "total", "", "-1", "The zip held pictures"),
    (ABSENT, "total", "4", "", "Oral exam"),
]


class Person:
    """A made-up student: what a platform knows, and when the work came."""

    def __init__(self, k):
        self.k, self.first, self.last = k, f"{FIRST[k % len(FIRST)]}{k}", LAST[k % len(LAST)]
        self.name, self.id, self.number, self.login = (
            f"{self.first} {self.last}",
            500 + k,
            f"N{900 + k}",
            f"s{k:02}",
        )
        self.email, self.when = f"{self.login}@example.org", DUE + LATER.get(k, timedelta(hours=-20 - k))
        self.answer = f"The map of student {k} shows edges." if k % 3 == 0 else ""
        self.mark = (k // 3) % 3 if self.answer else None


PEOPLE = [Person(k) for k in (range(30) if EACH else FEW)]
HANDED_IN = [person for person in PEOPLE if person.k != ABSENT]


@pytest.fixture(scope="module")
def packed(tmp_path_factory):
    """What each student has packed: the release, unpacked and filled, with answers in the notebook."""
    folder = tmp_path_factory.mktemp("term")
    (folder / "release.zip").write_bytes(student_zip())
    with zipfile.ZipFile(folder / "release.zip") as archive:
        archive.extractall(folder)
    checkout, given = folder / FOLDER, (folder / FOLDER / notebooks()[0]).read_text(encoding="utf-8")
    zips = {}
    for number, choice in enumerate(PACKAGES):
        solved = compose(folder / f"solved-{number}", choice).parent
        for name in todo_modules():
            (checkout / name).write_bytes((solved / name).read_bytes())
        for person in HANDED_IN[number :: len(PACKAGES)]:
            (checkout / notebooks()[0]).write_text(_answered(given, person.answer), encoding="utf-8")
            zips[person.k] = folder / f"{person.login}.zip"
            assert submit.main([str(zips[person.k])], checkout) == 0
    return zips


def _answered(text, answer):
    book = json.loads(text)
    cell = next(cell for cell in book["cells"] if "answer" in cell["metadata"].get("tags", ()))
    cell["source"] = f"**Your answer:** {answer}" if answer else cell["source"]
    return json.dumps(book)


# ---- what the platforms export --------------------------------------------------------------------------


def canvas(folder, zips):
    """Zips whose names say LATE; the gradebook as the class list, with the time of each hand-in."""
    for person in HANDED_IN:
        late = "LATE_" if person.when > DUE else ""
        plain = "".join(c for c in f"{person.last}{person.first}".lower() if c.isalnum())
        place = folder / f"{plain}_{late}{person.id}_{7000 + person.k}_submission.zip"
        place.write_bytes(zips[person.k].read_bytes())
    table = [("    Points Possible", "", "", "", "")]
    table += [(f"{p.last}, {p.first}", p.id, p.number, p.login, _utc(p)) for p in PEOPLE]
    return ("Student", "ID", "SIS User ID", "SIS Login ID", "Submitted at"), table


def moodle(folder, zips):
    """A folder for each participant; the grading worksheet as the class list."""
    for person in HANDED_IN:
        (place := folder / f"{person.name}_{person.id}_assignsubmission_file_").mkdir()
        (place / "submission.zip").write_bytes(zips[person.k].read_bytes())
    table = []
    for p in PEOPLE:
        when = "-" if p.k == ABSENT else f"{p.when:%A, %-d %B %Y, %I:%M %p}"
        table.append((f"Participant {p.id}", p.name, p.number, p.email, when))
    names = ("Identifier", "Full name", "ID number", "Email address", "Last modified (submission)")
    return names, table


def gradescope(folder, zips):
    """Unpacked folders and submission_metadata.yml, whose times are UTC."""
    text = "---\n"
    for person in HANDED_IN:
        with zipfile.ZipFile(zips[person.k]) as archive:
            archive.extractall(folder / f"submission_{person.k}")
        text += f"submission_{person.k}:\n  :submitters:\n  - :name: {json.dumps(person.name)}\n"
        text += f"    :sid: {person.number}\n    :email: {person.email}\n"
        text += f"  :created_at: {_utc(person).replace('UTC', 'Z')}\n"
    (folder / "submission_metadata.yml").write_text(text, encoding="utf-8")
    return ("First Name", "Last Name", "SID", "Email"), [(p.first, p.last, p.number, p.email) for p in PEOPLE]


def plain(folder, zips):
    """Zips with the names of logins, and a list with a column of times, of the term's zone."""
    for person in HANDED_IN:
        (folder / f"{person.login}.zip").write_bytes(zips[person.k].read_bytes())
    table = [(p.name, p.login, p.number, f"{p.when:%Y-%m-%d %H:%M}") for p in PEOPLE]
    return ("Name", "Login", "Number", "Handed in"), table


def _utc(person):
    return "" if person.k == ABSENT else f"{person.when.astimezone(read_zone('UTC')):%Y-%m-%d %H:%M:%S} UTC"


# ---- the commands ---------------------------------------------------------------------------------------


class OnceEach:
    """A pool that grades each code once, in the real pool, and gives its verdicts to all who have it."""

    def __init__(self, real, known):
        self.real, self.known, self.waiting, self.ready, self.jobs = real, known, {}, [], real.jobs
        self._keys = {}

    running = property(lambda self: self.real.running)
    has_room = property(lambda self: self.real.has_room)

    def submit(self, name, packed):
        line, _, modules = packed.partition(b"\n")
        header = json.loads(line)
        key = hashlib.sha256(json.dumps([header["table"], header["options"]]).encode() + modules).hexdigest()
        self._keys[name] = key, header["remarks"]
        if key in self.known:
            self.ready.append(self._given(name))
        elif key in self.waiting:
            self.waiting[key].append(name)
        else:
            self.waiting[key] = []
            self.real.submit(name, packed)

    def events(self, seconds):
        for event in self.real.events(seconds if self.real.running else 0):
            yield event
            if event.kind == "done":
                key, _ = self._keys[event.name]
                self.known[key] = event.graded
                self.ready += [self._given(name) for name in self.waiting.pop(key)]
        while self.ready:
            yield self.ready.pop()

    def _given(self, name):
        key, remarks = self._keys[name]
        content = json.loads(self.known[key]) | {"name": name, "remarks": remarks}
        return Event(name, "done", graded=json.dumps(content).encode())


@pytest.fixture(scope="module")
def known():
    """The verdicts on each code that was graded, for all platforms."""
    return {}


@pytest.fixture
def term(tmp_path, monkeypatch, known):
    """The term's tasks.toml, a copy that all commands take for the kit's, with the instructor's settings."""
    copy = tmp_path / "tasks.toml"
    copy.write_text(TASKS_FILE.read_text(encoding="utf-8"), encoding="utf-8")
    for function in (load_tasks, load_term, load_written):
        monkeypatch.setattr(function, "__defaults__", (copy,))
    monkeypatch.setattr(new_term, "TASKS_FILE", copy)
    for name in ("write_public_table", "write_question_points"):
        monkeypatch.setattr(new_term, name, lambda: None)
    real = grade_class._pool

    @contextlib.contextmanager
    def pool(*words):
        with real(*words) as there:
            yield there if EACH else OnceEach(there, known)

    monkeypatch.setattr(grade_class, "_pool", pool)
    late = ["--late-per-day", f"{PER_DAY}", "--late-grace", "30 min", "--late-cap", f"{CAP}"]
    dates = ["--zone", "Europe/Berlin", "--due", "2030-02-01"]
    assert main(["new-term", *dates, *late, "--question", "NetworkVisualization=2"]) == 0
    return copy


def grade(folder, *words):
    """Grade the class as an instructor does; the gradebook by the students' numbers."""
    command = [
        "grade",
        str(folder / "hw"),
        "--tasks",
        ",".join(TASKS),
        "--notebooks",
        "none",
        "--seed",
        "231",
    ]
    command += ["--results", str(folder / "r"), "--roster", str(folder / "list.csv"), "--jobs", "2", *words]
    assert main(command) == 0
    return {row["number"]: row for row in rows(results(folder) / "gradebook.csv")}


def results(folder):
    return folder / "r" / ".".join(["hw", *TASKS])


def earned(folder, book):
    """The share of the points of each aspect that each student's code earned, by the kept verdicts."""
    journal, found = Journal(results(folder) / "journal"), {}
    for person in HANDED_IN:
        result = journal.read(book[person.number]["submission"]).result
        found[person.k] = {
            task.id: {a: got / most for a, (got, most) in task.aspects.items()} for task in result.tasks
        }
    return found


def expected(person, shares):
    """A student's points by the rules of the course, counted here once more."""
    if person.k == ABSENT:
        return 4.0
    tasks = {task.id: task for task in load_tasks() if task.id in TASKS}
    points = {
        name: sum(shares[person.k][name][aspect] * worth for aspect, worth in task.aspects.items())
        for name, task in tasks.items()
    }
    for k, what, fixed, added, _ in ADJUSTED:
        if k == person.k and what in points:
            points[what] = min(float(fixed) if fixed else points[what] + float(added), tasks[what].points)
    total = sum(points.values()) + (person.mark or 0)
    total -= min({5: 2 * PER_DAY, 11: CAP}.get(person.k, 0), total)
    return max(
        0.0, total + sum(float(row[3]) for row in ADJUSTED if row[0] == person.k and row[1] == "total")
    )


@pytest.mark.parametrize("platform", [canvas, moodle, gradescope, plain], ids=lambda each: each.__name__)
def test_a_term(platform, term, packed, tmp_path, capsys):
    (tmp_path / "hw").mkdir()
    names, table = platform(tmp_path / "hw", packed)
    with (tmp_path / "list.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([names, *table])

    # The deadline has passed: everybody is graded, who is late is charged, one has an extension.
    target, by_k = results(tmp_path), {person.k: person for person in PEOPLE}
    rows_of = [(by_k[k].number, *row) for k, *row in ADJUSTED]
    rows_of.append((by_k[EXTENDED].name, "", "", "", "Was ill", "2030-02-05"))
    save(target / "adjust.csv", *rows_of)
    book = grade(tmp_path, "--anonymous")
    assert len(book) == len(PEOPLE)
    assert {person.k for person in PEOPLE if book[person.number]["late"] == "true"} == {3, 5, 11}
    assert "unknown" not in {row["late"] for row in book.values()}
    shares = earned(tmp_path, book)
    lost = [sum(sum(1 - part for part in task.values()) for task in shares[k].values()) for k in range(4)]
    assert lost == [0, 3, 4, 9]  # aspects: of none, of one task, of one and the gradient of another, of all

    # The answers are marked by somebody who does not know whose they are, and come back to their students.
    answers = rows(target / "answers.csv")
    assert len(answers) == sum(bool(person.answer) for person in HANDED_IN)
    assert not any(person.name in str(answers) or person.login in str(answers) for person in PEOPLE)
    for row in answers:
        k = int("".join(c for c in row["answer"] if c.isdigit()))
        row.update(points=str(by_k[k].mark), comment=f"Well seen, number {k}.")
    with (target / "answers.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, answers[0])
        writer.writeheader()
        writer.writerows(answers)
    book = grade(tmp_path)
    told = {person.k: float(book[person.number]["total"]) for person in PEOPLE}
    assert told == {person.k: expected(person, shares) for person in PEOPLE}

    # A task is worth less and another more: nobody is graded again, everybody is counted again.
    capsys.readouterr()
    assert main(["new-term", "--points", "sim=3", "--points", "compute_sim_matrix=8"]) == 0
    with pytest.raises(AssertionError):
        grade(tmp_path)  # an override of 5 points, of a task that has 3, is refused and not cut off
    assert "line 2: 5 points, and sim has 3 at most" in " ".join(capsys.readouterr().err.split())
    rows_of = [(*row[:2], "3", *row[3:]) if row[1] == "sim" else row for row in rows_of]
    save(target / "adjust.csv", *rows_of)
    book = grade(tmp_path)
    assert f"0 graded, {len(HANDED_IN)} unchanged" in " ".join(capsys.readouterr().out.split())
    told = {person.k: float(book[person.number]["total"]) for person in PEOPLE}
    assert told == {person.k: expected(person, shares) for person in PEOPLE}

    # Everybody gets back what was said and decided, and the tables to import say the same.
    for person in HANDED_IN:
        place = target / "students" / book[person.number]["submission"]
        page, result = (
            (place / "feedback.html").read_text("utf-8"),
            json.loads((place / "results.json").read_text("utf-8")),
        )
        assert result["score"] == told[person.k]
        assert (f"Well seen, number {person.k}." in page) == bool(person.answer)
        changes = result["extra_data"]["grade"]["changes"]
        assert (LATE in {change["kind"] for change in changes}) == (person.k in (5, 11))
        reasons = [row[4] for row in ADJUSTED if row[0] == person.k] + ["Was ill"] * (person.k == EXTENDED)
        assert all(reason in page for reason in reasons)
    if platform is canvas:
        points = {row["SIS User ID"]: row[target.name] for row in rows(target / "canvas.csv")[1:]}
        assert {number: float(each) for number, each in points.items()} == {
            p.number: told[p.k] for p in PEOPLE
        }
    if platform is moodle:
        points = {row["Identifier"]: float(row["Grade"]) for row in rows(target / "moodle.csv")}
        assert points == {f"Participant {p.id}": told[p.k] for p in PEOPLE}
    pages = {
        person.k: (target / "students" / book[person.number]["submission"] / "feedback.html").read_bytes()
        for person in HANDED_IN
    }
    if platform is canvas:
        returned = {
            int(name.split("_")[-2]) - 7000: only_member(data)
            for name, data in members(target / "return-canvas.zip").items()
        }
        assert returned == {k: ("feedback.html", page) for k, page in pages.items()}
    if platform is moodle:
        returned = members(target / "return-moodle.zip")
        suffix = "assignsubmission_file_/feedback.html"
        assert {name.split("_", 1)[1] for name in returned} == {f"{p.id}_{suffix}" for p in HANDED_IN}
        assert sorted(returned.values()) == sorted(pages.values())


def members(archive):
    with zipfile.ZipFile(archive) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def only_member(data):
    (found,) = members(io.BytesIO(data)).items()
    return found
