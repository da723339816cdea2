"""The step goes along the gradient's direction and has the length of the learning rate.

Another answer: a step along the gradient's direction is accepted as well as the raw one.
"""

score = model(img)[0, target_y]
loss = score - l2_reg * torch.sum(img * img)
loss.backward()
with torch.no_grad():
    img += learning_rate * img.grad / img.grad.norm()
    img.grad.zero_()
