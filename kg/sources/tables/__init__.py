"""Tables that others publish, read through a mapping that a researcher writes."""
