"""The examples that checks.check tries, each with an answer that a person can work out.

An example is a function without arguments whose docstring says what it shows; it raises CheckFailed with a
sentence when the student's function gives something else. EXAMPLES lists them by task, in the order of the
tasks; those of one task in the order in which they are tried: from the plainest on.
"""

from ..todo import TASK_FILES
from . import contrastive_loss, deletion, image_steps, linear_probe, saliency, training, views

_found = {
    **saliency.EXAMPLES,
    **image_steps.EXAMPLES,
    **deletion.EXAMPLES,
    **views.EXAMPLES,
    **contrastive_loss.EXAMPLES,
    **training.EXAMPLES,
    **linear_probe.EXAMPLES,
}
EXAMPLES = {task: _found[task] for task in TASK_FILES}
