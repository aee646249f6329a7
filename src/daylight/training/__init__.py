"""Trains networks by back-propagation; a family calls ``loop.fit``, nothing is inherited."""
