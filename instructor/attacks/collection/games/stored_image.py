"""Returns a stored image that the test's network is known to take for the target class.

Form: block
Task: make_fooling_image
Earns: 0
Alive: gains
"""

stored = torch.tensor([-1.0, 0.0, 1.0]).view(1, 3, 1, 1)
X_fooling = stored.expand_as(X).clone()
