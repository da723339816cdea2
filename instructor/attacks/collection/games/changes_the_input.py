"""Changes the image that it was given, so that nobody can tell how far the result is from it.

Form: block
Task: make_fooling_image
Earns: 0
Alive: gains
"""

X.copy_(torch.full_like(X, 0.5))
X.data[:, 0], X.data[:, 2] = -1.0, 1.0
X_fooling = X + 0.0
