"""Small constructs that the stacks are made of."""
