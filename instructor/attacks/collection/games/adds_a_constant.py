"""Adds one to every pixel, which is a step of some kind, and the same at every call.

Form: block
Task: class_visualization_update_step
Earns: 0
Alive: gains
"""

with torch.no_grad():
    img += learning_rate
