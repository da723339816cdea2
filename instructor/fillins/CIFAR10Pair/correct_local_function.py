"""A local function that draws a view."""


def draw():
    return self.transform(img)


pair = (draw(), draw())
x_i, x_j = pair[0], pair[1]
