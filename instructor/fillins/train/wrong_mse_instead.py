"""The mean squared distance of the two projections is minimized.

Caught by: test_train_steps
Hint: The SimCLR loss also pushes other images apart; call simclr_loss_vectorized.
"""

_, out_left = model(x_i)
_, out_right = model(x_j)
loss = (out_left - out_right).pow(2).mean()
train_optimizer.zero_grad()
loss.backward()
train_optimizer.step()
