"""What is spoken when, in the formats of phoneticians, of subtitles and of lyrics: a file for each chapter."""
