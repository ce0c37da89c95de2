"""From ties to a network by a recipe, and what can be said of that network."""
