"""The gradients are cut to length 0.01 before the step.

Caught by: test_train_steps
Hint: Nobody asked for clipping: the step is the optimizer's own.
"""

_, out_left = model(x_i)
_, out_right = model(x_j)
loss = simclr_loss_vectorized(out_left, out_right, temperature, device=device)
train_optimizer.zero_grad()
loss.backward()
torch.nn.utils.clip_grad_norm_(model.parameters(), 0.01)
train_optimizer.step()
