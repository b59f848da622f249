"""The nouns every room speaks: frozen values, standard library only, no I/O."""
