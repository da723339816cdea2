"""The contrastive loss of SimCLR, first with loops, then with matrices (Chen et al. 2020, arXiv:2002.05709).

Five TODO blocks. N images give 2N views: row k of `out_left` and row k of `out_right` are the two views of
image k, a positive pair. Stacked in that order, view k belongs with view k + N.
"""

import numpy as np
import torch
import torch.nn.functional as F

from ..todo import TaskNotStarted


def sim(z_i, z_j):
    """Return the cosine similarity of two vectors, z_i · z_j / (||z_i|| ||z_j||) (section 2.1).

    Inputs:
    - z_i, z_j: float tensors (D,), of any length but zero.

    Returns:
    - norm_dot_product: scalar tensor in [-1, 1]; the gradient flows to both inputs.
    """
    norm_dot_product = None
    # TODO: compute the dot product of the two vectors once both have length 1.
    # *****START OF YOUR CODE (DO NOT DELETE/MODIFY THIS LINE)*****
    raise TaskNotStarted("sim")  # replace this line with your code
    # *****END OF YOUR CODE (DO NOT DELETE/MODIFY THIS LINE)*****
    return norm_dot_product


def simclr_loss_naive(out_left, out_right, tau):
    """Compute the SimCLR loss of a batch with a loop over its pairs.

    For two views i and j of the same image (equation 1):
        l(i, j) = -log( exp(sim(z_i, z_j) / tau) / sum over k != i of exp(sim(z_i, z_k) / tau) )
    where k runs over all 2N views but i itself. The loss of the batch is the mean of the 2N terms
    l(k, k + N) and l(k + N, k). It may not call simclr_loss_vectorized: each of the two losses is graded
    while the other one is taken away.

    Inputs:
    - out_left, out_right: float tensors (N, D), the projections of the first and the second views, of any
      length but zero; they are left as they are.
    - tau: float > 0, the temperature.

    Returns:
    - total_loss: scalar tensor; the gradient flows to both inputs.
    """
    N = out_left.shape[0]
    out = torch.cat([out_left, out_right], dim=0)  # (2N, D)

    total_loss = 0
    for k in range(N):  # one positive pair: views k and k + N
        z_k, z_k_N = out[k], out[k + N]
        # TODO: add l(k, k + N) + l(k + N, k) to total_loss. Use sim().
        # *****START OF YOUR CODE (DO NOT DELETE/MODIFY THIS LINE)*****
        raise TaskNotStarted("simclr_loss_naive")  # replace this line with your code
        # *****END OF YOUR CODE (DO NOT DELETE/MODIFY THIS LINE)*****

    total_loss = total_loss / (2 * N)
    return total_loss


def sim_positive_pairs(out_left, out_right):
    """Return the cosine similarity of each positive pair of a batch.

    Inputs:
    - out_left, out_right: float tensors (N, D); they are left as they are.

    Returns:
    - pos_pairs: tensor (N, 1), row k the similarity of row k of out_left and row k of out_right.
    """
    pos_pairs = None
    # TODO: compute the N similarities without a loop.
    # *****START OF YOUR CODE (DO NOT DELETE/MODIFY THIS LINE)*****
    raise TaskNotStarted("sim_positive_pairs")  # replace this line with your code
    # *****END OF YOUR CODE (DO NOT DELETE/MODIFY THIS LINE)*****
    return pos_pairs


def compute_sim_matrix(out):
    """Return the cosine similarity of every view with every view.

    Inputs:
    - out: float tensor (2N, D), all views of the batch; it is left as it is.

    Returns:
    - sim_matrix: tensor (2N, 2N), entry i, j the similarity of rows i and j of out.
    """
    sim_matrix = None
    # TODO: compute the whole matrix without a loop.
    # *****START OF YOUR CODE (DO NOT DELETE/MODIFY THIS LINE)*****
    raise TaskNotStarted("compute_sim_matrix")  # replace this line with your code
    # *****END OF YOUR CODE (DO NOT DELETE/MODIFY THIS LINE)*****
    return sim_matrix


def simclr_loss_vectorized(out_left, out_right, tau, device=None):
    """Compute the SimCLR loss of a batch without a loop: what simclr_loss_naive gives, which it may not call.

    Inputs:
    - out_left, out_right: float tensors (N, D), the projections of the first and the second views; they are
      left as they are.
    - tau: float > 0, the temperature.
    - device: where new tensors are made; None means the device of out_left.

    Returns:
    - loss: scalar tensor; the gradient flows to both inputs.
    """
    device = out_left.device if device is None else device
    N = out_left.shape[0]
    out = torch.cat([out_left, out_right], dim=0)  # (2N, D)

    sim_matrix = compute_sim_matrix(out)  # (2N, 2N)

    loss = None
    # TODO: compute the loss of the batch from sim_matrix. The 2N denominators are sums over the rows of the
    # exponentials without the diagonal; sim_positive_pairs() gives what the numerators need.
    # *****START OF YOUR CODE (DO NOT DELETE/MODIFY THIS LINE)*****
    raise TaskNotStarted("simclr_loss_vectorized")  # replace this line with your code
    # *****END OF YOUR CODE (DO NOT DELETE/MODIFY THIS LINE)*****
    return loss


def rel_error(x, y):
    """Return the largest relative error between two arrays of the same shape (given)."""
    x, y = np.asarray(x), np.asarray(y)
    return np.max(np.abs(x - y) / np.maximum(1e-8, np.abs(x) + np.abs(y)))
