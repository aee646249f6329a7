"""Networks that others trained, to start from: pictures in, features out."""
