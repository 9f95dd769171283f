"""What becomes of a recording before it is a row of a dataset: its shape, its values, its split, and whether it is in."""
