"""The pages that grading writes, opened as people do: on a phone and on a desktop, by eye and by keyboard."""

from __future__ import annotations

import base64
import csv
import dataclasses
import io
import shutil
from datetime import timedelta
from itertools import pairwise

import pytest

from instructor.classroom import hand_grades, reports
from instructor.classroom.entries import ClassFolder, Entry, Student
from instructor.classroom.journal import Journal, Record
from instructor.classroom.reports import Class, write_class_reports
from instructor.core.questions import Written, questions
from instructor.core.result import CheckResult, Diagnosis, Picture, Result, TaskResult
from instructor.core.tasks import ROOT, load_tasks, todo_modules
from instructor.core.term import LatePolicy, Term, read_moment
from instructor.grading.intake import read_submission
from instructor.tests.classroom.test_adjustments import save

SIZES = {"phone": (390, 844), "desktop": (1280, 900)}
# The contrast of every piece of text with what lies behind it (WCAG 2.2, 1.4.3), the worst first.
CONTRAST = """() => {
  const channel = v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const light = c => 0.2126 * channel(c[0]) + 0.7152 * channel(c[1]) + 0.0722 * channel(c[2]);
  const parse = text => (text.match(/[\\d.]+/g) || [0, 0, 0, 0]).map(Number);
  const behind = element => {
    for (; element; element = element.parentElement) {
      const color = parse(getComputedStyle(element).backgroundColor);
      if (color.length < 4 || color[3] > 0) return color;
    }
    return [255, 255, 255];
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || element.closest('style')) continue;
    const style = getComputedStyle(element), ink = element.closest('svg') ? style.fill : style.color;
    const [a, b] = [light(parse(ink)), light(behind(element))];
    found.push([(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), element.textContent.trim().slice(0, 40)]);
  }
  return found.sort((one, other) => one[0] - other[0])[0];
}"""
# What has to be moved sideways to be read to its end, the page itself first.
WIDE = """() => [document.documentElement, ...document.querySelectorAll('body *')]
  .filter(e => e.clientWidth && e.scrollWidth > e.clientWidth && (e === document.documentElement ||
    ['auto', 'scroll', 'hidden', 'clip'].includes(getComputedStyle(e).overflowX)))
  .map(e => `${e.tagName} ${e.ariaLabel || e.className}: ${e.scrollWidth} of ${e.clientWidth}`)"""


def jpeg():
    from PIL import Image

    data = io.BytesIO()
    Image.new("RGB", (192, 192), "teal").save(data, "JPEG")
    return base64.b64encode(data.getvalue()).decode()


def result(name, share):
    """A result with every status, long words, a diagnosis and pictures."""
    tasks = []
    for k, task in enumerate(load_tasks()):
        status = ("passed", "partial", "wrong", "not started", "could not run", "not graded")[k % 6]
        outcome = {"passed": "passed", "could not run": "not run"}.get(status, "failed")
        diagnosis = (
            Diagnosis("wrong_sign", f"The sign of {task.id} is turned.", "Look at the minus.", "a − b"),
        )
        checks = [
            CheckResult(
                f"t{k}", task.id, aspect, f"Its {aspect} is right.", outcome, "x" * 300 if k else "no", 0.1
            )
            for aspect in task.aspects
        ]
        if outcome == "failed":
            checks[0] = dataclasses.replace(checks[0], diagnosis=diagnosis)
        earned = task.points * (1.0 if status == "passed" else share if status == "partial" else 0.0)
        aspects = {aspect: (earned / task.points * points, points) for aspect, points in task.aspects.items()}
        tasks.append(
            TaskResult(
                task.id, task.title, task.points, earned, status, aspects, tuple(checks), "", task.hint
            )
        )
    pictures = [
        Picture(load_tasks()[0].id, role, f"A picture, {role}.", jpeg())
        for role in ("photo", "yours", "expected")
    ]
    remarks = ["cs231n/todo.py is not as it was given; the kit's own copy was used."]
    return Result(name, 1, "bwrap", tasks, remarks, seconds=12.0, digest="0" * 64, pictures=pictures)


def work(folder):
    """A submission in the folder, and its digest: a result is shown only for the work that it is of."""
    (folder / todo_modules()[0]).parent.mkdir(parents=True)
    shutil.copy(ROOT / todo_modules()[0], folder / todo_modules()[0])
    return folder, read_submission(folder).digest()


def all_as(name, status):
    """A result whose tasks are all passed, or all not started."""
    graded, share = result(name, 0), float(status == "passed")
    tasks = [
        dataclasses.replace(
            task,
            earned=share * task.points,
            status=status,
            aspects={aspect: (share * most, most) for aspect, (_, most) in task.aspects.items()},
            checks=(),
        )
        for task in graded.tasks
    ]
    return dataclasses.replace(graded, tasks=tasks, pictures=[])


