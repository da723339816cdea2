"""The score of the predicted class is climbed.

Caught by: test_class_visualization_step
Hint: target_y names the class to show.
"""

scores = model(img)
objective = scores[0].max() - l2_reg * (img**2).sum()
(gradient,) = torch.autograd.grad(objective, img)
with torch.no_grad():
    img += learning_rate * gradient
