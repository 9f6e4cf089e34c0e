"""Finding: the embedded index behind the three-method port."""
