"""The nouns and the rules that all layers share; nothing heavy is imported here."""
