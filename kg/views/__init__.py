"""What a person sees of the graph."""
