"""Returns a slightly brighter image, which is at least another one, the same at every call.

Form: block
Task: make_fooling_image
Earns: 0
Alive: gains
"""

X_fooling = X + 0.1
