"""Takes on the disk: each is a WAV file with all that is known of it, and many lie in a pack, which is a tar file."""
