"""Takes a random step of the right length.

Form: block
Task: class_visualization_update_step
Earns: 0
Alive: gains
"""

torch.manual_seed(int(target_y))
with torch.no_grad():
    step = torch.randn_like(img)
    img += learning_rate * step / step.norm()
