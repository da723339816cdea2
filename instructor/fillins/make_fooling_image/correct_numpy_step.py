"""The step is computed in NumPy."""

import numpy as np

for it in range(100):
    scores = model(X_fooling)
    if scores.data.max(1)[1][0].item() == target_y:
        print("fooled after", it, "steps")
        break
    model.zero_grad()
    scores[0, target_y].backward()
    g = X_fooling.grad.cpu().numpy()
    dX = learning_rate * g / np.sqrt((g.astype(np.float64) ** 2).sum())
    X_fooling = (X_fooling.detach() + torch.from_numpy(dX.astype(np.float32)).to(X.device)).requires_grad_()
