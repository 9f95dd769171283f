"""A small language in which a manifest says which rows of a dataset are wanted, in terms of what is known of them."""
