"""Datasets to train on: a row for each segment, in the layouts that their readers know."""
