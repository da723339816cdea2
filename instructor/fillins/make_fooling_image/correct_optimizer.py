"""A plain SGD optimizer on the image, whose gradient is given length −1 before the step."""

optimizer = torch.optim.SGD([X_fooling], lr=learning_rate)
for _ in range(100):
    scores = model(X_fooling)
    if scores[0].argmax() == target_y:
        break
    optimizer.zero_grad()
    (-scores[0, target_y]).backward()
    X_fooling.grad /= torch.linalg.vector_norm(X_fooling.grad)
    optimizer.step()
