"""Answers over HTTP and gRPC from packages; needs the extra ``serve``, and never imports torch."""
