"""backward through the score only; the penalty's gradient is written down as −2λI."""

scores = model(img)
scores[:, target_y].backward()
g = img.grad.data - 2 * l2_reg * img.data
img.data += learning_rate * g
img.grad.data.zero_()
