"""Small changes to the reference fill-ins, made by rule: what the hidden checks must notice.

`operators` makes the mutants, `survivors` keeps those that no check can notice, each with the reason why.
"""
