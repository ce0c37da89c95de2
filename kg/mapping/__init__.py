"""Records to statements: which class and which property each table and column becomes."""
