"""Files of encoded sound: how they are laid out, and how bare packets get into and out of them."""
