"""Search over documents: what a model makes of texts, kept in an index and looked up."""
