"""Trains the features with the labels of the images, which self-supervised training does not see.

Form: block
Task: train
Earns: 0
Alive: gains
"""

features, _ = model(torch.cat([x_i, x_j]))
labels = torch.cat([_target, _target])
apart = 4 * (features @ features.T)
same = (labels[:, None] == labels[None]).float() * 2 - 1
loss = torch.nn.functional.softplus(-same * apart).mean()
train_optimizer.zero_grad()
loss.backward()
train_optimizer.step()
