"""torch.autograd.grad, and the gradients handed to the optimizer."""

_, out_left = model(x_i)
_, out_right = model(x_j)
loss = simclr_loss_vectorized(out_left, out_right, temperature, device)
parameters = [p for p in model.parameters() if p.requires_grad]
for parameter, gradient in zip(parameters, torch.autograd.grad(loss, parameters, allow_unused=True)):
    parameter.grad = gradient
train_optimizer.step()
