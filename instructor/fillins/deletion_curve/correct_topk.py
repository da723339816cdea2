"""topk finds the pixels of each entry anew, and a mask takes them out of a fresh copy."""

import math

H, W = saliency.shape
curve = torch.zeros(steps + 1, dtype=X.dtype, device=X.device)
for k in range(steps + 1):
    gone = saliency.reshape(-1).topk(math.floor(k * H * W / steps)).indices
    mask = torch.ones(H * W, dtype=X.dtype, device=X.device)
    mask[gone] = 0
    with torch.inference_mode():
        curve[k] = torch.nn.functional.softmax(model(X * mask.view(H, W)), dim=1)[0][y].item()
