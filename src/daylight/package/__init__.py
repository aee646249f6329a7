"""A package: the folder that is published, and the proof of what is in it."""
