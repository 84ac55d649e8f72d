"""What leaves the program: files, formats, text made safe to show."""
