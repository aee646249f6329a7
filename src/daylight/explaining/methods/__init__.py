"""One file per method of explanation."""
