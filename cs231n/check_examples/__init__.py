"""The examples that checks.check tries, each with an answer that a person can work out.

An example is a function without arguments whose docstring says what it shows; it raises CheckFailed with a
sentence when the student's function gives something else. EXAMPLES lists them by task, in the order in which
they are tried: from the plainest on.
"""

from . import contrastive_loss, image_steps, saliency, training, views

EXAMPLES = {
    **saliency.EXAMPLES,
    **image_steps.EXAMPLES,
    **views.EXAMPLES,
    **contrastive_loss.EXAMPLES,
    **training.EXAMPLES,
}
