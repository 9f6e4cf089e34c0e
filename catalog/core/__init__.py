"""What is true: values and rules, standard library only (and msgspec for documents)."""
