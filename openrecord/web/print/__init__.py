"""Pages on paper: PDF files that a screen reader reads as well as a printer prints them (PDF/UA-1)."""
