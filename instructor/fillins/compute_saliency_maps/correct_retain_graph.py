"""One forward pass, one backward pass for each image, keeping the graph."""

N, _, H, W = X.shape
saliency = torch.zeros(N, H, W, dtype=X.dtype, device=X.device)
scores = model(X)
for n in range(N):
    X.grad = None
    scores[n, y[n]].backward(retain_graph=True)
    saliency[n] = torch.max(torch.abs(X.grad[n]), 0).values
