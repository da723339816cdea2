"""Takes the penalty's part of the step alone, which needs no network.

Form: block
Task: class_visualization_update_step
Earns: 0
Alive: gains
"""

with torch.no_grad():
    img -= learning_rate * (2 * l2_reg + 1e-3) * img
