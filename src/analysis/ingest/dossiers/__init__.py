"""The log of every dossier, as one-stop software exports it, summed up to a panel of units and months.

Only the columns that a declared mapping names are read; nobody's name, number or address ever is.
"""
