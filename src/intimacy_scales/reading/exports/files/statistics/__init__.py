"""SPSS, Stata and SAS: parsed in a process of their own, read into the one table."""
