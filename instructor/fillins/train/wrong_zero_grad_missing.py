"""backward and step, and the gradients are not emptied.

Caught by: test_train_steps
Hint: backward() adds to the gradients; empty them once for each batch.
Same as: wrong_gradients_accumulate (the same, as others write it)
"""

h_i, z_i = model(x_i)
h_j, z_j = model(x_j)
loss = simclr_loss_vectorized(z_i, z_j, temperature, device)
loss.backward()
train_optimizer.step()
