"""From a manifest to a plan, made anew only where something has changed."""
