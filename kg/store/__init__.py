"""The embedded store on disk: reading it, writing N-Quads, and publishing a new version of it."""
