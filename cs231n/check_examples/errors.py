"""What an error of Python or PyTorch means for the task at hand, where its own words do not say."""

import re

from ..words import t

WRONG_TYPE = (TypeError, AttributeError)
# kind of error, what its text holds, what it means; the first that fits is told
MEANINGS = (
    (
        WRONG_TYPE,
        r"return_types|\('?tuple'?|'tuple' object|tuple\)",
        "max, min, sort and topk along a dimension return a pair (values, indices): take its first part.",
    ),
    (
        WRONG_TYPE,
        "NoneType",
        "something is None that should hold a value. Is your result assigned to the name that the lines "
        "around your block use?",
    ),
    (
        TypeError,
        r"\w+\(\) (takes|missing|got an unexpected|got multiple)",
        "a function got other arguments than it takes. Keep the signature as it was given.",
    ),
    (
        WRONG_TYPE,
        r"numpy|ndarray",
        "NumPy and torch are mixed here. Stay with tensors: what passes through NumPy has no gradient.",
    ),
    (
        WRONG_TYPE,
        r"(int|float)'? object|must be Tensor, not|a Tensor with|invalid combination of arguments",
        "a function of torch got something that is no tensor, or a tensor of another kind than it takes.",
    ),
    (
        RuntimeError,
        "does not require grad",
        "no gradient leads back to the input. Was a part detached, computed under torch.no_grad(), or turned "
        "into a plain number?",
    ),
    (
        RuntimeError,
        "grad can be implicitly created only for scalar",
        "backward() starts from one number. Add up the numbers that you want the gradient of.",
    ),
    (
        RuntimeError,
        "backward through the graph a second time",
        "the same scores are used for a second backward pass. Compute them anew before it.",
    ),
    (
        RuntimeError,
        "leaf Variable that requires grad",
        "autograd watches this tensor. Change it in place under torch.no_grad() only.",
    ),
    (
        (RuntimeError, AssertionError),
        r"(?i)cuda|nvidia",
        "the code asks for a GPU. Put new tensors on the device of the input, whichever that is.",
    ),
    (
        RuntimeError,
        r"must match|cannot be multiplied|size of tensor|expand|not broadcastable|invalid for input of size",
        "two tensors do not fit together here. Print their shapes and compare them with the docstring's.",
    ),
    (
        RuntimeError,
        r"same dtype|expected scalar type|but found|expected all tensors to be on",
        "two tensors are of different kinds here. Look at their dtype and device.",
    ),
    (
        IndexError,
        "",
        "an index lies outside of the tensor. Does the code count on a certain size, or on a dimension that "
        "squeeze() has taken away?",
    ),
    (
        NameError,
        "",
        "a name is used here that has no value: is it spelled as above, or is an import missing?",
    ),
    (RecursionError, "", "the function calls itself without an end."),
)


def meaning_of(error):
    """Return a sentence about what an error most likely means, in the chosen language; "" for another one."""
    for kinds, pattern, sentence in MEANINGS:
        if isinstance(error, kinds) and re.search(pattern, str(error)):
            return t(sentence)
    return ""
