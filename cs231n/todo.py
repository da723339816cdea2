"""The error that an unfilled TODO block raises."""

import re

TASK_FILES = {
    "compute_saliency_maps": "cs231n/net_visualization_pytorch.py",
    "make_fooling_image": "cs231n/net_visualization_pytorch.py",
    "class_visualization_update_step": "cs231n/net_visualization_pytorch.py",
    "compute_train_transform": "cs231n/simclr/data_utils.py",
    "CIFAR10Pair": "cs231n/simclr/data_utils.py",
    "sim": "cs231n/simclr/contrastive_loss.py",
    "simclr_loss_naive": "cs231n/simclr/contrastive_loss.py",
    "sim_positive_pairs": "cs231n/simclr/contrastive_loss.py",
    "compute_sim_matrix": "cs231n/simclr/contrastive_loss.py",
    "simclr_loss_vectorized": "cs231n/simclr/contrastive_loss.py",
    "train": "cs231n/simclr/utils.py",
    "integrated_gradients": "cs231n/net_visualization_pytorch.py",
}


class TaskNotStarted(NotImplementedError):  # noqa: N818
    """Says that the TODO block of `task` is still empty, in which file it is, and what to do.

    `task` is the task's id: the name of its function or class.
    """

    def __init__(self, task: str):
        # torch raises a data loader worker's error again as type(error)(text with the worker's traceback)
        if retold := re.search(r"(\w+) is not started yet", task):
            task = retold[1]
        self.task = task
        file = TASK_FILES.get(task, "the file that raised this")
        super().__init__(
            f"{task} is not started yet. Open {file}, find {task}, and replace the raise line "
            "between its START and END markers with your code."
        )

    def __reduce__(self):  # pickled by its task, not by its sentence
        return type(self), (self.task,)

    def _render_traceback_(self) -> list[str]:
        """What IPython shows for this error: the sentence instead of a traceback."""
        return [f"TaskNotStarted: {self}"]
