"""img is bound to a new tensor, and the caller's picture stays as it was.

Caught by: test_class_visualization_step
Hint: img = img + ... makes a new tensor; img += ... under no_grad changes the one that was given.
"""

objective = model(img)[0, target_y] - l2_reg * (img**2).sum()
(gradient,) = torch.autograd.grad(objective, img)
img = img + learning_rate * gradient
