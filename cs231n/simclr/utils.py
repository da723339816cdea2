"""One epoch of SimCLR training; the given ways to judge what it learned come from `evaluation`.

One TODO block: the training step.
"""

import torch
from tqdm.auto import tqdm

from ..todo import TaskNotStarted
from .contrastive_loss import simclr_loss_vectorized
from .evaluation import device_of, fine_tune, linear_probe, test, train_val


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
