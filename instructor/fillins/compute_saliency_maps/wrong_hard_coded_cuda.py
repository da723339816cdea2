"""Everything is moved to CUDA, whatever device X is on.

Caught by: test_saliency_value
Hint: Stay on the device of X; use X.device where a device is needed.
Symptom: CUDA|NVIDIA|cuda
"""

scores = model(X).gather(1, y.view(-1, 1).cuda()).squeeze(1)
scores.backward(torch.ones(len(y)).cuda())
saliency = X.grad.abs().max(dim=1).values
