"""From the first look to 100 points, in the order in which a student does it.

Each test goes on from where the one before it has left the notebooks.
"""

import json
import os
import re
import subprocess
import sys
import time

import pytest
from PIL import Image

from instructor.core.composition import fillins, splice
from instructor.core.tasks import ROOT, code_tasks

NETWORK, LEARNING = "NetworkVisualization", "SelfSupervisedLearning"
CHECKS = {
    NETWORK: ("saliency-check", "fooling-check", "class-visualization-check", "all-checks"),
    LEARNING: ("augmentation-check", "naive-check", "vectorized-check", "train-check", "all-checks"),
}

VERDICT = re.compile(r"^\w+: (?:passed|wrong|not started).*$", flags=re.MULTILINE)


def fill(checkout):
    """Write the reference into every block, as a student would with an editor."""
    for task in code_tasks():
        file = checkout / task.module
        body = fillins(task.id)["reference"].body
        file.write_text(splice(file.read_text(encoding="utf-8"), task.block, body), encoding="utf-8")


def verdicts(lab, notebook):
    """The verdicts that the check cells have printed, which their cards repeat in other words."""
    return [line for cell in CHECKS[notebook] for line in VERDICT.findall(lab.text(cell))]


def test_the_lab_opens_soon(lab, server):
    start = time.monotonic()
    lab.open(NETWORK)
    seconds = server[1] + time.monotonic() - start
    lab.picture("opened")
    print(f"JupyterLab, page and kernel: {seconds:.1f} s")
    assert server[1] < 30  # 10 on two cores that have nothing else to do


@pytest.mark.parametrize("notebook", [NETWORK, LEARNING])
def test_unfilled_every_task_says_so_and_nothing_else_breaks(lab, notebook):
    lab.open(notebook)
    seconds = lab.run_all()
    print(f"{notebook}, unfilled: {seconds:.0f} s")
    assert lab.raised() == []
    lines = verdicts(lab, notebook)
    assert lines
    assert all(": not started" in line for line in lines)
    assert "0 of 100 points are within reach" in lab.text("progress")
    lab.picture(f"unfilled-{notebook}", lab.cell(CHECKS[notebook][0]))


def test_the_first_picture_comes_soon(lab):
    lab.open(NETWORK)
    lab.menu("Kernel", "Restart Kernel and Run All Cells…")
    lab.page.locator(".jp-Dialog .jp-mod-accept").click()
    start = time.monotonic()
    lab.cell("predictions").locator("img").first.wait_for(timeout=90_000)
    seconds = time.monotonic() - start
    print(f"first cell to first picture: {seconds:.1f} s")
    lab.wait_until_done()
    assert seconds < 30  # 15 on two cores that have nothing else to do


def test_an_explorer_of_an_unfilled_block_says_so(lab):
    lab.cell("saliency-explore").get_by_text("compute_saliency_maps is not started yet").wait_for()
    fooling = lab.cell("fooling-explore")
    fooling.get_by_role("button", name="start").click()
    fooling.get_by_text("make_fooling_image is not started yet").wait_for()
    assert lab.raised() == []


def test_blocks_filled_while_the_kernel_runs_are_taken_up(lab, checkout):
    fill(checkout)
    explorer = lab.cell("saliency-explore").locator(".cs231n-explorer")
    image = explorer.locator(".cs231n-pictures")
    before = image.inner_html()
    lab.slide(explorer, "noise", 1)  # no cell is run, and yet
    lab.changes(image, before)
    assert lab.text("saliency-explore").count("not started") == 0

    seconds = lab.run_all()
    print(f"{NETWORK}, filled: {seconds:.0f} s")
    assert lab.raised() == []
    lines = verdicts(lab, NETWORK)
    assert all(line.endswith(": passed") for line in lines)
    lab.picture("checks", lab.cell("saliency-check"))


def test_the_saliency_explorer_follows_its_sliders(lab):
    explorer = lab.cell("saliency-explore").locator(".cs231n-explorer")
    image = explorer.locator(".cs231n-pictures")
    shown = image.inner_html()
    lab.slide(explorer, "overlay", -3)
    shown = lab.changes(image, shown)
    explorer.locator("select").select_option(index=4)
    shown = lab.changes(image, shown)
    explorer.locator("input[type=text]").fill("stingray")
    lab.page.keyboard.press("Enter")
    lab.changes(image, shown)
    lab.picture("saliency", explorer)


def test_the_fooling_explorer_goes_through_its_steps(lab):
    explorer = lab.cell("fooling-explore").locator(".cs231n-explorer")
    image = explorer.locator(".cs231n-pictures")
    shown = image.inner_html()
    explorer.get_by_role("button", name="start").click()
    shown = lab.changes(image, shown)
    explorer.locator("button:has-text('stop')[disabled]").wait_for()
    lab.page.wait_for_timeout(500)
    lab.picture("fooling", explorer)
    shown = image.inner_html()
    lab.slide(explorer, "step", -1)
    lab.changes(image, shown)


