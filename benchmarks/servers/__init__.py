"""Other servers of the same graph, one file each, started with PORT, PACKAGE and THREADS."""
