"""The scores are averaged over the batch, so that a map shrinks with the size of its batch.

Caught by: test_saliency_batch_sizes
Hint: Images do not share scores: the sum of the scores gives each image its own gradient, the mean divides
it by N.
"""

model(X).gather(1, y.view(-1, 1)).mean().backward()
saliency = X.grad.abs().max(dim=1).values
