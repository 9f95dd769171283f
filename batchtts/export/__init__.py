"""Stage 6: masters become what people use."""
