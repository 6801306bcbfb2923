"""Say it: figures, tables, sentences and claims."""
