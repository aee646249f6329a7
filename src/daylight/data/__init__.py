"""From files to prepared columns: sources, tables, splits, processing and their cache."""
