"""The second view is drawn first."""

view = self.transform
x_j = view(img)
x_i = view(img)
