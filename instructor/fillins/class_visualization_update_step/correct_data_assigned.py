"""The new picture is assigned to img.data."""

if img.grad is not None:
    img.grad.zero_()
loss = model(img)[0][target_y] - l2_reg * (img.view(-1) @ img.view(-1))
loss.backward()
img.data = img.data + learning_rate * img.grad.data
