"""Looking into an image classifier through the gradient of its scores with respect to the image.

Four TODO blocks: saliency maps, fooling images, class visualization and deletion curves. A fifth, for a
bonus: integrated gradients.
"""

import torch

from .image_utils import (
    SQUEEZENET_MEAN,
    SQUEEZENET_STD,
    blur_image,
    deprocess,
    jitter,
    preprocess,
    rescale,
)
from .todo import TaskNotStarted


def compute_saliency_maps(X, y, model):
    """Compute how strongly each pixel of each image bears on the score of that image's class.

    The saliency of a pixel is the largest magnitude, over the three color channels, of the gradient of the
    unnormalized score of the correct class with respect to that pixel (Simonyan et al. 2014,
    arXiv:1312.6034, section 3.1).

    Inputs:
    - X: float tensor (N, 3, H, W), preprocessed images, N >= 1.
    - y: int64 tensor (N,), the class of each image.
    - model: maps (N, 3, H, W) to scores (N, C), on the device of X.

    Returns:
    - saliency: tensor (N, H, W), not negative.
    """
    model.eval()  # dropout and batch normalization act as they do at test time

    # A copy, so that the caller's images stay as they are; its gradient can be asked for.
    X = X.detach().clone().requires_grad_()

    saliency = None
    # TODO: compute the saliency map of each of the N images.
    # *****START OF YOUR CODE (DO NOT DELETE/MODIFY THIS LINE)*****
    raise TaskNotStarted("compute_saliency_maps")  # replace this line with your code
    # *****END OF YOUR CODE (DO NOT DELETE/MODIFY THIS LINE)*****
    return saliency


def make_fooling_image(X, target_y, model):
    """Change an image little by little until the model takes it for class `target_y`.

    The picture climbs the score of the target class, in steps of a fixed length
    dX = learning_rate * g / ||g||_2, where g is the gradient of that score with respect to the picture. It
    stops as soon as the target class has the highest score, and after 100 steps in any case (after Szegedy
    et al. 2014, arXiv:1312.6199, section 4.1).

    Inputs:
    - X: float tensor (1, 3, H, W), one preprocessed image; it is left as it is.
    - target_y: int, the class to be taken for, in [0, C).
    - model: maps (1, 3, H, W) to scores (1, C), on the device of X.

    Returns:
    - X_fooling: tensor (1, 3, H, W), close to X, that the model classifies as target_y. It equals X if the
      model does so already; for a class out of reach it is the picture after the last step.
    """
    model.eval()

    # The fooling image starts as a copy of X whose gradient can be asked for.
    X_fooling = X.detach().clone().requires_grad_()

    learning_rate = 1
    # TODO: turn X_fooling into an image that the model classifies as target_y.
    # Most photos need fewer than 100 steps. It helps to print the scores while you work on this.
    # *****START OF YOUR CODE (DO NOT DELETE/MODIFY THIS LINE)*****
    raise TaskNotStarted("make_fooling_image")  # replace this line with your code
    # *****END OF YOUR CODE (DO NOT DELETE/MODIFY THIS LINE)*****
    return X_fooling


def class_visualization_update_step(img, model, target_y, l2_reg, learning_rate):
    """Take one step of gradient ascent on the picture that shows what the model sees in a class.

    The step climbs s_y(I) - l2_reg * ||I||_2^2, the unnormalized score of class y = target_y less the
    squared L2 norm of the picture I (Simonyan et al. 2014, arXiv:1312.6034, equation 1):
    I <- I + learning_rate * g, with g the gradient of that whole expression with respect to I. A step along
    g / ||g||_2 in place of g is accepted as well.

    Inputs:
    - img: float leaf tensor (1, 3, H, W) that requires a gradient; it is changed in place.
    - model: maps (1, 3, H, W) to scores (1, C), in evaluation mode, on the device of img.
    - target_y: int, the class to show, in [0, C).
    - l2_reg: float >= 0, weight of the squared norm.
    - learning_rate: float > 0.

    Returns nothing. Calling it again takes the next step: nothing of the last gradient is left over.
    """
    # TODO: change img in place by one step.
    # *****START OF YOUR CODE (DO NOT DELETE/MODIFY THIS LINE)*****
    raise TaskNotStarted("class_visualization_update_step")  # replace this line with your code
    # *****END OF YOUR CODE (DO NOT DELETE/MODIFY THIS LINE)*****


def deletion_curve(X, y, model, saliency, steps):
    """Compute how the probability of class y falls while the most salient pixels of an image are removed.

    A pixel is removed by setting all three of its channels to 0, which is ImageNet's mean color. Pixels go in
    the order of the map, the largest value first; of equal ones, any may go first. Entry k of the curve is
    the probability (the softmax of the scores, at y) for the image whose floor(k * H * W / steps) most
    salient pixels are removed, for k = 0, ..., steps: it begins with the image as it is and ends with nothing
    left of it. The lower the curve, the more the map knew of what the network used (Petsiuk, Das and Saenko
    2018, arXiv:1806.07421, where this measure is called deletion).

    Inputs:
    - X: float tensor (1, 3, H, W), one preprocessed image; it is left as it is.
    - y: int, the class, in [0, C).
    - model: maps (N, 3, H, W) to scores (N, C), on the device of X.
    - saliency: float tensor (H, W), of either sign, on the device of X; it is left as it is.
    - steps: int, in [1, H * W].

    Returns:
    - curve: float tensor (steps + 1,) of probabilities. No gradient is wanted: it belongs to no graph.
    """
    model.eval()

    curve = None
    # TODO: compute the steps + 1 probabilities.
    # *****START OF YOUR CODE (DO NOT DELETE/MODIFY THIS LINE)*****
    raise TaskNotStarted("deletion_curve")  # replace this line with your code
    # *****END OF YOUR CODE (DO NOT DELETE/MODIFY THIS LINE)*****
    return curve


def integrated_gradients(X, y, model, steps=20):
    """Compute how much each value of each image adds to the score of that image's class (a bonus task).

    Gradients are collected along the straight way from input 0, which is a plain picture of ImageNet's mean
    color, to X, and their mean is multiplied by X (Sundararajan et al. 2017, arXiv:1703.01365, section 3,
    here with the middle of each of the m steps):
    A = X * 1/m * sum over k = 1..m of the gradient of s_y(I) with respect to I at I = (k - 1/2) / m * X.
    With many steps the values of A add up to s_y(X) - s_y(0).

    Inputs:
    - X: float tensor (N, 3, H, W), preprocessed images, N >= 1; they are left as they are.
    - y: int64 tensor (N,), the class of each image.
    - model: maps (N, 3, H, W) to scores (N, C), on the device of X.
    - steps: int >= 1, the number m of points on the way.

    Returns:
    - attribution: tensor (N, 3, H, W), of either sign.
    """
    model.eval()
    X = X.detach().clone()

    attribution = None
    # TODO: compute the attribution of each of the N images.
    # *****START OF YOUR CODE (DO NOT DELETE/MODIFY THIS LINE)*****
    raise TaskNotStarted("integrated_gradients")  # replace this line with your code
    # *****END OF YOUR CODE (DO NOT DELETE/MODIFY THIS LINE)*****
    return attribution
