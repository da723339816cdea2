"""One epoch of SimCLR training, and the linear probe of what it learned; more ways to judge: `evaluation`.

Two TODO blocks: the training step, and the linear probe.
"""

import torch
from tqdm.auto import tqdm

from ..todo import TaskNotStarted
from .contrastive_loss import simclr_loss_vectorized
from .evaluation import device_of, fit_linear, test, train_val


def train(model, data_loader, train_optimizer, epoch, epochs, batch_size=32, temperature=0.5, device=None):
    """Train the model on every batch once.

    Inputs:
    - model: maps images (B, 3, H, W) to (features, projections), both normalized, as model.Model does.
    - data_loader: yields (x_i, x_j, target): two views (B, 3, H, W) of the same images, and their classes.
    - train_optimizer: torch optimizer over the parameters of the model.
    - epoch, epochs: the number of this epoch and of all, for the progress bar.
    - batch_size: images in a whole batch; the last one may have fewer.
    - temperature: float > 0, tau of the loss.
    - device: where the model is; None asks the model.

    Returns: float, the mean loss over the images seen.
    """
    device = device_of(model) if device is None else device
    model.train()

    total_loss, total_num = 0.0, 0
    progress = tqdm(data_loader, leave=False)
    for x_i, x_j, _target in progress:
        x_i, x_j = x_i.to(device), x_j.to(device)

        loss = None
        # TODO: compute the SimCLR loss of the two views, then take one step of train_optimizer on it.
        # *****START OF YOUR CODE (DO NOT DELETE/MODIFY THIS LINE)*****
        raise TaskNotStarted("train")  # replace this line with your code
        # *****END OF YOUR CODE (DO NOT DELETE/MODIFY THIS LINE)*****

        total_num += len(x_i)
        total_loss += loss.item() * len(x_i)
        progress.set_description(f"Train epoch [{epoch}/{epochs}] loss {total_loss / total_num:.4f}")

    return total_loss / total_num


def linear_probe(model, train_loader, test_loader, fit=fit_linear, device=None):
    """Measure how well a linear classifier does on the frozen features of a model (arXiv:2002.05709, 2.2).

    The features of an image are the first of the model's two outputs, with the model in evaluation mode. Each
    feature of the training images is shifted to mean 0 and scaled to standard deviation 1 over them; one that
    is the same for all of them is only shifted. From these and the labels of the training images `fit`
    makes a classifier, in one call. The features of the test images are shifted and scaled by the numbers of
    the training images; each image is taken for the class of its highest score. The labels of the test
    images serve to count, and for nothing else.

    Inputs:
    - model: maps images (B, 3, H, W) to (features, projections), (B, D) and (B, P), as model.Model does. It
      is left as it is: its weights, the statistics of its batch normalization, which of its weights have or
      want a gradient, and whether it is in training mode.
    - train_loader, test_loader: yield (images, target), float (B, 3, H, W) and long (B,); the last batch may
      have fewer images.
    - fit: maps features (N, D), which carry no gradient, and labels (N,) to a classifier; that maps features
      (M, D) to scores (M, C).
    - device: where the model is; None asks the model.

    Returns: float, the share of the test images that are taken for their class, in percent.
    """
    device = device_of(model) if device is None else device

    accuracy = None
    # TODO: compute the accuracy on the test images.
    # *****START OF YOUR CODE (DO NOT DELETE/MODIFY THIS LINE)*****
    raise TaskNotStarted("linear_probe")  # replace this line with your code
    # *****END OF YOUR CODE (DO NOT DELETE/MODIFY THIS LINE)*****
    return accuracy
