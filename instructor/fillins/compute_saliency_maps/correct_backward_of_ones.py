"""Scores gathered and sent backward with a vector of ones; the gradient is read from X.grad."""

scores = model(X)
correct_scores = scores.gather(1, y.view(-1, 1)).squeeze(1)
correct_scores.backward(torch.ones_like(correct_scores))
saliency, _ = torch.max(X.grad.data.abs(), dim=1)
