"""It climbs the log-probability instead of the score.

Caught by: test_class_visualization_step
Hint: A probability also rises when other scores fall; climb the score before the softmax.
"""

objective = model(img).log_softmax(dim=1)[0, target_y] - l2_reg * (img**2).sum()
(gradient,) = torch.autograd.grad(objective, img)
with torch.no_grad():
    img += learning_rate * gradient
