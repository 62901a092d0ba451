"""What a page is: its values, its file's bytes, its name. Pure; knows no other room."""
