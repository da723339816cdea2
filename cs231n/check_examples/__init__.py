"""The examples that checks.check tries, each with an answer that a person can work out.

An example is a function without arguments whose docstring says what it shows; it raises CheckFailed with a
sentence when the student's function gives something else. EXAMPLES lists them by task, in the order in which
they are tried: from the plainest on.
"""

from . import contrastive_loss, net_visualization, training, views

EXAMPLES = {
    **net_visualization.EXAMPLES,
    **views.EXAMPLES,
    **contrastive_loss.EXAMPLES,
    **training.EXAMPLES,
}
