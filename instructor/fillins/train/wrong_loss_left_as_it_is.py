"""The loss is computed, and nothing is learned from it.

Caught by: test_train_steps
Hint: Three lines follow the loss in any training step: gradients to zero, backward, step.
"""

_, out_left = model(x_i)
_, out_right = model(x_j)
loss = simclr_loss_vectorized(out_left, out_right, temperature, device=device)
