"""The pictures of the feedback, taken of a student's code in a jail."""

from instructor.core.composition import compose
from instructor.grading.pictures import take_pictures
from instructor.sandbox.jail import Jail
from instructor.sandbox.limits import Limits

TASKS = ("compute_saliency_maps", "make_fooling_image", "class_visualization_update_step")


def test_a_task_that_ends_its_process_costs_no_other_task_its_picture(tmp_path):
    compose(tmp_path, dict.fromkeys(TASKS, "reference"))
    file = tmp_path / "cs231n" / "net_visualization_pytorch.py"
    file.write_text(file.read_text() + "\n\ndef make_fooling_image(*_):\n    import os\n\n    os._exit(0)\n")
    with Jail(tmp_path, "auto", Limits.load()) as jail:
        shown = [picture.task for picture in take_pictures(jail, TASKS, beside=False)]
    assert list(dict.fromkeys(shown)) == [TASKS[0], TASKS[2]]