def test_stop_acts_at_once_and_keeps_the_picture(lab):
    explorer = lab.cell("class-explore").locator(".cs231n-explorer")
    image = explorer.locator(".cs231n-pictures")
    shown = image.inner_html()
    lab.slide(explorer, "steps", 60)
    explorer.get_by_role("button", name="start").click()
    for _ in range(4):
        shown = lab.changes(image, shown)
    start = time.monotonic()
    explorer.get_by_role("button", name="stop").click()
    explorer.locator("button:has-text('stop')[disabled]").wait_for()
    seconds = time.monotonic() - start
    print(f"stopped after {seconds:.2f} s")
    assert seconds < 3  # 1 on two cores that have nothing else to do
    lab.page.wait_for_timeout(600)
    kept = image.inner_html()
    lab.page.wait_for_timeout(1500)
    assert image.inner_html() == kept
    lab.picture("class", explorer)


def test_a_photo_of_ones_own_goes_through_the_notebook(lab, checkout, tmp_path):
    Image.effect_mandelbrot((640, 480), (-2, -1.5, 1, 1.5), 60).convert("RGB").save(tmp_path / "mine.jpg")
    (tmp_path / "list.txt").write_text("milk, eggs", encoding="utf-8")
    cell = lab.cell("own-photos")

    def upload(name):
        with lab.page.expect_file_chooser() as chooser:
            cell.get_by_role("button", name="choose photos").click()
        chooser.value.set_files(tmp_path / name)

    upload("list.txt")
    cell.get_by_text("list.txt is not a picture").wait_for()
    upload("mine.jpg")
    cell.get_by_text("your photos come first").wait_for()
    assert [file.name for file in (checkout / "datasets" / "own_photos").iterdir()] == ["mine.png"]
    lab.run_from("imports")
    assert lab.raised() == []
    assert "21 photos" in lab.text("imports")
    lab.picture("own-photo", lab.cell("predictions"))
    cell.get_by_role("button", name="delete them").click()
    cell.get_by_text("They are gone").wait_for()


def test_without_a_kernel_still_pictures_are_there(lab):
    lab.save()
    lab.stop_kernels()
    lab.open(NETWORK)
    for cell in ("saliency-explore", "fooling-explore", "class-explore"):
        still = lab.cell(cell).locator(".jp-RenderedImage img")
        still.scroll_into_view_if_needed()
        assert still.is_visible()
        assert "model not found" not in lab.cell(cell).inner_text()
    lab.picture("still", lab.cell("saliency-explore"))


def test_the_second_notebook_passes_and_its_explorers_move(lab):
    lab.open(LEARNING)
    seconds = lab.run_all()
    print(f"{LEARNING}, filled: {seconds:.0f} s")
    assert lab.raised() == []
    assert all(line.endswith(": passed") for line in verdicts(lab, LEARNING))
    assert "96 of 100 points are within reach" in lab.text("progress")
    lab.picture("progress", lab.cell("progress"))

    maps = lab.cell("embedding-explore").locator(".cs231n-explorer")
    thumbs = maps.locator("svg .t:visible")
    assert thumbs.count() == 2  # of the chosen image, on both maps
    dot = maps.locator("svg circle[class^=p]").last  # the last one lies on top
    dot.hover()
    assert thumbs.count() == 4
    image = maps.locator(".cs231n-pictures")
    before = image.inner_html()
    lab.slide(maps, "image", 5)
    lab.changes(image, before)
    lab.page.wait_for_timeout(1000)  # for the last of the slider's steps
    lab.picture("embedding", maps)

    views = lab.cell("augmentation-explore").locator(".cs231n-explorer")
    image = views.locator(".cs231n-pictures")
    before = image.inner_html()
    lab.slide(views, "color jitter", 20)
    lab.changes(image, before)
    assert "Mean cosine similarity" in views.inner_text()
    lab.picture("augmentation", views)
    lab.save()


def test_what_is_packed_gets_all_points(checkout, tmp_path):
    packed = subprocess.run(
        ["bash", "collect_submission.sh"],
        cwd=checkout,
        env={**os.environ, "PYTHON": sys.executable},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "Not started" not in packed.stdout
    assert "Without an answer" in packed.stdout
    command = [sys.executable, "-m", "instructor", "grade", str(checkout / "submission.zip")]
    subprocess.run([*command, "--results", str(tmp_path)], cwd=ROOT, check=True)
    (results,) = tmp_path.glob("*/results.json")
    everything = 100 + sum(task.points for task in code_tasks() if task.bonus)
    scores = json.loads(results.read_text(encoding="utf-8"))
    assert scores["score"] == sum(test["max_score"] for test in scores["tests"]) == everything


def test_the_browser_saw_no_error(lab):
    assert lab.errors == []