RIGHT, UNTOUCHED, REFUSED, LONGEST = 13, 15, 17, 19
NAMES = {RIGHT: "欧阳娜娜·买买提江·阿卜杜热合曼", UNTOUCHED: "محمد بن عبد الله", REFUSED: "Wolfeschlegel" * 5}
NAMES |= {LONGEST: "O'Neil & Söhne <b>"}
ABSENT = "ليلى العلي"  # is examined by word of mouth
LONG = "Your appeal of the fifth of February: the axis was not stated in the text of the task. " * 2
ADJUSTED = [
    ("student-01-with-quite-a-long-name", "sim", "5", "", LONG),
    ("student-01-with-quite-a-long-name", "", "", "", "Was ill", "2030-02-02T08:00+01:00"),
    ("student-07-with-quite-a-long-name", "total", "50", "", LONG),
    (ABSENT, "total", "4", "", "Oral exam"),
]


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """The folder of a class of thirty with long names; some are late, adjusted, marked, not graded."""
    target = tmp_path_factory.mktemp("reports") / "Homework 1: “Saliency” & <SimCLR>, 50 %"
    due = read_moment("2030-02-01T23:59+01:00", None)
    patch = pytest.MonkeyPatch()
    patch.setattr(reports, "load_term", lambda: Term(due=due, late=LatePolicy(10)))
    patch.setattr(hand_grades, "load_written", lambda: Written(30, dict.fromkeys(questions(), 2)))
    save(target / "adjust.csv", *ADJUSTED)
    handed_in, digest = work(tmp_path_factory.mktemp("handed-in"))  # the same by everybody
    entries, answer = [], dict.fromkeys(questions(), "Because.\n" * 5)
    with Journal(target / "journal") as journal:
        for k in range(30):
            name = f"student-{k:02d}-with-quite-a-long-name" if k != LONGEST else "w" * 60
            who = Student(name=NAMES.get(k, f"Maximiliane-Sophie von und zu Nummer {k}"))
            when = due + timedelta(hours=20 - k)
            entries.append(Entry(name, handed_in, (who,), when=None if k == 9 else when))
            if k == 11:
                continue
            kinds = {
                RIGHT: lambda name: all_as(name, "passed"),
                UNTOUCHED: lambda name: all_as(name, "not started"),
            }
            kinds |= dict.fromkeys((7, REFUSED), lambda name: Result(name, 1, "", problem="It is no zip."))
            graded = kinds[k](name) if k in kinds else result(name, k / 30)
            journal.write(Record(name, "k", dataclasses.replace(graded, digest=digest), answer))
        tasks = tuple(task.id for task in load_tasks())
        course = Class(ClassFolder(target, "plain", entries), target, [Student(name=ABSENT)], tasks)
        write_class_reports(course, journal)
        (target / "answers.csv").write_text(_marked((target / "answers.csv").read_text(encoding="utf-8-sig")))
        write_class_reports(course, journal)
        alone = target.parent / "alone"
        write_class_reports(Class(ClassFolder(alone, "plain", entries[:1]), alone, [], tasks), journal)
    patch.undo()
    return target


def _marked(text):
    """The table of answers with points and long comments in every third row."""
    table, out = list(csv.DictReader(io.StringIO(text))), io.StringIO()
    for row in table[::3]:
        row.update(points="1", comment="Say which of the labels, and why that one. " * 5)
    writer = csv.DictWriter(out, table[0])
    writer.writeheader()
    writer.writerows(table)
    return out.getvalue()


@pytest.fixture(params=[(name, scheme) for name in SIZES for scheme in ("light", "dark")], ids="-".join)
def window(browser, request):
    name, scheme = request.param
    width, height = SIZES[name]
    page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
    page.problems = []
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    page.on("console", lambda message: page.problems.append(message.text))
    page.on(
        "request", lambda asked: asked.url.startswith(("file:", "data:")) or page.problems.append(asked.url)
    )
    yield page
    page.close()


def _far(url):
    return not url.startswith(("file:", "data:"))


FILES = ("class.html", "students/student-01-with-quite-a-long-name/feedback.html")
NUMBERS = {"adjusted, not read": 7, "right": RIGHT, "untouched": UNTOUCHED, "refused": REFUSED}
KINDS = {"class": FILES[0], "adjusted and marked": FILES[1], "one student": "../alone/class.html"}
KINDS |= {
    name: f"students/student-{k:02d}-with-quite-a-long-name/feedback.html" for name, k in NUMBERS.items()
}
SCRIPTS = (
    "欧阳娜娜·买买提江·阿卜杜热合曼" * 3,
    "Wolfeschlegelsteinhausen" * 3,
    "محمد بن عبد الله الخوارزمي " * 3,
)


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """Classes of nobody, one, and three whose files can't be read; folders have special characters."""
    root, made = tmp_path_factory.mktemp("small"), {}
    said = f"{todo_modules()[0]} is encrypted; pack it without a password. Its tasks are not graded."
    handed_in, digest = work(root / "handed-in")
    for names in (SCRIPTS[:0], SCRIPTS[:1], SCRIPTS):
        target = root / f"“Saliency” & <b>SimCLR, {len(names)} {'long' * 20}"
        target.mkdir()
        entries = [Entry(f"s{k}", handed_in, (Student(name=name),)) for k, name in enumerate(names)]
        task = TaskResult(
            "sim", "Cosine similarity", 5, 0, "not started", {"value": (0, 5)}, (), said, "A dot."
        )
        with Journal(target / "journal") as journal:
            for entry in entries:
                graded = Result(entry.name, 1, "bwrap", [task], [said], digest=digest)
                journal.write(Record(entry.name, "k", graded))
            write_class_reports(Class(ClassFolder(target, "plain", entries), target, [], ("sim",)), journal)
        made[f"class of {len(names)}"] = target / "class.html"
    made |= {f"name {k}": target / f"students/s{k}/feedback.html" for k in range(len(SCRIPTS))}
    return made


