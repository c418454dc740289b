"""The rules of the repository that no linter has, each as a function that can fail."""
