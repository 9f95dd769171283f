"""The whole flow in order; the only room that knows every stage."""
