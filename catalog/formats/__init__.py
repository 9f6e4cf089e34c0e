"""How it is said outside: one file per outside standard, writing and reading."""
