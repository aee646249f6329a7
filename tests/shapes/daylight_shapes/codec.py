"""JSON as a value, or as the text that a person types."""

import json


def decode(given):
    return json.loads(given) if isinstance(given, str) else given
