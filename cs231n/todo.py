"""The tasks: what tasks.json says of them, and the error that an unfilled TODO block raises (given)."""

import json
import re
from pathlib import Path

from .words import t


def table():
    """Return what tasks.json, beside this file, says that the assignments consist of.

    - tasks: {id: {title, points, file, block of a task in code, bonus if it is one}} in order.
    - packed: the files that are handed in; notebooks: {file: {title, languages beside English}}.
    """
    return json.loads(Path(__file__).with_name("tasks.json").read_text(encoding="utf-8"))


# The file of each task with a block to fill. Read at once: an error has to name it also when files are gone.
TASK_FILES = {task: entry["file"] for task, entry in table()["tasks"].items() if "block" in entry}


class TaskNotStarted(NotImplementedError):  # noqa: N818
    """Says that the TODO block of `task` is still empty, in which file it is, and what to do.

    `task` is the task's id: the name of its function or class.
    """

    def __init__(self, task: str):
        # torch raises a data loader worker's error again as type(error)(text with the worker's traceback)
        if retold := re.search(r"(\w+) (?:is not started yet|还没有开始)", task):
            task = retold[1]
        self.task = task
        super().__init__(
            t(
                "{task} is not started yet. Open {file}, find {task}, and replace the raise line between its "
                "START and END markers with your code.",
                task=task,
                file=TASK_FILES.get(task, t("the file that raised this")),
            )
        )

    def __reduce__(self):  # pickled by its task, not by its sentence
        return type(self), (self.task,)

    def _render_traceback_(self) -> list[str]:
        """What IPython shows for this error: the sentence instead of a traceback."""
        return [f"TaskNotStarted: {self}"]
