"""The gradients are emptied for the first batch only, so that those of later batches add up.

Caught by: test_train_steps
Hint: Where does zero_grad() stand: before the loop over the batches, or in it?
"""

_, out_left = model(x_i)
_, out_right = model(x_j)
loss = simclr_loss_vectorized(out_left, out_right, temperature, device=device)
if total_num == 0:
    train_optimizer.zero_grad()
loss.backward()
train_optimizer.step()
