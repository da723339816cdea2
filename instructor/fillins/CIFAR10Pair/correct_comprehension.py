"""A comprehension over two copies of the image."""

x_i, x_j = (self.transform(each) for each in (img, img.copy()))
