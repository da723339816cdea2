"""The penalty counts twice: in the objective and as a decay after the step.

Caught by: test_class_visualization_regularization
Hint: The penalty is part of the objective; its gradient is enough.
Formula: I ← I + η (∂s_y/∂I − 2λI)
"""

objective = model(img)[0, target_y] - l2_reg * (img**2).sum()
(gradient,) = torch.autograd.grad(objective, img)
with torch.no_grad():
    img += learning_rate * gradient
    img -= learning_rate * 2 * l2_reg * img
