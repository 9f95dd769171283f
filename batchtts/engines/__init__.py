"""Adapters for engines, found by entry point and imported by nobody."""
