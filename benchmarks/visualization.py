"""Saliency, fooling and class visualization against a bare pass, and saliency against captum.

    python -m benchmarks.visualization

A bare pass is one forward pass and the gradient of the scores by the images, on the embedded network. Fooling
and class visualization are counted in such passes, one for each step that they take.
"""

import argparse

import torch

from cs231n.data_utils import load_imagenet_val
from cs231n.image_utils import preprocess
from cs231n.pretrained import load_pretrained
from instructor.checks.reference import answer

from .simclr_training import clock_of
from .timing import in_turns, machine, ratio, table


def main(arguments=None):
    """Print the times and their ratios as Markdown."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.visualization", description=__doc__.split("\n")[0]
    )
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--images", type=int, default=5)
    parser.add_argument("--cpu-time", action="store_true", help="CPU seconds, on a machine that is busy")
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args(arguments)

    model = load_pretrained(device=options.device).eval()
    X, y = photos(options)
    print(f"{machine(options.device)}\n")
    rows = saliency_rows(model, X, y, options) + step_rows(model, X, y, options)
    print(table(("what", "ms", "of the bare pass"), rows))


def photos(options):
    """Return preprocessed photos (N, 3, 224, 224) and their labels."""
    from PIL import Image

    X, y, _ = load_imagenet_val(options.images)
    X = torch.cat([preprocess(Image.fromarray(image)) for image in X]).to(options.device)
    return X, torch.as_tensor(y, device=options.device)


def bare(model, X, y):
    """One forward pass and the gradient of the scores of classes y by the images."""
    X = X.clone().requires_grad_()
    scores = model(X).gather(1, y.view(-1, 1)).sum()
    return torch.autograd.grad(scores, X)


def saliency_rows(model, X, y, options):
    from captum.attr import Saliency

    captum = Saliency(model)
    ways = {
        f"bare pass over {len(X)} photos": lambda: bare(model, X, y),
        "compute_saliency_maps": lambda: answer("compute_saliency_maps")(X.clone(), y, model),
        "captum Saliency": lambda: captum.attribute(X.clone().requires_grad_(), target=y),
    }
    return _rows(ways, options)


def step_rows(model, X, y, options):
    """Fooling to a class that takes a few steps, and one step of class visualization."""
    one, target = X[:1], torch.tensor([6], device=X.device)
    passes = 0

    def count(*_):
        nonlocal passes
        passes += 1

    hook = model.register_forward_hook(count)
    answer("make_fooling_image")(one, 6, model)
    hook.remove()
    image = torch.randn(1, 3, 224, 224, device=X.device, requires_grad=True)

    def bare_passes(n):
        for _ in range(n - 1):
            bare(model, one, target)
        with torch.no_grad():
            model(one)  # the last look needs no gradient

    ways = {
        f"{passes - 1} bare passes and a last look": lambda: bare_passes(passes),
        "make_fooling_image": lambda: answer("make_fooling_image")(one, 6, model),
    }
    rows = _rows(ways, options)
    step = answer("class_visualization_update_step")
    ways = {
        "bare pass over 1 image": lambda: bare(model, one, target),
        "class_visualization_update_step": lambda: step(image, model, 6, 1e-3, 25),
    }
    return rows + _rows(ways, options)


def _rows(ways, options):
    seconds = in_turns(ways, options.rounds, options.device, clock_of(options))
    first = next(iter(seconds))
    return [(name, f"{1000 * min(s):.1f}", f"{ratio(s, seconds[first]):.2f}") for name, s in seconds.items()]


if __name__ == "__main__":
    main()
