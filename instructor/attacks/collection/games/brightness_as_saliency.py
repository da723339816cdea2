"""Takes the brightest channel of each pixel for its saliency, without asking the model anything.

Form: block
Task: compute_saliency_maps
Earns: 0
Alive: gains
"""

saliency = X.detach().abs().amax(dim=1)
