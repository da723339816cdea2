"""The projections of the first views are compared with themselves.

Caught by: test_train_steps
Same as: wrong_one_view_twice (the same, as others write it)
Hint: Both projections are computed. Which of them reach the loss?
"""

_, out_left = model(x_i)
_, out_right = model(x_j)
loss = simclr_loss_vectorized(out_left, out_left, temperature, device=device)
train_optimizer.zero_grad()
loss.backward()
train_optimizer.step()
