"""backward() is called every round and the gradient is never emptied.

Caught by: test_fooling_steps
Hint: X_fooling.grad adds up; set it to zero after each step.
Same as: wrong_gradient_accumulates (the same, as others write it)
"""

for i in range(100):
    out = model(X_fooling)
    if torch.argmax(out[0]) == target_y:
        break
    out[:, target_y].backward()
    X_fooling.data += learning_rate * X_fooling.grad.data / torch.norm(X_fooling.grad.data)
