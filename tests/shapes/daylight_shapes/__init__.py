"""Tasks of four other shapes: the nouns must carry them unchanged."""
