"""From statements back to the words of a document, and from words to positions."""
