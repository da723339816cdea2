"""The transform twice, so that each view has its own draw."""

x_i = self.transform(img)
x_j = self.transform(img)
