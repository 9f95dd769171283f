"""What is done to an output folder between runs."""
