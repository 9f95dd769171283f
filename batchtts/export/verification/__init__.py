"""What was exported, read back by the programs that it is for."""
