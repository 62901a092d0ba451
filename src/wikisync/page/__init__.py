"""Hold pages as values: fields, file contents and names. Pure; imports only ``errors``."""
