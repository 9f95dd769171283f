"""Deliveries are read as others read them, and held against what they say and what a store demands."""
