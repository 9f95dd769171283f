"""Sound: samples in memory, WAV files, levels, and the codecs of others."""
