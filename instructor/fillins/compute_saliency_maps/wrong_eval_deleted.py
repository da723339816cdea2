"""The given line model.eval() is gone, so that a model in training mode stays in it.

Caught by: test_saliency_evaluation_mode
Hint: Saliency asks how the model judges at test time: put the given line back.
Without: model.eval()
"""

scores = model(X).gather(1, y.view(-1, 1))
(gradient,) = torch.autograd.grad(scores.sum(), X)
saliency = gradient.abs().amax(dim=1)
