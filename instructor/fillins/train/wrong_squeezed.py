"""The projections are squeezed, which takes a batch of one image for none.

Caught by: test_train_steps
Hint: The last batch may have a single image. What shape do its projections have then?
"""

_, out_left = model(x_i)
_, out_right = model(x_j)
loss = simclr_loss_vectorized(out_left.squeeze(), out_right.squeeze(), temperature, device=device)
train_optimizer.zero_grad()
loss.backward()
train_optimizer.step()
