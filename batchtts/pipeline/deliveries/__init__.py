"""What is made of whole chapters for those who listen, and how it is proved."""
