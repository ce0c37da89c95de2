"""Which IRIs mean the same thing: recorded decisions, and the canonical IRIs they give."""
