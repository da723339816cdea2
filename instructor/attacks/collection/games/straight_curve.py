"""Draws a straight line between the two ends of the curve, which no map is needed for.

Form: block
Task: deletion_curve
Earns: 0
Alive: gains
"""

with torch.no_grad():
    first, last = (model(image).softmax(dim=1)[0, y] for image in (X, torch.zeros_like(X)))
curve = first + (last - first) * torch.arange(steps + 1) / steps
