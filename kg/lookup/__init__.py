"""Looking things up in a store: find a thing by name, describe it, and list the partners of an actor."""
