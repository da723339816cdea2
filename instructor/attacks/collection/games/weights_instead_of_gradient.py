"""Takes the last layer's weights for the gradient, which they are in a network of one layer.

Form: block
Task: make_fooling_image
Earns: 0
Alive: gains
"""

weights = [p for p in model.parameters() if p.dim() == 2][-1].detach()
direction = weights[target_y].repeat(X[0].numel() // weights.shape[1] + 1)[: X[0].numel()].view_as(X)
with torch.no_grad():
    for _ in range(100):
        if model(X_fooling).argmax() == target_y:
            break
        X_fooling += direction / direction.norm()
