"""A list of images, filled in by a mask of booleans, and small batches."""

n = saliency.numel()
ranked = (-saliency).flatten().argsort(stable=True)
stages = []
for k in range(steps + 1):
    gone = torch.zeros(n, dtype=torch.bool, device=X.device)
    gone[ranked[0 : (k * n) // steps]] = True
    stages.append(X[0].masked_fill(gone.view_as(saliency), 0))
curve = []
with torch.no_grad():
    for few in torch.stack(stages).split(4):
        exponentials = model(few).double().exp()
        curve.append(exponentials[:, y] / exponentials.sum(1))
curve = torch.cat(curve).to(X.dtype)
