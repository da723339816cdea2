"""Tries noise of growing strength until the network happens to be fooled.

Form: block
Task: make_fooling_image
Earns: 0
Alive: gains
"""

torch.manual_seed(0)
with torch.no_grad():
    for k in range(200):
        X_fooling = X + torch.randn_like(X) * 0.02 * (k + 1)
        if model(X_fooling).argmax() == target_y:
            break
