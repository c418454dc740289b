"""Many processes read all marts while generations are published: none may notice."""
