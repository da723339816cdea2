"""The vector of ones has length five, so that only batches of five work.

Caught by: test_saliency_batch_sizes
Hint: Take the number of images from X.shape or y.shape.
"""

scores = model(X).gather(1, y.view(-1, 1)).squeeze()
scores.backward(torch.FloatTensor([1.0, 1.0, 1.0, 1.0, 1.0]))
saliency = X.grad.abs().max(dim=1).values
