"""A loop over the entries."""

dot, square_i, square_j = 0, 0, 0
for a, b in zip(z_i, z_j):
    dot = dot + a * b
    square_i = square_i + a**2
    square_j = square_j + b**2
norm_dot_product = dot / (square_i**0.5 * square_j**0.5)
