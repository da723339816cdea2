"""The gradients are set to zero between backward and step.

Caught by: test_train_steps
Hint: Set them to zero before backward or after the step.
Same as: wrong_loss_left_as_it_is (the weights stay as they were)
"""

_, out_left = model(x_i)
_, out_right = model(x_j)
loss = simclr_loss_vectorized(out_left, out_right, temperature, device=device)
loss.backward()
train_optimizer.zero_grad()
train_optimizer.step()
