"""The ``daylight`` command: parses, calls one step, prints."""
