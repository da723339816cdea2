"""The encoder is left out of the gradient, and only the projection head learns.

Caught by: test_train_steps
Hint: The whole model is trained; detach nothing.
"""

features_left, features_right = model(x_i)[0].detach(), model(x_j)[0].detach()
out_left = torch.nn.functional.normalize(model.g(features_left), dim=-1)
out_right = torch.nn.functional.normalize(model.g(features_right), dim=-1)
loss = simclr_loss_vectorized(out_left, out_right, temperature, device=device)
train_optimizer.zero_grad()
loss.backward()
train_optimizer.step()
