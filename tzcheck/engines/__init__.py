"""The engines that judge a plan: DuckDB for sets of any size, a Rete network beside it, and their agreement."""
