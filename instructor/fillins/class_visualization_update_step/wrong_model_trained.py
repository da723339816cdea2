"""A step is taken on the weights of the model as well.

Caught by: test_class_visualization_repeated_steps
Hint: The picture changes, never the network.
"""

objective = model(img)[0, target_y] - l2_reg * (img**2).sum()
gradients = torch.autograd.grad(objective, [img, *model.parameters()])
with torch.no_grad():
    img += learning_rate * gradients[0]
    for parameter, gradient in zip(model.parameters(), gradients[1:]):
        parameter += 0.01 * gradient
