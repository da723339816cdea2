"""A list that a loop fills."""

views = []
for _ in range(2):
    views.append(self.transform(img))
x_i = views[0]
x_j = views[1]
