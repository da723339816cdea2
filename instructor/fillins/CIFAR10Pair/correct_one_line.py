"""Both views in one line."""

x_i, x_j = self.transform(img), self.transform(img)
