"""The optimizer takes no step.

Caught by: test_train_steps
Hint: backward() computes the gradients; train_optimizer.step() uses them.
Same as: wrong_loss_left_as_it_is (the weights stay as they were)
"""

_, out_left = model(x_i)
_, out_right = model(x_j)
loss = simclr_loss_vectorized(out_left, out_right, temperature, device=device)
train_optimizer.zero_grad()
loss.backward()
