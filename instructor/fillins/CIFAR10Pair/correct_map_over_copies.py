"""map over two copies, unpacked."""

x_i, x_j = map(self.transform, [img.copy(), img.copy()])
