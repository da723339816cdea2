"""Hands the image back as its own attribution, which is at least the same at every call and in every batch.

Form: block
Task: integrated_gradients
Earns: 0
Alive: gains
"""

attribution = X.detach().clone()
