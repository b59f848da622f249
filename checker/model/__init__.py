"""The nouns every room speaks: frozen values, standard library only, no I/O.

Every command loads this room, and to load what a lint needs takes longer than to judge a file. So in all modules of that path
what only annotations name is imported below `TYPE_CHECKING`, a plain False since the constant of `typing` loads `typing`, and
`records`, `enums`, `cached` and `patterns` stand in for parts of the standard library that load or make more than is used.
"""
