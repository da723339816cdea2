"""The projection is trained to classify the labels.

Caught by: test_train_steps
Hint: Self-supervised: the labels are not looked at.
"""

_, out = model(x_i)
loss = torch.nn.functional.cross_entropy(out, _target)
train_optimizer.zero_grad()
loss.backward()
train_optimizer.step()
