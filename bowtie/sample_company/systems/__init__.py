"""What each source system saw of the planned accounts."""
