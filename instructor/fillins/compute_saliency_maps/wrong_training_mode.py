"""The model is put into training mode, where dropout and batch statistics change the scores.

Caught by: test_saliency_evaluation_mode
Hint: Saliency asks how the model judges at test time: leave it in evaluation mode.
"""

model.train()
model(X).gather(1, y.view(-1, 1)).sum().backward()
saliency = X.grad.abs().max(dim=1).values