def look(window, file, kind):
    """Open a page with all that is folded in it; it fits, can be read, and asks for nothing."""
    window.goto(file.as_uri())
    window.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert not window.evaluate(WIDE), kind
    ratio, text = window.evaluate(CONTRAST)
    assert ratio >= 4.5, (kind, text)
    assert window.locator("html").get_attribute("lang") == "en", kind
    assert window.locator("h1").count() == 1, kind
    assert not window.problems, kind


def test_small_classes_and_names_in_any_script_fit_and_are_readable(window, small):
    for kind, file in small.items():
        look(window, file, kind)


def test_work_that_could_not_be_read_is_not_called_not_started(small):
    page = small["name 0"].read_text(encoding="utf-8")
    assert "is encrypted" in page
    assert "ot started yet" not in page


@pytest.mark.parametrize("file", KINDS.values(), ids=KINDS)
def test_a_page_fits_its_window_is_readable_and_asks_for_nothing(window, pages, file):
    look(window, pages / file, file)


@pytest.mark.parametrize("file", FILES)
def test_everything_can_be_reached_and_opened_by_keyboard(window, pages, file):
    window.goto((pages / file).as_uri())
    wanted = window.locator("a[href], summary, [tabindex='0']").count()
    reached = set()
    for _ in range(wanted + 1):
        window.keyboard.press("Tab")
        reached.add(
            window.evaluate(
                "() => [...document.querySelectorAll(\"a[href], summary, [tabindex='0']\")]"
                ".indexOf(document.activeElement)"
            )
        )
    assert len(reached - {-1}) == wanted
    window.locator("summary").first.focus()
    window.keyboard.press("Enter")
    assert window.locator("details").first.evaluate("details => details.open")


def test_pictures_are_shown_and_described(window, pages):
    window.goto((pages / FILES[1]).as_uri())
    images = window.locator("img")
    assert images.count() == 3
    for k in range(3):
        assert images.nth(k).evaluate("image => image.naturalWidth") == 192
        assert images.nth(k).get_attribute("alt")


def test_a_page_of_work_that_was_refused_adds_nothing_up(pages):
    page = (pages / KINDS["refused"]).read_text(encoding="utf-8")
    assert "It is no zip." in page
    assert "How it adds up" not in page
    assert "How it adds up" in (pages / KINDS["adjusted, not read"]).read_text(encoding="utf-8")


def test_points_stand_behind_a_name_that_is_written_from_right_to_left(window, pages):
    window.goto((pages / FILES[0]).as_uri())
    name, points = window.locator("#adjusted strong", has_text=ABSENT).evaluate(
        """name => {
          const range = document.createRange(), text = name.nextSibling;
          range.setStart(text, text.data.indexOf('4'));
          range.setEnd(text, text.data.indexOf('4') + 1);
          return [name.getBoundingClientRect().right, range.getBoundingClientRect().left];
        }"""
    )
    assert name <= points


def test_a_student_is_found_from_the_class(window, pages):
    window.goto((pages / FILES[0]).as_uri())
    window.get_by_role("link", name="student-03-with-quite-a-long-name").last.click()
    assert "Nummer 3:" in window.title()


def test_the_labels_of_the_scores_stay_apart_whatever_the_points(window, tmp_path):
    handed_in, digest = work(tmp_path / "handed-in")
    entry = Entry("ann", handed_in, (Student(name="Ann"),))
    task = TaskResult("sim", "Cosine similarity", 28, 11.5, "partial", {"value": (11.5, 28)})
    with Journal(tmp_path / "journal") as journal:
        journal.write(Record("ann", "k", Result("ann", 1, "bwrap", [task], digest=digest)))
        write_class_reports(Class(ClassFolder(tmp_path, "plain", [entry]), tmp_path, [], ("sim",)), journal)
    window.goto(f"file://{tmp_path / 'class.html'}")
    boxes = [label.bounding_box() for label in window.locator("svg .edge").all()]
    assert len(boxes) == 11
    assert all(one["x"] + one["width"] < other["x"] for one, other in pairwise(boxes))
