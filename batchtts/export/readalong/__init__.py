"""Books to read along: text that lights up while it is heard."""
